//! `hooksieve lint`.

use serde_json::{Value, json};

use crate::{Folder, run};

#[test]
fn a_lint_is_shown_with_its_place_and_what_to_write() {
    let run = run(&[
        "lint",
        "--event",
        "RowAddedEvent",
        r#"{"event.tableId": "42", "time": {"$gt": 5, "$gte": 3}}"#,
    ]);
    assert_eq!((run.exit, run.stdout()), (2, ""));
    insta::assert_snapshot!(run.stderr, @r#"
    error[type-mismatch]: `event.tableId` is a whole number here; the string "42" never equals it
     --> <filter>:1:2
      |
    1 | {"event.tableId": "42", "time": {"$gt": 5, "$gte": 3}}
      |  ^^^^^^^^^^^^^^^^^^^^^
      |
    help: write `42`
      |
    1 - {"event.tableId": "42", "time": {"$gt": 5, "$gte": 3}}
    1 + {"event.tableId": 42, "time": {"$gt": 5, "$gte": 3}}
      |
    "#);
}

#[test]
fn the_exit_code_is_that_of_the_worst() {
    for (filters, exit) in [
        (&[r#"{"user.uid": "bob"}"#][..], 0),
        (&[r#"{"a": {"$regex": "^x"}}"#], 0),
        (&[r#"{"event.node.id": "437"}"#, "{}"], 1),
        (&[r#"{"a": {"$in": []}}"#, r#"{"event.node.id": "437"}"#], 2),
        (&[r#"{"a": {"$eqs": 1}}"#], 2),
        (&["@missing.json"], 2),
    ] {
        let run = run(&[&["lint"], filters].concat());
        assert_eq!(run.exit, exit, "{filters:?}\n{}", run.stderr);
    }
}

#[test]
fn a_filter_without_lints_gets_a_line() {
    let folder = Folder::new().with("filter.json", r#"{"user.uid": "bob"}"#);
    let run = folder.run(&["lint", "@filter.json", "{}"]);
    assert_eq!((run.exit, run.stdout(), run.stderr.as_str()), (0, "filter.json: ok\n<filter>: ok\n", ""));
}

#[test]
fn json_output() {
    let run = run(&["lint", "--format", "json", r#"{"time": 1711971024000}"#, "{", "{}"]);
    assert_eq!((run.exit, run.stderr.as_str()), (2, ""));
    let lines: Vec<Value> = run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines[0],
        json!({"filter": "<filter>", "ok": false, "problems": [{
            "code": "time-format",
            "severity": "warning",
            "pointer": "/time",
            "range": {"start": 1, "end": 22},
            "message": "`time` counts seconds since 1970; 1711971024000 looks like milliseconds",
            "hint": "in seconds: `1711971024`",
            "replacement": {"range": {"start": 9, "end": 22}, "text": "1711971024"},
        }]})
    );
    assert_eq!((&lines[1]["ok"], &lines[1]["problems"][0]["code"]), (&json!(false), &json!("invalid-json")));
    assert_eq!(lines[2], json!({"filter": "<filter>", "ok": true, "problems": []}));
}

#[test]
fn classes_of_ones_own() {
    let catalog = json!({"classes": [{
        "name": "OCA\\Deck\\Event\\CardCreatedEvent",
        "system": "nextcloud",
        "fields": {"card": {"fields": {"id": "int", "title": "string"}}},
    }]});
    let folder = Folder::new().with("catalog.json", catalog.to_string());
    let filter = r#"{"event.card.titel": "Buy milk"}"#;
    let run = folder.run(&["lint", "--catalog", "catalog.json", "--event", "CardCreatedEvent", filter]);
    assert_eq!(run.exit, 2);
    assert!(run.stderr.contains("did you mean `event.card.title`?"), "{}", run.stderr);

    let unknown = folder.run(&["lint", "--event", "CardCreatedEvent", filter]);
    assert!(unknown.refused().contains("unknown event class `CardCreatedEvent`"), "{}", unknown.stderr);
}

#[test]
fn check_shows_lints_too() {
    let checked = run(&["check", r#"{"event.node.id": "437", "a": {"$regex": "^x"}}"#]);
    assert_eq!((checked.exit, checked.stdout()), (0, "<filter>: ok\n"));
    assert!(checked.stderr.contains("warning[number-as-string]"), "{}", checked.stderr);
    // Notes are for `lint`.
    assert!(!checked.stderr.contains("plain-pattern"), "{}", checked.stderr);

    let checked = run(&["check", "--format=json", r#"{"a": {"$regex": "^x"}}"#]);
    let checked: Value = serde_json::from_str(checked.stdout()).unwrap();
    assert_eq!((&checked["ok"], &checked["lints"][0]["code"]), (&json!(true), &json!("plain-pattern")));
}

#[test]
fn filters_for_both_dialects() {
    let filter = r#"{"user.uid": {"$eq": "bob"}}"#;
    let ordinary = run(&["lint", filter]);
    assert_eq!((ordinary.exit, ordinary.stdout()), (0, "<filter>: ok\n"));

    let portable = run(&["lint", "--portable", "--format=json", "--event", "RowAddedEvent", filter]);
    assert_eq!(portable.exit, 1, "{}", portable.stderr);
    let portable: Value = serde_json::from_str(portable.stdout()).unwrap();
    let problem = &portable["problems"][0];
    assert_eq!(
        (&problem["code"], &problem["replacement"]["text"]),
        (&json!("throws-in-nextcloud"), &json!("\"bob\""))
    );

    let fine = run(&[
        "lint",
        "--portable",
        "--event",
        "RowAddedEvent",
        r#"{"user.uid": "bob", "event.rowId": {"$gt": 5}}"#,
    ]);
    assert_eq!((fine.exit, fine.stdout()), (0, "<filter>: ok\n"), "{}", fine.stderr);
}

#[test]
fn filters_for_nextcloud() {
    let lint = |filter| run(&["lint", "--dialect", "nextcloud", filter]);
    for (filter, exit, said) in [
        (r#"{"user.uid": {"$e": "bob"}}"#, 0, ""),
        (r#"{"event.node.path": "/\\.pdf$/i"}"#, 0, "note[pattern-in-nextcloud]"),
        (r#"{"event.node.path": "/admin/files/Documents"}"#, 2, "error[pattern-in-nextcloud]"),
        (r#"{"user.uid": {"$eq": "bob"}}"#, 2, "error[throws-in-nextcloud]"),
        // It throws whatever the event, and so is refused.
        (r#"{"time": {"$eq": 5}}"#, 2, "Operator $eq is unknown"),
    ] {
        let run = lint(filter);
        assert_eq!(run.exit, exit, "{filter}\n{}", run.stderr);
        assert!(run.stderr.contains(said), "{filter}\n{}", run.stderr);
    }
    let both = run(&["lint", "--portable", "--dialect", "nextcloud", "{}"]);
    assert!(both.refused().contains("cannot be used with"), "{}", both.stderr);
    assert!(
        run(&["lint", "--dialect", "sql", "{}"]).refused().contains("[possible values: mongo, nextcloud]")
    );
}
