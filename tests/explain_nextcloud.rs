//! Explanations in the dialect of Nextcloud: that they are true, and what they say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use hooksieve::{
    Compiler, Dialect, DialectCompiler, DialectFilter, ErrorCode, ExplainOptions, ExplanationNode, NodeKind,
    Program, Verdict,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};

#[path = "common/placed.rs"]
mod placed;

/// Rows of `filter`, below a line `# event`: the number of a line of the examples, or an event.
const CASES: &str = include_str!("explain/nextcloud.txt");
const EVENTS: &str = include_str!("../examples/events.ndjson");

fn compiler() -> DialectCompiler {
    Compiler::new().dialect(Dialect::Nextcloud)
}

/// What a user reads.
#[test]
fn trees_and_reasons() {
    let mut event = Value::Null;
    let mut report = String::new();
    for line in CASES.lines().filter(|line| !line.is_empty()) {
        if let Some(text) = line.strip_prefix("# ") {
            let text = match text.parse::<usize>() {
                Ok(line) => EVENTS.lines().nth(line - 1).unwrap(),
                Err(_) => text,
            };
            event = serde_json::from_str(text).expect(text);
            report += &format!("# {event}\n\n");
            continue;
        }
        let filter = compiler().compile(line).unwrap_or_else(|error| panic!("{line}\n{error}"));
        let explanation = filter.explain(&event);
        report += &format!("{line}\n  {explanation}\n{explanation:#}\n");
    }
    insta::assert_snapshot!(report);
}

#[test]
fn the_documentation_shows_a_real_example() {
    let filter = compiler().compile(r#"{"event.node.id": "23", "user.uid": {"$eq": "bob"}}"#).unwrap();
    let tree =
        format!("{:#}", filter.explain(&json!({"event": {"node": {"id": 23}}, "user": {"uid": "bob"}})));
    assert!(include_str!("../docs/explain.md").contains(&format!("```text\n{tree}```")), "{tree}");
}

#[derive(serde::Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    filter: &'a RawValue,
    #[serde(borrow)]
    event: &'a RawValue,
}

/// The rows of the corpus whose filters compile.
fn rows() -> impl Iterator<Item = (&'static str, DialectFilter, Value)> {
    let corpus =
        [include_str!("corpus/nextcloud-curated.ndjson"), include_str!("corpus/nextcloud-random.ndjson")];
    corpus.into_iter().flat_map(str::lines).filter_map(|line| {
        let row: Row<'_> = serde_json::from_str(line).ok()?;
        let filter = compiler().compile(row.filter.get()).ok()?;
        Some((row.filter.get(), filter, serde_json::from_str(row.event.get()).unwrap()))
    })
}

// ---- They are true ----

/// The part of a filter that a pointer leads to, as a filter of its own; made by hand.
fn alone(filter: &Value, pointer: &str) -> Value {
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    in_filter(filter, &steps.collect::<Vec<_>>())
}

fn is_list(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            !members.is_empty() && members.keys().enumerate().all(|(index, key)| *key == index.to_string())
        }
        value => value.is_array(),
    }
}

fn child<'v>(value: &'v Value, step: &str) -> &'v Value {
    match value {
        Value::Array(elements) => &elements[step.parse::<usize>().unwrap()],
        value => &value[step],
    }
}

fn in_filter(filter: &Value, steps: &[String]) -> Value {
    // A list of one filter says what the filter says, be it none.
    let Some((key, rest)) = steps.split_first() else { return json!([filter]) };
    let value = child(filter, key);
    match (key.as_str(), rest) {
        (key, []) if key.starts_with('$') => json!({ key: value }),
        ("$and" | "$not", rest) => in_filter(value, rest),
        (key, [branch, rest @ ..]) if key.starts_with('$') => {
            let inside = child(value, branch);
            match (branch.starts_with('$'), rest) {
                (true, _) => {
                    in_filter(&json!({ branch: inside }), &[std::slice::from_ref(branch), rest].concat())
                }
                (false, rest) => in_filter(inside, rest),
            }
        }
        (_, rest) if is_list(filter) => in_filter(value, rest),
        // A filter with the path `0` alone would be a list.
        (path, rest) => json!({ "no such key": {}, path: in_operators(value, rest) }),
    }
}

fn in_operators(operators: &Value, steps: &[String]) -> Value {
    let Some((operator, rest)) = steps.split_first() else { return operators.clone() };
    let operand = child(operators, operator);
    match rest {
        [] => json!({ operator: operand }),
        rest => in_operators(operand, rest),
    }
}

fn verdict(filter: &Value, event: &Value) -> Verdict {
    match compiler().compile(&filter.to_string()) {
        Ok(filter) => filter.verdict(event),
        // A filter that throws on everything is an error.
        Err(error) if error.first().code() == ErrorCode::Throws => thrown_at_once(filter, event),
        Err(error) => panic!("{filter}\n{error}"),
    }
}

/// Behind a condition that does not throw and always holds, it compiles.
fn thrown_at_once(filter: &Value, event: &Value) -> Verdict {
    let behind = json!([{"$or": [{"no such key": null}, {"no such key": {"$ne": 1}}]}, filter]);
    compiler().compile(&behind.to_string()).unwrap().verdict(event)
}

fn assert_true(node: &ExplanationNode, filter: &Value, event: &Value) {
    let context = || format!("{filter}\n{event}\n{node:#?}");
    let own = match node.throws() {
        Some(thrown) => Verdict::Throws(thrown.clone()),
        None => node.verdict().into(),
    };
    assert_eq!(own, verdict(&alone(filter, node.pointer()), event), "{}", context());
    assert!(node.throws().is_none() || !node.verdict(), "{}", context());

    let sentence = node.sentence();
    assert!(!sentence.is_empty() && !sentence.contains(char::is_control), "{}", context());
    assert!(sentence.chars().count() < 3000, "{}", context());
    for value in node.values() {
        let found = event.pointer(value.pointer()).unwrap_or_else(|| panic!("{}", context()));
        // An integer beyond 64 bits is a double.
        if !found.is_number() {
            let text = |text: &str| text.replace(", ", ",").replace(": ", ":");
            assert_eq!(text(value.text().unwrap()), text(&found.to_string()), "{}", context());
        }
    }
    for missing in node.missing() {
        let at = event.pointer(missing.pointer()).unwrap_or_else(|| panic!("{}", context()));
        assert!(at.get(missing.segment()).is_none_or(Value::is_null), "{}", context());
    }
    if node.kind() == NodeKind::Condition {
        let passes = node.values().iter().filter(|value| value.passes()).count();
        assert!(passes <= usize::from(node.verdict()), "{}", context());
        assert!(!node.verdict() || passes == 1 || !node.missing().is_empty(), "{}", context());
    }
    let parts = node.parts();
    parts.iter().for_each(|part| assert_true(part, filter, event));
    // What is reached comes first, and what throws ends it.
    let reached: Vec<bool> = parts.iter().map(ExplanationNode::is_reached).collect();
    assert!(reached.is_sorted_by(|a, b| a >= b), "{}", context());
    assert!(reached.iter().all(|reached| node.is_reached() || !reached), "{}", context());
    if let Some(index) = parts.iter().position(|part| part.is_reached() && part.throws().is_some()) {
        assert_eq!(parts[index].throws(), node.throws(), "{}", context());
        assert!(!reached[index + 1..].contains(&true), "{}", context());
    } else if !parts.is_empty() && node.is_reached() {
        assert!(node.throws().is_none(), "{}", context());
    }
}

#[test]
fn every_part_says_what_it_says_alone() {
    let (mut count, mut throws) = (0, 0);
    for (text, filter, event) in rows() {
        let parsed: Value = serde_json::from_str(text).unwrap();
        let explanation = filter.explain(&event);
        assert_eq!(explanation.verdict(), filter.verdict(&event), "{text}\n{event}");
        assert_eq!(explanation.matches(), filter.verdict(&event) == Verdict::Matches);
        assert_true(explanation.root(), &parsed, &event);
        placed::assert_placed(explanation.root(), &parsed, text);
        assert!(!explanation.reason().is_empty() && !explanation.to_string().contains('\n'));

        let json = explanation.to_json();
        match explanation.verdict() {
            Verdict::Throws(thrown) => {
                throws += 1;
                assert_eq!((&json["matches"], &json["throws"]), (&Value::Null, &json!(thrown.reason())));
                assert_eq!(json["root"]["verdict"], Value::Null);
            }
            verdict => {
                assert_eq!(json["matches"], (verdict == Verdict::Matches));
                assert_eq!(json.get("throws"), None);
            }
        }
        count += 1;
    }
    assert!(count > 4000 && throws > 200, "{count} rows, {throws} of them throw");
}

#[test]
fn values_and_texts_are_explained_alike() {
    for (text, filter, event) in rows() {
        let explanation = filter.explain(&event);
        assert_eq!(filter.explain_json(event.to_string().as_bytes()).unwrap(), explanation);
        let from_value =
            compiler().compile_value(&serde_json::from_str(text).unwrap()).unwrap().explain(&event);
        assert_eq!(from_value.root().range(), None);
        assert_eq!(format!("{from_value:#}"), format!("{explanation:#}"));
    }
}

#[test]
fn loaded_programs_are_explained_by_their_tests() {
    for (text, filter, event) in rows() {
        let program = Program::from_bytes(&filter.program().to_bytes()).unwrap();
        let explanation = DialectFilter::from(program).explain(&event);
        assert_eq!(explanation.verdict(), filter.verdict(&event), "{text}\n{event}");
        assert_eq!(explanation.root().kind(), NodeKind::Program);
        let tests = explanation.root().parts();
        let throwing = tests.iter().find(|test| test.is_reached() && test.throws().is_some());
        match explanation.verdict() {
            Verdict::Throws(thrown) if event.is_object() || event.is_array() => {
                assert_eq!(throwing.unwrap().throws(), Some(&thrown));
            }
            _ => assert_eq!(throwing, None),
        }
    }
}

/// Every string and number of the event is a secret, and so is a key that no filter names.
#[test]
fn masked_explanations_hold_nothing_of_the_event() {
    for (text, filter, event) in rows() {
        let event = secret(event);
        let masked = filter.explain_with(&event, ExplainOptions::new().mask_values(true));
        assert_eq!(masked.verdict(), filter.verdict(&event));
        for masked in [format!("{masked:#}"), masked.to_string(), masked.to_json().to_string()] {
            assert!(!masked.contains("secret") && !masked.contains("8675309"), "{text}\n{event}\n{masked}");
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
            let secrets = [("secret".to_owned(), json!({"0": "secret"}))];
            Value::Object(members.chain(secrets).collect())
        }
        other => other,
    }
}

// ---- They are bounded ----

#[test]
fn values_are_listed_up_to_a_number() {
    let event = json!({"a": (0..1000).map(|n| json!({ "b": n })).collect::<Vec<_>>()});
    let explain = |filter: &str| compiler().compile(filter).unwrap().explain(&event);

    let explanation = explain(r#"{"a.b": 700}"#);
    let condition = &explanation.root().parts()[0];
    assert_eq!((condition.values().len(), condition.more_values()), (21, 701 - 21));
    assert_eq!(condition.values()[20].pointer(), "/a/700/b");

    let explanation = explain(r#"{"a.b": "x"}"#);
    let condition = &explanation.root().parts()[0];
    assert_eq!((condition.values().len(), condition.more_values()), (20, 980));
}

/// Each of many conditions on a large list has the right verdict.
#[test]
fn many_conditions_on_a_large_list() {
    let conditions: Vec<Value> = (0..1000).map(|n| json!({"a.b": {"$lt": -n}})).collect();
    let filter = compiler().compile(&json!({"$or": conditions}).to_string()).unwrap();
    let event = json!({"a": (0..20_000).map(|n| json!({ "b": n })).collect::<Vec<_>>()});
    let explanation = filter.explain(&event);
    assert!(!explanation.matches());
    assert!(explanation.root().parts()[0].parts().iter().all(|part| !part.verdict()));
}
