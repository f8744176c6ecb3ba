//! Sets: whatever is in one, its answer is that of each filter asked alone.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "common/strategies.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod strategies;

use std::collections::BTreeMap;

use hooksieve::{Filter, FilterSet, Scratch};
use proptest::prelude::*;
use serde_json::{Value, json};

fn filter(text: &str) -> Filter {
    Filter::compile(text).unwrap()
}

/// A set of the filters, by their numbers.
fn set(filters: &[&str]) -> FilterSet<usize> {
    let mut set = FilterSet::new();
    for (id, text) in filters.iter().enumerate() {
        set.insert(id, filter(text));
    }
    set
}

fn ids(set: &FilterSet<usize>, event: &Value, scratch: &mut Scratch) -> Vec<usize> {
    let parsed: Vec<_> = set.matches(event, scratch).in_insertion_order().copied().collect();
    let text = event.to_string();
    let raw: Vec<_> =
        set.matches_json(text.as_bytes(), scratch).unwrap().in_insertion_order().copied().collect();
    assert_eq!(parsed, raw, "{event}");
    parsed
}

/// The ids of the filters that match alone, in the order of the set.
fn expected(set: &FilterSet<usize>, event: &Value) -> Vec<usize> {
    set.iter().filter(|(_, filter)| filter.matches(event)).map(|(id, _)| *id).collect()
}

/// Filters of every kind of key, and events on their edges.
const FILTERS: &[&str] = &[
    "{}",
    r#"{"$nor":[{}]}"#,
    r#"{"a":1}"#,
    r#"{"a":"x"}"#,
    r#"{"a":true}"#,
    r#"{"a":null}"#,
    r#"{"a":[1,2]}"#,
    r#"{"a":{"b":1}}"#,
    r#"{"a":{"$ne":1}}"#,
    r#"{"a":{"$exists":true}}"#,
    r#"{"a":{"$exists":false}}"#,
    r#"{"a":{"$in":[1,"x",null,[1,2]]}}"#,
    r#"{"a":{"$nin":[1,null]}}"#,
    r#"{"a":{"$gt":0}}"#,
    r#"{"a":{"$gt":0,"$lt":5}}"#,
    r#"{"a":{"$gte":3,"$lte":7}}"#,
    r#"{"a":{"$gt":5,"$lt":3}}"#,
    r#"{"a":{"$not":{"$gt":1,"$lt":5}}}"#,
    r#"{"a":{"$not":{"$gt":3}}}"#,
    r#"{"$nor":[{"a":{"$lt":3}},{"c":1}]}"#,
    r#"{"$nor":[{"a":{"$gte":3,"$lt":9}},{"c":1}]}"#,
    r#"{"$or":[{"a":{"$gt":1,"$lt":4}},{"a":{"$gte":5,"$lte":6}},{"c":{"$not":{"$lt":2}}}]}"#,
    r#"{"a":{"$lt":"m"}}"#,
    r#"{"a":{"$gte":"x","$lt":"xyz"}}"#,
    r#"{"a":{"$lt":true}}"#,
    r#"{"a":{"$gt":[1]}}"#,
    r#"{"a":{"$lte":{"b":2}}}"#,
    r#"{"a":{"$startsWith":"x"}}"#,
    r#"{"a":{"$endsWith":"yz"}}"#,
    r#"{"a":{"$regex":"y"}}"#,
    r#"{"a":{"$regex":"y+z"}}"#,
    r#"{"a":{"$type":"number"}}"#,
    r#"{"a":{"$size":2}}"#,
    r#"{"a":{"$mod":[2,1]}}"#,
    r#"{"a":{"$elemMatch":{"$gt":1,"$lt":3}}}"#,
    r#"{"a":{"$elemMatch":{"b":1}}}"#,
    r#"{"a":{"$all":[1,2]}}"#,
    r#"{"a.b":1}"#,
    r#"{"a.b":null}"#,
    r#"{"a.b":{"$gte":1,"$lt":3}}"#,
    r#"{"a.0":1}"#,
    r#"{"a.0.b":{"$exists":true}}"#,
    r#"{"a.b":{"$exists":false},"c":1}"#,
    r#"{"$or":[{"a":1},{"c":2}]}"#,
    r#"{"$or":[{"a":1},{"c":{"$ne":2}}]}"#,
    r#"{"$or":[{"a":{"$gt":0,"$lt":5},"c":1},{"a":"x"},{"a.b":1}]}"#,
    r#"{"$nor":[{"a":{"$exists":true}},{"c":1}]}"#,
    r#"{"$nor":[{"a":{"$exists":false}},{"c":1}]}"#,
    r#"{"c":1,"a":{"$ne":"x"}}"#,
    r#"{"c":{"$in":[1,2]},"$or":[{"a":1},{"a":{"$gt":"w"}}]}"#,
    r#"{"":1}"#,
    r#"{"c\\.d":1}"#,
];

#[test]
fn every_kind_of_key_finds_its_filters() {
    let set = set(FILTERS);
    let mut scratch = Scratch::new();
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(1.0),
        json!(3),
        json!(5),
        json!(9),
        json!(-0.0),
        json!(1e300),
        json!("x"),
        json!("xyz"),
        json!("a"),
        json!("éx"),
        json!(""),
        json!([]),
        json!([1, 2]),
        json!([6, 2]),
        json!([9, -9]),
        json!([[1, 2]]),
        json!(["x", null]),
        json!({}),
        json!({"b": 1}),
        json!({"b": [0, 9]}),
        json!([{"b": 1}, {"b": 2}]),
        json!([{"c": 1}]),
        json!([[{"b": 1}]]),
        json!({"0": 1}),
        json!({"b": null}),
    ];
    let mut events =
        vec![json!({}), json!({"": 1}), json!({"c.d": 1}), json!([{"a": 1}]), json!(1), json!(null)];
    for value in values {
        events.push(json!({"a": value}));
        events.push(json!({"a": value, "c": 1}));
        events.push(json!({"c": 2, "a": value, "z": {"a": 1}}));
    }
    for event in &events {
        assert_eq!(ids(&set, event, &mut scratch), expected(&set, event), "{event}");
    }
}

/// Filters that the index alone can decide, by a key and one more condition, and events in which either
/// is met, just missed, or met only by several values together.
#[test]
fn two_conditions_are_decided_as_by_the_program() {
    const BIG: u64 = 1 << 53;
    let conditions = [
        json!("x"),
        json!("a string that is longer than what fits into the index"),
        json!(true),
        json!(1),
        json!(2.5),
        json!(BIG),
        json!(BIG - 1),
        json!({"$in": ["x", 1, "y"]}),
        json!({"$startsWith": "x"}),
        json!({"$endsWith": "x"}),
        json!({"$exists": true}),
        json!({"$gt": 1}),
        json!({"$gte": 1, "$lt": 3}),
        json!({"$gt": 1, "$lte": 2}),
        json!({"$gt": 3, "$lt": 1}),
        json!({"$gte": BIG}),
        json!({"$gt": BIG}),
        json!({"$lt": BIG + 1}),
        json!({"$ne": "x"}),
        json!({"$ne": 1}),
        json!({"$ne": BIG}),
        json!({"$nin": ["x", "y", "z", 1, 2, 3]}),
        json!({"$not": {"$startsWith": "x"}}),
        json!({"$not": {"$gte": 1}}),
    ];
    let values = [
        json!(null),
        json!("x"),
        json!("y"),
        json!("xx"),
        json!("a string that is longer than what fits into the index"),
        json!("a string that is longer than what fits into the indeX"),
        json!(true),
        json!(1),
        json!(1.0),
        json!(2),
        json!(2.5),
        json!(3),
        json!(BIG - 1),
        json!(BIG),
        json!(BIG + 1),
        json!(BIG as f64),
        json!([]),
        json!([0, 4]),
        json!([1, 3]),
        json!(["x", 1]),
        json!(["w", "y"]),
        json!([["x"]]),
        json!({"a": "x"}),
    ];
    let mut filters: Vec<String> = Vec::new();
    for a in &conditions {
        filters.push(json!({"a": a}).to_string());
        for b in &conditions {
            filters.push(json!({"a": a, "b": b}).to_string());
            filters.push(json!({"$or": [{"a": a}, {"b": b}]}).to_string());
        }
    }
    let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
    let mut events = vec![json!({})];
    for a in &values {
        events.push(json!({"a": a}));
        events.extend(values.iter().map(|b| json!({"b": b, "a": a})));
    }
    let mut set = set(&filters);
    let mut scratch = Scratch::new();
    for event in &events {
        assert_eq!(ids(&set, event, &mut scratch), expected(&set, event), "{event}");
    }
    // What is left is filed anew.
    for id in (0..filters.len()).filter(|id| id % 3 != 0) {
        let filter = set.remove(&id).unwrap();
        if id % 3 == 1 {
            set.insert(id, filter);
        }
    }
    for event in &events {
        assert_eq!(ids(&set, event, &mut scratch), expected(&set, event), "{event}");
    }
}

#[test]
fn filters_are_filed_under_what_is_rare() {
    let mut set = FilterSet::new();
    for user in 0..1000 {
        set.insert(user, filter(&format!(r#"{{"class":"c{}","user":"u{user}","x":{{"$ne":1}}}}"#, user % 4)));
    }
    set.insert(1000, filter(r#"{"a":{"$ne":1}}"#));
    set.insert(1001, filter("{}"));
    set.insert(1002, filter(r#"{"a":{"$in":[]}}"#));
    set.insert(1003, filter(r#"{"a":{"$gt":1,"$lt":5}}"#));
    set.insert(1004, filter(r#"{"a":{"$startsWith":"x"}}"#));
    set.insert(1005, filter(r#"{"a":{"$type":"int"}}"#));
    set.insert(1006, filter(r#"{"a":null}"#));
    let stats = set.stats();
    assert_eq!(stats.filters, 1007);
    assert_eq!(stats.by_value, 1000);
    assert_eq!(
        (stats.residue_negation, stats.residue_always, stats.never, stats.by_range, stats.by_affix),
        (1, 1, 1, 1, 1)
    );
    assert_eq!((stats.by_presence, stats.by_absence, stats.residue()), (1, 1, 2));
    assert!(stats.bytes > 100_000 && stats.bytes < 2_000_000, "{}", stats.bytes);
}

#[test]
fn filters_come_and_go() {
    let mut set = set(&[r#"{"a":1}"#, r#"{"a":{"$ne":1}}"#, r#"{"a":{"$gt":0}}"#]);
    let mut scratch = Scratch::new();
    assert_eq!(ids(&set, &json!({"a": 1}), &mut scratch), [0, 2]);
    let before = set.snapshot();

    assert!(set.remove(&7).is_none());
    assert!(set.remove(&2).is_some());
    assert!(set.get(&2).is_none());
    assert_eq!(set.len(), 2);
    assert_eq!(ids(&set, &json!({"a": 1}), &mut scratch), [0]);

    // Another filter under the same id, at the end of the order.
    assert!(set.insert(0, filter(r#"{"a":2}"#)).is_some());
    assert!(set.insert(9, filter(r#"{"a":{"$lt":9}}"#)).is_none());
    assert_eq!(set.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 0, 9]);
    assert_eq!(ids(&set, &json!({"a": 2}), &mut scratch), [1, 0, 9]);

    let matches = before.matches(&json!({"a": 1}), &mut scratch);
    assert_eq!(matches.len(), 2);
    assert_eq!(matches.in_insertion_order().collect::<Vec<_>>(), [&0, &2]);
}

/// Each filter looks at other fields than all others.
#[test]
fn paths_that_no_filter_looks_at_take_no_memory() {
    let mut set = set(&[r#"{"user.uid":"bob"}"#]);
    let mut scratch = Scratch::new();
    let mut bytes = Vec::new();
    for round in 0..100 {
        for id in 1..20 {
            let path = format!("round{round}.{}.{id}", id % 3);
            set.insert(id, Filter::from_value(&json!({path: id})).unwrap());
        }
        let event = json!({"user": {"uid": "bob"}, format!("round{round}"): {"2": {"5": 5}, "1": [0, 1, 2]}});
        assert_eq!(ids(&set, &event, &mut scratch), [0, 1, 5]);
        bytes.push(set.stats().bytes);
        for id in 1..20 {
            set.remove(&id);
        }
        assert_eq!(ids(&set, &event, &mut scratch), [0]);
    }
    assert!(bytes[99] < bytes[0] * 5 / 4, "{bytes:?}");
}

#[test]
fn bad_events_are_errors() {
    let set = set(&["{}"]);
    let mut scratch = Scratch::new();
    let error = set.matches_json(br#"{"a":1"#, &mut scratch).unwrap_err();
    assert_eq!(error.offset(), 6);
}

#[test]
fn readers_and_the_writer_do_not_wait() {
    let mut set = set(&[r#"{"a":1}"#]);
    std::thread::scope(|scope| {
        let (sender, snapshots) = std::sync::mpsc::channel::<hooksieve::Snapshot<usize>>();
        let reader = scope.spawn(move || {
            let mut scratch = Scratch::new();
            for snapshot in snapshots {
                let found = snapshot.matches_json(br#"{"a":1}"#, &mut scratch).unwrap().len();
                assert_eq!(found, snapshot.len());
            }
        });
        for id in 1..200 {
            set.insert(id, filter(r#"{"a":1}"#));
            sender.send(set.snapshot()).unwrap();
        }
        drop(sender);
        reader.join().unwrap();
    });
}

/// A change to a set.
#[derive(Debug, Clone)]
enum Step {
    Insert(usize, Value),
    Remove(usize),
    Snapshot,
    Match(Value),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..12_usize, strategies::pair()).prop_map(|(id, (filter, event))| vec![Step::Insert(id, filter), Step::Match(event)]),
        2 => (0..12_usize).prop_map(|id| vec![Step::Remove(id)]),
        1 => Just(vec![Step::Snapshot]),
        1 => strategies::event().prop_map(|event| vec![Step::Match(event)]),
    ];
    prop::collection::vec(step, 1..24).prop_map(|steps| steps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_answer_is_that_of_each_filter_alone(steps in steps()) {
        let mut set = FilterSet::new();
        let mut model: BTreeMap<usize, Filter> = BTreeMap::new();
        let mut snapshots = Vec::new();
        let mut scratch = Scratch::new();
        for step in steps {
            match step {
                Step::Insert(id, query) => {
                    let filter = Filter::from_value(&query).unwrap();
                    prop_assert_eq!(set.insert(id, filter.clone()).is_some(), model.insert(id, filter).is_some());
                }
                Step::Remove(id) => prop_assert_eq!(set.remove(&id).is_some(), model.remove(&id).is_some()),
                Step::Snapshot => snapshots.push((set.snapshot(), model.clone())),
                Step::Match(event) => {
                    let mut found = ids(&set, &event, &mut scratch);
                    found.sort_unstable();
                    let alone = |model: &BTreeMap<usize, Filter>| -> Vec<usize> {
                        model.iter().filter(|(_, filter)| filter.matches(&event)).map(|(id, _)| *id).collect()
                    };
                    prop_assert_eq!(found, alone(&model));
                    for (snapshot, model) in &snapshots {
                        let mut found: Vec<_> = snapshot.matches(&event, &mut scratch).copied().collect();
                        found.sort_unstable();
                        prop_assert_eq!(found, alone(model));
                    }
                }
            }
        }
        prop_assert_eq!(set.len(), model.len());
    }
}
