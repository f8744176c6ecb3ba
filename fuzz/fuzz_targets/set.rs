//! Filters and an event, a NUL behind each filter: what a set answers is what each filter answers
//! alone, also after every other one is gone.

#![no_main]

use hooksieve::{Filter, FilterSet, Scratch};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &str| {
    let Some((filters, event)) = input.rsplit_once('\0') else {
        return;
    };
    let Ok(parsed) = serde_json::from_str::<Value>(event) else {
        return;
    };
    let mut set = FilterSet::new();
    for (id, filter) in filters.split('\0').take(32).enumerate() {
        if let Ok(filter) = Filter::compile(filter) {
            set.insert(id, filter);
        }
    }
    let mut scratch = Scratch::new();
    check(&set, event, &parsed, &mut scratch);
    let snapshot = set.snapshot();
    let before = snapshot.matches(&parsed, &mut scratch).len();
    for id in (0..32).step_by(2) {
        set.remove(&id);
    }
    check(&set, event, &parsed, &mut scratch);
    assert_eq!(snapshot.matches(&parsed, &mut scratch).len(), before);
});

fn check(set: &FilterSet<usize>, event: &str, parsed: &Value, scratch: &mut Scratch) {
    let alone: Vec<usize> =
        set.iter().filter(|(_, filter)| filter.matches(parsed)).map(|(id, _)| *id).collect();
    let matches = set.matches_json(event.as_bytes(), scratch).expect("the event is JSON");
    assert_eq!(matches.in_insertion_order().copied().collect::<Vec<_>>(), alone);
    let matches = set.matches(parsed, scratch);
    assert_eq!(matches.in_insertion_order().copied().collect::<Vec<_>>(), alone);
}
