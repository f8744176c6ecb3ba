//! `hooksieve migrate`.

use std::path::Path;

use serde_json::{Value, json};

use crate::{Folder, run};

const ROWS: &str = r"OCA\Tables\Event\RowAddedEvent";

fn listeners() -> Value {
    let listener = |id: u64, class: &str, filter: Value| json!({"id": id, "event": class, "eventFilter": filter, "headers": {"X-Key": "hush"}, "authData": "hush"});
    let files = r"OCP\Files\Events\Node\NodeWrittenEvent";
    json!([
        listener(1, ROWS, json!({"event.tableId": {"$in": ["42"]}})),
        listener(2, files, json!({"event.node.path": "/\\.pdf$/i"})),
        listener(3, files, json!({"event.node.id": {"$in": ["437"]}})),
        listener(4, files, json!({"user.uid": {"$eq": "bob"}})),
        listener(5, r"A\B", json!({"event.x": "y"})),
        {"id": 6, "event": files},
    ])
}

#[test]
fn every_registration_is_shown() {
    let folder = Folder::new().with("listeners.json", serde_json::to_string_pretty(&listeners()).unwrap());
    let run = folder.run(&["migrate", "listeners.json"]);
    assert_eq!((run.exit, run.stderr.as_str()), (2, ""));
    assert!(!run.stdout().contains("hush"));
    insta::assert_snapshot!(run.stdout());
}

#[test]
fn json_output() {
    let folder = Folder::new().with("listeners.json", listeners().to_string());
    let run = folder.run(&["migrate", "--format=json", "listeners.json"]);
    let rows: Vec<Value> = run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<&str> = rows.iter().map(|row| row["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["proved", "proved", "checked", "none", "unchecked", "proved"]);
    assert_eq!(rows[0]["new"], r#"{"event.tableId": 42}"#);
    assert_eq!(rows[2]["made_up"], json!({"checked": 1000, "agree": 1000}));
    assert_eq!((&rows[3]["new"], &rows[3]["suggestion"]), (&json!(null), &json!(r#"{"user.uid":"bob"}"#)));
    assert_eq!(rows[3]["notes"][0]["kind"], "trouble");
    assert_eq!((&rows[4]["id"], &rows[4]["event"]), (&json!(5), &json!(r"A\B")));
}

#[test]
fn checked_on_the_given_events() {
    let listeners = json!([{"event": "A", "eventFilter": {"event.x": {"$in": ["23"]}}}]);
    let folder = Folder::new()
        .with("listeners.json", listeners.to_string())
        .with("good.ndjson", "{\"event\": {\"class\": \"\\\\A\", \"x\": 23}}\n{\"event\": {\"class\": \"B\", \"x\": \"23.0\"}}\n")
        .with("bad.ndjson", "{\"event\": {\"class\": \"A\", \"x\": \"23.0\"}}\n")
        .with("broken.ndjson", "{\n");
    for (files, exit, said) in [
        (&["good.ndjson"][..], 1, "agrees on 1 of 1 events"),
        (&["good.ndjson", "bad.ndjson"], 2, "agrees on 1 of 2 events"),
        (&["broken.ndjson"], 2, "unchecked"),
    ] {
        let run = folder.run(&[&["migrate", "listeners.json"], files].concat());
        assert_eq!(run.exit, exit, "{files:?}\n{}{}", run.stdout(), run.stderr);
        assert!(run.stdout().contains(said), "{files:?}\n{}", run.stdout());
    }
}

#[test]
fn the_filters_are_exchanged() {
    let folder = Folder::new().with("listeners.json", serde_json::to_string_pretty(&listeners()).unwrap());
    folder.run(&["migrate", "listeners.json", "--write", "new.json"]);
    let new: Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path("new.json")).unwrap()).unwrap();
    let mut expected = listeners();
    expected[0]["eventFilter"] = json!({"event.tableId": 42});
    expected[1]["eventFilter"] = json!({"event.node.path": {"$regex": "\\.pdf$", "$options": "i"}});
    expected[2]["eventFilter"] = json!({"event.node.id": {"$in": ["437", 437]}});
    assert_eq!(new, expected);
}

#[test]
fn a_registration_that_cannot_be_read() {
    let text = r#"[{"id": 1, "eventFilter": {}, "headers": {"X-Key": "hush"}}, {"id": 2, "event": "A", "eventFilter": {"a": }}]"#;
    let folder = Folder::new().with("listeners.json", text).with("none.json", "5");
    let run = folder.run(&["migrate", "listeners.json"]);
    assert_eq!(run.exit, 2);
    assert!(
        run.stderr.contains("`event` is missing") && run.stderr.contains("is not JSON"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("hush"));
    assert!(folder.run(&["migrate", "none.json"]).refused().contains("expected a list of listeners"));
}

/// They are written for the default dialect; what throws in the other has no migration.
#[test]
fn the_examples() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let path = |name: &str| examples.join(name).to_str().unwrap().to_owned();
    let run = run(&["migrate", "--format=json", &path("listeners.json"), &path("events.ndjson")]);
    let rows: Vec<Value> = run.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<String> = rows
        .iter()
        .map(|row| format!("{} {} {}", row["id"], row["verdict"].as_str().unwrap(), row["new"]))
        .collect();
    insta::assert_snapshot!(verdicts.join("\n"));
}
