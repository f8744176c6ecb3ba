//! The grammar of JSON, over the tokens that the scanner has found.
//!
//! In most texts no white space stands between tokens: that is what the code is straight for. What is wrong with
//! a text is not said here, only that it is: see [`mistake`](super::mistake).

use super::indexed::Indexed;
use super::text;
use crate::bytes::is_space;
use crate::event::scan::position;
use crate::event::tape::Value;

/// Arrays and objects inside each other; as serde_json has it.
pub(super) const MAX_NESTING: u32 = 127;

/// Goes through a text. `None` from any method means that the text is not JSON.
///
/// What is not inlined takes it by value and returns it, so that it can stay in registers.
pub(super) struct Lexer<'t, T> {
    text: &'t T,
    /// The next token, by its number.
    next: u32,
    /// The position of the next byte.
    at: u32,
}

/// A lexer as it is passed from function to function: two numbers fit into registers.
pub(super) type Packed<'t, T> = (&'t T, u64);

impl<T> Clone for Lexer<'_, T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lexer<'_, T> {}

impl<'t, T: Indexed> Lexer<'t, T> {
    pub(super) fn new(text: &'t T) -> Self {
        Self { text, next: u32::from(text.byte(0) == b'"'), at: 0 }
    }

    #[inline(always)]
    pub(super) fn pack(self) -> Packed<'t, T> {
        (self.text, u64::from(self.next) << 32 | u64::from(self.at))
    }

    #[inline(always)]
    pub(super) fn unpack((text, places): Packed<'t, T>) -> Self {
        Self { text, next: (places >> 32) as u32, at: places as u32 }
    }

    /// The position of the next token.
    #[inline(always)]
    fn token(self) -> u32 {
        self.text.token(self.next)
    }

    /// The eight bytes from a position on.
    #[inline(always)]
    pub(super) fn eight_at(self, position: u32) -> u64 {
        self.text.eight(position)
    }

    /// Passes over the next byte, which is the next token.
    #[inline(always)]
    fn pass(&mut self) {
        self.next += 1;
        self.at += 1;
    }

    /// The next byte, or 0 at the end.
    #[inline(always)]
    pub(super) fn byte(self) -> u8 {
        self.text.byte(self.at)
    }

    /// The byte at a position.
    #[inline(always)]
    pub(super) fn byte_at(self, position: u32) -> u8 {
        self.text.byte(position)
    }

    /// Behind the white space that comes next, if any.
    #[cold]
    #[inline(never)]
    fn behind_blank(mut self) -> Self {
        let start = self.at;
        let mut at = start;
        while is_space(self.text.byte(at)) {
            at += 1;
        }
        self.at = at;
        // Behind white space it is a token.
        if at > start && self.byte() == b'"' {
            self.next += 1;
        }
        self
    }

    /// The string that begins with the next byte: where it starts and ends between the quotes.
    #[inline(always)]
    pub(super) fn string(&mut self) -> (u32, u32) {
        let start = self.at + 1;
        let token = self.token();
        let mut end = token.wrapping_sub(1);
        if self.text.byte(end) != b'"' {
            end = self.closing_quote(start);
        }
        self.at = end.wrapping_add(1);
        (start, end)
    }

    /// The end of a string, where something stands between it and the next token.
    #[cold]
    #[inline(never)]
    fn closing_quote(self, start: u32) -> u32 {
        let mut at = start;
        let end = self.token();
        while at < end {
            match self.text.byte(at) {
                b'"' => return at,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        end
    }

    /// A key and its colon; where the key starts and ends between the quotes.
    #[inline(always)]
    pub(super) fn key(&mut self) -> Option<(u32, u32)> {
        if self.byte() != b'"' {
            *self = self.behind_blank();
            if self.byte() != b'"' {
                return None;
            }
        }
        let start = self.at + 1;
        let end = self.token().wrapping_sub(1);
        if self.text.four(end) as u16 == u16::from_le_bytes(*b"\":") {
            self.at = end.wrapping_add(2);
            self.next += 1;
            return Some((start, end));
        }
        let end = self.closing_quote(start);
        self.at = end + 1;
        *self = self.behind_blank();
        if self.byte() != b':' {
            return None;
        }
        self.pass();
        Some((start, end))
    }

    /// Into the array or object whose bracket is the next byte; whether it is empty. If so, its end is passed.
    #[inline(always)]
    pub(super) fn enter(&mut self, close: u8) -> bool {
        self.pass();
        self.passes_blank();
        let is_empty = self.byte() == close;
        if is_empty {
            self.pass();
        }
        is_empty
    }

    /// Behind a value: whether another one follows. Passes the comma, or the end.
    #[inline(always)]
    pub(super) fn has_more(&mut self, close: u8) -> Option<bool> {
        let mut byte = self.byte();
        if byte != b',' && byte != close {
            *self = self.behind_blank();
            byte = self.byte();
            if byte != b',' && byte != close {
                return None;
            }
        }
        self.pass();
        Some(byte == b',')
    }

    /// Checks a value, of which nothing is needed.
    #[inline(always)]
    pub(super) fn skip(&mut self, levels: u32) -> Option<()> {
        match self.byte() {
            b'"' => {
                self.string();
            }
            b'{' | b'[' => *self = Self::unpack(Self::skip_nested(self.pack(), levels)?),
            _ => {
                if self.short_int().is_none() {
                    *self = Self::unpack(Self::skip_other(self.pack(), levels)?);
                }
            }
        }
        Some(())
    }

    /// The same for what is not usual.
    #[inline(never)]
    fn skip_other(packed: Packed<'t, T>, levels: u32) -> Option<Packed<'t, T>> {
        let mut lexer = Self::unpack(packed);
        if lexer.passes_blank() {
            lexer.skip(levels)?;
        } else {
            lexer.scalar()?;
        }
        Some(lexer.pack())
    }

    /// Checks an array or object of so many levels at most. Without recursion: of what is open, one bit each says
    /// whether it is an object.
    #[inline(never)]
    pub(super) fn skip_nested(packed: Packed<'t, T>, levels: u32) -> Option<Packed<'t, T>> {
        let mut lexer = Self::unpack(packed);
        let mut open = Open::default();
        let mut depth = 0;
        let mut is_object = false;
        'item: loop {
            if is_object {
                lexer.skip_strings();
                lexer.key()?;
            }
            loop {
                match lexer.byte() {
                    b'"' => {
                        lexer.string();
                    }
                    bracket @ (b'{' | b'[') => {
                        if depth == levels {
                            return None;
                        }
                        if !lexer.enter(closing(bracket == b'{')) {
                            is_object = bracket == b'{';
                            open.push(is_object);
                            depth += 1;
                            continue 'item;
                        }
                    }
                    _ if lexer.short_int().is_some() => {}
                    _ if lexer.passes_blank() => continue,
                    _ => {
                        lexer.scalar()?;
                    }
                }
                break;
            }
            // What ends here may end what is around it.
            loop {
                if depth == 0 {
                    return Some(lexer.pack());
                }
                if lexer.has_more(closing(is_object))? {
                    break;
                }
                open.pop();
                is_object = open.is_object();
                depth -= 1;
            }
        }
    }

    /// Passes over members of an object whose values are strings, as long as another one follows.
    #[inline(always)]
    fn skip_strings(&mut self) {
        if self.byte() != b'"' {
            return;
        }
        let text = self.text;
        let three = |at: u32| text.four(at.wrapping_sub(1)) & 0x00FF_FFFF;
        loop {
            let (colon, comma) = (self.token(), text.token(self.next + 1));
            if three(colon) != u32::from_le_bytes(*b"\":\"\0")
                || three(comma) != u32::from_le_bytes(*b"\",\"\0")
            {
                return;
            }
            self.next += 2;
            self.at = comma + 1;
        }
    }

    /// The usual number, if that is all up to the next token, which is not passed.
    #[inline(always)]
    pub(super) fn short_int(&mut self) -> Option<i64> {
        let token = self.token();
        let int = text::short_int(self.text, self.at, token)?;
        self.at = token;
        Some(int)
    }

    /// A number or a word, up to the next token, which is not passed.
    #[inline(always)]
    pub(super) fn scalar(&mut self) -> Option<Value> {
        let (value, end) = self.scalar_and_end()?;
        self.at = end;
        Some(value)
    }

    /// The same, and where it ends. With this inlined, [`short_int`](Self::short_int) takes longer.
    #[inline(never)]
    fn scalar_and_end(self) -> Option<(Value, u32)> {
        let scalar = text::trim_end(self.text.slice(self.at, self.token()));
        let value = text::scalar(scalar).ok()?;
        Some((value, self.at + position(scalar.len())))
    }

    /// Whether there is white space next; if so, passes over it.
    #[inline(always)]
    pub(super) fn passes_blank(&mut self) -> bool {
        let is_blank = is_space(self.byte());
        if is_blank {
            *self = self.behind_blank();
        }
        is_blank
    }

    /// Whether nothing but white space follows.
    pub(super) fn is_at_end(self) -> bool {
        self.behind_blank().at == self.text.end()
    }
}

/// The bracket that closes an object, or an array.
#[inline(always)]
fn closing(is_object: bool) -> u8 {
    if is_object { b'}' } else { b']' }
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
