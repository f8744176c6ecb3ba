//! One filter on parsed events, against the same condition written by hand; and compiling.

#![allow(clippy::expect_used, reason = "a benchmark without its filter is to stop")]

mod common;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hooksieve::Filter;

fn matching(criterion: &mut Criterion) {
    let events = common::events();
    for case in common::CASES {
        let filter = Filter::compile(case.filter).expect("the filter is valid");
        for event in &events {
            assert_eq!(filter.matches(event), (case.by_hand)(event), "{}: {event}", case.name);
        }
        let mut group = criterion.benchmark_group(case.name);
        group.throughput(Throughput::Elements(events.len() as u64));
        group.measurement_time(Duration::from_secs(3));
        group.bench_function("by hand", |bencher| {
            let by_hand = black_box(case.by_hand);
            bencher.iter(|| events.iter().filter(|event| by_hand(black_box(event))).count());
        });
        group.bench_function("hooksieve", |bencher| {
            bencher.iter(|| events.iter().filter(|event| filter.matches(black_box(event))).count());
        });
        group.finish();
    }
}

fn compiling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    for case in common::CASES {
        group.bench_function(case.name, |bencher| bencher.iter(|| Filter::compile(black_box(case.filter))));
    }
    group.finish();
}

criterion_group!(benches, matching, compiling);
criterion_main!(benches);
