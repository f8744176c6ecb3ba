//! Many filters, and events of which half hit exactly one of them, however many there are.

use std::ops::Range;

use super::dice::Dice;
use super::events::{self, CLASSES, COUNT, FIRST_ROW_CLASS, FOLDERS, Facts, ROWS, YEAR, YEAR_START};

/// So many people have filters; with more filters than that, everybody has several.
const PEOPLE: usize = 10_000;
/// The tables of a server on which few are in use.
const TABLES: usize = 50;
/// The ids of tables where every filter has its own start here.
const OWN_TABLES: usize = 1_000;

/// What the filters of a workload ask for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `user.uid` and `event.tableId`, of which there are few.
    Eq2,
    /// `user.uid` and `event.tableId`, both different in every filter.
    Eq2d,
    /// `event.class`, of which there are twelve, and `user.uid`.
    Cls,
    /// `user.uid`, and `time` within bounds.
    Range,
    /// A little of everything that people write: see [`mixed_filter`].
    Mixed,
}

impl Kind {
    /// Those whose filters are a [`Rule`] each.
    pub(crate) const OF_RULES: [Self; 4] = [Self::Eq2, Self::Eq2d, Self::Cls, Self::Range];
    pub(crate) const ALL: [Self; 5] = [Self::Eq2, Self::Eq2d, Self::Cls, Self::Range, Self::Mixed];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Eq2 => "eq2",
            Self::Eq2d => "eq2d",
            Self::Cls => "cls",
            Self::Range => "range",
            Self::Mixed => "mixed",
        }
    }

    /// For a reader of the plot.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Eq2 => "user.uid and event.tableId (50 tables)",
            Self::Eq2d => "user.uid and event.tableId, all distinct",
            Self::Cls => "event.class (12 classes) and user.uid",
            Self::Range => "user.uid, and time within a week",
            Self::Mixed => "a little of everything",
        }
    }
}

/// What a filter asks for, for those who spell filters differently.
pub(crate) struct Rule {
    pub(crate) uid: String,
    pub(crate) class: Option<&'static str>,
    pub(crate) table: Option<usize>,
    pub(crate) time: Option<Range<usize>>,
}

impl Rule {
    fn new(kind: Kind, index: usize) -> Self {
        let (person, turn) = (index % PEOPLE, index / PEOPLE);
        let rule = Self { uid: uid(person), class: None, table: None, time: None };
        match kind {
            Kind::Eq2 => Self { table: Some(table(person, turn)), ..rule },
            Kind::Eq2d => Self { uid: uid(index), table: Some(OWN_TABLES + index), ..rule },
            Kind::Cls => Self { class: Some(CLASSES[class(person, turn)]), ..rule },
            Kind::Range => Self { time: Some(window(person, turn)), ..rule },
            Kind::Mixed => unreachable!("mixed filters are not rules"),
        }
    }

    /// In our language.
    fn filter(&self) -> String {
        let mut filter = format!(r#"{{"user.uid":"{}""#, self.uid);
        if let Some(class) = self.class {
            filter += &format!(r#","event.class":{}"#, quoted(class));
        }
        if let Some(table) = self.table {
            filter += &format!(r#","event.tableId":{table}"#);
        }
        if let Some(time) = &self.time {
            filter += &format!(r#","time":{{"$gte":{},"$lt":{}}}"#, time.start, time.end);
        }
        filter + "}"
    }
}

/// An event, and which of the rules it hits, if it hits any.
pub(crate) struct Event {
    pub(crate) json: String,
    pub(crate) hits: Option<usize>,
}

/// Filters as text. The first filters of a larger set are those of a smaller one.
pub(crate) fn filters(kind: Kind, count: usize) -> Vec<String> {
    let filter = |index| match kind {
        Kind::Mixed => mixed_filter(index),
        _ => Rule::new(kind, index).filter(),
    };
    (0..count).map(filter).collect()
}

/// What the filters ask for.
pub(crate) fn rules(kind: Kind, count: usize) -> impl Iterator<Item = Rule> {
    (0..count).map(move |index| Rule::new(kind, index))
}

/// The events for so many filters. Their filler is the same for any number.
///
/// Of [`Kind::Mixed`], nothing is known about what they hit.
pub(crate) fn events(kind: Kind, filters: usize) -> Vec<Event> {
    let event = |index| {
        let mut dice = Dice::new(0x7365_7473, index);
        let chosen = dice.below(filters);
        let (facts, hits) = match (kind, index % 4) {
            (Kind::Mixed, _) => (anybody(&mut dice, 0), None),
            (_, 0 | 2) => (hit(&mut dice, kind, chosen), Some(chosen)),
            // The right person, and that is all.
            (_, 1) => (near_miss(&mut dice, kind, chosen), None),
            // Somebody who has no filter.
            _ => (anybody(&mut dice, 1_000_000), None),
        };
        Event { json: events::write(&mut dice, &facts), hits }
    };
    (0..COUNT).map(event).collect()
}

fn anybody(dice: &mut Dice, first: usize) -> Facts {
    let uid = uid(first + dice.below(PEOPLE));
    Facts { class: events::any_class(dice), uid, table: dice.below(TABLES), time: any_time(dice) }
}

/// An event for this one filter.
fn hit(dice: &mut Dice, kind: Kind, filter: usize) -> Facts {
    let rule = Rule::new(kind, filter);
    let class = match (kind, rule.class) {
        (Kind::Eq2 | Kind::Eq2d, _) => events::row_class(dice),
        _ => events::any_class(dice),
    };
    let class = CLASSES.iter().position(|name| Some(*name) == rule.class).unwrap_or(class);
    let window = rule.time.unwrap_or(YEAR_START..YEAR_START + YEAR);
    let time = window.start + dice.below(window.len());
    Facts { class, uid: rule.uid, table: rule.table.unwrap_or_else(|| dice.below(TABLES)), time }
}

/// An event of the same person that no filter is for.
fn near_miss(dice: &mut Dice, kind: Kind, filter: usize) -> Facts {
    let person = filter % PEOPLE;
    let facts = hit(dice, kind, filter);
    // Nobody has an eleventh filter.
    match kind {
        Kind::Eq2 => Facts { table: table(person, 10), ..facts },
        Kind::Eq2d => Facts { table: OWN_TABLES + filter + 1, ..facts },
        Kind::Cls => Facts { class: class(person, 10), ..facts },
        Kind::Range => Facts { time: window(person, 10).start, ..facts },
        Kind::Mixed => unreachable!("mixed filters are not rules"),
    }
}

fn any_time(dice: &mut Dice) -> usize {
    YEAR_START + dice.below(YEAR)
}

fn uid(person: usize) -> String {
    const NAMES: [&str; 8] = ["anna", "ben", "clara", "dimitri", "emma", "fatima", "george", "hu"];
    format!("{}.{person:05}", NAMES[person % NAMES.len()])
}

/// The table of a person's filter; it differs from turn to turn.
fn table(person: usize, turn: usize) -> usize {
    (person + 7 * turn) % TABLES
}

/// The class of a person's filter; it differs from turn to turn.
fn class(person: usize, turn: usize) -> usize {
    (person + 5 * turn) % CLASSES.len()
}

/// The time of a person's filter: weeks that do not overlap, and begin anywhere.
fn window(person: usize, turn: usize) -> Range<usize> {
    const WEEK: usize = 7 * 86_400;
    let start = YEAR_START + person * 7_919 % YEAR + turn * WEEK;
    start..start + WEEK
}

/// One of ten kinds of filters, the simple ones more often. Every hundredth has no condition that must
/// hold, only some that must not.
fn mixed_filter(index: usize) -> String {
    let dice = &mut Dice::new(0x6d69_7865, index);
    let (person, someone_else) = (uid(dice.below(PEOPLE)), uid(dice.below(PEOPLE)));
    let class = dice.below(CLASSES.len());
    let class_name = quoted(CLASSES[class]);
    let table = dice.below(TABLES);
    let folder = dice.pick(&FOLDERS);
    let (time, row) = (YEAR_START + dice.below(YEAR), dice.below(ROWS));
    if index % 100 == 99 {
        return match dice.below(3) {
            0 => {
                let others = CLASSES.iter().filter(|name| **name != CLASSES[class]).map(|name| quoted(name));
                let others = list(others);
                format!(r#"{{"event.class":{{"$nin":[{others}]}},"user.uid":{{"$ne":"{person}"}}}}"#)
            }
            1 => {
                let late = YEAR_START + YEAR - dice.below(YEAR / 10);
                format!(r#"{{"$nor":[{{"time":{{"$lt":{late}}}}},{{"user.uid":"{person}"}}]}}"#)
            }
            _ => {
                let others = list((0..TABLES).filter(|id| id % 10 != table % 10).map(|id| id.to_string()));
                format!(
                    r#"{{"event.tableId":{{"$nin":[{others}]}},"event.node.path":{{"$not":{{"$startsWith":"/"}}}}}}"#
                )
            }
        };
    }
    match dice.below(100) {
        0..30 => format!(r#"{{"event.class":{class_name},"user.uid":"{person}"}}"#),
        30..45 => {
            let end = time + 7 * 86_400;
            format!(r#"{{"user.uid":"{person}","time":{{"$gte":{time},"$lt":{end}}}}}"#)
        }
        45..55 => format!(r#"{{"time":{{"$gte":{time},"$lt":{}}}}}"#, time + 3_000),
        55..65 => format!(
            r#"{{"$or":[{{"user.uid":"{person}","event.tableId":{table}}},{{"event.node.path":{{"$startsWith":"/{someone_else}/files/{folder}/"}}}}]}}"#
        ),
        65..75 => {
            let people = list((0..20).map(|_| quoted(&uid(dice.below(PEOPLE)))));
            format!(r#"{{"user.uid":{{"$in":[{people}]}},"event.class":{class_name}}}"#)
        }
        75..83 => {
            let class_name = quoted(CLASSES[class.max(FIRST_ROW_CLASS)]);
            format!(
                r#"{{"event.class":{class_name},"user.uid":"{person}","event.tableId":{{"$not":{{"$lte":{table}}}}}}}"#
            )
        }
        83..92 => format!(r#"{{"event.node.path":{{"$startsWith":"/{person}/files/{folder}/"}}}}"#),
        92..96 => format!(r#"{{"event.rowId":{{"$exists":true}},"user.uid":"{person}"}}"#),
        _ => format!(r#"{{"event.tableId":{table},"event.rowId":{{"$gte":{row},"$lt":{}}}}}"#, row + 5),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(",")
}

/// As a JSON string. What is quoted here holds nothing to escape but backslashes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\"))
}
