//! What follows a backslash.

use super::node::Look;
use super::parser::Parser;
use super::set::{self, CharSet};
use super::{Flags, PatternError};

/// What an escape stands for.
pub(super) enum Escape {
    Char(char),
    Set(CharSet),
    Look(Look),
    /// `\R`.
    LineBreak,
    /// `\K`, which moves the start of the match, not whether there is one; `\E` without `\Q`.
    Nothing,
    /// `\Q`, in a class.
    Quote,
}

/// The largest number that PCRE2 reads in a reference.
const MAX_REFERENCE: u32 = i32::MAX as u32 / 10 - 1;

impl Parser<'_> {
    /// After a backslash at `start`.
    pub(super) fn escape(&mut self, start: usize, in_class: bool) -> Result<Escape, PatternError> {
        let Some(c) = self.next() else {
            return Err(PatternError::invalid(self.since(start), "`\\` at the end of the pattern"));
        };
        let unsupported = |what: &str| {
            let message = format!("{what} `\\{c}` cannot be matched in linear time");
            Err(PatternError::unsupported(self.since(start), message))
        };
        if matches!(c, 'd' | 'D' | 's' | 'S' | 'w' | 'W') || matches!(c, 'b' | 'B') && !in_class {
            self.refuse_unicode_classes(start)?;
        }
        Ok(match c {
            'a' => Escape::Char('\x07'),
            'e' => Escape::Char('\x1B'),
            'f' => Escape::Char('\x0C'),
            'n' => Escape::Char('\n'),
            'r' => Escape::Char('\r'),
            't' => Escape::Char('\t'),
            'b' if in_class => Escape::Char('\x08'),
            'c' => Escape::Char(self.control(start)?),
            'o' => Escape::Char(self.octal_in_braces(start)?),
            'x' => Escape::Char(self.hexadecimal(start)?),
            '0'..='9' => Escape::Char(self.digits(c, start, in_class)?),
            'N' => return self.not_newline(start, in_class),
            'p' | 'P' => {
                let message = format!("Unicode property `\\{c}` is not supported");
                return Err(PatternError::unsupported(self.since(start), message));
            }
            'E' => Escape::Nothing,
            'Q' => Escape::Quote,
            'g' | 'k' => return unsupported("back-reference"),
            'A' | 'B' | 'C' | 'G' | 'K' | 'R' | 'X' | 'Z' | 'z' if in_class => {
                return Err(PatternError::invalid(
                    self.since(start),
                    format!("`\\{c}` has no meaning in a class"),
                ));
            }
            'A' | 'G' => Escape::Look(Look::Start),
            'B' => Escape::Look(Look::NotWordBoundary),
            'b' => Escape::Look(Look::WordBoundary),
            'Z' => Escape::Look(Look::EndOrFinalLineBreak),
            'z' => Escape::Look(Look::End),
            'K' => Escape::Nothing,
            'R' => Escape::LineBreak,
            'C' => {
                let message = "a single byte `\\C` is not supported";
                return Err(PatternError::unsupported(self.since(start), message));
            }
            'X' => {
                let message = "grapheme cluster `\\X` is not supported";
                return Err(PatternError::unsupported(self.since(start), message));
            }
            c if c.is_ascii_alphabetic() => match set::perl(c) {
                Some(set) => Escape::Set(set),
                None => {
                    return Err(PatternError::invalid(self.since(start), format!("unknown escape `\\{c}`")));
                }
            },
            c => Escape::Char(c),
        })
    }

    /// Unicode's classes would take large tables.
    pub(super) fn refuse_unicode_classes(&self, start: usize) -> Result<(), PatternError> {
        if self.has(Flags::UNICODE_CLASSES) {
            let message = "with the modifier `u`, only classes that list their characters are supported";
            return Err(PatternError::unsupported(self.since(start), message));
        }
        Ok(())
    }

    /// `\cA`.
    fn control(&mut self, start: usize) -> Result<char, PatternError> {
        match self.next() {
            Some(c @ ' '..='~') => Ok(char::from(c.to_ascii_uppercase() as u8 ^ 0x40)),
            _ => Err(PatternError::invalid(
                self.since(start),
                "`\\c` without a printable ASCII character after it",
            )),
        }
    }

    /// `\o{101}`.
    fn octal_in_braces(&mut self, start: usize) -> Result<char, PatternError> {
        if !self.eat("{") {
            return Err(PatternError::invalid(self.since(start), "`\\o` without `{`"));
        }
        self.code_point(8, start)
    }

    /// `\x`, `\x4`, `\x41` and `\x{41}`.
    fn hexadecimal(&mut self, start: usize) -> Result<char, PatternError> {
        if self.eat("{") {
            return self.code_point(16, start);
        }
        let digits = self.take_while(2, |c| c.is_ascii_hexdigit());
        self.character(digits, 16, start)
    }

    /// `101}`.
    fn code_point(&mut self, radix: u32, start: usize) -> Result<char, PatternError> {
        let digits = self.take_while(usize::MAX, |c| c.is_digit(radix));
        if digits.is_empty() || !self.eat("}") {
            let message = format!("expected digits of base {radix} and `}}`");
            return Err(PatternError::invalid(self.since(start), message));
        }
        self.character(digits, radix, start)
    }

    /// The character of that number; no digits are zero.
    fn character(&self, digits: &str, radix: u32, start: usize) -> Result<char, PatternError> {
        let digits = digits.trim_start_matches('0');
        let number = if digits.is_empty() { Ok(0) } else { u32::from_str_radix(digits, radix) };
        let most = if self.has(Flags::BYTES) { 0xFF } else { u32::from(char::MAX) };
        number.ok().filter(|&number| number <= most).and_then(char::from_u32).ok_or_else(|| {
            PatternError::invalid(
                self.since(start),
                format!("no Unicode character has the number `{digits}`"),
            )
        })
    }

    /// `\0`, `\012`; `\12`, which is octal where there are not so many groups, and `\1`, which is not.
    fn digits(&mut self, first: char, start: usize, in_class: bool) -> Result<char, PatternError> {
        let after_first = self.at();
        if first != '0' && !in_class {
            let more = self.take_while(usize::MAX, |c| c.is_ascii_digit());
            let number = format!("{first}{more}").parse().unwrap_or(u32::MAX);
            if number < 10 || first >= '8' || number <= self.groups || number > MAX_REFERENCE {
                let message = format!("back-reference `\\{first}{more}` cannot be matched in linear time");
                return Err(PatternError::unsupported(self.since(start), message));
            }
            self.rewind(after_first);
        }
        if first >= '8' {
            return Ok(first);
        }
        let more = self.take_while(2, |c| c.is_digit(8));
        self.character(&format!("{first}{more}"), 8, start)
    }

    /// `\N`, and `\N{U+41}`.
    fn not_newline(&mut self, start: usize, in_class: bool) -> Result<Escape, PatternError> {
        if !self.has(Flags::BYTES) && self.eat("{U+") {
            return Ok(Escape::Char(self.code_point(16, start)?));
        }
        if in_class || (self.peek() == Some('{') && !self.at_count()) {
            let message = "`\\N` in a class, or before a name in braces, has no meaning";
            return Err(PatternError::invalid(self.since(start), message));
        }
        Ok(Escape::Set(CharSet::not_newline()))
    }
}
