//! One event against many filters; building and changing such a set; and its memory.

#![allow(clippy::expect_used, reason = "a benchmark without its filters is to stop")]

mod common;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hooksieve::{Filter, FilterSet, Scratch};

use common::memory;
use common::workload::{self, Kind};

const MANY: usize = 100_000;

fn build(filters: &[String]) -> FilterSet<usize> {
    let mut set = FilterSet::new();
    for (id, filter) in filters.iter().enumerate() {
        set.insert(id, Filter::compile(filter).expect("the filter is valid"));
    }
    set
}

fn matching(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("set");
    group.measurement_time(Duration::from_secs(3));
    for kind in Kind::ALL {
        for count in [1, 1_000, MANY] {
            let set = build(&workload::filters(kind, count));
            let events = workload::events(kind, count);
            let mut scratch = Scratch::new();
            let mut ids = |event: &str| {
                set.matches_json(event.as_bytes(), &mut scratch).expect("the event is JSON").len()
            };
            for event in events.iter().filter(|_| kind != Kind::Mixed) {
                assert_eq!(ids(&event.json), usize::from(event.hits.is_some()), "{}", event.json);
            }
            group.throughput(Throughput::Elements(events.len() as u64));
            group.bench_function(BenchmarkId::new(kind.name(), count), |bencher| {
                bencher.iter(|| events.iter().map(|event| ids(black_box(&event.json))).sum::<usize>());
            });
        }
    }
    group.finish();
}

/// From text to a set that answers.
fn building(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build");
    group.sample_size(10);
    group.throughput(Throughput::Elements(MANY as u64));
    for kind in Kind::ALL {
        let filters = workload::filters(kind, MANY);
        group.bench_function(BenchmarkId::new(kind.name(), MANY), |bencher| {
            bencher.iter_with_large_drop(|| build(black_box(&filters)));
        });
    }
    group.finish();
}

/// One filter is taken out of a set and put back.
fn changing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("remove and insert");
    for kind in Kind::ALL {
        let mut set = build(&workload::filters(kind, MANY));
        let mut id = 0;
        let mut change = |set: &mut FilterSet<usize>| {
            // A prime, so that it is another one each time.
            id = (id + 7_919) % MANY;
            let filter = set.remove(&id).expect("the filter is in the set");
            set.insert(id, filter);
        };
        group.bench_function(BenchmarkId::new(kind.name(), MANY), |bencher| {
            bencher.iter(|| change(&mut set));
        });
        // Each time the readers get a new one and give the last one back.
        let mut snapshot = set.snapshot();
        group.bench_function(
            BenchmarkId::new(format!("{}, with a new snapshot", kind.name()), MANY),
            |bencher| {
                bencher.iter(|| {
                    change(&mut set);
                    snapshot = set.snapshot();
                });
            },
        );
        assert_eq!(snapshot.len(), MANY);
    }
    group.finish();
}

fn memory(_: &mut Criterion) {
    for kind in Kind::ALL {
        let filters = workload::filters(kind, MANY);
        let before = memory::live();
        let set = build(&filters);
        let bytes = (memory::live() - before) / MANY as isize;
        println!("memory/{}/{MANY}: {bytes} bytes per filter, its program included", kind.name());
        println!("{}\n", set.stats());
    }
}

criterion_group!(benches, matching, building, changing, memory);
criterion_main!(benches);
