//! Each law on an example; and all of them on generated expressions: the verdict stays.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::limits::Limits;
use crate::syntax::{parser, reader};
use crate::vm;

fn expr(filter: &str) -> Expr {
    let limits = Limits::default();
    parser::parse(reader::read(filter, &limits), &limits).unwrap()
}

/// The two filters say the same, and the second says it in the simplest way.
#[track_caller]
fn simplifies(filter: &str, to: &str) {
    assert_eq!(simplify(expr(filter)), simplify_shell(expr(to)), "{filter}");
}

/// What the parser wraps around a filter, taken off.
fn simplify_shell(expr: Expr) -> Expr {
    match expr {
        Expr::Group(join, parts) => match parts.len() {
            1 => simplify_shell(parts.into_iter().next().unwrap()),
            _ => Expr::Group(join, parts.into_iter().map(simplify_shell).collect()),
        },
        Expr::Not(inner) => simplify_shell(*inner).not(),
        condition => condition,
    }
}

#[test]
fn double_negation() {
    simplifies(r#"{"a":{"$not":{"$not":{"$gt":1}}}}"#, r#"{"a":{"$gt":1}}"#);
    simplifies(r#"{"$nor":[{"$nor":[{"a":1}]}]}"#, r#"{"a":1}"#);
}

#[test]
fn de_morgan() {
    simplifies(
        r#"{"$nor":[{"a":{"$gt":1}},{"b":{"$gt":1}}]}"#,
        r#"{"a":{"$not":{"$gt":1}},"b":{"$not":{"$gt":1}}}"#,
    );
    simplifies(r#"{"$nor":[{"a":1,"b":2}]}"#, r#"{"$or":[{"a":{"$ne":1}},{"b":{"$ne":2}}]}"#);
}

#[test]
fn associativity() {
    simplifies(r#"{"$and":[{"a":1},{"$and":[{"b":2},{"c":3}]}]}"#, r#"{"a":1,"b":2,"c":3}"#);
    simplifies(r#"{"a":1,"$and":[{},{"b":2}]}"#, r#"{"a":1,"b":2}"#);
}

#[test]
fn annihilation() {
    assert_eq!(simplify(expr(r#"{"a":1,"b":{"$in":[]}}"#)), Expr::NEVER);
    assert_eq!(simplify(expr(r#"{"$or":[{"a":1},{}]}"#)), Expr::ALWAYS);
    assert_eq!(simplify(expr(r#"{"a":{"$gt":null}}"#)), Expr::NEVER);
    assert_eq!(simplify(expr(r#"{"a":{"$type":"date"}}"#)), Expr::NEVER);
    assert_eq!(simplify(expr(r#"{"a":{"$elemMatch":{"$in":[]}}}"#)), Expr::NEVER);
}

#[test]
fn idempotence() {
    simplifies(r#"{"$and":[{"a":1},{"a":1.0},{"b":2}]}"#, r#"{"a":1,"b":2}"#);
}

#[test]
fn contradiction_and_excluded_middle() {
    assert_eq!(simplify(expr(r#"{"a":{"$gt":1,"$not":{"$gt":1}}}"#)), Expr::NEVER);
    assert_eq!(simplify(expr(r#"{"$or":[{"a":{"$gt":1}},{"a":{"$not":{"$gt":1}}}]}"#)), Expr::ALWAYS);
}

#[test]
fn absorption() {
    simplifies(r#"{"a":1,"$or":[{"a":1},{"b":2}]}"#, r#"{"a":1}"#);
}

#[test]
fn equalities_merge() {
    simplifies(r#"{"$or":[{"a":2},{"a":{"$in":[3,1]}}]}"#, r#"{"a":{"$in":[1,2,3]}}"#);
    simplifies(r#"{"$nor":[{"a":2},{"a":1}]}"#, r#"{"a":{"$nin":[1,2]}}"#);
    simplifies(r#"{"$or":[{"a":1},{"b":1}]}"#, r#"{"$or":[{"a":1},{"b":1}]}"#);
    simplifies(r#"{"a":{"$in":[1,1.0]}}"#, r#"{"a":1}"#);
    // In an "all", two equalities do not merge: an array can hold both.
    simplifies(r#"{"$and":[{"a":1},{"a":2}]}"#, r#"{"$and":[{"a":1},{"a":2}]}"#);
}

#[test]
fn patterns_without_metacharacters() {
    simplifies(r#"{"a":{"$regex":"^ab"}}"#, r#"{"a":{"$startsWith":"ab"}}"#);
}

/// Conditions over few paths and operands, so that they meet again.
fn any_condition() -> impl Strategy<Value = String> {
    let path = prop::sample::select(vec!["a", "b", "a.b", "a.0"]);
    let test = prop::sample::select(vec![
        "1",
        "2",
        "null",
        r#""x""#,
        r#"{"$ne":1}"#,
        r#"{"$gt":1}"#,
        r#"{"$lte":null}"#,
        r#"{"$lt":null}"#,
        r#"{"$in":[]}"#,
        r#"{"$in":[2,1]}"#,
        r#"{"$nin":[1,null]}"#,
        r#"{"$nin":[]}"#,
        r#"{"$exists":true}"#,
        r#"{"$exists":false}"#,
        r#"{"$type":"date"}"#,
        r#"{"$type":"int"}"#,
        r#"{"$regex":"^x"}"#,
        r#"{"$not":{"$gt":1}}"#,
        r#"{"$not":{"$gt":1,"$lt":3}}"#,
        r#"{"$all":[]}"#,
        r#"{"$all":[1,2]}"#,
        r#"{"$elemMatch":{"$in":[]}}"#,
        r#"{"$elemMatch":{"$gt":1,"$ne":2}}"#,
        r#"{"$elemMatch":{"b":{"$ne":1}}}"#,
        r#"{"$elemMatch":{}}"#,
    ]);
    (path, test).prop_map(|(path, test)| format!(r#"{{"{path}":{test}}}"#))
}

fn any_filter() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![9 => any_condition(), 1 => Just("{}".to_owned())];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let operator = prop::sample::select(vec!["$and", "$or", "$nor"]);
        (operator, prop::collection::vec(inner, 1..4))
            .prop_map(|(operator, parts)| format!(r#"{{"{operator}":[{}]}}"#, parts.join(",")))
    })
}

fn any_event() -> impl Strategy<Value = Value> {
    let scalar =
        prop::sample::select(vec![json!(1), json!(2), json!(3.0), json!(null), json!("x"), json!("y")]);
    let value = scalar.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            inner.clone().prop_map(|b| json!({"b": b})),
            inner.prop_map(|zero| json!({"0": zero})),
        ]
    });
    (prop::option::of(value.clone()), prop::option::of(value)).prop_map(|(a, b)| {
        let fields = [("a", a), ("b", b)];
        fields
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_verdict_stays(filter in any_filter(), event in any_event()) {
        let plain = expr(&filter);
        let simple = simplify(plain.clone());
        let verdict = |expr: &Expr| vm::matches(&super::super::codegen::generate(expr), &event);
        prop_assert_eq!(verdict(&plain), verdict(&simple));
        prop_assert_eq!(verdict(&super::super::order::order(simple.clone())), verdict(&simple));
    }

    /// Nothing is left to do.
    #[test]
    fn once_is_enough(filter in any_filter()) {
        let simple = simplify(expr(&filter));
        prop_assert_eq!(simplify(simple.clone()), simple);
    }
}
