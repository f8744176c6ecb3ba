//! Lints as lines, each with the filter that its replacement leads to.

use std::fmt::Write;

use hooksieve::Lint;

pub(crate) fn of(filter: &str, lints: &[Lint]) -> String {
    let mut lines = String::new();
    for lint in lints {
        writeln!(lines, "  {lint}").unwrap();
        if let Some(replacement) = lint.suggestion().and_then(|suggestion| suggestion.replacement()) {
            let mut text = filter.to_owned();
            text.replace_range(replacement.range.clone(), &replacement.text);
            writeln!(lines, "    → {text}").unwrap();
        }
    }
    lines
}
