//! What is said about filters without looking at events is true of events.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::time::{Duration, Instant};

use hooksieve::{Compiler, Filter, Implication, Limits, Program};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use serde_json::{Value, json};

#[path = "common/dense.rs"]
mod dense;

fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/proptest-regressions/implication.txt",
        ))),
        ..default
    }
}

fn compile(filter: &Value) -> Filter {
    Filter::compile(&filter.to_string()).unwrap_or_else(|error| panic!("{filter}\n{error}"))
}

fn never() -> Filter {
    Filter::compile(r#"{"$nor": [{}]}"#).unwrap()
}

fn always() -> Filter {
    Filter::compile("{}").unwrap()
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn an_implication_holds_on_every_event(
        first in dense::filter(2),
        second in dense::filter(2),
        events in vec(dense::event(), 40),
    ) {
        let (a, b) = (compile(&first), compile(&second));
        for (a, b) in [(&a, &b), (&a, &never()), (&always(), &a)] {
            match a.implies(b) {
                Implication::Yes => for event in &events {
                    prop_assert!(!a.matches(event) || b.matches(event), "{:?}\n{:?}\n{}", a, b, event);
                },
                Implication::No(event) => {
                    prop_assert!(a.matches(&event) && !b.matches(&event), "{:?}\n{:?}\n{}", a, b, event);
                }
                Implication::Unknown => {}
            }
        }
    }

    #[test]
    fn what_a_filter_implies_is_never_denied(first in dense::filter(2), second in dense::filter(1)) {
        let [a, both, either] = [
            compile(&first),
            compile(&json!({"$and": [first, second]})),
            compile(&json!({"$or": [first, second]})),
        ];
        for (a, b) in [(&a, &a), (&both, &a), (&a, &either), (&both, &either)] {
            prop_assert!(!matches!(a.implies(b), Implication::No(_)), "{:?}\n{:?}", a, b);
        }
    }
}

/// The properties above are worth what is found out.
#[test]
fn most_questions_are_answered() {
    const PAIRS: usize = 2000;
    let mut runner = TestRunner::deterministic();
    let strategy = (dense::filter(2), dense::filter(1));
    let [mut yes, mut no, mut unknown, mut never_count, mut always_count, mut weaker_count] = [0; 6];
    for _ in 0..PAIRS {
        let (first, second) = strategy.new_tree(&mut runner).unwrap().current();
        let (a, b) = (compile(&first), compile(&second));
        match a.implies(&b) {
            Implication::Yes => yes += 1,
            Implication::No(_) => no += 1,
            Implication::Unknown => unknown += 1,
        }
        let weaker = [a.clone(), compile(&json!({"$or": [first, second]}))];
        weaker_count += weaker.iter().filter(|weaker| a.implies(weaker) == Implication::Yes).count();
        never_count += usize::from(a.implies(&never()) == Implication::Yes);
        always_count += usize::from(always().implies(&a) == Implication::Yes);
    }
    let counts = format!(
        "{yes} yes, {no} no, {unknown} unknown; {never_count} never, {always_count} always, {weaker_count} weaker"
    );
    assert!(yes * 10 > PAIRS && no * 2 > PAIRS && unknown * 25 < PAIRS, "{counts}");
    assert!(never_count * 20 > PAIRS && always_count * 100 > PAIRS, "{counts}");
    assert!(weaker_count * 1000 > 2 * PAIRS * 999, "{counts}");
}

/// However large a filter is: an answer, soon.
#[test]
fn hostile_filters_are_answered_soon() {
    let list = |count: usize, part: &dyn Fn(usize) -> Value| -> Vec<Value> { (0..count).map(part).collect() };
    let compares = list(2000, &|n| json!({"a": {"$gt": n}}));
    let paths = list(2000, &|n| json!({format!("a.b{n}"): {"$lt": n}}));
    let either = list(150, &|n| json!({"$or": [{"a": n}, {"b": n}, {format!("c{n}"): {"$ne": n}}]}));
    let patterns = list(500, &|n| json!({"a": {"$regex": format!("x.*{n}")}}));
    let ends = list(800, &|n| json!({"a": {"$endsWith": format!("x{n}")}}));
    let not_ends = list(800, &|n| json!({"a": {"$not": {"$endsWith": format!("y{n}")}}}));
    let wide =
        list(500, &|n| json!({"a": {"$elemMatch": {"b": {"$gt": n}, "c": {"$not": {"$mod": [7, 1]}}}}}));
    let operands: Vec<usize> = (0..9000).collect();
    let mut deep = json!({"x": {"$gt": 1}});
    for n in 0..14 {
        deep = json!({"$or": [{"$and": [deep, {"a": {"$ne": n}}]}]});
    }
    let hostile = [
        json!({"$and": compares}),
        json!({"$or": compares}),
        json!({"$nor": paths}),
        json!({"$or": paths}),
        json!({"$and": either}),
        json!({"$nor": either}),
        json!({"$and": patterns}),
        json!({"$and": ends}),
        json!({"$and": [{"$nor": not_ends}, {"$and": ends}]}),
        json!({"$and": wide}),
        json!({"$nor": wide}),
        json!({"$and": [{"a": {"$in": operands}}, {"a": {"$nin": operands}}, {"$and": compares}]}),
        json!({"a": {"$elemMatch": {"$in": operands, "$mod": [3, 1]}}}),
        deep,
    ];
    let compiler = Compiler::new().limits(Limits { text_bytes: 1 << 20, ..Limits::default() });
    let filters: Vec<Filter> =
        hostile.iter().map(|filter| compiler.compile(&filter.to_string()).unwrap()).collect();
    let mut slowest = (Duration::ZERO, 0, 0);
    for (i, first) in filters.iter().enumerate() {
        for (j, second) in filters.iter().enumerate() {
            let start = Instant::now();
            let _answer = first.implies(second);
            slowest = slowest.max((start.elapsed(), i, j));
        }
    }
    // Some 200 ms without optimisation, on an idle machine: what is looked for are minutes.
    assert!(slowest.0 < Duration::from_secs(30), "{slowest:?}");
}

#[test]
fn a_loaded_program_has_no_answer() {
    let loaded = Filter::try_from(Program::from_bytes(&always().program().to_bytes()).unwrap()).unwrap();
    assert_eq!(loaded.implies(&always()), Implication::Unknown);
}

#[test]
fn known_answers() {
    let implied = [
        (r#"{"a": 1}"#, r#"{"a": {"$in": [1, 2]}}"#),
        (r#"{"a": 1}"#, r#"{"a": {"$gte": 1.0}}"#),
        (r#"{"a": {"$gt": 9007199254740992.0}}"#, r#"{"a": {"$gte": 9007199254740993}}"#),
        (r#"{"a": 1}"#, r#"{"a": {"$exists": true}}"#),
        (r#"{"a.b": 1}"#, r#"{"a": {"$exists": true}}"#),
        (r#"{"a.b": 1}"#, r#"{"a": {"$type": ["object", "array"]}}"#),
        (r#"{"a": {"$startsWith": "/bob/"}}"#, r#"{"a": {"$regex": "^/bob"}}"#),
        (r#"{"a": {"$endsWith": ".tar.gz"}}"#, r#"{"a": {"$endsWith": ".gz"}}"#),
        (r#"{"a": {"$mod": [6, 1]}}"#, r#"{"a": {"$mod": [3, 1]}}"#),
        (r#"{"a": {"$elemMatch": {"b": 1, "c": 2}}}"#, r#"{"a": {"$elemMatch": {"b": 1}}}"#),
        (r#"{"a": {"$elemMatch": {"$gt": 5, "$lt": 3}}}"#, r#"{"$nor": [{}]}"#),
        (r#"{"$or": [{"a": 1, "b": 1}, {"a": 2}]}"#, r#"{"a": {"$gt": 0}}"#),
        (r#"{"a": {"$exists": false}}"#, r#"{"a.b": {"$exists": false}}"#),
        ("{}", r#"{"$or": [{"a": 1}, {"a": {"$ne": 1}}]}"#),
    ];
    for (first, second) in implied {
        let (a, b) = (Filter::compile(first).unwrap(), Filter::compile(second).unwrap());
        assert_eq!(a.implies(&b), Implication::Yes, "{first}\n{second}");
    }
    let not_implied = [
        // An array has both.
        (r#"{"a": {"$gt": 5, "$lt": 3}}"#, r#"{"$nor": [{}]}"#),
        (r#"{"a": 1, "a.b": 1}"#, r#"{"$nor": [{}]}"#),
        // An empty array has neither.
        (r#"{}"#, r#"{"$or": [{"a.b": null}, {"a.b": {"$exists": true}}]}"#),
        (r#"{"a": {"$in": [1, 2]}}"#, r#"{"a": 1}"#),
        (r#"{"a": {"$ne": 1}}"#, r#"{"a": {"$exists": true}}"#),
        (r#"{"a": {"$gt": 9007199254740992}}"#, r#"{"a": {"$gt": 9007199254740993}}"#),
        (r#"{"a": {"$exists": true}}"#, r#"{"a": {"$ne": null}}"#),
        // [1.0] equals [1], but its element is no int.
        (r#"{"a": {"$elemMatch": {"$eq": [1], "$elemMatch": {"$type": "double"}}}}"#, r#"{"$nor": [{}]}"#),
        (r#"{"a": {"$elemMatch": {"$eq": [1.0]}}}"#, r#"{"a.0": {"$elemMatch": {"$type": "double"}}}"#),
    ];
    for (first, second) in not_implied {
        let (a, b) = (Filter::compile(first).unwrap(), Filter::compile(second).unwrap());
        assert_ne!(a.implies(&b), Implication::Yes, "{first}\n{second}");
    }
}
