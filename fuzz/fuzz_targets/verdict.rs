//! A filter and an event, with a NUL between them: the verdict is the same however the filter got here, and
//! the explanation's.

#![no_main]

use hooksieve::Filter;
use hooksieve_fuzz::assert_round_trip;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &str| {
    // JSON has no NUL, not even within a string.
    let Some((filter, event)) = input.split_once('\0') else {
        return;
    };
    let (Ok(compiled), Ok(event)) = (Filter::compile(filter), serde_json::from_str::<Value>(event)) else {
        return;
    };
    assert_round_trip(&compiled, [&event]);
    assert_eq!(compiled.explain(&event).matches(), compiled.matches(&event));

    // Reading the filter's JSON beforehand makes no difference: the compiler has seen to duplicate keys.
    if let Ok(value) = serde_json::from_str::<Value>(filter)
        && let Ok(from_value) = Filter::from_value(&value)
    {
        assert_eq!(from_value.matches(&event), compiled.matches(&event));
    }
});
