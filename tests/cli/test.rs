//! `hooksieve test`

use serde_json::{Value, json};

use crate::{Folder, run, run_with};

const PASSING: &str = r#"
{"filter": {"a": 1}, "event": {"a": [1, 2]}, "expected": true}
{"name": "a text is no number", "filter": {"a": "1"}, "event": {"a": 1}, "expected": false, "reason": "types never mix"}

{"filter": {"$not": {"a": 1}}, "event": {}, "expected": "error"}
"#;

const FAILING: &str = r#"{"name": "an array as a whole", "filter": {"a": [1]}, "event": {"a": [1, 2]}, "expected": true}
{"filter": {"a":  {"$eqs": 1.0}},"event": {"a": 1.50}, "expected": false}
{"name": "fine\u001b[31m", "filter": {}, "event": 1e0, "expected": "error"}
"#;

#[test]
fn passing_rows() {
    let run = run_with(&["test", "-"], PASSING);
    assert_eq!((run.exit, run.stdout(), run.stderr.as_str()), (0, "3 passed, 0 failed\n", ""));
}

#[test]
fn failing_rows_are_shown() {
    let folder = Folder::new().with("failing.ndjson", FAILING).with("passing.ndjson", PASSING);
    let run = folder.run(&["test", "failing.ndjson", "passing.ndjson"]);
    assert_eq!((run.exit, run.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(run.stdout(), @r#"
    failing.ndjson:1: an array as a whole
      filter:   {"a": [1]}
      event:    {"a": [1, 2]}
      expected: true
      found:    false
    failing.ndjson:2
      filter:   {"a":  {"$eqs": 1.0}}
      event:    {"a": 1.50}
      expected: false
      found:    error: unknown operator `$eqs` at `/a/$eqs` (bytes 8..14); did you mean `$eq`?
    failing.ndjson:3: fine␛[31m
      filter:   {}
      event:    1e0
      expected: error
      found:    true
    3 passed, 3 failed
    "#);
}

#[test]
fn failing_rows_as_json() {
    let folder = Folder::new().with("failing.ndjson", FAILING);
    let run = folder.run(&["test", "--format", "json", "failing.ndjson"]);
    assert_eq!((run.exit, run.stderr.as_str()), (1, ""));
    let lines: Vec<Value> = run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines,
        [
            json!({"file": "failing.ndjson", "line": 1, "name": "an array as a whole", "filter": {"a": [1]},
                "event": {"a": [1, 2]}, "expected": true, "found": false}),
            json!({"file": "failing.ndjson", "line": 2, "filter": {"a": {"$eqs": 1.0}}, "event": {"a": 1.5},
            "expected": false, "found": "error", "problems": [{
                "code": "unknown-operator",
                "pointer": "/a/$eqs",
                "range": {"start": 8, "end": 14},
                "message": "unknown operator `$eqs`",
                "hint": "did you mean `$eq`?",
                "replacement": {"range": {"start": 8, "end": 14}, "text": "\"$eq\""},
            }]}),
            json!({"file": "failing.ndjson", "line": 3, "name": "fine\u{1b}[31m", "filter": {}, "event": 1.0,
                "expected": "error", "found": true}),
            json!({"passed": 0, "failed": 3, "invalid": 0}),
        ]
    );
    // As they are written in the table.
    assert!(run.stdout().contains(r#""event":{"a": 1.50}"#), "{}", run.stdout());
}

#[test]
fn rows_that_are_none() {
    let rows = r#"{"filter": {}, "event": {}, "expected": true}
{"filter": {}, "event": {}}
{"filter": {}, "expected": true}
{"event": {}, "expected": true}
{"filter": {}, "event": {}, "expected": "yes"}
{"filter": {}, "filter": {}, "event": {}, "expected": true}
{"filter": {}, "event": {}, "expected": true
{"filter": {}, "event": {"a": "\ud800"}, "expected": true}
[]
no
"#;
    let run = Folder::new().with("rows.ndjson", rows).run(&["test", "rows.ndjson", "missing.ndjson"]);
    assert_eq!((run.exit, run.stdout()), (2, "1 passed, 0 failed\n"));
    insta::assert_snapshot!(run.stderr, @r#"
    rows.ndjson:2:27: not a row: missing field `expected`
    rows.ndjson:3:32: not a row: missing field `event`
    rows.ndjson:4:31: not a row: missing field `filter`
    rows.ndjson:5:46: not a row: `expected` is neither true, false nor "error"
    rows.ndjson:6:23: not a row: duplicate field `filter`
    rows.ndjson:7:44: not a row: EOF while parsing an object
    rows.ndjson:8:38: not a row: unexpected end of hex escape
    rows.ndjson:9:2: not a row: invalid length 0, expected struct Row with 4 elements
    rows.ndjson:10:2: not a row: expected ident
    error: cannot read `missing.ndjson`: No such file or directory (os error 2)
    9 lines were not rows
    "#);
}

#[test]
fn trouble_outweighs_failure() {
    let run = run_with(&["test", "--format=json", "-"], format!("{FAILING}no\n"));
    assert_eq!(run.exit, 2);
    assert!(run.stdout().ends_with("{\"passed\":0,\"failed\":3,\"invalid\":1}\n"), "{}", run.stdout());
}

#[test]
fn what_a_parsed_value_would_lose_is_kept() {
    let rows = r#"{"filter": {"a": 1, "a": 1}, "event": {}, "expected": "error"}
{"filter": {"a": {"$type": "double"}}, "event": {"a": 1.0}, "expected": true}
{"filter": {"a": 9007199254740993}, "event": {"a": 9007199254740992.0}, "expected": false}
"#;
    assert_eq!(run_with(&["test", "-"], rows).stdout(), "3 passed, 0 failed\n");
}

#[test]
fn a_long_event_is_shortened() {
    let row =
        format!(r#"{{"filter": {{"a": 1}}, "event": {{"a": "{}"}}, "expected": true}}"#, "é".repeat(10_000));
    let run = run_with(&["test", "-"], row);
    assert!(run.stdout().contains("é…\n"), "{}", run.stdout());
    assert!(run.stdout().len() < 1000);
}

#[test]
fn no_rows() {
    let folder = Folder::new().with("empty.ndjson", "");
    assert_eq!(folder.run(&["test", "empty.ndjson"]).stdout(), "0 passed, 0 failed\n");
    assert_eq!(run(&["test", "missing.ndjson"]).stdout(), "0 passed, 0 failed\n");
}
