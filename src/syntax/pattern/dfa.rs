//! A pattern as a table: for each state and each kind of character the next state.
//!
//! Where the table is small, as it is for nearly all patterns that people write, a search takes a step for each
//! character, where that of the [`Nfa`] takes one for each of its states.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::nfa::{Nfa, Reached, Side, StateId};
use super::set;
use crate::sort;

/// The most cells of a table, each of two bytes.
const MAX_CELLS: usize = 4096;

/// The most states of what a table is made of; and the most rows for each of them, beside a few: what has more of them
/// mostly has very many. Together they bound the time that it takes to make a table, or to give up.
const MAX_STATES: usize = 256;
const MAX_ROWS_EACH: usize = 8;
const FEW_ROWS: usize = 32;

/// The most pairs of a range of characters and a set that it may be in.
const MAX_PAIRS: usize = 1 << 14;

/// The cell that a row begins with. The first two are not those of a row, but answers.
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

/// What a table is made of.
struct Plan {
    classes: Classes,
    /// By number.
    members: Vec<Class>,
}

impl Dfa {
    /// `None` where it would be too large.
    pub(super) fn new(nfa: &Nfa) -> Option<Self> {
        if nfa.len() > MAX_STATES {
            return None;
        }
        let plan = Plan::new(nfa)?;
        let width = plan.members.len() + 1;
        // Where one part follows the other, each state has a row.
        if nfa.len() * width > MAX_CELLS {
            return None;
        }
        Builder { nfa, width, rows: HashMap::default(), open: Vec::new(), cells: Vec::new() }.build(plan)
    }

    /// Its memory.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.cells) + size_of_val(&*self.classes.ranges)
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
        self.next(row, self.classes.end) == FOUND
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
    /// The cells of a row.
    width: usize,
    rows: HashMap<Key, Row, foldhash::fast::RandomState>,
    /// Those whose cells are still to be written.
    open: Vec<(Key, Row)>,
    cells: Vec<Row>,
}

impl Builder<'_> {
    fn build(mut self, Plan { classes, members }: Plan) -> Option<Dfa> {
        let has = |side| side == Side::Edge || members.iter().any(|class| class.side == side);
        let sides = Side::ALL.map(has);
        let start = self.row(Side::Edge, vec![self.nfa.start()])?;
        while let Some(((before, states), row)) = self.open.pop() {
            let reached = Side::ALL.map(|after| match sides.get(after as usize) {
                Some(true) => self.nfa.reached(&states, before, after),
                _ => Reached::default(),
            });
            let reached = |after: Side| reached.get(after as usize);
            for (cell, class) in (usize::from(row)..).zip(&members) {
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
                    self.row(class.side, states)?
                };
                *self.cells.get_mut(cell)? = next;
            }
            let end = usize::from(row) + self.width - 1;
            *self.cells.get_mut(end)? = if reached(Side::Edge)?.is_match { FOUND } else { NEVER };
        }
        Some(Dfa { classes, cells: self.cells.into(), start })
    }

    /// The row of these states. `None` where there are too many.
    fn row(&mut self, before: Side, mut states: Vec<StateId>) -> Option<Row> {
        sort::by_key(&mut states, |state| *state);
        states.dedup();
        if states.is_empty() {
            return Some(NEVER);
        }
        let most = MAX_ROWS_EACH * self.nfa.len() + FEW_ROWS;
        let count = self.rows.len();
        match self.rows.entry((before, states.into())) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(new) => {
                // Behind two cells, for the answers.
                let row = self.cells.len().max(2);
                if row + self.width > MAX_CELLS || count == most {
                    return None;
                }
                self.cells.resize(row + self.width, NEVER);
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
    /// The class of the end of the text, beyond all others.
    end: u8,
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

impl Plan {
    /// `None` where there are too many classes.
    fn new(nfa: &Nfa) -> Option<Self> {
        let looks_around = nfa.looks_around();
        let mut starts = vec!['\0'];
        if looks_around {
            // Where a side begins.
            let is_start = |c: &char| set::before(*c).is_some_and(|before| Side::of(before) != Side::of(*c));
            starts.extend((0..128).map(char::from).filter(is_start));
        }
        let sets = nfa.sets();
        let bounds: usize = sets.iter().map(|set| 2 * set.ranges().len() + 1).sum();
        if bounds > MAX_PAIRS {
            return None;
        }
        for set in sets {
            // What is outside of a set begins behind the inside.
            let bounds = set.ranges().iter().flat_map(|(first, last)| [Some(*first), set::after(*last)]);
            starts.extend(bounds.flatten());
        }
        sort::by_key(&mut starts, |start| *start);
        starts.dedup();
        if starts.len() * sets.len() > MAX_PAIRS {
            return None;
        }

        let mut numbers = HashMap::<Class, u8, foldhash::fast::RandomState>::default();
        let mut members = Vec::new();
        let mut ranges = Vec::new();
        for start in starts {
            let side = if looks_around { Side::of(start) } else { Side::Other };
            let mut bits = vec![0; sets.len().div_ceil(64)];
            for (index, _) in sets.iter().enumerate().filter(|(_, set)| set.contains(start)) {
                *bits.get_mut(index / 64)? |= 1 << (index % 64);
            }
            let class = Class { side, sets: bits.into() };
            let number = match numbers.get(&class) {
                Some(number) => *number,
                None => {
                    let next = u8::try_from(members.len()).ok()?;
                    numbers.insert(class.clone(), next);
                    members.push(class);
                    next
                }
            };
            ranges.push((start, number));
        }
        let end = u8::try_from(members.len()).ok()?;
        let mut ascii = [0; 128];
        for (byte, class) in (0_u8..).zip(&mut ascii) {
            *class = class_in(&ranges, char::from(byte));
        }
        Some(Self { classes: Classes { ascii, ranges: ranges.into(), end }, members })
    }
}

fn class_in(ranges: &[(char, u8)], c: char) -> u8 {
    let beyond = ranges.partition_point(|(start, _)| *start <= c);
    beyond.checked_sub(1).and_then(|range| ranges.get(range)).map_or(0, |(_, class)| *class)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::super::{Flags, anchors, oracle, parser};
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

        /// The oracle says the same as the table, and as the search that follows all states.
        #[test]
        fn all_ways_to_search_agree(
            pattern in pattern(),
            texts in prop::collection::vec("[ab1_ é\u{fc}\u{212a}\u{2028}\r\n]{0,7}", 8),
        ) {
            let Ok(node) = parser::parse(&pattern, Flags::NONE).and_then(anchors::settle) else { return Ok(()) };
            let oracle = oracle::regex(&node);
            let nfa = Nfa::new(&node);
            let dfa = Dfa::new(&nfa);
            for text in texts {
                let expected = oracle.is_match(&text);
                prop_assert_eq!(nfa.is_match(&text), expected, "{} in {:?}", pattern, text);
                if let Some(dfa) = &dfa {
                    prop_assert_eq!(dfa.is_match(&text), expected, "{} in {:?}, by the table", pattern, text);
                }
            }
        }
    }

    /// One character of each set of some of seven letters.
    #[test]
    fn many_sets() {
        let letters =
            |set: u32| ('a'..='g').zip(0..).filter(move |(_, bit)| set >> bit & 1 == 1).map(|(c, _)| c);
        let class = |set| format!("[{}]", letters(set).collect::<String>());
        let pattern: String = (1..=100).map(class).collect();
        let nfa = Nfa::new(&parser::parse(&format!("^{pattern}"), Flags::NONE).unwrap());
        assert_eq!(nfa.sets().len(), 100);
        let dfa = Dfa::new(&nfa).unwrap();
        let text: String = (1..=100).filter_map(|set| letters(set).next()).collect();
        for set in 1..=100 {
            for other in 'a'..='h' {
                let text: String =
                    (1..).zip(text.chars()).map(|(at, c)| if at == set { other } else { c }).collect();
                let expected = letters(set).any(|letter| letter == other);
                assert_eq!((nfa.is_match(&text), dfa.is_match(&text)), (expected, expected), "{text}");
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
