//! Places in a filter's text, and parts of it.

use std::borrow::Cow;
use std::ops::Range;

/// A range of bytes; [`Span::NONE`] in a filter that was not given as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) const NONE: Self = Self { start: u32::MAX, end: u32::MAX };

    /// `None` stands where the text is too long, which the reader has already refused.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start), Ok(end)) => Self { start, end },
            _ => Self::NONE,
        }
    }

    pub(crate) fn range(self) -> Option<Range<usize>> {
        (self != Self::NONE).then_some(self.start as usize..self.end as usize)
    }

    /// The place behind it.
    pub(crate) fn end(self) -> Self {
        Self { start: self.end, end: self.end }
    }

    /// From the start of this one to the end of the other.
    pub(crate) fn to(self, other: Self) -> Self {
        if self == Self::NONE || other == Self::NONE {
            return Self::NONE;
        }
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A part of the text as it stands in a message: no longer than a line.
pub(crate) fn shorten(key: &str) -> Cow<'_, str> {
    const MOST: usize = 40;
    match key.get(..key.floor_char_boundary(MOST)) {
        Some(start) if start.len() < key.len() => format!("{start}…").into(),
        _ => key.into(),
    }
}
