//! What the events have at one path.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::event::Constant;
use crate::event::json::{self, EventScratch};
use crate::event::tape::{Tape, TapeNode};
use crate::event::tapes::{Part, Tapes};
use crate::event::trie::{Trie, Wanted};
use crate::path::Path;
use crate::program::Program;
use crate::vm;
use crate::vm::walk::{self, Found, Gap, Leaf};

/// For each event what its path reaches. What is the same is there once.
#[derive(Debug)]
pub(super) struct Column {
    path: Path,
    /// The path alone.
    trie: Trie,
    pub(super) wanted: Wanted,
    /// For each event the number of what it has, or [`MISSING`].
    numbers: Vec<u32>,
    tapes: Tapes,
    /// For each tape, what is on it.
    kinds: Vec<Kind>,
    /// Tapes by their hash. Where two share one, only the first is found again: no harm.
    known: Option<HashMap<u64, u32, RandomState>>,
    hasher: RandomState,
    /// Later ones are greater.
    pub(super) last_use: u64,
}

/// The field is not there, without an array on the way.
const MISSING: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// The value, to which no array is on the way.
    Value,
    /// The event, as far as the path looks at it.
    Event,
}

/// As long as there are no more, it does not matter whether they repeat.
const FEW: usize = 1024;

impl Column {
    pub(super) fn new(path: &Path, wanted: Wanted) -> Self {
        let mut trie = Trie::default();
        trie.add(path, wanted);
        Self {
            path: path.clone(),
            trie,
            wanted,
            numbers: Vec::new(),
            tapes: Tapes::default(),
            kinds: Vec::new(),
            known: Some(HashMap::default()),
            hasher: RandomState::default(),
            last_use: 0,
        }
    }

    /// The number of events in it.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Adds the next event, of which `tape` has at least what the path looks at. `None` where it can hold
    /// no more.
    pub(super) fn push(&mut self, event: &[u8], tape: &Tape<'_>, scratch: &mut EventScratch) -> Option<()> {
        let number = match walk::straight(tape.root(), self.path.segments()) {
            Some(Found::Missing(_)) => MISSING,
            Some(Found::Value(value)) => self.number_of(value.part(), Kind::Value)?,
            None => {
                // It has been read before.
                let tape = json::read(event, &self.trie, scratch).ok()?;
                self.number_of(tape.root().part(), Kind::Event)?
            }
        };
        self.numbers.push(number);
        if self.numbers.len().is_multiple_of(FEW) && !self.repeats() {
            self.known = None;
        }
        Some(())
    }

    fn number_of(&mut self, part: Part<'_>, kind: Kind) -> Option<u32> {
        let hash = self.known.is_some().then(|| self.hasher.hash_one((part, kind)));
        if let Some((known, hash)) = self.known.as_ref().zip(hash)
            && let Some(number) = known.get(&hash)
            && self.kinds.get(*number as usize) == Some(&kind)
            && self.tapes.get(*number).root().part() == part
        {
            return Some(*number);
        }
        let number = self.tapes.push(part).filter(|number| *number != MISSING)?;
        self.kinds.push(kind);
        if let Some((known, hash)) = self.known.as_mut().zip(hash) {
            known.entry(hash).or_insert(number);
        }
        Some(number)
    }

    /// How many different things the events have.
    pub(super) fn distinct(&self) -> usize {
        self.tapes.len()
    }

    /// Whether it is worth while to remember what was said about them.
    pub(super) fn repeats(&self) -> bool {
        self.distinct() <= FEW || self.distinct() < self.len() / 2
    }

    /// The number of what an event has: less than [`distinct`](Self::distinct), or nothing is there.
    #[inline(always)]
    pub(super) fn number(&self, event: usize) -> u32 {
        self.numbers.get(event).copied().unwrap_or(MISSING)
    }

    pub(super) fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Whether the test of an instruction at this path holds.
    pub(super) fn holds(&self, program: &Program, instruction: usize, number: u32) -> bool {
        let tape = self.tapes.get(number);
        match self.kinds.get(number as usize) {
            None => {
                let missing = Found::Missing(Gap { at: &Constant::Null, left: self.path.segments().len() });
                vm::holds_for(program, instruction, missing)
            }
            Some(Kind::Value) => vm::holds_for(program, instruction, Found::Value(tape.root())),
            Some(Kind::Event) => vm::holds(program, instruction, tape.root()),
        }
    }

    /// Shows all values with this number to the leaf.
    pub(super) fn visit(&self, number: u32, leaf: &mut impl for<'e> Leaf<'e, TapeNode<'e>>) {
        let tape = self.tapes.get(number);
        match self.kinds.get(number as usize) {
            None => false,
            Some(Kind::Value) => walk::any_in_value(tape.root(), &[], leaf),
            Some(Kind::Event) => walk::any(tape.root(), self.path.segments(), leaf),
        };
    }

    /// Its memory.
    pub(super) fn bytes(&self) -> usize {
        let known = self.known.as_ref().map_or(0, |known| known.capacity() * size_of::<(u64, u32)>());
        self.tapes.bytes() + self.numbers.capacity() * size_of::<u32>() + self.kinds.capacity() + known
    }
}
