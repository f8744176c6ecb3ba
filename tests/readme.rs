//! What the README says is so.

#![allow(clippy::unwrap_used, reason = "tests")]

use hooksieve::{Filter, OperatorPlace, operators};

const README: &str = include_str!("../README.md");

/// The table of operators comes from the one table. `UPDATE_README=1` writes it.
#[test]
fn operators_are_listed() {
    let (before, rest) = README.split_once("<!-- operators -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /operators -->").unwrap();
    let expected = format!("{before}<!-- operators -->\n{}<!-- /operators -->{after}", table());
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write("README.md", expected).unwrap();
    } else {
        assert!(
            expected == README,
            "the README's table of operators is out of date: run with UPDATE_README=1"
        );
    }
}

fn table() -> String {
    let mut table = "| operator | takes | holds where a value is |\n|---|---|---|\n".to_owned();
    for place in [OperatorPlace::Field, OperatorPlace::Top] {
        if place == OperatorPlace::Top {
            table += "\n| in place of a path | takes | holds where |\n|---|---|---|\n";
        }
        for operator in operators().iter().filter(|operator| operator.place == place) {
            table += &format!("| `{}` | {} | {} |\n", operator.name, operator.operand, operator.meaning);
        }
    }
    table
}

#[test]
fn surprises_are_true() {
    let mut rows = 0;
    for line in README.lines().filter(|line| line.starts_with("| `{")) {
        let cells: Vec<&str> =
            line.trim_matches(['|', ' ']).split(" | ").map(|cell| cell.trim_matches('`')).collect();
        let [filter, matching, other] = cells[..] else { panic!("{line}") };
        let filter = Filter::compile(filter).unwrap();
        assert!(filter.matches(&serde_json::from_str(matching).unwrap()), "{line}");
        assert!(!filter.matches(&serde_json::from_str(other).unwrap()), "{line}");
        rows += 1;
    }
    assert!(rows > 10);
}
