//! What a compiled filter is.

mod bytes;
mod encode;
mod instruction;
mod listing;
mod spans;
mod verify;

#[cfg(test)]
pub(crate) mod assemble;

use std::ops::Range;
use std::sync::Arc;

pub use self::encode::ProgramError;
pub(crate) use self::instruction::{Instruction, Op, Operand, Step, Target};
pub(crate) use self::listing::visible;
pub(crate) use self::spans::SpanTable;
use crate::dialect::Dialect;
use crate::event::{Constant, Number};
use crate::path::{Path, Segment};
use crate::syntax::pattern::Pattern;

/// A compiled filter: a branching program that only goes forward.
///
/// Every instruction tests one thing at one path and names two targets, one if the test holds and one
/// if it does not: an instruction further ahead, or one of the exits *match* and *reject*. So each
/// instruction is visited at most once, and `$and`, `$or`, `$nor` and `$not` are nothing but wiring.
///
/// `Display` prints the listing, one instruction a line:
///
/// ```
/// let filter = hooksieve::Filter::compile(r#"{"$nor": [{"a": 1}, {"b": {"$in": [1, 2, 3]}}]}"#)?;
/// assert_eq!(
///     filter.program().to_string(),
///     "0  in     b  [1, 2, 3]  true → reject  false → 1\n\
///      1  equal  a  1          true → reject  false → match\n",
/// );
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
///
/// A program can be stored and loaded, natively and in WebAssembly: see [`to_bytes`](Self::to_bytes)
/// and [`from_bytes`](Self::from_bytes).
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) code: Arc<Code>,
    pub(crate) constants: Box<[Constant]>,
    /// The operands of `in`, each strictly ascending.
    pub(crate) lists: Box<[Box<[Constant]>]>,
    pub(crate) spans: SpanTable,
}

/// What programs have in common that differ only in the values that they compare with: they can share it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Code {
    pub(crate) dialect: Dialect,
    /// The first instruction, or an exit where there is none.
    pub(crate) entry: Target,
    pub(crate) instructions: Box<[Instruction]>,
    pub(crate) paths: Box<[Path]>,
    pub(crate) patterns: Box<[Pattern]>,
}

impl Program {
    /// The number of instructions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.code.instructions.len()
    }

    /// Whether there is no instruction: every event has the same verdict.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.code.instructions.is_empty()
    }

    /// The dialect whose rules it was compiled by.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.code.dialect
    }

    /// The paths that it looks at, as they are written in a filter, each once. Paths inside
    /// `$elemMatch` are relative to the element; the element itself is not listed.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        self.code.paths.iter().filter(|path| !path.segments().is_empty()).map(ToString::to_string)
    }

    /// The bytes of the filter's text that an instruction comes from; `None` where the filter was not
    /// given as text, or there is no such instruction.
    #[must_use]
    pub fn source_range(&self, instruction: usize) -> Option<Range<usize>> {
        self.code.instructions.get(instruction)?;
        self.spans.get(instruction)?.range()
    }

    // The verifier has checked every index; the fallbacks below stand in for the impossible.

    #[inline(always)]
    pub(crate) fn segments(&self, instruction: &Instruction) -> &[Segment] {
        self.code.paths.get(usize::from(instruction.path)).map_or(&[], Path::segments)
    }

    #[inline(always)]
    pub(crate) fn constant(&self, index: u32) -> &Constant {
        self.constants.get(index as usize).unwrap_or(&Constant::Null)
    }

    #[inline(always)]
    pub(crate) fn list(&self, index: u32) -> &[Constant] {
        self.lists.get(index as usize).map_or(&[], |list| list)
    }

    /// The constant that is a string.
    #[inline(always)]
    pub(crate) fn text(&self, index: u32) -> &str {
        match self.constant(index) {
            Constant::String(text) => text,
            _ => "",
        }
    }

    /// Divisor and remainder.
    pub(crate) fn division(&self, index: u32) -> Option<(i64, i64)> {
        match (self.constant(index), self.constants.get(index as usize + 1)?) {
            (Constant::Number(Number::Int(divisor)), Constant::Number(Number::Int(remainder))) => {
                Some((*divisor, *remainder))
            }
            _ => None,
        }
    }

    /// Of an operand that is a [`PatternText`](Operand::PatternText): the index of its pattern, if it has one.
    pub(crate) fn pattern_index(&self, index: u32) -> Option<usize> {
        match self.constants.get(index as usize + 1)? {
            Constant::Number(Number::Int(pattern)) => usize::try_from(*pattern).ok(),
            _ => None,
        }
    }
}
