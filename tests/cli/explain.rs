//! `hooksieve explain`

use serde_json::Value;

use crate::{Folder, run_with};

const FILTER: &str = r#"{"user.uid": "bob", "a": {"$gt": 1}}"#;
const EVENTS: &str =
    "{\"user\": null, \"a\": 2}\n\n{\"user\": {\"uid\": \"bob\"}, \"a\": 2}\n{\"a\": \"x\"}\n";

#[test]
fn the_first_event_is_explained() {
    let run = run_with(&["explain", FILTER], EVENTS);
    insta::assert_snapshot!(run.stdout(), @r#"
    ✗ does not match: 1 of 2 conditions holds
      ✗ `user` is null, so it has no field `uid`, the filter wants the string "bob"
      ✓ `a` is 2, greater than 1
    "#);
    assert_eq!((run.exit, run.stderr.as_str()), (1, ""));
}

#[test]
fn a_line_or_all() {
    let folder = Folder::new().with("x", EVENTS).with("y", "\n\n{\"a\": 3}\n");
    let run = folder.run(&["explain", "--line", "3", FILTER, "x"]);
    insta::assert_snapshot!(run.stdout(), @r#"
    ✓ matches: both conditions hold
      ✓ `user.uid` is "bob"
      ✓ `a` is 2, greater than 1
    "#);
    assert_eq!(run.exit, 0);

    let run = folder.run(&["explain", "--line", "3", FILTER, "x", "y"]);
    insta::assert_snapshot!(run.stdout(), @r#"
    x:3: ✓ matches: both conditions hold
      ✓ `user.uid` is "bob"
      ✓ `a` is 2, greater than 1
    y:3: ✗ does not match: 1 of 2 conditions holds
      ✗ the event has no field `user`, the filter wants the string "bob"
      ✓ `a` is 3, greater than 1
    "#);
    assert_eq!(run.exit, 0);

    let run = folder.run(&["explain", "--all", FILTER, "x"]);
    insta::assert_snapshot!(run.stdout(), @r#"
    1: ✗ does not match: 1 of 2 conditions holds
      ✗ `user` is null, so it has no field `uid`, the filter wants the string "bob"
      ✓ `a` is 2, greater than 1
    3: ✓ matches: both conditions hold
      ✓ `user.uid` is "bob"
      ✓ `a` is 2, greater than 1
    4: ✗ does not match: neither condition holds
      ✗ the event has no field `user`, the filter wants the string "bob"
      ✗ `a` is the string "x", the filter wants a number greater than 1
    "#);
    assert_eq!(run.exit, 0);
}

#[test]
fn exit_codes() {
    let folder = Folder::new()
        .with("one.ndjson", "{\"a\": 1}\n{\"a\": 2}\n")
        .with("bad.ndjson", "no\n{\"a\": 1}\n")
        .with("empty.ndjson", "\n \n");
    for (exit, args) in [
        (0, &["explain", r#"{"a": 1}"#, "one.ndjson"][..]),
        (1, &["explain", r#"{"a": 2}"#, "one.ndjson"]),
        (0, &["explain", "--all", r#"{"a": 2}"#, "one.ndjson"]),
        (1, &["explain", "--all", r#"{"a": 3}"#, "one.ndjson"]),
        (0, &["explain", "--line", "2", r#"{"a": 2}"#, "one.ndjson"]),
        (2, &["explain", "--line", "3", r#"{"a": 2}"#, "one.ndjson"]),
        (2, &["explain", "--line", "1", r#"{"a": 2}"#, "empty.ndjson"]),
        (2, &["explain", "{}", "bad.ndjson"]),
        (0, &["explain", "--line", "2", "{}", "bad.ndjson"]),
        (2, &["explain", "--all", "{}", "bad.ndjson"]),
        (2, &["explain", "{}", "empty.ndjson"]),
        (2, &["explain", "{}", "missing.ndjson"]),
        (2, &["explain", "{", "one.ndjson"]),
        (2, &["explain", "@-", "-"]),
    ] {
        assert_eq!(folder.run(args).exit, exit, "{args:?}");
    }
}

#[test]
fn what_is_not_there_is_told() {
    let folder = Folder::new().with("x", "{}\n").with("bad", "{\"a\": \"secret\"\n");
    assert_eq!(folder.run(&["explain", "{}"]).refused(), "error: there is no event\n");
    let run = folder.run(&["explain", "--line", "2", "{}", "x"]);
    assert_eq!(run.refused(), "error: there is no event on line 2 of `x`\n");
    let run = folder.run(&["explain", "{}", "bad"]);
    assert!(run.refused().starts_with("bad:1:15: not JSON: "), "{}", run.stderr);
}

#[test]
fn json() {
    let folder = Folder::new().with("x", EVENTS).with("y", "{}\n");
    let lines = |args: &[&str]| -> Vec<Value> {
        let run = folder.run(args);
        run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let explained = lines(&["explain", "--format", "json", FILTER, "x"]);
    assert_eq!(explained.len(), 1);
    assert_eq!(explained[0]["line"], 1);
    assert_eq!(explained[0]["matches"], false);
    assert_eq!(explained[0]["file"], Value::Null);
    assert_eq!(explained[0]["root"]["parts"][0]["pointer"], "/user.uid");

    let explained = lines(&["explain", "--all", "--format", "json", FILTER, "x", "y"]);
    let places: Vec<_> =
        explained.iter().map(|line| (&line["file"], &line["line"], &line["matches"])).collect();
    assert_eq!(format!("{places:?}").matches("Bool(true)").count(), 1);
    assert_eq!(explained.iter().map(|line| line["line"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 3, 4, 1]);
    assert_eq!(explained[3]["file"], "y");
}

#[test]
fn masks() {
    let secret = "{\"user\": {\"uid\": \"secret\", \"secret\": 1}, \"a\": 8675309}\n";
    for args in [&["explain", "--mask", FILTER][..], &["explain", "--mask", "--format", "json", FILTER]] {
        let run = run_with(args, secret);
        assert!(!run.stdout().contains("secret") && !run.stdout().contains("8675309"), "{}", run.stdout());
        assert!(run.stdout().contains("another string"), "{}", run.stdout());
    }
}

/// Blocks are explained on all cores, and come in order.
#[test]
fn many_events() {
    let events: String =
        (0..20_000).map(|n| format!("{{\"a\": {n}, \"b\": \"{}\"}}\n", "x".repeat(40))).collect();
    let run = run_with(&["explain", "--all", r#"{"a": {"$lt": 5}}"#], events);
    let lines: Vec<&str> = run.stdout().lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(lines.len(), 20_000);
    assert_eq!(lines[4], "5: ✓ matches");
    assert_eq!(lines[19_999], "20000: ✗ does not match");
}
