//! What says the same in both dialects.

use std::ops::Range;

use super::operands::plain;
use super::text::{key_and_value, quoted};
use crate::event::{Constant, Number};
use crate::path::Path;
use crate::portability::{Cause, Difference, Reach, difference};
use crate::syntax::operators::Kind as Op;
use crate::syntax::outline::{Leaf, Outline};
use crate::syntax::slashed::Slashed;
use crate::vm::php;

/// A condition, where it stands.
pub(super) struct Site<'a> {
    pub(super) text: &'a str,
    pub(super) part: &'a Outline,
    /// The field, if nothing else is asked of it there.
    pub(super) alone: Option<&'a Outline>,
    pub(super) path: &'a Path,
    pub(super) reach: &'a Reach,
}

/// What can stand in the place of a condition.
pub(super) enum Spelling {
    /// A value alone.
    Value(String),
    /// Operators with their operands.
    Operators(String),
    /// In place of the field: an operator over filters for it.
    Group(String),
}

impl Site<'_> {
    fn agrees(&self, operator: Op, is_literal: bool, operand: &Constant) -> bool {
        difference(operator, "", is_literal, operand, self.reach).is_none()
    }

    fn is_in(&self, value: &Constant) -> Option<String> {
        let list = Constant::Array([value.clone()].into());
        self.agrees(Op::In, false, &list).then(|| format!("\"$in\": {list}"))
    }

    /// `$eq`
    fn equal(&self, value: &Constant) -> Option<Spelling> {
        // What equals no number or string, whatever its spelling, is not what was meant.
        if matches!(value, Constant::Array(_) | Constant::Object(_)) {
            return None;
        }
        if self.alone.is_some() && self.agrees(Op::Eq, true, value) {
            return Some(Spelling::Value(value.to_string()));
        }
        // Twice negated, it holds for missing fields as equality with null does.
        let twice = || self.agrees(Op::Ne, false, value).then(|| format!("\"$not\": {{\"$ne\": {value}}}"));
        self.is_in(value).or_else(twice).map(Spelling::Operators)
    }

    /// The same as the value of a field.
    fn equal_at_field(&self, value: &Constant) -> Option<String> {
        match self.equal(value)? {
            Spelling::Value(value) => Some(value),
            Spelling::Operators(operators) => Some(format!("{{{operators}}}")),
            Spelling::Group(_) => None,
        }
    }

    /// `$ne`
    fn not_equal(&self, value: &Constant) -> Option<Spelling> {
        if self.agrees(Op::Ne, false, value) {
            return Some(Spelling::Operators(format!("\"$ne\": {value}")));
        }
        let list = Constant::Array([value.clone()].into());
        if self.agrees(Op::Nin, false, &list) {
            return Some(Spelling::Operators(format!("\"$nin\": {list}")));
        }
        // `$not` negates the whole condition, lists on the way included.
        self.is_in(value).map(|operator| Spelling::Operators(format!("\"$not\": {{{operator}}}")))
    }

    fn any_of(&self, values: &[Constant]) -> Option<Spelling> {
        if let [value] = values {
            return self.equal(value);
        }
        // None of the others, and not null: negated, that is any of them, or null.
        if let Some(others) = self.others_than_null(values) {
            return Some(Spelling::Operators(format!("\"$not\": {{{others}}}")));
        }
        let branches: Option<Vec<_>> = values.iter().map(|value| self.equal_at_field(value)).collect();
        self.group("$or", &branches?)
    }

    fn none_of(&self, values: &[Constant]) -> Option<Spelling> {
        if let [value] = values {
            return self.not_equal(value);
        }
        if let Some(others) = self.others_than_null(values) {
            return Some(Spelling::Operators(others));
        }
        let list = Constant::Array(values.into());
        if self.agrees(Op::In, false, &list) {
            return Some(Spelling::Operators(format!("\"$not\": {{\"$in\": {list}}}")));
        }
        let branches: Option<Vec<_>> = values.iter().map(|value| self.equal_at_field(value)).collect();
        self.group("$nor", &branches?)
    }

    /// Not null or missing, and none of the values that are not null; only if null is one of them.
    fn others_than_null(&self, values: &[Constant]) -> Option<String> {
        let others: Vec<Constant> =
            values.iter().filter(|value| !matches!(value, Constant::Null)).cloned().collect();
        if others.len() == values.len() || !self.agrees(Op::Ne, false, &Constant::Null) {
            return None;
        }
        let others = Constant::Array(others.into());
        self.agrees(Op::Nin, false, &others).then(|| format!("\"$ne\": null, \"$nin\": {others}"))
    }

    /// In place of the field; none of its conditions may stand beside another.
    fn group(&self, operator: &str, values: &[String]) -> Option<Spelling> {
        self.alone?;
        let path = quoted(&self.path.to_string());
        let branches: Vec<String> = values.iter().map(|value| format!("{{{path}: {value}}}")).collect();
        Some(Spelling::Group(format!("\"{operator}\": [{}]", branches.join(", "))))
    }

    /// `$startsWith`, of a field that holds no arrays: what lies between the text and the next one that does
    /// not start with it.
    fn starts_with(&self, start: &str) -> Option<Spelling> {
        let end = next(start)?;
        // No number is spelled like this, so numbers lie outside.
        let is_text = |text: &str| {
            let first = text.chars().next();
            php::numeric(text).is_none() && first.is_some_and(|first| first > '9' || first == '/')
        };
        let reach = self.reach;
        let is_safe = !reach.has_arrays() && !reach.has_lists && reach.odd.is_none();
        (is_safe && is_text(start) && !start.starts_with('I') && php::numeric(&end).is_none())
            .then(|| Spelling::Operators(format!("\"$gte\": {}, \"$lt\": {}", quoted(start), quoted(&end))))
    }

    /// What to say, and the change to the text.
    pub(super) fn advice(&self, spelling: &Spelling) -> (String, Option<(Range<usize>, String)>) {
        let Self { text, part, alone, .. } = self;
        let is_literal = alone.is_some_and(|alone| alone.pointer == part.pointer);
        let value = || key_and_value(text, alone.unwrap_or(part).span).map(|(_, value)| value);
        let (range, text) = match spelling {
            Spelling::Value(new) => (value(), new.clone()),
            Spelling::Operators(new) if is_literal => (value(), format!("{{{new}}}")),
            Spelling::Operators(new) => (part.span.range(), new.clone()),
            Spelling::Group(new) => (alone.and_then(|alone| alone.span.range()), new.clone()),
        };
        let shown = if text.len() > MOST_SHOWN { "another spelling".to_owned() } else { format!("`{text}`") };
        (format!("the same in both dialects: {shown}"), range.map(|range| (range, text)))
    }
}

/// In bytes.
const MOST_SHOWN: usize = 200;

/// What says in both dialects what the condition says in the default one.
pub(super) fn of_condition(site: &Site<'_>, leaf: &Leaf) -> Option<Spelling> {
    let operand = &leaf.operand;
    match (leaf.operator.kind, operand) {
        (Op::Eq, _) => site.equal(operand),
        (Op::Gte | Op::Lte, Constant::Null) => site.equal(operand),
        (Op::Ne, _) => site.not_equal(operand),
        (Op::In, Constant::Array(values)) => site.any_of(values),
        (Op::Nin, Constant::Array(values)) => site.none_of(values),
        (Op::Exists, _) => {
            let wants = Constant::Bool(operand.is_flag_set());
            if site.agrees(Op::Exists, false, &wants) {
                return Some(Spelling::Operators(format!("\"$exists\": {wants}")));
            }
            let there = Constant::Bool(true);
            (wants == Constant::Bool(false) && site.agrees(Op::Exists, false, &there))
                .then(|| Spelling::Operators("\"$not\": {\"$exists\": true}".to_owned()))
        }
        (Op::StartsWith, Constant::String(start)) => site.starts_with(start),
        (Op::Regex, Constant::String(pattern)) if leaf.options.is_none() => match plain(pattern)? {
            ("$startsWith", start) => site.starts_with(&start),
            _ => None,
        },
        (Op::Mod, Constant::Array(entries)) => {
            let whole = |entry: &Constant| match entry {
                Constant::Number(number) => number.truncate().map(|int| Constant::Number(Number::Int(int))),
                _ => None,
            };
            let entries = Constant::Array(entries.iter().map(whole).collect::<Option<_>>()?);
            let is_new = site.agrees(Op::Mod, false, &entries);
            is_new.then(|| Spelling::Operators(format!("\"$mod\": {entries}")))
        }
        _ => None,
    }
}

/// The same of `$all`.
pub(super) fn of_all(site: &Site<'_>, entries: &[Constant]) -> Option<Spelling> {
    if let [value] = entries {
        return site.equal(value);
    }
    let conditions: Option<Vec<_>> = entries.iter().map(|value| site.equal_at_field(value)).collect();
    site.group("$and", &conditions?)
}

/// What to write where nothing is the same in both dialects.
pub(super) fn hint(found: &Difference, leaf: &Leaf) -> Option<String> {
    match (found.cause, leaf.operator.kind, &leaf.operand) {
        (Cause::Throws, Op::Regex, Constant::String(pattern)) => {
            let letters = leaf.options.as_deref().unwrap_or_default();
            let slashed = format!("/{}/{letters}", pattern.replace('/', "\\/"));
            let is_one = Slashed::parse(&slashed).is_some();
            is_one.then(|| format!("for Nextcloud alone: `{}`", Constant::String(slashed.into())))
        }
        (Cause::Null { .. }, Op::Exists, _) => {
            Some("for fields that are there and not null, in both dialects: `{\"$ne\": null}`".to_owned())
        }
        _ => None,
    }
}

/// The first text, by its bytes, that comes after all that start with this one; `None` where there is none.
fn next(start: &str) -> Option<String> {
    let mut chars: Vec<char> = start.chars().collect();
    while let Some(last) = chars.pop() {
        // Past the gap of the surrogates.
        let after = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(after) = after {
            chars.push(after);
            return Some(chars.into_iter().collect());
        }
    }
    None
}
