//! Keys: necessary conditions that can be looked up. A filter can only match an event in which one of
//! its keys is found.
//!
//! Keys are found in the program itself. To reach *match*, a run has to leave each instruction on one
//! of its two sides; what has to hold for that is, for each side, a key of the test (that something is
//! equal, in a range, there at all), or what is necessary further on, whichever is rarer. So `$and`
//! takes the rarest of its conditions, `$or` one in each arm, and a negation none: nothing in an event
//! says that something is *not* in it, except that a field is missing, or its number on the other side of a
//! bound.

use super::intervals::Interval;
use super::proof::Proof;
use crate::bytes;
use crate::event::{Constant, Number};
use crate::path::Path;
use crate::program::{Instruction, Op, Program, Step, Target};

/// A necessary condition at a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'p> {
    pub(super) path: &'p Path,
    pub(super) condition: Condition<'p>,
    /// The tests whose verdicts are known where the key is found.
    pub(super) proof: Proof,
}

/// That the path reaches …
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Condition<'p> {
    /// … a string, number or boolean that equals it.
    Equal(&'p Constant),
    /// … a string that starts with it.
    Prefix(&'p str),
    /// … a string that ends with it.
    Suffix(&'p str),
    /// … numbers around or in the interval.
    Numbers(Interval),
    /// … strings around or in the interval, by their first bytes.
    Strings(Interval),
    /// … an array.
    Array,
    /// … an object.
    Object,
    /// … anything.
    Present,
    /// … null, or nothing.
    Null,
    /// … nothing.
    Missing,
    /// … no number, whatever else.
    NoNumber,
}

/// How likely an event has a key, from 0 to 1: what it costs to be filed under it.
pub(super) trait Costs {
    fn cost(&self, key: Key<'_>) -> f64;
}

/// A filter with more keys than that is not worth them.
const MAX_KEYS: usize = 4096;

/// A list with more operands is looked up by its path only.
const MAX_OPERANDS: usize = 1024;

/// Which keys of a program are taken: for each instruction, a bit for each side.
#[derive(Debug, Clone)]
pub(super) enum Choice {
    /// Two bits for each of up to 32 instructions.
    Few(u64),
    Many(Box<[u8]>),
}

impl Choice {
    fn new(sides: Vec<u8>) -> Self {
        if sides.len() > 32 {
            return Self::Many(sides.into());
        }
        Self::Few(sides.iter().rev().fold(0, |bits, sides| bits << 2 | u64::from(*sides)))
    }

    fn has(&self, instruction: usize, side: Side) -> bool {
        let sides = match self {
            Self::Few(bits) => (bits >> (2 * instruction) & 3) as u8,
            Self::Many(sides) => sides.get(instruction).copied().unwrap_or_default(),
        };
        sides & side.bit() != 0
    }

    /// Memory outside of it.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Few(_) => 0,
            Self::Many(sides) => sides.len(),
        }
    }
}

/// Chooses the keys that cost least; `None` where no condition is necessary, or too many are.
pub(super) fn choose(program: &Program, costs: &impl Costs) -> Option<Choice> {
    let choice = cheapest(program, costs)?;
    (keys(program, &choice).len() <= MAX_KEYS).then_some(choice)
}

/// The keys of a program that were chosen.
pub(super) fn keys<'p>(program: &'p Program, choice: &Choice) -> Vec<Key<'p>> {
    let mut keys = Vec::new();
    let mut seen = vec![false; program.code.instructions.len()];
    let mut open = vec![program.code.entry];
    while let Some(target) = open.pop() {
        let Step::Instruction(index) = target.step() else { continue };
        let (Some(seen), Some(instruction)) = (seen.get_mut(index), program.code.instructions.get(index))
        else {
            continue;
        };
        if std::mem::replace(seen, true) {
            continue;
        }
        for side in Side::BOTH {
            if choice.has(index, side) {
                keys.extend(keys_of(program, index, instruction, side));
            } else {
                open.push(side.target(instruction));
            }
        }
    }
    keys
}

/// Whether a program has keys, be they too many.
pub(super) fn has_any(program: &Program) -> bool {
    struct Free;
    impl Costs for Free {
        fn cost(&self, _: Key<'_>) -> f64 {
            1.0
        }
    }
    cheapest(program, &Free).is_some()
}

/// A way to leave an instruction.
#[derive(Debug, Clone, Copy)]
enum Side {
    True,
    False,
}

impl Side {
    const BOTH: [Self; 2] = [Self::True, Self::False];

    fn bit(self) -> u8 {
        match self {
            Self::True => 1,
            Self::False => 2,
        }
    }

    fn target(self, instruction: &Instruction) -> Target {
        match self {
            Self::True => instruction.on_true,
            Self::False => instruction.on_false,
        }
    }
}

/// For each instruction and side: the key of its test, or what is necessary further on. From the end,
/// so that what is ahead is known. `None` where *match* can be reached without anything that has a key.
fn cheapest(program: &Program, costs: &impl Costs) -> Option<Choice> {
    // What all keys cost that are necessary from an instruction on; `None` where there are none.
    let mut ahead: Vec<Option<f64>> = vec![None; program.code.instructions.len()];
    let mut choice = vec![0; program.code.instructions.len()];
    let further = |ahead: &[Option<f64>], target: Target| match target.step() {
        Step::Match => None,
        // Nothing can match here, so nothing is necessary.
        Step::Reject => Some(0.0),
        Step::Instruction(index) => ahead.get(index).copied().flatten(),
    };
    for (index, instruction) in program.code.instructions.iter().enumerate().rev() {
        let mut sum = Some(0.0);
        for side in Side::BOTH {
            let there = further(&ahead, side.target(instruction));
            let here = cost(program, index, instruction, side, costs)
                .filter(|here| there.is_none_or(|there| *here < there));
            if let (Some(_), Some(by_key)) = (here, choice.get_mut(index)) {
                *by_key |= side.bit();
            }
            // Bounded, as parts that are shared are counted more than once.
            sum = sum.zip(here.or(there)).map(|(sum, least): (f64, f64)| (sum + least).min(1e300));
        }
        if let Some(ahead) = ahead.get_mut(index) {
            *ahead = sum;
        }
    }
    further(&ahead, program.code.entry).map(|_| Choice::new(choice))
}

fn cost(
    program: &Program,
    index: usize,
    instruction: &Instruction,
    side: Side,
    costs: &impl Costs,
) -> Option<f64> {
    let keys = keys_of(program, index, instruction, side);
    let mut keys = keys.peekable();
    keys.peek()?;
    Some(keys.map(|key| costs.cost(key)).sum())
}

/// The keys of a test that comes out on one side; none where it has none. One of them is there then.
fn keys_of<'p>(
    program: &'p Program,
    index: usize,
    instruction: &'p Instruction,
    side: Side,
) -> impl Iterator<Item = Key<'p>> {
    let path = program.code.paths.get(usize::from(instruction.path));
    let (conditions, list) = match side {
        Side::False => (negated(program, instruction), &[][..]),
        Side::True => match listed(program, instruction) {
            Some(list) => ([None, None], list),
            None => ([Some(condition(program, instruction)), or_null(program, instruction)], &[][..]),
        },
    };
    let conditions = conditions.into_iter().flatten().chain(list.iter().map(equal));
    let key = move |path, condition| {
        let is_same = matches!(side, Side::True) && says_all(condition, instruction.op);
        let proof = if is_same { Proof::of(index, true) } else { Proof::default() };
        Key { path, condition, proof }
    };
    path.into_iter().flat_map(move |path| conditions.clone().map(move |condition| key(path, condition)))
}

/// All keys that a filter could be filed under for a test that holds; more where there are bodies.
pub(super) fn all_keys(program: &Program) -> impl Iterator<Item = Key<'_>> {
    let instructions = program.code.instructions.iter().enumerate();
    instructions.flat_map(|(index, instruction)| keys_of(program, index, instruction, Side::True))
}

/// Whether the test holds wherever the key is found, and not only the other way round.
fn says_all(condition: Condition<'_>, op: Op) -> bool {
    match condition {
        Condition::Equal(Constant::Number(number)) => number.is_told_by_double(),
        Condition::Equal(_) | Condition::Prefix(_) | Condition::Suffix(_) => true,
        Condition::Present => op == Op::Exists,
        _ => false,
    }
}

/// What is necessary for a test not to hold. Where no number is less, all are greater, or none is there:
/// only where the other side is rejected, for else [`range`] counts on what is further on this side.
fn negated<'p>(program: &'p Program, instruction: &Instruction) -> [Option<Condition<'p>>; 2] {
    let Some((Class::Numbers, place)) = place(program.constant(instruction.operand)) else {
        return [(instruction.op == Op::Exists).then_some(Condition::Missing), None];
    };
    let others = match instruction.op {
        Op::Exists => return [Some(Condition::Missing), None],
        _ if instruction.on_true != Target::REJECT => return [None, None],
        Op::Less | Op::LessOrEqual => Interval { low: place, high: u64::MAX },
        Op::Greater | Op::GreaterOrEqual => Interval { low: 0, high: place },
        _ => return [None, None],
    };
    [Some(Condition::Numbers(others)), Some(Condition::NoNumber)]
}

fn listed<'p>(program: &'p Program, instruction: &Instruction) -> Option<&'p [Constant]> {
    let list = program.list(instruction.operand);
    (instruction.op == Op::In && list.len() <= MAX_OPERANDS).then_some(list)
}

/// What is necessary for a test to hold.
fn condition<'p>(program: &'p Program, instruction: &Instruction) -> Condition<'p> {
    let operand = instruction.operand;
    match instruction.op {
        Op::Equal => equal(program.constant(operand)),
        Op::StartsWith => Condition::Prefix(program.text(operand)),
        Op::EndsWith => Condition::Suffix(program.text(operand)),
        Op::Size | Op::AnyElement | Op::AnyDocument => Condition::Array,
        // In a list as long as this, null is for nothing and for null; the others are for what is there.
        Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => range(program, instruction),
        // A set has no filters of other dialects.
        _ => Condition::Present,
    }
}

/// A list that is too long to be looked up takes what is there; and what is not, if null is in it.
fn or_null<'p>(program: &Program, instruction: &Instruction) -> Option<Condition<'p>> {
    let takes_null = matches!(program.list(instruction.operand).first(), Some(Constant::Null));
    (instruction.op == Op::In && takes_null).then_some(Condition::Null)
}

/// A bound; or an interval, where the next conditions that must hold, too, have the other bound. If
/// one of those fails, the run goes where it would go from here, and what is necessary there counts.
fn range<'p>(program: &'p Program, instruction: &Instruction) -> Condition<'p> {
    let constant = program.constant(instruction.operand);
    let Some((class, place)) = place(constant) else {
        return match constant {
            Constant::Array(_) => Condition::Array,
            Constant::Object(_) => Condition::Object,
            _ => Condition::Present,
        };
    };
    let is_low = |op| matches!(op, Op::Greater | Op::GreaterOrEqual);
    let is_range = |op| is_low(op) || matches!(op, Op::Less | Op::LessOrEqual);
    let mut interval = match is_low(instruction.op) {
        true => Interval { low: place, high: u64::MAX },
        false => Interval { low: 0, high: place },
    };
    let mut next = instruction.on_true;
    while let Step::Instruction(at) = next.step() {
        // Bodies lie between an instruction and those that its targets mean.
        let Some(other) =
            program.code.instructions.get(at).filter(|other| other.on_false == instruction.on_false)
        else {
            break;
        };
        let bounds_the_same = other.path == instruction.path && is_range(other.op);
        let other_place = self::place(program.constant(other.operand)).filter(|(other, _)| *other == class);
        if let Some((_, place)) = other_place.filter(|_| bounds_the_same) {
            match is_low(other.op) {
                true => interval.low = interval.low.max(place),
                false => interval.high = interval.high.min(place),
            }
        }
        next = other.on_true;
    }
    // Only an array can be on both sides of nothing. It has to reach the lower bound.
    if interval.low > interval.high {
        interval.high = u64::MAX;
    }
    match class {
        Class::Numbers => Condition::Numbers(interval),
        Class::Strings => Condition::Strings(interval),
    }
}

/// The classes whose order is indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Numbers,
    Strings,
}

/// The place of a constant in the order of its class.
fn place(constant: &Constant) -> Option<(Class, u64)> {
    match constant {
        Constant::Number(number) => Some((Class::Numbers, place_of_number(*number))),
        Constant::String(string) => Some((Class::Strings, place_of_string(string.as_bytes()))),
        _ => None,
    }
}

/// Where a number stands in the order of doubles; numbers with one nearest double share a place.
pub(super) fn place_of_number(number: Number) -> u64 {
    // Adding zero makes -0.0 the same as 0.0.
    let bits = (number.to_double() + 0.0).to_bits();
    // The bits of positive doubles ascend with them, those of negative ones descend.
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// Where a string stands, as far as its first eight bytes tell.
pub(super) fn place_of_string(string: &[u8]) -> u64 {
    u64::from_be_bytes(bytes::first(string))
}

fn equal(constant: &Constant) -> Condition<'_> {
    match constant {
        Constant::Null => Condition::Null,
        Constant::Array(_) => Condition::Array,
        Constant::Object(_) => Condition::Object,
        Constant::Bool(_) | Constant::Number(_) | Constant::String(_) => Condition::Equal(constant),
    }
}
