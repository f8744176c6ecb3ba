//! Parts of many events, in one place.

use std::hash::{Hash, Hasher};

use super::tape::{Entry, Tape, TapeNode, Text, Value};

/// A value on a tape, with all that is inside of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'e> {
    tape: &'e Tape<'e>,
    entries: &'e [Entry],
    /// The index of the first entry on the tape.
    first: u32,
}

impl<'e> TapeNode<'e> {
    pub(crate) fn part(self) -> Part<'e> {
        let entry = |index: u32| self.tape.entries.get(index as usize);
        let first = match entry(self.index).map(|entry| entry.value) {
            Some(Value::At(index)) => index,
            _ => self.index,
        };
        let end = entry(first).map_or(first, |entry| entry.next);
        let entries = self.tape.entries.get(first as usize..end as usize).unwrap_or_default();
        Part { tape: self.tape, entries, first }
    }
}

impl Part<'_> {
    /// The entries as if the tape began here. The key of the first one says nothing about the value.
    fn entries(self) -> impl Iterator<Item = Entry> {
        self.entries.iter().enumerate().map(move |(index, entry)| Entry {
            key: if index == 0 { Text::default() } else { entry.key },
            value: match entry.value {
                Value::At(at) => Value::At(at - self.first),
                value => value,
            },
            next: entry.next - self.first,
            is_hidden: index > 0 && entry.is_hidden,
        })
    }
}

/// The same, however it was spelled otherwise; but `1` and `1.0` are two.
impl PartialEq for Part<'_> {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |(a, b): (Entry, Entry)| {
            a.next == b.next
                && a.is_hidden == b.is_hidden
                && self.tape.bytes(a.key) == other.tape.bytes(b.key)
                && match (a.value, b.value) {
                    (Value::Null, Value::Null) => true,
                    (Value::Bool(a), Value::Bool(b)) => a == b,
                    (Value::Int(a), Value::Int(b)) => a == b,
                    (Value::Double(a), Value::Double(b)) => a.to_bits() == b.to_bits(),
                    (Value::String(a), Value::String(b)) => self.tape.bytes(a) == other.tape.bytes(b),
                    (Value::Array { length: a }, Value::Array { length: b })
                    | (Value::Object { length: a }, Value::Object { length: b })
                    | (Value::At(a), Value::At(b)) => a == b,
                    _ => false,
                }
        };
        self.entries.len() == other.entries.len() && self.entries().zip(other.entries()).all(is_same)
    }
}

/// Parts that are the same have the same hash; others may have, too.
impl Hash for Part<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for entry in self.entries() {
            match entry.value {
                Value::Null => state.write_u64(0),
                Value::Bool(bool) => state.write_u64(1 + u64::from(bool)),
                Value::Int(int) => state.write_i64(int),
                Value::Double(double) => state.write_u64(double.to_bits()),
                Value::String(text) => state.write(self.tape.bytes(text)),
                Value::Array { length } | Value::Object { length } => state.write_u32(length),
                Value::At(index) => state.write_u32(index),
            }
        }
    }
}

/// Parts with text of their own, by number.
#[derive(Debug, Default)]
pub(crate) struct Tapes {
    entries: Vec<Entry>,
    /// Keys and strings.
    text: Vec<u8>,
    /// Where the entries of each begin.
    starts: Vec<u32>,
}

impl Tapes {
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn get(&self, number: u32) -> Tape<'_> {
        let number = number as usize;
        let at = |number: usize| self.starts.get(number).map_or(self.entries.len(), |start| *start as usize);
        let entries = self.entries.get(at(number)..at(number + 1)).unwrap_or_default();
        Tape { entries, text: &self.text, unescaped: &[], finds: None }
    }

    /// Copies a part; returns its number. `None` where positions no longer fit into 32 bits.
    pub(crate) fn push(&mut self, part: Part<'_>) -> Option<u32> {
        let number = u32::try_from(self.starts.len()).ok()?;
        let start = u32::try_from(self.entries.len()).ok()?;
        for mut entry in part.entries() {
            entry.key = self.copy(part.tape.bytes(entry.key))?;
            if let Value::String(string) = entry.value {
                entry.value = Value::String(self.copy(part.tape.bytes(string))?);
            }
            self.entries.push(entry);
        }
        self.starts.push(start);
        Some(number)
    }

    fn copy(&mut self, string: &[u8]) -> Option<Text> {
        let (start, length) = (self.text.len(), string.len());
        u32::try_from(start + length).ok()?;
        self.text.extend_from_slice(string);
        Some(Text::new(start, length, false))
    }

    /// Their memory.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.text.capacity()
            + self.starts.capacity() * size_of::<u32>()
    }
}
