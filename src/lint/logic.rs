//! Conditions that have something to do with each other.

use super::fields;
use super::linter::{Atom, Context, Linter, Outcome};
use super::{LintCode, Severity};
use crate::analysis;
use crate::catalog::shape::Shape;
use crate::event::Constant;
use crate::path::{Path, Segment};
use crate::syntax::expr::{Expr, Join, TypeSet};
use crate::syntax::operators::{Kind as Op, Operator};
use crate::syntax::outline::{Kind, Outline};

/// Pairs of more parts than that are not looked at.
const MAX_PARTS: usize = 40;

/// All of the atoms must hold.
pub(super) fn conjunction(linter: &mut Linter<'_>, atoms: &[Atom<'_>], context: Context<'_>) {
    if atoms.len() < 2 || atoms.len() > MAX_PARTS {
        return;
    }
    repeated(linter, atoms);
    let whole = all(atoms.iter().map(|atom| &atom.expr));
    // What never holds for itself has been reported.
    if atoms.iter().any(|atom| atom.outcome == Outcome::Never) {
        return;
    }
    if linter.holds_never(&whole, context) {
        never(linter, atoms, context);
        return;
    }
    if only_an_array(linter, atoms, &whole, context) || different_elements(linter, atoms, context) {
        return;
    }
    implied(linter, atoms, context);
}

fn all<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> Expr {
    Expr::Group(Join::All, exprs.into_iter().cloned().collect())
}

fn pairs<T>(parts: &[T]) -> impl Iterator<Item = (&T, &T)> {
    parts
        .iter()
        .enumerate()
        .flat_map(move |(index, second)| parts.iter().take(index).map(move |first| (first, second)))
}

/// A condition as it is named in a message.
fn name(linter: &Linter<'_>, part: &Outline) -> String {
    const MOST: usize = 60;
    match part.span.range().and_then(|range| linter.text.get(range)) {
        Some(text) if text.len() <= MOST && !text.contains(['\n', '\r']) => format!("`{text}`"),
        _ => format!("the condition at `{}`", part.pointer),
    }
}

fn never(linter: &mut Linter<'_>, atoms: &[Atom<'_>], context: Context<'_>) {
    let severity = linter.severity(Outcome::Never, context);
    let contradicting =
        pairs(atoms).find(|(first, second)| linter.holds_never(&all([&first.expr, &second.expr]), context));
    match contradicting {
        Some((first, second)) => {
            let message = format!("nothing meets both this and {}", name(linter, first.part));
            linter.report(LintCode::NeverMatches, severity, second.part, message, None);
        }
        None => {
            if let Some(last) = atoms.last() {
                let message = "nothing meets this and all the conditions beside it";
                linter.report(LintCode::NeverMatches, severity, last.part, message, None);
            }
        }
    }
}

/// Reports what no event without arrays meets; true where it did.
fn only_an_array(linter: &mut Linter<'_>, atoms: &[Atom<'_>], whole: &Expr, context: Context<'_>) -> bool {
    let declared: Vec<Path> = atoms.iter().filter_map(|atom| array_path(atom.part)).collect();
    let scope = analysis::Scope { no_arrays_but: Some(&declared), ..context.scope };
    let no_arrays = Context { scope, ..context };
    if !linter.holds_never(whole, no_arrays) {
        return false;
    }
    let pair =
        pairs(atoms).find(|(first, second)| linter.holds_never(&all([&first.expr, &second.expr]), no_arrays));
    let Some((first, second)) = pair else { return false };
    let message = format!("only an array could meet both this and {}", name(linter, first.part));
    linter.report(LintCode::OnlyAnArray, Severity::Warning, second.part, message, None);
    true
}

/// The path of what the filter itself says is an array.
fn array_path(part: &Outline) -> Option<Path> {
    match &part.kind {
        Kind::AllOf { path, .. } | Kind::Element { path, .. } => Some(path.clone()),
        Kind::Condition(leaf) => {
            let is_array = matches!(leaf.operator.kind, Op::Size | Op::Type)
                || matches!(leaf.operand, Constant::Array(_)) && leaf.operator.kind == Op::Eq;
            is_array.then(|| leaf.path.clone())
        }
        _ => None,
    }
}

fn repeated(linter: &mut Linter<'_>, atoms: &[Atom<'_>]) {
    for (index, atom) in atoms.iter().enumerate() {
        let earlier = atoms.iter().take(index).find(|earlier| earlier.expr == atom.expr);
        if let Some(earlier) = earlier {
            let message = format!("this says the same as {}", name(linter, earlier.part));
            linter.report(LintCode::RepeatedCondition, Severity::Warning, atom.part, message, None);
        }
    }
}

/// Two conditions that may be met by two elements of an array; true where that was reported.
fn different_elements(linter: &mut Linter<'_>, atoms: &[Atom<'_>], context: Context<'_>) -> bool {
    if context.is_negated || !context.is_known() {
        return false;
    }
    let mut positive = Vec::new();
    for atom in atoms {
        if let Kind::Condition(leaf) = &atom.part.kind
            && !matches!(leaf.operator.kind, Op::Ne | Op::Nin | Op::Exists | Op::Size | Op::Type)
        {
            positive.push((atom, &leaf.path));
        }
    }
    for ((first, path), (second, other)) in pairs(&positive) {
        let Some(array) = common_array(context.scope.shape, path, other) else { continue };
        let around = context.name(&array);
        let message =
            format!("this and {} may be met by different elements of `{around}`", name(linter, first.part));
        let within = |path: &Path| {
            Path::of(path.segments().get(array.segments().len()..).unwrap_or_default()).to_string()
        };
        let suggestion = if **path == array && **other == array {
            ("`$elemMatch` asks for one element that meets both".to_owned(), None)
        } else {
            let (within, other) = (within(path), within(other));
            let example = format!("{{\"{array}\": {{\"$elemMatch\": {{\"{within}\": …, \"{other}\": …}}}}}}");
            (format!("to ask for one element that meets both: `{example}`"), None)
        };
        linter.report(LintCode::DifferentElements, Severity::Warning, second.part, message, Some(suggestion));
        return true;
    }
    false
}

/// The longest beginning of both paths that leads to an array for sure, with several elements that the
/// paths do not tell apart by an index.
fn common_array(shape: &Shape, first: &Path, second: &Path) -> Option<Path> {
    let (first, second) = (first.segments(), second.segments());
    let common = first.iter().zip(second).take_while(|(a, b)| a == b).count();
    (1..=common).rev().find_map(|length| {
        let around = first.get(..length)?;
        let array = fields::known(shape, around)?;
        let is_array = array.types.without(TypeSet::NULL) == TypeSet::ARRAY;
        let by_index = |path: &[Segment]| path.get(length).is_some_and(|next| next.index().is_some());
        let both_inside_or_at = (first.len() == length) == (second.len() == length);
        (is_array && both_inside_or_at && !by_index(first) && !by_index(second)).then(|| Path::of(around))
    })
}

/// Conditions that follow from another.
fn implied(linter: &mut Linter<'_>, atoms: &[Atom<'_>], context: Context<'_>) {
    for (index, atom) in atoms.iter().enumerate() {
        let follows = atoms.iter().enumerate().find(|(other_index, other)| {
            // Of two that follow from each other the second one can go.
            *other_index != index
                && other.expr != atom.expr
                && related(other.part, atom.part)
                && follows_from(linter, &other.expr, &atom.expr, context)
                && (*other_index < index || !follows_from(linter, &atom.expr, &other.expr, context))
        });
        if let (Outcome::Either, Some((_, other))) = (atom.outcome, follows) {
            let message = format!("this follows from {}", name(linter, other.part));
            linter.report(LintCode::ImpliedCondition, Severity::Note, atom.part, message, None);
        }
    }
}

fn follows_from(linter: &Linter<'_>, first: &Expr, second: &Expr, context: Context<'_>) -> bool {
    let both = Expr::Group(Join::All, vec![first.clone(), second.clone().not()]);
    linter.holds_never(&both, context)
}

/// Whether one is at the other's path, or above or below.
fn related(first: &Outline, second: &Outline) -> bool {
    let path = |part: &Outline| match &part.kind {
        Kind::Condition(leaf) => Some(leaf.path.clone()),
        Kind::Not(path, _) | Kind::Element { path, .. } => Some(path.clone()),
        _ => None,
    };
    path(first).zip(path(second)).is_some_and(|(first, second)| {
        first.segments().starts_with(second.segments()) || second.segments().starts_with(first.segments())
    })
}

/// Any of the branches will do.
pub(super) fn alternatives(
    linter: &mut Linter<'_>,
    operator: &Operator,
    branches: &[Outline],
    context: Context<'_>,
) {
    let exprs: Vec<Expr> = branches.iter().map(Outline::expr).collect();
    for (branch, expr) in branches.iter().zip(&exprs) {
        // Of a single part, it has been reported there.
        let is_reported = branch.parts().len() == 1;
        if !is_reported && linter.holds_always(expr, context) {
            let outcome = if operator.kind == Op::Nor { "never" } else { "always" };
            let message = format!("this branch always holds, so `{}` {outcome} does", operator.name);
            let severity = linter.severity(Outcome::Always, context);
            linter.report(LintCode::AlwaysMatches, severity, branch, message, None);
            return;
        }
    }
    if branches.len() > MAX_PARTS {
        return;
    }
    let parts: Vec<(&Outline, &Expr)> = branches.iter().zip(&exprs).collect();
    for (index, (branch, expr)) in parts.iter().enumerate() {
        if linter.holds_never(expr, context) {
            continue;
        }
        let earlier = parts.iter().take(index).find(|(_, earlier)| earlier == expr);
        if let Some((earlier, _)) = earlier {
            let message = format!("this says the same as {}", name(linter, earlier));
            linter.report(LintCode::RepeatedCondition, Severity::Warning, branch, message, None);
            continue;
        }
        let wider = parts.iter().enumerate().find(|(other_index, (_, other))| {
            *other_index != index
                && other != expr
                && follows_from(linter, expr, other, context)
                && (*other_index < index || !follows_from(linter, other, expr, context))
        });
        if let Some((_, (wider, _))) = wider {
            let message = format!("this branch adds nothing: {} holds wherever it does", name(linter, wider));
            linter.report(LintCode::ImpliedCondition, Severity::Note, branch, message, None);
        }
    }
}
