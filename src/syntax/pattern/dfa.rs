//! A pattern as a table: for each state and each kind of character the next state.
//!
//! Where the table is small, as it is for nearly all patterns that people write, a search takes a step for each
//! character, where that of the [`Nfa`] takes one for each of its states.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::nfa::{Nfa, Reached, Side, StateId};

/// The most cells of a table, each of two bytes, and the most states of what it is made of: together they bound the time
/// that it takes to make one, which is some 2 ms.
const MAX_CELLS: usize = 4096;
const MAX_STATES: usize = 256;

/// Where a row begins; of the first two there is no need.
type Row = u16;

/// There is no match, whatever follows.
const NEVER: Row = 0;
/// There is one.
const FOUND: Row = 1;

/// A deterministic automaton.
#[derive(Debug, Clone)]
pub(super) struct Dfa {
    classes: Classes,
    /// Rows of a cell for each class, and one for the end of the text.
    cells: Box<[Row]>,
    start: Row,
}

impl Dfa {
    /// `None` where it would be too large.
    pub(super) fn new(nfa: &Nfa) -> Option<Self> {
        if nfa.len() > MAX_STATES {
            return None;
        }
        let classes = Classes::new(nfa)?;
        Builder { nfa, rows: HashMap::default(), open: Vec::new(), cells: Vec::new() }.build(classes)
    }

    /// Is the pattern found anywhere in `text`?
    pub(super) fn is_match(&self, text: &str) -> bool {
        let mut row = self.start;
        let mut at = 0;
        while let Some(byte) = text.as_bytes().get(at) {
            let class = match self.classes.ascii.get(usize::from(*byte)) {
                Some(class) => {
                    at += 1;
                    *class
                }
                None => {
                    let c = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
                    at += c.len_utf8();
                    class_in(&self.classes.ranges, c)
                }
            };
            row = self.next(row, class);
            if row <= FOUND {
                return row == FOUND;
            }
        }
        self.next(row, self.classes.count()) == FOUND
    }

    #[inline(always)]
    fn next(&self, row: Row, class: u8) -> Row {
        self.cells.get(usize::from(row) + usize::from(class)).copied().unwrap_or(NEVER)
    }
}

/// What a row stands for: what came before, and the states to go on from.
type Key = (Side, Box<[StateId]>);

struct Builder<'n> {
    nfa: &'n Nfa,
    rows: HashMap<Key, Row, foldhash::fast::RandomState>,
    /// Those whose cells are still to be written.
    open: Vec<(Key, Row)>,
    cells: Vec<Row>,
}

impl Builder<'_> {
    fn build(mut self, classes: Classes) -> Option<Dfa> {
        let width = usize::from(classes.count()) + 1;
        let start = self.row(Side::Edge, vec![self.nfa.start()], width)?;
        while let Some(((before, states), row)) = self.open.pop() {
            let reached = Side::ALL.map(|after| match classes.has(after) {
                true => self.nfa.reached(&states, before, after),
                false => Reached::default(),
            });
            let reached = |after: Side| reached.get(after as usize);
            for (cell, class) in (usize::from(row)..).zip(classes.all()) {
                let reached = reached(class.side)?;
                let next = if reached.is_match {
                    FOUND
                } else {
                    let matching = reached.consuming.iter().filter(|(set, _)| class.is_in(*set));
                    let mut states: Vec<_> = matching.map(|(_, next)| *next).collect();
                    // A match may begin at any place.
                    if !self.nfa.is_anchored() {
                        states.push(self.nfa.start());
                    }
                    self.row(class.side, states, width)?
                };
                *self.cells.get_mut(cell)? = next;
            }
            let end = usize::from(row) + width - 1;
            *self.cells.get_mut(end)? = if reached(Side::Edge)?.is_match { FOUND } else { NEVER };
        }
        Some(Dfa { classes, cells: self.cells.into(), start })
    }

    /// The row of these states. `None` where there are too many.
    fn row(&mut self, before: Side, mut states: Vec<StateId>, width: usize) -> Option<Row> {
        states.sort_unstable();
        states.dedup();
        if states.is_empty() {
            return Some(NEVER);
        }
        match self.rows.entry((before, states.into())) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(new) => {
                // Two cells before the first row, for the rows that there are not.
                let row = self.cells.len().max(2);
                if row + width > MAX_CELLS {
                    return None;
                }
                self.cells.resize(row + width, NEVER);
                let row = Row::try_from(row).ok()?;
                self.open.push((new.key().clone(), row));
                Some(*new.insert(row))
            }
        }
    }
}

/// The characters, in classes of which a pattern cannot tell the members apart.
#[derive(Debug, Clone)]
struct Classes {
    ascii: [u8; 128],
    /// Where ranges begin, and their classes; the first begins with the first character.
    ranges: Box<[(char, u8)]>,
    classes: Vec<Class>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Class {
    side: Side,
    /// The sets that its characters are in, a bit for each.
    sets: Box<[u64]>,
}

impl Class {
    fn is_in(&self, set: u32) -> bool {
        self.sets.get(set as usize / 64).is_some_and(|word| word >> (set % 64) & 1 == 1)
    }
}

impl Classes {
    /// `None` where there are too many.
    fn new(nfa: &Nfa) -> Option<Self> {
        let mut starts = vec!['\0'];
        if nfa.looks_around() {
            // Where a side begins.
            starts.extend((1..128).map(char::from).filter(|c| Side::of(*c) != Side::of(before(*c))));
        }
        for set in nfa.sets() {
            // What is outside of a set begins where the inside ends.
            let outside = set.negated();
            starts.extend(set.ranges().iter().chain(outside.ranges()).map(|(first, _)| *first));
        }
        starts.sort_unstable();
        starts.dedup();

        let mut numbers = HashMap::<Class, u8, foldhash::fast::RandomState>::default();
        let mut classes = Vec::new();
        let mut ranges = Vec::new();
        for start in starts {
            let side = if nfa.looks_around() { Side::of(start) } else { Side::Other };
            let mut sets = vec![0; nfa.sets().len().div_ceil(64)];
            for (index, _) in nfa.sets().iter().enumerate().filter(|(_, set)| set.contains(start)) {
                *sets.get_mut(index / 64)? |= 1 << (index % 64);
            }
            let class = Class { side, sets: sets.into() };
            // The last number is for the end of the text.
            let next = u8::try_from(classes.len()).ok().filter(|next| *next < u8::MAX)?;
            let number = *numbers.entry(class.clone()).or_insert(next);
            if number == next {
                classes.push(class);
            }
            ranges.push((start, number));
        }
        let mut ascii = [0; 128];
        for (byte, class) in (0_u8..).zip(&mut ascii) {
            *class = class_in(&ranges, char::from(byte));
        }
        Some(Self { ascii, ranges: ranges.into(), classes })
    }

    /// Whether there is one on this side of a place; the edge is always there.
    fn has(&self, side: Side) -> bool {
        side == Side::Edge || self.all().any(|class| class.side == side)
    }

    fn all(&self) -> impl Iterator<Item = &Class> {
        self.classes.iter()
    }

    /// Classes are less.
    #[inline(always)]
    fn count(&self) -> u8 {
        self.classes.len() as u8
    }
}

fn before(c: char) -> char {
    ('\0'..c).next_back().unwrap_or_default()
}

fn class_in(ranges: &[(char, u8)], c: char) -> u8 {
    let beyond = ranges.partition_point(|(start, _)| *start <= c);
    beyond.checked_sub(1).and_then(|range| ranges.get(range)).map_or(0, |(_, class)| *class)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::super::{Flags, anchors, engine, parser};
    use super::*;

    fn pattern() -> impl Strategy<Value = String> {
        let one = prop::sample::select(vec![
            "a", "b", "é", "\\n", "\\r", " ", ".", "\\w", "\\W", "\\d", "\\s", "[^a]", "[a-c]", "[é-ü]",
            "\\R", "", "^", "$", "\\A", "\\z", "\\Z", "\\b", "\\B", "(?m:^)", "(?m:$)", "[[:<:]]", "[[:>:]]",
            "(?i:k)",
        ]);
        one.prop_map(str::to_owned).prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                4 => prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|parts| format!("(?:{})", parts.join("|"))),
                1 => (inner, prop::sample::select(vec!["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"]))
                    .prop_map(|(part, times)| format!("(?:{part}){times}")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Another engine says the same as the table, and as the search that follows all states.
        #[test]
        fn all_ways_to_search_agree(
            pattern in pattern(),
            texts in prop::collection::vec("[ab1_ é\u{fc}\u{212a}\u{2028}\r\n]{0,7}", 8),
        ) {
            let Ok(node) = parser::parse(&pattern, Flags::NONE).and_then(anchors::settle) else { return Ok(()) };
            let engine = engine::regex(&node);
            let nfa = Nfa::new(&node);
            let dfa = Dfa::new(&nfa);
            for text in texts {
                let expected = engine.is_match(&text);
                prop_assert_eq!(nfa.is_match(&text), expected, "{} in {:?}", pattern, text);
                if let Some(dfa) = &dfa {
                    prop_assert_eq!(dfa.is_match(&text), expected, "{} in {:?}, by the table", pattern, text);
                }
            }
        }
    }

    #[test]
    fn tables_are_bounded() {
        let dfa = |pattern: &str| Dfa::new(&Nfa::new(&parser::parse(pattern, Flags::NONE).unwrap()));
        assert!(dfa("^/[^/]+/files/.*[.](?:pdf|docx?)$").is_some());
        assert!(dfa("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").is_some());
        // A state for each choice of the last twelve characters.
        assert!(dfa("a[ab]{12}c").is_none());
        assert!(dfa("a{300}b").is_none());
    }
}
