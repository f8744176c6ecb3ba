//! Event logs: the verdicts of the filter itself, whatever is in memory, within their bounds.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "common/strategies.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod strategies;

use hooksieve::{EventBits, EventLog, Filter, LogFull, PushError, Scratch};
use proptest::prelude::*;
use serde_json::{Value, json};

fn filter(text: &str) -> Filter {
    Filter::compile(text).unwrap()
}

fn log_of(events: &[Value]) -> EventLog {
    let mut log = EventLog::new();
    for event in events {
        log.push(event.to_string().as_bytes()).unwrap();
    }
    log
}

/// What the filter says to each event.
fn one_by_one(filter: &Filter, log: &EventLog) -> Vec<usize> {
    let mut scratch = Scratch::new();
    let mut matches = |index: &usize| filter.matches_json(log.get(*index).unwrap(), &mut scratch).unwrap();
    (0..log.len()).filter(|index| matches(index)).collect()
}

#[track_caller]
fn check(filter: &Filter, log: &mut EventLog) -> EventBits {
    let bits = log.matches(filter);
    assert_eq!(bits.iter().collect::<Vec<_>>(), one_by_one(filter, log), "{}", filter.program());
    assert_eq!((bits.len(), bits.count()), (log.len(), bits.iter().count()));
    bits
}

proptest! {
    /// Columns are used by filter after filter, and go on growing with the log.
    #[test]
    fn a_log_says_what_the_filter_says(
        pairs in prop::collection::vec(strategies::pair(), 1..40),
        more in prop::collection::vec(strategies::event(), 0..10),
        room in prop::option::of(0..5000_usize),
    ) {
        let (filters, events): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let mut log = log_of(&events);
        if let Some(room) = room {
            let mut tight = EventLog::with_max_bytes(log.memory().events + room);
            for event in &events {
                tight.push(event.to_string().as_bytes()).unwrap();
            }
            log = tight;
        }
        let filters: Vec<_> = filters.iter().filter_map(|filter| Filter::from_value(filter).ok()).collect();
        for filter in &filters {
            check(filter, &mut log);
        }
        for event in more {
            let _ = log.push(event.to_string().as_bytes());
        }
        for filter in &filters {
            check(filter, &mut log);
        }
        let memory = log.memory();
        prop_assert!(memory.events + memory.columns <= memory.max.max(memory.events));
    }
}

/// Many events, few of them the same.
fn long_log() -> EventLog {
    let event = |index: i64| {
        json!({
            "id": index,
            "user": if index % 7 == 0 { Value::Null } else { json!({"uid": format!("user{}", index % 5)}) },
            "tags": [index % 3, {"name": index % 4}],
            "twice": {"1": index % 2},
        })
    };
    log_of(&(0..5000).map(event).collect::<Vec<_>>())
}

#[test]
fn columns_of_many_events() {
    let mut log = long_log();
    for text in [
        r#"{"id": {"$lt": 2000}}"#,
        r#"{"id": {"$mod": [7, 0]}, "user": null}"#,
        r#"{"user.uid": "user3"}"#,
        r#"{"user.uid": {"$ne": "user3"}, "id": {"$gte": 17}}"#,
        r#"{"user.uid": null}"#,
        r#"{"user.uid": {"$exists": false}}"#,
        r#"{"tags": 2, "tags.name": 3}"#,
        r#"{"tags.0": 2}"#,
        r#"{"tags.1.name": 3}"#,
        r#"{"tags": {"$elemMatch": {"name": {"$gt": 1}}}}"#,
        r#"{"tags": [1, {"name": 1}]}"#,
        r#"{"tags": {"$size": 2}, "twice.1": 1}"#,
        r#"{"twice": {"1": 0}}"#,
        r#"{"$or": [{"id": 3}, {"user.uid": "user1", "twice.1": 1}, {"no.where": {"$type": "int"}}]}"#,
        r#"{"$nor": [{"id": {"$type": "int"}}]}"#,
        "{}",
    ] {
        let bits = check(&filter(text), &mut log);
        assert_eq!(bits, check(&filter(text), &mut log));
    }
}

#[test]
fn how_a_number_is_spelled_is_kept() {
    let mut log = EventLog::new();
    log.append(b"{\"a\": 1}\n{\"a\": 1.0}\n{\"a\": 1}\n{\"a\": -0.0}\n{\"a\": 0}\n").unwrap();
    let is_int = log.matches(&filter(r#"{"a": {"$type": "int"}}"#));
    assert_eq!(is_int.iter().collect::<Vec<_>>(), [0, 2, 4]);
    assert_eq!(log.matches(&filter(r#"{"a": 1}"#)).count(), 3);
}

#[test]
fn lines_come_in_pieces() {
    let text = b"{\"a\": 1}\r\n\n \t\nno\n[1, 2\n{\"a\": \"\xc3\xbc\"}\n7";
    for size in 1..text.len() {
        let mut log = EventLog::new();
        for piece in text.chunks(size) {
            log.append(piece).unwrap();
        }
        assert_eq!(log.len(), 2);
        log.end().unwrap();
        log.end().unwrap();
        assert_eq!(log.len(), 3);
        assert_eq!((0..3).map(|index| log.line(index).unwrap()).collect::<Vec<_>>(), [1, 6, 7]);
        assert_eq!(log.get(1), Some(&b"{\"a\": \"\xc3\xbc\"}"[..]));
        assert_eq!((log.get(3), log.line(3)), (None, None));
        let bad: Vec<_> = log.bad_lines().iter().map(|bad| (bad.line, bad.error.offset())).collect();
        assert_eq!(bad, [(4, 0), (5, 5)]);
        assert_eq!(log.bad_line_count(), 2);
    }
}

#[test]
fn a_byte_order_mark_stands_at_the_start_only() {
    let text = "\u{feff}{\"a\": 1}\n\u{feff}{\"a\": 1}\n".as_bytes();
    for size in 1..=text.len() {
        let mut log = EventLog::new();
        for piece in text.chunks(size) {
            log.append(piece).unwrap();
        }
        assert_eq!((log.len(), log.get(0)), (1, Some(&b"{\"a\": 1}"[..])));
        assert_eq!(log.bad_lines().iter().map(|bad| bad.line).collect::<Vec<_>>(), [2]);
    }
}

#[test]
fn bad_lines_beyond_the_thousandth_are_counted() {
    let mut log = EventLog::new();
    log.append(&b"x\n".repeat(1500)).unwrap();
    assert_eq!((log.bad_lines().len(), log.bad_line_count(), log.len()), (1000, 1500, 0));
}

#[test]
fn events_of_a_document_are_kept_as_they_are_written() {
    let mut log = EventLog::new();
    log.push_document(b"[{\"a\": 1.0}, 2,\n [9007199254740993]]").unwrap();
    assert_eq!(
        (log.len(), log.get(0), log.get(2)),
        (3, Some(&b"{\"a\": 1.0}"[..]), Some(&b"[9007199254740993]"[..]))
    );
    log.push_document(b" {\"a\": 2} ").unwrap();
    assert_eq!(log.len(), 4);
    let error = log.push_document(b"[{\"a\": 1}, {\"a\"}]").unwrap_err();
    assert_eq!(error.to_string(), "expected `:` after a key at byte 15");
    assert_eq!(log.len(), 4);
}

#[test]
fn a_log_takes_no_more_than_it_may() {
    let events = |log: &EventLog| log.memory().events;
    let mut log = EventLog::with_max_bytes(3 << 20);
    let line = [&b"{\"pad\": \""[..], &[b'x'; 1000], b"\"}"].concat();
    while log.push(&line).is_ok() {}
    assert!(events(&log) <= 3 << 20 && log.len() > 1000);
    assert_eq!(log.append(&[&line[..], b"\n"].concat()), Err(LogFull));
    assert!(matches!(log.push(&line), Err(PushError::Full(LogFull))));
    assert_eq!(log.matches(&filter(r#"{"pad": {"$startsWith": "x"}}"#)).count(), log.len());

    // A line that never ends.
    let mut log = EventLog::with_max_bytes(1 << 20);
    let error = std::iter::repeat_with(|| log.append(&[b' '; 1 << 16])).take(20).find(Result::is_err);
    assert_eq!(error, Some(Err(LogFull)));
}

#[test]
fn columns_go_where_there_is_no_room() {
    let mut log = long_log();
    let texts = log.memory().events;
    check(&filter(r#"{"id": {"$lt": 5}}"#), &mut log);
    let one = log.memory().columns;
    assert!(one > 5000 * 4);

    let mut tight = EventLog::with_max_bytes(texts + one + one / 4);
    for index in 0..log.len() {
        tight.push(log.get(index).unwrap()).unwrap();
    }
    for _ in 0..2 {
        for text in [r#"{"id": {"$lt": 5}}"#, r#"{"tags": {"$elemMatch": {"name": 1}}}"#, r#"{"twice.1": 1}"#]
        {
            check(&filter(text), &mut tight);
            assert!(tight.memory().columns <= one + one / 4);
        }
    }
}

#[test]
fn values_are_counted_by_event() {
    let mut log = log_of(&[
        json!({"a": {"b": 1}}),
        json!({"a": [{"b": 1}, {"b": [1, "x", {"c": 1}]}, {"b": 1.0}]}),
        json!({"a": {"b": null}}),
        json!({"a": 5}),
        json!({"a": {"b": 1}}),
    ]);
    let expected = [(json!(1), 3), (json!("x"), 1), (json!(1.0), 1), (json!(null), 1)];
    let values = log.values("a.b", 10).unwrap();
    assert_eq!(values[0], expected[0]);
    assert_eq!(values.len(), expected.len());
    for value in expected {
        assert!(values.contains(&value), "{value:?} in {values:?}");
    }
    assert_eq!(log.values("a.b", 1).unwrap().len(), 1);
    assert_eq!(log.values("a\\b", 1), None);
}

#[test]
fn fields_are_those_that_a_filter_can_name() {
    let log = log_of(&[
        json!({"a": [{"b": 1}, {"b": "x"}, [{"c": 1}]], "d.e": {"\\": null}}),
        json!({"a": null, "d.e": {"\\": true}}),
    ]);
    let fields: Vec<_> = log
        .fields(100)
        .into_iter()
        .map(|field| (field.path, field.types.join(" "), field.count, field.example))
        .collect();
    let field =
        |path: &str, types: &str, count, example: &str| (path.into(), types.into(), count, example.into());
    assert_eq!(
        fields,
        [
            field("a", "array null", 2, r#"[{"b":1},{"b":"x"},[{"c":1}]]"#),
            field("a.b", "int string", 1, "1"),
            field(r"d\.e", "object", 2, r#"{"\\":null}"#),
            field(r"d\.e.\\", "null bool", 2, "true"),
        ]
    );
    assert_eq!(log.fields(1).len(), 4);
}
