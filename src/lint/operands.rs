//! Operands that are probably not what was meant, and those that could be written better.

use std::ops::Range;

use super::linter::{Advice, Context, Linter, Outcome};
use super::text::{in_words, key_and_value, quoted};
use super::time::{MOST_SECONDS, parse_iso};
use super::{LintCode, Severity};
use crate::analysis::{self, Findings};
use crate::catalog::shape::Format;
use crate::event::{Constant, Number};
use crate::path::{Path, Segment};
use crate::syntax::expr::{Condition, Expr, Test, TypeSet};
use crate::syntax::operators::Kind as Op;
use crate::syntax::outline::{Kind, Leaf, Outline};
use crate::syntax::pattern::{Flags, Literal, Pattern};
use crate::syntax::slashed::Slashed;
use crate::syntax::span::Span;

impl Linter<'_> {
    /// Reports an operand that is of the wrong kind; true where it did.
    pub(super) fn operand(
        &mut self,
        part: &Outline,
        leaf: &Leaf,
        outcome: Outcome,
        context: Context<'_>,
    ) -> bool {
        if !matches!(
            leaf.operator.kind,
            Op::Eq | Op::Ne | Op::Gt | Op::Gte | Op::Lt | Op::Lte | Op::In | Op::Nin
        ) {
            return false;
        }
        self.slashed(part, leaf, outcome, context)
            || self.time(part, leaf, outcome, context)
            || self.number(part, leaf, outcome, context)
    }

    fn slashed(&mut self, part: &Outline, leaf: &Leaf, outcome: Outcome, context: Context<'_>) -> bool {
        let mut strings = operands(leaf).filter_map(string);
        let Some((text, slashed)) = strings.find_map(|text| Some((text, Slashed::parse_pattern(text)?)))
        else {
            return false;
        };
        let operators = slashed.operators();
        let replacement = match (leaf.operator.kind, leaf.is_literal) {
            (Op::Eq, true) => leaf.operand_span.range().map(|range| (range, operators.clone())),
            (Op::Eq, false) => {
                let inside = operators.trim_start_matches('{').trim_end_matches('}');
                part.span.range().map(|range| (range, inside.to_owned()))
            }
            _ => None,
        };
        let message = format!(
            "{} is compared as it stands, slashes included; it is no pattern",
            in_words(&Constant::String(text.into()))
        );
        let suggestion = Some((format!("write `{operators}`"), replacement));
        let severity = self.severity(outcome, context);
        self.report(LintCode::LooksLikeRegex, severity, part, message, suggestion);
        true
    }

    fn time(&mut self, part: &Outline, leaf: &Leaf, outcome: Outcome, context: Context<'_>) -> bool {
        let is_time = match self.shape_at(context, &leaf.path) {
            Some(shape) if !shape.is_any() => shape.format == Some(Format::UnixTime),
            _ => context.around.is_empty() && last(&leaf.path) == "time" && !context.is_known(),
        };
        if !is_time {
            return false;
        }
        let name = context.name(&leaf.path);
        let severity = self.severity(outcome, context);
        for operand in operands(leaf) {
            let (message, seconds) = match operand {
                Constant::Number(number) if number.to_double().abs() >= MOST_SECONDS => {
                    let message =
                        format!("`{name}` counts seconds since 1970; {number} looks like milliseconds");
                    (message, number.truncate().map(|number| number / 1000))
                }
                Constant::String(text) => match parse_iso(text) {
                    Some(seconds) => {
                        let message = format!(
                            "`{name}` counts seconds since 1970; the string {} is not equal to, less or greater than any number",
                            quoted(text)
                        );
                        (message, Some(seconds))
                    }
                    None => continue,
                },
                _ => continue,
            };
            let replacement = self.instead(leaf, seconds.map(|seconds| seconds.to_string()));
            let suggestion = seconds.map(|seconds| (format!("in seconds: `{seconds}`"), replacement));
            self.report(LintCode::TimeFormat, severity, part, message, suggestion);
            return true;
        }
        false
    }

    /// A whole number in quotes, where it may be one without them.
    fn number(&mut self, part: &Outline, leaf: &Leaf, outcome: Outcome, context: Context<'_>) -> bool {
        let Some((text, number)) =
            operands(leaf).filter_map(string).find_map(|text| Some((text, whole(text)?)))
        else {
            return false;
        };
        let name = context.name(&leaf.path);
        let found = analysis::findings(context.scope, &leaf.path);
        let shape = self.shape_at(context, &leaf.path).filter(|shape| !shape.is_any());
        let is_number = match shape {
            Some(_) => found.types.contains(TypeSet::STRING) && found.types.intersects(TypeSet::NUMBER),
            None => !context.is_known() && is_name_of_number(last(&leaf.path)),
        };
        // Where the number is wanted, too, the string is there for good measure.
        let has_number = |other: &Leaf| {
            other.path == leaf.path
                && operands(other).any(|operand| *operand == Constant::Number(Number::Int(number)))
        };
        if !is_number || self.leaves.iter().any(|other| has_number(other)) {
            return false;
        }
        let message = match shape {
            Some(_) => format!(
                "`{name}` can be a number and can be a string here; the string {} never equals the number {number}",
                quoted(text)
            ),
            None => format!(
                "the string {} never equals the number {number}, which is what `{name}` is in most events",
                quoted(text)
            ),
        };
        let both = format!("[{number}, {}]", quoted(text));
        let suggestion: Advice = match (leaf.operator.kind, leaf.is_literal) {
            (Op::Eq, true) => {
                let operators = format!("{{\"$in\": {both}}}");
                let replacement = leaf.operand_span.range().map(|range| (range, operators.clone()));
                Some((format!("to take both: `{operators}`"), replacement))
            }
            (Op::Eq | Op::Ne, false) => {
                let operator = if leaf.operator.kind == Op::Eq { "$in" } else { "$nin" };
                let member = format!("\"{operator}\": {both}");
                Some((format!("to take both: `{member}`"), part.span.range().map(|range| (range, member))))
            }
            (Op::In | Op::Nin, _) => {
                let numbers = operands(leaf)
                    .filter_map(string)
                    .filter_map(whole)
                    .map(|number| Constant::Number(Number::Int(number)));
                let all: Vec<Constant> = operands(leaf).cloned().chain(numbers).collect();
                let all = Constant::Array(all.into()).to_string();
                Some((
                    "to take both, list both".to_owned(),
                    leaf.operand_span.range().map(|range| (range, all)),
                ))
            }
            _ => Some((format!("as a number: `{number}`"), self.instead(leaf, Some(number.to_string())))),
        };
        let severity = self.severity(outcome, context);
        self.report(LintCode::NumberAsString, severity, part, message, suggestion);
        true
    }

    /// The operand in the type that the field has.
    pub(super) fn other_type(&self, leaf: &Leaf, found: &Findings<'_>) -> Advice {
        let is_comparison = matches!(
            leaf.operator.kind,
            Op::Eq | Op::Ne | Op::Gt | Op::Gte | Op::Lt | Op::Lte | Op::In | Op::Nin
        );
        if !is_comparison {
            return None;
        }
        let other = |constant: &Constant| match constant {
            Constant::String(text) if found.types.intersects(TypeSet::NUMBER) => {
                Some(Constant::Number(Number::Int(whole(text)?)))
            }
            Constant::String(text) if found.types.contains(TypeSet::BOOL) => match &**text {
                "true" => Some(Constant::Bool(true)),
                "false" => Some(Constant::Bool(false)),
                _ => None,
            },
            Constant::Number(Number::Int(0)) if found.types.contains(TypeSet::BOOL) => {
                Some(Constant::Bool(false))
            }
            Constant::Number(Number::Int(1)) if found.types.contains(TypeSet::BOOL) => {
                Some(Constant::Bool(true))
            }
            Constant::Number(number @ Number::Int(_)) if found.types.contains(TypeSet::STRING) => {
                Some(Constant::String(number.to_string().into()))
            }
            _ => None,
        };
        let meant = match &leaf.operand {
            Constant::Array(list) if matches!(leaf.operator.kind, Op::In | Op::Nin) => {
                Constant::Array(list.iter().map(other).collect::<Option<_>>()?)
            }
            operand => other(operand)?,
        };
        let text = meant.to_string();
        Some((format!("write `{text}`"), leaf.operand_span.range().map(|range| (range, text))))
    }

    /// The whole name of the class, for a part of it or with a backslash too many.
    pub(super) fn class_name(&self, leaf: &Leaf) -> Advice {
        let class = self.class?;
        let written = string(&leaf.operand)?.trim_start_matches('\\');
        if written != class.name() && written != class.short_name() {
            return None;
        }
        let text = quoted(class.name());
        Some((format!("write `{text}`"), self.instead(leaf, Some(text))))
    }

    /// What is legal, and known to surprise, or longer than need be.
    pub(super) fn style(&mut self, part: &Outline, leaf: &Leaf, context: Context<'_>) {
        match leaf.operator.kind {
            Op::Eq => {
                self.exact(part, leaf);
                self.folder(part, leaf, context);
            }
            Op::StartsWith => self.folder(part, leaf, context),
            Op::Regex if self.slashed_pattern(part, leaf) => {}
            Op::Regex => self.plain_pattern(part, leaf),
            // Where null is excluded, so is what is missing.
            Op::Ne | Op::Nin if !operands(leaf).any(|operand| matches!(operand, Constant::Null)) => {
                self.negation(part, &leaf.path, context);
            }
            _ => {}
        }
    }

    fn exact(&mut self, part: &Outline, leaf: &Leaf) {
        let (severity, message, suggestion): (_, _, Advice) = match &leaf.operand {
            Constant::Object(members) if !members.is_empty() => {
                let message = "only an object with exactly these members, in this order, equals it";
                let mut paths = Vec::new();
                flatten(&leaf.path, members, &mut paths);
                let instead: Vec<String> = paths
                    .iter()
                    .map(|(path, value)| format!("{}: {value}", quoted(&path.to_string())))
                    .collect();
                let instead = instead.join(", ");
                let can_replace = leaf.is_literal && key_and_value(self.text, part.span).is_some();
                let replacement =
                    part.span.range().filter(|_| can_replace).map(|range| (range, instead.clone()));
                let severity = if leaf.is_literal { Severity::Warning } else { Severity::Note };
                (severity, message, Some((format!("to look at these members: `{instead}`"), replacement)))
            }
            Constant::Array(elements) if !elements.is_empty() => {
                let message = "only an array with exactly these elements, in this order, equals it";
                let instead = format!("{{\"$all\": {}}}", leaf.operand);
                let replacement = leaf.operand_span.range().filter(|_| leaf.is_literal);
                let suggestion = format!("to ask whether it has these elements: `{instead}`");
                (Severity::Note, message, Some((suggestion, replacement.map(|range| (range, instead)))))
            }
            _ => return,
        };
        self.report(LintCode::ExactLiteral, severity, part, message, suggestion);
    }

    /// A path that is none of a file, or none that occurs.
    fn folder(&mut self, part: &Outline, leaf: &Leaf, context: Context<'_>) {
        let Constant::String(text) = &leaf.operand else { return };
        // In events of other systems, paths may begin otherwise.
        let sample = self.shape_at(context, &leaf.path).and_then(|shape| shape.sample.as_ref()?.as_str());
        let begins_with_slash = sample.is_some_and(|sample| sample.starts_with('/'));
        let is_path = last(&leaf.path) == "path" && (begins_with_slash || !context.is_known());
        if !is_path || text.is_empty() {
            return;
        }
        let name = context.name(&leaf.path);
        let is_equality = leaf.operator.kind == Op::Eq;
        let (severity, message) = match text.strip_suffix('/') {
            _ if !text.starts_with('/') && begins_with_slash => {
                let message = format!("`{name}` begins with a slash, as in `{}`", sample.unwrap_or_default());
                (Severity::Warning, message)
            }
            _ if !text.starts_with('/') || !is_equality => return,
            Some(_) => {
                (Severity::Warning, format!("`{name}` does not end with a slash, not even a folder's"))
            }
            None if has_extension(text) => return,
            None => (Severity::Note, "this is the folder itself; what is in it has longer paths".to_owned()),
        };
        let inside = format!("\"$startsWith\": {}", quoted(&format!("{}/", text.trim_end_matches('/'))));
        let suggestion = text.starts_with('/').then(|| {
            let replacement = match leaf.is_literal {
                true => leaf.operand_span.range().map(|range| (range, format!("{{{inside}}}"))),
                false => part.span.range().map(|range| (range, inside.clone())),
            };
            (format!("for what is in it: `{inside}`"), replacement)
        });
        self.report(LintCode::FolderPath, severity, part, message, suggestion);
    }

    /// A pattern that looks for the slashes around it, too; true where that was reported.
    fn slashed_pattern(&mut self, part: &Outline, leaf: &Leaf) -> bool {
        let slashed = string(&leaf.operand).and_then(Slashed::parse_pattern);
        let Some(slashed) = slashed.filter(Slashed::has_outer_signs) else { return false };
        let operators = slashed.operators();
        let inside = operators.trim_start_matches('{').trim_end_matches('}');
        let replacement = part.span.range().filter(|_| leaf.options.is_none());
        let replacement = replacement.map(|range| (range, inside.to_owned()));
        let message =
            "the slashes are taken for a part of the text that is looked for; they do not belong here";
        let suggestion = Some((format!("write `{inside}`"), replacement));
        self.report(LintCode::LooksLikeRegex, Severity::Warning, part, message, suggestion);
        true
    }

    fn plain_pattern(&mut self, part: &Outline, leaf: &Leaf) {
        let Expr::Condition(Condition { test: Test::Pattern(pattern), .. }) = &leaf.expr else { return };
        if leaf.options.is_some() || pattern.flags() != Flags::default() {
            return;
        }
        let Some((operator, text)) = plain(pattern.source()) else { return };
        let instead = format!("\"{operator}\": {}", quoted(&text));
        let replacement = part.span.range().map(|range| (range, instead.clone()));
        let message = format!("the pattern asks for no more than `{operator}` does");
        self.report(
            LintCode::PlainPattern,
            Severity::Note,
            part,
            message,
            Some((format!("write `{instead}`"), replacement)),
        );
    }

    /// A negation at a path where there can be nothing.
    pub(super) fn negation(&mut self, part: &Outline, path: &Path, context: Context<'_>) {
        let is_known = self.shape_at(context, path).is_some_and(|shape| !shape.is_any());
        if context.is_negated || !is_known || !analysis::findings(context.scope, path).can_be_missing {
            return;
        }
        // Another condition may ask for something to be there.
        let asks = |leaf: &&Leaf| leaf.path == *path && !matches!(leaf.operator.kind, Op::Ne | Op::Nin);
        let is_inside =
            |leaf: &&Leaf| matches!(part.kind, Kind::Not(..)) && is_within(leaf.operand_span, part.span);
        if self.leaves.iter().any(|leaf| asks(leaf) && !is_inside(leaf)) {
            return;
        }
        let message = format!("this also holds where `{}` is missing", context.name(path));
        let behind = part.span.range().map(|range| range.end..range.end);
        let replacement = behind.map(|range| (range, ", \"$exists\": true".to_owned()));
        let suggestion = Some(("if it has to be there: `\"$exists\": true`".to_owned(), replacement));
        self.report(LintCode::MissingMatches, Severity::Note, part, message, suggestion);
    }

    /// In place of an operand that is one value.
    fn instead(&self, leaf: &Leaf, text: Option<String>) -> Option<(Range<usize>, String)> {
        let is_one = !matches!(leaf.operator.kind, Op::In | Op::Nin);
        leaf.operand_span.range().filter(|_| is_one).zip(text)
    }
}

fn is_within(inner: Span, outer: Span) -> bool {
    outer != Span::NONE && inner.start >= outer.start && inner.end <= outer.end
}

/// The values that the condition compares with.
pub(super) fn operands(leaf: &Leaf) -> impl Iterator<Item = &Constant> {
    let list = match (&leaf.operand, leaf.operator.kind) {
        (Constant::Array(list), Op::In | Op::Nin) => &**list,
        (operand, _) => std::slice::from_ref(operand),
    };
    list.iter()
}

fn string(constant: &Constant) -> Option<&str> {
    match constant {
        Constant::String(string) => Some(string),
        _ => None,
    }
}

/// The whole number that the text spells as JSON would.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

fn last(path: &Path) -> &str {
    path.segments().last().map_or("", Segment::name)
}

/// Names that say it, in any app.
fn is_name_of_number(name: &str) -> bool {
    matches!(name, "id" | "ID" | "time") || name.ends_with("Id") || name.ends_with("_id")
}

/// Whether it looks like the path of a file.
fn has_extension(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.contains('.'))
}

/// The paths of what is in an object, with the values.
fn flatten<'c>(path: &Path, members: &'c [(Box<str>, Constant)], paths: &mut Vec<(Path, &'c Constant)>) {
    for (key, value) in members {
        let names = path.segments().iter().map(Segment::name).chain([&**key]);
        let path = Path::from_names(names);
        match value {
            Constant::Object(inside) if !inside.is_empty() => flatten(&path, inside, paths),
            _ => paths.push((path, value)),
        }
    }
}

/// The operator that does for a pattern of one text and an anchor, with the text.
pub(super) fn plain(source: &str) -> Option<(&'static str, String)> {
    let literal = |source: &str| Pattern::new(source, Flags::default(), usize::MAX).ok()?.literal();
    let start = source.strip_suffix(".*").unwrap_or(source);
    if let Some(Literal::StartsWith(text)) = literal(start) {
        return Some(("$startsWith", text)).filter(|(_, text)| !text.is_empty());
    }
    let end = source.strip_suffix('$')?;
    let is_escaped = end.len() - end.trim_end_matches('\\').len();
    match literal(end.strip_prefix(".*").unwrap_or(end))? {
        Literal::Contains(text) if is_escaped.is_multiple_of(2) && !text.is_empty() => {
            Some(("$endsWith", text))
        }
        _ => None,
    }
}
