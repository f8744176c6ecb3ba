//! Parsed events: `serde_json::Value`.

use serde_json::{Map, Value};

use super::{Array, Node, Number, Object, View};
use crate::path::Segment;

impl<'e> Node<'e> for &'e Value {
    type Array = &'e [Value];
    type Object = &'e Map<String, Value>;

    #[inline(always)]
    fn view(self) -> View<'e, Self::Array, Self::Object> {
        match self {
            Value::Null => View::Null,
            Value::Bool(bool) => View::Bool(*bool),
            Value::Number(number) => View::Number(number.into()),
            Value::String(string) => View::String(string),
            Value::Array(elements) => View::Array(elements),
            Value::Object(members) => View::Object(members),
        }
    }
}

impl From<&serde_json::Number> for Number {
    #[inline(always)]
    fn from(number: &serde_json::Number) -> Self {
        match number.as_i64() {
            Some(int) => Self::Int(int),
            // Every number has a double, unless serde_json keeps its text and that lies beyond them.
            None => Self::Double(number.as_f64().unwrap_or(f64::INFINITY)),
        }
    }
}

impl<'e> Array<'e> for &'e [Value] {
    type Node = &'e Value;

    fn len(self) -> usize {
        self.len()
    }

    fn get(self, index: usize) -> Option<Self::Node> {
        <[Value]>::get(self, index)
    }

    fn iter(self) -> impl Iterator<Item = Self::Node> {
        <[Value]>::iter(self)
    }
}

/// A value of its own. Recursion is bounded by the nesting of the node.
pub(crate) fn to_value<'e>(node: impl Node<'e>) -> Value {
    match node.view() {
        View::Null => Value::Null,
        View::Bool(bool) => bool.into(),
        View::Number(Number::Int(int)) => int.into(),
        View::Number(Number::Double(double)) => double.into(),
        View::String(string) => string.into(),
        View::Array(elements) => elements.iter().map(to_value).collect(),
        View::Object(members) => {
            members.iter().map(|(key, value)| (key.to_owned(), to_value(value))).collect()
        }
    }
}

/// Up to here comparing the keys one by one is faster than hashing the one that is looked for.
const SMALL_OBJECT: usize = 8;

impl<'e> Object<'e> for &'e Map<String, Value> {
    type Node = &'e Value;

    fn len(self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn get(self, segment: &Segment) -> Option<Self::Node> {
        if self.len() > SMALL_OBJECT {
            return Map::get(self, segment.name());
        }
        Map::iter(self).find_map(|(key, value)| (key == segment.name()).then_some(value))
    }

    fn iter(self) -> impl Iterator<Item = (&'e str, Self::Node)> {
        Map::iter(self).map(|(key, value)| (key.as_str(), value))
    }
}
