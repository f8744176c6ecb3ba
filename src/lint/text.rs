//! Parts of a filter's text.

use std::ops::Range;

use crate::event::Constant;
use crate::syntax::span::Span;

/// The ranges of the key and of the value in the text of a member of an object.
pub(super) fn key_and_value(text: &str, member: Span) -> Option<(Range<usize>, Range<usize>)> {
    let Range { start, end } = member.range()?;
    let inside = text.get(start..end)?.strip_prefix('"')?;
    let mut escaped = false;
    let close = inside.find(|char| {
        let closes = char == '"' && !escaped;
        escaped = char == '\\' && !escaped;
        closes
    })?;
    let key_end = start + 1 + close + 1;
    let after = text.get(key_end..end)?;
    let space = |char: char| matches!(char, ' ' | '\t' | '\n' | '\r');
    let value = after.trim_start_matches(space).strip_prefix(':')?.trim_start_matches(space);
    Some((start..key_end, end - value.len()..end))
}

/// As a JSON string.
pub(super) fn quoted(text: &str) -> String {
    Constant::String(text.into()).to_string()
}

/// A value as it stands in a message, with what it is: `the string "bob"`.
pub(super) fn in_words(constant: &Constant) -> String {
    match constant {
        Constant::Null => "`null`".to_owned(),
        Constant::Bool(bool) => format!("`{bool}`"),
        Constant::Number(number) => format!("the number {number}"),
        Constant::String(string) if string.len() <= 40 => format!("the string {}", quoted(string)),
        Constant::String(_) => "a string".to_owned(),
        Constant::Array(_) => "an array".to_owned(),
        Constant::Object(_) => "an object".to_owned(),
    }
}
