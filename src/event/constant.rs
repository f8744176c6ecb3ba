//! JSON values that a filter owns: its operands.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde_json::Value;

use super::{Array, Node, Number, Object, View, to_value};
use crate::path::Segment;
use crate::vm::compare;

/// An operand, or a part of one.
///
/// `==` is the engine's equality: `1` and `1.0` are one value, `{"a":1,"b":2}` and `{"b":2,"a":1}` are two.
#[derive(Debug, Clone)]
pub(crate) enum Constant {
    Null,
    Bool(bool),
    Number(Number),
    String(Box<str>),
    Array(Box<[Constant]>),
    Object(Box<[(Box<str>, Constant)]>),
}

impl Constant {
    /// As an event would hold it; of equal keys the last one counts.
    pub(crate) fn to_value(&self) -> Value {
        to_value(self)
    }

    /// As MongoDB reads a flag: false, null and zero are false.
    pub(crate) fn is_flag_set(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(bool) => *bool,
            Self::Number(number) => number.to_double() != 0.0,
            Self::String(_) | Self::Array(_) | Self::Object(_) => true,
        }
    }

    /// What it takes in memory, with all that is inside.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Null | Self::Bool(_) | Self::Number(_) => 0,
                Self::String(string) => string.len(),
                Self::Array(elements) => elements.iter().map(Self::bytes).sum(),
                Self::Object(members) => {
                    members.iter().map(|(key, value)| size_of_val(key) + key.len() + value.bytes()).sum()
                }
            }
    }
}

impl From<i64> for Constant {
    fn from(int: i64) -> Self {
        Self::Number(Number::Int(int))
    }
}

impl<'c> Node<'c> for &'c Constant {
    type Array = &'c [Constant];
    type Object = &'c [(Box<str>, Constant)];

    fn view(self) -> View<'c, Self::Array, Self::Object> {
        match self {
            Constant::Null => View::Null,
            Constant::Bool(bool) => View::Bool(*bool),
            Constant::Number(number) => View::Number(*number),
            Constant::String(string) => View::String(string),
            Constant::Array(elements) => View::Array(elements),
            Constant::Object(members) => View::Object(members),
        }
    }
}

impl<'c> Array<'c> for &'c [Constant] {
    type Node = &'c Constant;

    fn len(self) -> usize {
        self.len()
    }

    fn get(self, index: usize) -> Option<Self::Node> {
        <[Constant]>::get(self, index)
    }

    fn iter(self) -> impl Iterator<Item = Self::Node> {
        <[Constant]>::iter(self)
    }
}

impl<'c> Object<'c> for &'c [(Box<str>, Constant)] {
    type Node = &'c Constant;

    fn len(self) -> usize {
        self.len()
    }

    fn get(self, segment: &Segment) -> Option<Self::Node> {
        Object::iter(self).find_map(|(key, value)| (key == segment.name()).then_some(value))
    }

    fn iter(self) -> impl Iterator<Item = (&'c str, Self::Node)> {
        <[_]>::iter(self).map(|(key, value)| (&**key, value))
    }
}

impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        compare::equal(self, other)
    }
}

impl Eq for Constant {}

/// Agrees with `==`: equal numbers have one nearest double, whatever their spelling.
impl Hash for Constant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Null => 0u8.hash(state),
            Self::Bool(bool) => (1u8, bool).hash(state),
            // Adding zero makes -0.0 the same as 0.0.
            Self::Number(number) => (2u8, (number.to_double() + 0.0).to_bits()).hash(state),
            Self::String(string) => (3u8, string).hash(state),
            Self::Array(elements) => (4u8, elements).hash(state),
            Self::Object(members) => (5u8, members).hash(state),
        }
    }
}

/// As JSON on one line.
impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(f, self, Layout::Spaced)
    }
}

/// How JSON stands on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// A space behind commas and colons, for people.
    Spaced,
    /// As short as can be.
    Compact,
}

/// JSON on one line.
pub(crate) fn write_json<'e>(f: &mut impl fmt::Write, value: impl Node<'e>, layout: Layout) -> fmt::Result {
    let (comma, colon) = match layout {
        Layout::Spaced => (", ", ": "),
        Layout::Compact => (",", ":"),
    };
    match value.view() {
        View::Null => f.write_str("null"),
        View::Bool(bool) => write!(f, "{bool}"),
        View::Number(number) => write!(f, "{number}"),
        View::String(string) => write_string(f, string),
        View::Array(elements) => {
            f.write_str("[")?;
            for (index, element) in elements.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { comma })?;
                write_json(f, element, layout)?;
            }
            f.write_str("]")
        }
        View::Object(members) => {
            f.write_str("{")?;
            for (index, (key, value)) in members.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { comma })?;
                write_string(f, key)?;
                f.write_str(colon)?;
                write_json(f, value, layout)?;
            }
            f.write_str("}")
        }
    }
}

/// JSON without spaces.
pub(crate) fn json_text<'e>(value: impl Node<'e>) -> String {
    let mut text = String::new();
    // A string takes whatever comes.
    let _ = write_json(&mut text, value, Layout::Compact);
    text
}

/// A JSON string: quotes, backslashes and control characters escaped.
pub(crate) fn write_string(f: &mut impl fmt::Write, string: &str) -> fmt::Result {
    f.write_char('"')?;
    for char in string.chars() {
        match char {
            '"' | '\\' => write!(f, "\\{char}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            char if char.is_control() => write!(f, "\\u{:04x}", u32::from(char))?,
            char => f.write_char(char)?,
        }
    }
    f.write_char('"')
}
