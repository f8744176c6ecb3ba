//! No text makes the compiler panic, and what it accepts runs and survives being stored.

#![no_main]

use hooksieve::Filter;
use hooksieve_fuzz::{EVENTS, assert_round_trip};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Filter::compile(text) {
        Ok(filter) => assert_round_trip(&filter, EVENTS.iter()),
        Err(error) => {
            for problem in error.problems() {
                let range = problem.range().unwrap_or_default();
                assert!(text.get(range).is_some(), "not a range of the text: {problem}");
            }
        }
    }
});
