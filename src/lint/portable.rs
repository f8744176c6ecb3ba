//! Where a filter is not the same for Nextcloud's own evaluator.

use std::ops::Range;

use super::linter::{Advice, MAX_LINTS, leads_to_a_filter, place};
use super::spelling::{self, Site};
use super::{Lint, LintCode, Severity, Suggestion};
use crate::catalog::EventClass;
use crate::catalog::shape::Shape;
use crate::dialect_filter::DialectFilter;
use crate::error::Replacement;
use crate::event::Constant;
use crate::filter::Filter;
use crate::path::Path;
use crate::portability::{Cause, Difference, Reach, difference, of_all};
use crate::syntax::nextcloud::{self, Part, Test};
use crate::syntax::operators::Kind as Op;
use crate::syntax::outline::{Kind, Leaf, Outline};
use crate::syntax::span::Span;

pub(super) fn lint(filter: &Filter, class: Option<&EventClass>) -> Vec<Lint> {
    run(filter, class, Purpose::Both)
}

/// Of a filter that is written for Nextcloud.
pub(super) fn lint_nextcloud(filter: &DialectFilter, class: Option<&EventClass>) -> Vec<Lint> {
    let Some(text) = filter.source() else { return Vec::new() };
    let Ok(mongo) = Filter::compile(text) else { return of_parts(filter, class) };
    let mut lints = run(&mongo, class, Purpose::Nextcloud);
    let differing = lint(&mongo, class);
    for mut ordinary in super::lint(&mongo, class) {
        // What is said of the default dialect is true of both where they agree: everywhere, or in a
        // condition by itself.
        if !differing.is_empty() {
            let is_of_name = matches!(
                ordinary.code,
                LintCode::UnknownField | LintCode::OtherEnvelope | LintCode::MisspelledField
            );
            if !is_of_name || differing.iter().any(|lint| lint.pointer.starts_with(&ordinary.pointer)) {
                continue;
            }
            ordinary.severity = ordinary.severity.min(Severity::Warning);
        }
        lints.push(ordinary);
    }
    lints.sort_by_key(place);
    lints.truncate(MAX_LINTS);
    lints
}

/// Who is to read the filter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// It has a meaning, by MongoDB's rules, which is to be kept.
    Both,
    /// What it means there is what it means.
    Nextcloud,
}

fn run(filter: &Filter, class: Option<&EventClass>, purpose: Purpose) -> Vec<Lint> {
    let (Some(outline), Some(text)) = (filter.outline(), filter.source()) else { return Vec::new() };
    let mut paths = Vec::new();
    collect_paths(&outline, &mut paths);
    let shape = class.filter(|class| class.has_envelope_of(paths)).map(EventClass::shape);
    let mut portable = Portable { text, shape, purpose, lints: Vec::new() };
    portable.part(&outline, None);
    portable.finish()
}

fn collect_paths<'o>(part: &'o Outline, paths: &mut Vec<&'o Path>) {
    match &part.kind {
        Kind::Field(path, _) => paths.push(path),
        Kind::Condition(leaf) => paths.push(&leaf.path),
        Kind::All(parts) | Kind::Logical(_, parts) => {
            parts.iter().for_each(|part| collect_paths(part, paths));
        }
        _ => {}
    }
}

struct Portable<'a> {
    text: &'a str,
    /// What is known of the events.
    shape: Option<&'a Shape>,
    purpose: Purpose,
    lints: Vec<Lint>,
}

impl Portable<'_> {
    /// `alone` is the field where nothing else stands beside the condition. Recursion is bounded by the
    /// nesting of the filter.
    fn part(&mut self, part: &Outline, alone: Option<&Outline>) {
        match &part.kind {
            Kind::All(parts) | Kind::Logical(_, parts) | Kind::Not(_, parts) => {
                parts.iter().for_each(|part| self.part(part, None));
            }
            Kind::Field(_, parts) => {
                let alone = (parts.len() == 1).then_some(part);
                parts.iter().for_each(|part| self.part(part, alone));
            }
            Kind::Condition(leaf) => self.condition(part, leaf, alone),
            Kind::Element { path, .. } => {
                let operand = Constant::Null;
                let reach = self.reach(path);
                if let Some(found) = difference(Op::ElemMatch, "$elemMatch", false, &operand, &reach) {
                    self.report(part, found, None);
                }
            }
            Kind::AllOf { path, parts } => self.all_of(part, path, parts, alone),
            Kind::Comment => {
                let message = "Nextcloud throws: it knows no comments".to_owned();
                let advice = remove(self.text, part.span).map(|range| (range, String::new()));
                let advice = ("leave it out".to_owned(), advice);
                self.report(part, Difference { cause: Cause::Throws, message }, Some(advice));
            }
        }
    }

    fn reach(&self, path: &Path) -> Reach {
        self.shape.map_or_else(|| Reach::plain(path), |shape| Reach::of(shape, path))
    }

    fn condition(&mut self, part: &Outline, leaf: &Leaf, alone: Option<&Outline>) {
        let reach = self.reach(&leaf.path);
        let operator = leaf.operator;
        let Some(found) = difference(operator.kind, operator.name, leaf.is_literal, &leaf.operand, &reach)
        else {
            return;
        };
        let alone = if leaf.is_literal { Some(part) } else { alone };
        let site = Site { text: self.text, part, alone, path: &leaf.path, reach: &reach };
        let spelling = spelling::of_condition(&site, leaf);
        let advice = match spelling {
            Some(spelling) => Some(site.advice(&spelling)),
            None => spelling::hint(&found, leaf).map(|hint| (hint, None)),
        };
        self.report(part, found, advice);
    }

    fn all_of(&mut self, part: &Outline, path: &Path, parts: &[Outline], alone: Option<&Outline>) {
        let reach = self.reach(path);
        let entry = |part: &'_ Outline| match &part.kind {
            Kind::Condition(leaf) => Some(leaf.operand.clone()),
            _ => None,
        };
        let entries: Option<Vec<Constant>> = parts.iter().map(entry).collect();
        let borrowed: Option<Vec<&Constant>> = entries.as_ref().map(|entries| entries.iter().collect());
        let Some(found) = of_all(borrowed.as_deref(), &reach) else { return };
        let site = Site { text: self.text, part, alone, path, reach: &reach };
        let spelling = entries.and_then(|entries| spelling::of_all(&site, &entries));
        self.report(part, found, spelling.map(|spelling| site.advice(&spelling)));
    }

    fn report(&mut self, part: &Outline, found: Difference, advice: Advice) {
        if self.lints.len() >= MAX_LINTS {
            return;
        }
        let Difference { cause, message } = found;
        let (code, sure) = match cause {
            Cause::Throws | Cause::MayThrow => (LintCode::ThrowsInNextcloud, true),
            Cause::Always => (LintCode::AlwaysInNextcloud, true),
            Cause::Pattern { .. } => (LintCode::PatternInNextcloud, true),
            Cause::Loose => (LintCode::LooseInNextcloud, false),
            Cause::Null { .. } => (LintCode::NullInNextcloud, false),
            Cause::Path(_) => (LintCode::PathInNextcloud, false),
        };
        let is_fatal =
            matches!(cause, Cause::Throws | Cause::Pattern { never: true } | Cause::Null { never: true });
        let severity = match self.purpose {
            Purpose::Nextcloud if is_fatal => Severity::Error,
            Purpose::Nextcloud => Severity::Note,
            Purpose::Both if sure || self.shape.is_some() => Severity::Warning,
            Purpose::Both => Severity::Note,
        };
        // There, a change would change what the filter means, unless it means nothing.
        let keeps = self.purpose == Purpose::Both || is_fatal;
        let suggestion = advice.filter(|_| keeps).map(|(message, replacement)| {
            let replacement = replacement.map(|(range, text)| Replacement { range, text });
            let replacement = replacement.filter(|replacement| leads_to_a_filter(self.text, replacement));
            Suggestion { message, replacement }
        });
        self.lints.push(Lint {
            code,
            severity,
            pointer: part.pointer.to_string(),
            range: part.span.range(),
            message,
            suggestion,
        });
    }

    fn finish(mut self) -> Vec<Lint> {
        self.lints.sort_by_key(place);
        self.lints
    }
}

/// A member of an object, with the comma that goes with it.
fn remove(text: &str, member: Span) -> Option<Range<usize>> {
    let Range { start, end } = member.range()?;
    let space = [' ', '\t', '\n', '\r'];
    let after = text.get(end..)?;
    if let Some(rest) = after.trim_start_matches(space).strip_prefix(',') {
        return Some(start..text.len() - rest.trim_start_matches(space).len());
    }
    let before = text.get(..start)?.trim_end_matches(space);
    Some(before.strip_suffix(',').map_or(start, str::len)..end)
}

/// Of a filter that only Nextcloud's evaluator reads: what throws, and what never holds.
fn of_parts(filter: &DialectFilter, class: Option<&EventClass>) -> Vec<Lint> {
    let Some(root) = filter.nextcloud_outline() else { return Vec::new() };
    let mut paths = Vec::new();
    visit(&root, &mut |part| {
        if let nextcloud::Kind::Condition(leaf) = &part.kind {
            paths.push(&leaf.condition.path);
        }
    });
    let shape = class.filter(|class| class.has_envelope_of(paths)).map(EventClass::shape);
    let mut lints = Vec::new();
    visit(&root, &mut |part| {
        if lints.len() < MAX_LINTS
            && let Some((code, severity, message, hint)) = of_part(part, shape)
        {
            lints.push(Lint {
                code,
                severity,
                pointer: part.pointer.to_string(),
                range: part.span.range(),
                message,
                suggestion: hint.map(|message| Suggestion { message, replacement: None }),
            });
        }
    });
    lints
}

fn visit<'p>(part: &'p Part, see: &mut impl FnMut(&'p Part)) {
    see(part);
    part.parts().iter().for_each(|part| visit(part, see));
}

fn of_part(part: &Part, shape: Option<&Shape>) -> Option<(LintCode, Severity, String, Option<String>)> {
    let throws = |reason: &str, hint| {
        let message = format!("Nextcloud throws: {reason}");
        Some((LintCode::ThrowsInNextcloud, Severity::Error, message, hint))
    };
    let leaf = match &part.kind {
        nextcloud::Kind::Raise(reason) => return throws(reason, None),
        nextcloud::Kind::Unknown(operator, _) => {
            let message = format!("`{operator}` is no operator for Nextcloud, and never holds");
            return Some((LintCode::ThrowsInNextcloud, Severity::Error, message, None));
        }
        nextcloud::Kind::Condition(leaf) => leaf,
        _ => return None,
    };
    // An array may hold what equals the operand loosely.
    let reach = |path| shape.map_or_else(|| Reach::plain(path), |shape| Reach::of(shape, path));
    let never = || match reach(&leaf.condition.path) {
        reach if reach.has_arrays() || reach.odd.is_some() => Severity::Warning,
        _ => Severity::Error,
    };
    match &leaf.condition.test {
        Test::Throw { reason, .. } | Test::Abort(reason) => {
            throws(reason, Some(nextcloud::hint(&leaf.operator).to_owned()))
        }
        Test::Match(delimiters) if delimiters.pattern.is_none() => {
            let message = "Nextcloud takes this for a pattern that nothing matches, not even itself";
            let hint = "in `$in`, no string is a pattern".to_owned();
            Some((LintCode::PatternInNextcloud, never(), message.to_owned(), Some(hint)))
        }
        Test::Equal(Constant::Null) => {
            let message = "in Nextcloud nothing equals `null`, neither null nor a missing field";
            let hint = "for both: `{\"$exists\": false}`".to_owned();
            Some((LintCode::NullInNextcloud, never(), message.to_owned(), Some(hint)))
        }
        _ => None,
    }
}
