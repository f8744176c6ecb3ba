//! Patterns as other languages write them, `/x/i`, for the hint how they are written here.

use super::span::shorten;
use crate::event::Constant;

/// A pattern between slashes, with options behind it.
pub(super) struct Slashed<'t> {
    source: &'t str,
    options: &'t str,
    /// In bytes, with the slashes and the options.
    pub(super) length: usize,
}

impl<'t> Slashed<'t> {
    /// At the start of the text, on one line; `//` and `/*` start comments.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
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

    /// What says the same in a filter.
    pub(super) fn operators(&self) -> String {
        let source = shorten(&self.source.replace("\\/", "/")).into();
        let pattern = format!("\"$regex\": {}", Constant::String(source));
        let options: String = self.options.chars().filter(|letter| "imsx".contains(*letter)).collect();
        if options.is_empty() {
            format!("{{{pattern}}}")
        } else {
            format!("{{{pattern}, \"$options\": \"{options}\"}}")
        }
    }
}
