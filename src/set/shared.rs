//! What filters of a set have in common: the code of their programs, and their tests. Equal tests have
//! one number, under which their verdict is remembered while the set looks at an event.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use crate::event::{Constant, Number};
use crate::program::{Code, Instruction, Op, Operand, Program, Step, Target};
use crate::syntax::pattern::Pattern;
use crate::vm::Memory;

/// One of each code that the filters have, and how many have it.
#[derive(Debug, Default)]
pub(super) struct SharedCodes(HashMap<Arc<Code>, u32, foldhash::fast::RandomState>);

#[allow(
    clippy::mutable_key_type,
    reason = "a pattern is compared by its text, not by the automaton that is made of it"
)]
impl SharedCodes {
    /// The code of a program, to be shared with it.
    pub(super) fn add(&mut self, program: &Program) -> Arc<Code> {
        match self.0.entry(Arc::clone(&program.code)) {
            Entry::Occupied(mut known) => {
                *known.get_mut() += 1;
                Arc::clone(known.key())
            }
            Entry::Vacant(new) => {
                new.insert(1);
                Arc::clone(&program.code)
            }
        }
    }

    /// A program that has been added is gone.
    pub(super) fn remove(&mut self, program: &Program) {
        let Some(filters) = self.0.get_mut(&program.code) else { return };
        *filters -= 1;
        if *filters == 0 {
            self.0.remove(&program.code);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let codes = self.0.keys().map(|code| {
            size_of::<Code>()
                + size_of_val(&*code.instructions)
                + size_of_val(&*code.paths)
                + code.patterns.iter().map(Pattern::bytes).sum::<usize>()
        });
        codes.sum::<usize>() + self.0.capacity() * (size_of::<(Arc<Code>, u32)>() + 1)
    }
}

/// The number of a test.
pub(super) type TestId = u32;

/// Gives out the numbers.
#[derive(Debug, Default)]
pub(super) struct SharedTests {
    /// By what a test is: 128 bits of two hashes with secret keys, so that nobody can make two
    /// different tests look equal.
    tests: HashMap<[u64; 2], Use>,
    hashers: [RandomState; 2],
    free: Vec<TestId>,
    next: TestId,
}

#[derive(Debug)]
struct Use {
    id: TestId,
    filters: u32,
}

impl SharedTests {
    /// The numbers of a program's tests, one for each instruction: of all of them, if it is tried on each
    /// event, or else of those that take longer than looking up what they said. The others have
    /// [`TestId::MAX`], and if that is all of them, there are none.
    pub(super) fn add(&mut self, program: &Program, all: bool) -> Arc<[TestId]> {
        let instructions = || program.code.instructions.iter().enumerate();
        if !instructions().any(|(_, instruction)| all || is_costly(program, instruction)) {
            return Arc::default();
        }
        let test = |(index, instruction)| {
            if all || is_costly(program, instruction) { self.add_test(program, index) } else { TestId::MAX }
        };
        instructions().map(test).collect()
    }

    fn add_test(&mut self, program: &Program, index: usize) -> TestId {
        let test = self.tests.entry(hashes(&self.hashers, program, index)).or_insert_with(|| {
            let id = self.free.pop().unwrap_or_else(|| {
                self.next += 1;
                self.next - 1
            });
            Use { id, filters: 0 }
        });
        test.filters += 1;
        test.id
    }

    /// The tests of a program that has been added so are no longer used by it.
    pub(super) fn remove(&mut self, program: &Program, all: bool) {
        for (index, instruction) in program.code.instructions.iter().enumerate() {
            if !all && !is_costly(program, instruction) {
                continue;
            }
            let hashes = hashes(&self.hashers, program, index);
            let Some(test) = self.tests.get_mut(&hashes) else { continue };
            test.filters -= 1;
            if test.filters == 0 {
                self.free.push(test.id);
                self.tests.remove(&hashes);
            }
        }
    }

    /// Numbers are less.
    pub(super) fn len(&self) -> usize {
        self.next as usize
    }

    pub(super) fn bytes(&self) -> usize {
        self.tests.capacity() * (size_of::<([u64; 2], Use)>() + 1)
    }
}

/// Whether it searches.
fn is_costly(program: &Program, instruction: &Instruction) -> bool {
    const FEW: usize = 4;
    match instruction.op {
        Op::In => program.list(instruction.operand).len() > FEW,
        Op::Pattern | Op::Contains | Op::AnyElement | Op::AnyDocument => true,
        _ => false,
    }
}

fn hashes(hashers: &[RandomState; 2], program: &Program, index: usize) -> [u64; 2] {
    hashers.each_ref().map(|hasher| {
        let mut hasher = hasher.build_hasher();
        hash_test(program, index, &mut hasher);
        hasher.finish()
    })
}

/// Everything that the verdict of a test depends on.
fn hash_test(program: &Program, index: usize, state: &mut impl Hasher) {
    let Some(instruction) = program.code.instructions.get(index) else { return };
    (instruction.op as u8).hash(state);
    program.segments(instruction).hash(state);
    let operand = instruction.operand;
    match instruction.op.operand() {
        Operand::None | Operand::Types | Operand::Count => operand.hash(state),
        Operand::Constant | Operand::Text | Operand::Collection => {
            hash_constant(program.constant(operand), state);
        }
        Operand::Pair | Operand::PatternText | Operand::Failure => {
            hash_constant(program.constant(operand), state);
            hash_constant(program.constant(operand + 1), state);
        }
        Operand::Division => program.division(operand).hash(state),
        Operand::List => hash_constants(program.list(operand), state),
        Operand::Pattern => program.code.patterns.get(operand as usize).hash(state),
        Operand::Body => hash_body(program, index + 1, operand as usize, state),
    }
}

fn hash_body(program: &Program, start: usize, end: usize, state: &mut impl Hasher) {
    end.saturating_sub(start).hash(state);
    for index in start..end {
        hash_test(program, index, state);
        if let Some(Instruction { on_true, on_false, .. }) = program.code.instructions.get(index) {
            let relative = |target: &Target| match target.step() {
                Step::Match => (0, 0),
                Step::Reject => (1, 0),
                Step::Instruction(target) => (2, target - start),
            };
            (relative(on_true), relative(on_false)).hash(state);
        }
    }
}

fn hash_constants(constants: &[Constant], state: &mut impl Hasher) {
    constants.len().hash(state);
    constants.iter().for_each(|constant| hash_constant(constant, state));
}

/// Unlike [`Constant`]'s own hash this one tells all numbers apart that are not equal.
fn hash_constant(constant: &Constant, state: &mut impl Hasher) {
    match constant {
        Constant::Null => 0u8.hash(state),
        Constant::Bool(bool) => (1u8, bool).hash(state),
        Constant::Number(number) => match (number.whole(), number) {
            (Some(whole), _) => (2u8, whole).hash(state),
            (None, Number::Int(int)) => (2u8, int).hash(state),
            (None, Number::Double(double)) => (3u8, double.to_bits()).hash(state),
        },
        Constant::String(string) => (4u8, string).hash(state),
        Constant::Array(elements) => {
            5u8.hash(state);
            hash_constants(elements, state);
        }
        Constant::Object(members) => {
            (6u8, members.len()).hash(state);
            for (key, value) in members {
                key.hash(state);
                hash_constant(value, state);
            }
        }
    }
}

/// The verdicts of the tests on one event.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// For each test twice the number of the event that it was asked on last, plus the verdict.
    verdicts: Vec<u32>,
}

impl Verdicts {
    pub(super) fn reserve(&mut self, tests: usize) {
        if self.verdicts.len() < tests {
            self.verdicts.resize(tests, 0);
        }
    }

    /// The verdict of a test on the event with this number, if it was asked.
    #[inline]
    pub(super) fn known(&self, test: TestId, event: u32) -> Option<bool> {
        let verdict = self.verdicts.get(test as usize)?;
        (*verdict >> 1 == event).then_some(*verdict & 1 == 1)
    }

    pub(super) fn forget(&mut self) {
        self.verdicts.fill(0);
    }
}

/// The memory of a program that runs on the event with this number.
pub(super) struct Remembered<'s> {
    pub(super) verdicts: &'s mut Verdicts,
    pub(super) tests: &'s [TestId],
    pub(super) event: u32,
}

impl Memory for Remembered<'_> {
    #[inline]
    fn verdict(&mut self, instruction: usize, test: impl FnOnce() -> bool) -> bool {
        let slot =
            self.tests.get(instruction).and_then(|test| self.verdicts.verdicts.get_mut(*test as usize));
        let Some(slot) = slot else { return test() };
        if *slot >> 1 != self.event {
            *slot = self.event << 1 | u32::from(test());
        }
        *slot & 1 == 1
    }
}
