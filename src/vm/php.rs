//! PHP's values: truth, loose comparison, and the conversions to strings and integers, as PHP 8 makes
//! them. The whole of what the Nextcloud dialect takes from the language.
//!
//! Values are PHP's after `json_decode` to arrays: an array and an object are one type, with keys; an
//! integer beyond `i64` is a float.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::event::{Array, Constant, Node, Number, Object, View};
use crate::path::Segment;

/// The name of a value's type, as PHP's errors give it.
pub(crate) fn type_name<'e>(value: impl Node<'e>) -> &'static str {
    match value.view() {
        View::Null => "null",
        View::Bool(_) => "bool",
        View::Number(Number::Int(_)) => "int",
        View::Number(Number::Double(_)) => "float",
        View::String(_) => "string",
        View::Array(_) | View::Object(_) => "array",
    }
}

/// `(bool) $value`; its opposite is `empty($value)`.
pub(crate) fn is_true<'e>(value: impl Node<'e>) -> bool {
    match value.view() {
        View::Null => false,
        View::Bool(bool) => bool,
        View::Number(Number::Int(int)) => int != 0,
        View::Number(Number::Double(double)) => double != 0.0,
        View::String(string) => !matches!(string, "" | "0"),
        View::Array(array) => array.len() > 0,
        View::Object(object) => object.len() > 0,
    }
}

/// PHP's `array`: what JSON spells as an array or as an object.
pub(crate) fn is_array<'e>(value: impl Node<'e>) -> bool {
    matches!(value.view(), View::Array(_) | View::Object(_))
}

/// `$value[$segment]`, where it is set: null is not.
pub(crate) fn field<'e, N: Node<'e>>(value: N, segment: &Segment) -> Option<N> {
    let field = match value.view() {
        View::Array(array) => array.get(segment.index()?),
        View::Object(object) => object.get(segment),
        _ => None,
    };
    field.filter(|field| !matches!(field.view(), View::Null))
}

/// The values of an array, without their keys.
pub(crate) fn elements<'e, N: Node<'e>>(value: N) -> impl Iterator<Item = N> {
    let (array, object) = match value.view() {
        View::Array(array) => (Some(array), None),
        View::Object(object) => (None, Some(object)),
        _ => (None, None),
    };
    let members = object.into_iter().flat_map(Object::iter).map(|(_, value)| value);
    array.into_iter().flat_map(Array::iter).chain(members)
}

/// `$a === $b`, for a `$b` that is no array.
pub(crate) fn is_identical<'a, 'b>(a: impl Node<'a>, b: impl Node<'b>) -> bool {
    match (a.view(), b.view()) {
        (View::Null, View::Null) => true,
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Number(Number::Int(a)), View::Number(Number::Int(b))) => a == b,
        (View::Number(Number::Double(a)), View::Number(Number::Double(b))) => a == b,
        (View::String(a), View::String(b)) => a == b,
        _ => false,
    }
}

/// `$a == $b`.
pub(crate) fn equal<'a, 'b>(a: impl Node<'a>, b: impl Node<'b>) -> bool {
    order(a, b).is_eq()
}

/// `$a <=> $b`. Arrays that cannot be compared are *greater*, whichever way round they stand: as in PHP,
/// `$a > $b` is `$b < $a`.
///
/// Recursion is bounded by the shallower of the two, and one of them is a filter's operand.
pub(crate) fn order<'a, 'b, A: Node<'a>, B: Node<'b>>(a: A, b: B) -> Ordering {
    match (a.view(), b.view()) {
        (View::Number(a), View::Number(b)) => order_numbers(a, b),
        (View::String(a), View::String(b)) => order_strings(a, b),
        (View::Null, View::String(b)) => is_empty_order(b).reverse(),
        (View::String(a), View::Null) => is_empty_order(a),
        (View::Null | View::Bool(_), _) | (_, View::Null | View::Bool(_)) => is_true(a).cmp(&is_true(b)),
        (View::Number(a), View::String(b)) => order_number_and_string(a, b),
        (View::String(a), View::Number(b)) => order_number_and_string(b, a).reverse(),
        (View::Number(_) | View::String(_), View::Array(_) | View::Object(_)) => Ordering::Less,
        (View::Array(_) | View::Object(_), View::Number(_) | View::String(_)) => Ordering::Greater,
        (View::Array(a), View::Array(b)) => a.len().cmp(&b.len()).then_with(|| {
            let pairs = a.iter().zip(b.iter());
            pairs.map(|(a, b)| order(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        }),
        (View::Array(_) | View::Object(_), View::Array(_) | View::Object(_)) => order_arrays(a, b),
    }
}

/// A string against null.
fn is_empty_order(string: &str) -> Ordering {
    if string.is_empty() { Ordering::Equal } else { Ordering::Greater }
}

/// The one with fewer elements first; else element by element in the order of `a`, by key.
fn order_arrays<'a, 'b>(a: impl Node<'a>, b: impl Node<'b>) -> Ordering {
    let (a, b) = (entries(a), entries(b));
    if a.len() != b.len() {
        return a.len().cmp(&b.len());
    }
    for (position, (key, value)) in a.iter().enumerate() {
        // Keys mostly come in the same order.
        let same_place = b.get(position).filter(|(other, _)| other == key);
        let Some((_, other)) = same_place.or_else(|| b.iter().find(|(other, _)| other == key)) else {
            return Ordering::Greater;
        };
        let order = order(*value, *other);
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

/// Keys and values; the keys of a list are its indexes.
fn entries<'e, N: Node<'e>>(value: N) -> Vec<(Cow<'e, str>, N)> {
    match value.view() {
        View::Object(object) => object.iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect(),
        _ => elements(value).enumerate().map(|(key, value)| (Cow::Owned(key.to_string()), value)).collect(),
    }
}

/// Integers exactly; otherwise as floats, which lose the last digits of large integers.
fn order_numbers(a: Number, b: Number) -> Ordering {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => a.cmp(&b),
        (a, b) => order_floats(a.to_double(), b.to_double()),
    }
}

/// Neither is NaN.
fn order_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

/// As numbers where the string is numeric; else the number's own spelling against the string.
fn order_number_and_string(number: Number, string: &str) -> Ordering {
    match Numeric::of_whole(string) {
        Some(numeric) => order_numbers(number, numeric.number),
        None => number_text(number).as_bytes().cmp(string.as_bytes()),
    }
}

/// As numbers where both strings are numeric, and are not both beyond the numbers.
fn order_strings(a: &str, b: &str) -> Ordering {
    let bytes = || a.as_bytes().cmp(b.as_bytes());
    // No number starts like this, so most texts are told apart at once.
    let is_text = |text: &str| text.bytes().next().is_none_or(|first| first > b'9');
    if is_text(a) || is_text(b) {
        return bytes();
    }
    let (Some(x), Some(y)) = (Numeric::of_whole(a), Numeric::of_whole(b)) else { return bytes() };
    match (x.number, y.number) {
        (Number::Int(x), Number::Int(y)) => x.cmp(&y),
        (left, right) => {
            let (left_double, right_double) = (left.to_double(), right.to_double());
            let overflown = x.overflow.is_ne() && x.overflow == y.overflow;
            match (left, right) {
                _ if overflown && left_double == right_double => bytes(),
                (Number::Int(_), _) if y.overflow.is_ne() => y.overflow.reverse(),
                (_, Number::Int(_)) if x.overflow.is_ne() => x.overflow,
                (Number::Double(x), Number::Double(y)) if x == y && !x.is_finite() => bytes(),
                _ => order_floats(left_double, right_double),
            }
        }
    }
}

/// A numeric string.
struct Numeric {
    number: Number,
    /// Whether an integer was too large for one, and on which side of zero.
    overflow: Ordering,
    /// Whether nothing but white space follows.
    is_whole: bool,
}

/// Whether PHP takes the string for a number where it compares it.
pub(crate) fn is_numeric(text: &str) -> bool {
    Numeric::of_whole(text).is_some()
}

/// The number that a string is, with white space around it at most.
pub(crate) fn numeric(text: &str) -> Option<Number> {
    Numeric::of_whole(text).map(|numeric| numeric.number)
}

/// White space around a number.
const SPACE: [char; 6] = [' ', '\t', '\n', '\r', '\x0B', '\x0C'];

impl Numeric {
    /// The string is a number, with white space around it at most.
    fn of_whole(text: &str) -> Option<Self> {
        Self::of_start(text).filter(|numeric| numeric.is_whole)
    }

    /// The string starts with a number.
    fn of_start(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(SPACE);
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let count_digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = count_digits(unsigned);
        let after_whole = unsigned.get(whole..)?;
        let (fraction, after_fraction) = match after_whole.strip_prefix('.') {
            Some(rest) => {
                let digits = count_digits(rest);
                (Some(digits), rest.get(digits..)?)
            }
            None => (None, after_whole),
        };
        if whole == 0 && fraction.is_none_or(|digits| digits == 0) {
            return None;
        }
        let exponent = after_fraction.strip_prefix(['e', 'E']).and_then(|rest| {
            let digits = rest.strip_prefix(['-', '+']).unwrap_or(rest);
            let count = count_digits(digits);
            (count > 0).then(|| digits.get(count..)).flatten()
        });
        let rest = exponent.unwrap_or(after_fraction);
        let number = text.get(..text.len() - rest.len())?;
        let is_whole = rest.trim_start_matches(SPACE).is_empty();
        let is_integer = fraction.is_none() && exponent.is_none();
        if is_integer && let Ok(int) = number.parse() {
            return Some(Self { number: Number::Int(int), overflow: Ordering::Equal, is_whole });
        }
        let overflow = match (is_integer, text.starts_with('-')) {
            (false, _) => Ordering::Equal,
            (true, true) => Ordering::Less,
            (true, false) => Ordering::Greater,
        };
        Some(Self { number: Number::Double(number.parse().ok()?), overflow, is_whole })
    }
}

/// `(string) $value`; every array is the same text.
pub(crate) fn text<'e>(value: impl Node<'e>) -> Cow<'e, str> {
    match value.view() {
        View::Null | View::Bool(false) => Cow::Borrowed(""),
        View::Bool(true) => Cow::Borrowed("1"),
        View::Number(number) => Cow::Owned(number_text(number)),
        View::String(string) => Cow::Borrowed(string),
        View::Array(_) | View::Object(_) => Cow::Borrowed("Array"),
    }
}

/// A float has 14 significant digits, as PHP's setting `precision` has by default.
fn number_text(number: Number) -> String {
    const DIGITS: usize = 14;
    let double = match number {
        Number::Int(int) => return int.to_string(),
        Number::Double(double) if double.is_finite() => double,
        Number::Double(double) => return if double < 0.0 { "-INF" } else { "INF" }.to_owned(),
    };
    let sign = if double.is_sign_negative() { "-" } else { "" };
    if double == 0.0 {
        return format!("{sign}0");
    }
    // d.dddde±x
    let scientific = format!("{:.*e}", DIGITS - 1, double.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    match usize::try_from(exponent) {
        Ok(whole) if whole < DIGITS => match digits.split_at_checked(whole + 1) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits:0<width$}", width = whole + 1),
        },
        Err(_) if exponent >= -4 => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            format!("{sign}0.{zeros}{digits}")
        }
        _ => {
            let rest = if rest.is_empty() { "0" } else { rest };
            format!("{sign}{first}.{rest}E{exponent:+}")
        }
    }
}

/// `$value` as an operand of `%`; `None` for what has no integer.
pub(crate) fn integer<'e>(value: impl Node<'e>) -> Option<i64> {
    match value.view() {
        View::Null => Some(0),
        View::Bool(bool) => Some(bool.into()),
        View::Number(Number::Int(int)) => Some(int),
        View::Number(Number::Double(double)) => Some(wrapped(double)),
        View::String(string) => match Numeric::of_start(string)?.number {
            Number::Int(int) => Some(int),
            Number::Double(double) if !double.is_finite() => Some(0),
            #[allow(clippy::cast_possible_truncation, reason = "strings saturate")]
            Number::Double(double) => Some(double as i64),
        },
        View::Array(_) | View::Object(_) => None,
    }
}

/// The integer part of a float, modulo 2^64.
fn wrapped(double: f64) -> i64 {
    const TWO_POW_64: f64 = 18_446_744_073_709_551_616.0;
    if !double.is_finite() {
        return 0;
    }
    let whole = double.trunc() % TWO_POW_64;
    #[allow(clippy::cast_possible_truncation, reason = "less than 2^64 from zero, so it is exact")]
    let wide = whole as i128;
    #[allow(clippy::cast_possible_truncation, reason = "modulo 2^64 is what is asked for")]
    let int = wide as i64;
    int
}

/// `in_array($needle, $array)`: loosely.
pub(crate) fn contains<'a, 'n>(array: impl Node<'a>, needle: impl Node<'n>) -> bool {
    elements(array).any(|value| equal(needle, value))
}

/// `count(array_intersect($a, $b))`: how many of `a` have the same text as one of `b`.
pub(crate) fn common<'a>(a: impl Node<'a>, b: &Constant) -> usize {
    let mut texts: Vec<_> = elements(b).map(text).collect();
    texts.sort_unstable();
    elements(a).filter(|value| texts.binary_search(&text(*value)).is_ok()).count()
}

#[cfg(test)]
#[path = "php/tests.rs"]
mod tests;
