//! The catalog: the builtin classes, samples, and made-up events.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashSet;

use hooksieve::{Catalog, EventClass};
use proptest::prelude::*;
use serde_json::{Value, json};

#[path = "common/catalog.rs"]
mod common;

use common::{BUILTIN, listing, with_fields};

fn class(name: &str) -> &'static EventClass {
    Catalog::builtin().find(name).unwrap_or_else(|| panic!("{name}"))
}

// ---- The builtin classes ----

#[test]
fn the_builtin_file_is_good() {
    let file = Catalog::from_json(BUILTIN).unwrap();
    assert_eq!(file.classes().count(), Catalog::builtin().classes().count());
}

#[test]
fn every_documented_class_is_there() {
    let count = |system| Catalog::builtin().classes().filter(|class| class.system() == system).count();
    assert_eq!(["nextcloud", "webhooks", "webhooks-flow", "openregister"].map(count), [20, 13, 6, 33]);
    assert!(Catalog::builtin().classes().all(|class| class.description().is_some()));
}

#[test]
fn fields_are_listed_with_their_types() {
    insta::assert_snapshot!(listing(class("NodeWrittenEvent")), @r#"
    user: object|null
    user.uid: string?
    user.displayName: string?
    time: int unix-time
    event: object
    event.class: string ["OCP\\Files\\Events\\Node\\NodeWrittenEvent"]
    event.node: object
    event.node.id: string|int?
    event.node.path: string
    tokens: object? …
    "#);
    insta::assert_snapshot!(listing(class("RowUpdatedEvent")), @r#"
    user: object|null
    user.uid: string?
    user.displayName: string?
    time: int unix-time
    event: object
    event.class: string ["OCA\\Tables\\Event\\RowUpdatedEvent"]
    event.tableId: int
    event.rowId: int
    event.previousValues: object|array|null … [any]
    event.values: object|array|null … [any]
    event.dataByAlias: object|array|null? [object]
    event.dataByAlias.*: object?
    event.dataByAlias.*.columnId: int?
    event.dataByAlias.*.value: any?
    event.dataByAlias.columnId: int?
    event.dataByAlias.value: any?
    tokens: object? …
    "#);
    insta::assert_snapshot!(listing(class("CalendarObjectDeletedEvent")), @r#"
    eventType: string ["OCA\\DAV\\Events\\CalendarObjectDeletedEvent"]
    calendarId: int
    calendarData: object …
    calendarData.id: string
    calendarData.uri: string
    calendarData.principaluri: string
    calendarData.{http://apple\.com/ns/ical/}calendar-order: string|int
    calendarData.{http://apple\.com/ns/ical/}calendar-color: string
    calendarData.{http://nextcloud\.com/ns}deleted-at: any
    calendarData.{http://nextcloud\.com/ns}owner-displayname: string
    shares: array [any]
    objectData: object
    objectData.id: string
    objectData.uri: string
    objectData.lastmodified: string
    objectData.etag: string
    objectData.calendarid: string
    objectData.size: int
    objectData.calendardata: string
    objectData.component: string
    objectData.classification: int
    "#);
    insta::assert_snapshot!(listing(class("AgentCreatedEvent")), @r#"
    event: string ["OCA\\OpenRegister\\Event\\AgentCreatedEvent"]
    webhook: object?
    webhook.id: string|int?
    webhook.name: string?
    data: object …
    timestamp: string? iso-time
    attempt: int?
    user: object|null?
    user.uid: string?
    user.displayName: string?
    "#);
}

#[test]
fn what_documents_and_servers_disagree_on_is_allowed_both_ways() {
    let node = |id: Value| {
        let mut event = class("NodeWrittenEvent").sample().clone();
        event["event"]["node"]["id"] = id;
        event
    };
    let no_id = {
        let mut event = node(Value::Null);
        event["event"]["node"].as_object_mut().unwrap().remove("id");
        event
    };
    let no_user = {
        let mut event = node(json!(437));
        event["user"] = Value::Null;
        event["tokens"] = json!({"user_ids": [], "user_roles": {"owner": {"bob": "x"}}});
        event
    };
    for event in [node(json!(437)), node(json!("437")), no_id, no_user] {
        assert_eq!(class("NodeWrittenEvent").check(&event), [], "{event}");
    }
    for id in [json!(437.5), json!(null), json!([437])] {
        assert_eq!(class("NodeWrittenEvent").check(&node(id)).len(), 1);
    }

    let row = |values: Value| {
        let mut event = class("RowAddedEvent").sample().clone();
        event["event"]["values"] = values;
        event
    };
    for values in [json!({"7": "x"}), json!(["x", null]), json!([]), json!(null)] {
        assert_eq!(class("RowAddedEvent").check(&row(values)), []);
    }
    assert_eq!(class("RowAddedEvent").check(&row(json!("x"))).len(), 1);
}

#[test]
fn classes_are_found_by_name() {
    let catalog = Catalog::builtin();
    let name = r"OCA\Forms\Events\FormSubmittedEvent";
    for spelling in [name, &format!(r"\{name}"), &format!(r"\\{name}")] {
        assert_eq!(catalog.get(spelling).unwrap().name(), name);
    }
    assert!(catalog.get("FormSubmittedEvent").is_none());
    assert_eq!(catalog.find("FormSubmittedEvent").unwrap().name(), name);
    assert!(catalog.find("formsubmittedevent").is_none());
    assert_eq!(catalog.guess("formsubmitevent").unwrap().name(), name);
    assert_eq!(catalog.guess(r"\OCA\Forms\Event\FormSubmittedEvent").unwrap().name(), name);
    assert!(catalog.guess("").is_none());
    assert!(catalog.guess(&"x".repeat(1 << 20)).is_none());
}

#[test]
fn a_last_segment_of_two_classes_finds_neither() {
    let mut catalog = Catalog::builtin().clone();
    catalog.extend(
        Catalog::from_json(r#"{"classes": [{"name": "OCA\\Mine\\RowAddedEvent", "system": "nextcloud"}]}"#)
            .unwrap(),
    );
    assert!(catalog.find("RowAddedEvent").is_none());
    assert!(catalog.find(r"OCA\Mine\RowAddedEvent").is_some());
}

// ---- Samples and made-up events ----

#[test]
fn every_sample_is_as_documented() {
    for class in Catalog::builtin().classes() {
        assert_eq!(class.check(class.sample()), [], "{}", class.name());
    }
}

#[test]
fn samples_are_whole() {
    assert_eq!(
        class("NodeWrittenEvent").sample(),
        &json!({
            "user": {"uid": "bob", "displayName": "Bob"},
            "time": 1_711_971_000,
            "event": {
                "class": r"OCP\Files\Events\Node\NodeWrittenEvent",
                "node": {"id": 437, "path": "/bob/files/report.pdf"},
            },
        })
    );
}

proptest! {
    #[test]
    fn made_up_events_are_as_documented(index in any::<prop::sample::Index>(), seed: u64) {
        let classes: Vec<_> = Catalog::builtin().classes().collect();
        let class = index.get(&classes);
        let event = class.generate(seed);
        prop_assert_eq!(class.check(&event), [], "{} {}", class.name(), event);
        prop_assert_eq!(class.generate(seed), event);
    }

    /// No value of another type, no missing field and no unknown one gets through.
    #[test]
    fn changed_events_are_not_as_documented(index in any::<prop::sample::Index>(), seed: u64) {
        let classes: Vec<_> = Catalog::builtin().classes().collect();
        let class = index.get(&classes);
        let event = class.generate(seed);
        for field in class.fields().filter(|field| event.get(field.path()).is_some()) {
            // No field at the top is a number with a fraction.
            if field.types() != ["any"] {
                let mut wrong = event.clone();
                wrong[field.path()] = json!(0.5);
                let mismatches = class.check(&wrong);
                prop_assert_eq!(mismatches[0].pointer(), format!("/{}", field.path()));
            }
            if !field.is_optional() {
                let mut wrong = event.clone();
                wrong.as_object_mut().unwrap().remove(field.path());
                let mismatch = class.check(&wrong)[0].to_string();
                prop_assert_eq!(mismatch, format!("the field `{}` is missing", field.path()));
            }
        }
        let mut wrong = event;
        wrong["surprise"] = Value::Null;
        prop_assert_eq!(class.check(&wrong)[0].to_string(), "/surprise: there is no such field");
    }

    /// No text makes the reader panic.
    #[test]
    fn any_text_is_read_or_refused(at in any::<prop::sample::Index>(), with in "[\\[\\]{}\",:a1|]{0,3}") {
        let (before, after) = BUILTIN.split_at(BUILTIN.floor_char_boundary(at.index(BUILTIN.len())));
        let text: String = before.chars().chain(with.chars()).chain(after.chars().skip(1)).collect();
        if let Err(error) = Catalog::from_json(&text) {
            prop_assert!(error.problems().iter().all(|problem| problem.range().unwrap().end <= text.len()));
        }
    }
}

/// Over many seeds, all that a field can be comes up.
#[test]
fn made_up_events_have_all_variants() {
    let catalog = with_fields(json!({
        "a": {"type": "string|int|null", "optional": true},
        "list": {"items": "number"},
        "map": {"others": "bool"},
        "values": {"values": ["x", 2, null]},
        "any": "any",
        "time": {"type": "unix-time", "sample": 1_711_971_000},
    }));
    let class = catalog.get("A").unwrap();
    let mut seen = HashSet::new();
    for event in (0..5000).map(|seed| class.generate(seed)) {
        assert_eq!(class.check(&event), []);
        let kind = |value: &Value| match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(number) if number.is_f64() => "double",
            Value::Number(_) => "int",
            Value::String(string) if string.is_empty() => "empty string",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        for field in ["a", "any"] {
            seen.insert(format!("{field} {}", event.get(field).map_or("missing", kind)));
        }
        seen.insert(format!("values {}", event["values"]));
        let list = event["list"].as_array().unwrap();
        seen.insert(format!("list of {}", list.len()));
        seen.extend(list.iter().map(|element| format!("element {}", kind(element))));
        seen.insert(format!("map of {}", event["map"].as_object().unwrap().len()));
        seen.insert(format!("first is {}", event.as_object().unwrap().keys().next().unwrap()));
        let time = event["time"].as_i64().unwrap();
        seen.insert(format!(
            "time {}",
            match time {
                1_711_971_000 => "as the sample",
                1_700_000_000..1_720_000_000 => "near it",
                i64::MIN | i64::MAX => "at the edge",
                _ => "elsewhere",
            }
        ));
    }
    let expected = [
        "a missing",
        "a null",
        "a int",
        "a string",
        "a empty string",
        "any null",
        "any bool",
        "any int",
        "any double",
        "any string",
        "any array",
        "any object",
        "values \"x\"",
        "values 2",
        "values null",
        "list of 0",
        "list of 1",
        "list of 3",
        "list of 12",
        "element int",
        "element double",
        "map of 0",
        "map of 1",
        "map of 2",
        "first is a",
        "first is list",
        "first is map",
        "time as the sample",
        "time near it",
        "time at the edge",
        "time elsewhere",
    ];
    for variant in expected {
        assert!(seen.contains(variant), "never: {variant}");
    }
}

#[test]
fn mismatches_are_told_without_the_values() {
    let event =
        json!({"user": "secret", "time": "secret", "event": {"class": "secret", "rowId": 1.5}, "x": 1});
    let mismatches: String =
        class("RowAddedEvent").check(&event).iter().map(|mismatch| format!("{mismatch}\n")).collect();
    insta::assert_snapshot!(mismatches, @r#"
    /user: expected an object or null, found a string
    /time: expected a whole number, found a string
    /event: the field `tableId` is missing
    /event: the field `previousValues` is missing
    /event: the field `values` is missing
    /event/class: expected "OCA\\Tables\\Event\\RowAddedEvent", found another value
    /event/rowId: expected a whole number, found a number with a fraction
    /x: there is no such field
    "#);
    assert!(!mismatches.contains("secret"));

    assert_eq!(class("RowAddedEvent").check(&json!([]))[0].to_string(), "expected an object, found an array");
    let many: Value =
        (0..1000).map(|key| (key.to_string(), Value::Null)).collect::<serde_json::Map<_, _>>().into();
    assert_eq!(class("RowAddedEvent").check(&many).len(), 100);
}
