//! Explanations: that they are true, and what they say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use hooksieve::Filter;
use serde_json::Value;

/// Rows of `filter`, below a line `# event`: the number of a line of the examples, or an event.
const CASES: &str = include_str!("explain/cases.txt");
const EVENTS: &str = include_str!("../examples/events.ndjson");

fn event(text: &str) -> Value {
    let text = match text.parse::<usize>() {
        Ok(line) => EVENTS.lines().nth(line - 1).unwrap(),
        Err(_) => text,
    };
    serde_json::from_str(text).expect(text)
}

/// What a user reads, for filters on events from real servers.
#[test]
fn trees_and_reasons() {
    let mut current = Value::Null;
    let mut report = String::new();
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        if let Some(text) = line.strip_prefix("# ") {
            current = event(text);
            report += &format!("# {current}\n\n");
            continue;
        }
        let explanation = Filter::compile(line).expect(line).explain(&current);
        report += &format!("{line}\n  {explanation}\n{explanation:#}\n");
    }
    insta::assert_snapshot!(report);
}
