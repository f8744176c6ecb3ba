//! A filter and the bytes of an event, with a NUL between them: the raw event is refused where
//! serde_json refuses it, and else has the verdict of the parsed one, with SIMD and without. So the scanner is
//! tested on any bytes.

#![no_main]

use hooksieve::{Filter, Scratch};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let (Some(filter), Some(event)) = (parts.next(), parts.next()) else {
        return;
    };
    let Ok(filter) = std::str::from_utf8(filter) else {
        return;
    };
    let Ok(filter) = Filter::compile(filter) else {
        return;
    };
    let raw = filter.matches_json(event, &mut Scratch::new());
    assert_eq!(raw, filter.matches_json(event, &mut Scratch::portable()));
    match (raw, serde_json::from_slice::<Value>(event)) {
        (Ok(verdict), Ok(event)) => assert_eq!(verdict, filter.matches(&event)),
        (Err(error), Err(_)) => assert!(error.offset() <= event.len()),
        (raw, parsed) => panic!("raw: {raw:?}, parsed: {parsed:?}"),
    }
});
