//! The format of the catalog's files: what is read, what is refused, and the JSON Schema for it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use hooksieve::{Catalog, ErrorCode};
use serde_json::{Value, json};

#[path = "common/catalog.rs"]
mod common;
#[path = "common/schema.rs"]
mod schema;

use common::{BUILTIN, listing, with_fields};

const DOCUMENTATION: &str = include_str!("../docs/catalog.md");

/// The problems of a file, a line for each.
fn problems(text: &str) -> String {
    Catalog::from_json(text).unwrap_err().to_string()
}

#[test]
fn the_documented_file_is_read() {
    let (_, rest) = DOCUMENTATION.split_once("```json\n").unwrap();
    let (file, _) = rest.split_once("```").unwrap();
    let catalog = Catalog::from_json(file).unwrap();
    assert_eq!(schema::problems(&serde_json::from_str(file).unwrap()), [""; 0]);
    insta::assert_snapshot!(listing(catalog.find("CardCreatedEvent").unwrap()), @r#"
    user: object|null
    user.uid: string?
    user.displayName: string?
    time: int unix-time
    event: object
    event.class: string ["OCA\\Deck\\Event\\CardCreatedEvent"]
    event.card: object
    event.card.id: int
    event.card.title: string
    event.card.duedate: string|null iso-time
    event.card.archived: bool?
    event.card.color: string ["red","green","blue"]
    event.card.labels: array [object]
    event.card.labels.id: int?
    event.card.labels.title: string?
    event.card.assigned: object
    event.card.assigned.*: string?
    tokens: object? …
    "#);
    insta::assert_snapshot!(catalog.find("CardCreatedEvent").unwrap().sample(), @r#"{"user":{"uid":"bob","displayName":"Bob"},"time":1711971000,"event":{"class":"OCA\\Deck\\Event\\CardCreatedEvent","card":{"id":1,"title":"Buy milk","duedate":"2024-04-01T11:30:00+00:00","color":"red","labels":[],"assigned":{}}}}"#);
}

#[test]
fn every_type_is_documented() {
    for name in [
        "null",
        "bool",
        "int",
        "number",
        "string",
        "array",
        "object",
        "any",
        "unix-time",
        "iso-time",
        "class",
    ] {
        with_fields(json!({"a": name}));
        assert!(DOCUMENTATION.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn a_users_classes_go_before_builtin_ones() {
    let mut catalog = Catalog::builtin().clone();
    let before = catalog.classes().count();
    catalog.extend(Catalog::from_json(
        r#"{
            "systems": {"shop": {"fields": {"kind": "class", "data": "object"}, "body": "data"}},
            "classes": [
                {"name": "\\OCA\\Tables\\Event\\RowAddedEvent", "system": "nextcloud", "fields": {"cells": "int"}},
                {"name": "order.paid", "system": "shop", "fields": {"total": "number"}, "others": "string"}
            ]
        }"#,
    ).unwrap());
    assert_eq!(catalog.classes().count(), before + 1);
    let class = catalog.get(r"OCA\Tables\Event\RowAddedEvent").unwrap();
    assert!(class.fields().any(|field| field.path() == "event.cells"));
    assert!(class.fields().all(|field| field.path() != "event.rowId"));

    let class = catalog.get("order.paid").unwrap();
    assert_eq!(class.check(&json!({"kind": "order.paid", "data": {"total": 9.5, "by": "card"}})), []);
    let wrong = class.check(&json!({"kind": "order.sent", "data": {"total": 9.5, "by": 1}}));
    let wrong: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert_eq!(
        wrong,
        [
            "/kind: expected \"order.paid\", found another value",
            "/data/by: expected a string, found a whole number"
        ]
    );
}

#[test]
fn named_shapes_take_types_and_samples_of_their_own() {
    let file = r#"{
        "systems": {"mine": {}},
        "shapes": {
            "name": {"type": "string", "note": "in Latin letters", "sample": "Ada"},
            "person": {"fields": {"name": "name", "age": {"type": "int", "optional": true}}}
        },
        "classes": [{"name": "A", "system": "mine", "fields": {
            "by": "person|null",
            "to": {"type": "person", "optional": true, "note": "only for letters", "sample": {"name": "Bob", "age": 7}}
        }}]
    }"#;
    let catalog = Catalog::from_json(file).unwrap();
    let class = catalog.get("A").unwrap();
    insta::assert_snapshot!(listing(class), @"
    by: object|null
    by.name: string?
    by.age: int?
    to: object?
    to.name: string?
    to.age: int?
    ");
    let notes: Vec<_> = class.fields().map(|field| field.note().map(str::to_owned)).collect();
    assert_eq!(notes[1].as_deref(), Some("in Latin letters"));
    assert_eq!(notes[3].as_deref(), Some("only for letters"));
    assert_eq!(class.sample(), &json!({"by": {"name": "Ada"}, "to": {"name": "Bob", "age": 7}}));
}

#[test]
fn all_mistakes_are_reported_with_their_places() {
    insta::assert_snapshot!(problems(r#"{
        "clases": 1,
        "shapes": {
            "int": "string",
            "later": "node",
            "node": {"fields": {"id": "integer", "x": {"type": "int|null", "values": ["a", [1]]}}, "items": "int"},
            "empty": {"values": []},
            "nothing": {}
        },
        "systems": {"mine": {"fields": {"a": {"type": "string", "optional": 1}}, "body": "a"}, "odd": 5},
        "classes": [
            {"name": "A", "system": "min", "fields": {"a": 5, "b": "node|empty"}},
            {"name": "\\A", "system": "mine", "descripton": "x"},
            {"system": "nextcloud", "others": {"type": "int", "optional": true}},
            {"name": "C", "system": "nextcloud", "fields": {"n": {"type": "int", "sample": "x"}}, "sample": {}},
            {"name": "D", "system": "nextcloud", "fields": {"t": "unix-time|iso-time"}},
            {"name": "\\", "system": 7},
            {"name": "\\D", "system": "nextcloud", "fields": {"m": {"type": "int", "fields": {}}}},
            null
        ]
    }"#), @r#"
    unknown key `clases` at `/clases` (bytes 10..18); did you mean `classes`?
    `int` cannot be the name of a shape at `/shapes/int` (bytes 55..60); a name is not that of a type, and has neither `|` nor spaces around it
    unknown type `node` at `/shapes/later` (bytes 93..99); a shape can be used after the place where it is described
    unknown type `integer` at `/shapes/node/fields/id` (bytes 139..148); did you mean `int`?
    expected a whole number or null, found the string "a" at `/shapes/node/fields/x/values/0` (bytes 187..190)
    expected a scalar, found an array at `/shapes/node/fields/x/values/1` (bytes 192..195)
    expected at least one value, found an empty array at `/shapes/empty/values` (bytes 249..251)
    `type` is missing at `/shapes/nothing` (bytes 277..279)
    expected true or false, found the number `1` at `/systems/mine/fields/a/optional` (bytes 367..368)
    `body`: `a` is no object among the fields at `/systems/mine/body` (bytes 380..383)
    expected an object, found the number `5` at `/systems/odd` (bytes 393..394)
    unknown system `min` at `/classes/0/system` (bytes 454..459); did you mean `mine`?
    expected a type, as a string, or an object, found the number `5` at `/classes/0/fields/a` (bytes 477..478)
    expected at most one named shape, found `node` and `empty` at `/classes/0/fields/b` (bytes 485..497)
    unknown key `descripton` at `/classes/1/descripton` (bytes 547..559); did you mean `description`?
    `name` is missing at `/classes/2` (bytes 579..647)
    `optional` is for fields at `/classes/2/others/optional` (bytes 641..645)
    `sample`: expected a whole number, found a string at `/classes/3/fields/n/sample` (bytes 740..743)
    `sample`: the field `user` is missing at `/classes/3/sample` (bytes 757..759)
    `sample`: the field `time` is missing at `/classes/3/sample` (bytes 757..759)
    `sample`: the field `event` is missing at `/classes/3/sample` (bytes 757..759)
    expected at most one of `unix-time`, `iso-time` and `class` at `/classes/4/fields/t` (bytes 827..847)
    `name` is empty at `/classes/5/name` (bytes 872..876)
    expected a string, found the number `7` at `/classes/5/system` (bytes 888..889)
    `D` is the name of an earlier class at `/classes/6` (bytes 904..990)
    `fields` is for objects, and this is none at `/classes/6/fields/m/fields` (bytes 975..983)
    expected an object, found null at `/classes/7` (bytes 1004..1008)
    "#);
}

#[test]
fn texts_that_are_no_catalog() {
    insta::assert_snapshot!(problems(""), @"expected a JSON object, found nothing (bytes 0..0)");
    insta::assert_snapshot!(problems("{}"), @"`classes` is missing (bytes 0..2)");
    insta::assert_snapshot!(problems("[]"), @"expected an object, found an empty array (bytes 0..2)");
    insta::assert_snapshot!(problems("{\"classes\": [}"), @"expected a value, found `}` (bytes 13..14)");
    insta::assert_snapshot!(problems("{\"classes\": [] // none\n}"), @"expected `,` or `}`, found `/` (bytes 15..16); JSON has no comments");
    insta::assert_snapshot!(problems("{\"classes\": [], \"classes\": []}"), @"duplicate key `classes` at `/classes` (bytes 16..25); only one of the two would count");
    insta::assert_snapshot!(problems("{\"classes\": 1} {"), @"expected the end of the catalog, found `{` (bytes 15..16)");
    let error = Catalog::from_json("{\"classes\": [nul]}").unwrap_err();
    assert_eq!((error.first().code(), error.first().range()), (ErrorCode::InvalidJson, Some(13..16)));
}

#[test]
fn files_are_bounded() {
    let long = format!("{{\"classes\": [{}]}}", " ".repeat(1 << 20));
    insta::assert_snapshot!(problems(&long), @"the catalog is longer than 1048576 bytes (bytes 1048576..1048591)");

    let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
    insta::assert_snapshot!(problems(&format!("{{\"classes\": {deep}}}")), @"the catalog is nested deeper than 32 levels (bytes 43..44)");

    // Each shape holds the one before it: as text they are flat.
    let nested: String =
        (1..40).map(|level| format!(r#", "s{level}": {{"fields": {{"a": "s{}"}}}}"#, level - 1)).collect();
    let nested = format!(r#"{{"shapes": {{"s0": "int"{nested}}}, "classes": []}}"#);
    insta::assert_snapshot!(problems(&nested), @"nested deeper than 32 levels, with the shape `s30` at `/shapes/s31/fields/a` (bytes 1020..1025)");

    // And twice as large.
    let doubled: String = (1..30)
        .map(|level| format!(r#", "s{level}": {{"fields": {{"a": "s{0}", "b": "s{0}"}}}}"#, level - 1))
        .collect();
    let doubled = format!(r#"{{"shapes": {{"s0": "int"{doubled}}}, "classes": []}}"#);
    insta::assert_snapshot!(problems(&doubled), @"systems and named shapes, written out wherever they are used, come to more than 4 MiB at `/shapes/s16/fields/b` (bytes 707..712)");

    let wrong = format!(r#"{{"classes": [{}1]}}"#, "1,".repeat(200));
    let error = Catalog::from_json(&wrong).unwrap_err();
    assert_eq!(error.problems().len(), 101);
}

// ---- The JSON Schema ----

#[test]
fn the_builtin_file_is_of_the_schema() {
    assert_eq!(schema::problems(&serde_json::from_str(BUILTIN).unwrap()), [""; 0]);
}

/// What the schema refuses, the reader does, too.
#[test]
fn the_schema_refuses_nothing_that_is_read() {
    let file: Value = serde_json::from_str(BUILTIN).unwrap();
    let mut refused = 0;
    for pointer in [
        "",
        "/systems",
        "/shapes",
        "/classes",
        "/classes/0",
        "/classes/0/name",
        "/classes/0/system",
        "/classes/0/fields",
        "/classes/0/fields/form",
        "/classes/0/fields/form/others",
        "/systems/nextcloud",
        "/systems/nextcloud/body",
        "/systems/webhooks-flow/fields/eventType/values",
        "/shapes/node/fields/id/type",
        "/shapes/node/fields/id/optional",
        "/shapes/node/fields/id/note",
        "/classes/0/description",
    ] {
        for wrong in [json!(7), json!({"unknown": 1}), json!([{}]), json!([]), json!(null), json!(true)] {
            let mut file = file.clone();
            *file.pointer_mut(pointer).unwrap() = wrong;
            if !schema::problems(&file).is_empty() {
                refused += 1;
                assert!(Catalog::from_json(&file.to_string()).is_err(), "{pointer}: {file}");
            }
        }
    }
    assert!(refused > 80, "{refused}");
}
