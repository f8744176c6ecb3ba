//! Goes through an event and writes down what a [`Trie`] wants of it.

use std::mem;

use super::indexed::{Indexed, any_set};
use super::lexer::{Lexer, MAX_NESTING, Packed};
use super::{Kept, Text};
use crate::event::scan::position;
use crate::event::tape::{Entry, Seen, Value};
use crate::event::trie::{FirstBytes, NodeId, Trie, Wanted};
use crate::path::NameStart;

/// What is kept of a value.
#[derive(Debug, Clone, Copy)]
enum Keep {
    /// Nothing; it is only checked.
    Nothing,
    /// What the node of the trie wants.
    Node(NodeId),
    /// The same, for an element of an array that stands at the node.
    Element(NodeId),
    /// A scalar; of an array or an object, that it is there.
    Shell,
    /// All of it.
    All,
}

/// Which members of an object are kept.
#[derive(Debug, Clone, Copy)]
enum Members {
    None,
    /// Those that are children of the node, whose keys begin so.
    Children(NodeId, FirstBytes),
    All,
}

/// `None` from any method means that the text is not JSON. `levels` says how deep what follows may be nested.
pub(super) struct Pass<'s> {
    pub(super) text: &'s [u8],
    pub(super) backslashes: &'s [u64],
    pub(super) trie: &'s Trie,
    pub(super) kept: &'s mut Kept,
}

impl Pass<'_> {
    /// The whole text. With this inlined into its caller, it takes longer.
    #[inline(never)]
    pub(super) fn document<T: Indexed>(&mut self, text: &T) -> Option<()> {
        let mut lexer = Lexer::new(text);
        self.value(&mut lexer, MAX_NESTING, Keep::Node(Trie::ROOT), Text::default())?;
        if self.kept.length == 0 {
            // A scalar that nobody wants: no field is there.
            self.push(Text::default(), Value::Null);
        }
        lexer.is_at_end().then_some(())
    }

    /// A value, and its key where it has one. What most values are is inlined.
    #[inline(always)]
    fn value<T: Indexed>(
        &mut self,
        lexer: &mut Lexer<'_, T>,
        levels: u32,
        keep: Keep,
        key: Text,
    ) -> Option<()> {
        match lexer.byte() {
            b'"' => {
                let (start, end) = lexer.string();
                if self.keeps_scalars(keep) {
                    let text = self.string(start, end);
                    self.push(key, Value::String(text));
                }
            }
            bracket @ (b'{' | b'[') => {
                *lexer = Lexer::unpack(self.container(lexer.pack(), bracket, levels, keep, key)?);
            }
            _ => match lexer.short_int() {
                Some(int) => {
                    if self.keeps_scalars(keep) {
                        self.push(key, Value::Int(int));
                    }
                }
                None => *lexer = Lexer::unpack(self.other_value(lexer.pack(), levels, keep, key)?),
            },
        }
        Some(())
    }

    #[inline(never)]
    fn other_value<'t, T: Indexed>(
        &mut self,
        lexer: Packed<'t, T>,
        levels: u32,
        keep: Keep,
        key: Text,
    ) -> Option<Packed<'t, T>> {
        let mut lexer = Lexer::unpack(lexer);
        if lexer.passes_blank() {
            self.value(&mut lexer, levels, keep, key)?;
        } else {
            let value = lexer.scalar()?;
            if self.keeps_scalars(keep) {
                self.push(key, value);
            }
        }
        Some(lexer.pack())
    }

    /// A string, unescaped where it has escapes.
    #[inline(always)]
    fn string(&mut self, start: u32, end: u32) -> Text {
        let (start, end) = (start as usize, end as usize);
        if any_set(self.backslashes, start, end) {
            self.kept.unescaped.push(self.text, start, end)
        } else {
            Text::new(start, end.wrapping_sub(start), false)
        }
    }

    /// An array or an object, with its bracket.
    #[inline(never)]
    fn container<'t, T: Indexed>(
        &mut self,
        lexer: Packed<'t, T>,
        bracket: u8,
        levels: u32,
        keep: Keep,
        key: Text,
    ) -> Option<Packed<'t, T>> {
        let inner = levels.checked_sub(1)?;
        if bracket == b'{' {
            match self.members(keep) {
                Some(members) => self.object(Lexer::unpack(lexer), inner, key, members),
                None => Lexer::skip_nested(lexer, levels),
            }
        } else {
            if let Keep::Node(node) = keep {
                self.kept.is_straight &= self.trie.children(node).is_empty();
            }
            match self.elements(keep) {
                Some(elements) => self.array(Lexer::unpack(lexer), inner, key, elements),
                None => Lexer::skip_nested(lexer, levels),
            }
        }
    }

    #[inline(always)]
    fn keeps_scalars(&self, keep: Keep) -> bool {
        match keep {
            Keep::Nothing => false,
            Keep::Shell | Keep::All => true,
            Keep::Node(node) | Keep::Element(node) => self.trie.wanted(node) != Wanted::No,
        }
    }

    /// What is kept of the members of an object; `None` where it is not kept itself.
    fn members(&self, keep: Keep) -> Option<Members> {
        Some(match keep {
            Keep::Nothing => return None,
            Keep::Shell => Members::None,
            Keep::All => Members::All,
            Keep::Node(node) | Keep::Element(node) => match self.trie.wanted(node) {
                Wanted::Deep => Members::All,
                Wanted::Shallow | Wanted::No => Members::Children(node, self.trie.first_bytes(node)),
            },
        })
    }

    /// What is kept of the elements of an array; `None` where it is not kept itself.
    fn elements(&self, keep: Keep) -> Option<Keep> {
        Some(match keep {
            Keep::Nothing => return None,
            Keep::Shell => Keep::Nothing,
            Keep::All => Keep::All,
            // An array in an array is not looked into.
            Keep::Element(node) => match self.trie.wanted(node) {
                Wanted::No => return None,
                Wanted::Shallow | Wanted::Deep => Keep::Nothing,
            },
            Keep::Node(node) => match self.trie.wanted(node) {
                Wanted::Deep => Keep::All,
                // Which element an index means shows only where all are there.
                _ if self.trie.has_indexes(node) => Keep::All,
                Wanted::Shallow if self.trie.children(node).is_empty() => Keep::Shell,
                Wanted::Shallow | Wanted::No => Keep::Element(node),
            },
        })
    }

    fn object<'t, T: Indexed>(
        &mut self,
        mut lexer: Lexer<'t, T>,
        levels: u32,
        key: Text,
        members: Members,
    ) -> Option<Packed<'t, T>> {
        let index = self.open(key);
        let mut length = 0;
        if !lexer.enter(b'}') {
            loop {
                let (start, end) = lexer.key()?;
                self.member(&mut lexer, levels, index, start, end, members)?;
                length += 1;
                if !lexer.has_more(b'}')? {
                    break;
                }
            }
        }
        if matches!(members, Members::All) {
            length -= self.hide_repeated(index, length);
        }
        self.close(index, Value::Object { length });
        Some(lexer.pack())
    }

    /// The value of the key between `start` and `end`.
    #[inline(always)]
    fn member<T: Indexed>(
        &mut self,
        lexer: &mut Lexer<'_, T>,
        levels: u32,
        object: u32,
        start: u32,
        end: u32,
        members: Members,
    ) -> Option<()> {
        let node = match members {
            // Most keys can be told from those that are kept by how they begin.
            Members::Children(node, first_bytes) if first_bytes.have(lexer.byte_at(start)) => node,
            Members::Children(..) | Members::None => return lexer.skip(levels),
            Members::All => {
                let key = self.string(start, end);
                return self.value(lexer, levels, Keep::All, key);
            }
        };
        let kept = self.kept.unescaped.len();
        let key = self.string(start, end);
        let Some(child) = self.child(lexer, node, key) else {
            self.kept.unescaped.truncate(kept);
            return lexer.skip(levels);
        };
        // The last of equal keys counts. What was seen in another object lies before this one.
        let seen = self.kept.seen.get(child as usize).copied().unwrap_or_default();
        if seen.event == self.kept.event
            && seen.entry > object
            && let Some(earlier) = self.kept.entries.get_mut(seen.entry as usize)
        {
            earlier.is_hidden = true;
            self.kept.is_straight = false;
        }
        let here = self.next_index();
        self.value(lexer, levels, Keep::Node(child), key)?;
        let is_kept = self.next_index() > here;
        if let Some(seen) = self.kept.seen.get_mut(child as usize) {
            *seen = Seen { event: self.kept.event, entry: if is_kept { here } else { 0 } };
        }
        Some(())
    }

    #[inline(always)]
    fn child<T: Indexed>(&self, lexer: &Lexer<'_, T>, node: NodeId, key: Text) -> Option<NodeId> {
        let (start, length) = (key.start(), key.length());
        if key.is_unescaped() {
            return self.trie.child(node, self.kept.unescaped.bytes().get(start..start + length)?);
        }
        let name = || self.text.get(start..start + length);
        self.trie.child_named(node, NameStart::of(lexer.eight_at(position(start)), length), name)
    }

    fn array<'t, T: Indexed>(
        &mut self,
        mut lexer: Lexer<'t, T>,
        levels: u32,
        key: Text,
        elements: Keep,
    ) -> Option<Packed<'t, T>> {
        let index = self.open(key);
        let mut length = 0;
        if !lexer.enter(b']') {
            loop {
                self.value(&mut lexer, levels, elements, Text::default())?;
                length += 1;
                if !lexer.has_more(b']')? {
                    break;
                }
            }
        }
        self.close(index, Value::Array { length });
        Some(lexer.pack())
    }

    #[inline(always)]
    fn next_index(&self) -> u32 {
        position(self.kept.length)
    }

    #[inline(always)]
    fn push(&mut self, key: Text, value: Value) {
        let next = self.next_index() + 1;
        self.kept.push(Entry { key, value, next, is_hidden: false });
    }

    /// Begins an array or an object.
    fn open(&mut self, key: Text) -> u32 {
        let index = self.next_index();
        self.push(key, Value::Null);
        index
    }

    fn close(&mut self, index: u32, value: Value) {
        let next = self.next_index();
        if let Some(entry) = self.kept.entries.get_mut(index as usize) {
            entry.value = value;
            entry.next = next;
        }
    }

    /// Of equal keys in an object that is kept whole, the first keeps its place and the last its
    /// value. Returns how many members that leaves out.
    fn hide_repeated(&mut self, object: u32, length: u32) -> u32 {
        if length < 2 {
            return 0;
        }
        let mut members = mem::take(&mut self.kept.members);
        members.clear();
        let mut index = object + 1;
        while let Some(entry) = self.kept.entries().get(index as usize) {
            members.push(index);
            index = entry.next;
        }
        let tape = self.kept.tape(self.text);
        // By key, then by place.
        members.sort_unstable_by(|a, b| tape.key(*a).cmp(tape.key(*b)).then(a.cmp(b)));
        let mut repeated = 0;
        // From behind, so that the last of its kind comes first.
        let mut last: Option<u32> = None;
        for pair in members.windows(2).rev() {
            let &[earlier, later] = pair else { break };
            let tape = self.kept.tape(self.text);
            if tape.key(earlier) != tape.key(later) {
                last = None;
                continue;
            }
            let winner = *last.get_or_insert(later);
            repeated += 1;
            if let Some(entry) = self.kept.entries.get_mut(later as usize) {
                entry.is_hidden = true;
            }
            if let Some(entry) = self.kept.entries.get_mut(earlier as usize) {
                entry.value = Value::At(winner);
            }
        }
        self.kept.members = members;
        repeated
    }
}
