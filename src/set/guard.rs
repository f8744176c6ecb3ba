//! Guards: what has to hold besides a key. A guard stands beside each filter under a key, so that most
//! filters that do not match need not be looked at, each in its own corner of the memory. And where key
//! and guard are all that a filter asks for, it need not be looked at to know that it matches.

use super::index::Index;
use super::intervals::Interval;
use super::keys::{self, Key};
use super::proof::{self, Proof};
use crate::event::trie::NodeId;
use crate::event::{Constant, Node, Number, View};
use crate::path::Path;
use crate::program::{Instruction, Op, Program};
use crate::vm::walk::{self, Found, Leaf};

/// The number of a filter in the set.
pub(super) type Slot = u32;

/// What a program asks for at a path, wherever it stands in the way of *match*.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand<'p> {
    pub(super) path: &'p Path,
    pub(super) kind: DemandKind<'p>,
    /// That there is no such value.
    pub(super) is_negated: bool,
    /// The tests whose verdicts are known where it is met.
    pub(super) proof: Proof,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum DemandKind<'p> {
    String(&'p str),
    Number(u64),
    /// A number that is not below, and one that is not above; with several numbers not the same.
    Bounds {
        low: u64,
        high: u64,
    },
}

impl<'p> Demand<'p> {
    fn of(program: &'p Program, index: usize, instruction: &Instruction, verdict: bool) -> Option<Self> {
        let path = program.code.paths.get(usize::from(instruction.path))?;
        let (kind, is_exact) = match (instruction.op, program.constant(instruction.operand)) {
            (Op::Equal, Constant::String(string)) => (DemandKind::String(string), true),
            (op, Constant::Number(number)) => (number_demand(op, *number)?, number.is_told_by_double()),
            _ => return None,
        };
        // That a bound is not met, or another number with the same nearest double, says nothing.
        if !verdict && (!is_exact || matches!(kind, DemandKind::Bounds { .. })) {
            return None;
        }
        let proof = if is_exact { Proof::of(index, verdict) } else { Proof::default() };
        Some(Self { path, kind, is_negated: !verdict, proof })
    }

    /// What is rarely met comes first.
    fn rank(&self) -> u8 {
        match self.kind {
            _ if self.is_negated => 3,
            DemandKind::String(_) | DemandKind::Number(_) => 0,
            DemandKind::Bounds { low: 0, .. } | DemandKind::Bounds { high: u64::MAX, .. } => 2,
            DemandKind::Bounds { .. } => 1,
        }
    }

    /// With a bound at the same path, if both are bounds.
    fn narrow(&mut self, other: &Self) -> bool {
        let (DemandKind::Bounds { low, high }, DemandKind::Bounds { low: other_low, high: other_high }) =
            (&mut self.kind, other.kind)
        else {
            return false;
        };
        if self.path != other.path {
            return false;
        }
        *low = (*low).max(other_low);
        *high = (*high).min(other_high);
        self.proof = self.proof.and(other.proof);
        true
    }
}

/// The bound itself is out where that can be told.
fn number_demand(op: Op, number: Number) -> Option<DemandKind<'static>> {
    let place = keys::place_of_number(number);
    let outside = u64::from(number.is_told_by_double());
    let (low, high) = match op {
        Op::Equal => return Some(DemandKind::Number(place)),
        Op::Less => (0, place - outside),
        Op::LessOrEqual => (0, place),
        Op::Greater => (place + outside, u64::MAX),
        Op::GreaterOrEqual => (place, u64::MAX),
        _ => return None,
    };
    Some(DemandKind::Bounds { low, high })
}

/// The best demand besides the keys.
pub(super) fn demand<'p>(program: &'p Program, keys: &[Key<'_>]) -> Option<Demand<'p>> {
    let mut demands: Vec<Demand<'p>> = Vec::new();
    for (index, instruction, verdict) in proof::demanded(program) {
        let Some(demand) = Demand::of(program, index, instruction, verdict) else { continue };
        let is_key = keys.iter().any(|key| key.path == demand.path);
        if !is_key && !demands.iter_mut().any(|known| known.narrow(&demand)) {
            demands.push(demand);
        }
    }
    demands.into_iter().min_by_key(Demand::rank)
}

/// A demand, with numbers for what it names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guard {
    pub(super) node: NodeId,
    /// Of symbols, not of numbers.
    pub(super) is_symbol: bool,
    pub(super) is_negated: bool,
    pub(super) low: u64,
    pub(super) high: u64,
}

/// A filter that could match. 24 bytes, as there is one for each key of each filter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) slot: Slot,
    /// The bits below, and from [`NODE`](Self::NODE) on the guard's node plus one, or 0 without a guard.
    aim: u32,
    low: u64,
    high: u64,
}

/// What is known of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Rejected,
    /// Its program has to run.
    Open,
    Matches,
}

impl Candidate {
    /// The filter matches if the guard passes.
    const IS_DECIDED: u32 = 1;
    const IS_SYMBOL: u32 = 2;
    const IS_NEGATED: u32 = 4;
    const NODE: u32 = 3;

    pub(super) fn new(slot: Slot, guard: Option<Guard>, is_decided: bool) -> Self {
        let bit = |is_set, bit| if is_set { bit } else { 0 };
        let decided = bit(is_decided, Self::IS_DECIDED);
        // Each node takes memory, so there are never that many.
        let Some(guard) = guard.filter(|guard| guard.node < u32::MAX >> Self::NODE) else {
            return Self { slot, aim: decided, low: 0, high: 0 };
        };
        let Guard { node, is_symbol, is_negated, low, high } = guard;
        let bits = decided | bit(is_symbol, Self::IS_SYMBOL) | bit(is_negated, Self::IS_NEGATED);
        let aim = (node + 1) << Self::NODE | bits;
        Self { slot, aim, low, high }
    }

    #[inline]
    fn is(&self, bit: u32) -> bool {
        self.aim & bit != 0
    }

    #[inline]
    fn node(&self) -> Option<NodeId> {
        (self.aim >> Self::NODE).checked_sub(1)
    }

    fn passed(&self) -> Answer {
        if self.is(Self::IS_DECIDED) { Answer::Matches } else { Answer::Open }
    }

    /// Whether the filter still could match, where its path reaches this.
    #[inline]
    fn ask(&self, reached: &Reached) -> Answer {
        let found = if self.is(Self::IS_SYMBOL) { reached.symbols } else { reached.numbers };
        let overlap = found.filter(|found| found.low <= self.high && self.low <= found.high);
        let is_point = self.low == self.high;
        match (overlap, self.is(Self::IS_NEGATED)) {
            (None, false) => Answer::Rejected,
            (None, true) => self.passed(),
            // Of several values, one may be below and one above.
            (Some(found), _) if is_point && found.low != found.high => Answer::Open,
            (Some(_), false) => self.passed(),
            (Some(_), true) => Answer::Rejected,
        }
    }
}

/// What guards need to know of an event, found out when the first of them asks.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// By node, with the number of the event that it was found out for.
    known: Vec<(u32, Reached)>,
    /// The number of the event at hand, from 1.
    event: u32,
}

/// The scalars that a path reaches: from the least to the greatest.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    numbers: Option<Interval>,
    /// Of the strings that guards name.
    symbols: Option<Interval>,
}

impl Facts {
    pub(super) fn begin(&mut self, nodes: usize) {
        self.event = self.event.wrapping_add(1);
        if self.event == 0 {
            self.known.clear();
            self.event = 1;
        }
        if self.known.len() < nodes {
            self.known.resize(nodes, Default::default());
        }
    }

    /// What the candidate's guard says.
    #[inline(always)]
    pub(super) fn ask<'e, N: Node<'e>>(&mut self, index: &Index, event: N, candidate: &Candidate) -> Answer {
        let Some(node) = candidate.node() else { return candidate.passed() };
        let Some((at, reached)) = self.known.get_mut(node as usize) else { return Answer::Open };
        if *at != self.event {
            let Some(place) = index.place(node) else { return Answer::Open };
            *at = self.event;
            *reached = Reached::default();
            walk::any_read(event, node, place.path.segments(), &mut FindScalars { index, reached });
        }
        candidate.ask(reached)
    }
}

struct FindScalars<'f> {
    index: &'f Index,
    reached: &'f mut Reached,
}

impl<'e, N: Node<'e>> Leaf<'e, N> for FindScalars<'_> {
    fn takes_arrays_whole(&self) -> bool {
        false
    }

    #[inline(always)]
    fn passes(&mut self, found: Found<N>) -> bool {
        let Found::Value(value) = found else { return false };
        if let Some(string) = value.string() {
            if let Some(symbol) = self.index.symbol(string) {
                Interval::extend(&mut self.reached.symbols, symbol);
            }
        } else if let View::Number(number) = value.view() {
            Interval::extend(&mut self.reached.numbers, keys::place_of_number(number));
        }
        false
    }
}
