//! The walk over a filter as it was written.

use std::ops::Range;

use super::{Lint, LintCode, Severity, Suggestion, fields, logic};
use crate::analysis::{self, Fuel, Scope};
use crate::catalog::EventClass;
use crate::catalog::shape::{self, Format, Shape};
use crate::error::Replacement;
use crate::filter::Filter;
use crate::path::Path;
use crate::sort;
use crate::syntax::expr::{ElementForm, Expr};
use crate::syntax::operators::Kind as Op;
use crate::syntax::outline::{Kind, Leaf, Outline};
use crate::syntax::span::Span;

/// What all questions about a filter may cost together: some tens of milliseconds.
const FUEL: usize = 200_000;

/// Nobody reads more.
pub(super) const MAX_LINTS: usize = 100;

/// In bytes; the replacements of longer filters are not tried, and so not offered.
const MAX_TRIED: usize = 16 << 10;

pub(super) fn lint(filter: &Filter, class: Option<&EventClass>) -> Vec<Lint> {
    let (Some(outline), Some(text)) = (filter.outline(), filter.source()) else { return Vec::new() };
    let shape = class.map_or(&shape::ANY, EventClass::shape);
    let context = Context { scope: Scope { shape, no_arrays_but: None }, around: "", is_negated: false };
    let fuel = Fuel::new(FUEL);
    let expr = outline.expr();
    let leaves = leaves(&outline);
    let mut linter = Linter {
        class,
        text,
        never: analysis::never_holds(&expr, context.scope, &fuel),
        is_class_certain: class
            .is_none_or(|class| class.has_envelope_of(leaves.iter().map(|leaf| &leaf.path))),
        leaves,
        fuel,
        lints: Vec::new(),
    };
    linter.conjunction(std::slice::from_ref(&outline), context);
    let says_something = outline.parts().iter().any(|part| !matches!(part.kind, Kind::Comment));
    // The class is often named to be sure.
    let names_class = linter.leaves.iter().any(|leaf| linter.is_class_name(context, &leaf.path));
    if says_something
        && !linter.never
        && !names_class
        && linter.holds_always(&expr, context)
        && linter.lints.is_empty()
    {
        let message = match class {
            Some(_) => "this matches every event of the class; `{}` says so in fewer words",
            None => "this matches every event; `{}` says so in fewer words",
        };
        linter.report(LintCode::AlwaysMatches, Severity::Warning, &outline, message, None);
    }
    sort::by_key(&mut linter.lints, place);
    linter.lints.truncate(MAX_LINTS - 1);
    if linter.never
        && linter.is_class_certain
        && !linter.lints.iter().any(|lint| lint.severity == Severity::Error)
    {
        linter.report(
            LintCode::NeverMatches,
            Severity::Error,
            &outline,
            "no event matches this filter",
            None,
        );
    }
    sort::by_key(&mut linter.lints, place);
    linter.lints
}

pub(super) fn place(lint: &Lint) -> usize {
    lint.range.as_ref().map_or(0, |range| range.start)
}

/// Where a part of a filter stands.
#[derive(Clone, Copy)]
pub(super) struct Context<'s> {
    /// What its paths start from.
    pub(super) scope: Scope<'s>,
    /// The path of the array whose elements they start from.
    pub(super) around: &'s str,
    /// Under an odd number of negations.
    pub(super) is_negated: bool,
}

impl Context<'_> {
    /// Whether anything is known of the values.
    pub(super) fn is_known(&self) -> bool {
        !self.scope.shape.is_any()
    }

    /// The path as it is named in messages.
    pub(super) fn name(&self, path: &Path) -> String {
        match (self.around, path.segments()) {
            ("", _) => path.to_string(),
            (around, []) => around.to_owned(),
            (around, _) => format!("{around}.{path}"),
        }
    }
}

/// What to say, and the change to the text that it comes to, where that is at one place.
pub(super) type Advice = Option<(String, Option<(Range<usize>, String)>)>;

/// What a part comes to, on all events of the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Never,
    Always,
    Either,
}

/// A part of a conjunction that is none itself.
pub(super) struct Atom<'o> {
    pub(super) part: &'o Outline,
    pub(super) expr: Expr,
    pub(super) outcome: Outcome,
}

pub(super) struct Linter<'a> {
    pub(super) class: Option<&'a EventClass>,
    pub(super) text: &'a str,
    /// Every condition of the filter.
    pub(super) leaves: Vec<&'a Leaf>,
    /// Whether the filter as a whole never matches.
    never: bool,
    /// Whether it can be relied on that the events are as the class says.
    is_class_certain: bool,
    pub(super) fuel: Fuel,
    lints: Vec<Lint>,
}

impl<'a> Linter<'a> {
    pub(super) fn report(
        &mut self,
        code: LintCode,
        severity: Severity,
        part: &Outline,
        message: impl Into<String>,
        suggestion: Advice,
    ) {
        self.report_at(code, severity, (&part.pointer, part.span), message, suggestion);
    }

    pub(super) fn report_at(
        &mut self,
        code: LintCode,
        severity: Severity,
        (pointer, span): (&str, Span),
        message: impl Into<String>,
        suggestion: Advice,
    ) {
        if self.is_full() {
            return;
        }
        let suggestion = suggestion.map(|(message, replacement)| {
            let replacement = replacement.map(|(range, text)| Replacement { range, text });
            Suggestion { message, replacement: replacement.filter(|it| leads_to_a_filter(self.text, it)) }
        });
        self.lints.push(Lint {
            code,
            severity,
            pointer: pointer.to_owned(),
            range: span.range(),
            message: message.into(),
            suggestion,
        });
    }

    /// Of more lints, none would be kept.
    pub(super) fn is_full(&self) -> bool {
        self.lints.len() > 2 * MAX_LINTS
    }

    /// How bad it is that a part never holds, or always: an error where the filter never matches and
    /// this is why.
    pub(super) fn severity(&self, outcome: Outcome, context: Context<'_>) -> Severity {
        let is_fatal = match outcome {
            Outcome::Never => !context.is_negated,
            Outcome::Always => context.is_negated,
            Outcome::Either => false,
        };
        if self.never && self.is_class_certain && is_fatal { Severity::Error } else { Severity::Warning }
    }

    pub(super) fn holds_never(&self, expr: &Expr, context: Context<'_>) -> bool {
        analysis::never_holds(expr, context.scope, &self.fuel)
    }

    pub(super) fn holds_always(&self, expr: &Expr, context: Context<'_>) -> bool {
        analysis::always_holds(expr, context.scope, &self.fuel)
    }

    pub(super) fn outcome(&self, expr: &Expr, context: Context<'_>) -> Outcome {
        if self.holds_never(expr, context) {
            Outcome::Never
        } else if self.holds_always(expr, context) {
            Outcome::Always
        } else {
            Outcome::Either
        }
    }

    /// All of the parts must hold. Recursion is bounded by the nesting of the filter.
    fn conjunction(&mut self, parts: &[Outline], context: Context<'_>) {
        let mut atoms = Vec::new();
        for part in parts {
            self.collect(part, context, &mut atoms);
        }
        logic::conjunction(self, &atoms, context);
    }

    /// What a conjunction is made of. Parts with a field that is not there are done with.
    fn collect<'o>(&mut self, part: &'o Outline, context: Context<'_>, atoms: &mut Vec<Atom<'o>>) {
        match &part.kind {
            Kind::All(entries) => {
                for entry in entries {
                    let is_odd = entry_path(entry).is_some_and(|path| self.field(entry, path, context));
                    if !is_odd {
                        self.collect(entry, context, atoms);
                    }
                }
            }
            Kind::Field(_, parts) => parts.iter().for_each(|part| self.collect(part, context, atoms)),
            Kind::Logical(operator, branches) if operator.kind == Op::And => {
                branches.iter().for_each(|branch| self.collect(branch, context, atoms));
            }
            Kind::Comment => {}
            _ => {
                let expr = part.expr();
                let outcome = self.atom(part, &expr, context);
                atoms.push(Atom { part, expr, outcome });
            }
        }
    }

    fn atom(&mut self, part: &Outline, expr: &Expr, context: Context<'_>) -> Outcome {
        match &part.kind {
            Kind::Condition(leaf) => return self.condition(part, leaf, context),
            Kind::Not(path, parts) => {
                self.conjunction(parts, Context { is_negated: !context.is_negated, ..context });
                self.negation(part, path, context);
            }
            Kind::Logical(operator, branches) => {
                let is_negated = context.is_negated != (operator.kind == Op::Nor);
                let inside = Context { is_negated, ..context };
                branches.iter().for_each(|branch| self.conjunction(std::slice::from_ref(branch), inside));
                logic::alternatives(self, operator, branches, inside);
            }
            Kind::Element { path, form, parts } => self.element(path, *form, parts, context),
            Kind::AllOf { parts, .. } => {
                for part in parts {
                    match &part.kind {
                        Kind::Condition(leaf) => {
                            self.condition(part, leaf, context);
                        }
                        Kind::Element { path, form, parts } => self.element(path, *form, parts, context),
                        _ => {}
                    }
                }
            }
            Kind::All(_) | Kind::Field(..) | Kind::Comment => {}
        }
        self.outcome(expr, context)
    }

    fn element(&mut self, path: &Path, form: ElementForm, parts: &[Outline], context: Context<'_>) {
        let around = context.name(path);
        let inside = |shape| Context {
            scope: Scope { shape, no_arrays_but: None },
            around: &around,
            is_negated: context.is_negated,
        };
        match &*analysis::findings(context.scope, path).arrays {
            // Of several, nothing is known in common.
            [array] => {
                let Some(element) = array.elements.shape() else { return };
                self.body(form, parts, inside(element));
            }
            _ => self.body(form, parts, inside(&shape::ANY)),
        }
    }

    fn body(&mut self, form: ElementForm, parts: &[Outline], context: Context<'_>) {
        let mut atoms = Vec::new();
        for part in parts {
            let is_odd = form == ElementForm::Document
                && entry_path(part).is_some_and(|path| self.field(part, path, context));
            if !is_odd {
                self.collect(part, context, &mut atoms);
            }
        }
        logic::conjunction(self, &atoms, context);
    }

    /// Whether the path leads to the name of the event's class.
    pub(super) fn is_class_name(&self, context: Context<'_>, path: &Path) -> bool {
        self.shape_at(context, path).is_some_and(|shape| shape.format == Some(Format::ClassName))
    }

    /// What is known of the value at the end of a path.
    pub(super) fn shape_at<'s>(&self, context: Context<'s>, path: &Path) -> Option<&'s Shape> {
        fields::known(context.scope.shape, path.segments())
    }
}

/// Whether the text is a filter once the change is made.
pub(super) fn leads_to_a_filter(text: &str, replacement: &Replacement) -> bool {
    let Replacement { range, text: new } = replacement;
    let (before, after) = (text.get(..range.start), text.get(range.end..));
    text.len() <= MAX_TRIED
        && before
            .zip(after)
            .is_some_and(|(before, after)| Filter::compile(&format!("{before}{new}{after}")).is_ok())
}

fn leaves(outline: &Outline) -> Vec<&Leaf> {
    let mut leaves = Vec::new();
    let mut open = vec![outline];
    while let Some(part) = open.pop() {
        if let Kind::Condition(leaf) = &part.kind {
            leaves.push(&**leaf);
        }
        open.extend(part.parts());
    }
    leaves
}

/// The path that an entry of a filter has as its key.
fn entry_path(entry: &Outline) -> Option<&Path> {
    match &entry.kind {
        Kind::Field(path, _) => Some(path),
        Kind::Condition(leaf) if leaf.is_literal => Some(&leaf.path),
        _ => None,
    }
}
