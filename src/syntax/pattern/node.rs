//! What a pattern says, as plain data.

use std::ops::Range;

use super::set::CharSet;

/// A pattern, or a part of one. Options have been applied, and what has no bearing on whether there is
/// a match is gone: captures, laziness.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Empty,
    Char(char),
    /// One character of the set.
    Set(CharSet),
    /// `\R`, and where it stands. Takes `\r\n` whole: it never gives back the `\n`.
    LineBreak(Range<usize>),
    /// What holds at a place, and where it stands in the pattern.
    Look(Look, Range<usize>),
    Concat(Vec<Node>),
    Alternation(Vec<Node>),
    /// Never of something that consumes nothing; see [`Node::repeat`].
    Repeat {
        body: Box<Node>,
        min: u32,
        max: Option<u32>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// `\A`, `\G`, and `^` without the option `m`.
    Start,
    /// `\z`.
    End,
    /// `\Z`, and `$` without the option `m`: at the end, or before a `\n` that ends the text.
    EndOrFinalLineBreak,
    /// `^` with the option `m`: at the start, or after a `\n` that does not end the text.
    LineStart,
    /// `$` with the option `m`: at the end, or before a `\n`.
    LineEnd,
    WordBoundary,
    NotWordBoundary,
    WordStart,
    WordEnd,
}

impl Node {
    /// Matches nothing.
    pub(super) fn fail() -> Self {
        Self::Set(CharSet::default())
    }

    pub(super) fn concat(mut items: Vec<Self>) -> Self {
        match (items.pop(), items.is_empty()) {
            (None, _) => Self::Empty,
            (Some(only), true) => only,
            (Some(last), false) => {
                items.push(last);
                Self::Concat(items)
            }
        }
    }

    pub(super) fn alternation(mut branches: Vec<Self>) -> Self {
        match (branches.pop(), branches.is_empty()) {
            (None, _) => Self::fail(),
            (Some(only), true) => only,
            (Some(last), false) => {
                branches.push(last);
                Self::Alternation(branches)
            }
        }
    }

    /// `body` from `min` to `max` times.
    pub(super) fn repeat(body: Self, min: u32, max: Option<u32>) -> Self {
        match (min, max) {
            (_, Some(0)) => Self::Empty,
            (1, Some(1)) => body,
            // What consumes nothing holds as often as it is asked: once is enough.
            (0, _) if body.is_zero_width() => Self::Empty,
            _ if body.is_zero_width() => body,
            _ => Self::Repeat { body: Box::new(body), min, max },
        }
    }

    fn is_zero_width(&self) -> bool {
        match self {
            Self::Empty | Self::Look(..) => true,
            Self::Char(_) | Self::Set(_) | Self::LineBreak(_) => false,
            Self::Concat(parts) | Self::Alternation(parts) => parts.iter().all(Self::is_zero_width),
            Self::Repeat { body, .. } => body.is_zero_width(),
        }
    }

    /// The states of its automaton, with the ranges of its sets: never less than half of what there are.
    pub(super) fn states(&self) -> u64 {
        match self {
            Self::Empty | Self::Char(_) => 1,
            Self::Set(set) => 1 + set.ranges().len() as u64,
            Self::LineBreak(_) => 10,
            Self::Look(..) => 4,
            Self::Concat(parts) => parts.iter().fold(0, |sum, part| sum.saturating_add(part.states())),
            Self::Alternation(parts) => parts.iter().fold(2, |sum, part| sum.saturating_add(part.states())),
            Self::Repeat { body, min, max } => {
                let (times, choices) = match max {
                    Some(max) => (*max, max.saturating_sub(*min)),
                    None => (*min, 2),
                };
                let rounds = u64::from(times.max(1)).saturating_mul(body.states());
                rounds.saturating_add(u64::from(choices)).saturating_add(1)
            }
        }
    }

    /// The nodes of the tree, this one included.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Concat(parts) | Self::Alternation(parts) => {
                parts.iter().fold(1, |sum, part| sum + part.size())
            }
            Self::Repeat { body, .. } => 1 + body.size(),
            _ => 1,
        }
    }
}
