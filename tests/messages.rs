//! What a user reads who has made a mistake. A row: the filter, then each problem as
//! `code pointer bytes: message; hint`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use hooksieve::{Compiler, ErrorCode, Filter, Limits};
use problems::lines;

#[path = "common/problems.rs"]
mod problems;

#[test]
fn messages() {
    let filters = include_str!("messages/filters.txt").lines().filter(|line| !line.is_empty());
    let mut report = String::new();
    for filter in filters {
        let error = Filter::compile(filter).expect_err(filter);
        report += &format!("{filter}\n  {}\n\n", lines(error.problems()).join("\n  "));
    }
    insta::assert_snapshot!(report);
}

#[test]
fn every_problem_is_reported_in_the_order_of_the_text() {
    let error = Filter::compile(r#"{"a":{"$gtt":1,"$in":2},"$or":[],"b":{"$size":-1}}"#).unwrap_err();
    let codes: Vec<_> = error.problems().iter().map(hooksieve::Problem::code).collect();
    assert_eq!(
        codes,
        [
            ErrorCode::UnknownOperator,
            ErrorCode::InvalidOperand,
            ErrorCode::InvalidOperand,
            ErrorCode::InvalidOperand
        ]
    );
}

#[test]
fn problems_are_shown_up_to_a_number() {
    let unknown = vec![r#"{"a":{"$xyz":1}}"#; 3000].join(",");
    for (text, first) in [
        (format!(r#"{{"$or":[{unknown}]}}"#), ErrorCode::UnknownOperator),
        (format!(r#"{{"a":{{"$in":[{}]}}}}"#, [r#"{"$gt":1}"#; 101].join(",")), ErrorCode::InvalidOperand),
        (format!("{{{}}}", [r#""a":1"#; 102].join(",")), ErrorCode::DuplicateKey),
    ] {
        let errors = [
            Some(Filter::compile(&text).unwrap_err()),
            Filter::from_value(&serde_json::from_str(&text).unwrap()).err(),
        ];
        for error in errors.into_iter().flatten() {
            assert_eq!(error.problems().len(), 101);
            assert_eq!(error.first().code(), first);
            let last = error.problems().last().unwrap();
            assert_eq!((last.code(), last.pointer()), (ErrorCode::LimitExceeded, ""));
            assert_eq!(last.message(), "more problems are not shown");
        }
    }
    let hundred = format!(r#"{{"a":{{"$in":[{}]}}}}"#, [r#"{"$gt":1}"#; 100].join(","));
    assert_eq!(Filter::compile(&hundred).unwrap_err().problems().len(), 100);
}

#[test]
fn long_keys_are_shortened() {
    let key = "é".repeat(10_000);
    for text in [
        format!(r#"{{"a":{{"${key}":1}}}}"#),
        format!(r#"{{"{key}":1,"{key}":2}}"#),
        format!(r#"{{"a{key}\\":1}}"#),
        format!(r#"{{"a":{{"$gt":1,"{key}":2}}}}"#),
        format!(r#"{{"{key}":{{"$or":[]}}}}"#),
        format!(r#"{{"a":{{"$type":"{key}"}}}}"#),
        format!(r#"{{"a":x{}}}"#, "x".repeat(10_000)),
    ] {
        let error = Filter::compile(&text).unwrap_err();
        let (message, hint) = (error.first().message(), error.first().hint().unwrap_or_default());
        assert!(message.len() < 200 && hint.len() < 200, "{message}; {hint}");
    }
}

#[test]
fn replacements_mend_the_text() {
    let mut replaced = 0;
    for filter in include_str!("messages/filters.txt").lines().filter(|line| !line.is_empty()) {
        for problem in Filter::compile(filter).unwrap_err().problems() {
            let Some(replacement) = problem.replacement() else { continue };
            let mut mended = filter.to_owned();
            mended.replace_range(replacement.range.clone(), &replacement.text);
            if let Err(error) = Filter::compile(&mended) {
                let starts = error.problems().iter().filter_map(|problem| Some(problem.range()?.start));
                assert!(
                    !starts.into_iter().any(|start| start == replacement.range.start),
                    "{mended}\n{error}"
                );
            }
            replaced += 1;
        }
    }
    assert!(replaced > 4, "{replaced}");
}

#[test]
fn values_have_no_ranges() {
    let error = Filter::from_value(&serde_json::json!({"a/b": {"$eqs": 1}})).unwrap_err();
    assert_eq!(
        lines(error.problems()),
        ["unknown-operator \"/a~1b/$eqs\" -: unknown operator `$eqs`; did you mean `$eq`?"]
    );
    assert_eq!(error.first().replacement(), None);
}

#[test]
fn limits() {
    let small = Limits {
        text_bytes: 60,
        nesting: 3,
        conditions: 2,
        in_operands: 2,
        pattern_bytes: 3,
        pattern_states: 5,
        path_segments: 2,
        path_indexes: 1,
    };
    for (filter, message) in [
        (r#"{"a":1,"b":2,"c":3}"#, "more than 2 conditions"),
        (r#"{"a":{"$in":[1,2,3]}}"#, "`$in`: 3 values, 2 are allowed"),
        (r#"{"a":{"$regex":"abcd"}}"#, "a pattern of 4 bytes, 3 are allowed"),
        (r#"{"a":{"$regex":"x+"},"b":{"$regex":"y+"}}"#, "a pattern of 4 states, 1 are allowed"),
        (r#"{"a.b.c":1}"#, "a path of 3 segments, 2 are allowed"),
        (r#"{"0.1":1}"#, "2 indexes in a path and the `$elemMatch`es around it, 1 are allowed"),
        (
            r#"{"0":{"$elemMatch":{"1":2}}}"#,
            "2 indexes in a path and the `$elemMatch`es around it, 1 are allowed",
        ),
        (r#"{"a":[[[1]]]}"#, "the filter is nested deeper than 3 levels"),
        (
            r#"{"a":"0123456789012345678901234567890123456789012345678901234"}"#,
            "the filter is longer than 60 bytes",
        ),
    ] {
        let error = Compiler::new().limits(small).compile(filter).expect_err(filter);
        assert_eq!(error.first().code(), ErrorCode::LimitExceeded, "{filter}");
        assert_eq!(error.first().message(), message, "{filter}");
    }
    let error = Compiler::new().limits(small).compile(r#"{"a":1,"b":2,"$or":[{"c/d":3}]}"#).unwrap_err();
    assert_eq!((error.first().pointer(), error.first().range()), ("/$or/0/c~1d", Some(21..28)));
}
