//! Every expectation was computed by PHP 8.2.
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;

#[test]
fn loose_comparison() {
    let orders = [
        (json!("abc"), '>', json!(0)),
        (json!("1"), '=', json!(1)),
        (json!(" 1\n"), '=', json!(1.0)),
        (json!("1x"), '>', json!(1)),
        (json!("1e1"), '=', json!("10")),
        (json!("abc"), '<', json!("abd")),
        (json!("1e1000"), '<', json!("1e999")),
        (json!(null), '=', json!(0)),
        (json!(null), '=', json!("")),
        (json!(null), '<', json!("0")),
        (json!(null), '=', json!([])),
        (json!(true), '=', json!("abc")),
        (json!(false), '=', json!("0")),
        (json!("9223372036854775807"), '<', json!("9223372036854775808")),
        (json!("9223372036854775808"), '<', json!("9223372036854775809")),
        (json!(9_007_199_254_740_993_i64), '=', json!(9_007_199_254_740_992.0)),
        (json!([9]), '<', json!([1, 2])),
        (json!([1, 3]), '>', json!([1, 2])),
        (json!([]), '>', json!(1)),
        (json!({"a": 1, "b": 2}), '=', json!({"b": "2", "a": true})),
        (json!({"0": 1}), '=', json!([1])),
    ];
    for (a, order, b) in orders {
        let found = match super::order(&a, &b) {
            Ordering::Less => '<',
            Ordering::Equal => '=',
            Ordering::Greater => '>',
        };
        assert_eq!(found, order, "{a} {b}");
    }
}

#[test]
fn arrays_that_cannot_be_compared_are_greater_both_ways() {
    let (a, b) = (json!({"a": 1}), json!({"b": 1}));
    assert_eq!((order(&a, &b), order(&b, &a)), (Ordering::Greater, Ordering::Greater));
}

#[test]
fn texts() {
    let texts = [
        (json!(0.1), "0.1"),
        (json!(23.0), "23"),
        (json!(-0.0), "-0"),
        (json!(1e14), "1.0E+14"),
        (json!(99_999_999_999_999.0), "99999999999999"),
        (json!(123_456_789.123_456_79), "123456789.12346"),
        (json!(1.5e300), "1.5E+300"),
        (json!(0.0001), "0.0001"),
        (json!(1e-5), "1.0E-5"),
        (json!(-1.25e-7), "-1.25E-7"),
        (json!(true), "1"),
        (json!(false), ""),
        (json!(null), ""),
        (json!({"a": 1}), "Array"),
        (json!(i64::MIN), "-9223372036854775808"),
    ];
    for (value, expected) in &texts {
        assert_eq!(text(value), *expected, "{value}");
    }
}

#[test]
fn numeric_strings() {
    let is_numeric = |text| Numeric::of_whole(text).is_some();
    for text in ["1", "-1.5", ".5", "5.", "1e5", "1.e+3", " 007 ", "+1", "1e999"] {
        assert!(is_numeric(text), "{text:?}");
    }
    for text in ["", " ", ".", "-", "e1", "1e", "1e+", "0x1A", "1_0", "1 1", "٣"] {
        assert!(!is_numeric(text), "{text:?}");
    }
}

#[test]
fn operands_of_modulo() {
    let integers: [(Value, Option<i64>); 12] = [
        (json!("12"), Some(12)),
        (json!("12 apples"), Some(12)),
        (json!("1e3x"), Some(1000)),
        (json!("apples"), None),
        (json!(""), None),
        (json!([1]), None),
        (json!(-7.9), Some(-7)),
        (json!(1e19), Some(-8_446_744_073_709_551_616)),
        (json!(-1e300), Some(0)),
        (json!("1e19"), Some(i64::MAX)),
        (json!("-1e999"), Some(0)),
        (json!(true), Some(1)),
    ];
    for (value, expected) in integers {
        assert_eq!(integer(&value), expected, "{value}");
    }
}

#[test]
fn intersections_count_the_elements_of_the_first() {
    let constant = |value: i64| Constant::from(value);
    let wanted = Constant::Array([constant(1), constant(2)].into());
    assert_eq!(common(&json!([1, "1", true, 3, [4]]), &wanted), 3);
}
