//! Explains a program of the Nextcloud dialect whose filter's text is gone: its tests, in the order of the
//! listing.

use serde_json::Value;

use super::{Found, Tree, finish, no_document};
use crate::event::Constant;
use crate::explain::tree::Explainer;
use crate::explain::words::CONDITION;
use crate::explain::{ExplanationNode, NodeKind};
use crate::program::{Instruction, Op, Program};
use crate::syntax::expr::Comparison;
use crate::syntax::nextcloud::{Delimiters, Test};
use crate::vm::nextcloud;

pub(in crate::explain) fn explain(program: &Program, event: &Value, masks: bool) -> ExplanationNode {
    if let Err(thrown) = nextcloud::check_event(event) {
        let root = ExplanationNode::of_outcome(NodeKind::Program, Err(thrown), no_document(event));
        return finish(root, true);
    }
    let mut asked = Vec::new();
    let outcome = nextcloud::run(program, event, |index| asked.push(index));
    let mut tree = Tree { explainer: Explainer::new(masks, CONDITION), event };
    let mut tests = Vec::with_capacity(program.len());
    let mut deciding = None;
    for (index, instruction) in program.code.instructions.iter().enumerate() {
        let path = program.code.paths.get(usize::from(instruction.path)).cloned().unwrap_or_default();
        let operator = instruction.op.mnemonic();
        let Some(test) = test(program, instruction) else { continue };
        let Found { outcome, sentence, condition } =
            tree.condition(program, index, operator, false, &path, &test);
        if asked.last() == Some(&index) {
            deciding = Some(sentence.clone());
        }
        tests.push(ExplanationNode {
            condition: Some(Box::new(condition)),
            is_reached: asked.contains(&index),
            ..ExplanationNode::of_outcome(NodeKind::Test, outcome, sentence)
        });
    }
    let sentence = match deciding {
        Some(deciding) => format!("the last test decides: {deciding}"),
        None => "there are no tests: every event has this verdict".to_owned(),
    };
    let root = ExplanationNode::of_outcome(NodeKind::Program, outcome, sentence);
    finish(ExplanationNode { parts: tests, ..root }, true)
}

/// What an instruction tests; `None` for one of another dialect.
fn test(program: &Program, instruction: &Instruction) -> Option<Test> {
    let operand = instruction.operand;
    let constant = || program.constant(operand).clone();
    let second = || program.constant(operand.saturating_add(1)).clone();
    let text = || program.text(operand).into();
    let delimiters = || {
        let pattern = program.pattern_index(operand).and_then(|index| program.code.patterns.get(index));
        Delimiters { text: program.text(operand).into(), pattern: pattern.cloned() }
    };
    Some(match instruction.op {
        Op::PhpEqual => Test::Equal(constant()),
        Op::PhpNotEqual => Test::NotEqual(constant()),
        Op::PhpLess => Test::Compare(Comparison::Less, constant()),
        Op::PhpLessOrEqual => Test::Compare(Comparison::LessOrEqual, constant()),
        Op::PhpGreater => Test::Compare(Comparison::Greater, constant()),
        Op::PhpGreaterOrEqual => Test::Compare(Comparison::GreaterOrEqual, constant()),
        Op::PhpIn => Test::In(constant()),
        Op::PhpNotIn => Test::NotIn(constant()),
        Op::PhpAll => Test::All(constant()),
        Op::PhpExists => Test::Exists,
        Op::PhpMissing => Test::Missing,
        Op::PhpModulo => Test::Modulo { divisor: constant(), remainder: second() },
        Op::PhpMatch => Test::Match(delimiters()),
        Op::PhpNotMatch => Test::NotMatch(delimiters()),
        Op::PhpThrow => {
            let missing = match second() {
                Constant::Bool(missing) => Some(missing),
                _ => None,
            };
            Test::Throw { reason: text(), missing }
        }
        Op::PhpAbort => Test::Abort(text()),
        _ => return None,
    })
}
