//! Symbols: a number for each string that guards name, so that comparing with it is comparing numbers.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::hash_table::Entry;

use super::place::Change;
use super::shards::Shards;
use super::text::Text;

/// A clone is cheap, and keeps what it has.
#[derive(Debug, Clone, Default)]
pub(super) struct Symbols {
    symbols: Shards<Symbol>,
    hasher: RandomState,
    /// Never given out again, for clones may still know what had it.
    next: u64,
}

#[derive(Debug, Clone)]
struct Symbol {
    text: Text,
    number: u64,
    uses: u32,
}

impl Symbols {
    /// The number of a string that has one more use, or one less; none without a use.
    pub(super) fn change(&mut self, text: &str, change: Change) -> Option<u64> {
        let next = self.next;
        match (self.entry(text)?, change) {
            (Entry::Occupied(mut known), change) => {
                let Symbol { number, uses, .. } = known.get_mut();
                change.apply(uses);
                let number = *number;
                if *uses == 0 {
                    known.remove();
                }
                Some(number)
            }
            (Entry::Vacant(new), Change::Add) => {
                new.insert(Symbol { text: Text::new(text.as_bytes()), number: next, uses: 1 });
                self.next += 1;
                Some(next)
            }
            (Entry::Vacant(_), Change::Remove) => None,
        }
    }

    #[inline]
    pub(super) fn find(&self, text: &[u8]) -> Option<u64> {
        let is_it = |symbol: &Symbol| symbol.text.as_bytes() == text;
        self.symbols.find(self.hasher.hash_one(text), is_it).map(|symbol| symbol.number)
    }

    fn entry(&mut self, text: &str) -> Option<Entry<'_, Symbol>> {
        let Self { symbols, hasher, .. } = self;
        let is_it = |symbol: &Symbol| symbol.text.as_bytes() == text.as_bytes();
        let hash = |symbol: &Symbol| hasher.hash_one(symbol.text.as_bytes());
        symbols.entry(hasher.hash_one(text.as_bytes()), is_it, hash)
    }

    pub(super) fn bytes(&self) -> usize {
        self.symbols.bytes() + self.symbols.iter().map(|symbol| symbol.text.bytes()).sum::<usize>()
    }
}
