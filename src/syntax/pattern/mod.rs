//! `$regex`: the patterns of MongoDB, which are those of PCRE2, in linear time.
//!
//! A pattern is read as PCRE2 reads it ([`parser`]), and its anchors are checked against what can be told
//! without look-ahead ([`anchors`]). What cannot be searched for in linear time is refused, never approximated.
//! The rest becomes an automaton ([`nfa`]), and that a table, if it is small ([`dfa`]). `regex-lite`, with which
//! the tests compare, takes 2 to 14 times as long and is larger, which whoever downloads the engine as
//! WebAssembly pays for; `regex` is larger still.
//!
//! PCRE2 stands for PCRE2 as MongoDB calls it: UTF-8, the newline is `\n`, `\d \w \s \b` and the POSIX
//! classes are ASCII. PHP calls it otherwise, for which there are [`Flags`]: without its modifier `u` a
//! character is a byte. Where its versions disagree (10.43 gave `{,3}` and `{ 1 }` a meaning) the
//! pattern is refused too. The `i` option knows the letters of the Unicode version of Rust's standard
//! library, which may be newer than PCRE2's.

mod anchors;
mod class;
mod dfa;
mod escape;
mod nfa;
mod node;
#[cfg(test)]
mod oracle;
mod parser;
mod set;
#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::OnceLock;

use dfa::Dfa;
use nfa::Nfa;
use node::{Look, Node};

use crate::dialect::Dialect;
use crate::limits::Limits;

/// The longest pattern that is read at all, in bytes; filters have a lower limit of their own.
const MAX_BYTES: usize = 1 << 16;

/// A pattern, checked and ready to be searched for.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    source: Box<str>,
    flags: Flags,
    states: usize,
    matcher: Matcher,
}

#[derive(Debug, Clone)]
enum Matcher {
    Literal(Literal),
    /// `abc$`: before the end, or before a `\n` that ends the text.
    EndsWith(String),
    /// Made of the source when it is searched for first: most filters are only looked at.
    Automaton(OnceLock<Box<Automaton>>),
}

#[derive(Debug, Clone)]
enum Automaton {
    Table(Dfa),
    /// What every match has in it, in this order: most texts that do not match lack one of them, which
    /// shows much faster. (A table shows it as fast.)
    States(Box<[String]>, Nfa),
}

/// What a pattern without metacharacters amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    Contains(String),
    StartsWith(String),
}

impl Automaton {
    fn new(node: &Node) -> Self {
        let nfa = Nfa::new(node);
        Dfa::new(&nfa).map_or_else(|| Self::States(parts(node), nfa), Self::Table)
    }

    fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Table(dfa) => dfa.is_match(text),
            Self::States(parts, nfa) => has_in_order(text, parts) && nfa.is_match(text),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Table(dfa) => dfa.bytes(),
            Self::States(parts, nfa) => parts.iter().map(String::len).sum::<usize>() + nfa.bytes(),
        }
    }
}

impl Pattern {
    /// Fails where PCRE2 would not compile the pattern, where it cannot be searched for in linear time,
    /// and where it has more than `most_states`, or than any may have.
    pub(crate) fn new(source: &str, flags: Flags, most_states: usize) -> Result<Self, PatternError> {
        let most_states = most_states.min(Limits::MAX_PATTERN_STATES);
        let whole = 0..source.len();
        if source.len() > MAX_BYTES {
            let message = format!("a pattern of {} bytes, {MAX_BYTES} are allowed", source.len());
            return Err(PatternError::new(PatternErrorKind::TooLarge, whole, message));
        }
        if flags.has(Flags::BYTES) && !source.is_ascii() {
            let characters = characters_of_bytes(source);
            // A character of it is a byte of the source.
            let byte = |at: usize| characters.get(..at).map_or(0, |text| text.chars().count());
            return Self::read(&characters, source, flags, most_states).map_err(|error| PatternError {
                range: byte(error.range.start)..byte(error.range.end),
                ..error
            });
        }
        Self::read(source, source, flags, most_states)
    }

    /// Of the `text` that `source` stands for.
    fn read(text: &str, source: &str, flags: Flags, most_states: usize) -> Result<Self, PatternError> {
        let whole = 0..text.len();
        let node = parser::parse(text, flags)?;
        let (states, matcher) = match literal(&node) {
            Some(literal) => (0, Matcher::Literal(literal)),
            None => {
                // Before any more work is done on it.
                count_states(&node, most_states, &whole)?;
                let ending = ending(&node);
                let node = anchors::settle(node)?;
                let states = count_states(&node, most_states, &whole)?;
                (states, ending.map_or_else(|| Matcher::Automaton(OnceLock::new()), Matcher::EndsWith))
            }
        };
        Ok(Self { source: source.into(), flags, states, matcher })
    }

    /// The states of its automaton, more or less, once the repetitions are written out, and the ranges of its
    /// character classes; 0 where it is plain text. A character of text costs at most a visit to each of
    /// them, of 3 ns or so: `(?:a?){1000}[bc]`, which has all of them active all the time, takes 10 ms for
    /// 1 KB of text. Where there is a table, it costs one step.
    pub(crate) fn states(&self) -> usize {
        self.states
    }

    /// Is the pattern found anywhere in `text`?
    pub(crate) fn is_match(&self, text: &str) -> bool {
        if self.flags.has(Flags::BYTES) && !text.is_ascii() {
            return self.is_found(&characters_of_bytes(text));
        }
        self.is_found(text)
    }

    fn is_found(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Literal(Literal::Contains(part)) => text.contains(part.as_str()),
            Matcher::Literal(Literal::StartsWith(start)) => text.starts_with(start.as_str()),
            Matcher::EndsWith(end) => {
                text.strip_suffix('\n').unwrap_or(text).ends_with(end) || text.ends_with(end)
            }
            Matcher::Automaton(automaton) => {
                automaton.get_or_init(|| Automaton::new(&self.node()).into()).is_match(text)
            }
        }
    }

    /// What was read of the source: it is read again, for that takes less than to keep it.
    fn node(&self) -> Node {
        let characters = self.flags.has(Flags::BYTES).then(|| characters_of_bytes(&self.source));
        let node = parser::parse(characters.as_deref().unwrap_or(&self.source), self.flags);
        node.and_then(anchors::settle).unwrap_or_else(|_| Node::fail())
    }

    /// Its memory, as far as it is known; an automaton is there once it was needed.
    pub(crate) fn bytes(&self) -> usize {
        let automaton = match &self.matcher {
            Matcher::Automaton(automaton) => automaton.get().map_or(0, |automaton| automaton.bytes()),
            Matcher::Literal(_) | Matcher::EndsWith(_) => 0,
        };
        size_of::<Self>() + self.source.len() + automaton
    }

    /// The pattern as it was given.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    pub(crate) fn flags(&self) -> Flags {
        self.flags
    }

    /// The plain text that the pattern asks for: `a\.b` for `a.b`, `^abc` for a text that starts with
    /// `abc`. Not `abc$`, which a line break may follow.
    pub(crate) fn literal(&self) -> Option<Literal> {
        match &self.matcher {
            Matcher::Literal(literal) => Some(literal.clone()),
            Matcher::EndsWith(_) | Matcher::Automaton(_) => None,
        }
    }
}

/// The source and the flags say everything.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, self.flags) == (&other.source, other.flags)
    }
}

impl Eq for Pattern {}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
        self.flags.hash(state);
    }
}

/// Each byte as the character with its number, so that what looks at characters looks at bytes.
fn characters_of_bytes(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

fn literal(node: &Node) -> Option<Literal> {
    let (items, anchored) = match node {
        Node::Look(Look::Start, _) => (&[][..], true),
        Node::Concat(items) => match items.split_first() {
            Some((Node::Look(Look::Start, _), rest)) => (rest, true),
            _ => (items.as_slice(), false),
        },
        node => (std::slice::from_ref(node), false),
    };
    let mut text = String::new();
    let plain = items.iter().all(|item| push_text(item, &mut text));
    plain.then_some(match anchored {
        true => Literal::StartsWith(text),
        false => Literal::Contains(text),
    })
}

/// The text before a `$` that ends the pattern, where there is nothing else.
fn ending(node: &Node) -> Option<String> {
    let Node::Concat(items) = node else { return None };
    let [items @ .., Node::Look(Look::EndOrFinalLineBreak, _)] = items.as_slice() else { return None };
    let mut text = String::new();
    items.iter().all(|item| push_text(item, &mut text)).then_some(text)
}

/// The texts that every match has in it, one after the other.
fn parts(node: &Node) -> Box<[String]> {
    let items = match node {
        Node::Concat(items) => items.as_slice(),
        node => std::slice::from_ref(node),
    };
    let mut parts = vec![String::new()];
    for item in items {
        // What was appended of an item that is no text stands where that begins.
        if let Some(part) = parts.last_mut()
            && !push_text(item, part)
            && !part.is_empty()
        {
            parts.push(String::new());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.into()
}

fn has_in_order(mut text: &str, parts: &[String]) -> bool {
    parts.iter().all(|part| match text.split_once(part.as_str()) {
        Some((_, rest)) => {
            text = rest;
            true
        }
        None => false,
    })
}

/// Appends the only text that `node` matches, if there is only one.
fn push_text(node: &Node, text: &mut String) -> bool {
    match node {
        Node::Empty => true,
        Node::Char(c) => {
            text.push(*c);
            true
        }
        Node::Concat(items) => items.iter().all(|item| push_text(item, text)),
        _ => false,
    }
}

/// The states of the pattern that `whole` is the range of.
fn count_states(node: &Node, most: usize, whole: &Range<usize>) -> Result<usize, PatternError> {
    let states = node.states();
    usize::try_from(states).ok().filter(|states| *states <= most).ok_or_else(|| {
        let message = format!("a pattern of {states} states, {most} are allowed");
        PatternError::new(PatternErrorKind::TooLarge, whole.clone(), message)
    })
}

/// How a pattern is read: the letters of `$options`, and what PHP has beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Flags(u8);

impl Flags {
    const NONE: Self = Self(0);
    pub(crate) const IGNORE_CASE: Self = Self(1);
    pub(crate) const MULTI_LINE: Self = Self(1 << 1);
    pub(crate) const DOT_ALL: Self = Self(1 << 2);
    pub(crate) const EXTENDED: Self = Self(1 << 3);
    /// A character is a byte, and only those of ASCII have a case.
    pub(crate) const BYTES: Self = Self(1 << 4);
    /// The match starts where the text does.
    pub(crate) const ANCHORED: Self = Self(1 << 5);
    /// `$` is the end of the text, not the place before a final line break, too.
    pub(crate) const DOLLAR_END: Self = Self(1 << 6);
    /// `\d \w \s \b` and the POSIX classes are Unicode's.
    pub(crate) const UNICODE_CLASSES: Self = Self(1 << 7);

    const LETTERS: [(char, Self); 4] =
        [('i', Self::IGNORE_CASE), ('m', Self::MULTI_LINE), ('s', Self::DOT_ALL), ('x', Self::EXTENDED)];
    /// All that have letters.
    const WITH_LETTERS: Self = Self(0b1111);

    /// Fails with the first letter that is none. `u` is taken and does nothing, as in MongoDB: it asks
    /// for the UTF-8 that patterns have in any case.
    pub(crate) fn parse(letters: &str) -> Result<Self, char> {
        letters.chars().try_fold(Self::NONE, |flags, letter| match letter {
            'u' => Ok(flags),
            _ => Self::letter(letter).map(|flag| flags.with(flag)).ok_or(letter),
        })
    }

    /// The flags of a program's bytes; `None` where a bit is set that means nothing in the dialect.
    pub(crate) fn from_bits(bits: u8, dialect: Dialect) -> Option<Self> {
        let is_known = match dialect {
            Dialect::Mongo => bits & !Self::WITH_LETTERS.0 == 0,
            Dialect::Nextcloud => true,
        };
        is_known.then_some(Self(bits))
    }

    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    fn letter(letter: char) -> Option<Self> {
        Self::LETTERS.iter().find(|(name, _)| *name == letter).map(|&(_, flag)| flag)
    }

    pub(crate) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(crate) const fn with(self, flag: Self) -> Self {
        Self(self.0 | flag.0)
    }

    pub(crate) const fn without(self, flag: Self) -> Self {
        Self(self.0 & !flag.0)
    }
}

/// The letters, in the order `imsx`.
impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (letter, flag) in Self::LETTERS {
            if self.has(flag) {
                write!(f, "{letter}")?;
            }
        }
        Ok(())
    }
}

/// Why a pattern was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatternError {
    pub(crate) kind: PatternErrorKind,
    /// The bytes of the pattern that are wrong.
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatternErrorKind {
    /// Not a pattern.
    Invalid,
    /// A pattern, but not one that is run here.
    Unsupported,
    /// Beyond a limit.
    TooLarge,
}

impl PatternError {
    fn new(kind: PatternErrorKind, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { kind, range, message: message.into() }
    }

    fn invalid(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(PatternErrorKind::Invalid, range, message)
    }

    fn unsupported(range: Range<usize>, message: impl Into<String>) -> Self {
        Self::new(PatternErrorKind::Unsupported, range, message)
    }
}
