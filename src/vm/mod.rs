//! Runs a program on an event.

pub(crate) mod compare;
pub(crate) mod nextcloud;
pub(crate) mod php;
pub(crate) mod walk;

use std::cmp::Ordering;
use std::convert::Infallible;

use crate::dialect::Dialect;
use crate::event::trie::Trie;
use crate::event::{Array, Constant, Node, Number, View};
use crate::program::{Instruction, Op, Program, Step, Target};
use crate::syntax::expr::TypeSet;
use crate::verdict::Verdict;
use walk::{Found, Leaf};

/// Whether the event matches. Cannot fail: each instruction is visited at most once, and what the
/// verifier has checked is not checked again.
pub(crate) fn matches<'e, N: Node<'e>>(program: &Program, event: N) -> bool {
    run(program, program.code.entry, |test| test.any(event))
}

/// The same, of an event that was read with the trie of the program.
pub(crate) fn matches_read<'e, N: Node<'e>>(program: &Program, event: N, trie: &Trie) -> bool {
    run(program, program.code.entry, |mut test| {
        let (node, path) = (trie.end(test.instruction.path), program.segments(test.instruction));
        walk::any_read(event, node, path, &mut test)
    })
}

/// The same, with verdicts that are known already.
pub(crate) fn matches_with<'e, N: Node<'e>>(program: &Program, event: N, memory: &mut impl Memory) -> bool {
    run(program, program.code.entry, |test| memory.verdict(test.index, || test.any(event)))
}

/// The same, where `holds` says whether the test of an instruction does.
pub(crate) fn matches_by(program: &Program, mut holds: impl FnMut(usize) -> bool) -> bool {
    run(program, program.code.entry, |test| holds(test.index))
}

/// What a program of any dialect says of the event.
pub(crate) fn verdict<'e, N: Node<'e>>(program: &Program, event: N) -> Verdict {
    match program.dialect() {
        Dialect::Mongo => matches(program, event).into(),
        Dialect::Nextcloud => php_verdict(program, event),
    }
}

/// The same, of an event that was read with the trie of the program.
pub(crate) fn verdict_read<'e, N: Node<'e>>(program: &Program, event: N, trie: &Trie) -> Verdict {
    match program.dialect() {
        Dialect::Mongo => matches_read(program, event, trie).into(),
        Dialect::Nextcloud => php_verdict(program, event),
    }
}

fn php_verdict<'e, N: Node<'e>>(program: &Program, event: N) -> Verdict {
    nextcloud::check_event(event)
        .and_then(|()| try_run(program, program.code.entry, |test| test.php(event)))
        .into()
}

/// Whether the test of one instruction holds, wherever the program would go.
pub(crate) fn holds<'e, N: Node<'e>>(program: &Program, index: usize, event: N) -> bool {
    let instruction = program.code.instructions.get(index);
    instruction.is_some_and(|instruction| Test { program, instruction, index }.any(event))
}

/// The same, of what the path of the instruction has reached, in a straight line.
pub(crate) fn holds_for<'e, N: Node<'e>>(program: &Program, index: usize, found: Found<N>) -> bool {
    let Some(instruction) = program.code.instructions.get(index) else { return false };
    let mut test = Test { program, instruction, index };
    match found {
        Found::Value(value) => walk::any_in_value(value, &[], &mut test),
        missing @ Found::Missing(_) => test.passes(missing),
    }
}

/// Remembers the verdicts of tests that several programs share, while they run on one event.
pub(crate) trait Memory {
    /// The verdict of the instruction with this index: remembered, or that of `test`.
    fn verdict(&mut self, instruction: usize, test: impl FnOnce() -> bool) -> bool;
}

/// Runs the block that `target` is in.
fn run(program: &Program, target: Target, mut holds: impl FnMut(Test<'_>) -> bool) -> bool {
    let Ok(matches) = try_run(program, target, |test| Ok::<_, Infallible>(holds(test)));
    matches
}

/// The same with tests that can fail, which ends the run.
fn try_run<E>(
    program: &Program,
    mut target: Target,
    mut holds: impl FnMut(Test<'_>) -> Result<bool, E>,
) -> Result<bool, E> {
    loop {
        let index = match target.step() {
            Step::Match => return Ok(true),
            Step::Reject => return Ok(false),
            Step::Instruction(index) => index,
        };
        let Some(instruction) = program.code.instructions.get(index) else { return Ok(false) };
        let test = Test { program, instruction, index };
        target = if holds(test)? { instruction.on_true } else { instruction.on_false };
    }
}

/// An instruction at work.
#[derive(Clone, Copy)]
struct Test<'p> {
    program: &'p Program,
    instruction: &'p Instruction,
    index: usize,
}

impl Test<'_> {
    /// Whether any value that the path reaches passes.
    #[inline]
    fn any<'e, N: Node<'e>>(mut self, root: N) -> bool {
        walk::any(root, self.program.segments(self.instruction), &mut self)
    }

    fn constant(&self) -> &Constant {
        self.program.constant(self.instruction.operand)
    }

    /// The value's order relative to the constant, where they are of one class.
    fn order<'e, N: Node<'e>>(&self, value: N) -> Option<Ordering> {
        compare::order_in_class(value, self.constant())
    }

    fn is_listed<'e, N: Node<'e>>(&self, value: N) -> bool {
        let list = self.program.list(self.instruction.operand);
        list.binary_search_by(|constant| compare::order(value, constant).reverse()).is_ok()
    }

    fn has_type<'e, N: Node<'e>>(&self, value: N) -> bool {
        TypeSet::from_bits(self.instruction.operand).is_some_and(|types| types.contains(type_of(value)))
    }

    fn leaves_remainder<'e, N: Node<'e>>(&self, value: N) -> bool {
        let View::Number(number) = value.view() else { return false };
        // Truncated towards zero, with the sign of the dividend: C's remainder. Wrapping: -2^63 by -1.
        self.program
            .division(self.instruction.operand)
            .zip(number.truncate())
            .is_some_and(|((divisor, remainder), number)| number.wrapping_rem(divisor) == remainder)
    }

    fn has_part<'e, N: Node<'e>>(&self, value: N) -> bool {
        matches!(value.view(), View::String(string) if string.contains(self.text()))
    }

    fn matches_pattern<'e, N: Node<'e>>(&self, value: N) -> bool {
        let pattern = self.program.code.patterns.get(self.instruction.operand as usize);
        matches!((value.view(), pattern), (View::String(string), Some(pattern)) if pattern.is_match(string))
    }

    fn text(&self) -> &str {
        self.program.text(self.instruction.operand)
    }

    /// Whether the body matches some element. The body starts at the next instruction.
    fn any_element<'e, N: Node<'e>>(&self, value: N) -> bool {
        let View::Array(array) = value.view() else { return false };
        let first = self.index + 1;
        let body = if first == self.instruction.operand as usize {
            Some(Target::MATCH)
        } else {
            Target::instruction(first)
        };
        let Some(body) = body else { return false };
        let is_candidate = |element: N| {
            self.instruction.op == Op::AnyElement
                || matches!(element.view(), View::Object(_) | View::Array(_))
        };
        let matches = |element: N| run(self.program, body, |test| test.any(element));
        array.iter().any(|element| is_candidate(element) && matches(element))
    }
}

impl<'e, N: Node<'e>> Leaf<'e, N> for Test<'_> {
    fn takes_arrays_whole(&self) -> bool {
        self.instruction.op.takes_arrays_whole()
    }

    #[inline]
    fn passes(&mut self, found: Found<N>) -> bool {
        let operand = self.instruction.operand;
        let Found::Value(value) = found else {
            // A missing field passes where null does.
            return match self.instruction.op {
                Op::Equal => matches!(self.constant(), Constant::Null),
                // Null is the least of all values.
                Op::In => matches!(self.program.list(operand).first(), Some(Constant::Null)),
                _ => false,
            };
        };
        match self.instruction.op {
            Op::Equal => compare::equal(value, self.constant()),
            Op::Less => self.order(value).is_some_and(Ordering::is_lt),
            Op::LessOrEqual => self.order(value).is_some_and(Ordering::is_le),
            Op::Greater => self.order(value).is_some_and(Ordering::is_gt),
            Op::GreaterOrEqual => self.order(value).is_some_and(Ordering::is_ge),
            Op::In => self.is_listed(value),
            Op::Exists => true,
            Op::Type => self.has_type(value),
            Op::Size => matches!(value.view(), View::Array(array) if array.len() == operand as usize),
            Op::Remainder => self.leaves_remainder(value),
            Op::Pattern => self.matches_pattern(value),
            Op::StartsWith => value.string().is_some_and(|string| string.starts_with(self.text().as_bytes())),
            Op::EndsWith => value.string().is_some_and(|string| string.ends_with(self.text().as_bytes())),
            Op::Contains => self.has_part(value),
            Op::AnyElement | Op::AnyDocument => self.any_element(value),
            // They walk by rules of their own.
            _ => false,
        }
    }
}

/// The type that `$type` knows it by. A number's depends on its spelling: with a fraction or an
/// exponent it is a double, whatever its value.
pub(crate) fn type_of<'e, N: Node<'e>>(value: N) -> TypeSet {
    match value.view() {
        View::Null => TypeSet::NULL,
        View::Bool(_) => TypeSet::BOOL,
        View::Number(Number::Double(_)) => TypeSet::DOUBLE,
        View::Number(Number::Int(int)) if i32::try_from(int).is_ok() => TypeSet::INT,
        View::Number(Number::Int(_)) => TypeSet::LONG,
        View::String(_) => TypeSet::STRING,
        View::Array(_) => TypeSet::ARRAY,
        View::Object(_) => TypeSet::OBJECT,
    }
}

#[cfg(test)]
mod tests;
