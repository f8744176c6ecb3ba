//! The grammar of JSON, over the tokens that the scanner has found.

use super::Text;
use super::text::{self, NotANumber};
use super::tokens::{self, Tokens};
use super::unescaped::Unescaped;
use crate::error::EventError;
use crate::event::tape::Value;

/// Arrays and objects inside each other; as serde_json has it.
const MAX_NESTING: u32 = 127;

pub(super) const END: &str = "expected the end of the event";
pub(super) const VALUE: &str = "expected a value";
pub(super) const KEY: &str = "expected a key in double quotes";
const COLON: &str = "expected `:` after a key";
const COMMA_OR_BRACE: &str = "expected `,` or `}`";
const COMMA_OR_BRACKET: &str = "expected `,` or `]`";

/// The text is not JSON.
pub(super) struct Stop(pub(super) EventError);

impl Stop {
    #[cold]
    fn at(offset: usize, message: &'static str) -> Self {
        Self(EventError::new(offset, message))
    }
}

/// Steps from token to token. Only white space may stand between them, and scalars.
///
/// What is not inlined gets a copy, so that the one that steps on can stay in registers.
#[derive(Clone, Copy)]
pub(super) struct Lexer<'t, T> {
    pub(super) text: &'t [u8],
    tokens: T,
    backslashes: &'t [u64],
    /// The byte after the last token, or scalar.
    at: usize,
    nesting_left: u32,
}

impl<'t, T: Tokens> Lexer<'t, T> {
    pub(super) fn new(text: &'t [u8], tokens: T, backslashes: &'t [u64]) -> Self {
        Self { text, tokens, backslashes, at: 0, nesting_left: MAX_NESTING }
    }

    /// The next token, which stays the next: its position, and its byte, or 0 at the end.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> (usize, u8) {
        let position = self.tokens.peek();
        (position, self.text.get(position).copied().unwrap_or_default())
    }

    /// Passes over the token that was peeked at.
    #[inline(always)]
    pub(super) fn pass(&mut self, position: usize, expected: &'static str) -> Result<(), Stop> {
        if position != self.at {
            self.pass_blank(position, expected)?;
        }
        self.tokens.pass();
        self.at = position + 1;
        Ok(())
    }

    /// The string whose opening quote was passed: the bytes between the quotes.
    #[inline(always)]
    pub(super) fn string_end(&mut self) -> (usize, usize) {
        let (start, end) = (self.at, self.tokens.next());
        self.at = end + 1;
        (start, end)
    }

    /// Into the array or object whose bracket was passed.
    #[inline(always)]
    pub(super) fn enter(&mut self) -> Result<(), Stop> {
        match self.nesting_left.checked_sub(1) {
            Some(left) => {
                self.nesting_left = left;
                Ok(())
            }
            None => Err(Stop::at(self.at - 1, "nested deeper than 127 levels")),
        }
    }

    #[inline(always)]
    pub(super) fn leave(&mut self) {
        self.nesting_left += 1;
    }

    /// A key and its colon; the bytes between the quotes.
    #[inline(always)]
    pub(super) fn key(&mut self) -> Result<(usize, usize), Stop> {
        let (open, quote) = self.peek();
        if quote != b'"' {
            return Err(self.unexpected(open, KEY));
        }
        self.pass(open, KEY)?;
        let key = self.string_end();
        if self.text.get(self.at) == Some(&b':') {
            self.at += 1;
        } else {
            self.at = self.behind_distant_colon()?;
        }
        Ok(key)
    }

    /// Where it goes on behind a colon that stands behind white space.
    #[cold]
    fn behind_distant_colon(self) -> Result<usize, Stop> {
        let position = self.first_in_gap(self.text.len()).unwrap_or(self.text.len());
        if self.text.get(position) == Some(&b':') { Ok(position + 1) } else { Err(Stop::at(position, COLON)) }
    }

    /// Whether the object or array that was entered is empty; if so, its end is passed.
    #[inline(always)]
    pub(super) fn is_empty(&mut self, is_object: bool) -> Result<bool, Stop> {
        let (position, byte) = self.peek();
        let is_empty = byte == if is_object { b'}' } else { b']' } && self.is_blank_up_to(position);
        if is_empty {
            self.pass(position, VALUE)?;
        }
        Ok(is_empty)
    }

    /// Behind a value: whether another one follows. Passes the comma, or the end.
    #[inline(always)]
    pub(super) fn has_more(&mut self, is_object: bool) -> Result<bool, Stop> {
        let (close, expected) = if is_object { (b'}', COMMA_OR_BRACE) } else { (b']', COMMA_OR_BRACKET) };
        let (position, byte) = self.peek();
        if byte != b',' && byte != close {
            return Err(self.unexpected(position, expected));
        }
        self.pass(position, expected)?;
        Ok(byte == b',')
    }

    /// Checks a value, of which nothing is needed.
    #[inline(always)]
    pub(super) fn skip(&mut self) -> Result<(), Stop> {
        match self.peek() {
            (open, b'"') => {
                self.pass(open, VALUE)?;
                self.string_end();
                Ok(())
            }
            (open, byte @ (b'{' | b'[')) => {
                self.pass(open, VALUE)?;
                self.enter()?;
                self.skip_inside(byte == b'{')
            }
            (next, _) => match self.short_int(next) {
                Some(_) => Ok(()),
                None => self.scalar(next).map(drop),
            },
        }
    }

    /// The rest of an array or object.
    pub(super) fn skip_inside(&mut self, is_object: bool) -> Result<(), Stop> {
        let mut lexer = *self;
        lexer.skip_open(is_object)?;
        *self = lexer;
        Ok(())
    }

    /// Without recursion: of what is open, one bit each says whether it is an object. There are never more
    /// than 127.
    #[inline(always)]
    fn skip_open(&mut self, is_object: bool) -> Result<(), Stop> {
        let mut open = Open::default();
        open.push(is_object);
        let mut depth = 1_u32;
        let mut is_first = true;
        loop {
            let is_object = open.is_object();
            if !(is_first && self.is_empty(is_object)?) {
                if is_object {
                    self.key()?;
                }
                match self.peek() {
                    (quote, b'"') => {
                        self.pass(quote, VALUE)?;
                        self.string_end();
                    }
                    (bracket, byte @ (b'{' | b'[')) => {
                        self.pass(bracket, VALUE)?;
                        self.enter()?;
                        open.push(byte == b'{');
                        depth += 1;
                        is_first = true;
                        continue;
                    }
                    (next, _) => {
                        if self.short_int(next).is_none() {
                            self.scalar(next)?;
                        }
                    }
                }
                is_first = false;
                if self.has_more(is_object)? {
                    continue;
                }
            }
            // What ends here may end what is around it.
            loop {
                self.leave();
                open.pop();
                depth -= 1;
                is_first = false;
                if depth == 0 {
                    return Ok(());
                }
                if self.has_more(open.is_object())? {
                    break;
                }
            }
        }
    }

    /// The usual number, if that is all between the last token and the next, which is not passed.
    #[inline(always)]
    pub(super) fn short_int(&mut self, next: usize) -> Option<i64> {
        let int = text::short_int(self.text, self.at, next)?;
        self.at = next;
        Some(int)
    }

    /// A number or a word, between the last token and the next, which is not passed.
    #[inline(always)]
    pub(super) fn scalar(&mut self, next: usize) -> Result<Value, Stop> {
        let (value, end) = self.scalar_and_end(next)?;
        self.at = end;
        Ok(value)
    }

    /// The same, and where it ends. With this inlined, [`short_int`](Self::short_int) takes longer.
    #[inline(never)]
    fn scalar_and_end(self, next: usize) -> Result<(Value, usize), Stop> {
        let mut scalar = self.text.get(self.at..next).unwrap_or_default();
        while let [space, rest @ ..] = scalar
            && is_space(*space)
        {
            scalar = rest;
        }
        let start = next - scalar.len();
        while let [rest @ .., space] = scalar
            && is_space(*space)
        {
            scalar = rest;
        }
        let value = match scalar {
            [b'-' | b'0'..=b'9', ..] => match text::number(scalar) {
                Ok(number) => number.into(),
                Err(reason) => return Err(no_number(start, reason)),
            },
            b"null" => Value::Null,
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            _ => return Err(Stop::at(start, VALUE)),
        };
        Ok((value, start + scalar.len()))
    }

    /// Nothing but white space up to the end.
    pub(super) fn end(&mut self) -> Result<(), Stop> {
        let (position, _) = self.peek();
        self.pass_blank(position, END)?;
        if position < self.text.len() { Err(Stop::at(position, END)) } else { Ok(()) }
    }

    /// A string, unescaped where it has escapes.
    #[inline(always)]
    pub(super) fn string(&self, start: usize, end: usize, unescaped: &mut Unescaped) -> Text {
        if tokens::any_set(self.backslashes, start, end) {
            unescaped.push(self.text, start, end)
        } else {
            Text::new(start, end - start, false)
        }
    }

    #[cold]
    fn pass_blank(self, up_to: usize, expected: &'static str) -> Result<(), Stop> {
        match self.first_in_gap(up_to) {
            Some(position) => Err(Stop::at(position, expected)),
            None => Ok(()),
        }
    }

    #[inline(always)]
    fn is_blank_up_to(self, position: usize) -> bool {
        position == self.at || self.first_in_gap(position).is_none()
    }

    /// The first byte since the last token that is no white space.
    #[cold]
    fn first_in_gap(self, up_to: usize) -> Option<usize> {
        let gap = self.text.get(self.at..up_to)?;
        Some(self.at + gap.iter().position(|byte| !is_space(*byte))?)
    }

    /// Something else stands at, or before, a token.
    #[cold]
    fn unexpected(self, token: usize, expected: &'static str) -> Stop {
        Stop::at(self.first_in_gap(token).unwrap_or(token), expected)
    }
}

#[cold]
fn no_number(start: usize, reason: NotANumber) -> Stop {
    match reason {
        NotANumber::EndsAt(length) => Stop::at(start + length, "expected the end of the value"),
        NotANumber::BreaksOffAt(length) => Stop::at(start + length, "an invalid number"),
        NotANumber::TooLarge => Stop::at(start, "a number beyond the range of doubles"),
    }
}

/// What is open, the innermost last: a bit each says whether it is an object. Two words, because 128 bits
/// in one are shifted by a function call in WebAssembly.
#[derive(Default)]
struct Open {
    inner: u64,
    outer: u64,
}

impl Open {
    #[inline(always)]
    fn push(&mut self, is_object: bool) {
        self.outer = self.outer << 1 | self.inner >> 63;
        self.inner = self.inner << 1 | u64::from(is_object);
    }

    #[inline(always)]
    fn pop(&mut self) {
        self.inner = self.inner >> 1 | self.outer << 63;
        self.outer >>= 1;
    }

    #[inline(always)]
    fn is_object(&self) -> bool {
        self.inner & 1 == 1
    }
}

/// Of a text that is short enough for 32 bits.
#[inline(always)]
pub(super) fn position(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// JSON's white space.
#[inline(always)]
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
