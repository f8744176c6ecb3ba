//! Raw events: one pass over the text, that keeps what a [`Trie`] wants and checks the rest.
//!
//! The [`scanner`](super::scan) has found the tokens and has checked all that lies inside strings.
//! This pass checks the grammar and what stands between the tokens, and writes the [`Tape`].

mod lexer;
mod pass;
mod text;
mod tokens;

use serde_json::Value;

use super::scan;
use super::tape::{Entry, Tape, Text};
use super::to_value;
use super::trie::{Trie, Wanted};
use crate::error::EventError;
use crate::path::Path;
use lexer::{Lexer, Stop};
use pass::Pass;

/// Positions are counted in 32 bits.
const MAX_BYTES: usize = u32::MAX as usize >> 1;

/// Working memory of matching: keep one for each thread, and nothing is allocated once it is warm.
///
/// ```
/// use hooksieve::{Filter, Scratch};
///
/// let filter = Filter::compile(r#"{"user.uid": "bob"}"#)?;
/// let mut scratch = Scratch::new();
/// for event in [r#"{"user":{"uid":"bob"}}"#, r#"{"user":null}"#] {
///     println!("{}", filter.matches_json(event.as_bytes(), &mut scratch)?);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) event: EventScratch,
    pub(crate) set: crate::set::SetScratch,
}

/// What reading an event needs.
#[derive(Debug, Default)]
pub(crate) struct EventScratch {
    backend: scan::Backend,
    index: scan::Index,
    entries: Vec<Entry>,
    unescaped: String,
    /// For each node of the trie, the event and the entry that it was seen at last.
    seen: Vec<Seen>,
    /// The number of the event at hand.
    event: u32,
    /// The members of an object.
    members: Vec<u32>,
}

impl Scratch {
    /// Empty; it grows with the events that it is used for.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that scans without SIMD, where there is any: to measure what that is worth.
    #[doc(hidden)]
    #[must_use]
    pub fn portable() -> Self {
        let event = EventScratch { backend: scan::Backend::PORTABLE, ..EventScratch::default() };
        Self { event, ..Self::default() }
    }
}

/// Where a node of a trie was found.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::event) struct Seen {
    /// The number of the event, from 1.
    event: u32,
    entry: u32,
}

/// An event with all that is in it.
pub(crate) fn value(text: &[u8]) -> Result<Value, EventError> {
    let mut all = Trie::default();
    all.add(&Path::of(&[]), Wanted::Deep);
    Ok(to_value(read(text, &all, &mut EventScratch::default())?.root()))
}

/// Reads a whole event.
pub(crate) fn read<'e>(
    text: &'e [u8],
    trie: &Trie,
    scratch: &'e mut EventScratch,
) -> Result<Tape<'e>, EventError> {
    if text.len() > MAX_BYTES {
        return Err(EventError::new(MAX_BYTES, "the event is longer than 2 GiB"));
    }
    let scanned = scan::scan(scratch.backend, text, &mut scratch.index);
    scratch.entries.clear();
    scratch.unescaped.clear();
    scratch.event = scratch.event.wrapping_add(1);
    if scratch.event == 0 {
        scratch.seen.clear();
    }
    if scratch.seen.len() < trie.len() {
        scratch.seen.resize(trie.len(), Seen::default());
    }
    let mut pass = Pass {
        lexer: Lexer::new(text, &scratch.index.tokens, &scratch.index.backslashes),
        trie,
        entries: &mut scratch.entries,
        unescaped: &mut scratch.unescaped,
        seen: &mut scratch.seen,
        event: scratch.event,
        members: &mut scratch.members,
    };
    let stopped = pass.document().err().map(|Stop(error)| error);
    match (scanned, stopped) {
        (Ok(()), None) => Ok(Tape { entries: &scratch.entries, text, unescaped: &scratch.unescaped }),
        (Ok(()), Some(error)) => Err(error),
        // The first one counts. In the block where the scanner has stopped there are no tokens.
        (Err(string), Some(error)) if error.offset() / scan::BLOCK < string.offset / scan::BLOCK => {
            Err(error)
        }
        (Err(string), _) => Err(EventError::new(string.offset, string.problem.message())),
    }
}
