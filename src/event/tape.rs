//! The part of an event that is needed, in the order of the text: a flat list instead of a tree.

use super::trie::NodeId;
use super::{Array, LookUp, Node, Number, Object, View};
use crate::path::{NameStart, Segment};

/// A value, and its key where it is the member of an object. What is inside of it follows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub(super) key: Text,
    pub(super) value: Value,
    /// The entry after it and all that is inside.
    pub(super) next: u32,
    /// A member whose key is repeated by another; only that one counts.
    pub(super) is_hidden: bool,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    String(Text),
    Array {
        length: u32,
    },
    Object {
        length: u32,
    },
    /// The key stands here first, so this is its place; the value is that of the last one, which is never this.
    At(u32),
}

/// A string: bytes of the event's text, or, where that has escapes, of the unescaped ones. One number, from the
/// lowest bit: 32 bits for where it starts, 31 for its length, one for whose bytes they are. Made of parts it would be
/// written as such, and reading it as a whole right after that makes a processor wait.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Text(u64);

impl Text {
    /// Lengths are less than 2 GiB, and positions less than twice that.
    #[inline(always)]
    pub(super) fn new(start: usize, length: usize, is_unescaped: bool) -> Self {
        Self(start as u64 | (length as u64) << 32 | u64::from(is_unescaped) << 63)
    }

    #[inline(always)]
    pub(super) fn start(self) -> usize {
        self.0 as u32 as usize
    }

    #[inline(always)]
    pub(super) fn length(self) -> usize {
        (self.0 << 1 >> 33) as usize
    }

    #[inline(always)]
    pub(super) fn is_unescaped(self) -> bool {
        self.0 >> 63 == 1
    }
}

/// What was read of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tape<'e> {
    pub(super) entries: &'e [Entry],
    pub(super) text: &'e [u8],
    pub(super) unescaped: &'e [u8],
    /// `None` where the paths of the trie do not lead straight to one value each.
    pub(super) finds: Option<Finds<'e>>,
}

/// Where the nodes of a trie were found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finds<'e> {
    /// By node.
    pub(super) seen: &'e [Seen],
    /// The number of the event.
    pub(super) event: u32,
}

/// Where a node of a trie was seen last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// The number of the event, from 1.
    pub(super) event: u32,
    /// 0 where nothing of the value was kept, and for the root.
    pub(super) entry: u32,
}

/// A value on a tape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TapeNode<'e> {
    pub(super) tape: &'e Tape<'e>,
    pub(super) index: u32,
}

/// An array or object on a tape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TapeRange<'e> {
    tape: &'e Tape<'e>,
    /// The first entry inside, and the one after the last.
    first: u32,
    end: u32,
    length: u32,
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        match number {
            Number::Int(int) => Self::Int(int),
            Number::Double(double) => Self::Double(double),
        }
    }
}

impl<'e> Tape<'e> {
    /// The event.
    pub(crate) fn root(&'e self) -> TapeNode<'e> {
        TapeNode { tape: self, index: 0 }
    }

    /// The bytes that the string is a part of.
    #[inline(always)]
    fn around(&self, text: Text) -> &'e [u8] {
        if text.is_unescaped() { self.unescaped } else { self.text }
    }

    #[inline(always)]
    pub(super) fn bytes(&self, text: Text) -> &'e [u8] {
        self.around(text).get(text.start()..text.start() + text.length()).unwrap_or_default()
    }

    #[inline(always)]
    fn string(&self, text: Text) -> &'e str {
        // The scanner has checked the whole text.
        std::str::from_utf8(self.bytes(text)).unwrap_or_default()
    }

    /// Whether the entry has this key.
    #[inline(always)]
    fn is_key(&self, entry: &Entry, segment: &Segment) -> bool {
        let known = segment.start();
        known == NameStart::in_text(self.around(entry.key), entry.key.start(), entry.key.length())
            && (known.is_whole() || self.bytes(entry.key) == segment.name().as_bytes())
    }

    /// The key of an entry.
    pub(super) fn key(&self, index: u32) -> &'e str {
        self.entry(index).map_or("", |entry| self.string(entry.key))
    }

    #[inline(always)]
    fn entry(&self, index: u32) -> Option<&'e Entry> {
        self.entries.get(index as usize)
    }
}

impl<'e> TapeNode<'e> {
    /// The entry that has the value, and its index.
    #[inline(always)]
    fn entry(self) -> Option<(u32, &'e Entry)> {
        let entry = self.tape.entry(self.index)?;
        match entry.value {
            Value::At(index) => Some((index, self.tape.entry(index)?)),
            _ => Some((self.index, entry)),
        }
    }

    /// What is inside of that entry.
    #[inline(always)]
    fn inside(self, index: u32, entry: &Entry, length: u32) -> TapeRange<'e> {
        TapeRange { tape: self.tape, first: index + 1, end: entry.next, length }
    }
}

impl<'e> Node<'e> for TapeNode<'e> {
    type Array = TapeRange<'e>;
    type Object = TapeRange<'e>;

    #[inline(always)]
    fn view(self) -> View<'e, Self::Array, Self::Object> {
        let Some((index, entry)) = self.entry() else { return View::Null };
        let inside = |length| self.inside(index, entry, length);
        match entry.value {
            Value::Null | Value::At(_) => View::Null,
            Value::Bool(bool) => View::Bool(bool),
            Value::Int(int) => View::Number(Number::Int(int)),
            Value::Double(double) => View::Number(Number::Double(double)),
            Value::String(text) => View::String(self.tape.string(text)),
            Value::Array { length } => View::Array(inside(length)),
            Value::Object { length } => View::Object(inside(length)),
        }
    }

    #[inline(always)]
    fn look_up(self, node: NodeId) -> LookUp<Self> {
        let seen = self.tape.finds.and_then(|finds| Some((finds.seen.get(node as usize)?, finds.event)));
        match seen {
            Some((seen, event)) if seen.event != event => LookUp::Missing,
            Some((Seen { entry: index @ 1.., .. }, _)) => LookUp::Value(Self { index: *index, ..self }),
            _ => LookUp::Unknown,
        }
    }

    #[inline(always)]
    fn array(self) -> Option<Self::Array> {
        let (index, entry) = self.entry()?;
        match entry.value {
            Value::Array { length } => Some(self.inside(index, entry, length)),
            _ => None,
        }
    }

    #[inline(always)]
    fn string(self) -> Option<&'e [u8]> {
        match self.entry()?.1.value {
            Value::String(text) => Some(self.tape.bytes(text)),
            _ => None,
        }
    }
}

impl<'e> TapeRange<'e> {
    #[inline(always)]
    fn entries(self) -> impl Iterator<Item = (&'e Entry, TapeNode<'e>)> {
        let mut index = self.first;
        std::iter::from_fn(move || {
            while index < self.end {
                let entry = self.tape.entry(index)?;
                let node = TapeNode { tape: self.tape, index };
                index = entry.next;
                if !entry.is_hidden {
                    return Some((entry, node));
                }
            }
            None
        })
    }
}

impl<'e> Array<'e> for TapeRange<'e> {
    type Node = TapeNode<'e>;

    fn len(self) -> usize {
        self.length as usize
    }

    fn get(self, index: usize) -> Option<Self::Node> {
        self.entries().nth(index).map(|(_, node)| node)
    }

    fn iter(self) -> impl Iterator<Item = Self::Node> {
        self.entries().map(|(_, node)| node)
    }
}

impl<'e> Object<'e> for TapeRange<'e> {
    type Node = TapeNode<'e>;

    fn len(self) -> usize {
        self.length as usize
    }

    #[inline(always)]
    fn get(self, segment: &Segment) -> Option<Self::Node> {
        let mut index = self.first;
        while index < self.end {
            let entry = self.tape.entry(index)?;
            if !entry.is_hidden && self.tape.is_key(entry, segment) {
                return Some(TapeNode { tape: self.tape, index });
            }
            index = entry.next;
        }
        None
    }

    fn iter(self) -> impl Iterator<Item = (&'e str, Self::Node)> {
        self.entries().map(|(entry, node)| (self.tape.string(entry.key), node))
    }
}
