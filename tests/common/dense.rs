//! Filters and events over few paths and few values, so that conditions often meet: they contradict
//! each other, follow from each other, or just miss.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

fn constant() -> impl Strategy<Value = Value> {
    let scalars = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!(2),
        json!(3),
        json!(-1),
        json!(9_007_199_254_740_992_i64),
        json!(9_007_199_254_740_993_i64),
        json!(9_007_199_254_740_992.0),
        json!(i64::MAX),
        json!(i64::MAX as f64),
        json!(i64::from(i32::MAX) + 1),
        json!(""),
        json!("a"),
        json!("ab"),
        json!("b"),
        json!("ba"),
        json!("é"),
    ];
    let others = vec![json!([]), json!([1]), json!([1, 2]), json!({}), json!({"b": 1}), json!([[1]])];
    prop_oneof![8 => select(scalars), 1 => select(others)]
}

fn path() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        6 => Just("a"),
        3 => Just("a.b"),
        2 => Just("b"),
        1 => select(vec!["a.0", "0", "a.b.c", "a.0.b", "a.b.0"]),
    ]
}

/// Operators with their operands: an object of them.
fn operators(depth: u32) -> BoxedStrategy<Value> {
    let object = |parts: Vec<(&'static str, Value)>| -> Value {
        parts.into_iter().map(|(name, operand)| (name.to_owned(), operand)).collect::<Map<_, _>>().into()
    };
    vec(operator(depth), 1..3).prop_map(object).boxed()
}

fn operator(depth: u32) -> BoxedStrategy<(&'static str, Value)> {
    let text = || select(vec!["", "a", "b", "ab", "ba", "é"]);
    let types = vec!["int", "long", "double", "number", "string", "null", "bool", "object", "array", "date"];
    let leaf = prop_oneof![
        4 => (select(vec!["$gt", "$gte", "$lt", "$lte"]), constant()),
        4 => (select(vec!["$eq", "$ne"]), constant()),
        2 => (select(vec!["$in", "$nin", "$all"]), vec(constant(), 0..4).prop_map(Value::from)),
        2 => (Just("$exists"), any::<bool>().prop_map(Value::from)),
        2 => (Just("$type"), select(types).prop_map(Value::from)),
        1 => (Just("$size"), (0..3).prop_map(Value::from)),
        1 => (
            Just("$mod"),
            (select(vec![1, 2, 4, -3, 6]), select(vec![0, 1, 2, -1])).prop_map(|(d, r)| json!([d, r]))
        ),
        2 => (select(vec!["$startsWith", "$endsWith", "$regex"]), text().prop_map(Value::from)),
        1 => (Just("$regex"), select(vec!["^a", "a$", "a.", "^$"]).prop_map(Value::from)),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    prop_oneof![
        10 => leaf,
        1 => (Just("$not"), operators(depth - 1)),
        1 => (Just("$elemMatch"), prop_oneof![operators(depth - 1), filter(depth - 1)]),
    ]
    .boxed()
}

/// A filter: mostly one with conditions at one path.
pub(crate) fn filter(depth: u32) -> BoxedStrategy<Value> {
    let entry = prop_oneof![
        1 => (path(), constant()).prop_map(|(path, value)| json!({ path: { "$eq": value } })),
        4 => (path(), operators(depth)).prop_map(|(path, operators)| json!({ path: operators })),
    ];
    if depth == 0 {
        return entry.boxed();
    }
    let names = select(vec!["$and", "$and", "$or", "$nor"]);
    let group = (names, vec(filter(depth - 1), 1..4)).prop_map(|(name, branches)| json!({ name: branches }));
    prop_oneof![3 => entry, 2 => group].boxed()
}

fn value() -> impl Strategy<Value = Value> {
    constant().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::from), object(inner)]
    })
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let key = select(vec!["a", "a", "b", "c", "0"]);
    vec((key, value), 0..3).prop_map(|members| {
        members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
    })
}

/// An event; now and then an array as a whole.
pub(crate) fn event() -> impl Strategy<Value = Value> {
    prop_oneof![20 => object(value()), 1 => value()]
}
