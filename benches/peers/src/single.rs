//! One filter on parsed events.

use std::hint::black_box;

use hooksieve::Filter;
use serde_json::Value;

use crate::common::{self, Case};
use crate::rounds::{self, Contender, Time};

/// A case as jsonfilter spells it: it has no dotted paths, and of the operators few.
const AS_JSONFILTER: &[(&str, &str)] =
    &[("user-table-time", r#"{"user":{"uid":"bob"},"event":{"tableId":42},"time":{"$lt":1711971024}}"#)];

pub fn print_table() {
    let events = common::events();
    println!("On the 1,000 sample events; time per event, median (min–max).\n");
    println!("| case | by hand | hooksieve | hooksieve : by hand |");
    println!("|---|--:|--:|--:|");
    for case in common::CASES {
        let filter = Filter::compile(case.filter).expect("the filter is valid");
        let [by_hand, ours] = measure(&events, [&by_hand(case), &|event| filter.matches(event)]);
        let ratio = ours.median / by_hand.median;
        println!("| `{}` | {by_hand} | {ours} | {ratio:.2} |", case.filter);
    }
    println!("\nOn those of them that have the fields: without, jsonfilter fails or panics.\n");
    println!("| case | by hand | hooksieve | jsonfilter | jsonfilter : hooksieve |");
    println!("|---|--:|--:|--:|--:|");
    for (name, spelled) in AS_JSONFILTER {
        let Some(case) = common::CASES.iter().find(|case| case.name == *name) else { continue };
        let filter = Filter::compile(case.filter).expect("the filter is valid");
        let peer: Value = serde_json::from_str(spelled).expect("the filter is JSON");
        let answers =
            |event: &Value| !event["user"].is_null() && jsonfilter::try_matches(&peer, event).is_ok();
        let events: Vec<Value> = events.iter().filter(|event| answers(event)).cloned().collect();
        for event in &events {
            assert_eq!(jsonfilter::matches(&peer, event), filter.matches(event), "{name}: {event}");
        }
        let [by_hand, ours, theirs] = measure(
            &events,
            [&by_hand(case), &|event| filter.matches(event), &|event| jsonfilter::matches(&peer, event)],
        );
        let ratio = theirs.median / ours.median;
        println!(
            "| `{}`, {} events | {by_hand} | {ours} | {theirs} | {ratio:.1} |",
            case.filter,
            events.len()
        );
    }
}

/// The closure, out of the optimiser's sight.
fn by_hand(case: &Case) -> impl Fn(&Value) -> bool + use<> {
    let by_hand = black_box(case.by_hand);
    move |event| by_hand(event)
}

/// Time per event.
fn measure<const N: usize>(events: &[Value], contenders: [&dyn Fn(&Value) -> bool; N]) -> [Time; N] {
    let mut contenders = contenders.map(|matches| {
        Contender::new(move || events.iter().filter(|event| matches(black_box(event))).count())
    });
    let times = rounds::measure(&mut contenders);
    std::array::from_fn(|index| times[index].per(events.len()))
}
