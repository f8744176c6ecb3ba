//! One filter on raw JSON: ours, and what the standard crate takes to parse or only to check the text.

#![allow(clippy::expect_used, reason = "a benchmark without its filter is to stop")]

mod common;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hooksieve::{Filter, Scratch};
use serde::de::IgnoredAny;
use serde_json::Value;

use common::events::{self, FILTER};

fn raw(criterion: &mut Criterion) {
    let filter = Filter::compile(FILTER).expect("the filter is valid");
    let by_hand = common::CASES.iter().find(|case| case.filter == FILTER).expect("written by hand").by_hand;
    for (name, events) in [("events", events::ordinary()), ("match", events::matching())] {
        let mut scratch = Scratch::new();
        let mut ours =
            |event: &str| filter.matches_json(event.as_bytes(), &mut scratch).expect("the event is JSON");
        let parse = |event: &str| -> Value { serde_json::from_str(event).expect("the event is JSON") };
        for event in &events {
            assert_eq!(ours(event), by_hand(&parse(event)), "{event}");
        }

        let mut group = criterion.benchmark_group(format!("raw {name}"));
        group.throughput(Throughput::Bytes(events.iter().map(|event| event.len() as u64).sum()));
        group.measurement_time(Duration::from_secs(3));
        group.bench_function("hooksieve", |bencher| {
            bencher.iter(|| events.iter().filter(|event| ours(black_box(event))).count());
        });
        group.bench_function("serde_json, by hand", |bencher| {
            let parse = |event: &str| -> Value {
                serde_json::from_slice(event.as_bytes()).expect("the event is JSON")
            };
            bencher.iter(|| events.iter().filter(|event| by_hand(&parse(black_box(event)))).count());
        });
        group.bench_function("serde_json, check only", |bencher| {
            let check = |event: &str| serde_json::from_slice::<IgnoredAny>(event.as_bytes()).is_ok();
            bencher.iter(|| events.iter().filter(|event| check(black_box(event))).count());
        });
        group.finish();
    }
}

criterion_group!(benches, raw);
criterion_main!(benches);
