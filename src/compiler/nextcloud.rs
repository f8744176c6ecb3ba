//! The instructions of the Nextcloud dialect.

use super::codegen::{DraftOperand, Emit, Generator};
use crate::dialect::Dialect;
use crate::event::Constant;
use crate::path::Path;
use crate::program::Op;
use crate::syntax::expr::Comparison;
use crate::syntax::nextcloud::{Condition, Delimiters, Test};
use crate::syntax::span::Span;

impl Emit for Condition {
    const DIALECT: Dialect = Dialect::Nextcloud;

    fn path(&self) -> &Path {
        &self.path
    }

    fn span(&self) -> Span {
        self.span
    }

    fn test(&self, generator: &mut Generator) -> Option<(Op, DraftOperand)> {
        let text = |text: &str| Constant::String(text.into());
        let (op, operand) = match &self.test {
            Test::Exists => (Op::PhpExists, 0),
            Test::Missing => (Op::PhpMissing, 0),
            Test::Equal(constant) => (Op::PhpEqual, generator.constant(constant.clone())),
            Test::NotEqual(constant) => (Op::PhpNotEqual, generator.constant(constant.clone())),
            Test::Compare(comparison, constant) => {
                let op = match comparison {
                    Comparison::Less => Op::PhpLess,
                    Comparison::LessOrEqual => Op::PhpLessOrEqual,
                    Comparison::Greater => Op::PhpGreater,
                    Comparison::GreaterOrEqual => Op::PhpGreaterOrEqual,
                };
                (op, generator.constant(constant.clone()))
            }
            Test::In(list) => (Op::PhpIn, generator.constant(list.clone())),
            Test::NotIn(list) => (Op::PhpNotIn, generator.constant(list.clone())),
            Test::All(list) => (Op::PhpAll, generator.constant(list.clone())),
            Test::Modulo { divisor, remainder } => {
                (Op::PhpModulo, generator.constants([divisor.clone(), remainder.clone()]))
            }
            Test::Match(delimiters) => (Op::PhpMatch, delimited(delimiters, generator)),
            Test::NotMatch(delimiters) => (Op::PhpNotMatch, delimited(delimiters, generator)),
            Test::Throw { reason, missing } => {
                let missing = missing.map_or(Constant::Null, Constant::Bool);
                (Op::PhpThrow, generator.constants([text(reason), missing]))
            }
            Test::Abort(reason) => (Op::PhpAbort, generator.constant(text(reason))),
        };
        Some((op, DraftOperand::Value(operand)))
    }
}

fn delimited(delimiters: &Delimiters, generator: &mut Generator) -> u32 {
    let pattern = match &delimiters.pattern {
        Some(pattern) => Constant::from(i64::from(generator.pattern(pattern))),
        None => Constant::Null,
    };
    generator.constants([Constant::String(delimiters.text.clone()), pattern])
}
