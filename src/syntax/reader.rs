//! JSON with byte spans, within limits.
//!
//! serde_json does not say where in the text a value stood, and keeps one of two equal keys
//! silently; a filter needs both, so it is read here.

use std::borrow::Cow;

use serde_json::Value;

use super::slashed::Slashed;
use super::span::{Span, shorten};
use crate::bytes::is_space;
use crate::event::{Constant, Number};
use crate::limits::Limits;

/// A JSON value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Json<'t> {
    pub(crate) kind: Kind<'t>,
    pub(crate) span: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind<'t> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'t, str>),
    Array(Vec<Json<'t>>),
    Object(Vec<Member<'t>>),
}

/// A key with its value. Equal keys of an object all stay.
#[derive(Debug, Clone)]
pub(crate) struct Member<'t> {
    pub(crate) key: Cow<'t, str>,
    pub(crate) key_span: Span,
    pub(crate) value: Json<'t>,
}

impl Member<'_> {
    /// Key and value.
    pub(crate) fn span(&self) -> Span {
        self.key_span.to(self.value.span)
    }
}

impl Json<'_> {
    /// With its article: "an array".
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
        }
    }

    /// Without the places.
    pub(crate) fn to_constant(&self) -> Constant {
        match &self.kind {
            Kind::Null => Constant::Null,
            Kind::Bool(bool) => Constant::Bool(*bool),
            Kind::Number(number) => Constant::Number(*number),
            Kind::String(string) => Constant::String((&**string).into()),
            Kind::Array(elements) => Constant::Array(elements.iter().map(Json::to_constant).collect()),
            Kind::Object(members) => Constant::Object(
                members.iter().map(|member| ((&*member.key).into(), member.value.to_constant())).collect(),
            ),
        }
    }
}

/// Why there is no value to parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReadError {
    /// The text is not JSON.
    Syntax { span: Span, message: String, hint: Option<Cow<'static, str>> },
    /// It is too large.
    Limit { span: Span, message: String },
}

/// What a text is, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Document {
    Filter,
    Catalog,
}

impl Document {
    fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Catalog => "catalog",
        }
    }

    /// Advice that is good for filters only.
    fn hint(self, hint: &'static str) -> Option<&'static str> {
        (self == Self::Filter).then_some(hint)
    }
}

/// Reads the whole text of a filter.
pub(crate) fn read<'t>(text: &'t str, limits: &Limits) -> Result<Json<'t>, ReadError> {
    read_document(text, Document::Filter, limits)
}

/// Reads a whole text.
pub(crate) fn read_document<'t>(
    text: &'t str,
    document: Document,
    limits: &Limits,
) -> Result<Json<'t>, ReadError> {
    if text.len() > limits.text_bytes {
        let span = Span::new(text.floor_char_boundary(limits.text_bytes), text.len());
        return Err(too_long(document, limits, span));
    }
    let mut reader = Reader { text, document, at: 0, nesting_left: limits.nesting, limits };
    reader.skip_byte_order_mark();
    reader.skip_space();
    if reader.peek().is_none() {
        let hint = document.hint("`{}` lets every event through");
        return Err(reader.error("expected a JSON object, found nothing", hint));
    }
    let value = reader.value()?;
    reader.skip_space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.unexpected(&format!("the end of the {}", document.name()))),
    }
}

/// Takes a value that is parsed already; its places are [`Span::NONE`].
pub(crate) fn from_value<'t>(value: &'t Value, limits: &Limits) -> Result<Json<'t>, ReadError> {
    Converter { bytes_left: limits.text_bytes, limits }.convert(value, limits.nesting)
}

struct Converter<'l> {
    bytes_left: usize,
    limits: &'l Limits,
}

impl Converter<'_> {
    fn convert<'t>(&mut self, value: &'t Value, nesting_left: usize) -> Result<Json<'t>, ReadError> {
        let inside = |limits| {
            nesting_left.checked_sub(1).ok_or_else(|| too_deep(Document::Filter, limits, Span::NONE))
        };
        let kind = match value {
            Value::Null => {
                self.charge("null".len())?;
                Kind::Null
            }
            Value::Bool(bool) => {
                self.charge(if *bool { "true".len() } else { "false".len() })?;
                Kind::Bool(*bool)
            }
            Value::Number(number) => {
                self.charge(1)?;
                match number.into() {
                    // Only where serde_json keeps the text of numbers (its feature `arbitrary_precision`).
                    Number::Double(double) if !double.is_finite() => {
                        let message = BEYOND_DOUBLES.to_owned();
                        return Err(ReadError::Syntax { span: Span::NONE, message, hint: None });
                    }
                    number => Kind::Number(number),
                }
            }
            Value::String(string) => Kind::String(self.text(string)?),
            Value::Array(elements) => {
                let nesting_left = inside(self.limits)?;
                self.charge("[]".len() + elements.len().saturating_sub(1))?;
                let convert = |element| self.convert(element, nesting_left);
                Kind::Array(elements.iter().map(convert).collect::<Result<_, _>>()?)
            }
            Value::Object(members) => {
                let nesting_left = inside(self.limits)?;
                // A colon for each member, and commas between them.
                self.charge("{}".len() + members.len() + members.len().saturating_sub(1))?;
                let convert = |(key, value): (&'t String, &'t Value)| {
                    let key = self.text(key)?;
                    Ok(Member { key, key_span: Span::NONE, value: self.convert(value, nesting_left)? })
                };
                Kind::Object(members.iter().map(convert).collect::<Result<_, _>>()?)
            }
        };
        Ok(Json { kind, span: Span::NONE })
    }

    fn text<'t>(&mut self, text: &'t str) -> Result<Cow<'t, str>, ReadError> {
        self.charge(text.len() + "\"\"".len())?;
        Ok(Cow::Borrowed(text))
    }

    /// For what a value takes as text at least.
    fn charge(&mut self, bytes: usize) -> Result<(), ReadError> {
        self.bytes_left = self
            .bytes_left
            .checked_sub(bytes)
            .ok_or_else(|| too_long(Document::Filter, self.limits, Span::NONE))?;
        Ok(())
    }
}

const BEYOND_DOUBLES: &str = "a number beyond the range of doubles";

fn too_long(document: Document, limits: &Limits, span: Span) -> ReadError {
    let (name, bytes) = (document.name(), limits.text_bytes);
    ReadError::Limit { span, message: format!("the {name} is longer than {bytes} bytes") }
}

fn too_deep(document: Document, limits: &Limits, span: Span) -> ReadError {
    let (name, levels) = (document.name(), limits.nesting);
    ReadError::Limit { span, message: format!("the {name} is nested deeper than {levels} levels") }
}

struct Reader<'t, 'l> {
    text: &'t str,
    document: Document,
    /// The byte that is looked at next; always on a boundary of characters.
    at: usize,
    nesting_left: usize,
    limits: &'l Limits,
}

impl<'t> Reader<'t, '_> {
    fn value(&mut self) -> Result<Json<'t>, ReadError> {
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Kind::Number(self.number()?),
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Json { kind, span: Span::new(start, self.at) })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Kind<'t>, ReadError>) -> Result<Kind<'t>, ReadError> {
        self.nesting_left = self
            .nesting_left
            .checked_sub(1)
            .ok_or_else(|| too_deep(self.document, self.limits, Span::new(self.at, self.at + 1)))?;
        self.at += 1;
        self.skip_space();
        let kind = read(self)?;
        self.nesting_left += 1;
        Ok(kind)
    }

    fn array(&mut self) -> Result<Kind<'t>, ReadError> {
        let mut elements = Vec::new();
        if self.take(b']') {
            return Ok(Kind::Array(elements));
        }
        loop {
            elements.push(self.value()?);
            self.skip_space();
            if self.take(b']') {
                return Ok(Kind::Array(elements));
            }
            self.comma("`,` or `]`", b']')?;
        }
    }

    fn object(&mut self) -> Result<Kind<'t>, ReadError> {
        let mut members = Vec::new();
        if self.take(b'}') {
            return Ok(Kind::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let start = self.at;
            let key = self.string()?;
            let key_span = Span::new(start, self.at);
            self.skip_space();
            if !self.take(b':') {
                return Err(self.unexpected("`:` after the key"));
            }
            self.skip_space();
            members.push(Member { key, key_span, value: self.value()? });
            self.skip_space();
            if self.take(b'}') {
                return Ok(Kind::Object(members));
            }
            self.comma("`,` or `}`", b'}')?;
        }
    }

    /// The comma between two entries, and no closing bracket behind it.
    fn comma(&mut self, expected: &str, close: u8) -> Result<(), ReadError> {
        let comma = self.at;
        if !self.take(b',') {
            return Err(self.unexpected(expected));
        }
        self.skip_space();
        if self.peek() == Some(close) {
            self.at = comma;
            return Err(self.error("a comma with nothing after it", Some("JSON has no trailing commas")));
        }
        Ok(())
    }

    fn word(&mut self) -> Result<Kind<'t>, ReadError> {
        let rest = self.rest();
        let length = rest.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or(rest);
        let kind = match word {
            "null" => Kind::Null,
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            _ => {
                let span = Span::new(self.at, self.at + length);
                let is_call = rest.get(length..).is_some_and(|rest| rest.trim_start().starts_with('('));
                let (message, hint) = if is_call {
                    (format!("JSON has no `{}(…)`", shorten(word)), "write the plain value".into())
                } else {
                    (format!("expected a value, found `{}`", shorten(word)), word_hint(word))
                };
                return Err(ReadError::Syntax { span, message, hint: Some(hint) });
            }
        };
        self.at += length;
        Ok(kind)
    }

    fn number(&mut self) -> Result<Number, ReadError> {
        let start = self.at;
        self.take(b'-');
        if self.take(b'0') {
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.error("a number cannot start with `0`", None));
            }
        } else {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _sign = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        self.text
            .get(start..self.at)
            .and_then(Number::parse)
            .ok_or_else(|| self.error_from(start, BEYOND_DOUBLES, None))
    }

    fn digits(&mut self) -> Result<(), ReadError> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err(self.unexpected("a digit"));
        }
        self.at += digits;
        Ok(())
    }

    fn string(&mut self) -> Result<Cow<'t, str>, ReadError> {
        let open = self.at;
        self.at += 1;
        let mut unescaped = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(|char| matches!(char, '"' | '\\' | '\0'..='\u{1f}'));
            let Some((before, after)) = plain.and_then(|at| rest.split_at_checked(at)) else {
                self.at = self.text.len();
                return Err(self.error_from(open, "a string without its closing quote", None));
            };
            self.at += before.len();
            match after.as_bytes().first() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(if unescaped.is_empty() {
                        Cow::Borrowed(before)
                    } else {
                        Cow::Owned(unescaped + before)
                    });
                }
                Some(b'\\') => {
                    unescaped.push_str(before);
                    unescaped.push(self.escape()?);
                }
                control => {
                    let hint = "write it as an escape: `\\n` for the end of a line, `\\t` for a tab";
                    // The end of a line is no part of it that could be pointed at.
                    let length = usize::from(!matches!(control, Some(b'\n' | b'\r')));
                    return Err(ReadError::Syntax {
                        span: Span::new(self.at, self.at + length),
                        message: "a control character in a string".to_owned(),
                        hint: Some(hint.into()),
                    });
                }
            }
        }
    }

    /// The character that the escape at hand stands for.
    fn escape(&mut self) -> Result<char, ReadError> {
        let start = self.at;
        self.at += 1;
        let Some(letter) = self.peek() else {
            return Err(self.unexpected("an escape"));
        };
        let char = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(start),
            _ => {
                let length = 1 + self.rest().chars().next().map_or(0, char::len_utf8);
                let hint = Some("a backslash is written as `\\\\`");
                let span = Span::new(start, start + length);
                let message = "no such escape in JSON".to_owned();
                return Err(ReadError::Syntax { span, message, hint: hint.map(Cow::Borrowed) });
            }
        };
        self.at += 1;
        Ok(char)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, ReadError> {
        let mut unit = self.code_unit(start)?;
        if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u") {
            self.at += 1;
            let low = self.code_unit(start)?;
            if (0xdc00..0xe000).contains(&low) {
                unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        char::from_u32(unit).ok_or_else(|| self.error_from(start, "half of a surrogate pair", None))
    }

    /// `uXXXX`.
    fn code_unit(&mut self, start: usize) -> Result<u32, ReadError> {
        let digits =
            self.rest().get(1..5).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(unit) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return Err(self.error_from(start, "`\\u` without four hexadecimal digits", None));
        };
        self.at += 5;
        Ok(unit)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Files from some editors begin with one.
    fn skip_byte_order_mark(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
    }

    /// Something else stands where `expected` should.
    fn unexpected(&self, expected: &str) -> ReadError {
        let found = self.rest().chars().next();
        let may_be_pattern = expected == "a value" && self.document == Document::Filter;
        if let Some(pattern) = Slashed::parse(self.rest()).filter(|_| may_be_pattern) {
            return ReadError::Syntax {
                span: Span::new(self.at, self.at + pattern.length),
                message: "JSON has no patterns between slashes".to_owned(),
                hint: Some(format!("write `{}`", pattern.short_operators()).into()),
            };
        }
        let hint = match found {
            Some('\'') => Some("JSON strings stand in double quotes"),
            Some('/' | '#') => self
                .document
                .hint("JSON has no comments; `$comment` holds one")
                .or(Some("JSON has no comments")),
            Some('a'..='z' | 'A'..='Z' | '_' | '$') if expected.starts_with("a key") => {
                Some("keys stand in double quotes")
            }
            _ => None,
        };
        match found {
            Some(char) if char.is_control() => self
                .error(&format!("expected {expected}, found the character {}", char.escape_unicode()), hint),
            Some(char) => self.error(&format!("expected {expected}, found `{char}`"), hint),
            None => {
                let name = self.document.name();
                self.error(&format!("expected {expected}, found the end of the {name}"), hint)
            }
        }
    }

    /// At the character that is looked at.
    fn error(&self, message: &str, hint: Option<&'static str>) -> ReadError {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        let span = Span::new(self.at, self.at + length);
        ReadError::Syntax { span, message: message.to_owned(), hint: hint.map(Cow::Borrowed) }
    }

    /// From `start` to where the reader stands.
    fn error_from(&self, start: usize, message: &str, hint: Option<&'static str>) -> ReadError {
        let span = Span::new(start, self.at);
        ReadError::Syntax { span, message: message.to_owned(), hint: hint.map(Cow::Borrowed) }
    }
}

/// What JSON has in place of the word.
fn word_hint(word: &str) -> Cow<'static, str> {
    match word {
        "NaN" | "Infinity" | "undefined" => return "JSON has no such value".into(),
        "None" | "nil" => return "did you mean `null`?".into(),
        _ if word.len() > "false".len() + 1 => {}
        _ => {
            let folded = word.to_ascii_lowercase();
            let near =
                ["null", "true", "false"].into_iter().find(|known| strsim::osa_distance(&folded, known) <= 1);
            if let Some(near) = near {
                return format!("did you mean `{near}`?").into();
            }
        }
    }
    "JSON strings stand in double quotes".into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
