//! What is known of a program before it runs.

use crate::program::{Instruction, Program, Step, Target};

/// The tests at the beginning that must come out one way, for otherwise the program rejects at once: each
/// with its index and that verdict.
pub(super) fn demanded(program: &Program) -> impl Iterator<Item = (usize, &Instruction, bool)> {
    let mut next = program.code.entry;
    std::iter::from_fn(move || {
        let Step::Instruction(index) = next.step() else { return None };
        let instruction = program.code.instructions.get(index)?;
        let verdict = match (instruction.on_true, instruction.on_false) {
            (_, Target::REJECT) => true,
            (Target::REJECT, _) => false,
            _ => return None,
        };
        next = if verdict { instruction.on_true } else { instruction.on_false };
        Some((index, instruction, verdict))
    })
}

/// Tests of a program whose verdicts are known: a bit for each of the first [`Proof::MAX`] instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Proof {
    pub(super) hold: u64,
    pub(super) fail: u64,
}

impl Proof {
    const MAX: usize = u64::BITS as usize;

    /// The verdict of one instruction; nothing, if it is too far ahead.
    pub(super) fn of(instruction: usize, verdict: bool) -> Self {
        let bit = if instruction < Self::MAX { 1 << instruction } else { 0 };
        match verdict {
            true => Self { hold: bit, fail: 0 },
            false => Self { hold: 0, fail: bit },
        }
    }

    /// Whether the verdict of an instruction is known.
    pub(super) fn has(self, instruction: usize) -> bool {
        (self.hold | self.fail) & Self::of(instruction, true).hold != 0
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self { hold: self.hold | other.hold, fail: self.fail | other.fail }
    }

    /// Whether the program matches, however its other tests come out: no way on which these come out
    /// as they are known to leads to *reject*.
    pub(super) fn decides(self, program: &Program) -> bool {
        let instructions = &program.code.instructions;
        if instructions.len() > Self::MAX {
            return false;
        }
        // The instructions from which each way leads to *match*; what is ahead is known.
        let mut matching = 0_u64;
        let matches = |matching: u64, target: Target| match target.step() {
            Step::Match => true,
            Step::Reject => false,
            Step::Instruction(index) => matching >> index & 1 == 1,
        };
        for (index, instruction) in instructions.iter().enumerate().rev() {
            let is_known = |verdicts: u64| verdicts >> index & 1 == 1;
            let on_true = is_known(self.fail) || matches(matching, instruction.on_true);
            let on_false = is_known(self.hold) || matches(matching, instruction.on_false);
            matching |= u64::from(on_true && on_false) << index;
        }
        matches(matching, program.code.entry)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::Filter;

    fn decides(filter: &str, known: &[(usize, bool)]) -> bool {
        let filter = Filter::compile(filter).unwrap();
        let proofs = known.iter().map(|(index, verdict)| Proof::of(*index, *verdict));
        proofs.fold(Proof::default(), Proof::and).decides(filter.program())
    }

    #[test]
    fn a_proof_decides_if_nothing_else_matters() {
        assert!(decides("{}", &[]));
        let both = r#"{"a":1,"b":2}"#;
        assert!(!decides(both, &[]));
        assert!(!decides(both, &[(0, true)]));
        assert!(decides(both, &[(0, true), (1, true)]));
        assert!(!decides(both, &[(0, true), (1, false)]));
        let either = r#"{"$or":[{"a":1,"b":2},{"c":3}]}"#;
        let third = (0..3).filter(|index| decides(either, &[(*index, true)])).count();
        assert_eq!(third, 1);
        assert!(decides(r#"{"$nor":[{"a":1},{"b":2}]}"#, &[(0, false), (1, false)]));
        // The one test of the array's element is not one of the event.
        assert!(!decides(r#"{"a":{"$elemMatch":{"b":1}}}"#, &[(1, true)]));
        assert!(decides(r#"{"a":{"$elemMatch":{"b":1}}}"#, &[(0, true)]));
    }

    #[test]
    fn long_programs_are_not_decided() {
        let filter = |count: usize| {
            let equals: Vec<_> = (0..count).map(|index| format!(r#"{{"a{index}":1}}"#)).collect();
            format!(r#"{{"$or":[{}]}}"#, equals.join(","))
        };
        assert!(decides(&filter(64), &[(63, true)]));
        assert!(!decides(&filter(65), &[(63, true)]));
        assert!(!decides(&filter(65), &[(64, true)]));
    }
}
