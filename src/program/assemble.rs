//! Programs written by hand, for the tests of the machine and of the verifier.

use std::sync::Arc;

use serde_json::Value;

use super::{Code, Instruction, Op, Program, SpanTable, Step, Target};
use crate::dialect::Dialect;
use crate::event::Constant;
use crate::limits::Limits;
use crate::path::Path;
use crate::syntax::reader;

pub(crate) const MATCH: usize = usize::MAX;
pub(crate) const REJECT: usize = usize::MAX - 1;

/// Adds instructions one by one; targets are their numbers, or [`MATCH`] and [`REJECT`].
#[derive(Default)]
pub(crate) struct Assembler {
    instructions: Vec<Instruction>,
    paths: Vec<Path>,
    constants: Vec<Constant>,
    lists: Vec<Box<[Constant]>>,
}

impl Assembler {
    /// `"(element)"` is the empty path.
    pub(crate) fn op(mut self, op: Op, path: &str, operand: u32, on_true: usize, on_false: usize) -> Self {
        let path = if path == "(element)" { Path::default() } else { Path::parse(path).unwrap() };
        self.paths.push(path);
        self.instructions.push(Instruction {
            op,
            path: u16::try_from(self.paths.len() - 1).unwrap(),
            operand,
            on_true: target(on_true),
            on_false: target(on_false),
        });
        self
    }

    /// With a constant as the operand.
    pub(crate) fn test(
        mut self,
        op: Op,
        path: &str,
        operand: Value,
        on_true: usize,
        on_false: usize,
    ) -> Self {
        self.constants.push(constant(&operand));
        let index = u32::try_from(self.constants.len() - 1).unwrap();
        self.op(op, path, index, on_true, on_false)
    }

    pub(crate) fn constants(mut self, constants: &[Value]) -> Self {
        self.constants.extend(constants.iter().map(constant));
        self
    }

    pub(crate) fn list(mut self, list: &[Value]) -> Self {
        self.lists.push(list.iter().map(constant).collect());
        self
    }

    pub(crate) fn program(self) -> Program {
        let code = Code {
            dialect: Dialect::Mongo,
            entry: target(if self.instructions.is_empty() { MATCH } else { 0 }),
            instructions: self.instructions.into(),
            paths: self.paths.into(),
            patterns: Box::default(),
        };
        Program {
            code: Arc::new(code),
            constants: self.constants.into(),
            lists: self.lists.into(),
            spans: SpanTable::default(),
        }
    }
}

fn target(index: usize) -> Target {
    match index {
        MATCH => Target::MATCH,
        REJECT => Target::REJECT,
        index => Target::instruction(index).unwrap(),
    }
}

fn constant(value: &Value) -> Constant {
    reader::from_value(value, &Limits::default()).unwrap().to_constant()
}

#[test]
fn targets_are_what_they_are_called() {
    assert_eq!(target(MATCH).step(), Step::Match);
    assert_eq!(target(REJECT).step(), Step::Reject);
    assert_eq!(target(3).step(), Step::Instruction(3));
}
