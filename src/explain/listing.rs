//! Explains a program whose filter's text is gone: its tests, in the order of the listing.

use serde_json::Value;

use super::reach::Place;
use super::tree::{Explainer, Tester};
use super::words::CONDITION;
use super::{Condition, ExplanationNode, NodeKind};
use crate::path::Path;
use crate::program::{Instruction, Op, Operand, Program};
use crate::syntax::expr::{Comparison, Test, TypeSet};
use crate::vm;

pub(super) fn explain(program: &Program, event: &Value, masks: bool) -> ExplanationNode {
    let root = Place::root(event);
    let mut explainer = Explainer::new(masks, CONDITION);
    let mut tests = Vec::new();
    let mut last = Last::default();
    let verdict = vm::matches_with(program, event, &mut last);
    let mut deciding = None;
    let mut body_end = 0;
    for (index, instruction) in program.code.instructions.iter().enumerate() {
        // The body of an `$elemMatch` is explained with it.
        if index < body_end {
            continue;
        }
        if instruction.op.operand() == Operand::Body {
            body_end = instruction.operand as usize;
        }
        let holds = vm::holds(program, index, event);
        let path = program.code.paths.get(usize::from(instruction.path)).cloned().unwrap_or_default();
        let (sentence, condition) = match test(program, instruction) {
            Some(test) => {
                let tester = Tester::new(test, false);
                explainer.condition(instruction.op.mnemonic(), &path, &tester, holds, &root)
            }
            None => body(&root, &path, instruction.op, holds),
        };
        if last.0 == Some(index) {
            deciding = Some(sentence.clone());
        }
        tests.push(ExplanationNode {
            condition: Some(Box::new(condition)),
            ..ExplanationNode::new(NodeKind::Test, holds, sentence)
        });
    }
    let sentence = match deciding {
        Some(deciding) => format!("the last test decides: {deciding}"),
        None => "there are no tests: every event has this verdict".to_owned(),
    };
    ExplanationNode { parts: tests, ..ExplanationNode::new(NodeKind::Program, verdict, sentence) }
}

/// The test that was asked last: where it led was the end.
#[derive(Default)]
struct Last(Option<usize>);

impl vm::Memory for Last {
    fn verdict(&mut self, instruction: usize, test: impl FnOnce() -> bool) -> bool {
        self.0 = Some(instruction);
        test()
    }
}

fn body(root: &Place<'_>, path: &Path, op: Op, holds: bool) -> (String, Condition) {
    let has = if holds { "has an element" } else { "is no array with an element" };
    let sentence = format!("{} {has} that meets all conditions", root.name_of(path));
    (sentence, Condition::new(path, op.mnemonic()))
}

/// What an instruction tests; `None` for one with a body.
fn test(program: &Program, instruction: &Instruction) -> Option<Test> {
    let operand = instruction.operand;
    let compare = |comparison| Test::Compare(comparison, program.constant(operand).clone());
    let text = || program.text(operand).into();
    Some(match instruction.op {
        Op::Equal => Test::Equal(program.constant(operand).clone()),
        Op::Less => compare(Comparison::Less),
        Op::LessOrEqual => compare(Comparison::LessOrEqual),
        Op::Greater => compare(Comparison::Greater),
        Op::GreaterOrEqual => compare(Comparison::GreaterOrEqual),
        Op::In => Test::In(program.list(operand).to_vec()),
        Op::Exists => Test::Exists,
        Op::Type => Test::Type(TypeSet::from_bits(operand).unwrap_or_default()),
        Op::Size => Test::Size(operand),
        Op::Remainder => {
            let (divisor, remainder) = program.division(operand)?;
            Test::Remainder { divisor, remainder }
        }
        Op::Pattern => Test::Pattern(program.code.patterns.get(operand as usize)?.clone()),
        Op::StartsWith => Test::StartsWith(text()),
        Op::EndsWith => Test::EndsWith(text()),
        Op::Contains => Test::Contains(text()),
        // Those of other dialects are in no filter that is explained here.
        _ => return None,
    })
}
