//! What holds for every filter and every event, on generated ones.
//!
//! The reference for verdicts is the naive evaluator in `common/naive.rs`, which passes the corpus
//! as well (`corpus.rs`). `PROPTEST_CASES` sets the number of cases of each property.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use std::collections::BTreeMap;

use hooksieve::{DialectFilter, Filter, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use serde_json::{Value, json};

#[path = "common/naive.rs"]
mod naive;
#[path = "common/strategies.rs"]
mod strategies;

/// `cases` unless `PROPTEST_CASES` says otherwise.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/proptest-regressions/properties.txt",
        ))),
        ..default
    }
}

fn compile(filter: &Value) -> Filter {
    let text = filter.to_string();
    Filter::compile(&text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn naive(filter: &Value, event: &Value) -> bool {
    naive::matches(filter, event).unwrap_or_else(|error| panic!("{filter}\n{error}"))
}

/// What is wrong with a filter's text is said with places that exist.
fn assert_problems_are_placed(text: &str) {
    let Err(error) = Filter::compile(text) else {
        return;
    };
    assert!(!error.problems().is_empty());
    for problem in error.problems() {
        let range = problem.range().expect("a filter's text gives a range");
        assert!(text.get(range.clone()).is_some(), "{range:?} is no range of {text:?}");
        let pointer = problem.pointer();
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{pointer:?} is no pointer");
        if let Some(replacement) = problem.replacement() {
            assert!(text.get(replacement.range.clone()).is_some(), "{replacement:?} is not in {text:?}");
        }
    }
}

/// A program that is accepted is a good one, wherever its bytes came from.
fn assert_accepted_is_sound(bytes: &[u8], events: &[Value]) {
    let Ok(program) = Program::from_bytes(bytes) else {
        return;
    };
    assert_eq!(program.to_bytes(), bytes);
    let _listing = program.to_string();
    let filter = DialectFilter::from(program);
    for event in events {
        let _verdict = filter.verdict(event);
    }
}

proptest! {
    #![proptest_config(config(6000))]

    #[test]
    fn verdicts_are_those_of_the_naive_evaluator((filter, event) in strategies::pair()) {
        let expected = naive(&filter, &event);
        prop_assert_eq!(compile(&filter).matches(&event), expected, "as text: {}\n{}", filter, event);
        let from_value = Filter::from_value(&filter).expect("compiles as text");
        prop_assert_eq!(from_value.matches(&event), expected, "as a value: {}\n{}", filter, event);
    }
}

proptest! {
    #![proptest_config(config(1000))]

    /// Where the parts of a text lie at its ends, and before a newline that ends it.
    #[test]
    fn texts_are_found_where_the_naive_evaluator_finds_them(
        text in "[ab\n]{0,4}",
        part in "[ab\n]{0,2}",
        anchors in (any::<bool>(), any::<bool>()),
    ) {
        let (start, end) = (if anchors.0 { "^" } else { "" }, if anchors.1 { "$" } else { "" });
        let event = json!({ "a": text });
        for operators in [
            json!({ "$regex": format!("{start}{part}{end}") }),
            json!({ "$startsWith": part }),
            json!({ "$endsWith": part }),
        ] {
            let filter = json!({ "a": operators });
            prop_assert_eq!(compile(&filter).matches(&event), naive(&filter, &event), "{}\n{}", filter, event);
        }
    }

    #[test]
    fn a_program_survives_its_bytes((filter, event) in strategies::pair()) {
        let filter = compile(&filter);
        let bytes = filter.program().to_bytes();
        let program = Program::from_bytes(&bytes).expect("its own bytes");
        prop_assert_eq!(program.to_bytes(), bytes);
        prop_assert_eq!(program.to_string(), filter.program().to_string());
        prop_assert_eq!(Filter::try_from(program).unwrap().matches(&event), filter.matches(&event));
    }

    #[test]
    fn compiling_is_deterministic((filter, _) in strategies::pair()) {
        let (first, second) = (compile(&filter), compile(&filter));
        prop_assert_eq!(first.program().to_bytes(), second.program().to_bytes());
        prop_assert_eq!(first.program().to_string(), second.program().to_string());
    }

    #[test]
    fn logic_is_logic((first, second, event) in strategies::triple()) {
        let holds = |filter: Value| compile(&filter).matches(&event);
        let (a, b) = (holds(first.clone()), holds(second.clone()));
        prop_assert_eq!(holds(json!({ "$and": [first, second] })), a && b);
        prop_assert_eq!(holds(json!({ "$or": [first, second] })), a || b);
        prop_assert_eq!(holds(json!({ "$nor": [first, second] })), !(a || b));
        prop_assert_eq!(holds(json!({ "$nor": [first] })), !a);
        prop_assert_eq!(holds(json!({ "$nor": [{ "$nor": [first] }] })), a);
    }
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn no_text_makes_compile_panic(text in any::<String>()) {
        assert_problems_are_placed(&text);
    }

    #[test]
    fn no_near_filter_makes_compile_panic(text in strategies::damaged_text()) {
        assert_problems_are_placed(&text);
    }

    #[test]
    fn no_value_makes_from_value_panic(filter in strategies::value()) {
        if let Err(error) = Filter::from_value(&filter) {
            prop_assert!(error.problems().iter().all(|problem| problem.range().is_none()));
        }
    }

    #[test]
    fn no_bytes_make_from_bytes_panic(bytes in vec(any::<u8>(), 0..200)) {
        assert_accepted_is_sound(&bytes, &[json!({})]);
    }

    #[test]
    fn no_bytes_behind_a_good_start_make_from_bytes_panic(
        bytes in vec(prop_oneof![0..8_u8, any::<u8>()], 0..60),
    ) {
        let bytes = [b"hooksieve\x01\x00".as_slice(), &bytes].concat();
        assert_accepted_is_sound(&bytes, &[json!({}), json!({"a": [1, {"b": "x"}]})]);
    }

    #[test]
    fn no_near_program_makes_from_bytes_or_a_run_panic(
        (filter, event) in strategies::pair(),
        other in strategies::event(),
        changes in vec((any::<Index>(), 0..3_usize, vec(any::<u8>(), 0..3)), 1..4),
    ) {
        let mut bytes = compile(&filter).program().to_bytes();
        for (at, removed, inserted) in changes {
            let start = at.index(bytes.len() + 1);
            let end = bytes.len().min(start + removed);
            bytes.splice(start..end, inserted);
        }
        assert_accepted_is_sound(&bytes, &[event, other]);
    }

    #[test]
    fn no_changed_byte_makes_a_run_panic(
        (filter, event) in strategies::pair(),
        other in strategies::event(),
        at in any::<Index>(),
        byte in prop_oneof![any::<u8>(), 0..8_u8],
    ) {
        let mut bytes = compile(&filter).program().to_bytes();
        *at.get_mut(&mut bytes) = byte;
        assert_accepted_is_sound(&bytes, &[event, other]);
    }
}

/// Random filters are too small for the limits.
#[test]
fn problems_with_limits_are_placed() {
    let conditions = vec![r#"{"a":1}"#; 5000].join(",");
    let patterns = vec![r#"{"a":{"$regex":"(?:a?){1000}[b-Ā]"}}"#; 1500].join(",");
    let unknown = vec![r#"{"a":{"$xyz":1}}"#; 3000].join(",");
    let operands = vec!["1"; 11_000].join(",");
    for text in [
        format!("{{\"a\":\"{}\"}}", "é".repeat(40_000)),
        format!("{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100)),
        format!("{{\"$or\":[{conditions}]}}"),
        format!("{{\"$or\":[{patterns}]}}"),
        format!("{{\"$or\":[{unknown}]}}"),
        format!("{{\"a\":{{\"$in\":[{operands}]}}}}"),
        format!("{{\"a\":{{\"$regex\":\"{}\"}}}}", "é".repeat(1000)),
        format!("{{\"{}\":1}}", ["é"; 200].join(".")),
        format!("{{\"{}\":1}}", ["0"; 20].join(".")),
    ] {
        assert!(Filter::compile(&text).is_err(), "{text}");
        assert_problems_are_placed(&text);
    }
}

#[test]
fn values_are_bounded_like_texts() {
    for filter in [
        json!({ "a": vec![1; 40_000] }),
        json!({ "a": vec![json!([]); 30_000] }),
        json!({ "a": { "$in": vec![json!(null); 14_000] } }),
        json!({ "a": "x".repeat(1 << 16) }),
    ] {
        let error = Filter::from_value(&filter).unwrap_err();
        assert_eq!(error.first().message(), "the filter is longer than 65536 bytes");
    }
}

/// The properties above are worth what their filters are worth.
#[test]
fn generated_pairs_are_varied() {
    const PAIRS: usize = 3000;
    let mut runner = TestRunner::deterministic();
    let strategy = strategies::pair();
    let mut matching = 0;
    // For each operator, the filters that use it: how many there are, and how many match.
    let mut operators: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for _ in 0..PAIRS {
        let (filter, event) = strategy.new_tree(&mut runner).unwrap().current();
        let verdict = naive(&filter, &event);
        matching += usize::from(verdict);
        let text = filter.to_string();
        for name in OPERATORS {
            if text.contains(&format!("\"{name}\":")) {
                let (uses, matches) = operators.entry(name).or_default();
                *uses += 1;
                *matches += usize::from(verdict);
            }
        }
    }
    println!("{matching} of {PAIRS} match; by operator: {operators:#?}");
    assert!((PAIRS * 15 / 100..PAIRS * 85 / 100).contains(&matching), "{matching} of {PAIRS} match");
    for name in OPERATORS {
        let (uses, matches) = operators.get(name).copied().unwrap_or_default();
        assert!(uses * 100 >= PAIRS, "`{name}` is in {uses} filters of {PAIRS}");
        assert!((uses / 10..uses - uses / 10).contains(&matches), "`{name}`: {matches} of {uses} match");
    }
}

const OPERATORS: [&str; 21] = [
    "$eq",
    "$ne",
    "$gt",
    "$gte",
    "$lt",
    "$lte",
    "$in",
    "$nin",
    "$exists",
    "$type",
    "$size",
    "$all",
    "$elemMatch",
    "$mod",
    "$regex",
    "$startsWith",
    "$endsWith",
    "$not",
    "$and",
    "$or",
    "$nor",
];
