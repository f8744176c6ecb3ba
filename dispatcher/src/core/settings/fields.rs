//! Objects with known fields, and what stands in them.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use hooksieve::ErrorCode;

use crate::core::json::{Json, Member};
use crate::core::problem::{Problems, UNKNOWN_FIELD, did_you_mean, member, shorten};

/// A value, with what messages call it and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Field<'t> {
    pub(super) json: Json<'t>,
    pub(super) name: String,
    pub(super) pointer: String,
}

/// The fields of an object.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    members: Vec<Member<'t>>,
    name: String,
    pointer: String,
    range: Range<usize>,
}

impl<'t> Fields<'t> {
    /// Reports what is no object (`[]` is one, where arrays are maps), and the fields in it that are not known or there
    /// twice.
    pub(super) fn of(
        field: &Field<'t>,
        expected: &str,
        known: &[&str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let is_empty_array = field.json.elements().is_some_and(|elements| elements.is_empty());
        let members = if is_empty_array { Some(Vec::new()) } else { field.json.members() };
        let Some(members) = members else {
            field.expected(expected, problems);
            return None;
        };
        let this = Self {
            members,
            name: field.name.clone(),
            pointer: field.pointer.clone(),
            range: field.json.range(),
        };
        for (index, field) in this.members.iter().enumerate() {
            let before = this.members.iter().take(index);
            let (code, problem, hint) = if !known.contains(&&*field.name) {
                let hint = did_you_mean(&field.name, known.iter().copied());
                let hint = hint.unwrap_or_else(|| format!("there are {}", list(known, "and")));
                (UNKNOWN_FIELD, "unknown", Some(hint))
            } else if before.map(|field| &field.name).any(|name| *name == field.name) {
                (ErrorCode::DuplicateKey.as_str(), "duplicate", None)
            } else {
                continue;
            };
            let message = format!("`{}`: {problem} field `{}`", this.name, shorten(&field.name));
            problems.report(code, &member(&this.pointer, &field.name), field.key.range(), message, hint);
        }
        Some(this)
    }

    /// `None` also for null.
    pub(super) fn get(&self, name: &str) -> Option<Field<'t>> {
        let found = self.members.iter().find(|member| member.name == name)?;
        let pointer = member(&self.pointer, name);
        (!found.value.is_null()).then(|| Field { json: found.value, name: name.to_owned(), pointer })
    }

    /// Reports it, where it is missing.
    pub(super) fn need(&self, name: &str, problems: &mut Problems) -> Option<Field<'t>> {
        let found = self.get(name);
        if found.is_none() {
            let message = format!("`{}`: `{name}` is missing", self.name);
            let code = ErrorCode::MissingField.as_str();
            problems.report(code, &self.pointer, self.range.clone(), message, None);
        }
        found
    }
}

impl<'t> Field<'t> {
    /// Of an array.
    pub(super) fn elements(&self, expected: &str, problems: &mut Problems) -> Option<Vec<Self>> {
        let Some(elements) = self.json.elements() else {
            self.expected(expected, problems);
            return None;
        };
        let element = |(index, json)| Self {
            json,
            name: self.name.clone(),
            pointer: format!("{}/{index}", self.pointer),
        };
        Some(elements.into_iter().enumerate().map(element).collect())
    }

    /// One of the known words. What else stands there is not quoted: it may be a secret that slipped.
    pub(super) fn word<T: Copy>(
        &self,
        all: &[T],
        as_str: impl Fn(T) -> &'static str,
        or: &str,
        problems: &mut Problems,
    ) -> Option<T> {
        let words: Vec<&str> = all.iter().map(|word| as_str(*word)).collect();
        let expected = format!("{}{or}", list(&words, "or"));
        let Some(found) = self.json.string() else {
            self.expected(&expected, problems);
            return None;
        };
        let word = all.iter().copied().find(|word| as_str(*word) == found);
        if word.is_none() {
            let message = format!("`{}`: expected {expected}, found another word", self.name);
            self.report(ErrorCode::InvalidField, message, did_you_mean(&found, words), problems);
        }
        word
    }

    /// A number that is as it is expected.
    pub(super) fn number(
        &self,
        expected: &str,
        is_right: impl Fn(f64) -> bool,
        problems: &mut Problems,
    ) -> Option<f64> {
        let Some(number) = self.json.number() else {
            self.expected(expected, problems);
            return None;
        };
        if !is_right(number) {
            let found = shorten(self.json.text());
            let message = format!("`{}`: expected {expected}, found `{found}`", self.name);
            self.report(ErrorCode::InvalidField, message, None, problems);
            return None;
        }
        Some(number)
    }

    /// A number of seconds within bounds.
    pub(super) fn seconds(&self, bounds: RangeInclusive<u32>, problems: &mut Problems) -> Option<Duration> {
        let expected = format!("a number of seconds from {} to {}", bounds.start(), bounds.end());
        let is_within = |number| (f64::from(*bounds.start())..=f64::from(*bounds.end())).contains(&number);
        self.number(&expected, is_within, problems).map(Duration::from_secs_f64)
    }

    pub(super) fn expected(&self, expected: &str, problems: &mut Problems) {
        let message = format!("`{}`: expected {expected}, found {}", self.name, self.json.type_name());
        self.report(ErrorCode::InvalidField, message, None, problems);
    }

    pub(super) fn report(
        &self,
        code: ErrorCode,
        message: impl Into<String>,
        hint: Option<String>,
        problems: &mut Problems,
    ) {
        problems.report(code.as_str(), &self.pointer, self.json.range(), message, hint);
    }
}

/// "`a`, `b` or `c`".
fn list(words: &[&str], last: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((end, start)) if !start.is_empty() => format!("{} {last} {end}", start.join(", ")),
        _ => quoted.concat(),
    }
}
