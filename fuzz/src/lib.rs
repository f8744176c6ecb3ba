//! What the fuzz targets have in common.

use std::sync::LazyLock;

use hooksieve::{Filter, Program};
use serde_json::{Value, json};

/// Some of the sample events, one of each kind at least, and values that are no events at all.
pub static EVENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let samples = include_str!("../../examples/events.ndjson")
        .lines()
        .step_by(25)
        .filter_map(|line| serde_json::from_str(line).ok());
    let oddities = [
        json!(null),
        json!([]),
        json!({}),
        json!({"a": [[{"b": [1, {"c": null}]}], {"0": 2.5}], "": {"": "x"}}),
        json!({"a": {"b": {"c": u64::MAX}}, "b": i64::MIN, "c": 1e300, "d": -0.0}),
    ];
    samples.chain(oddities).collect()
});

/// Asserts that bytes and back is no change, and that the loaded program decides as the filter does.
pub fn assert_round_trip<'a>(filter: &Filter, events: impl IntoIterator<Item = &'a Value>) {
    let bytes = filter.program().to_bytes();
    let loaded = match Program::from_bytes(&bytes).and_then(Filter::try_from) {
        Ok(filter) => filter,
        Err(error) => panic!("a program of our own is refused: {error}"),
    };
    assert_eq!(loaded.program().to_bytes(), bytes, "the bytes have changed");
    for event in events {
        assert_eq!(loaded.matches(event), filter.matches(event), "{event}");
    }
}
