//! In the dialect of Nextcloud no text makes the compiler panic, and what it accepts gives one verdict, on a
//! parsed event and on a raw one.

#![no_main]

use hooksieve::{Compiler, Dialect, Scratch};
use hooksieve_fuzz::EVENTS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(filter) = Compiler::new().dialect(Dialect::Nextcloud).compile(text) else { return };
    let mut scratch = Scratch::new();
    for event in EVENTS.iter() {
        let raw = filter.verdict_json(event.to_string().as_bytes(), &mut scratch);
        assert_eq!(raw, Ok(filter.verdict(event)), "{event}");
    }
});
