#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use serde_json::Value;

use super::delimited::{self, Delimited};
use super::*;
use crate::syntax::reader;

fn read(filter: &str) -> Part {
    outline(&reader::read(filter, &Limits::default()).unwrap(), true).unwrap()
}

fn visit(part: &Part, see: &mut impl FnMut(&Part)) {
    see(part);
    part.parts().iter().for_each(|part| visit(part, see));
}

/// Each part by its kind, with its pointer.
fn kinds(filter: &str) -> Vec<String> {
    let mut kinds = Vec::new();
    visit(&read(filter), &mut |part| {
        let kind = match &part.kind {
            Kind::All(_) => "all".to_owned(),
            Kind::Logical(logical, _) => logical.name().to_owned(),
            Kind::Unknown(name, _) => format!("unknown {name}"),
            Kind::Field(path, _) => format!("field {path}"),
            Kind::Not(path, _) => format!("not {}", path.clone().unwrap_or_default()),
            Kind::Condition(leaf) => format!("{} {}", leaf.operator, leaf.operand),
            Kind::Raise(reason) => reason.to_string(),
        };
        kinds.push(format!("{} {kind}", part.pointer));
    });
    kinds
}

#[test]
fn a_filter_is_read_as_php_reads_it() {
    assert_eq!(
        kinds(r#"{"a": 1, "b.c": {"$gt": 2, "$not": {"x": []}}, "d": {}}"#),
        [
            " all",
            "/a $e 1",
            "/b.c field b.c",
            "/b.c/$gt $gt 2",
            "/b.c/$not not b.c",
            "/b.c/$not/x x []",
            "/d field d",
        ]
    );
    assert_eq!(
        kinds(r#"{"$or": [{"a": 1}], "$not": {"b": 2}, "$foo": [{"c": 3}, {"d": 4}], "$and": {"e": 5}}"#),
        [
            " all",
            "/$or $or",
            "/$or/0 all",
            "/$or/0/a $e 1",
            "/$not not ",
            "/$not/b $e 2",
            "/$foo unknown $foo",
            "/$foo/0 all",
            "/$foo/0/c $e 3",
            "/$and $and",
            "/$and/e $e 5",
        ]
    );
    // An object whose keys are those of a list is one.
    assert_eq!(
        kinds(r#"{"0": {"a": 1}, "1": {"b": 2}}"#),
        [" all", "/0 all", "/0/a $e 1", "/1 all", "/1/b $e 2"]
    );
    assert_eq!(kinds(r#"{"1": 2}"#), [" all", "/1 $e 2"]);
    assert_eq!(kinds(r#"{"$nor": {}}"#), [" all", "/$nor Exception: $nor requires nonempty array"]);
}

#[test]
fn pointers_and_spans_are_of_one_value() {
    let filter = r#"{"a": {"$in": [1, 2]}, "$or": [{"b~/": "/x/i"}, {"c": {"$not": {"$e": 1}}}]}"#;
    let value: Value = serde_json::from_str(filter).unwrap();
    visit(&read(filter), &mut |part| {
        let text = &filter[part.span.range().unwrap()];
        let found = value.pointer(&part.pointer).unwrap();
        let written: Value = serde_json::from_str(text).unwrap_or_else(|_| {
            let member: Value = serde_json::from_str(&format!("{{{text}}}")).unwrap();
            member.as_object().unwrap().values().next().unwrap().clone()
        });
        assert_eq!(*found, written, "{}", part.pointer);
    });
}

#[test]
fn strings_between_slashes() {
    let pattern = |text| match delimited::parse(text) {
        None => "text".to_owned(),
        Some(Delimited::Never) => "never".to_owned(),
        Some(Delimited::Pattern { source, .. }) => source.to_owned(),
        Some(Delimited::Unsupported(message)) => message.to_owned(),
    };
    for text in ["", "/", "a", "/a", "a/b/", "/a/1", "/a\nb/", "/a/i "] {
        assert_eq!(pattern(text), "text", "{text:?}");
    }
    assert_eq!(pattern("/files/"), "files");
    assert_eq!(pattern("//"), "");
    assert_eq!(pattern("/a\\/b/i"), "a\\/b");
    assert_eq!(pattern("/x/\n"), "x");
    // The first slash ends the pattern, and what follows is no modifier.
    for text in ["/admin/files/Documents", "/home/bob", "/a/b/", "///", "/a\\/", "/a/e"] {
        assert_eq!(pattern(text), "never", "{text:?}");
    }
}

#[test]
fn only_what_always_throws_is_refused() {
    let problems = |filter: &str| {
        let json = reader::read(filter, &Limits::default());
        match parse(json, &Limits::default(), Throwing::Refused) {
            Ok(_) => Vec::new(),
            Err(error) => error.problems().iter().map(|problem| problem.pointer().to_owned()).collect(),
        }
    };
    for fine in [
        r#"{"a": 1, "b": {"$eq": 1}}"#,
        r#"{"a.b": {"$eq": 1}}"#,
        r#"{"$or": [{"a": 1}, {"$foo": 1}]}"#,
        r#"{"a": {"$in": 5}}"#,
        r#"{"$or": [{}, {"$foo": 1}]}"#,
    ] {
        assert!(problems(fine).is_empty(), "{fine}");
    }
    assert_eq!(problems(r#"{"a": {"$eq": 1}, "b": [1]}"#), ["/a/$eq", "/b/0"]);
    assert_eq!(problems(r#"{"$or": [{"a": {"b": 1}}]}"#), ["/$or/0/a/b"]);
    assert_eq!(problems(r#"{"a": {}, "$nor": []}"#), ["/$nor"]);
    assert_eq!(problems(r#"{"$comment": "x"}"#), ["/$comment"]);
}
