//! What costs no memory: matching, once the working memory is warm.

#![allow(clippy::unwrap_used, reason = "tests")]

use allocation_counter::measure;
use hooksieve::{Filter, FilterSet, Scratch};
use serde_json::Value;

const EVENTS: &str = include_str!("../examples/events.ndjson");

const FILTERS: &[&str] = &[
    r#"{"user.uid":"bob","event.tableId":42,"time":{"$lt":1711971024}}"#,
    r#"{"event.class":{"$in":["OCP\\Files\\Events\\Node\\NodeCreatedEvent","x"]},"user":{"$ne":null}}"#,
    r#"{"event.node.path":{"$endsWith":".pdf"}}"#,
    r#"{"event.values.3":{"$exists":true}}"#,
    r#"{"event.values":{"$elemMatch":{"$gt":1}}}"#,
    r#"{"user":{"uid":"bob","displayName":"Bob Baumeister"}}"#,
    r#"{"$or":[{"event.tagIds":7},{"event.form.title":{"$startsWith":"T"}},{"event":{"$size":2}}]}"#,
];

#[test]
fn matching_parsed_events() {
    let events: Vec<Value> = EVENTS.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for text in FILTERS {
        let filter = Filter::compile(text).unwrap();
        let mut found = 0;
        let allocated = measure(|| found = events.iter().filter(|event| filter.matches(event)).count());
        assert_eq!(allocated.count_total, 0, "{text}");
        assert!(found < events.len());
    }
}

#[test]
fn matching_raw_events() {
    let mut scratch = Scratch::new();
    for text in FILTERS {
        let filter = Filter::compile(text).unwrap();
        let mut run = || {
            EVENTS.lines().filter(|line| filter.matches_json(line.as_bytes(), &mut scratch).unwrap()).count()
        };
        let warm = run();
        let mut found = 0;
        let allocated = measure(|| found = run());
        assert_eq!((allocated.count_total, found), (0, warm), "{text}");
    }
}

#[test]
fn matching_raw_events_with_a_set() {
    let mut scratch = Scratch::new();
    let mut set = FilterSet::new();
    for text in FILTERS {
        set.insert(*text, Filter::compile(text).unwrap());
    }
    let mut run = || {
        EVENTS
            .lines()
            .map(|line| set.matches_json(line.as_bytes(), &mut scratch).unwrap().len())
            .sum::<usize>()
    };
    let warm = run();
    let mut found = 0;
    let allocated = measure(|| found = run());
    assert_eq!((allocated.count_total, found), (0, warm));
}
