//! Single conditions: those that never or always hold, and why.

use super::linter::{Context, Linter, Outcome};
use super::operands::operands;
use super::text::in_words;
use super::{LintCode, Severity};
use crate::analysis::{self, Findings, Scope};
use crate::catalog::types_in_words;
use crate::event::Constant;
use crate::syntax::expr::TypeSet;
use crate::syntax::operators::Kind as Op;
use crate::syntax::outline::{Leaf, Outline};

impl Linter<'_> {
    pub(super) fn condition(&mut self, part: &Outline, leaf: &Leaf, context: Context<'_>) -> Outcome {
        let outcome = self.outcome(&leaf.expr, context);
        if self.is_full() {
            return outcome;
        }
        if self.operand(part, leaf, outcome, context) {
            return outcome;
        }
        let nothing_known = Context { scope: Scope::ANYTHING, ..context };
        let in_itself = match context.is_known() {
            true => self.outcome(&leaf.expr, nothing_known),
            false => outcome,
        };
        match (outcome, in_itself) {
            (Outcome::Either, _) => self.style(part, leaf, context),
            (_, Outcome::Never | Outcome::Always) => self.in_itself(part, leaf, outcome, context),
            _ => self.by_class(part, leaf, outcome, context),
        }
        outcome
    }

    /// What nothing meets, or everything.
    fn in_itself(&mut self, part: &Outline, leaf: &Leaf, outcome: Outcome, context: Context<'_>) {
        let operator = leaf.operator.name;
        let reason = match (leaf.operator.kind, &leaf.operand) {
            (Op::In | Op::Nin, _) => "nothing is in an empty list".to_owned(),
            (Op::Gt | Op::Gte | Op::Lt | Op::Lte, operand) => {
                format!("no value is `{operator}` {}", in_words(operand))
            }
            (Op::Type, operand) => format!("JSON has no values of the type {operand}"),
            (Op::Mod, operand) => format!("no number leaves such a remainder as `{operand}` asks for"),
            _ => format!("nothing decides `{operator}` here"),
        };
        let (code, consequence) = match outcome {
            Outcome::Always => (LintCode::AlwaysMatches, "this always holds"),
            _ => (LintCode::NeverMatches, "this never holds"),
        };
        let severity = self.severity(outcome, context);
        self.report(code, severity, part, format!("{reason}, so {consequence}"), None);
    }

    /// What no event of the class meets, or every one.
    fn by_class(&mut self, part: &Outline, leaf: &Leaf, outcome: Outcome, context: Context<'_>) {
        let shape = self.shape_at(context, &leaf.path);
        let is_class_name = self.is_class_name(context, &leaf.path);
        let name = context.name(&leaf.path);
        let found = analysis::findings(context.scope, &leaf.path);
        if outcome == Outcome::Always && (is_class_name || leaf.operator.kind == Op::Exists) {
            // The class is often named to be sure.
            if !is_class_name {
                let message = match found.types.is_empty() {
                    true => format!("`{name}` is never there, so this always holds"),
                    false => format!("`{name}` is always there, so this always holds"),
                };
                self.report(LintCode::AlwaysMatches, Severity::Note, part, message, None);
            }
            return;
        }
        let severity = self.severity(outcome, context);
        let (in_itself, consequence) = match outcome {
            Outcome::Always => (LintCode::AlwaysMatches, "always holds"),
            _ => (LintCode::NeverMatches, "never holds"),
        };
        if leaf.operator.kind == Op::Exists {
            let message = format!("`{name}` is always there, so this never holds");
            self.report(LintCode::NeverMatches, severity, part, message, None);
            return;
        }
        let known = shape.and_then(|shape| shape.values.as_deref());
        let types = found.in_words();
        let (code, message) = match known {
            Some([only]) => {
                (in_itself, format!("`{name}` is always {} here, so this {consequence}", in_words(only)))
            }
            _ if wanted(leaf).is_some_and(|wanted| wanted.intersects(found.types)) => {
                (in_itself, format!("`{name}` is {types} here, so this {consequence}"))
            }
            _ => (LintCode::TypeMismatch, format!("`{name}` is {types} here; {}", reason(leaf, outcome))),
        };
        let suggestion = if is_class_name { self.class_name(leaf) } else { self.other_type(leaf, &found) };
        self.report(code, severity, part, message, suggestion);
    }
}

/// The types that the condition looks for; `None` where it asks for types itself, or for nothing.
fn wanted(leaf: &Leaf) -> Option<TypeSet> {
    match leaf.operator.kind {
        Op::Type | Op::Exists => None,
        Op::Regex | Op::StartsWith | Op::EndsWith => Some(TypeSet::STRING),
        Op::Mod => Some(TypeSet::NUMBER),
        Op::Size => Some(TypeSet::ARRAY),
        _ => operands(leaf).map(type_of).reduce(TypeSet::or),
    }
}

/// Of numbers, all: they compare whatever their spelling.
fn type_of(constant: &Constant) -> TypeSet {
    match constant {
        Constant::Null => TypeSet::NULL,
        Constant::Bool(_) => TypeSet::BOOL,
        Constant::Number(_) => TypeSet::NUMBER,
        Constant::String(_) => TypeSet::STRING,
        Constant::Array(_) => TypeSet::ARRAY,
        Constant::Object(_) => TypeSet::OBJECT,
    }
}

/// What follows from the type of the field.
fn reason(leaf: &Leaf, outcome: Outcome) -> String {
    let operator = leaf.operator.name;
    let operand = in_words(&leaf.operand);
    match leaf.operator.kind {
        Op::Eq if leaf.operand_is_null() => "it is never null or missing".to_owned(),
        Op::Ne if leaf.operand_is_null() => "it is never null or missing, so this always holds".to_owned(),
        Op::Eq => format!("{operand} never equals it"),
        Op::Ne => format!("{operand} never equals it, so this always holds"),
        Op::In => "nothing in the list ever equals it".to_owned(),
        Op::Nin => "nothing in the list ever equals it, so this always holds".to_owned(),
        Op::Gt | Op::Gte | Op::Lt | Op::Lte if outcome == Outcome::Never => {
            format!("it is never `{operator}` {operand}")
        }
        Op::Type if outcome == Outcome::Never => format!("it is never of the type {}", leaf.operand),
        Op::Regex | Op::StartsWith | Op::EndsWith => format!("`{operator}` only looks at strings"),
        Op::Mod => format!("`{operator}` only looks at numbers"),
        Op::Size => format!("`{operator}` only looks at arrays"),
        _ => match outcome {
            Outcome::Always => "this always holds".to_owned(),
            _ => "this never holds".to_owned(),
        },
    }
}

impl Leaf {
    fn operand_is_null(&self) -> bool {
        matches!(self.operand, Constant::Null)
    }
}

impl Findings<'_> {
    /// The types of what can be found, in words.
    fn in_words(&self) -> String {
        match self.types.is_empty() {
            true => "never there".to_owned(),
            false => types_in_words(self.types),
        }
    }
}
