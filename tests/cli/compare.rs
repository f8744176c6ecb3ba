//! `hooksieve compare`

use crate::{Folder, run_with};

const OLD: &str = r#"{"id": "23"}"#;
const NEW: &str = r#"{"id": {"$in": [23, 24]}}"#;
const EVENTS: &str = "{\"id\": 23}\n{\"id\": \"23\"}\n\n{\"id\": 5}\n{}\n{\"id\": 24}\n";

#[test]
fn changed_verdicts_are_listed() {
    let run = run_with(&["compare", OLD, NEW], EVENTS);
    insta::assert_snapshot!(run.stdout(), @r#"
    1: no match → match; old: `id` is the number 23, the filter wants the string "23"
    2: match → no match; new: `id` is the string "23", which is not in the list (23, 24), though the number 23 is
    6: no match → match; old: `id` is the number 24, the filter wants the string "23"
    5 events: 2 gained, 1 lost, 2 unchanged
    "#);
    assert_eq!((run.exit, run.stderr.as_str()), (1, ""));
}

#[test]
fn json() {
    let folder = Folder::new().with("x", EVENTS).with("y", "{\"id\": 24}\n");
    let run = folder.run(&["compare", "--format", "json", OLD, NEW, "y", "x"]);
    insta::assert_snapshot!(run.stdout(), @r#"
    {"file":"y","line":1,"old":false,"new":true,"reason":"`id` is the number 24, the filter wants the string \"23\""}
    {"file":"x","line":1,"old":false,"new":true,"reason":"`id` is the number 23, the filter wants the string \"23\""}
    {"file":"x","line":2,"old":true,"new":false,"reason":"`id` is the string \"23\", which is not in the list (23, 24), though the number 23 is"}
    {"file":"x","line":6,"old":false,"new":true,"reason":"`id` is the number 24, the filter wants the string \"23\""}
    {"events":6,"gained":3,"lost":1}
    "#);
    assert_eq!(run.exit, 1);
    let run = folder.run(&["compare", "--format", "json", NEW, NEW, "x"]);
    assert_eq!((run.exit, run.stdout()), (0, "{\"events\":5,\"gained\":0,\"lost\":0}\n"));
}

#[test]
fn exit_codes() {
    let folder = Folder::new()
        .with("x", EVENTS)
        .with("bad", "no\n")
        .with("empty", "")
        .with("old.json", OLD)
        .with("new.json", NEW);
    for (exit, args) in [
        (1, &["compare", "@old.json", "@new.json", "x"][..]),
        (0, &["compare", "@old.json", "@old.json", "x"]),
        (0, &["compare", OLD, NEW, "empty"]),
        (2, &["compare", OLD, NEW, "x", "bad"]),
        (2, &["compare", OLD, NEW, "missing"]),
        (2, &["compare", "{", NEW, "x"]),
        (2, &["compare", OLD, "{", "x"]),
        (2, &["compare", "@-", "@-", "x"]),
        (2, &["compare", "@-", NEW]),
    ] {
        assert_eq!(folder.run(args).exit, exit, "{args:?}");
    }
    let run = folder.run_with(&["compare", "@-", NEW, "x"], OLD);
    assert_eq!(run.exit, 1, "{}", run.stderr);
}

#[test]
fn bad_lines_are_reported_and_not_compared() {
    let run = run_with(&["compare", OLD, NEW], "{\"id\": 23}\n{\"id\": secret}\n");
    assert_eq!(run.exit, 2);
    assert!(run.stdout().ends_with("1 events: 1 gained, 0 lost, 0 unchanged\n"), "{}", run.stdout());
    assert!(
        run.stderr.starts_with("<stdin>:2:8: not JSON: ") && !run.stderr.contains("secret"),
        "{}",
        run.stderr
    );
}

#[test]
fn masks() {
    let run = run_with(&["compare", "--mask", r#"{"id": "5"}"#, "{}"], "{\"id\": 8675309}\n");
    assert!(!run.stdout().contains("8675309") && run.stdout().contains("is a number"), "{}", run.stdout());
}
