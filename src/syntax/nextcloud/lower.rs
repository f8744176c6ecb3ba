//! What a filter is made of → what is to be done, in the order in which PHP does it.

use super::{Condition, Kind, Logical, Part, Test};
use crate::path::Path;
use crate::syntax::expr::{Expr, Join};
use crate::syntax::span::Span;

/// What is known of a part before there is an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Always,
    Never,
    /// It throws, whatever the event.
    Raises,
    Open,
}

impl Outcome {
    fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            other => other,
        }
    }
}

/// Parts that are never reached are left out.
pub(super) fn lower(part: &Part) -> (Expr<Condition>, Outcome) {
    match &part.kind {
        Kind::All(parts) | Kind::Field(_, parts) | Kind::Logical(Logical::And, parts) => {
            group(Join::All, parts)
        }
        Kind::Logical(Logical::Or, parts) => group(Join::Any, parts),
        Kind::Logical(Logical::Nor, parts) => not(group(Join::Any, parts)),
        Kind::Not(_, parts) => not(group(Join::All, parts)),
        Kind::Condition(leaf) => (Expr::Condition(leaf.condition.clone()), outcome(&leaf.condition)),
        Kind::Raise(reason) => raise(reason, part.span),
        // Only that its first entry may throw is left of it.
        Kind::Unknown(_, first) => match first.as_deref().map(lower) {
            Some((expr, Outcome::Raises)) => (expr, Outcome::Raises),
            Some((expr, Outcome::Open)) => {
                let looked_at = Expr::Group(Join::Any, vec![expr, Expr::ALWAYS]);
                (Expr::Group(Join::All, vec![looked_at, Expr::NEVER]), Outcome::Open)
            }
            _ => (Expr::NEVER, Outcome::Never),
        },
    }
}

fn not((expr, outcome): (Expr<Condition>, Outcome)) -> (Expr<Condition>, Outcome) {
    (expr.not(), outcome.not())
}

fn raise(reason: &str, span: Span) -> (Expr<Condition>, Outcome) {
    let test = Test::Abort(reason.into());
    (Expr::Condition(Condition { path: Path::default(), test, span }), Outcome::Raises)
}

fn group(join: Join, parts: &[Part]) -> (Expr<Condition>, Outcome) {
    // What changes nothing.
    let neutral = match join {
        Join::All => Outcome::Always,
        Join::Any => Outcome::Never,
    };
    let mut exprs = Vec::with_capacity(parts.len());
    for part in parts {
        let (expr, outcome) = lower(part);
        if outcome == neutral {
            continue;
        }
        exprs.push(expr);
        if outcome != Outcome::Open {
            let outcome = if exprs.len() == 1 { outcome } else { Outcome::Open };
            return (Expr::Group(join, exprs), outcome);
        }
    }
    let outcome = if exprs.is_empty() { neutral } else { Outcome::Open };
    (Expr::Group(join, exprs), outcome)
}

/// An operator that is none throws wherever its path ends; a path of one segment always does.
pub(super) fn outcome(condition: &Condition) -> Outcome {
    match &condition.test {
        Test::Abort(_) => Outcome::Raises,
        Test::Throw { missing: None, .. } if condition.path.segments().len() == 1 => Outcome::Raises,
        _ => Outcome::Open,
    }
}
