//! Values in words.

use std::fmt::{self, Write};

use super::reach::without_middle;
use crate::case;
use crate::event::{Array, Constant, Layout, Node, Object, View, write_json};
use crate::path::Path;
use crate::program::visible;
use crate::vm::{compare, type_of};

/// JSON in a sentence is no longer than this, in characters.
const MAX_CHARS: usize = 60;
/// Each of several.
const MAX_CHARS_OF_SEVERAL: usize = 30;
/// So many of several are shown.
const MAX_SEVERAL: usize = 3;

/// Compact JSON, or the beginning of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    pub(super) is_cut: bool,
}

impl Excerpt {
    /// Reads no more of the value than it shows.
    pub(super) fn of<'e>(value: impl Node<'e>, most_chars: usize) -> Self {
        let mut limited = Limited { text: String::new(), left: most_chars };
        let is_cut = write_json(&mut limited, value, Layout::Spaced).is_err();
        let mut text = visible(&limited.text);
        if is_cut {
            // Half of an escape is none.
            text.truncate(text.trim_end_matches('\\').len());
            text.push_str(if matches!(value.view(), View::String(_)) { "…\"" } else { "…" });
        }
        Self { text, is_cut }
    }
}

/// Refuses what is too much.
struct Limited {
    text: String,
    left: usize,
}

impl Write for Limited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|char| self.write_char(char))
    }

    fn write_char(&mut self, char: char) -> fmt::Result {
        self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
        self.text.push(char);
        Ok(())
    }
}

/// As JSON, in a sentence.
pub(super) fn json<'e>(value: impl Node<'e>) -> String {
    Excerpt::of(value, MAX_CHARS).text
}

/// A string from this character on.
pub(super) fn json_from(string: &str, start: usize) -> String {
    let rest: String = string.chars().skip(start).collect();
    let rest = json(&Constant::String(rest.into()));
    match (start, rest.strip_prefix('"')) {
        (1.., Some(rest)) => format!("\"…{rest}"),
        _ => rest,
    }
}

/// The end of a string, which is what counts for `$endsWith`.
pub(super) fn json_end(string: &str) -> String {
    json_from(string, string.chars().count().saturating_sub(MAX_CHARS - 10))
}

/// So many characters are shown before a difference.
const BEFORE_DIFFERENCE: usize = 15;

/// Where two long strings that begin alike part, so that the beginnings would not tell them apart:
/// both from a little before.
pub(super) fn parting(a: &str, b: &str) -> Option<[String; 2]> {
    let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let start = common.checked_sub(BEFORE_DIFFERENCE).filter(|_| common + BEFORE_DIFFERENCE > MAX_CHARS)?;
    Some([json_from(a, start), json_from(b, start)])
}

/// With its type: `the number 23`, `an array with 2 elements`.
pub(super) fn noun<'e>(value: impl Node<'e>) -> String {
    match value.view() {
        View::Null | View::Bool(_) => json(value),
        View::Number(_) => format!("the number {}", json(value)),
        View::String(_) => format!("the string {}", json(value)),
        View::Array(array) => match array.len() {
            0 => "an empty array".to_owned(),
            len => format!("an array with {}", count(len, "element")),
        },
        View::Object(object) => match object.len() {
            0 => "an empty object".to_owned(),
            len => format!("an object with {}", count(len, "field")),
        },
    }
}

/// Its type only, with an article.
pub(super) fn kind<'e>(value: impl Node<'e>) -> &'static str {
    match value.view() {
        View::Null => "null",
        View::Bool(_) => "a boolean",
        View::Number(_) => "a number",
        View::String(_) => "a string",
        View::Array(_) => "an array",
        View::Object(_) => "an object",
    }
}

/// Its type as `$type` knows it.
pub(super) fn type_name<'e>(value: impl Node<'e>) -> &'static str {
    type_of(value).names().next().unwrap_or("null")
}

/// Some of the values, for parentheses: `"a", "b" and 5 more`.
pub(super) fn several<'e, N: Node<'e>>(values: impl Iterator<Item = N>, total: usize) -> String {
    let short = |value: N| match value.view() {
        // Paths differ at their ends.
        View::String(string) => {
            let text = Constant::String(string.into()).to_string();
            without_middle(&visible(&text), MAX_CHARS_OF_SEVERAL)
        }
        _ => Excerpt::of(value, MAX_CHARS_OF_SEVERAL).text,
    };
    let shown: Vec<String> = values.take(MAX_SEVERAL).map(short).collect();
    let rest = total.saturating_sub(shown.len());
    let shown = shown.join(", ");
    if rest == 0 { shown } else { format!("{shown} and {rest} more") }
}

/// `1 element`, `2 elements`.
pub(super) fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Whether the two are of one of the classes within which values are compared.
pub(super) fn same_class<'a, 'b>(a: impl Node<'a>, b: impl Node<'b>) -> bool {
    compare::order_in_class(a, b).is_some()
}

/// How a value is like an operand that it is not equal to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// A string that reads like the other one, which is none.
    Type,
    Case,
    Space,
    /// It starts with the operand.
    GoesOn,
}

pub(super) fn likeness<'e>(value: impl Node<'e>, operand: &Constant) -> Option<Likeness> {
    let is = |likeness, is_like: bool| is_like.then_some(likeness);
    match (value.view(), operand) {
        (View::String(string), Constant::String(wanted)) => {
            // An operand this short may start anything.
            const FEW: usize = 3;
            is(Likeness::Space, string.trim() == wanted.trim())
                .or_else(|| is(Likeness::Case, case::lower(string) == case::lower(wanted)))
                .or_else(|| is(Likeness::GoesOn, wanted.len() > FEW && string.starts_with(&**wanted)))
        }
        (View::String(string), Constant::Number(_) | Constant::Bool(_)) => {
            is(Likeness::Type, string == operand.to_string())
        }
        (View::Number(_) | View::Bool(_), Constant::String(wanted)) => {
            is(Likeness::Type, json(value) == **wanted)
        }
        _ => None,
    }
}

impl Likeness {
    /// Said behind value and operand; of another type they show it themselves.
    pub(super) fn remark(self) -> &'static str {
        match self {
            Self::Type => "",
            Self::Case => " (upper and lower case differ)",
            Self::Space => " (spaces at the ends differ)",
            Self::GoesOn => " (it goes on after that)",
        }
    }
}

/// Where two values of one class, which are not equal, first differ: for objects and arrays. With
/// `shows_values` in so many words.
///
/// Recursion is bounded by the nesting of the operand.
pub(super) fn difference<'e, N: Node<'e>>(
    value: N,
    operand: &Constant,
    shows_values: bool,
) -> Option<String> {
    let mut names: Vec<Box<str>> = Vec::new();
    let (mut value, mut operand) = (value, operand);
    let problem = loop {
        match (value.view(), operand) {
            (View::Array(array), Constant::Array(wanted)) => {
                let mut pairs = array.iter().zip(wanted.iter()).enumerate();
                match pairs.find(|(_, (element, wanted))| !compare::equal(*element, *wanted)) {
                    Some((index, (element, wanted))) => {
                        names.push(index.to_string().into());
                        (value, operand) = (element, wanted);
                    }
                    None => {
                        break format!(
                            "it has {}, wanted are {}",
                            count(array.len(), "element"),
                            wanted.len()
                        );
                    }
                }
            }
            (View::Object(object), Constant::Object(wanted)) => {
                let keys = || object.iter().map(|(key, _)| key);
                if let Some((missing, _)) =
                    wanted.iter().find(|(key, _)| !keys().any(|known| *known == **key))
                {
                    break format!("it has no field {}", quoted(missing));
                }
                let is_wanted = |key: &str| wanted.iter().any(|(known, _)| **known == *key);
                if let Some(extra) = keys().find(|key| !is_wanted(key)) {
                    break if shows_values {
                        format!("it has the field {}, too", quoted(extra))
                    } else {
                        "it has other fields, too".to_owned()
                    };
                }
                let mut pairs = object.iter().zip(wanted.iter());
                let differs = |((a, a_value), (b, b_value)): &((&str, N), &(Box<str>, Constant))| {
                    **a != **b || !compare::equal(*a_value, b_value)
                };
                match pairs.find(differs) {
                    Some(((key, inner), (wanted_key, wanted))) if *key == **wanted_key => {
                        names.push(key.into());
                        (value, operand) = (inner, wanted);
                    }
                    Some(((key, _), (wanted_key, _))) => {
                        break format!(
                            "its fields are in another order: {} stands in the place of {}",
                            quoted(key),
                            quoted(wanted_key)
                        );
                    }
                    None => return None,
                }
            }
            _ if names.is_empty() => return None,
            _ if shows_values => break format!("it is {}, wanted is {}", noun(value), noun(operand)),
            _ => break format!("wanted is {}", noun(operand)),
        }
    };
    if names.is_empty() {
        return Some(problem);
    }
    Some(format!("at `{}` {problem}", visible(&Path::from_names(names).to_string())))
}

/// A name in backticks, no longer than a line.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", without_middle(&visible(name), 40))
}
