//! Two filters and an event, with NULs between them: what is said about the filters is true of the event.

#![no_main]

use hooksieve::{Filter, Implication, LintCode, Severity, lint};
use hooksieve_fuzz::EVENTS;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &str| {
    let mut texts = input.split('\0');
    let (Some(first), Some(second)) = (texts.next(), texts.next()) else {
        return;
    };
    let (Ok(filter), Ok(other)) = (Filter::compile(first), Filter::compile(second)) else {
        return;
    };
    let event = texts.next().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let events: Vec<&Value> = EVENTS.iter().chain(&event).collect();

    match filter.implies(&other) {
        Implication::Yes => {
            for event in &events {
                assert!(!filter.matches(event) || other.matches(event), "{event}");
            }
        }
        Implication::No(event) => assert!(filter.matches(&event) && !other.matches(&event), "{event}"),
        Implication::Unknown => {}
    }

    let lints = lint(&filter, None);
    for lint in &lints {
        let is_whole = lint.pointer().is_empty() && lint.code() == LintCode::AlwaysMatches;
        for event in &events {
            assert!(lint.severity() < Severity::Error || !filter.matches(event), "{lint}\n{event}");
            assert!(!is_whole || filter.matches(event), "{lint}\n{event}");
        }
        if let Some(replacement) = lint.suggestion().and_then(|suggestion| suggestion.replacement()) {
            let mut text = first.to_owned();
            text.replace_range(replacement.range.clone(), &replacement.text);
            assert!(Filter::compile(&text).is_ok(), "{lint}\n{text}");
        }
    }
});
