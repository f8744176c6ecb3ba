//! Raw events: one pass over the text, that keeps what a [`Trie`] wants and checks the rest.
//!
//! The [`scanner`](super::scan) has found the tokens and has checked all that lies inside strings.
//! This pass checks the grammar and what stands between the tokens, and writes the [`Tape`].

mod indexed;
mod lexer;
mod mistake;
mod pass;
mod text;
mod unescaped;

use serde_json::Value;

use super::scan;
use super::tape::{Entry, Finds, Seen, Tape, Text};
use super::to_value;
use super::trie::{Trie, Wanted};
use crate::error::EventError;
use crate::path::Path;
use indexed::Long;
use pass::Pass;
use unescaped::Unescaped;

/// Positions are counted in 32 bits.
const MAX_BYTES: usize = u32::MAX as usize >> 1;

/// Working memory of matching: keep one for each thread, and nothing is allocated once it is warm, which takes two events
/// at least. It keeps what the largest event has taken, some bytes for each of that one's, and 80 kB; to give that back,
/// drop it and make another.
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
    kept: Kept,
}

/// What is kept of an event.
#[derive(Debug, Default)]
struct Kept {
    /// What lies beyond `length` is left from other events.
    entries: Vec<Entry>,
    length: usize,
    unescaped: Unescaped,
    /// For each node of the trie, the event and the entry that it was seen at last.
    seen: Vec<Seen>,
    /// The number of the event at hand.
    event: u32,
    /// Whether each path of the trie has led straight to one value at most.
    is_straight: bool,
    /// Working memory: the members of an object.
    members: Vec<u32>,
}

impl Kept {
    /// For another event.
    #[inline(always)]
    fn begin(&mut self, trie: &Trie) {
        self.length = 0;
        self.unescaped.truncate(0);
        self.is_straight = trie.is_straight();
        self.event = self.event.wrapping_add(1);
        if self.event == 0 {
            self.seen.clear();
            self.event = 1;
        }
        if self.seen.len() < trie.len() {
            self.seen.resize(trie.len(), Seen::default());
        }
        // It is always there, but not found by a key: what the empty path leads to is not looked up.
        if let Some(root) = self.seen.first_mut() {
            root.event = self.event;
        }
    }

    #[inline(always)]
    fn entries(&self) -> &[Entry] {
        self.entries.get(..self.length).unwrap_or_default()
    }

    /// Writes it to where it stays: as an argument of a call it would be written twice.
    #[inline(always)]
    fn push(&mut self, entry: Entry) {
        if self.length == self.entries.len() {
            self.grow();
        }
        if let Some(place) = self.entries.get_mut(self.length) {
            *place = entry;
            self.length += 1;
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let length = self.entries.len();
        self.entries.resize((2 * length).max(32), Entry::default());
    }

    #[inline(always)]
    fn tape<'e>(&'e self, text: &'e [u8]) -> Tape<'e> {
        let finds = self.is_straight.then_some(Finds { seen: &self.seen, event: self.event });
        Tape { entries: self.entries(), text, unescaped: self.unescaped.bytes(), finds }
    }
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
    if let Err(error) = scan::scan(scratch.backend, text, &mut scratch.index) {
        return Err(mistake::find(text, Some(error)));
    }
    scratch.kept.begin(trie);
    match pass(text, trie, &scratch.index, &mut scratch.kept) {
        Some(()) => Ok(scratch.kept.tape(text)),
        None => Err(mistake::find(text, None)),
    }
}

/// Goes from token to token, and keeps what the trie wants. `None` where the text is not JSON.
#[inline(always)]
fn pass(text: &[u8], trie: &Trie, index: &scan::Index, kept: &mut Kept) -> Option<()> {
    let mut pass = Pass { text, backslashes: index.backslashes(), trie, kept };
    #[cfg(not(target_arch = "wasm32"))]
    if let Some(window) = index.window() {
        return pass.document(window);
    }
    pass.document(&Long { text, tokens: index.tokens() })
}
