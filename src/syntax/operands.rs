//! What each operator takes: the second half of the parser.

use std::ops::Range;

use super::expr::{Test, TypeSet};
use super::parser::{Parser, operator_object};
use super::pattern::{Flags, Pattern, PatternErrorKind};
use super::pointer::Place;
use super::reader::{Json, Kind, Member};
use super::span::Span;
use super::types;
use crate::error::ErrorCode;
use crate::limits::Limits;

impl Parser<'_> {
    /// `$in` and `$nin`. A string between slashes is a string: JSON has no patterns.
    pub(super) fn list(&mut self, member: &Member<'_>, place: &Place<'_>) -> Option<Test> {
        let entries = self.entries(member, place)?;
        let mut constants = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            if operator_object(entry).is_some() {
                self.invalid_entry(member, entry, &place.index(index), "a value");
            } else {
                constants.push(entry.to_constant());
            }
        }
        Some(Test::is_in(constants))
    }

    /// The entries of an array that is not too long.
    pub(super) fn entries<'j, 't>(
        &mut self,
        member: &'j Member<'t>,
        place: &Place<'_>,
    ) -> Option<&'j [Json<'t>]> {
        let Kind::Array(entries) = &member.value.kind else {
            let hint = match &member.value.kind {
                Kind::Object(_) => None,
                _ => Some(format!("put it into `[…]`, or use `{}`", single_value_form(&member.key))),
            };
            self.invalid_with(member, place, "an array", hint);
            return None;
        };
        let most = self.limits.in_operands;
        if entries.len() > most {
            let message = format!("`{}`: {} values, {most} are allowed", member.key, entries.len());
            self.report(ErrorCode::LimitExceeded, place, member.value.span, message, None);
            return None;
        }
        Some(entries)
    }

    pub(super) fn string<'j>(&mut self, member: &'j Member<'_>, place: &Place<'_>) -> Option<&'j str> {
        match &member.value.kind {
            Kind::String(string) => Some(string),
            _ => {
                self.invalid(member, place, "a string");
                None
            }
        }
    }

    pub(super) fn size(&mut self, member: &Member<'_>, place: &Place<'_>) -> Option<Test> {
        let size = match &member.value.kind {
            Kind::Number(number) => number.whole().and_then(|whole| u64::try_from(whole).ok()),
            _ => None,
        };
        let Some(size) = size else {
            self.invalid(member, place, "a whole number (0 or more)");
            return None;
        };
        // No array has so many elements.
        Some(Test::Size(u32::try_from(size).unwrap_or(u32::MAX)))
    }

    /// `$mod`. MongoDB cuts fractions off both numbers.
    pub(super) fn remainder(&mut self, member: &Member<'_>, place: &Place<'_>) -> Option<Test> {
        const EXPECTED: &str = "two whole numbers, `[divisor, remainder]`";
        let Kind::Array(entries) = &member.value.kind else {
            self.invalid(member, place, EXPECTED);
            return None;
        };
        let [divisor, remainder] = entries.as_slice() else {
            let found = match entries.len() {
                1 => "one entry".to_owned(),
                count => format!("{count} entries"),
            };
            let message = format!("`{}`: expected {EXPECTED}, found {found}", member.key);
            self.report(ErrorCode::InvalidOperand, place, member.value.span, message, None);
            return None;
        };
        let divisor_number = self.truncated(member, divisor, &place.index(0), "divisor");
        let remainder = self.truncated(member, remainder, &place.index(1), "remainder")?;
        match divisor_number? {
            0 => {
                let cut = match &divisor.kind {
                    Kind::Number(number) if number.to_double() != 0.0 => " once its fraction is cut off",
                    _ => "",
                };
                let message = format!("`{}`: the divisor is 0{cut}", member.key);
                self.report(ErrorCode::InvalidOperand, &place.index(0), divisor.span, message, None);
                None
            }
            divisor => Some(Test::Remainder { divisor, remainder }),
        }
    }

    fn truncated(
        &mut self,
        member: &Member<'_>,
        entry: &Json<'_>,
        place: &Place<'_>,
        name: &str,
    ) -> Option<i64> {
        let number = match &entry.kind {
            Kind::Number(number) => number.truncate(),
            _ => None,
        };
        if number.is_none() {
            self.invalid_entry(member, entry, place, &format!("a 64-bit number as the {name}"));
        }
        number
    }

    pub(super) fn types(&mut self, member: &Member<'_>, place: &Place<'_>) -> Option<Test> {
        let Kind::Array(entries) = &member.value.kind else {
            return self.type_entry(member, &member.value, place).map(Test::Type);
        };
        if entries.is_empty() {
            self.invalid(member, place, "at least one type");
            return None;
        }
        let mut types = TypeSet::NONE;
        for (index, entry) in entries.iter().enumerate() {
            // What is none is reported there.
            types = types.or(self.type_entry(member, entry, &place.index(index)).unwrap_or_default());
        }
        Some(Test::Type(types))
    }

    fn type_entry(&mut self, member: &Member<'_>, entry: &Json<'_>, place: &Place<'_>) -> Option<TypeSet> {
        let (types, guess) = match &entry.kind {
            Kind::String(name) => (types::by_name(name), types::guess(name)),
            Kind::Number(number) => (number.whole().and_then(types::by_code), None),
            _ => (None, None),
        };
        if types.is_none() {
            let expected = "a type (`string`, `number`, `int`, `bool`, `null`, `object`, `array`, …)";
            let hint = guess.map(|guess| format!("did you mean `{guess}`?"));
            let found = super::parser::describe(entry);
            let message = format!("`{}`: expected {expected}, found {found}", member.key);
            self.report(ErrorCode::InvalidOperand, place, entry.span, message, hint);
        }
        types
    }

    /// `$regex`, with the `$options` beside it.
    pub(super) fn pattern(
        &mut self,
        member: &Member<'_>,
        siblings: &[Member<'_>],
        place: &Place<'_>,
    ) -> Option<Test> {
        let options = siblings.iter().find(|sibling| sibling.key == "$options");
        // What is wrong with them is reported where they stand.
        let flags = options.and_then(|options| read_flags(&options.value).ok()).unwrap_or_default();
        let source = self.string(member, place)?;
        let most = self.limits.pattern_bytes;
        if source.len() > most {
            let message = format!("a pattern of {} bytes, {most} are allowed", source.len());
            self.report(ErrorCode::LimitExceeded, place, member.value.span, message, None);
            return None;
        }
        match Pattern::new(source, flags, self.pattern_states_left) {
            Ok(pattern) => {
                self.pattern_states_left -= pattern.states();
                Some(Test::Pattern(pattern))
            }
            Err(error) => {
                let (code, hint) = pattern_problem(error.kind, self.limits);
                let span = span_in_string(member.value.span, source, &error.range);
                self.report(code, place, span, error.message, hint);
                None
            }
        }
    }

    /// `$options` say something only beside `$regex`.
    pub(super) fn options_alone(&mut self, member: &Member<'_>, siblings: &[Member<'_>], place: &Place<'_>) {
        if !siblings.iter().any(|sibling| sibling.key == "$regex") {
            let message = "`$options` without `$regex`";
            self.report(ErrorCode::MisplacedOperator, place, member.key_span, message, None);
        } else if let Err(unknown) = read_flags(&member.value) {
            match unknown {
                Some(letter) => {
                    let message = format!("`$options`: expected letters of `imsx`, found `{letter}`");
                    self.report(ErrorCode::InvalidOperand, place, member.value.span, message, None);
                }
                None => self.invalid(member, place, "a string of the letters `imsx`"),
            }
        }
    }
}

/// The flags; or the letter that is none, or nothing where it is no string.
fn read_flags(json: &Json<'_>) -> Result<Flags, Option<char>> {
    match &json.kind {
        Kind::String(letters) => Flags::parse(letters).map_err(Some),
        _ => Err(None),
    }
}

/// What takes one value where `operator` takes many.
fn single_value_form(operator: &str) -> &'static str {
    match operator {
        "$nin" => "$ne",
        _ => "$eq",
    }
}

/// What is reported of a pattern that is refused.
pub(super) fn pattern_problem(kind: PatternErrorKind, limits: &Limits) -> (ErrorCode, Option<String>) {
    match kind {
        PatternErrorKind::Invalid => (ErrorCode::InvalidPattern, None),
        PatternErrorKind::Unsupported => (ErrorCode::UnsupportedPattern, None),
        PatternErrorKind::TooLarge => {
            let most = limits.pattern_states;
            let hint = format!(
                "a filter's patterns have at most {most} together; what is repeated `{{n}}` counts n times"
            );
            (ErrorCode::LimitExceeded, Some(hint))
        }
    }
}

/// The part of a string's text that holds `range` of its content: the whole string where an escape
/// has moved the bytes.
pub(super) fn span_in_string(string: Span, content: &str, range: &Range<usize>) -> Span {
    match string.range() {
        Some(text) if text.len() == content.len() + 2 => {
            let open = text.start + 1;
            Span::new(open + range.start, open + range.end)
        }
        _ => string,
    }
}
