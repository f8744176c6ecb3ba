//! `$regex` on parsed events, against `regex-lite` in a closure written by hand; and compiling, with the first search, for
//! which the automaton is made.

#![allow(clippy::expect_used, reason = "a benchmark without its filter is to stop")]

mod common;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hooksieve::Filter;
use regex_lite::Regex;
use serde_json::{Value, json};

/// The last two have no table: the one too many states, the other too many rows.
const PATTERNS: [&str; 7] = [
    "^/[^/]+/files/.*[.](?:pdf|docx?)$",
    "[0-9]{4}-[0-9]{2}",
    "(?i)[aeiou]{3}",
    r"\.(pdf|odt)$",
    r"\bfiles\b.*\d",
    "[a-z]{300}",
    "[xa][ab]{12}[cd]",
];

fn filter(pattern: &str) -> Filter {
    let query = json!({"event.node.path": {"$regex": pattern}});
    Filter::from_value(&query).expect("the filter is valid")
}

fn path(event: &Value) -> Option<&str> {
    event.get("event")?.get("node")?.get("path")?.as_str()
}

fn matching(criterion: &mut Criterion) {
    let events = common::events();
    for pattern in PATTERNS {
        let (filter, regex) = (filter(pattern), Regex::new(pattern).expect("the pattern is valid"));
        let by_hand = |event: &Value| path(event).is_some_and(|path| regex.is_match(path));
        for event in &events {
            assert_eq!(filter.matches(event), by_hand(event), "{pattern}: {event}");
        }
        let mut group = criterion.benchmark_group(pattern);
        group.throughput(Throughput::Elements(events.len() as u64));
        group.bench_function("regex-lite", |bencher| {
            bencher.iter(|| events.iter().filter(|event| by_hand(black_box(event))).count());
        });
        group.bench_function("hooksieve", |bencher| {
            bencher.iter(|| events.iter().filter(|event| filter.matches(black_box(event))).count());
        });
        group.finish();
    }
}

fn compiling(criterion: &mut Criterion) {
    let text = "/bob/files/Documents/report.odt";
    let event = json!({"event": {"node": {"path": text}}});
    for pattern in PATTERNS {
        let mut group = criterion.benchmark_group(format!("compile {pattern}"));
        group.bench_function("regex-lite", |bencher| {
            bencher.iter(|| Regex::new(black_box(pattern)).map(|regex| regex.is_match(text)));
        });
        group.bench_function("hooksieve", |bencher| {
            bencher.iter(|| filter(black_box(pattern)).matches(&event));
        });
        group.finish();
    }
}

criterion_group!(benches, matching, compiling);
criterion_main!(benches);
