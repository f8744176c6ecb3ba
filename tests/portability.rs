//! Lints of portability: a filter without any is the same in both dialects, and what they offer instead says
//! what the filter says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fmt::Write;

use hooksieve::{
    Catalog, Compiler, Dialect, DialectFilter, EventClass, Filter, Lint, LintCode, Severity, Verdict,
    lint_nextcloud, lint_portability,
};
use serde_json::{Value, json};

#[path = "common/lint_lines.rs"]
mod lint_lines;
#[path = "common/of_class.rs"]
mod of_class;

use of_class::{CLASS, Dice, Ground};

fn nextcloud(text: &str) -> Option<DialectFilter> {
    Compiler::new().dialect(Dialect::Nextcloud).compile(text).ok()
}

/// What the lints of a filter led to.
#[derive(Debug, Default)]
struct Tally {
    filters: usize,
    free: usize,
    /// Of those, in which some event matches and some does not.
    telling: usize,
    replaced: usize,
    freed: usize,
    codes: Vec<LintCode>,
}

/// Without lints, the dialects agree; with those that offer something, it says the same.
fn check(text: &str, class: Option<&EventClass>, events: &[Value], tally: &mut Tally) {
    let Ok(filter) = Filter::compile(text) else { return };
    tally.filters += 1;
    let verdicts: Vec<bool> = events.iter().map(|event| filter.matches(event)).collect();
    let lints = lint_portability(&filter, class);
    tally.codes.extend(lints.iter().map(Lint::code));
    if lints.is_empty() {
        tally.free += 1;
        tally.telling += usize::from(verdicts.contains(&true) && verdicts.contains(&false));
    }
    assert_portable(text, &lints, &verdicts, events);
    let mut now = text.to_owned();
    for _ in 0..10 {
        let lints = lint_portability(&Filter::compile(&now).unwrap(), class);
        let Some(replacement) = lints.iter().find_map(|lint| lint.suggestion()?.replacement()) else {
            tally.freed += usize::from(lints.is_empty() && now != text);
            break;
        };
        tally.replaced += 1;
        now.replace_range(replacement.range.clone(), &replacement.text);
        let changed = Filter::compile(&now).unwrap();
        for (event, verdict) in events.iter().zip(&verdicts) {
            assert_eq!(changed.matches(event), *verdict, "{text}\n{now}\n{event}\n{lints:#?}");
        }
        assert_portable(&now, &lint_portability(&changed, class), &verdicts, events);
    }
}

fn assert_portable(text: &str, lints: &[Lint], verdicts: &[bool], events: &[Value]) {
    if !lints.is_empty() {
        return;
    }
    let filter = nextcloud(text).unwrap_or_else(|| panic!("{text}"));
    for (event, verdict) in events.iter().zip(verdicts) {
        assert_eq!(filter.verdict(event), Verdict::from(*verdict), "{text}\n{event}");
    }
}

#[test]
fn a_filter_without_lints_is_the_same_in_both_dialects() {
    let mut tally = Tally::default();
    let mut dice = Dice(1);
    let own = Catalog::from_json(CLASS).unwrap();
    // Of one's own class, more: it has what the others have not.
    let more = std::iter::repeat_n(&own, 12).flat_map(Catalog::classes);
    for class in Catalog::builtin().classes().chain(more) {
        let events: Vec<Value> = (0..150).map(|seed| class.generate(seed)).collect();
        let ground = Ground::of_class(class);
        for _ in 0..80 {
            check(&ground.filter(&mut dice, 1).to_string(), Some(class), &events, &mut tally);
        }
    }
    let all = LintCode::all().filter(|code| code.is_about_portability());
    assert!(all.into_iter().all(|code| tally.codes.contains(&code)), "{:?}", tally.codes);
    tally.codes.clear();
    assert!(tally.free * 5 > tally.filters && tally.telling > 100 && tally.freed > 200, "{tally:?}");
}

#[test]
fn without_a_class_plain_events_are_taken_for_granted() {
    let mut tally = Tally::default();
    let mut dice = Dice(2);
    let ground = Ground::plain();
    let events: Vec<Value> = (0..200).map(|_| of_class::plain_event(&mut dice)).collect();
    for _ in 0..6000 {
        check(&ground.filter(&mut dice, 1).to_string(), None, &events, &mut tally);
    }
    tally.codes.clear();
    assert!(tally.free * 8 > tally.filters && tally.telling > 100 && tally.freed > 300, "{tally:?}");
}

fn lines(filter: &str, class: &str) -> String {
    let class = (!class.is_empty()).then(|| Catalog::builtin().find(class).unwrap());
    let lints = lint_portability(&Filter::compile(filter).unwrap(), class);
    format!("{filter}\n{}", lint_lines::of(filter, &lints))
}

#[test]
fn what_is_said() {
    let filters = [
        ("", r#"{"user.uid": {"$eq": "bob"}, "event.tableId": {"$in": [42, 43]}}"#),
        ("RowAddedEvent", r#"{"user.uid": {"$eq": "bob"}, "event.tableId": {"$in": [42, 43]}}"#),
        ("", r#"{"event.node.path": "/admin/files/Documents"}"#),
        ("", r#"{"event.node.path": {"$ne": "/pdf$/i"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": {"$regex": "\\.pdf$", "$options": "i"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": {"$regex": "^/bob/files/"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": {"$startsWith": "/"}}"#),
        ("", r#"{"event.rowId": {"$gt": 5}}"#),
        ("RowAddedEvent", r#"{"event.rowId": {"$gt": 5}}"#),
        ("", r#"{"user": null, "event.node.id": {"$exists": true}}"#),
        ("NodeWrittenEvent", r#"{"event.node.id": {"$exists": true}}"#),
        ("NodeWrittenEvent", r#"{"user.uid": {"$in": [null, "bob"]}}"#),
        ("NodeWrittenEvent", r#"{"event.node.id": {"$nin": ["437", "438"]}}"#),
        ("", r#"{"event.tableId": {"$eq": 42, "$exists": true}, "$comment": "why"}"#),
        (
            "CalendarObjectCreatedEvent",
            r#"{"shares.href": {"$exists": false}, "eventType": {"$all": ["x"]}}"#,
        ),
        ("", r#"{"event.values.3": "done", "a\\.b": 1, "c": [], "d": [1]}"#),
        ("RowAddedEvent", r#"{"event.values.3": "done"}"#),
        ("", "null"),
    ];
    let all: String = filters.iter().map(|(class, filter)| lines(filter, class)).collect();
    insta::assert_snapshot!(all);
}

#[test]
fn what_is_said_of_filters_for_nextcloud() {
    let filters = [
        ("NodeWrittenEvent", r#"{"user.uid": {"$eq": "bob"}}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": "/admin/files/Documents"}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": "/\\.pdf$/i"}"#),
        ("NodeWrittenEvent", r#"{"event.node.path": "/[/"}"#),
        ("NodeWrittenEvent", r#"{"event.node.paht": {"$in": ["23"]}}"#),
        ("NodeWrittenEvent", r#"{"user": null}"#),
        ("NodeWrittenEvent", r#"{"a": {"$e": null}, "b": {"$e": "/x/y"}, "$not": {"c.d": {"$regex": "x"}}}"#),
        ("RowAddedEvent", r#"{"event.tableId": "42"}"#),
        ("RowAddedEvent", r#"{"event.tableId": {"$in": ["42"]}}"#),
        ("RowAddedEvent", r#"{"$eq": [{"a": 1}], "event.tableId": {"$e": 42}}"#),
    ];
    let mut all = String::new();
    for (class, filter) in filters {
        writeln!(all, "{filter}").unwrap();
        for lint in lint_nextcloud(&nextcloud(filter).unwrap(), Catalog::builtin().find(class)) {
            writeln!(all, "  {lint}").unwrap();
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_filter_for_nextcloud_that_never_matches_gets_an_error() {
    let class = Catalog::builtin().find("NodeWrittenEvent").unwrap();
    let events: Vec<Value> = (0..200).map(|seed| class.generate(seed)).collect();
    let ground = Ground::of_class(class);
    let mut dice = Dice(3);
    let mut errors = 0;
    for _ in 0..1500 {
        // One condition, so that an error is about all of the filter.
        let filter = ground.filter(&mut dice, 0);
        let is_one = filter.as_object().is_some_and(|fields| {
            fields.len() == 1
                && fields.values().all(|value| value.as_object().is_none_or(|all| all.len() < 2))
        });
        let is_not = filter.to_string().contains("$not");
        let Some(compiled) = nextcloud(&filter.to_string()).filter(|_| is_one && !is_not) else { continue };
        let lints = lint_nextcloud(&compiled, Some(class));
        if lints.iter().any(|lint| lint.severity() == Severity::Error) {
            errors += 1;
            for event in &events {
                assert_ne!(compiled.verdict(event), Verdict::Matches, "{filter}\n{event}\n{lints:#?}");
            }
        }
    }
    assert!(errors > 100, "{errors}");
}

#[test]
fn a_filter_without_a_text_of_its_own() {
    let filter = Filter::from_value(&json!({"user.uid": {"$eq": "bob"}})).unwrap();
    let lints = lint_portability(&filter, None);
    assert_eq!((lints[0].pointer(), lints[0].range()), ("/user.uid/$eq", None));
    assert!(lints[0].suggestion().unwrap().replacement().is_none());
}
