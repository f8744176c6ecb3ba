//! Explains a filter of the Nextcloud dialect part by part, with the rules of that dialect.

mod listing;
mod reach;
mod words;

use serde_json::Value;

use self::reach::Ends;
use self::words::Case;
use super::describe::{self, Excerpt};
use super::tree::{Explainer, MAX_VALUE_CHARS, alternatives, conditions, negation};
use super::words::{CONDITION, FILTER};
use super::{Condition, ExplanationNode, NodeKind};
use crate::compiler;
use crate::path::Path;
use crate::program::Program;
use crate::syntax::expr::Expr;
use crate::syntax::nextcloud::{Kind, Leaf, Logical, Part, Test};
use crate::verdict::Thrown;
use crate::vm::nextcloud;

pub(super) use self::listing::explain as explain_program;

pub(super) fn explain(filter: &Part, event: &Value, masks: bool) -> ExplanationNode {
    if let Err(thrown) = nextcloud::check_event(event) {
        let root = node(filter, NodeKind::All, Err(thrown), no_document(event));
        return finish(root, true);
    }
    let mut tree = Tree { explainer: Explainer::new(masks, FILTER), event };
    finish(tree.part(filter), true)
}

/// What is said of an event that is none.
fn no_document(event: &Value) -> String {
    format!("the event is {}, and PHP takes nothing but an object or an array", describe::kind(event))
}

fn node(part: &Part, kind: NodeKind, outcome: Result<bool, Thrown>, sentence: String) -> ExplanationNode {
    ExplanationNode {
        pointer: part.pointer.clone(),
        range: part.span.range(),
        ..ExplanationNode::of_outcome(kind, outcome, sentence)
    }
}

impl ExplanationNode {
    fn of_outcome(kind: NodeKind, outcome: Result<bool, Thrown>, sentence: String) -> Self {
        let verdict = outcome == Ok(true);
        Self { throws: outcome.err(), ..Self::new(kind, verdict, sentence) }
    }
}

struct Tree<'e> {
    explainer: Explainer,
    event: &'e Value,
}

impl Tree<'_> {
    /// Recursion is bounded by the nesting of the filter.
    fn part(&mut self, part: &Part) -> ExplanationNode {
        match &part.kind {
            Kind::Condition(leaf) => self.leaf(part, leaf),
            Kind::Raise(reason) => {
                let thrown = Thrown::new(reason.clone());
                let sentence = invalid(part, reason);
                node(part, NodeKind::Invalid, Err(thrown), sentence)
            }
            _ => self.group(part),
        }
    }

    fn group(&mut self, part: &Part) -> ExplanationNode {
        let outer = self.explainer.who;
        if matches!(part.kind, Kind::Logical(Logical::Nor, _) | Kind::Not(..)) {
            self.explainer.who = CONDITION;
        }
        let mut parts: Vec<ExplanationNode> = part.parts().iter().map(|inner| self.part(inner)).collect();
        self.explainer.who = outer;

        // One that holds decides an `$or`, one that does not anything else; and what throws, whatever it is in.
        let stops_at = matches!(part.kind, Kind::Logical(Logical::Or | Logical::Nor, _));
        let decides = |inner: &ExplanationNode| inner.throws.is_some() || inner.verdict == stops_at;
        let decider = parts.iter().position(decides);
        let outcome = match decider.and_then(|index| parts.get(index)) {
            Some(decider) => decider.outcome(),
            None => Ok(!stops_at),
        };
        for unreached in parts.iter_mut().skip(decider.map_or(usize::MAX, |index| index + 1)) {
            unreached.is_reached = false;
        }

        let holding = parts.iter().filter(|part| part.verdict).count();
        let throws = outcome.is_err();
        let inside = |noun: &str, count: &dyn Fn() -> String| match decider.filter(|_| throws) {
            Some(_) if parts.len() == 1 => format!("throws at the only {noun}"),
            Some(index) => format!("throws at {noun} {} of {}", index + 1, parts.len()),
            None => count(),
        };
        let all = || inside("condition", &|| conditions(&parts));
        let any = || inside("alternative", &|| alternatives(holding, parts.len()));
        let at =
            |path: &Path, operator: &'static str| Some(Box::new(Condition::of_text(&text(path), operator)));
        let negated = outcome.clone().map(|holds| !holds);
        let (kind, outcome, sentence, condition) = match &part.kind {
            Kind::Logical(logical, _) => {
                let name = logical.name();
                match logical {
                    Logical::And => (NodeKind::And, outcome, format!("`{name}`: {}", all()), None),
                    Logical::Or => (NodeKind::Or, outcome, format!("`{name}`: {}", any()), None),
                    Logical::Nor => {
                        let so = match negated {
                            Ok(true) => format!(", as {outer} wants"),
                            Ok(false) => ", and none may".to_owned(),
                            Err(_) => String::new(),
                        };
                        (NodeKind::Nor, negated, format!("`{name}`: {}{so}", any()), None)
                    }
                }
            }
            Kind::Field(path, _) => {
                let name = subject(path);
                let sentence = match parts.as_slice() {
                    [] => format!("{name}: an empty object or array asks nothing, so it holds"),
                    _ => format!("{name}: {}", all()),
                };
                (NodeKind::Field, outcome, sentence, at(path, ""))
            }
            Kind::Not(path, _) => {
                let name = path.as_ref().map_or_else(|| "the event".to_owned(), subject);
                let sentence = match (&negated, parts.as_slice()) {
                    (Err(_), [only]) => only.sentence.clone(),
                    (Err(_), _) => format!("{name}: {}", all()),
                    (Ok(verdict), parts) => negation(&name, parts, *verdict),
                };
                (NodeKind::Not, negated, sentence, path.as_ref().and_then(|path| at(path, "$not")))
            }
            Kind::Unknown(name, _) => {
                let name = describe::quoted(name);
                let sentence = format!("{name} is no operator, and with a list it never holds");
                let outcome = outcome.map(|_| false);
                (NodeKind::Unknown, outcome, sentence, None)
            }
            // The others are no groups.
            Kind::All(_) | Kind::Condition(_) | Kind::Raise(_) => (NodeKind::All, outcome, all(), None),
        };
        let node = node(part, kind, outcome, sentence);
        ExplanationNode { condition, parts: std::mem::take(&mut parts), ..node }
    }

    fn leaf(&mut self, part: &Part, leaf: &Leaf) -> ExplanationNode {
        let program = compiler::compile_nextcloud(&Expr::Condition(leaf.condition.clone()));
        let Found { outcome, sentence, condition } = self.condition(
            &program,
            0,
            &leaf.operator,
            leaf.is_literal,
            &leaf.condition.path,
            &leaf.condition.test,
        );
        let condition = Condition {
            operand: Some(Excerpt::of(&leaf.operand, MAX_VALUE_CHARS)),
            operand_range: leaf.operand_span.range(),
            is_literal: leaf.is_literal,
            ..condition
        };
        ExplanationNode {
            condition: Some(Box::new(condition)),
            ..node(part, NodeKind::Condition, outcome, sentence)
        }
    }

    /// What the path of an instruction reaches, and what that says.
    fn condition(
        &mut self,
        program: &Program,
        index: usize,
        operator: &str,
        is_literal: bool,
        path: &Path,
        test: &Test,
    ) -> Found {
        let (masks, who) = (self.explainer.masks, self.explainer.who);
        let outcome = nextcloud::holds(program, index, self.event);
        let visits_left = &mut self.explainer.visits_left;
        let mut ends = Ends::of(program, index, path, &outcome, self.event, visits_left);
        if masks {
            ends.mask(path);
        }
        let case = Case { operator, is_literal, path, test, ends: &ends, verdict: &outcome, masks, who };
        let sentence = case.sentence();
        let condition = Condition::of_text(&text(path), operator.to_owned());
        let condition = self.explainer.list(condition, path, &ends.reach, words::suggestion);
        Found { outcome, sentence, condition }
    }
}

struct Found {
    outcome: Result<bool, Thrown>,
    sentence: String,
    condition: Condition,
}

/// A path as it is written: without escapes.
fn text(path: &Path) -> String {
    let names: Vec<&str> = path.segments().iter().map(|segment| segment.name()).collect();
    names.join(".")
}

fn subject(path: &Path) -> String {
    let steps: Vec<_> =
        path.segments().iter().map(|segment| super::reach::Step::Key(segment.name())).collect();
    words::name(&steps, false, path)
}

/// Why PHP cannot read a part.
fn invalid(part: &Part, reason: &str) -> String {
    let key = part.pointer.rsplit('/').next().unwrap_or_default();
    let place =
        if key.starts_with('$') { describe::quoted(key) } else { "a filter within a filter".to_owned() };
    match reason.strip_suffix(" given").and_then(|reason| reason.rsplit_once(' ')) {
        Some((_, found)) => format!("{place} takes an object or an array here, and the filter has {found}"),
        None => format!("{place} of nothing is not allowed"),
    }
}

/// Says of each part what PHP does there: whether it gets there, and what follows where it throws.
fn finish(mut node: ExplanationNode, is_reached: bool) -> ExplanationNode {
    node.is_reached &= is_reached;
    let is_reached = node.is_reached;
    // The sentence of `$not` is that of its only part.
    let speaks_alone = node.parts.is_empty() || (node.kind == NodeKind::Not && node.parts.len() == 1);
    node.sentence.push_str(match (&node.throws, is_reached) {
        (Some(_), true) if speaks_alone => {
            ": PHP throws once it gets here, and the listeners after this one are not called"
        }
        (Some(_), false) if speaks_alone => ": PHP would throw, but does not get there",
        (None, false) if speaks_alone => " (PHP does not get there)",
        _ => "",
    });
    node.parts = node.parts.into_iter().map(|part| finish(part, is_reached)).collect();
    node
}
