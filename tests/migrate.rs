//! Migrations: what is proved is true, and what is said of filters as people have them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write;

use hooksieve::{
    Catalog, Compiler, Dialect, EventClass, Filter, MigrationNoteKind, Verdict, lint_portability, migrate,
};
use serde_json::{Value, json};

#[path = "common/of_class.rs"]
mod of_class;

use of_class::{CLASS, Dice, Ground};

fn class(name: &str) -> Option<&'static EventClass> {
    (!name.is_empty()).then(|| Catalog::builtin().find(name).unwrap())
}

/// With what only Nextcloud's evaluator reads.
fn filter(ground: &Ground, dice: &mut Dice) -> Value {
    let plain = ground.filter(dice, 1);
    match dice.roll(12) {
        0 => json!({ "$not": plain }),
        1 => json!([plain, ground.filter(dice, 0)]),
        2 => json!({ "$and": plain }),
        3 => json!({ "$or": [{ "$foo": [plain] }, ground.filter(dice, 0)] }),
        4 => json!({ "$nor": [plain, { "$or": [] }] }),
        _ => plain,
    }
}

#[test]
fn what_is_proved_is_true() {
    let own = Catalog::from_json(CLASS).unwrap();
    let more = std::iter::repeat_n(&own, 20).flat_map(Catalog::classes);
    let mut dice = Dice(4);
    let (mut filters, mut proved, mut telling, mut none, mut rewritten) = (0, 0, 0, 0, 0);
    for class in Catalog::builtin().classes().chain(more) {
        let events: Vec<Value> = (0..150).map(|seed| class.generate(seed)).collect();
        let ground = Ground::of_class(class);
        for _ in 0..80 {
            let text = filter(&ground, &mut dice).to_string();
            let compiled = Compiler::new().dialect(Dialect::Nextcloud).compile(&text).ok();
            let migration = migrate(&text, Some(class));
            filters += 1;
            let Some(new) = migration.filter() else {
                none += 1;
                assert!(!migration.is_proved() && !migration.notes().is_empty(), "{text}");
                let gets_through =
                    |event| compiled.as_ref().is_some_and(|old| old.verdict(event) == Verdict::Matches);
                let refuses = migration
                    .notes()
                    .iter()
                    .any(|note| note.message().starts_with("the default dialect refuses"));
                assert!(refuses || !events.iter().any(gets_through), "{text}\n{:#?}", migration.notes());
                continue;
            };
            if !migration.is_proved() {
                let doubts = migration.notes().iter().any(|note| note.kind() == MigrationNoteKind::Doubt);
                assert!(doubts, "{text}\n{:#?}", migration.notes());
                continue;
            }
            proved += 1;
            let said: Value = serde_json::from_str(new.source().unwrap()).unwrap();
            rewritten += usize::from(said != serde_json::from_str::<Value>(&text).unwrap());
            let old = compiled.unwrap();
            let mut matches = 0;
            for event in &events {
                let expected = old.verdict(event) == Verdict::Matches;
                let source = new.source().unwrap();
                assert_eq!(
                    new.matches(event),
                    expected,
                    "{text}\n{source}\n{event}\n{:#?}",
                    migration.notes()
                );
                assert_eq!(migration.agrees(event), Some(true));
                matches += usize::from(expected);
            }
            telling += usize::from(matches > 0 && matches < events.len());
        }
    }
    let numbers =
        format!("{filters} filters, {proved} proved, {telling} telling, {none} none, {rewritten} rewritten");
    assert!(proved * 4 > filters && telling > 200 && none > 100 && rewritten > 300, "{numbers}");
}

/// What both dialects read alike stays as it is.
#[test]
fn portable_filters_are_proved() {
    let mut dice = Dice(5);
    let mut portable = 0;
    // Those of apps may come in another envelope than the documented one.
    for class in Catalog::builtin().classes().filter(|class| class.system() == "nextcloud") {
        let ground = Ground::of_class(class);
        for _ in 0..80 {
            let text = ground.filter(&mut dice, 1).to_string();
            let Ok(filter) = Filter::compile(&text) else { continue };
            if lint_portability(&filter, Some(class)).is_empty() {
                portable += 1;
                let migration = migrate(&text, Some(class));
                assert!(migration.is_proved(), "{text}\n{:#?}", migration.notes());
            }
        }
    }
    assert!(portable > 200, "{portable}");
}

#[test]
fn filters_as_people_have_them() {
    let filters = [
        ("NodeWrittenEvent", "[]"),
        ("NodeWrittenEvent", "null"),
        ("NodeWrittenEvent", r#"{"user.uid": "bob"}"#),
        ("NodeWrittenEvent", r#"{"user.uid": {"$eq": "bob"}}"#),
        ("NodeWrittenEvent", r#"{"user.uid": {"$e": "bob"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": "/admin/files/Documents"}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": "/\\.pdf$/i"}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": "/^\\/bob\\/files\\/Documents\\/.*/"}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": {"$regex": "pdf$"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.id": {"$in": ["437"]}}"#),
        ("NodeWrittenEvent", r#"{"event.node.id": "437"}"#),
        ("NodeWrittenEvent", r#"{"group": "editors"}"#),
        ("NodeWrittenEvent", r#"{"user": null}"#),
        ("NodeWrittenEvent", r#"{"user.uid": {"$exists": true}}"#),
        ("NodeWrittenEvent", r#"{"user.uid": {"$ne": "bob"}, "event.node.path": {"$nin": ["/a/b"]}}"#),
        ("FormSubmittedEvent", r#"{"event.form.hash": "abc123def456"}"#),
        ("FormSubmittedEvent", r#"{"event.form.isAnonymous": {"$in": ["yes", 0]}}"#),
        (
            "FormSubmittedEvent",
            r#"{"event.form.fileFormat": {"$exists": false}, "event.form.id": {"$in": ["51", 52]}}"#,
        ),
        ("RowAddedEvent", r#"{"event.tableId": 42}"#),
        ("RowAddedEvent", r#"{"event.tableId": "42"}"#),
        ("RowAddedEvent", r#"{"event.tableId": {"$in": ["42", "43"]}}"#),
        ("RowAddedEvent", r#"{"event.rowId": {"$gt": 5}}"#),
        ("RowAddedEvent", r#"{"event.rowId": {"$gt": "5"}, "user.uid": {"$nin": [null, "admin"]}}"#),
        ("RowAddedEvent", r#"{"event.values.3": "done"}"#),
        ("RowAddedEvent", r#"{"$or": [{"event.tableId": 42}, {"user.uid": {"$eq": "bob"}}]}"#),
        ("RowAddedEvent", r#"{"$or": [{"user.uid": {"$eq": "bob"}}, {"event.tableId": 42}]}"#),
        ("RowAddedEvent", r#"{"$not": {"event.tableId": 42, "user.uid": "bob"}}"#),
        ("RowAddedEvent", r#"{"time": {"$eq": 5}}"#),
        ("", r#"{"user.uid": "bob", "a": {"$in": ["23", true]}}"#),
    ];
    let mut all = String::new();
    for (name, old) in filters {
        let migration = migrate(old, class(name));
        let new = migration.filter().map_or("none", |filter| filter.source().unwrap());
        let proved = if migration.is_proved() { " (proved)" } else { "" };
        writeln!(all, "{old}  {name}\n  → {new}{proved}").unwrap();
        for note in migration.notes() {
            writeln!(all, "  {} at {:?}: {}", note.kind().as_str(), note.pointer(), note.message()).unwrap();
        }
        if let Some(suggestion) = migration.suggestion() {
            writeln!(all, "  meant? {suggestion}").unwrap();
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_no_filter_gets_none() {
    for text in ["{", "5", r#"{"a": "/(?=x)/"}"#] {
        let migration = migrate(text, None);
        assert!(migration.filter().is_none() && migration.suggestion().is_none(), "{text}");
        assert_eq!(migration.notes()[0].kind(), MigrationNoteKind::Trouble);
        assert_eq!(migration.agrees(&json!({})), None);
    }
}

/// Whatever throws, the answer comes soon.
#[test]
fn hostile_filters() {
    let list =
        |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<Vec<_>>().join(",");
    let throws = |n: usize| format!(r#"{{"a.b{n}": {{"$in": 5}}}}"#);
    let deep = (0..30).fold("{}".to_owned(), |inner, _| {
        format!(r#"{{"$or": [{{"a.b": {{"$nin": 5}}}}, {{"$not": {inner}}}]}}"#)
    });
    for text in [
        format!(r#"{{"$or": [{}]}}"#, list(4000, &throws)),
        format!(r#"{{"$nor": [{}]}}"#, list(60, &throws)),
        deep,
    ] {
        for class in [class("NodeWrittenEvent"), None] {
            assert!(!migrate(&text, class).notes().is_empty());
        }
    }
}
