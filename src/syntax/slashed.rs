//! Patterns as other languages write them, `/x/i`, for the hint how they are written here.

use super::span::shorten;
use crate::event::Constant;

/// A pattern between slashes, with options behind it.
pub(crate) struct Slashed<'t> {
    source: &'t str,
    options: &'t str,
    /// In bytes, with the slashes and the options.
    pub(super) length: usize,
}

impl<'t> Slashed<'t> {
    /// At the start of the text, on one line; `//` and `/*` start comments.
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let inside = text.lines().next()?.strip_prefix('/')?;
        if inside.starts_with(['/', '*']) {
            return None;
        }
        let mut escaped = false;
        let end = inside.find(|char| {
            let ends = char == '/' && !escaped;
            escaped = char == '\\' && !escaped;
            ends
        })?;
        let (source, rest) = (inside.get(..end)?, inside.get(end + 1..)?);
        let options = rest.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(rest.len());
        let options = rest.get(..options)?;
        Some(Self { source, options, length: source.len() + options.len() + 2 })
    }

    /// A text that is this and nothing else, and can hardly be a path or the like: it has options, or
    /// signs that mean something only in patterns.
    pub(crate) fn parse_pattern(text: &'t str) -> Option<Self> {
        let slashed = Self::parse(text).filter(|slashed| slashed.length == text.len())?;
        let has_options =
            !slashed.options.is_empty() && slashed.options.bytes().all(|letter| b"gimsux".contains(&letter));
        let has_signs = slashed.options.is_empty() && slashed.has_signs();
        (has_options || has_signs).then_some(slashed)
    }

    /// Whether it makes no sense with its slashes: they stand outside of an anchor, or options follow what
    /// is clearly a pattern.
    pub(crate) fn has_outer_signs(&self) -> bool {
        let is_anchored =
            self.source.starts_with('^') || self.source.ends_with('$') && !self.source.ends_with("\\$");
        is_anchored || !self.options.is_empty() && self.has_signs()
    }

    fn has_signs(&self) -> bool {
        self.source.contains(|char| "^$*+?[](){}|\\".contains(char))
    }

    /// What says the same in a filter.
    pub(crate) fn operators(&self) -> String {
        self.operators_of(&self.pattern())
    }

    /// The same in a message.
    pub(super) fn short_operators(&self) -> String {
        self.operators_of(&shorten(&self.pattern()))
    }

    fn pattern(&self) -> String {
        self.source.replace("\\/", "/")
    }

    fn operators_of(&self, source: &str) -> String {
        let pattern = format!("\"$regex\": {}", Constant::String(source.into()));
        let options: String = self.options.chars().filter(|letter| "imsx".contains(*letter)).collect();
        if options.is_empty() {
            format!("{{{pattern}}}")
        } else {
            format!("{{{pattern}, \"$options\": \"{options}\"}}")
        }
    }
}
