//! No bytes make the loader panic, and what it accepts ends on every event and is written as it was read.

#![no_main]

use std::hint::black_box;

use hooksieve::{DialectFilter, Program};
use hooksieve_fuzz::EVENTS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(program) = Program::from_bytes(bytes) {
        assert_eq!(program.to_bytes(), bytes, "the bytes have changed");
        // People may look at the listing of any program.
        black_box(program.to_string());
        let filter = DialectFilter::from(program);
        for event in EVENTS.iter() {
            let _ = black_box(filter.verdict(event));
        }
    }
});
