//! Code generation, from the end to the beginning: when an instruction is written, everything that
//! it can lead to is there already. So every target is ahead of its instruction by construction,
//! nothing has to be patched, and `$not` swaps two targets.

use std::collections::HashMap;
use std::sync::Arc;

use crate::dialect::Dialect;
use crate::event::Constant;
use crate::path::Path;
use crate::program::{Code, Instruction, Op, Program, SpanTable, Target};
use crate::syntax::expr::{Comparison, Condition, ElementForm, Expr, Join, Test};
use crate::syntax::pattern::Pattern;
use crate::syntax::span::Span;

pub(super) fn generate<C: Emit>(expr: &Expr<C>) -> Program {
    let mut generator = Generator::default();
    let entry = generator.block(expr);
    let count = generator.reversed.len();
    let target = |label| match label {
        Label::Match => Target::MATCH,
        Label::Reject => Target::REJECT,
        Label::Instruction(reversed) => forward(count, reversed),
    };
    let instructions = generator.reversed.iter().rev().map(|draft| Instruction {
        op: draft.op,
        path: draft.path,
        operand: match draft.operand {
            DraftOperand::Value(value) => value,
            DraftOperand::BodyEnd(reversed) => index(count - reversed),
        },
        on_true: target(draft.on_true),
        on_false: target(draft.on_false),
    });
    let code = Code {
        dialect: C::DIALECT,
        entry: target(entry),
        instructions: instructions.collect(),
        paths: generator.paths.into(),
        patterns: generator.patterns.into(),
    };
    Program {
        code: Arc::new(code),
        constants: generator.constants.into(),
        lists: generator.lists.into(),
        spans: SpanTable::new(generator.reversed.iter().rev().map(|draft| draft.span)),
    }
}

/// The conditions of a dialect.
pub(super) trait Emit {
    const DIALECT: Dialect;

    fn path(&self) -> &Path;
    fn span(&self) -> Span;
    /// `None` where nothing can pass.
    fn test(&self, generator: &mut Generator) -> Option<(Op, DraftOperand)>;
}

/// Where an instruction leads, while instructions are counted from the end.
#[derive(Debug, Clone, Copy)]
enum Label {
    Match,
    Reject,
    Instruction(usize),
}

/// The target of what is `reversed` from the end. The limit on conditions keeps it in range.
fn forward(count: usize, reversed: usize) -> Target {
    let target = Target::instruction(count - 1 - reversed);
    debug_assert!(target.is_some(), "{count} instructions");
    target.unwrap_or(Target::REJECT)
}

/// Of a table whose entries are bounded by the limit on conditions.
fn index<T: TryFrom<usize> + Default>(index: usize) -> T {
    let narrow = T::try_from(index);
    debug_assert!(narrow.is_ok(), "entry {index} of a table");
    narrow.unwrap_or_default()
}

struct Draft {
    op: Op,
    path: u16,
    operand: DraftOperand,
    on_true: Label,
    on_false: Label,
    span: Span,
}

pub(super) enum DraftOperand {
    Value(u32),
    /// As many instructions follow the body.
    BodyEnd(usize),
}

#[derive(Default)]
pub(super) struct Generator {
    reversed: Vec<Draft>,
    paths: Vec<Path>,
    path_indexes: HashMap<Path, u16>,
    constants: Vec<Constant>,
    lists: Vec<Box<[Constant]>>,
    patterns: Vec<Pattern>,
}

impl Generator {
    /// Code that ends in the exits. Its entry comes first; what was written before it, going
    /// backwards, and cannot be reached, is dropped.
    fn block<C: Emit>(&mut self, expr: &Expr<C>) -> Label {
        let end = self.reversed.len();
        let entry = self.expr(expr, Label::Match, Label::Reject);
        self.reversed.truncate(match entry {
            Label::Instruction(entry) => entry + 1,
            Label::Match | Label::Reject => end,
        });
        entry
    }

    /// Code that goes to one of the two labels; returns where it starts.
    fn expr<C: Emit>(&mut self, expr: &Expr<C>, on_true: Label, on_false: Label) -> Label {
        match expr {
            Expr::Condition(condition) => self.condition(condition, on_true, on_false),
            Expr::Not(inner) => self.expr(inner, on_false, on_true),
            Expr::Group(Join::All, parts) => {
                parts.iter().rev().fold(on_true, |next, part| self.expr(part, next, on_false))
            }
            Expr::Group(Join::Any, parts) => {
                parts.iter().rev().fold(on_false, |next, part| self.expr(part, on_true, next))
            }
        }
    }

    fn condition<C: Emit>(&mut self, condition: &C, on_true: Label, on_false: Label) -> Label {
        let Some((op, operand)) = condition.test(self) else { return on_false };
        let path = self.path(condition.path());
        self.reversed.push(Draft { op, path, operand, on_true, on_false, span: condition.span() });
        Label::Instruction(self.reversed.len() - 1)
    }

    pub(super) fn constant(&mut self, constant: Constant) -> u32 {
        push(&mut self.constants, constant)
    }

    /// Returns the index of the first.
    pub(super) fn constants(&mut self, pair: [Constant; 2]) -> u32 {
        let [first, second] = pair;
        let index = self.constant(first);
        self.constant(second);
        index
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) -> u32 {
        push(&mut self.patterns, pattern.clone())
    }

    fn path(&mut self, path: &Path) -> u16 {
        if let Some(known) = self.path_indexes.get(path) {
            return *known;
        }
        let new = push(&mut self.paths, path.clone());
        self.path_indexes.insert(path.clone(), new);
        new
    }
}

/// MongoDB's.
impl Emit for Condition {
    const DIALECT: Dialect = Dialect::Mongo;

    fn path(&self) -> &Path {
        &self.path
    }

    fn span(&self) -> Span {
        self.span
    }

    fn test(&self, generator: &mut Generator) -> Option<(Op, DraftOperand)> {
        let (op, value) = match &self.test {
            Test::Element(form, body) => {
                let end = generator.reversed.len();
                // An element for which nothing holds is in no array.
                if let Label::Reject = generator.block(body) {
                    return None;
                }
                let op = match form {
                    ElementForm::Value => Op::AnyElement,
                    ElementForm::Document => Op::AnyDocument,
                };
                return Some((op, DraftOperand::BodyEnd(end)));
            }
            Test::Equal(constant) => (Op::Equal, generator.constant(constant.clone())),
            Test::Compare(comparison, constant) => {
                let op = match comparison {
                    Comparison::Less => Op::Less,
                    Comparison::LessOrEqual => Op::LessOrEqual,
                    Comparison::Greater => Op::Greater,
                    Comparison::GreaterOrEqual => Op::GreaterOrEqual,
                };
                (op, generator.constant(constant.clone()))
            }
            Test::In(list) => (Op::In, push(&mut generator.lists, list.as_slice().into())),
            Test::Exists => (Op::Exists, 0),
            Test::Type(types) => (Op::Type, types.bits().into()),
            Test::Size(size) => (Op::Size, *size),
            Test::Remainder { divisor, remainder } => {
                let pair = [*divisor, *remainder].map(Constant::from);
                (Op::Remainder, generator.constants(pair))
            }
            Test::Pattern(pattern) => (Op::Pattern, generator.pattern(pattern)),
            Test::StartsWith(text) => (Op::StartsWith, generator.constant(Constant::String(text.clone()))),
            Test::EndsWith(text) => (Op::EndsWith, generator.constant(Constant::String(text.clone()))),
            Test::Contains(text) => (Op::Contains, generator.constant(Constant::String(text.clone()))),
        };
        Some((op, DraftOperand::Value(value)))
    }
}

/// Adds to a table; returns the index.
fn push<T, I: TryFrom<usize> + Default>(table: &mut Vec<T>, entry: T) -> I {
    table.push(entry);
    index(table.len() - 1)
}
