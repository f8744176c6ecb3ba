//! The lints: what they find, that it is true, and that good filters are left alone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use hooksieve::{Catalog, EventClass, Filter, Lint, LintCode, Program, Severity, lint, lint_portability};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde_json::{Value, json};

#[path = "common/dense.rs"]
mod dense;
#[path = "common/lint_lines.rs"]
mod lint_lines;

fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/proptest-regressions/lint.txt",
        ))),
        ..default
    }
}

fn class(name: &str) -> Option<&'static EventClass> {
    (!name.is_empty()).then(|| Catalog::builtin().find(name).unwrap_or_else(|| panic!("{name}")))
}

fn lints(filter: &str, class_name: &str) -> Vec<Lint> {
    lint(&Filter::compile(filter).unwrap_or_else(|error| panic!("{filter}\n{error}")), class(class_name))
}

fn lines(filter: &str, class_name: &str) -> String {
    format!("{filter}  {class_name}\n{}", lint_lines::of(filter, &lints(filter, class_name)))
}

/// As people posted them, with "it does not fire", and others.
#[test]
fn what_is_said() {
    let filters = [
        ("", r#"{"event.node.id": "437"}"#),
        ("NodeWrittenEvent", r#"{"event.node.id": "437"}"#),
        ("", r#"{"event.node.id": {"$in": ["437", 437]}}"#),
        ("NodeWrittenEvent", r#"{"group": "editors"}"#),
        ("RowAddedEvent", r#"{"event.card.labels.title": "foo"}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": "/admin/files/Documents"}"#),
        ("", r#"{"event.node.path": {"$eq": "/admin/files/Documents/"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": {"$startsWith": "Documents/"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": "/\\/admin\\/files\\/.*/i"}"#),
        ("NodeWrittenEvent", r#"{"data.object.schema": "x"}"#),
        ("ObjectCreatedEvent", r#"{"data.object.schema": "x"}"#),
        ("NodeWrittenEvent", r#"{"user.uid": {"$eq": "bob"}, "event.node.paht": {"$ne": "x"}}"#),
        ("NodeWrittenEvent", r#"{"node.path": "/x"}"#),
        ("NodeWrittenEvent", r#"{"uid": "bob"}"#),
        ("NodeWrittenEvent", r#"{"event.tableId": 5}"#),
        ("NodeWrittenEvent", r#"{"event.node.path.name": "x"}"#),
        ("RowAddedEvent", r#"{"event.tableId": "42"}"#),
        ("RowAddedEvent", r#"{"event.tableId": {"$in": ["42", "43"]}, "time": {"$exists": true}}"#),
        ("RowAddedEvent", r#"{"event.tableId": {"$lt": "x"}, "user.uid": 5}"#),
        ("RowAddedEvent", r#"{"event.tableId": {"$ne": "42"}}"#),
        ("RowAddedEvent", r#"{"event.values.3": "done", "event.values.4": 5}"#),
        ("RowAddedEvent", r#"{"event.class": "OCA\\Tables\\Event\\RowUpdatedEvent"}"#),
        (
            "RowAddedEvent",
            r#"{"event.class": "OCA\\Tables\\Event\\RowAddedEvent", "event.rowId": {"$gt": 5, "$lt": 3}}"#,
        ),
        ("RowAddedEvent", r#"{"$or": [{"event.tableId": "42"}, {"event.rowId": 1}]}"#),
        ("", r#"{"a": {"$gt": 5, "$lt": 3}}"#),
        ("", r#"{"a": {"$all": [1, 2]}}"#),
        ("", r#"{"a": 1, "$and": [{"a": 2}]}"#),
        ("", r#"{"a": {"$in": []}}"#),
        ("", r#"{"a": {"$nin": []}}"#),
        ("", r#"{"$or": [{"a": {"$mod": [4, 5]}}, {"b": {"$gt": null}}]}"#),
        ("", r#"{"$or": [{"a": 1}, {}]}"#),
        ("", r#"{"$nor": [{"a": 1, "b": 2}, {}]}"#),
        ("", r#"{"a": {"$elemMatch": {"b": {"$gt": 5, "$lt": 3}}}}"#),
        ("", r#"{"a": {"$elemMatch": {"$gt": 5, "$lt": 3}}}"#),
        ("", r#"{"time": {"$gt": 1711971024000}}"#),
        ("RowAddedEvent", r#"{"time": {"$gt": "2024-04-01T11:30:24+00:00"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.id": {"$ne": 437}}"#),
        ("NodeWrittenEvent", r#"{"event.node.id": {"$ne": 437, "$exists": true}}"#),
        (
            "NodeWrittenEvent",
            r#"{"user.uid": {"$not": {"$startsWith": "b"}}, "event.node.path": {"$ne": "/x"}}"#,
        ),
        (
            "NodeWrittenEvent",
            r#"{"event.node.path": {"$gte": ""}, "time": {"$ne": null}, "user.uid": {"$gt": []}}"#,
        ),
        ("", r#"{"user": {"uid": "bob", "more": {"x": 1}}}"#),
        ("", r#"{"event.tagIds": [1, 2]}"#),
        (
            "",
            r#"{"a": {"$regex": "^/bob/"}, "b": {"$regex": "\\.pdf$"}, "c": {"$regex": ".*\\.pdf$"}, "d": {"$regex": "^a.*"}}"#,
        ),
        ("", r#"{"a": 1, "$or": [{"b": 1}, {"c": 1}, {"b": 1}]}"#),
        ("", r#"{"a": {"$gt": 5, "$gte": 3, "$exists": true}}"#),
        ("", r#"{"$or": [{"a": 1}, {"a": 1, "b": 2}]}"#),
        (
            "CalendarObjectCreatedEvent",
            r#"{"calendarData.{http://nextcloud.com/ns}owner-displayname": "bob"}"#,
        ),
        ("CalendarObjectCreatedEvent", r#"{"calendarData.prinicpaluri": "bob"}"#),
        ("CalendarObjectCreatedEvent", r#"{"shares.href": "x", "shares.readOnly": true}"#),
    ];
    let all: String = filters.iter().map(|(class, filter)| lines(filter, class)).collect();
    insta::assert_snapshot!(all);
}

// ---- True, and no more than that ----

/// Filters that are known to match something, or that somebody has thought about, get no error; and
/// those in `examples/` no warning.
#[test]
fn good_filters_are_left_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut filters = 0;
    for entry in std::fs::read_dir(root.join("examples/filters")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let lints = lints(&text, "");
        assert!(lints.iter().all(|lint| lint.severity() == Severity::Note), "{text}\n{lints:#?}");
        filters += 1;
    }
    let listeners = std::fs::read_to_string(root.join("examples/listeners.json")).unwrap();
    let listeners: Value = serde_json::from_str(&listeners).unwrap();
    for listener in listeners.as_array().unwrap() {
        let text = listener["eventFilter"].to_string();
        let class = Catalog::builtin().get(listener["event"].as_str().unwrap());
        let filter = Filter::compile(&text).unwrap();
        let found = lint(&filter, None);
        assert!(found.iter().all(|lint| lint.severity() == Severity::Note), "{text}\n{found:#?}");
        // Some classes are documented in the envelope of another app only.
        let is_fine =
            |lint: &Lint| lint.severity() == Severity::Note || lint.code() == LintCode::OtherEnvelope;
        let found = lint(&filter, class);
        assert!(
            found.iter().all(is_fine) && found.iter().all(|lint| lint.severity() < Severity::Error),
            "{text}\n{found:#?}"
        );
        filters += 1;
    }
    for file in ["mongo-curated.ndjson", "mongo-random.ndjson", "exceptions.ndjson"] {
        let rows = std::fs::read_to_string(root.join("tests/corpus").join(file)).unwrap();
        for row in rows.lines() {
            let Ok(row) = serde_json::from_str::<Value>(row) else { continue };
            if row["expected"] == json!(true) {
                let lints = lints(&row["filter"].to_string(), "");
                assert!(lints.iter().all(|lint| lint.severity() < Severity::Error), "{row}\n{lints:#?}");
                filters += 1;
            }
        }
    }
    assert!(filters > 3000, "{filters}");
}

/// What lints claim about a filter, held against events.
fn assert_true(filter: &str, class: Option<&EventClass>, events: &[Value]) -> Vec<Lint> {
    let compiled = Filter::compile(filter).unwrap();
    let lints = lint(&compiled, class);
    let never = lints.iter().any(|lint| lint.severity() == Severity::Error);
    let always = lints.iter().any(|lint| lint.pointer().is_empty() && lint.code() == LintCode::AlwaysMatches);
    for event in events {
        let matches = compiled.matches(event);
        assert!(!(never && matches), "said to match never\n{filter}\n{event}\n{lints:#?}");
        assert!(matches || !always, "said to match always\n{filter}\n{event}\n{lints:#?}");
    }
    for replacement in lints.iter().filter_map(|lint| lint.suggestion()?.replacement()) {
        let mut text = filter.to_owned();
        text.replace_range(replacement.range.clone(), &replacement.text);
        assert!(Filter::compile(&text).is_ok(), "{filter}\n{replacement:?}");
    }
    lints
}

/// A filter for events of a class: conditions at its paths and others, with values from its events.
fn class_filter(class: &EventClass, dice: &mut impl FnMut(usize) -> usize) -> (Value, bool) {
    let condition = |dice: &mut dyn FnMut(usize) -> usize| {
        let paths: Vec<String> =
            class.fields().map(|field| field.path().replace('*', ["0", "1", "x"][dice(3)])).collect();
        let mut path = paths[dice(paths.len())].clone();
        if dice(6) == 0 {
            path = [format!("{path}.x"), format!("{path}.0"), format!("{path}x"), "group".to_owned()]
                [dice(4)]
            .clone();
        }
        let mut values: Vec<Value> =
            class.generate(dice(1000) as u64).as_object().unwrap().values().cloned().collect();
        while let Some(at) = values.iter().position(|value| value.is_object() || value.is_array()) {
            if dice(8) == 0 {
                break;
            }
            match values.swap_remove(at) {
                Value::Object(object) => values.extend(object.into_iter().map(|(_, value)| value)),
                Value::Array(array) => values.extend(array),
                _ => unreachable!(),
            }
        }
        values.extend([
            json!(null),
            json!(""),
            json!(0),
            json!(true),
            json!("23"),
            json!([]),
            json!({}),
            json!(0.5),
        ]);
        let value = values[dice(values.len())].clone();
        let text = value.as_str().unwrap_or("a").to_owned();
        let operators = match dice(16) {
            0..4 => json!({"$eq": value}),
            4 => json!({"$ne": value}),
            5 => json!({"$gt": value}),
            6 => json!({"$lte": value}),
            7 => json!({"$gte": value, "$lt": values[dice(values.len())]}),
            8 => json!({"$in": if value.is_object() { json!([]) } else { json!([value, "x"]) }}),
            9 => json!({"$exists": dice(2) == 0}),
            10 => {
                let types = ["string", "int", "number", "null", "object", "array", "bool", "long"];
                json!({"$type": types[dice(types.len())]})
            }
            11 => json!({"$startsWith": text}),
            12 => json!({"$not": {"$endsWith": text}}),
            13 => json!({"$size": dice(3)}),
            14 => json!({"$mod": [3, 1]}),
            _ => json!({"$elemMatch": {"$eq": value}}),
        };
        json!({path: operators})
    };
    match dice(5) {
        0 => (json!({"$and": [condition(dice), condition(dice)]}), false),
        1 => (json!({"$or": [condition(dice), condition(dice)]}), false),
        2 => (json!({"$nor": [condition(dice)]}), false),
        _ => (condition(dice), true),
    }
}

/// That the condition itself always holds, not one inside of it.
fn says_always(lint: &Lint) -> bool {
    let is_inside = ["/$not/", "/$elemMatch/"].iter().any(|around| lint.pointer().contains(around));
    lint.message().ends_with("always holds") && !is_inside
}

/// At the first path of a filter.
fn operators(filter: &Value) -> usize {
    let operators = filter.as_object().and_then(|filter| filter.values().next()?.as_object());
    operators.map_or(0, serde_json::Map::len)
}

/// On made-up events of each class, nothing that is said never to match does, and what is said always
/// to hold does.
#[test]
fn what_is_said_of_a_class_is_true_of_its_events() {
    let mut state = 1_u64;
    let mut dice = move |sides: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % sides
    };
    let (mut filters, mut never, mut always) = (0, 0, 0);
    for class in Catalog::builtin().classes() {
        let events: Vec<Value> = (0..80).map(|seed| class.generate(seed)).collect();
        for _ in 0..60 {
            let (filter, is_single) = class_filter(class, &mut dice);
            let text = filter.to_string();
            let lints = assert_true(&text, Some(class), &events);
            filters += 1;
            never += usize::from(lints.iter().any(|lint| lint.severity() == Severity::Error));
            let is_single = is_single && operators(&filter) == 1;
            if is_single && lints.iter().any(says_always) {
                let compiled = Filter::compile(&text).unwrap();
                for event in &events {
                    assert!(compiled.matches(event), "{}: {filter}\n{event}\n{lints:#?}", class.name());
                }
                always += 1;
            }
        }
    }
    assert!(never * 5 > filters && always * 50 > filters, "{never} never and {always} always of {filters}");
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn what_is_said_is_true(filter in dense::filter(2), events in vec(dense::event(), 30)) {
        assert_true(&filter.to_string(), None, &events);
    }
}

/// The time is bounded, whatever the filter.
#[test]
fn hostile_filters_are_linted_soon() {
    let list =
        |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<Vec<_>>().join(",");
    let class = Catalog::builtin().find("RowAddedEvent");
    for filter in [
        format!(r#"{{"$or": [{}]}}"#, list(3000, &|n| format!(r#"{{"a": {{"$gt": {n}}}}}"#))),
        format!(r#"{{"$and": [{}]}}"#, list(3000, &|n| format!(r#"{{"a{n}": "{n}"}}"#))),
        format!(
            r#"{{"$nor": [{}]}}"#,
            list(900, &|n| format!(r#"{{"$or": [{{"a": {n}}}, {{"b": {{"$ne": {n}}}}}]}}"#))
        ),
        format!(r#"{{"event.id": {{"$in": [{}]}}}}"#, list(8000, &|n| format!("\"{n}\""))),
        format!(r#"{{{}}}"#, list(2000, &|n| format!(r#""event.tableId{n}": "1""#))),
        format!(
            r#"{{"$or": [{}]}}"#,
            list(1500, &|n| format!(r#"{{"a": "/(?s)a.{{10}}(.?){{{}}}c/"}}"#, 90 + n % 25))
        ),
    ] {
        let filter = Filter::compile(&filter).unwrap();
        for class in [None, class] {
            let start = Instant::now();
            let lints = lint(&filter, class);
            let more = lint_portability(&filter, class);
            // Some 500 ms without optimisation, on an idle machine: what is looked for are minutes.
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{:?} {}",
                start.elapsed(),
                &filter.source().unwrap()[..60]
            );
            assert!(lints.len() <= 100 && more.len() <= 100);
        }
    }
}

#[test]
fn a_filter_without_a_text_of_its_own() {
    let filter = Filter::from_value(&json!({"event.tableId": "42"})).unwrap();
    let lints = lint(&filter, class("RowAddedEvent"));
    assert_eq!((lints[0].pointer(), lints[0].range()), ("/event.tableId", None));
    assert!(lints[0].suggestion().unwrap().replacement().is_none());

    let loaded = Filter::try_from(Program::from_bytes(&filter.program().to_bytes()).unwrap()).unwrap();
    assert_eq!(lint(&loaded, None), []);
}

// ---- docs/lints.md ----

const DOCS: &str = include_str!("../docs/lints.md");

/// `UPDATE_DOCS=1` writes it.
#[test]
fn the_documentation_is_that_of_the_table() {
    let mut docs = "# Lints\n\n\
        What `hooksieve lint` and the library's `lint` report: a filter can be legal and still be a mistake. An error is\n\
        proven: the filter never matches. A warning is probably a mistake, and a note is worth knowing. What is said to\n\
        never or always hold does, on every event of the class (or, where none was named, on every event).\n\n\
        The lints whose names end with `in-nextcloud` are about the evaluator of Nextcloud's own servers. They are for\n\
        filters that both are to read, and are reported by `hooksieve lint --portable` and `lint_portability` only. Without\n\
        any of them, the two dialects agree on every event of the class. Where no class is named, they do as far as paths\n\
        lead through objects to numbers, strings, null or nothing, and numbers without a fraction are integers.\n\n\
        This page is generated from the table in `src/lint/code.rs`.\n"
        .to_owned();
    for code in LintCode::all() {
        write!(docs, "\n## {}\n\n{}.\n\n", code.as_str(), sentence(code.title())).unwrap();
        docs += &wrap(code.explanation());
        let class = code.example_class();
        let of = class.map(|class| format!(", for events of the class `{class}`")).unwrap_or_default();
        write!(docs, "\nFor example{of}:\n\n```json\n{}\n```\n\n", code.example()).unwrap();
        let lint = reported(code);
        write!(
            docs,
            "> {}: {}\n\nBetter:\n\n```json\n{}\n```\n",
            lint.severity(),
            lint.message(),
            code.better()
        )
        .unwrap();
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write("docs/lints.md", docs).unwrap();
    } else {
        assert!(docs == DOCS, "docs/lints.md is out of date: run with UPDATE_DOCS=1");
    }
}

fn sentence(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// In lines of 120 characters at most.
fn wrap(text: &str) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        if column > 0 && column + 1 + word.chars().count() > 120 {
            wrapped.push('\n');
            column = 0;
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped += word;
        column += word.chars().count();
    }
    wrapped + "\n"
}

/// By whatever reports the code.
fn lints_for(code: LintCode, filter: &str) -> Vec<Lint> {
    let class = code.example_class().unwrap_or_default();
    match code.is_about_portability() {
        true => lint_portability(&Filter::compile(filter).unwrap(), self::class(class)),
        false => lints(filter, class),
    }
}

fn reported(code: LintCode) -> Lint {
    let found = lints_for(code, code.example());
    found.iter().find(|lint| lint.code() == code).unwrap_or_else(|| panic!("{code}: {found:#?}")).clone()
}

#[test]
fn examples_get_their_lint_and_better_ones_get_none() {
    for code in LintCode::all() {
        reported(code);
        let better = lints_for(code, code.better());
        assert_eq!(better, [], "{code}: {}", code.better());
    }
}

#[test]
fn the_class_may_be_named_to_be_sure() {
    let full = r#"{"event.class": "OCA\\Tables\\Event\\RowAddedEvent"}"#;
    assert_eq!(lints(full, "RowAddedEvent"), []);
    for written in ["RowAddedEvent", r"\\OCA\\Tables\\Event\\RowAddedEvent"] {
        let lints = lints(&format!(r#"{{"event.class": "{written}"}}"#), "RowAddedEvent");
        assert_eq!(lints[0].severity(), Severity::Error, "{written}");
        let replacement = lints[0].suggestion().and_then(|suggestion| suggestion.replacement()).unwrap();
        assert_eq!(replacement.text, r#""OCA\\Tables\\Event\\RowAddedEvent""#, "{written}");
    }
}

#[test]
fn slashes_around_a_pattern() {
    for pattern in [r"/\\.pdf$/", "/^report/", r"/\\.pdf/i"] {
        let lints = lints(&format!(r#"{{"event.node.path": {{"$regex": "{pattern}"}}}}"#), "");
        assert!(lints.iter().any(|lint| lint.code() == LintCode::LooksLikeRegex), "{pattern} {lints:?}");
    }
    for pattern in ["/Documents/", "/Documents/mix", r"/files/.*/", r"^/bob/files/.*\\.pdf$"] {
        let lints = lints(&format!(r#"{{"event.node.path": {{"$regex": "{pattern}"}}}}"#), "");
        assert_eq!(lints, [], "{pattern}");
    }
}
