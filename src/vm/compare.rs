//! Equality and order of JSON values: the whole of it.
//!
//! The rules are MongoDB's. Values fall into classes, ascending: null < number < string < object <
//! array < boolean; a number is one class however it is spelled. Within a class:
//!
//! - numbers by exact value, across integers and doubles (an integer never goes through a double);
//! - strings by their UTF-8 bytes, without collation or normalisation;
//! - `false` before `true`;
//! - objects member by member *in order*: the class of the value, then the key, then the value; the
//!   shorter one first. So `{"b":1,"c":2}` and `{"c":2,"b":1}` are not equal;
//! - arrays element by element: the class, then the value; the shorter one first.

use std::cmp::Ordering;

use crate::event::{Array, Node, Number, Object, View};

/// The classes of values, ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Null,
    Number,
    String,
    Object,
    Array,
    Bool,
}

impl Class {
    #[inline(always)]
    fn of<A, O>(view: &View<'_, A, O>) -> Self {
        match view {
            View::Null => Self::Null,
            View::Number(_) => Self::Number,
            View::String(_) => Self::String,
            View::Object(_) => Self::Object,
            View::Array(_) => Self::Array,
            View::Bool(_) => Self::Bool,
        }
    }
}

/// Same class and same value.
#[inline(always)]
pub(crate) fn equal<'a, 'b>(a: impl Node<'a>, b: impl Node<'b>) -> bool {
    match b.view() {
        // The usual case, without looking for the order of the two.
        View::String(b) => a.string() == Some(b.as_bytes()),
        b => match (a.view(), b) {
            (View::Number(Number::Int(a)), View::Number(Number::Int(b))) => a == b,
            (a, b) => order_within_class(a, b) == Some(Ordering::Equal),
        },
    }
}

/// The order of all values: the class first, then the value.
pub(crate) fn order<'a, 'b>(a: impl Node<'a>, b: impl Node<'b>) -> Ordering {
    let b = b.view();
    // The usual case.
    if let (View::String(b), Some(a)) = (&b, a.string()) {
        return a.cmp(b.as_bytes());
    }
    let a = a.view();
    Class::of(&a).cmp(&Class::of(&b)).then_with(|| order_within_class(a, b).unwrap_or(Ordering::Equal))
}

/// The order of two values of one class; `None` across classes, where nothing is greater or less.
///
/// Recursion is bounded by the shallower of the two, and one of them is a filter's operand.
#[inline(always)]
pub(crate) fn order_in_class<'a, 'b>(a: impl Node<'a>, b: impl Node<'b>) -> Option<Ordering> {
    match b.view() {
        // The usual cases.
        View::String(b) => Some(a.string()?.cmp(b.as_bytes())),
        b => match (a.view(), b) {
            (View::Number(Number::Int(a)), View::Number(Number::Int(b))) => Some(a.cmp(&b)),
            (a, b) => order_within_class(a, b),
        },
    }
}

fn order_within_class<'a, 'b, A1, O1, A2, O2>(a: View<'a, A1, O1>, b: View<'b, A2, O2>) -> Option<Ordering>
where
    A1: Array<'a>,
    O1: Object<'a>,
    A2: Array<'b>,
    O2: Object<'b>,
{
    Some(match (a, b) {
        (View::Null, View::Null) => Ordering::Equal,
        (View::Number(a), View::Number(b)) => order_numbers(a, b),
        (View::String(a), View::String(b)) => a.as_bytes().cmp(b.as_bytes()),
        (View::Bool(a), View::Bool(b)) => a.cmp(&b),
        (View::Object(a), View::Object(b)) => order_objects(a, b),
        (View::Array(a), View::Array(b)) => order_arrays(a, b),
        _ => return None,
    })
}

fn order_objects<'a, 'b>(a: impl Object<'a>, b: impl Object<'b>) -> Ordering {
    for ((a_key, a_value), (b_key, b_value)) in a.iter().zip(b.iter()) {
        let class = Class::of(&a_value.view()).cmp(&Class::of(&b_value.view()));
        let order =
            class.then_with(|| a_key.as_bytes().cmp(b_key.as_bytes())).then_with(|| order(a_value, b_value));
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

fn order_arrays<'a, 'b>(a: impl Array<'a>, b: impl Array<'b>) -> Ordering {
    for (a, b) in a.iter().zip(b.iter()) {
        let order = order(a, b);
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// By exact value.
fn order_numbers(a: Number, b: Number) -> Ordering {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.cmp(&b),
        // JSON has no NaN, so two doubles always have an order.
        (Number::Double(a), Number::Double(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
        (Number::Int(a), Number::Double(b)) => order_int_and_double(a, b),
        (Number::Double(a), Number::Int(b)) => order_int_and_double(b, a).reverse(),
    }
}

fn order_int_and_double(int: i64, double: f64) -> Ordering {
    match Number::Double(double).truncate() {
        // The whole parts decide; if they are equal, what is cut off does.
        Some(whole) => {
            int.cmp(&whole).then_with(|| 0.0.partial_cmp(&double.fract()).unwrap_or(Ordering::Equal))
        }
        // Beyond every integer, on the side of its sign.
        None => 0.0.partial_cmp(&double).unwrap_or(Ordering::Equal),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use serde_json::Value;

    fn value(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    /// Each row ascends strictly.
    #[test]
    fn ascending() {
        for row in [
            &["null", "0", r#""""#, "{}", "[]", "false"][..],
            &["false", "true"],
            &["-1e300", "-9223372036854775808", "-1.5", "-1", "-0.5", "0", "5e-324", "0.3", "1", "1.5", "2"],
            &["9007199254740992.0", "9007199254740993", "9007199254740994.0"],
            &["9223372036854775806", "9223372036854775807", "9223372036854775808", "1e300"],
            &[r#""""#, r#""A""#, r#""a""#, r#""ab""#, r#""é""#, r#""～""#, r#""😀""#],
            &["{}", r#"{"a":1}"#, r#"{"a":1,"b":1}"#, r#"{"a":2}"#, r#"{"b":1}"#, r#"{"a":"x"}"#],
            &["[]", "[1]", "[1,1]", "[2]", r#"["a"]"#, "[[]]", "[false]"],
        ] {
            for pair in row.windows(2) {
                let (a, b) = (value(pair[0]), value(pair[1]));
                assert_eq!(order(&a, &b), Ordering::Less, "{a} < {b}");
                assert_eq!(order(&b, &a), Ordering::Greater, "{b} > {a}");
                assert!(!equal(&a, &b), "{a} != {b}");
            }
        }
    }

    #[test]
    fn equal_values() {
        for (a, b) in [
            ("1", "1.0"),
            ("1", "1e0"),
            ("0", "-0.0"),
            ("9007199254740992", "9007199254740992.0"),
            ("-9223372036854775808", "-9223372036854775808.0"),
            // Beyond i64: the nearest double.
            ("9223372036854775808", "9223372036854775809"),
            (r#"{"a":[1,{"b":null}]}"#, r#"{"a":[1.0,{"b":null}]}"#),
        ] {
            assert!(equal(&value(a), &value(b)), "{a} = {b}");
            assert_eq!(order(&value(a), &value(b)), Ordering::Equal, "{a} = {b}");
        }
    }

    #[test]
    fn order_of_keys_counts() {
        assert!(!equal(&value(r#"{"b":1,"c":2}"#), &value(r#"{"c":2,"b":1}"#)));
    }

    #[test]
    fn nothing_is_greater_or_less_across_classes() {
        assert_eq!(order_in_class(&value("1"), &value(r#""1""#)), None);
        assert_eq!(order_in_class(&value("false"), &value("0")), None);
        assert_eq!(order_in_class(&value("{}"), &value("[]")), None);
    }
}
