//! Explanations: that they are true, and what they say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use std::time::{Duration, Instant};

use hooksieve::{ExplainOptions, Explanation, ExplanationNode, Filter, NodeKind, Program};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use serde_json::{Value, json};

#[path = "common/placed.rs"]
mod placed;
#[path = "common/strategies.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod strategies;

/// Rows of `filter`, below a line `# event`: the number of a line of the examples, or an event.
const CASES: &str = include_str!("explain/cases.txt");
const EVENTS: &str = include_str!("../examples/events.ndjson");

fn event(text: &str) -> Value {
    let text = match text.parse::<usize>() {
        Ok(line) => EVENTS.lines().nth(line - 1).unwrap(),
        Err(_) => text,
    };
    serde_json::from_str(text).expect(text)
}

/// What a user reads, for filters on events from real servers.
#[test]
fn trees_and_reasons() {
    let mut current = Value::Null;
    let mut report = String::new();
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        if let Some(text) = line.strip_prefix("# ") {
            current = event(text);
            report += &format!("# {current}\n\n");
            continue;
        }
        let explanation = Filter::compile(line).expect(line).explain(&current);
        report += &format!("{line}\n  {explanation}\n{explanation:#}\n");
    }
    insta::assert_snapshot!(report);
}

/// The example in the documentation is a real one. `UPDATE_DOCS=1` writes it.
#[test]
fn the_documentation_shows_a_real_example() {
    const DOCS: &str = include_str!("../docs/explain.md");
    let mut blocks = DOCS.split("```json\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let filter = Filter::compile(blocks.next().unwrap().trim_end()).unwrap();
    let explanation = filter.explain(&event(blocks.next().unwrap()));

    let (before, rest) = DOCS.split_once("<!-- line -->\n").unwrap();
    let (_, rest) = rest.split_once("```\n\nas a tree").unwrap();
    let (middle, rest) = rest.split_once("<!-- tree -->\n").unwrap();
    let (_, rest) = rest.split_once("```\n\nand as JSON").unwrap();
    let (end, rest) = rest.split_once("<!-- json -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let json = serde_json::to_string_pretty(&explanation.to_json()).unwrap();
    let expected = format!(
        "{before}<!-- line -->\n```text\n{explanation}\n```\n\nas a tree{middle}<!-- tree -->\n```text\n{explanation:#}\
         ```\n\nand as JSON{end}<!-- json -->\n```json\n{json}\n```\n<!-- end -->{after}"
    );
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write("docs/explain.md", expected).unwrap();
    } else {
        assert!(expected == DOCS, "docs/explain.md is out of date: run with UPDATE_DOCS=1");
    }
}

// ---- They are true ----

fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/proptest-regressions/explain.txt",
        ))),
        ..default
    }
}

fn compile(filter: &Value) -> Filter {
    Filter::compile(&filter.to_string()).unwrap_or_else(|error| panic!("{filter}\n{error}"))
}

/// What a pointer leads to, as a filter of its own.
enum Alone {
    /// For the event, or the element.
    Filter(Value),
    /// Operators for the element itself.
    Element(Value),
}

impl Alone {
    fn matches(&self, event: &Value) -> bool {
        match self {
            Self::Filter(filter) => compile(filter).matches(event),
            Self::Element(operators) => {
                compile(&json!({ "x": { "$elemMatch": operators } })).matches(&json!({ "x": [event] }))
            }
        }
    }

    /// Made by hand. The place is a filter, or, with a path, an object of operators.
    fn at(place: &Value, path: Option<&str>, is_filter: bool, steps: &[String]) -> Self {
        let operators = |operators: Value| match path {
            Some(path) => Self::Filter(json!({ path: operators })),
            None => Self::Element(operators),
        };
        let Some((key, rest)) = steps.split_first() else {
            return if is_filter { Self::Filter(place.clone()) } else { operators(place.clone()) };
        };
        let value = &place[key];
        match (key.as_str(), rest) {
            ("$comment", _) => Self::Filter(json!({})),
            (logic, []) if is_filter && logic.starts_with('$') => Self::Filter(json!({ logic: value })),
            (logic, [index, rest @ ..]) if is_filter && logic.starts_with('$') => {
                Self::at(&value[index.parse::<usize>().unwrap()], None, true, rest)
            }
            (path, []) if is_filter => Self::Filter(json!({ path: value })),
            (path, rest) if is_filter => Self::at(value, Some(path), false, rest),
            ("$regex", []) => operators(match place.get("$options") {
                Some(options) => json!({ "$regex": value, "$options": options }),
                None => json!({ "$regex": value }),
            }),
            (operator, []) => operators(json!({ operator: value })),
            ("$not", rest) => Self::at(value, path, false, rest),
            ("$all", [index]) => operators(json!({ "$eq": value[index.parse::<usize>().unwrap()] })),
            ("$all", [index, rest @ ..]) => {
                Self::at(&value[index.parse::<usize>().unwrap()], path, false, rest)
            }
            ("$elemMatch", rest) => {
                let first = value.as_object().and_then(|body| body.keys().next()).unwrap();
                let is_value = first.starts_with('$') && !["$and", "$or", "$nor"].contains(&first.as_str());
                Self::at(value, None, !is_value, rest)
            }
            _ => panic!("{steps:?} in {place}"),
        }
    }
}

fn alone(filter: &Value, pointer: &str) -> Alone {
    let steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    Alone::at(filter, None, true, &steps)
}

/// Every node says what its part says alone. `here` is the event, or the element that is looked at.
fn assert_true(node: &ExplanationNode, filter: &Value, event: &Value, here: &Value) {
    let context = || format!("{filter}\n{event}\n{node:?}");
    let mut inside = here;
    let expected = match node.kind() {
        NodeKind::Element => {
            inside = event.pointer(node.element().unwrap()).unwrap();
            let body = filter.pointer(node.pointer()).unwrap();
            compile(&json!({ "x": { "$elemMatch": body } })).matches(&json!({ "x": [inside] }))
        }
        _ => alone(filter, node.pointer()).matches(here),
    };
    assert_eq!(node.verdict(), expected, "{}", context());

    let sentence = node.sentence();
    assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{}", context());
    assert!(sentence.chars().count() < 3000, "{}", context());
    for value in node.values() {
        let found = event.pointer(value.pointer()).unwrap_or_else(|| panic!("{}", context()));
        let is_type = compile(&json!({ "x": { "$type": value.type_name() } }));
        assert!(is_type.matches(&json!({ "x": found })), "{}", context());
        assert!(value.text().is_some());
    }
    for missing in node.missing() {
        let at = event.pointer(missing.pointer()).unwrap();
        assert!(at.get(missing.segment()).is_none(), "{}", context());
    }
    let passes = || node.values().iter().any(|value| value.passes());
    match (node.kind(), node.operator()) {
        (NodeKind::ElemMatch, _) => {
            let any = node.parts().iter().any(ExplanationNode::verdict);
            assert!(node.verdict() == any || node.more_parts() > 0, "{}", context());
            assert_eq!(node.verdict(), passes(), "{}", context());
        }
        (NodeKind::Condition, Some("$ne" | "$nin")) => {
            assert!(!(node.verdict() && passes()), "{}", context());
        }
        (NodeKind::Condition, Some("$exists")) => {}
        (NodeKind::Condition, _) => {
            assert!(node.verdict() || !passes(), "{}", context());
            assert!(!node.verdict() || passes() || !node.missing().is_empty(), "{}", context());
        }
        _ => {}
    }
    node.parts().iter().for_each(|part| assert_true(part, filter, event, inside));
}

/// A literal stands without its operator.
fn assert_spelled(node: &ExplanationNode, text: &str) {
    if node.operand_range().is_some() {
        let slice = &text[node.range().unwrap()];
        assert_eq!(slice.contains(node.operator().unwrap()), !node.is_literal(), "{text}\n{node:?}");
    }
    node.parts().iter().for_each(|part| assert_spelled(part, text));
}

proptest! {
    #![proptest_config(config(4000))]

    #[test]
    fn every_part_says_what_it_says_alone((filter, event) in strategies::pair()) {
        let compiled = compile(&filter);
        let explanation = compiled.explain(&event);
        prop_assert_eq!(explanation.matches(), compiled.matches(&event));
        prop_assert_eq!(explanation.root().verdict(), compiled.matches(&event));
        assert_true(explanation.root(), &filter, &event, &event);
        placed::assert_placed(explanation.root(), &filter, compiled.source().unwrap());
        assert_spelled(explanation.root(), compiled.source().unwrap());
        prop_assert!(!explanation.reason().is_empty() && !explanation.to_string().contains('\n'));
        prop_assert_eq!(explanation.to_json()["matches"].as_bool(), Some(explanation.matches()));
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn raw_events_are_explained_alike((filter, event) in strategies::pair()) {
        let filter = compile(&filter);
        prop_assert_eq!(filter.explain_json(event.to_string().as_bytes()).unwrap(), filter.explain(&event));
    }

    #[test]
    fn filters_from_values_are_explained_alike((filter, event) in strategies::pair()) {
        let explanation = Filter::from_value(&filter).unwrap().explain(&event);
        prop_assert_eq!(explanation.root().range(), None);
        prop_assert_eq!(format!("{explanation:#}"), format!("{:#}", compile(&filter).explain(&event)));
    }

    #[test]
    fn loaded_programs_are_explained_by_their_tests((filter, event) in strategies::pair()) {
        let filter = compile(&filter);
        let program = Program::from_bytes(&filter.program().to_bytes()).unwrap();
        let explanation = Filter::try_from(program).unwrap().explain(&event);
        prop_assert_eq!(explanation.matches(), filter.matches(&event));
        prop_assert_eq!(explanation.root().kind(), NodeKind::Program);
        for test in explanation.root().parts() {
            let passes = test.values().iter().any(|value| value.passes());
            prop_assert!(test.verdict() || !passes, "{:?}", test);
        }
    }

    /// Every string and number of the event is a secret, and so is a key that no filter names.
    #[test]
    fn masked_explanations_hold_nothing_of_the_event((filter, event) in strategies::pair()) {
        let event = secret(event);
        let filter = compile(&filter);
        let masked = filter.explain_with(&event, ExplainOptions::new().mask_values(true));
        prop_assert_eq!(masked.matches(), filter.matches(&event));
        for text in [format!("{masked:#}"), masked.to_string(), masked.to_json().to_string()] {
            prop_assert!(!text.contains("secret") && !text.contains("8675309"), "{}", text);
        }
    }
}

fn secret(value: Value) -> Value {
    match value {
        Value::String(string) => Value::String(format!("{string} secret")),
        Value::Number(_) => json!(8_675_309),
        Value::Array(elements) => elements.into_iter().map(secret).collect(),
        Value::Object(members) => {
            let members = members.into_iter().map(|(key, value)| (key, secret(value)));
            let secrets = [("secret".to_owned(), json!("secret"))];
            Value::Object(members.chain(secrets).collect())
        }
        other => other,
    }
}

#[test]
fn a_loaded_program() {
    let filter = Filter::compile(
        r#"{"user.uid": {"$ne": "eve"}, "event.values.5": {"$elemMatch": {"id": "bob"}}, "event.tableId": {"$gt": 42}}"#,
    );
    let program = Program::from_bytes(&filter.unwrap().program().to_bytes()).unwrap();
    let explanation = Filter::try_from(program).unwrap().explain(&event("4"));
    insta::assert_snapshot!(format!("{explanation}\n{explanation:#}"), @r#"
    does not match: the last test decides: `event.tableId` is 42, not greater than 42
    ✗ does not match: the last test decides: `event.tableId` is 42, not greater than 42
      ✗ `event.tableId` is 42, not greater than 42
      ✓ `event.values.5` has an element that meets all conditions
      ✗ `user.uid` is "bob", not "eve"
    "#);
}

#[test]
fn masks() {
    let event = event("4");
    let masked = |filter: &str| {
        let options = ExplainOptions::new().mask_values(true);
        Filter::compile(filter).unwrap().explain_with(&event, options)
    };
    let texts = [
        r#"{"user.uid": "bob"}"#,
        r#"{"user.uid": "alice"}"#,
        r#"{"user.uid": 5}"#,
        r#"{"user.Uid": 5}"#,
        r#"{"event.tableId": {"$mod": [5, 1]}}"#,
        r#"{"event.tableId": {"$lt": 5}}"#,
        r#"{"event.values.1": {"$startsWith": "b"}}"#,
        r#"{"event.values.5": {"$elemMatch": {"id": "alice"}}}"#,
        r#"{"user": {"uid": "bob"}}"#,
        r#"{"user": {"uid": "eve", "displayName": "x"}}"#,
    ]
    .map(|filter| masked(filter).to_string());
    insta::assert_snapshot!(texts.join("\n"), @r#"
    matches: `user.uid` equals "bob"
    does not match: `user.uid` is another string, the filter wants "alice"
    does not match: `user.uid` is a string, the filter wants the number 5
    does not match: `user` has no field `Uid`, the filter wants the number 5
    does not match: `event.tableId` is a number, which does not leave 1 when divided by 5
    does not match: `event.tableId` is a number, not less than 5
    does not match: `event.values.1` is a string, which does not start with "b"
    does not match: `event.values.5` has 2 elements, none meets the condition (the first: `event.values.5.0.id` is another string, the filter wants "alice")
    does not match: `user` is not the object that the filter wants: it has other fields, too
    does not match: `user` is not the object that the filter wants: at `uid` wanted is the string "eve"
    "#);
}

// ---- They are complete, and bounded ----

#[test]
fn what_decides_nothing_is_explained_too() {
    let filter = Filter::compile(r#"{"a": 1, "$or": [{"b": 2}, {"c": {"$gt": 3, "$lt": 5}}]}"#).unwrap();
    let explanation = filter.explain(&json!({"a": 2, "b": 2, "c": 4}));
    insta::assert_snapshot!(format!("{explanation:#}"), @"
    ✗ does not match: 1 of 2 conditions holds
      ✗ `a` is 2, the filter wants 1
      ✓ `$or`: 2 of 2 alternatives hold
        ✓ `b` is 2
        ✓ `c`: both conditions hold
          ✓ `c` is 4, greater than 3
          ✓ `c` is 4, less than 5
    ");
}

#[test]
fn what_a_condition_says_can_be_asked_for() {
    let filter = Filter::compile(r#"{"a.b": {"$regex": "x", "$options": "i"}}"#).unwrap();
    let explanation = filter.explain(&json!({"a": [{"b": "y"}, {"bb": 1}]}));
    let condition = &explanation.root().parts()[0].parts()[0];
    assert_eq!(condition.kind(), NodeKind::Condition);
    assert_eq!((condition.path(), condition.operator()), (Some("a.b"), Some("$regex")));
    assert_eq!((condition.operand(), condition.options()), (Some("\"x\""), Some("i")));
    let [value] = condition.values() else { panic!("{condition:?}") };
    assert_eq!((value.pointer(), value.text(), value.passes()), ("/a/0/b", Some("\"y\""), false));
    let [missing] = condition.missing() else { panic!("{condition:?}") };
    assert_eq!((missing.pointer(), missing.type_name(), missing.segment()), ("/a/1", "object", "b"));
    assert_eq!(missing.suggestion(), None);
}

#[test]
fn what_is_no_event_is_refused_as_it_is_matched() {
    let filter = Filter::compile(r#"{"a": 1}"#).unwrap();
    for text in [&b"{"[..], b"", b"{\"a\": 1,}", b"{\"a\": 1e999}", b"\"\xff\"", b"[1] 2"] {
        assert_eq!(filter.explain_json(text).unwrap_err(), filter.matches_json_once(text).unwrap_err());
    }
    let twice = filter.explain_json(br#"{"a": 2, "b": 3, "a": 1}"#).unwrap();
    assert!(twice.matches());
}

#[test]
fn values_and_elements_are_listed_up_to_a_number() {
    let event = json!({"a": (0..1000).collect::<Vec<_>>(), "b": "x".repeat(10_000)});
    let explain = |filter: &str| Filter::compile(filter).unwrap().explain(&event);

    let explanation = explain(r#"{"a": 700}"#);
    let condition = &explanation.root().parts()[0];
    assert_eq!((condition.values().len(), condition.more_values()), (21, 1001 - 21));
    assert_eq!(condition.sentence(), "`a` has 1000 elements, and the one at index 700 is 700");

    let explanation = explain(r#"{"a": {"$elemMatch": {"$gt": 500, "$mod": [7, 0]}}}"#);
    let condition = &explanation.root().parts()[0].parts()[0];
    assert_eq!((condition.parts().len(), condition.more_parts()), (21, 1000 - 21));
    assert_eq!(condition.sentence(), "`a` has 1000 elements, and `a.504` meets both conditions");

    let explanation = explain(r#"{"b": "y"}"#);
    assert_eq!(explanation.root().parts()[0].values()[0].text().unwrap().chars().count(), 202);
    assert!(explanation.to_string().len() < 200);
}

/// Whatever filter and event there are.
#[test]
fn size_and_time_are_bounded() {
    let conditions: Vec<String> = (0..4000).map(|n| format!(r#"{{"a":{n}}}"#)).collect();
    let many = format!(r#"{{"$or":[{}]}}"#, conditions.join(","));
    let key = "k".repeat(20_000);
    let nested = |depth: usize| {
        let open = r#"{"a":{"$elemMatch":"#.repeat(depth);
        format!(r#"{open}{{"a":{{"$in":[1,2]}}}}{}"#, "}}".repeat(depth))
    };
    let mut deep = json!([{"a": 3}, {"a": 4}]);
    for _ in 0..10 {
        deep = json!([{ "a": deep }, { "a": deep }]);
    }
    for (filter, event) in [
        (many.clone(), json!({"a": (0..2000).map(|n| json!(n + 10_000)).collect::<Vec<_>>()})),
        (format!(r#"{{"x":{{"$elemMatch":{many}}}}}"#), json!({"x": vec![json!({"a": "b"}); 1000]})),
        (nested(10), json!({ "a": deep })),
        (nested(30), json!({"a": 1})),
        (format!(r#"{{"{key}":{{"$elemMatch":{many}}}}}"#), json!({ &key: [{"a": 1}, {"a": 2}] })),
        (
            format!(r#"{{"{key}":{{"$elemMatch":{{"a":{{"$all":[{}]}}}}}}}}"#, vec!["1"; 4000].join(",")),
            json!({ &key: vec![json!({"a": [2]}); 10] }),
        ),
    ] {
        let start = Instant::now();
        let filter = Filter::compile(&filter).unwrap();
        let explanation: Explanation = filter.explain(&event);
        let size = explanation.to_json().to_string().len() + format!("{explanation:#}").len();
        // Seconds on an idle machine: what is looked for are minutes.
        assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
        println!("{} bytes in {:?}", size, start.elapsed());
        assert!(size < 100 << 20, "{size}");
    }
}

/// Many conditions on a large array: each has the right verdict, and none counts to the end.
#[test]
fn many_conditions_on_a_large_array() {
    const CONDITIONS: usize = 2000;
    let conditions: Vec<Value> = (0..CONDITIONS).map(|n| json!({"a": {"$gt": n}})).collect();
    let filter = Filter::compile(&json!({"$and": conditions}).to_string()).unwrap();
    let event = json!({"a": (0..100_000).collect::<Vec<_>>()});
    let start = Instant::now();
    let explanation = filter.explain(&event);
    // A second on an idle machine.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert!(explanation.matches());
    let parts = explanation.root().parts()[0].parts();
    assert!(parts.len() == CONDITIONS && parts.iter().all(|part| part.verdict()));
}
