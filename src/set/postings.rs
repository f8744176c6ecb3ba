//! Postings: the filters under each key that is equal to something.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::hash_table::Entry;

use super::guard::{Candidate, Slot};
use super::shards::Shards;
use super::text::Text;
use crate::event::Number;
use crate::event::trie::NodeId;

/// By place, kind and value. A clone is cheap, and keeps what it has.
#[derive(Debug, Clone, Default)]
pub(super) struct Postings {
    postings: Shards<Posting>,
    hasher: RandomState,
}

/// What is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Term<'v> {
    pub(super) node: NodeId,
    pub(super) kind: Kind,
    pub(super) value: Value<'v>,
}

/// How a value is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Equal,
    Prefix,
    Suffix,
    Array,
    Object,
    Present,
    Null,
    Missing,
    NoNumber,
}

impl Kind {
    pub(super) const COUNT: usize = Self::NoNumber as usize + 1;
    /// Those that are looked up where something is not.
    pub(super) const ABSENCES: [Self; 3] = [Self::Null, Self::Missing, Self::NoNumber];
}

/// The value of a key, where its kind has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Value<'v> {
    None,
    Bool(bool),
    /// The bits of its nearest double, which equal numbers share.
    Number(u64),
    /// A string, or an end of it.
    String(&'v [u8]),
}

impl Value<'_> {
    pub(super) fn number(number: Number) -> Self {
        // Adding zero makes -0.0 the same as 0.0.
        Self::Number((number.to_double() + 0.0).to_bits())
    }
}

#[derive(Debug, Clone)]
struct Posting {
    node: NodeId,
    kind: Kind,
    value: OwnValue,
    candidates: Candidates,
}

#[derive(Debug, Clone)]
enum OwnValue {
    None,
    Bool(bool),
    Number(u64),
    String(Text),
}

impl Posting {
    fn new(term: Term<'_>, candidate: Candidate) -> Self {
        let value = match term.value {
            Value::None => OwnValue::None,
            Value::Bool(bool) => OwnValue::Bool(bool),
            Value::Number(number) => OwnValue::Number(number),
            Value::String(string) => OwnValue::String(Text::new(string)),
        };
        Self { node: term.node, kind: term.kind, value, candidates: Candidates::One(candidate) }
    }

    #[inline]
    fn term(&self) -> Term<'_> {
        let value = match &self.value {
            OwnValue::None => Value::None,
            OwnValue::Bool(bool) => Value::Bool(*bool),
            OwnValue::Number(number) => Value::Number(*number),
            OwnValue::String(text) => Value::String(text.as_bytes()),
        };
        Term { node: self.node, kind: self.kind, value }
    }
}

impl Postings {
    /// The filters under a key.
    #[inline]
    pub(super) fn find(&self, term: Term<'_>) -> &[Candidate] {
        let posting = self.postings.find(self.hasher.hash_one(term), |posting| posting.term() == term);
        posting.map_or(&[], |posting| posting.candidates.as_slice())
    }

    pub(super) fn add(&mut self, term: Term<'_>, candidate: Candidate) {
        match self.entry(term) {
            Some(Entry::Occupied(mut known)) => known.get_mut().candidates.add(candidate),
            Some(Entry::Vacant(new)) => {
                new.insert(Posting::new(term, candidate));
            }
            None => {}
        }
    }

    pub(super) fn remove(&mut self, term: Term<'_>, slot: Slot) {
        if let Some(Entry::Occupied(mut known)) = self.entry(term) {
            let candidates = &mut known.get_mut().candidates;
            candidates.remove(slot);
            if candidates.as_slice().is_empty() {
                known.remove();
            }
        }
    }

    pub(super) fn hash(&self, term: Term<'_>) -> u64 {
        self.hasher.hash_one(term)
    }

    fn entry(&mut self, term: Term<'_>) -> Option<Entry<'_, Posting>> {
        let Self { postings, hasher } = self;
        let hash = |posting: &Posting| hasher.hash_one(posting.term());
        postings.entry(hasher.hash_one(term), |posting| posting.term() == term, hash)
    }

    pub(super) fn bytes(&self) -> usize {
        let outside = self.postings.iter().map(|posting| {
            let value = if let OwnValue::String(text) = &posting.value { text.bytes() } else { 0 };
            value + posting.candidates.bytes()
        });
        self.postings.bytes() + outside.sum::<usize>()
    }
}

/// Ascending by slot.
#[derive(Debug, Clone)]
enum Candidates {
    One(Candidate),
    /// In one piece.
    Few(Arc<[Candidate]>),
    /// With room for more.
    Many(Arc<Vec<Candidate>>),
}

impl Candidates {
    const FEW: usize = 16;

    #[inline]
    fn as_slice(&self) -> &[Candidate] {
        match self {
            Self::One(candidate) => std::slice::from_ref(candidate),
            Self::Few(candidates) => candidates,
            Self::Many(candidates) => candidates,
        }
    }

    fn add(&mut self, candidate: Candidate) {
        let known = self.as_slice();
        let Err(at) = known.binary_search_by_key(&candidate.slot, |known| known.slot) else { return };
        if let Self::Many(candidates) = self {
            return Arc::make_mut(candidates).insert(at, candidate);
        }
        let (before, after) = known.split_at_checked(at).unwrap_or_default();
        let all = before.iter().copied().chain([candidate]).chain(after.iter().copied());
        *self = if known.len() < Self::FEW {
            Self::Few(all.collect())
        } else {
            Self::Many(Arc::new(all.collect()))
        };
    }

    /// The last one leaves nothing.
    fn remove(&mut self, slot: Slot) {
        let known = self.as_slice();
        let Ok(at) = known.binary_search_by_key(&slot, |known| known.slot) else { return };
        if let Self::Many(candidates) = self {
            Arc::make_mut(candidates).remove(at);
            return;
        }
        let rest = known.iter().filter(|known| known.slot != slot).copied();
        *self = Self::Few(rest.collect());
    }

    /// Memory outside of it.
    fn bytes(&self) -> usize {
        match self {
            Self::One(_) => 0,
            Self::Few(candidates) => size_of_val(&**candidates),
            Self::Many(candidates) => candidates.capacity() * size_of::<Candidate>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(postings: &Postings, term: Term<'_>) -> Vec<Slot> {
        postings.find(term).iter().map(|candidate| candidate.slot).collect()
    }

    #[test]
    fn many_come_and_go() {
        let term = Term { node: 1, kind: Kind::Equal, value: Value::String(b"x") };
        let others = [
            Term { node: 2, ..term },
            Term { kind: Kind::Prefix, ..term },
            Term { value: Value::String(b"y"), ..term },
            Term { value: Value::None, ..term },
        ];
        let mut postings = Postings::default();
        let order = (0..100).map(|index| index * 37 % 100);
        for slot in order.clone().chain([5]) {
            postings.add(term, Candidate::new(slot, None, false));
        }
        let before = postings.clone();
        assert_eq!(slots(&postings, term), (0..100).collect::<Vec<_>>());
        for other in others {
            assert!(postings.find(other).is_empty());
        }
        for slot in order.filter(|slot| *slot != 7) {
            postings.remove(term, slot);
        }
        postings.remove(term, 200);
        assert_eq!(slots(&postings, term), [7]);
        postings.remove(term, 7);
        assert!(postings.find(term).is_empty());
        assert!(postings.postings.iter().next().is_none());
        assert_eq!(slots(&before, term).len(), 100);
    }
}
