//! Where a text stops being JSON: byte by byte, after the lexer has found that it is none.

use super::lexer::MAX_NESTING;
use super::text::{self, NotAScalar};
use crate::bytes::is_space;
use crate::error::EventError;
use crate::event::scan::ScanError;

const END: &str = "expected the end of the event";
const VALUE: &str = "expected a value";
const KEY: &str = "expected a key in double quotes";
const COLON: &str = "expected `:` after a key";
const COMMA_OR_BRACE: &str = "expected `,` or `}`";
const COMMA_OR_BRACKET: &str = "expected `,` or `]`";

/// The first mistake in a text that has one; or the scanner's, if there is none before it.
#[cold]
pub(super) fn find(text: &[u8], scanned: Option<ScanError>) -> EventError {
    let end = scanned.map_or(text.len(), |error| error.offset);
    let mut reader = Reader { text: text.get(..end).unwrap_or(text), at: 0, is_cut: scanned.is_some() };
    let mistake = reader.document().err().unwrap_or_else(|| EventError::new(reader.at, END));
    match scanned {
        // At the cut anything is missing.
        Some(error) if mistake.offset() >= end => EventError::new(end, error.problem.message()),
        _ => mistake,
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    /// Whether this is a part of the text only.
    is_cut: bool,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), EventError> {
        self.value(MAX_NESTING)?;
        self.pass_blank();
        if self.at < self.text.len() { self.stop(END) } else { Ok(()) }
    }

    /// A value of so many levels at most.
    fn value(&mut self, levels: u32) -> Result<(), EventError> {
        self.pass_blank();
        match self.byte() {
            Some(b'"') => {
                self.string();
                Ok(())
            }
            Some(bracket @ (b'{' | b'[')) => match levels.checked_sub(1) {
                Some(levels) => self.container(bracket == b'{', levels),
                None => self.stop("nested deeper than 127 levels"),
            },
            _ => self.scalar(),
        }
    }

    fn container(&mut self, is_object: bool, levels: u32) -> Result<(), EventError> {
        let (close, expected) = if is_object { (b'}', COMMA_OR_BRACE) } else { (b']', COMMA_OR_BRACKET) };
        self.at += 1;
        self.pass_blank();
        if self.byte() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            if is_object {
                self.key()?;
            }
            self.value(levels)?;
            self.pass_blank();
            match self.byte() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.stop(expected),
            }
        }
    }

    fn key(&mut self) -> Result<(), EventError> {
        self.pass_blank();
        if self.byte() != Some(b'"') {
            return self.stop(KEY);
        }
        self.string();
        self.pass_blank();
        if self.byte() != Some(b':') {
            return self.stop(COLON);
        }
        self.at += 1;
        Ok(())
    }

    /// A string; the scanner has said what is wrong with it.
    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(self.text.len());
    }

    /// A number or a word, and all up to what cannot be a part of one.
    fn scalar(&mut self) -> Result<(), EventError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_in = |byte: &&u8| !matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b'"');
        let length = rest.iter().take_while(is_in).count();
        let scalar = text::trim_end(rest.get(..length).unwrap_or_default());
        if self.is_cut && length == rest.len() {
            self.at = self.text.len();
            return self.stop(VALUE);
        }
        match text::scalar(scalar) {
            Ok(_) => {}
            Err(NotAScalar::Other) => return self.stop(VALUE),
            Err(NotAScalar::TooLarge) => return self.stop("a number beyond the range of doubles"),
            Err(NotAScalar::EndsAt(length)) => {
                self.at += length;
                return self.stop("expected the end of the value");
            }
            Err(NotAScalar::BreaksOffAt(length)) => {
                self.at += length;
                return self.stop("an invalid number");
            }
        }
        self.at += scalar.len();
        Ok(())
    }

    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn pass_blank(&mut self) {
        while self.byte().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn stop<T>(&self, message: &'static str) -> Result<T, EventError> {
        Err(EventError::new(self.at, message))
    }
}
