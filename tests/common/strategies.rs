//! Events, and filters that have something to do with them.
//!
//! A filter is first drawn as a [`sketch`], and then filled in from an event.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use sketch::sketch;

mod sketch;

// ---- Values ----

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(vec!["a", "b", "c"]),
        3 => select(vec!["0", "1"]),
        1 => select(vec!["", "é", "$a", "a.b", "\\", "00", "-1"]),
    ]
    .prop_map(str::to_owned)
}

fn number() -> impl Strategy<Value = Value> {
    let edges = vec![
        json!(9_007_199_254_740_991_i64),
        json!(9_007_199_254_740_992_i64),
        json!(9_007_199_254_740_993_i64),
        json!(9_007_199_254_740_991.0),
        json!(9_007_199_254_740_992.0),
        json!(9_007_199_254_740_994.0),
        json!(i32::MAX),
        json!(i32::MIN),
        json!(i64::from(i32::MAX) + 1),
        json!(i64::from(i32::MIN) - 1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(i64::MAX as f64),
        json!(i64::MIN as f64),
        json!(i64::MAX as u64 + 1),
        json!(u64::MAX),
        json!(u64::MAX as f64),
        json!(1e300),
        json!(-1e300),
        json!(5e-324),
        json!(-5e-324),
        json!(0.1),
    ];
    prop_oneof![
        6 => select(vec![json!(0), json!(1), json!(2), json!(3), json!(12), json!(-4)]),
        3 => select(vec![json!(0.0), json!(-0.0), json!(1.0), json!(1.5), json!(-0.5), json!(12.7)]),
        2 => select(edges),
    ]
}

fn string() -> impl Strategy<Value = String> {
    let strings = vec![
        "", "a", "b", "ab", "abc", "B", "é", "😀", "\u{ff5e}", "1", "0", "a\n", "ab\n", "\n", "a\nb", "a.b",
        "$a", "/a/",
    ];
    select(strings).prop_map(str::to_owned)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        4 => number(),
        4 => string().prop_map(Value::from),
    ]
}

fn object(
    value: impl Strategy<Value = Value>,
    fields: std::ops::Range<usize>,
) -> impl Strategy<Value = Value> {
    vec((key(), value), fields).prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

/// Any value, arrays and objects included.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 16, 4, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::from), object(inner, 0..4)]
    })
}

/// An event: an object, or now and then something that is none.
pub(crate) fn event() -> impl Strategy<Value = Value> {
    prop_oneof![30 => object(value(), 2..6), 1 => value()]
}

// ---- Filters ----

/// A filter and an event.
pub(crate) fn pair() -> impl Strategy<Value = (Value, Value)> {
    (sketch(2), event()).prop_map(|(sketch, event)| (sketch.filter(&event), event))
}

/// Two filters and an event.
pub(crate) fn triple() -> impl Strategy<Value = (Value, Value, Value)> {
    (sketch(2), sketch(1), event())
        .prop_map(|(first, second, event)| (first.filter(&event), second.filter(&event), event))
}

/// The text of a filter with some characters taken out, put in or replaced.
pub(crate) fn damaged_text() -> impl Strategy<Value = String> {
    let inserts = vec![
        "",
        "",
        "",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "\\ud800",
        "$",
        "null",
        "-",
        "1e999",
        ".",
        "0",
        " ",
        "\n",
        "\0",
        "é",
        "😀",
        "{}",
        "[]",
        "\"a\":",
        "\"$in\":",
        "\"$not\":",
        "\"$and\":",
        "\"$regex\":\"(\"",
        "$x",
    ];
    let change = (any::<Index>(), 0..4_usize, select(inserts));
    (pair(), any::<bool>(), vec(change, 1..4)).prop_map(|((filter, _), pretty, changes)| {
        let mut text = if pretty { format!("{filter:#}") } else { filter.to_string() };
        for (at, removed, inserted) in changes {
            let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let start = at.index(bounds.len());
            let end = bounds.len().min(start + removed + 1) - 1;
            text.replace_range(bounds[start]..bounds[end], inserted);
        }
        text
    })
}
