//! Goes through an event and writes down what a [`Trie`] wants of it.

use std::mem;

use super::lexer::{Lexer, Stop, VALUE, position};
use super::tokens::Tokens;
use super::{Kept, Text};
use crate::event::tape::{Entry, Seen, Value};
use crate::event::trie::{NodeId, Trie, Wanted};

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
    /// Those that are children of the node.
    Children(NodeId),
    All,
}

pub(super) struct Pass<'t, 's, T> {
    pub(super) lexer: Lexer<'t, T>,
    pub(super) trie: &'s Trie,
    pub(super) kept: &'s mut Kept,
}

impl<T: Tokens> Pass<'_, '_, T> {
    /// The whole text. With this inlined into its caller, it takes longer.
    #[inline(never)]
    pub(super) fn document(&mut self) -> Result<(), Stop> {
        self.value(Keep::Node(Trie::ROOT), Text::default())?;
        if self.kept.length == 0 {
            // A scalar that nobody wants: no field is there.
            self.push(Text::default(), Value::Null);
        }
        self.lexer.end()
    }

    /// A value, and its key where it has one. What most values are is inlined.
    #[inline(always)]
    fn value(&mut self, keep: Keep, key: Text) -> Result<(), Stop> {
        match self.lexer.peek() {
            (open, b'"') => {
                self.lexer.pass(open, VALUE)?;
                let (start, end) = self.lexer.string_end();
                if self.keeps_scalars(keep) {
                    let text = self.lexer.string(start, end, &mut self.kept.unescaped);
                    self.push(key, Value::String(text));
                }
                Ok(())
            }
            (open, byte @ (b'{' | b'[')) => self.container(open, byte, keep, key),
            (next, _) => match self.lexer.short_int(next) {
                Some(int) => {
                    if self.keeps_scalars(keep) {
                        self.push(key, Value::Int(int));
                    }
                    Ok(())
                }
                None => self.other_scalar(next, keep, key),
            },
        }
    }

    #[inline(never)]
    fn other_scalar(&mut self, next: usize, keep: Keep, key: Text) -> Result<(), Stop> {
        let value = self.lexer.scalar(next)?;
        if self.keeps_scalars(keep) {
            self.push(key, value);
        }
        Ok(())
    }

    /// An array or an object, with its bracket. Recursion is bounded by the lexer's nesting.
    #[inline(never)]
    fn container(&mut self, open: usize, bracket: u8, keep: Keep, key: Text) -> Result<(), Stop> {
        self.lexer.pass(open, VALUE)?;
        self.lexer.enter()?;
        if bracket == b'{' {
            match self.members(keep) {
                Some(members) => self.object(key, members),
                None => self.lexer.skip_inside(true),
            }
        } else {
            if let Keep::Node(node) = keep {
                self.kept.is_straight &= self.trie.children(node).is_empty();
            }
            match self.elements(keep) {
                Some(elements) => self.array(key, elements),
                None => self.lexer.skip_inside(false),
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
                Wanted::Shallow | Wanted::No => Members::Children(node),
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

    fn object(&mut self, key: Text, members: Members) -> Result<(), Stop> {
        let index = self.open(key);
        let mut length = 0;
        if !self.lexer.is_empty(true)? {
            loop {
                let (start, end) = self.lexer.key()?;
                self.member(index, start, end, members)?;
                length += 1;
                if !self.lexer.has_more(true)? {
                    break;
                }
            }
        }
        self.lexer.leave();
        if matches!(members, Members::All) {
            length -= self.hide_repeated(index, length);
        }
        self.close(index, Value::Object { length });
        Ok(())
    }

    /// The value of the key between `start` and `end`.
    #[inline(always)]
    fn member(&mut self, object: u32, start: usize, end: usize, members: Members) -> Result<(), Stop> {
        let node = match members {
            Members::None => return self.lexer.skip(),
            Members::All => {
                let key = self.lexer.string(start, end, &mut self.kept.unescaped);
                return self.value(Keep::All, key);
            }
            Members::Children(node) => node,
        };
        let kept = self.kept.unescaped.len();
        let key = self.lexer.string(start, end, &mut self.kept.unescaped);
        let Some(child) = self.child(node, key) else {
            self.kept.unescaped.truncate(kept);
            return self.lexer.skip();
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
        self.value(Keep::Node(child), key)?;
        let is_kept = self.next_index() > here;
        if let Some(seen) = self.kept.seen.get_mut(child as usize) {
            *seen = Seen { event: self.kept.event, entry: if is_kept { here } else { 0 } };
        }
        Ok(())
    }

    #[inline(always)]
    fn child(&self, node: NodeId, key: Text) -> Option<NodeId> {
        let around = if key.is_unescaped() { self.kept.unescaped.bytes() } else { self.lexer.text };
        self.trie.child_in(node, around, key.start(), key.length())
    }

    fn array(&mut self, key: Text, elements: Keep) -> Result<(), Stop> {
        let index = self.open(key);
        let mut length = 0;
        if !self.lexer.is_empty(false)? {
            loop {
                self.value(elements, Text::default())?;
                length += 1;
                if !self.lexer.has_more(false)? {
                    break;
                }
            }
        }
        self.lexer.leave();
        self.close(index, Value::Array { length });
        Ok(())
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
        let tape = self.kept.tape(self.lexer.text);
        // By key, then by place.
        members.sort_unstable_by(|a, b| tape.key(*a).cmp(tape.key(*b)).then(a.cmp(b)));
        let mut repeated = 0;
        // From behind, so that the last of its kind comes first.
        let mut last: Option<u32> = None;
        for pair in members.windows(2).rev() {
            let &[earlier, later] = pair else { break };
            let tape = self.kept.tape(self.lexer.text);
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
