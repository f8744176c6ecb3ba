//! Files and folders as people name them.

use super::date::Date;
use super::dice::Dice;
use super::people::{ADMIN, ALICE, BOB, Person};

/// What a folder is used for, which decides how its files are called.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Contract,
    Invoice,
    Mixed,
    Note,
    Photo,
    Report,
    Song,
}

static FOLDERS: &[(u32, (&str, Kind))] = &[
    (12, ("Documents/Invoices/2024", Kind::Invoice)),
    (10, ("Documents/Contracts", Kind::Contract)),
    (9, ("Documents/Meeting notes", Kind::Note)),
    (8, ("Documents/Reports/Quarterly", Kind::Report)),
    (7, ("Photos/2024/Summer party", Kind::Photo)),
    (6, ("InstantUpload/Camera/2024", Kind::Photo)),
    (6, ("Projects/Apollo/Specifications", Kind::Report)),
    (5, ("Projekte/Übergabe 2024/Anlagen", Kind::Mixed)),
    (5, ("Fotos/Betriebsausflug Köln", Kind::Photo)),
    (4, ("Desktop/to sort (really!)", Kind::Mixed)),
    (4, ("Projects/\"Blue Whale\"/Drafts", Kind::Contract)),
    (3, ("Music/Kammerchor, Probe 3", Kind::Song)),
    (3, ("Archive/2019-2023/R&D", Kind::Report)),
    (2, ("Фото/Отпуск", Kind::Photo)),
    (2, ("共有/議事録", Kind::Note)),
    (2, ("Party 🎉 planning", Kind::Mixed)),
    (1, (".hidden/cache+tmp", Kind::Mixed)),
];

static COMPANIES: &[&str] = &[
    "Müller & Söhne GmbH",
    "ACME Ltd",
    "Café Zoë",
    "Nordlicht AG",
    "O'Brien Partners",
    "Škoda Servis",
    "Boulangerie Lefèvre",
    "Łukasz Design",
    "株式会社みどり",
    "Van der Berg BV",
    "Smith, Smith & Sons",
];
static AGREEMENTS: &[&str] = &[
    "Employment contract",
    "Rental agreement",
    "NDA",
    "Mietvertrag",
    "Terms of delivery",
    "Letter of intent",
];
static MEETINGS: &[&str] =
    &["Jour fixe", "Team meeting", "Works council", "Kick-off Apollo", "1:1 Carol", "Sitzung Vorstand"];
static SUBJECTS: &[&str] =
    &["Sales", "Budget", "Umsätze", "Risk register", "Stromverbrauch", "Test results", "Übersicht"];
static SONGS: &[&str] = &["Locus iste", "Der Mond ist aufgegangen", "Ubi caritas", "Ave verum"];
/// Names that have surprised programs before.
static ODD_NAMES: &[&str] = &[
    "Größe.pdf",
    "100% final (really).pdf",
    "Angebot \"Frühling\".pdf",
    "résumé_v2.PDF",
    "no extension",
    "archive.tar.gz",
    "☕ break plan.txt",
    "C++ & C# notes.md",
    "~$draft.docx",
    "plan_[old].pdf.bak",
    "it's #1.jpeg",
    "👩‍💻 onboarding.odp",
    "null",
    "a.b.c.d.csv",
];

/// A file whose id and place stay the same, since everybody works on it.
pub(super) struct SharedNode {
    pub(super) id: u32,
    pub(super) owner: &'static Person,
    pub(super) path: &'static str,
}

/// What is seen again and again.
pub(super) static SHARED_NODES: &[(u32, SharedNode)] = &[
    (4, shared_node(23, &ADMIN, "Documents/Team handbook 2024.pdf")),
    (3, shared_node(437, &BOB, "Projects/Apollo/Project plan.pdf")),
    (2, shared_node(96, &ADMIN, "Documents/Contracts")),
    (2, shared_node(2048, &ALICE, "Documents/Budget & Größe.ods")),
    (1, shared_node(1177, &ADMIN, "Fotos/Betriebsausflug/Größe.pdf")),
];

const fn shared_node(id: u32, owner: &'static Person, path: &'static str) -> SharedNode {
    SharedNode { id, owner, path }
}

/// A folder below a user's files, and a name that fits into it.
pub(super) fn folder_and_name(dice: &mut Dice, time: u64) -> (&'static str, String) {
    let &(folder, kind) = dice.pick_weighted(FOLDERS);
    (folder, file_name(dice, kind, time))
}

/// Another folder, to move something into.
pub(super) fn folder(dice: &mut Dice) -> &'static str {
    dice.pick_weighted(FOLDERS).0
}

/// `name` as the server calls its copy: `report (copy).pdf`, or `report (2).pdf`.
pub(super) fn copy_name(dice: &mut Dice, name: &str) -> String {
    let mark = dice.pick(&["copy", "2", "3"]);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => format!("{stem} ({mark}).{extension}"),
        _ => format!("{name} ({mark})"),
    }
}

/// What a program that knows the extension says a file is.
pub(super) fn mime_type(name: &str) -> &'static str {
    static TYPES: &[(&str, &str)] = &[
        ("pdf", "application/pdf"),
        ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("odt", "application/vnd.oasis.opendocument.text"),
        ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("png", "image/png"),
        ("heic", "image/heic"),
        ("md", "text/markdown"),
        ("txt", "text/plain"),
        ("csv", "text/csv"),
        ("xml", "application/xml"),
        ("mp3", "audio/mpeg"),
        ("flac", "audio/flac"),
    ];
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    TYPES
        .iter()
        .find(|(known, _)| extension.eq_ignore_ascii_case(known))
        .map_or("application/octet-stream", |(_, mime_type)| *mime_type)
}

fn file_name(dice: &mut Dice, kind: Kind, time: u64) -> String {
    let date = Date::from_unix(time);
    match kind {
        Kind::Invoice => {
            let number = dice.between(1, 980);
            let company = dice.pick(COMPANIES);
            let extension = dice.pick_weighted(&[(7, "pdf"), (1, "PDF"), (1, "xml")]);
            format!("Invoice {}-{number:04} {company}.{extension}", date.year)
        }
        Kind::Contract => {
            let agreement = dice.pick(AGREEMENTS);
            let company = dice.pick(COMPANIES);
            let state = dice.pick(&["", " (signed)", " v2", " DRAFT"]);
            let extension = dice.pick(&["pdf", "pdf", "docx", "odt"]);
            format!("{agreement} {company}{state}.{extension}")
        }
        Kind::Note => format!("{} {}.md", date.day(), dice.pick(MEETINGS)),
        Kind::Report => {
            let quarter = dice.between(1, 4);
            let subject = dice.pick(SUBJECTS);
            let extension = dice.pick(&["xlsx", "ods", "pdf", "csv"]);
            format!("Q{quarter} {} {subject}.{extension}", date.year)
        }
        Kind::Photo => match dice.below(4) {
            0 => format!("DSC_{:04}.JPG", dice.between(1, 9_999)),
            1 => format!("Screenshot {} at {}.png", date.day(), date.clock().replace(':', ".")),
            _ => {
                let extension = dice.pick(&["jpg", "jpg", "heic"]);
                format!("IMG_{}_{}.{extension}", date.day_digits(), date.clock_digits())
            }
        },
        Kind::Song => {
            let track = dice.between(1, 12);
            format!("{track:02} - {}.{}", dice.pick(SONGS), dice.pick(&["mp3", "flac"]))
        }
        Kind::Mixed => (*dice.pick(ODD_NAMES)).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, copy_name, mime_type};

    #[test]
    fn a_copy_keeps_its_extension() {
        let mut dice = Dice::for_event(0);
        assert!(copy_name(&mut dice, "a.b.pdf").starts_with("a.b ("));
        assert!(copy_name(&mut dice, "a.b.pdf").ends_with(").pdf"));
        assert!(copy_name(&mut dice, ".profile").starts_with(".profile ("));
    }

    #[test]
    fn types_go_by_the_extension() {
        assert_eq!(mime_type("x.JPG"), "image/jpeg");
        assert_eq!(mime_type("pdf"), "application/octet-stream");
    }
}
