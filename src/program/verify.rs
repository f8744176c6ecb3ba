//! The verifier: what it accepts ends, stays within its tables, and is as large as it looks.

use std::cmp::Ordering;

use super::Program;
use super::encode::ProgramError;
use super::instruction::{Instruction, Op, Operand, Step, Target};
use crate::dialect::Dialect;
use crate::event::{Constant, Number};
use crate::limits::Limits;
use crate::path::Path;
use crate::syntax::expr::TypeSet;
use crate::vm::compare;

/// Every target is ahead, and in the same block; every operand is there, and of its kind; bodies lie
/// within each other. So an instruction is visited at most once in a run of its block, and a block
/// runs once for each element. No two instructions share an operand, as the compiler writes it, so that
/// the bounds on the tables bound the work of all instructions.
pub(super) fn verify(program: &Program) -> Result<(), ProgramError> {
    let count = program.code.instructions.len();
    let refuse = |instruction, what| Err(ProgramError::Unsafe { instruction, what });
    if count > Limits::MAX_CONDITIONS {
        return refuse(Limits::MAX_CONDITIONS, "too many instructions");
    }
    match program.code.entry.step() {
        Step::Instruction(0) if count > 0 => {}
        Step::Match | Step::Reject if count == 0 => {}
        _ => return refuse(0, "the entry is not the first instruction"),
    }
    let blocks = blocks(program)?;
    let mut unused = Unused::new(program);
    for (index, instruction) in program.code.instructions.iter().enumerate() {
        if instruction.op.dialect() != program.code.dialect {
            return refuse(index, "an instruction of another dialect");
        }
        if usize::from(instruction.path) >= program.code.paths.len() {
            return refuse(index, "no such path");
        }
        if !unused.take(program, instruction) {
            return refuse(index, "an operand of another instruction");
        }
        if let Some(what) = operand_error(program, instruction) {
            return refuse(index, what);
        }
        for target in [instruction.on_true, instruction.on_false] {
            if let Step::Instruction(target) = target.step() {
                if target <= index {
                    return refuse(index, "a target that is not ahead");
                }
                if blocks.get(target) != blocks.get(index) {
                    return refuse(index, "a target outside of its block");
                }
            }
        }
    }
    unused.any().map_or(Ok(()), |table| Err(ProgramError::Unused(table)))
}

/// An instruction for each condition.
const _: () = assert!(Limits::MAX_CONDITIONS <= Target::MAX_INSTRUCTIONS);

/// For each entry of the tables whether no instruction has used it yet.
struct Unused {
    paths: Vec<bool>,
    constants: Vec<bool>,
    lists: Vec<bool>,
    patterns: Vec<bool>,
}

impl Unused {
    fn new(program: &Program) -> Self {
        Self {
            paths: vec![true; program.code.paths.len()],
            constants: vec![true; program.constants.len()],
            lists: vec![true; program.lists.len()],
            patterns: vec![true; program.code.patterns.len()],
        }
    }

    /// Whether the operand, if it is there, is this instruction's own. Paths are shared.
    fn take(&mut self, program: &Program, instruction: &Instruction) -> bool {
        let take = |table: &mut [bool], index| table.get_mut(index).is_none_or(std::mem::take);
        take(&mut self.paths, usize::from(instruction.path));
        let index = instruction.operand as usize;
        match instruction.op.operand() {
            Operand::Constant | Operand::Text | Operand::Collection => take(&mut self.constants, index),
            Operand::Division | Operand::Pair | Operand::Failure => {
                take(&mut self.constants, index) && take(&mut self.constants, index.saturating_add(1))
            }
            Operand::PatternText => {
                let pattern = program.pattern_index(instruction.operand);
                take(&mut self.constants, index)
                    && take(&mut self.constants, index.saturating_add(1))
                    && pattern.is_none_or(|pattern| take(&mut self.patterns, pattern))
            }
            Operand::List => take(&mut self.lists, index),
            Operand::Pattern => take(&mut self.patterns, index),
            Operand::None | Operand::Types | Operand::Count | Operand::Body => true,
        }
    }

    /// What is left, if anything.
    fn any(&self) -> Option<&'static str> {
        let tables = [
            ("path", &self.paths),
            ("constant", &self.constants),
            ("list", &self.lists),
            ("pattern", &self.patterns),
        ];
        tables.into_iter().find(|(_, table)| table.contains(&true)).map(|(name, _)| name)
    }
}

/// For each instruction the block it is in: 0 for the program itself, and 1 + the instruction whose
/// body it is.
fn blocks(program: &Program) -> Result<Vec<usize>, ProgramError> {
    struct Body {
        block: usize,
        end: usize,
        /// Indexes in the paths that lead to it: each can double the ways through an event.
        indexes: usize,
    }
    let mut blocks = Vec::with_capacity(program.code.instructions.len());
    // The bodies around the instruction at hand.
    let mut open = vec![Body { block: 0, end: program.code.instructions.len(), indexes: 0 }];
    for (index, instruction) in program.code.instructions.iter().enumerate() {
        let refuse = |what| Err(ProgramError::Unsafe { instruction: index, what });
        while open.last().is_some_and(|body| body.end == index) {
            open.pop();
        }
        let Some(around) = open.last() else { break };
        blocks.push(around.block);
        let path = program.code.paths.get(usize::from(instruction.path));
        let indexes = match program.code.dialect {
            Dialect::Mongo => around.indexes + path.map_or(0, Path::indexes),
            // There the keys of a list are no segments.
            Dialect::Nextcloud => 0,
        };
        if indexes > Limits::MAX_PATH_INDEXES {
            return refuse("too many indexes in paths");
        }
        if instruction.op.operand() == Operand::Body {
            let end = instruction.operand as usize;
            if end <= index || end > around.end {
                return refuse("a body outside of its block");
            }
            if open.len() > Limits::MAX_NESTING {
                return refuse("bodies nested too deep");
            }
            if end > index + 1 {
                open.push(Body { block: index + 1, end, indexes });
            }
        }
    }
    Ok(blocks)
}

fn operand_error(program: &Program, instruction: &Instruction) -> Option<&'static str> {
    let index = instruction.operand as usize;
    let constant = |offset: usize| program.constants.get(index.saturating_add(offset));
    let is_valid = match instruction.op.operand() {
        Operand::None => index == 0,
        Operand::Constant => match constant(0) {
            // In MongoDB the order of null decides nothing: the compiler spells it as equality, or as no
            // match.
            Some(Constant::Null) => instruction.op == Op::Equal || instruction.op.dialect() != Dialect::Mongo,
            constant => constant.is_some(),
        },
        Operand::Text => matches!(constant(0), Some(Constant::String(_))),
        Operand::Division => matches!(
            (constant(0), constant(1)),
            (Some(Constant::Number(Number::Int(divisor))), Some(Constant::Number(Number::Int(_)))) if *divisor != 0
        ),
        Operand::Collection => matches!(constant(0), Some(Constant::Array(_) | Constant::Object(_))),
        Operand::Pair => constant(0).is_some() && constant(1).is_some(),
        Operand::PatternText => {
            let pattern = program.pattern_index(instruction.operand);
            matches!(constant(0), Some(Constant::String(_)))
                && match constant(1) {
                    Some(Constant::Null) => true,
                    _ => pattern.is_some_and(|pattern| pattern < program.code.patterns.len()),
                }
        }
        Operand::Failure => {
            matches!(
                (constant(0), constant(1)),
                (Some(Constant::String(_)), Some(Constant::Null | Constant::Bool(_)))
            )
        }
        Operand::List => program.lists.get(index).is_some_and(|list| {
            list.iter().zip(list.iter().skip(1)).all(|(a, b)| compare::order(a, b) == Ordering::Less)
        }),
        Operand::Pattern => index < program.code.patterns.len(),
        Operand::Types => TypeSet::from_bits(instruction.operand).is_some(),
        Operand::Count => true,
        // Checked with the blocks.
        Operand::Body => true,
    };
    (!is_valid).then_some("an operand that does not fit")
}

#[cfg(test)]
mod tests;
