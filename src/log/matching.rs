//! A filter on all events of a log.

use crate::dialect_filter::DialectFilter;
use crate::event::json::Scratch;
use crate::filter::Filter;
use crate::program::Program;
use crate::verdict::Verdict;
use crate::vm;

use super::column::Column;
use super::columns::Columns;
use super::store::Store;

/// Which events of an [`EventLog`](crate::EventLog) match: a bit for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventBits {
    words: Vec<u32>,
    length: usize,
}

impl EventBits {
    fn new(length: usize, mut matches: impl FnMut(usize) -> bool) -> Self {
        let word = |first: usize| {
            let events = first..length.min(first + 32);
            events.rev().fold(0, |word, event| word << 1 | u32::from(matches(event)))
        };
        Self { words: (0..length).step_by(32).map(word).collect(), length }
    }

    /// The number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no event at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How many events match.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether the event with this index matches; `false` beyond the last.
    #[must_use]
    pub fn get(&self, index: usize) -> bool {
        self.words.get(index / 32).is_some_and(|word| word >> (index % 32) & 1 == 1)
    }

    /// The indexes of those that match, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.length).filter(|index| self.get(*index))
    }

    /// Event `i` is bit `i % 32` of word `i / 32`; bits beyond the last event are 0.
    #[must_use]
    pub fn words(&self) -> &[u32] {
        &self.words
    }
}

/// What a filter of any dialect says of the events of an [`EventLog`](crate::EventLog).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventVerdicts {
    matching: EventBits,
    throwing: EventBits,
}

impl EventVerdicts {
    /// Those that match.
    #[must_use]
    pub fn matching(&self) -> &EventBits {
        &self.matching
    }

    /// Those on which the filter throws, which none does in the dialect of MongoDB.
    #[must_use]
    pub fn throwing(&self) -> &EventBits {
        &self.throwing
    }
}

/// None throws.
impl From<EventBits> for EventVerdicts {
    fn from(matching: EventBits) -> Self {
        let throwing = EventBits { words: vec![0; matching.words.len()], length: matching.length };
        Self { matching, throwing }
    }
}

/// Reads the events again, whatever the dialect.
pub(super) fn verdicts(filter: &DialectFilter, store: &Store, scratch: &mut Scratch) -> EventVerdicts {
    // Nothing where it throws. What is in the log has been read before.
    let verdict = |event| match filter.verdict_json(store.get(event)?, scratch).ok()? {
        Verdict::Throws(_) => None,
        verdict => Some(verdict == Verdict::Matches),
    };
    let verdicts: Vec<Option<bool>> = (0..store.len()).map(verdict).collect();
    let bits = |wanted| EventBits::new(verdicts.len(), |event| verdicts.get(event) == Some(&wanted));
    EventVerdicts { matching: bits(Some(true)), throwing: bits(None) }
}

/// Reads the events again.
pub(super) fn by_text(filter: &Filter, store: &Store, scratch: &mut Scratch) -> EventBits {
    EventBits::new(store.len(), |event| {
        // What is in the log has been read before.
        store.get(event).is_some_and(|event| filter.matches_json(event, scratch).unwrap_or_default())
    })
}

/// The columns have all that the filter looks at.
pub(super) fn by_columns(filter: &Filter, columns: &Columns, events: usize) -> EventBits {
    let program = filter.program();
    let mut tests: Vec<Test<'_>> = program
        .code
        .instructions
        .iter()
        .map(|instruction| Test {
            column: program.code.paths.get(usize::from(instruction.path)).and_then(|path| columns.get(path)),
            verdicts: Vec::new(),
        })
        .collect();
    let mut room = MEMORY;
    EventBits::new(events, |event| {
        vm::matches_by(program, |index| {
            tests.get_mut(index).is_some_and(|test| test.verdict(program, index, event, &mut room))
        })
    })
}

/// So many verdicts are remembered, in bytes.
const MEMORY: usize = 16 << 20;

/// An instruction with what it has said about the tapes of its column.
struct Test<'c> {
    column: Option<&'c Column>,
    /// Empty where nothing is remembered.
    verdicts: Vec<Known>,
}

/// What is known of a tape.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Unknown,
    No,
    Yes,
}

impl Test<'_> {
    #[inline(always)]
    fn verdict(&mut self, program: &Program, index: usize, event: usize, room: &mut usize) -> bool {
        let Some(column) = self.column else { return false };
        let number = column.number(event);
        let known = self.verdicts.get(number as usize);
        if let Some(known) = known
            && *known != Known::Unknown
        {
            return *known == Known::Yes;
        }
        let verdict = column.holds(program, index, number);
        if self.verdicts.is_empty() && column.repeats() && column.distinct() <= *room {
            *room -= column.distinct();
            self.verdicts = vec![Known::Unknown; column.distinct()];
        }
        if let Some(known) = self.verdicts.get_mut(number as usize) {
            *known = if verdict { Known::Yes } else { Known::No };
        }
        verdict
    }
}
