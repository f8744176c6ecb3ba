//! The dialect of Nextcloud. The corpus was answered by the PHP class itself, on PHP 8.2; `"error"` is what
//! it threw, with the reason.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use hooksieve::{Compiler, Dialect, DialectCompiler, ErrorCode, Program, Scratch, Verdict};
use serde_json::Value;
use serde_json::value::RawValue;

fn compiler() -> DialectCompiler {
    Compiler::new().dialect(Dialect::Nextcloud)
}

#[derive(serde::Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    filter: &'a RawValue,
    #[serde(borrow)]
    event: &'a RawValue,
    expected: Value,
    reason: Option<String>,
}

/// A line that is not JSON: it spells `Infinity`, and PHP refuses it, too.
const NO_ROWS: usize = 1;

/// The reason of three rows in which the filter is a scalar; the harness of the corpus gave it, not the
/// class.
const NO_FILTER: &str = "TypeError: filterMatch()";

#[test]
fn every_row_of_the_corpus() {
    let files =
        [include_str!("corpus/nextcloud-curated.ndjson"), include_str!("corpus/nextcloud-random.ndjson")];
    let mut scratch = Scratch::new();
    let (mut rows, mut unreadable, mut thrown, mut refused) = (0, 0, 0, 0);
    let mut failures = Vec::new();
    for line in files.iter().flat_map(|file| file.lines()) {
        let Ok(row) = serde_json::from_str::<Row<'_>>(line) else {
            unreadable += 1;
            continue;
        };
        rows += 1;
        let event: Value = serde_json::from_str(row.event.get()).unwrap();
        let expected = match &row.expected {
            Value::Bool(expected) => expected.to_string(),
            _ => row.reason.clone().unwrap(),
        };
        let found = match compiler().compile(row.filter.get()) {
            Ok(filter) => {
                let verdict = filter.verdict(&event);
                let raw = filter.verdict_json(row.event.get().as_bytes(), &mut scratch).unwrap();
                let loaded = Program::from_bytes(&filter.program().to_bytes()).unwrap();
                let loaded = hooksieve::DialectFilter::from(loaded).verdict(&event);
                assert_eq!((&raw, &loaded), (&verdict, &verdict), "{line}");
                match verdict {
                    Verdict::Matches => "true".to_owned(),
                    Verdict::DoesNotMatch => "false".to_owned(),
                    Verdict::Throws(reason) => {
                        thrown += 1;
                        reason.reason().to_owned()
                    }
                }
            }
            Err(error) => {
                refused += 1;
                let first = error.first();
                match first.code() {
                    ErrorCode::Throws => first
                        .message()
                        .strip_prefix("Nextcloud throws whatever the event: ")
                        .unwrap()
                        .to_owned(),
                    ErrorCode::InvalidFilter if expected.starts_with(NO_FILTER) => expected.clone(),
                    _ => error.to_string(),
                }
            }
        };
        if found != expected {
            failures.push(format!("expected {expected}, found {found}\n  {line}"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {rows} failed:\n{}",
        failures.len(),
        failures[..failures.len().min(20)].join("\n")
    );
    assert_eq!((rows, unreadable), (4549, NO_ROWS));
    assert!(thrown > 200 && refused > 100, "{thrown} thrown, {refused} refused");
}
