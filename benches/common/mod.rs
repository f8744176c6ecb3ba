//! What the benchmarks share: the sample events, and five filters with the closures that a
//! programmer would write for them by hand; and, in files of their own, made-up events and filters in
//! any number.

#![allow(dead_code, reason = "every benchmark uses some of it")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark without its events is to stop; the tables are constants"
)]

mod dice;
pub(crate) mod events;
pub(crate) mod memory;
pub(crate) mod workload;

use serde_json::Value;

/// The 1,000 events of `examples/`.
pub(crate) fn events() -> Vec<Value> {
    lines().map(|line| serde_json::from_str(line).expect("the samples are JSON")).collect()
}

/// Their lines.
pub(crate) fn lines() -> impl Iterator<Item = &'static str> {
    include_str!("../../examples/events.ndjson").lines()
}

/// A filter, and the same by hand.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) filter: &'static str,
    pub(crate) by_hand: fn(&Value) -> bool,
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "user-table-time",
        filter: r#"{"user.uid":"bob","event.tableId":42,"time":{"$lt":1711971024}}"#,
        by_hand: |event| {
            text(event, "user", "uid") == Some("bob")
                && field(event, "event", "tableId").and_then(Value::as_i64) == Some(42)
                && event.get("time").and_then(Value::as_i64).is_some_and(|time| time < 1_711_971_024)
        },
    },
    Case {
        name: "time-window",
        filter: r#"{"time":{"$gte":1717200000,"$lt":1719792000}}"#,
        by_hand: |event| {
            let time = event.get("time").and_then(Value::as_i64);
            time.is_some_and(|time| time >= 1_717_200_000) && time.is_some_and(|time| time < 1_719_792_000)
        },
    },
    Case {
        name: "one-of-four-users",
        filter: r#"{"user.uid":{"$in":["bob","alice","carol","dave"]}}"#,
        by_hand: |event| {
            text(event, "user", "uid").is_some_and(|uid| ["bob", "alice", "carol", "dave"].contains(&uid))
        },
    },
    Case {
        name: "pdfs-not-by-bob",
        filter: r#"{"event.node.path":{"$endsWith":".pdf"},"user.uid":{"$ne":"bob"}}"#,
        by_hand: |event| {
            let path =
                field(event, "event", "node").and_then(|node| node.get("path")).and_then(Value::as_str);
            path.is_some_and(|path| path.ends_with(".pdf")) && text(event, "user", "uid") != Some("bob")
        },
    },
    Case {
        name: "table-or-folder",
        filter: r#"{"$or":[{"event.tableId":{"$in":[7,42]}},{"event.node.path":{"$startsWith":"/bob/files/"}}]}"#,
        by_hand: |event| {
            let table = field(event, "event", "tableId").and_then(Value::as_i64);
            let path =
                || field(event, "event", "node").and_then(|node| node.get("path")).and_then(Value::as_str);
            matches!(table, Some(7 | 42)) || path().is_some_and(|path| path.starts_with("/bob/files/"))
        },
    },
];

fn field<'e>(event: &'e Value, outer: &str, inner: &str) -> Option<&'e Value> {
    event.get(outer)?.get(inner)
}

fn text<'e>(event: &'e Value, outer: &str, inner: &str) -> Option<&'e str> {
    field(event, outer, inner)?.as_str()
}
