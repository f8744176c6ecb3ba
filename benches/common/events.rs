//! Made-up events as PHP's `json_encode` writes them: Nextcloud's envelope, some 480 bytes each.

use super::dice::Dice;

/// Every set of events has as many.
pub(crate) const COUNT: usize = 2_000;

/// The filter that all engines have to answer for raw events.
pub(crate) const FILTER: &str = r#"{"user.uid":"bob","event.tableId":42,"time":{"$lt":1711971024}}"#;

/// 2024-01-01 00:00:00 UTC.
pub(crate) const YEAR_START: usize = 1_704_067_200;
pub(crate) const YEAR: usize = 366 * 86_400;

/// What an event is about. Classes from [`FIRST_ROW_CLASS`] on concern a row of a table, the others a file.
pub(crate) const CLASSES: [&str; 12] = [
    r"OCP\Files\Events\Node\BeforeNodeCreatedEvent",
    r"OCP\Files\Events\Node\BeforeNodeTouchedEvent",
    r"OCP\Files\Events\Node\BeforeNodeWrittenEvent",
    r"OCP\Files\Events\Node\BeforeNodeReadEvent",
    r"OCP\Files\Events\Node\NodeCreatedEvent",
    r"OCP\Files\Events\Node\NodeTouchedEvent",
    r"OCP\Files\Events\Node\NodeWrittenEvent",
    r"OCP\Files\Events\Node\NodeReadEvent",
    r"OCP\Files\Events\Node\NodeDeletedEvent",
    r"OCA\Tables\Event\RowAddedEvent",
    r"OCA\Tables\Event\RowUpdatedEvent",
    r"OCA\Tables\Event\RowDeletedEvent",
];
pub(crate) const FIRST_ROW_CLASS: usize = 9;
/// Row ids are below.
pub(crate) const ROWS: usize = 900;

/// The top folders of everybody's files.
pub(crate) const FOLDERS: [&str; 8] =
    ["Projects", "Invoices", "Photos", "Documents", "Shared", "Talk", "Büro", "Archiv/2023"];

/// The facts of an event that filters ask for. The rest of it is filler.
pub(crate) struct Facts {
    /// An index into [`CLASSES`].
    pub(crate) class: usize,
    pub(crate) uid: String,
    /// Where the class is one of rows.
    pub(crate) table: usize,
    pub(crate) time: usize,
}

/// The events of ordinary traffic, of which about one in fifty matches [`FILTER`].
pub(crate) fn ordinary() -> Vec<String> {
    events(0x6e6f_726d, |dice| {
        let uid = if dice.percent(30) { "bob" } else { dice.pick(&UIDS) };
        let table = if dice.percent(60) { 42 } else { dice.pick(&[7, 12, 31, 58]) };
        Facts { class: any_class(dice), uid: uid.to_owned(), table, time: YEAR_START + dice.below(YEAR) }
    })
}

/// Events for which every condition of [`FILTER`] is true, so that nobody may stop early.
pub(crate) fn matching() -> Vec<String> {
    events(0x6d61_7463, |dice| Facts {
        class: row_class(dice),
        uid: "bob".to_owned(),
        table: 42,
        time: YEAR_START + dice.below(YEAR / 4),
    })
}

fn events(seed: u64, facts: impl Fn(&mut Dice) -> Facts) -> Vec<String> {
    let event = |index| {
        let mut dice = Dice::new(seed, index);
        let facts = facts(&mut dice);
        write(&mut dice, &facts)
    };
    (0..COUNT).map(event).collect()
}

/// Half of what happens, happens to files.
pub(crate) fn any_class(dice: &mut Dice) -> usize {
    if dice.percent(50) { row_class(dice) } else { dice.below(FIRST_ROW_CLASS) }
}

pub(crate) fn row_class(dice: &mut Dice) -> usize {
    dice.between(FIRST_ROW_CLASS, CLASSES.len() - 1)
}

/// An event with these facts, and as much filler as such events have.
pub(crate) fn write(dice: &mut Dice, facts: &Facts) -> String {
    let class = encode(CLASSES[facts.class]);
    let event = if facts.class < FIRST_ROW_CLASS {
        let id = dice.between(100, 98_000);
        let path = encode(&path(dice, &facts.uid));
        format!(r#"{{"class":{class},"node":{{"id":{id},"path":{path}}}}}"#)
    } else {
        let (table, row, columns) = (facts.table, dice.below(ROWS), dice.between(5, 11));
        let values = cells(dice, columns);
        format!(r#"{{"class":{class},"tableId":{table},"rowId":{row},"values":{values}}}"#)
    };
    let (uid, name, time) = (encode(&facts.uid), encode(dice.pick(&NAMES)), facts.time);
    format!(r#"{{"event":{event},"user":{{"uid":{uid},"displayName":{name}}},"time":{time}}}"#)
}

/// The path of a file, deep in folders with speaking names.
fn path(dice: &mut Dice, uid: &str) -> String {
    let mut path = format!("/{uid}/files/{}", dice.pick(&FOLDERS));
    for _ in 0..dice.between(10, 21) {
        path.push('/');
        path.push_str(dice.pick(&SUBFOLDERS));
    }
    path + "/" + dice.pick(&FILES)
}

/// The cells of a row, an object keyed by column.
fn cells(dice: &mut Dice, columns: usize) -> String {
    let cells: Vec<String> = (0..columns)
        .map(|column| {
            let cell = match dice.below(8) {
                0 => dice.below(250_000).to_string(),
                1 => format!("[{},{}]", dice.below(9), dice.below(90)),
                2 => {
                    let (id, name) = (encode(dice.pick(&UIDS)), encode(dice.pick(&NAMES)));
                    format!(r#"[{{"id":{id},"type":0,"displayName":{name}}}]"#)
                }
                _ => encode(dice.pick(&TEXTS)),
            };
            format!(r#""{}":{cell}"#, column + 21)
        })
        .collect();
    format!("{{{}}}", cells.join(","))
}

/// A string as `json_encode` writes it: ASCII, with `\/`.
fn encode(text: &str) -> String {
    let mut json = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' | '/' => json.extend(['\\', character]),
            '\n' => json.push_str(r"\n"),
            ' '..='~' => json.push(character),
            _ => {
                let mut units = [0; 2];
                json.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
        }
    }
    json + "\""
}

const UIDS: [&str; 12] = [
    "alice",
    "admin",
    "carol",
    "dave",
    "m.mueller",
    "jdoe",
    "erik",
    "fatima",
    "zoe",
    "tomasz",
    "yuki",
    "lena.hoffmann@example.org",
];

const NAMES: [&str; 8] = [
    "Alice Wonderland",
    "Bob Baumeister",
    "Carol Möller",
    "Dave O'Brien",
    "Zoë Lefèvre",
    "田中 由紀",
    "Lena Hoffmann",
    "Nina \"Nike\" Sørensen",
];

const SUBFOLDERS: [&str; 10] = [
    "Website relaunch",
    "Drafts",
    "Büroumzug",
    "2024",
    "To be reviewed by legal",
    "Q3",
    "Kunden A–K",
    "Contracts and annexes",
    "old",
    "Sitzungsprotokolle",
];

const FILES: [&str; 8] = [
    "Rental agreement Łukasz Design (signed).pdf",
    "IMG_20240612_184533.jpg",
    "Protokoll 12.docx",
    "notes.md",
    "Quarterly figures, final version 3.xlsx",
    "Angebot Größe L.odt",
    "scan0042.pdf",
    "talk-recording \"kick-off\".mp3",
];

const TEXTS: [&str; 10] = [
    "requested",
    "Überstunden abbauen",
    "Crash when \"Save as…\" is cancelled",
    "Login loop behind proxy\nsteps: see comment",
    "won't fix",
    "https://example.org/t/417",
    "Laptop 14\", Akku defekt, Ersatz bestellt, Lieferung nicht vor Ende des Monats",
    "Returned by intern on 3/1",
    "family visit → Wrocław",
    "Please check the numbers again before we send this to the customer; the second page looks wrong",
];
