//! `hooksieve match`

use crate::{Folder, run_with};

const FILTER: &str = r#"{"a": 1}"#;

#[test]
fn exit_codes() {
    let folder = Folder::new()
        .with("one.ndjson", "{\"a\": 1}\n")
        .with("other.ndjson", "{\"a\": 2}\n")
        .with("bad.ndjson", "{\"a\": 1}\nno\n")
        .with("empty.ndjson", "");
    for (exit, args) in [
        (0, &["match", FILTER, "one.ndjson"][..]),
        (0, &["match", FILTER, "other.ndjson", "one.ndjson"]),
        (1, &["match", FILTER, "other.ndjson"]),
        (1, &["match", FILTER, "empty.ndjson"]),
        (1, &["match", FILTER]),
        (2, &["match", FILTER, "bad.ndjson"]),
        (2, &["match", FILTER, "missing.ndjson"]),
        (2, &["match", FILTER, "missing.ndjson", "one.ndjson"]),
        (2, &["match", FILTER, "."]),
        (2, &["match", "{", "one.ndjson"]),
        (2, &["match", "@missing.json", "one.ndjson"]),
        (0, &["match", "--invert-match", FILTER, "other.ndjson"]),
        (1, &["match", "--invert-match", FILTER, "one.ndjson"]),
        (0, &["match", "--count", FILTER, "one.ndjson"]),
        (1, &["match", "--count", FILTER, "other.ndjson"]),
        (0, &["match", "--quiet", FILTER, "one.ndjson"]),
        (1, &["match", "--quiet", FILTER, "other.ndjson"]),
        // As grep's: what was asked is answered, whatever else goes wrong.
        (0, &["match", "--quiet", FILTER, "missing.ndjson", "bad.ndjson"]),
        (2, &["match", "--quiet", FILTER, "missing.ndjson", "other.ndjson"]),
    ] {
        assert_eq!(folder.run(args).exit, exit, "{args:?}");
    }
}

#[test]
fn lines_are_printed_as_they_came() {
    let matching = "  {\"a\" :1.0,  \"b\":\"\\u00e9 é\"}\t\r\n{\"a\":1}\n";
    let run = run_with(&["match", FILTER], format!("{{\"a\":2}}\r\n\r\n \t\n\n{matching}{{\"a\":3}}\n"));
    assert_eq!(run.stdout(), matching);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
}

#[test]
fn a_last_line_without_line_ending_gets_one() {
    let folder = Folder::new().with("x", "{\"a\": 1}").with("y", "{\"a\": [1]}");
    assert_eq!(folder.run(&["match", FILTER, "x", "y"]).stdout(), "{\"a\": 1}\n{\"a\": [1]}\n");
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let folder = Folder::new().with("x", "\u{feff}{\"a\": 1}\n").with("mark", "\u{feff}");
    let run = folder.run(&["match", FILTER, "mark", "x", "x"]);
    assert_eq!(run.stdout(), "{\"a\": 1}\n{\"a\": 1}\n");
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
}

#[test]
fn standard_input_is_read_for_a_dash() {
    let folder = Folder::new().with("x", "{\"a\": 1, \"from\": \"x\"}\n");
    let run = folder.run_with(&["match", FILTER, "x", "-", "x"], "{\"a\": 1}\n");
    assert_eq!(run.stdout(), "{\"a\": 1, \"from\": \"x\"}\n{\"a\": 1}\n{\"a\": 1, \"from\": \"x\"}\n");
}

#[test]
fn counts() {
    let events = "{\"a\": 1}\n{\"a\": 2}\n{\"a\": 1}\n";
    let folder = Folder::new().with("x", events).with("y", "");
    assert_eq!(folder.run(&["match", "-c", FILTER, "x"]).stdout(), "2\n");
    assert_eq!(folder.run(&["match", "-vc", FILTER, "x"]).stdout(), "1\n");
    assert_eq!(folder.run(&["match", "-cq", FILTER, "x"]).stdout(), "");
    assert_eq!(folder.run_with(&["match", "-c", FILTER], events).stdout(), "2\n");

    let run = folder.run_with(&["match", "-c", FILTER, "x", "missing", "y", "-"], events);
    assert_eq!(run.stdout(), "x:2\ny:0\n<stdin>:2\n");
    assert_eq!(run.exit, 2);
}

#[test]
fn invert_match_selects_events_only() {
    let run = run_with(&["match", "-v", FILTER], "{\"a\": 1}\n\nno\n{\"a\": 2}\n");
    assert_eq!((run.exit, run.stdout()), (2, "{\"a\": 2}\n"));
}

#[test]
fn lines_that_are_not_json_are_reported_and_counted() {
    let folder = Folder::new()
        .with("x", "{\"a\": 1}\nsecret\n\n{\"a\": 1, \"secret\"}\r\n{\"a\": 1}\n{\"a\": 1} {\"a\": 1}\n")
        .with("y", "{\"a\": \"secret");
    let run =
        folder.run_with(&["match", FILTER, "x", "y", "missing", "-"], "{\"a\": 1}\n{\"secret\": 1e999}\n");
    assert_eq!(run.stdout(), "{\"a\": 1}\n".repeat(3));
    assert_eq!(run.exit, 2);
    insta::assert_snapshot!(run.stderr, @"
    x:2:1: not JSON: expected a value
    x:4:18: not JSON: expected `:` after a key
    x:6:10: not JSON: expected the end of the event
    y:1:14: not JSON: a string without its closing quote
    error: cannot read `missing`: No such file or directory (os error 2)
    <stdin>:2:12: not JSON: a number beyond the range of doubles
    5 lines were not JSON
    ");
    assert!(!run.stderr.contains("secret"), "an event's content is private");
}

#[test]
fn one_bad_line() {
    assert_eq!(
        run_with(&["match", FILTER], "[\n").stderr,
        "<stdin>:1:2: not JSON: expected a value\n1 line was not JSON\n"
    );
}

#[test]
fn a_file_that_is_no_json_does_not_flood_the_terminal() {
    let folder = Folder::new().with("x", "no\n".repeat(100_000)).with("y", "no\n");
    let stderr = folder.run(&["match", FILTER, "x", "y"]).stderr;
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 13, "{stderr}");
    assert_eq!(lines[9], "x:10:1: not JSON: expected a value");
    assert_eq!(lines[10], "x: more of these are counted, not shown (see --max-errors)");
    assert_eq!(lines[11], "y:1:1: not JSON: expected a value");
    assert_eq!(lines[12], "100001 lines were not JSON");

    let stderr = folder.run(&["match", "--max-errors", "0", FILTER, "x", "y"]).stderr;
    assert_eq!(stderr, "100001 lines were not JSON\n");
    let stderr = folder.run(&["match", "--max-errors", "200000", FILTER, "x", "y"]).stderr;
    assert_eq!(stderr.lines().count(), 100_002);
}

#[test]
fn bytes_that_no_event_has() {
    let deep = "[".repeat(100_000);
    let mut events = Vec::new();
    for line in [
        b"{\"a\": 1, \"b\": \"\0\"}".as_slice(),
        b"\0\0\0",
        b"{\"a\": 1, \"b\": \"\xff\xfe\"}",
        b"{\"a\": 1, \"b\": \"\xc3\"}",
        b"{\"a\": 1, \"b\": \"\\ud800\"}",
        deep.as_bytes(),
        b"{\"a\": 1, \"b\": 01}",
        b"{\"a\": 1,}",
        b"{\"a\": 1}",
    ] {
        events.extend_from_slice(line);
        events.push(b'\n');
    }
    let run = run_with(&["match", FILTER], events);
    assert_eq!((run.exit, run.stdout()), (2, "{\"a\": 1}\n"));
    insta::assert_snapshot!(run.stderr, @"
    <stdin>:1:16: not JSON: a control character in a string
    <stdin>:2:1: not JSON: expected a value
    <stdin>:3:16: not JSON: not UTF-8
    <stdin>:4:16: not JSON: not UTF-8
    <stdin>:5:16: not JSON: half of a surrogate pair
    <stdin>:6:128: not JSON: nested deeper than 127 levels
    <stdin>:7:16: not JSON: expected the end of the value
    <stdin>:8:9: not JSON: expected a key in double quotes
    8 lines were not JSON
    ");
}

#[test]
fn nesting_of_events_is_bounded() {
    let nested = |depth: usize| format!("{{\"a\": 1, \"b\": {}{}}}\n", "[".repeat(depth), "]".repeat(depth));
    let run = run_with(&["match", "-c", FILTER], nested(100) + &nested(200));
    assert_eq!((run.exit, run.stdout()), (2, "1\n"));
    assert!(run.stderr.starts_with("<stdin>:2:"), "{}", run.stderr);
}

#[test]
fn the_filter_may_stand_in_a_file() {
    let folder = Folder::new().with("x", "{\"a\": 1}\n").with("filter.json", "\u{feff}{\n  \"a\": 1\n}\r\n");
    assert_eq!(folder.run(&["match", "@filter.json", "x"]).stdout(), "{\"a\": 1}\n");
    assert_eq!(folder.run_with(&["match", "@-", "x"], FILTER).stdout(), "{\"a\": 1}\n");
    insta::assert_snapshot!(folder.run(&["match", "@-", "x", "-"]).refused(), @"error: the filter and the events cannot both be read from standard input");
}

#[test]
fn every_event() {
    for filter in ["{}", "[]", "null"] {
        assert_eq!(run_with(&["match", "-c", filter], "{}\n1\n[]\n").stdout(), "3\n");
    }
}

#[test]
fn a_refused_filter_is_shown_and_nothing_is_read() {
    let run = run_with(&["match", r#"{"a": {"$eqs": 1}}"#, "missing"], "");
    insta::assert_snapshot!(run.refused(), @r#"
    error[unknown-operator]: unknown operator `$eqs`
     --> <filter>:1:8
      |
    1 | {"a": {"$eqs": 1}}
      |        ^^^^^^
      |
    help: did you mean `$eq`?
      |
    1 - {"a": {"$eqs": 1}}
    1 + {"a": {"$eq": 1}}
      |
    "#);
}

#[test]
fn the_name_of_a_file_is_no_filter() {
    let folder = Folder::new().with("filter.json", FILTER);
    let run = folder.run(&["match", "filter.json"]);
    assert!(
        run.refused().ends_with("help: to read the filter from this file, write `@filter.json`\n"),
        "{run:?}"
    );
}
