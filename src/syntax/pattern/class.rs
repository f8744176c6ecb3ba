//! `[…]`.

use super::escape::Escape;
use super::node::{Look, Node};
use super::parser::{Item, Parser, from_set};
use super::set::{self, CharSet};
use super::{Flags, PatternError};

/// What a hyphen would mean.
#[derive(Clone, Copy)]
enum Range {
    /// Itself.
    None,
    /// A range from this character.
    Possible(char),
    /// It has been read: the next character ends the range.
    Started(char),
}

/// A class, as far as it has been read.
struct Class {
    /// Single characters and ranges: with the option `i`, their cases are added.
    members: Vec<(char, char)>,
    /// `\d`, `[:alpha:]`: taken as they are.
    sets: CharSet,
    range: Range,
}

impl Parser<'_> {
    /// After a `[`.
    pub(super) fn class(&mut self, open: usize) -> Result<Item, PatternError> {
        for (text, look) in [("[:<:]]", Look::WordStart), ("[:>:]]", Look::WordEnd)] {
            if self.eat(text) {
                return Ok(self.look(look, open));
            }
        }
        if let Some(length) = self.posix_length() {
            self.skip(length + 2);
            return Err(PatternError::invalid(
                self.since(open),
                "`[:name:]` outside of a class; write `[[:name:]]`",
            ));
        }
        let (negated, first) = self.class_start(open)?;
        let mut class = Class { members: Vec::new(), sets: CharSet::default(), range: Range::None };
        self.class_items(first, open, &mut class)?;
        if let Range::Started(_) = class.range {
            class.members.push(('-', '-'));
        }
        let mut set = CharSet::new(&class.members);
        if self.has(Flags::IGNORE_CASE) {
            set.ignore_case(self.has(Flags::BYTES));
        }
        set.union(class.sets);
        Ok(Item::Repeatable(if negated { Node::Set(set.negated()) } else { from_set(set) }))
    }

    /// Is there a `^`? And the first character after it, which may be a `]` that stands for itself.
    fn class_start(&mut self, open: usize) -> Result<(bool, char), PatternError> {
        let mut negated = false;
        loop {
            if self.eat("\\E") || self.eat("\\Q\\E") {
                continue;
            }
            match self.class_char(open)? {
                c if self.is_class_space(c) => {}
                '^' if !negated => negated = true,
                c => return Ok((negated, c)),
            }
        }
    }

    fn class_char(&mut self, open: usize) -> Result<char, PatternError> {
        self.next().ok_or_else(|| PatternError::invalid(open..open + 1, "unclosed class"))
    }

    fn is_class_space(&self, c: char) -> bool {
        self.options.spaced_classes && matches!(c, ' ' | '\t')
    }

    /// From the first character up to the `]`.
    fn class_items(&mut self, first: char, open: usize, class: &mut Class) -> Result<(), PatternError> {
        let mut c = first;
        let mut start = self.at() - c.len_utf8();
        let mut quoted = false;
        loop {
            match (c, class.range) {
                ('\\', _) if quoted && self.eat("E") => quoted = false,
                (c, _) if quoted => self.member(c, start, class)?,
                (c, _) if self.is_class_space(c) => {}
                ('[', _) if self.posix_length().is_some() => self.posix_class(start, class)?,
                ('-', Range::Possible(first)) => class.range = Range::Started(first),
                ('\\', _) => match self.escape(start, true)? {
                    Escape::Char(c) => self.member(c, start, class)?,
                    Escape::Set(set) => self.class_set(set, start, class)?,
                    Escape::Quote => quoted = true,
                    // The others have been refused.
                    Escape::Nothing | Escape::Look(_) | Escape::LineBreak => {}
                },
                (c, _) => self.member(c, start, class)?,
            }
            start = self.at();
            c = self.class_char(open)?;
            if c == ']' && !quoted {
                return Ok(());
            }
        }
    }

    fn member(&self, c: char, start: usize, class: &mut Class) -> Result<(), PatternError> {
        let Range::Started(first) = class.range else {
            class.members.push((c, c));
            class.range = Range::Possible(c);
            return Ok(());
        };
        if first > c {
            let message = format!("range `{}-{}` is out of order", first.escape_debug(), c.escape_debug());
            return Err(PatternError::invalid(self.since(start), message));
        }
        class.members.push((first, c));
        class.range = Range::None;
        Ok(())
    }

    /// Adds what cannot be the end of a range.
    fn class_set(&mut self, set: CharSet, start: usize, class: &mut Class) -> Result<(), PatternError> {
        let before = matches!(class.range, Range::Started(_));
        let after =
            self.rest().strip_prefix('-').is_some_and(|rest| !rest.is_empty() && !rest.starts_with(']'));
        if before || after {
            let message = "a range from or to a whole class; write the `-` first or last, or `\\-`";
            return Err(PatternError::invalid(self.since(start), message));
        }
        class.sets.union(set);
        class.range = Range::None;
        Ok(())
    }

    /// `:alpha:]`, after the `[`.
    fn posix_class(&mut self, start: usize, class: &mut Class) -> Result<(), PatternError> {
        let length = self.posix_length().unwrap_or_default();
        let name = self.rest().get(1..length).unwrap_or_default();
        let collating = !self.rest().starts_with(':');
        self.skip(length + 2);
        if collating {
            return Err(PatternError::invalid(self.since(start), "collating elements are not supported"));
        }
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        self.refuse_unicode_classes(start)?;
        let cased = matches!(name, "upper" | "lower") && self.has(Flags::IGNORE_CASE);
        let Some(set) = set::posix(if cased { "alpha" } else { name }) else {
            return Err(PatternError::invalid(
                self.since(start),
                format!("unknown class `[:{}:]`", name.escape_debug()),
            ));
        };
        self.class_set(if negated { set.negated() } else { set }, start, class)
    }

    /// After a `[`: the length of `:name`, where `:]` follows it. Also of `.` and `=`.
    fn posix_length(&self) -> Option<usize> {
        let bytes = self.rest().as_bytes();
        let &mark @ (b':' | b'.' | b'=') = bytes.first()? else { return None };
        let mut pairs = bytes.iter().zip(bytes.get(1..)?).enumerate().skip(1);
        while let Some((at, pair)) = pairs.next() {
            match pair {
                (b'\\', b'\\' | b']') => {
                    pairs.next();
                }
                (b']', _) => return None,
                (b'[', &next) if next == mark => return None,
                (&end, b']') if end == mark => return Some(at),
                _ => {}
            }
        }
        None
    }
}
