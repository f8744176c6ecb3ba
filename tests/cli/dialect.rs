//! `--dialect nextcloud`, and `compare --dialects`.

use serde_json::{Value, json};

use crate::{Folder, run, run_with};

const NEXTCLOUD: &str = "--dialect=nextcloud";

/// The first has no `id`, the second throws.
const EVENTS: &str = "{\"user\": {\"uid\": \"bob\"}}\n{\"user\": {\"uid\": \"bob\"}, \"id\": 23}\n\n{\"user\": {\"uid\": \"eve\"}, \"id\": 5}\n";
const THROWS: &str = r#"{"user.uid": "bob", "id": {"$mod": "x"}}"#;

#[test]
fn a_dialect_has_a_name() {
    let refused = run(&["match", "--dialect", "php", "{}"]);
    assert!(refused.refused().contains("[possible values: mongo, nextcloud]"), "{}", refused.stderr);
    for command in ["match", "route", "check", "explain", "disasm", "test"] {
        let help = run(&[command, "--help"]);
        assert!(help.stdout().contains("--dialect"), "{command}");
    }
}

#[test]
fn rules_are_those_of_the_dialect() {
    let filter = r#"{"id": {"$in": ["23"]}}"#;
    assert_eq!(run_with(&["match", "--count", filter], EVENTS).stdout(), "0\n");
    assert_eq!(run_with(&["match", "--count", "--dialect", "mongo", filter], EVENTS).stdout(), "0\n");
    assert_eq!(run_with(&["match", "--count", NEXTCLOUD, filter], EVENTS).stdout(), "1\n");
}

#[test]
fn an_event_on_which_the_filter_throws_is_reported_and_not_selected() {
    let run = run_with(&["match", NEXTCLOUD, THROWS], EVENTS);
    assert_eq!((run.exit, run.stdout()), (2, ""));
    assert_eq!(
        run.stderr,
        "<stdin>:2: the filter throws: Exception: $mod requires array\na filter throws on 1 event\n"
    );

    let run = run_with(&["match", NEXTCLOUD, "-v", THROWS], EVENTS);
    assert_eq!((run.exit, run.stdout().lines().count()), (2, 2));

    let many = "{\"user\": {\"uid\": \"bob\"}, \"id\": 23}\n".repeat(5) + "no\n";
    let run = run_with(&["match", NEXTCLOUD, "--max-errors", "2", THROWS], many);
    insta::assert_snapshot!(run.refused(), @"
    <stdin>:1: the filter throws: Exception: $mod requires array
    <stdin>:2: the filter throws: Exception: $mod requires array
    <stdin>: more of these are counted, not shown (see --max-errors)
    1 line was not JSON
    a filter throws on 5 events
    ");
}

#[test]
fn filters_that_always_throw_are_refused() {
    let filter = r#"{"a": {"$eq": 1}}"#;
    insta::assert_snapshot!(run(&["check", NEXTCLOUD, filter]).refused(), @r#"
    error[throws]: Nextcloud throws whatever the event: Exception: Operator $eq is unknown
     --> <filter>:1:8
      |
    1 | {"a": {"$eq": 1}}
      |        ^^^^^^^^
      |
      = help: write the value alone, or `$e`
    "#);
    assert_eq!(run(&["check", filter]).exit, 0);
    for args in [["match", filter], ["explain", filter], ["disasm", filter]] {
        let run = run(&[args[0], NEXTCLOUD, args[1]]);
        assert!(run.refused().starts_with("error[throws]: "), "{}", run.stderr);
    }
    let checked = run(&["check", NEXTCLOUD, "--format", "json", r#"{"a.b": {"$eq": 1}}"#]);
    assert_eq!(checked.stdout(), "{\"filter\":\"<filter>\",\"ok\":true,\"problems\":[],\"lints\":[]}\n");
}

#[test]
fn programs_are_listed() {
    let run = run(&["disasm", NEXTCLOUD, r#"{"a.b": {"$eq": 1}}"#]);
    insta::assert_snapshot!(run.stdout(), @r#"0  php-throw  a.b  "Exception: Operator $eq is unknown"  true → match  false → reject"#);
}

#[test]
fn explanations_throw() {
    let run = run_with(&["explain", NEXTCLOUD, "--all", THROWS], EVENTS);
    insta::assert_snapshot!(run.stdout(), @r#"
    1: ✗ does not match: 1 of 2 conditions holds
      ✓ `user.uid` is "bob"
      ✗ the event has no field `id`, the filter wants a value
    2: ! throws: throws at condition 2 of 2
      ✓ `user.uid` is "bob"
      ! `$mod` takes an array, and the filter has none: PHP throws once it gets here, and the listeners after this one are not called [Exception: $mod requires array]
    4: ✗ does not match: neither condition holds
      ✗ `user.uid` is "eve", the filter wants "bob"
      ! `$mod` takes an array, and the filter has none: PHP would throw, but does not get there [Exception: $mod requires array]
    "#);
    assert_eq!(run.exit, 2);

    let run = run_with(&["explain", NEXTCLOUD, "--line", "2", "--format", "json", THROWS], EVENTS);
    let line: Value = serde_json::from_str(run.stdout()).unwrap();
    assert_eq!(line["matches"], Value::Null);
    assert_eq!(line["throws"], "Exception: $mod requires array");
    assert_eq!(run.exit, 2);
}

#[test]
fn rows_expect_errors_of_both_kinds() {
    let rows = r#"{"filter": {"a": {"$eq": 1}}, "event": {}, "expected": "error"}
{"filter": {"a.b": {"$eq": 1}}, "event": {"a": {"b": 1}}, "expected": "error"}
{"filter": {"a": "/b/"}, "event": {"a": "abc"}, "expected": true}
"#;
    let run = run_with(&["test", NEXTCLOUD, "-"], rows);
    assert_eq!((run.exit, run.stdout()), (0, "3 passed, 0 failed\n"));

    let rows = rows.replace(r#""error""#, "true");
    let run = run_with(&["test", NEXTCLOUD, "-"], rows.clone());
    insta::assert_snapshot!(run.stdout(), @r#"
    <stdin>:1
      filter:   {"a": {"$eq": 1}}
      event:    {}
      expected: true
      found:    error: Nextcloud throws whatever the event: Exception: Operator $eq is unknown at `/a/$eq` (bytes 7..15); write the value alone, or `$e`
    <stdin>:2
      filter:   {"a.b": {"$eq": 1}}
      event:    {"a": {"b": 1}}
      expected: true
      found:    throws Exception: Operator $eq is unknown
    1 passed, 2 failed
    "#);
    let run = run_with(&["test", NEXTCLOUD, "--format", "json", "-"], rows);
    let lines: Vec<Value> = run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["found"], &lines[0]["throws"]), (&json!("error"), &Value::Null));
    assert_eq!(lines[0]["problems"][0]["code"], "throws");
    assert_eq!((&lines[1]["found"], &lines[1]["problems"]), (&json!("error"), &Value::Null));
    assert_eq!(lines[1]["throws"], "Exception: Operator $eq is unknown");
}

/// One line of the corpus is not JSON.
#[test]
fn the_corpus_passes() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let files = ["curated", "random"].map(|name| format!("{corpus}/nextcloud-{name}.ndjson"));
    let run = run(&["test", NEXTCLOUD, &files[0], &files[1]]);
    assert!(run.stdout().ends_with(" passed, 0 failed\n"), "{}", run.stdout());
    assert!(run.stderr.ends_with("\n1 line was not a row\n"), "{}", run.stderr);
    assert_eq!(run.exit, 2);
}

const LISTENERS: &str = r#"[
    {"id": 1, "event": "A"},
    {"id": 2, "event": "A", "eventFilter": {"event.n": {"$eq": 1}}, "userIdFilter": "bob"},
    {"id": 3, "event": "B", "eventFilter": {"x": {"$eq": 1}}},
    {"id": 4, "event": "A", "eventFilter": null},
    {"id": 5, "event": "A", "eventFilter": {"event.n": "/1/"}},
    {"id": 6, "event": "A", "userIdFilter": "eve"}
]"#;

const ROUTED: &str = r#"{"event": {"class": "A", "n": 1}, "user": {"uid": "bob"}}
{"event": {"class": "A", "n": 1}, "user": {"uid": "eve"}}
{"event": {"class": "B", "n": 1}, "user": null}
{"event": {"class": "C"}, "user": null}
"#;

#[test]
fn listeners_after_one_that_throws_are_skipped() {
    let folder = Folder::new().with("listeners.json", LISTENERS);
    let run = folder.run_with(&["route", NEXTCLOUD, "listeners.json"], ROUTED);
    assert_eq!(run.exit, 2);
    assert_eq!(run.stdout(), "1\t1\tthrows: 2\tskipped: 4 5\n2\t1 4 5 6\n3\t\tthrows: 3\n");
    insta::assert_snapshot!(run.stderr, @"
    <stdin>:1: the listener 2 throws: Exception: Operator $eq is unknown
    <stdin>:3: the listener 3 throws: Exception: Operator $eq is unknown
    a filter throws on 2 events
    ");

    let run = folder
        .run_with(&["route", NEXTCLOUD, "--format", "json", "--max-errors=0", "listeners.json"], ROUTED);
    insta::assert_snapshot!(run.stdout(), @r#"
    {"line":1,"ids":[1],"throws":{"id":2,"reason":"Exception: Operator $eq is unknown"},"skipped":[4,5]}
    {"line":2,"ids":[1,4,5,6]}
    {"line":3,"ids":[],"throws":{"id":3,"reason":"Exception: Operator $eq is unknown"},"skipped":[]}
    {"line":4,"ids":[]}
    "#);

    // By MongoDB's rules nobody throws.
    let run = folder.run_with(&["route", "listeners.json"], ROUTED);
    assert_eq!((run.exit, run.stdout()), (0, "1\t1 2 4\n2\t1 4 6\n"));
}

#[test]
fn listeners_are_checked_in_the_dialect() {
    let listeners = r#"[{"id": 1, "event": "A", "eventFilter": {"a": "/(?=b)/"}}, {"id": 2, "event": 5}, {"id": 3, "event": "A"}]"#;
    let folder = Folder::new().with("listeners.json", listeners);
    let run = folder.run_with(&["route", NEXTCLOUD, "--stats", "listeners.json"], ROUTED);
    assert_eq!((run.exit, run.stdout()), (2, "1\t3\n2\t3\n"));
    for part in ["error[unsupported-pattern]", "listeners refused: 2 of 3", "listeners, asked in turn"] {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
    let run = folder.run_with(&["route", NEXTCLOUD, "--strict", "listeners.json"], ROUTED);
    assert!(run.refused().contains("2 of 3"), "{}", run.stderr);
}

const IDS: &str =
    "{\"a\": {\"id\": 23}}\n{\"a\": {\"id\": \"23\"}}\n{\"a\": {}}\n{\"a\": {\"id\": [1]}}\n{\"a\": [1]}\n";

#[test]
fn dialects_are_compared() {
    let filter = r#"{"a.id": {"$in": ["23", null]}}"#;
    let run = run_with(&["compare", "--dialects", filter], IDS);
    insta::assert_snapshot!(run.stdout(), @r#"
    1: mongo: does not match: `a.id` is the number 23, which is not in the list (null, "23"), though the string "23" is
    1: nextcloud: matches: `a.id` is the number 23; in this dialect `in_array` compares loosely, so the string "23" equals it
    3: mongo: matches: `a` has no field `id`, and a missing field counts as null
    3: nextcloud: does not match: `a` is an empty object, which is empty to PHP, so `a.id` is missing, the filter wants a value of its list ("23", null)
    5: mongo: does not match: `a` has 1 element, none of them an object, so `a.id` reaches nothing, the filter wants a value of its list (null, "23")
    5: nextcloud: throws: `a.0` is the number 1, and in a list in the middle of a path PHP takes nothing but objects and arrays: PHP throws once it gets here, and the listeners after this one are not called [TypeError: OCA\WebhookListeners\Service\PHPMongoQuery::_executeOperatorOnElement(): Argument #4 ($document) must be of type array, int given]
    5 events: 1 only in mongo, 1 only in nextcloud, 1 thrown on, 2 the same
    "#);
    assert_eq!((run.exit, run.stderr.as_str()), (1, ""));

    let folder = Folder::new().with("x", IDS).with("y", "{}\n{\"a\": {\"id\": 23}}\n");
    let run = folder.run(&["compare", "--dialects", "--format", "json", filter, "x", "y"]);
    insta::assert_snapshot!(run.stdout(), @r#"
    {"file":"x","line":1,"mongo":{"matches":false,"reason":"`a.id` is the number 23, which is not in the list (null, \"23\"), though the string \"23\" is"},"nextcloud":{"matches":true,"reason":"`a.id` is the number 23; in this dialect `in_array` compares loosely, so the string \"23\" equals it"}}
    {"file":"x","line":3,"mongo":{"matches":true,"reason":"`a` has no field `id`, and a missing field counts as null"},"nextcloud":{"matches":false,"reason":"`a` is an empty object, which is empty to PHP, so `a.id` is missing, the filter wants a value of its list (\"23\", null)"}}
    {"file":"x","line":5,"mongo":{"matches":false,"reason":"`a` has 1 element, none of them an object, so `a.id` reaches nothing, the filter wants a value of its list (null, \"23\")"},"nextcloud":{"matches":null,"throws":"TypeError: OCA\\WebhookListeners\\Service\\PHPMongoQuery::_executeOperatorOnElement(): Argument #4 ($document) must be of type array, int given","reason":"`a.0` is the number 1, and in a list in the middle of a path PHP takes nothing but objects and arrays: PHP throws once it gets here, and the listeners after this one are not called"}}
    {"file":"y","line":1,"mongo":{"matches":true,"reason":"the event has no field `a`, and a missing field counts as null"},"nextcloud":{"matches":false,"reason":"the event is an empty object, which is empty to PHP, so `a` is missing, the filter wants a value of its list (\"23\", null)"}}
    {"file":"y","line":2,"mongo":{"matches":false,"reason":"`a.id` is the number 23, which is not in the list (null, \"23\"), though the string \"23\" is"},"nextcloud":{"matches":true,"reason":"`a.id` is the number 23; in this dialect `in_array` compares loosely, so the string \"23\" equals it"}}
    {"events":7,"mongo":2,"nextcloud":2,"throws":1}
    "#);
    assert_eq!(run.exit, 1);

    let run = folder.run(&["compare", "--dialects", "--mask", filter, "x"]);
    assert!(run.stdout().contains("is a number") && !run.stdout().contains("number 23"), "{}", run.stdout());
}

#[test]
fn exit_codes_of_comparing_dialects() {
    let folder = Folder::new().with("x", IDS).with("bad", "no\n").with("f.json", r#"{"a.id": "23"}"#);
    for (exit, args) in [
        (1, &["@f.json", "x"][..]),
        (0, &[r#"{"b": 5}"#, "x"]),
        (2, &["@f.json", "bad"]),
        (2, &["@f.json", "missing"]),
        (2, &["@-", "-"]),
        (2, &["{", "x"]),
        (2, &[r#"{"a": {"$e": 1}}"#, "x"]),
        (2, &[r#"{"a": {"$eq": 1}}"#, "x"]),
    ] {
        let args = [&["compare", "--dialects"], args].concat();
        assert_eq!(folder.run(&args).exit, exit, "{args:?}");
    }
    let run = folder.run(&["compare", "--dialects", r#"{"a": {"$eq": 1}}"#, "x"]);
    insta::assert_snapshot!(run.refused(), @r#"
    error: the filter is refused in the dialect `nextcloud`
    error[throws]: Nextcloud throws whatever the event: Exception: Operator $eq is unknown
     --> <filter>:1:8
      |
    1 | {"a": {"$eq": 1}}
      |        ^^^^^^^^
      |
      = help: write the value alone, or `$e`
    "#);
    assert_eq!(folder.run_with(&["compare", "--dialects", "@-", "x"], r#"{"b": 5}"#).exit, 0);
}
