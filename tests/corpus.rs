//! The corpus: rows `{"name","filter","event","expected"}` whose verdicts were given by MongoDB's
//! own matcher; `"expected":"error"` stands for a filter that is refused.
//!
//! `corpus/exceptions.ndjson` holds the rows where the answer here differs on purpose, with the
//! answer that is given instead and the reason; a whole line under `"row"` is one that is not JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use hooksieve::{ErrorCode, Filter, FilterSet, Scratch};
use serde_json::Value;
use serde_json::value::RawValue;

#[path = "common/naive.rs"]
mod naive;

const FILES: [(&str, &str); 2] = [
    ("mongo-curated.ndjson", include_str!("corpus/mongo-curated.ndjson")),
    ("mongo-random.ndjson", include_str!("corpus/mongo-random.ndjson")),
];
const EXCEPTIONS: &str = include_str!("corpus/exceptions.ndjson");

/// What a filter says to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Verdict(bool),
    Error,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verdict(verdict) => verdict.fmt(f),
            Self::Error => f.write_str("error"),
        }
    }
}

/// Filter and event as they are written: numbers keep their spelling, and keys that stand twice do so.
struct Row<'a> {
    place: String,
    filter: &'a str,
    event: &'a str,
    expected: Answer,
}

impl Row<'_> {
    fn event(&self) -> Value {
        serde_json::from_str(self.event).unwrap()
    }
}

type Fields<'a> = HashMap<String, &'a RawValue>;

fn row<'a>(place: String, fields: &Fields<'a>) -> Row<'a> {
    let expected = match fields["expected"].get() {
        "true" => Answer::Verdict(true),
        "false" => Answer::Verdict(false),
        r#""error""# => Answer::Error,
        other => panic!("{place}: `expected` is {other}"),
    };
    Row { place, filter: fields["filter"].get(), event: fields["event"].get(), expected }
}

struct Exceptions {
    rows: Vec<Row<'static>>,
    /// Lines that are not JSON.
    lines: Vec<String>,
}

fn exceptions() -> Exceptions {
    let mut exceptions = Exceptions { rows: Vec::new(), lines: Vec::new() };
    for (line, number) in EXCEPTIONS.lines().zip(1..) {
        let place = format!("exceptions.ndjson:{number}");
        let fields: Fields<'static> = serde_json::from_str(line).expect(&place);
        assert!(fields.contains_key("reason"), "{place} has no reason");
        match fields.get("row") {
            Some(line) => exceptions.lines.push(serde_json::from_str(line.get()).unwrap()),
            None => exceptions.rows.push(row(place, &fields)),
        }
    }
    exceptions
}

/// All rows; an exception stands in the place of its row. Every exception must change something.
fn rows() -> Vec<Row<'static>> {
    let exceptions = exceptions();
    let mut used = vec![false; exceptions.rows.len()];
    let mut unreadable = Vec::new();
    let mut rows = Vec::new();
    for (file, text) in FILES {
        for (line, number) in text.lines().zip(1..) {
            let place = format!("{file}:{number}");
            let Ok(fields) = serde_json::from_str::<Fields<'static>>(line) else {
                assert!(exceptions.lines.iter().any(|known| known == line), "{place} is not JSON: {line}");
                unreadable.push(line);
                continue;
            };
            let mut row = row(place, &fields);
            let same = |exception: &Row<'_>| exception.filter == row.filter && exception.event == row.event;
            if let Some(index) = exceptions.rows.iter().position(same) {
                let exception = &exceptions.rows[index];
                assert_ne!(exception.expected, row.expected, "{} is no exception", exception.place);
                row.expected = exception.expected;
                used[index] = true;
            }
            rows.push(row);
        }
    }
    for (exception, used) in exceptions.rows.iter().zip(used) {
        assert!(used, "{} is about no row", exception.place);
    }
    for line in &exceptions.lines {
        assert!(unreadable.contains(&line.as_str()), "no row is {line}");
    }
    assert!(rows.len() > 9000, "only {} rows", rows.len());
    rows
}

/// Asks for the answer to every row; `None` passes over it. Returns how many rows were answered.
fn check(answer: impl Fn(&Row<'_>) -> Option<Answer>) -> usize {
    const SHOWN: usize = 20;
    let rows = rows();
    let mut failures = Vec::new();
    let mut answered = 0;
    for row in &rows {
        let found = answer(row);
        answered += usize::from(found.is_some());
        if let Some(found) = found.filter(|found| *found != row.expected) {
            let Row { place, filter, event, expected } = row;
            failures.push(format!(
                "{place}: expected {expected}, found {found}\n  filter {filter}\n  event  {event}"
            ));
        }
    }
    let shown = &failures[..failures.len().min(SHOWN)];
    assert!(failures.is_empty(), "{} of {} rows failed:\n{}", failures.len(), rows.len(), shown.join("\n"));
    answered
}

#[test]
fn filters_as_text() {
    check(|row| {
        Some(match Filter::compile(row.filter) {
            Ok(filter) => Answer::Verdict(filter.matches(&row.event())),
            Err(_) => Answer::Error,
        })
    });
}

#[test]
fn filters_as_values() {
    check(|row| {
        if let Err(error) = Filter::compile(row.filter)
            && error.problems().iter().any(|problem| problem.code() == ErrorCode::DuplicateKey)
        {
            // A value has lost one of the two.
            return None;
        }
        let filter: Value = serde_json::from_str(row.filter).unwrap();
        Some(match Filter::from_value(&filter) {
            Ok(filter) => Answer::Verdict(filter.matches(&row.event())),
            Err(_) => Answer::Error,
        })
    });
}

#[test]
fn raw_events() {
    let scratch = RefCell::new(Scratch::new());
    check(|row| {
        Some(match Filter::compile(row.filter) {
            Ok(filter) => {
                let verdict = filter.matches_json(row.event.as_bytes(), &mut scratch.borrow_mut());
                Answer::Verdict(verdict.expect(&row.place))
            }
            Err(_) => Answer::Error,
        })
    });
}

/// Each filter in a set of its own.
#[test]
fn sets_of_one_filter() {
    let scratch = RefCell::new(Scratch::new());
    check(|row| {
        let Ok(filter) = Filter::compile(row.filter) else { return Some(Answer::Error) };
        let mut set = FilterSet::new();
        set.insert((), filter);
        let mut scratch = scratch.borrow_mut();
        let raw = set.matches_json(row.event.as_bytes(), &mut scratch).expect(&row.place).len();
        let parsed = set.matches(&row.event(), &mut scratch).len();
        assert_eq!(raw, parsed, "{}", row.place);
        Some(Answer::Verdict(raw == 1))
    });
}

/// All filters in one set, every event against every filter.
#[test]
fn one_set_of_all_filters() {
    let rows = rows();
    let mut set = FilterSet::new();
    for (id, row) in rows.iter().enumerate() {
        if let Ok(filter) = Filter::compile(row.filter) {
            set.insert(id, filter);
        }
    }
    let filters: Vec<(usize, &Filter)> = set.iter().map(|(id, filter)| (*id, filter)).collect();
    let mut scratch = Scratch::new();
    for row in &rows {
        let event = row.event();
        let found: Vec<usize> = set
            .matches_json(row.event.as_bytes(), &mut scratch)
            .unwrap()
            .in_insertion_order()
            .copied()
            .collect();
        let alone = filters.iter().filter(|(_, filter)| filter.matches(&event)).map(|(id, _)| *id);
        assert!(alone.eq(found), "{}", row.place);
    }
}

/// The properties rest on the naive evaluator, so it has to know the rules as well.
#[test]
fn the_naive_evaluator() {
    let answered = check(|row| {
        let filter: Value = serde_json::from_str(row.filter).unwrap();
        match naive::matches(&filter, &row.event()) {
            Ok(verdict) => Some(Answer::Verdict(verdict)),
            Err(reason) if reason.contains("beyond this evaluator") => None,
            Err(_) => Some(Answer::Error),
        }
    });
    assert!(answered > 9400, "only {answered} rows");
}
