//! The operators of the Nextcloud dialect.

use super::delimited::{self, Delimited};
use super::{Parser, entries};
use crate::error::ErrorCode;
use crate::event::Constant;
use crate::path::Path;
use crate::syntax::expr::Comparison;
use crate::syntax::operands::{pattern_problem, span_in_string};
use crate::syntax::pattern::{Flags, Pattern, PatternErrorKind};
use crate::syntax::pointer::Place;
use crate::syntax::reader::{Json, Kind};
use crate::syntax::span::Span;
use crate::vm::php;

/// One test at one path.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) path: Path,
    pub(crate) test: Test,
    /// Where it stands in the filter's text.
    pub(crate) span: Span,
}

/// What is asked of the value at the end of the path.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Equal(Constant),
    NotEqual(Constant),
    Compare(Comparison, Constant),
    /// The constants of these three are arrays or objects.
    In(Constant),
    NotIn(Constant),
    All(Constant),
    Exists,
    Missing,
    Modulo {
        divisor: Constant,
        remainder: Constant,
    },
    Match(Delimiters),
    NotMatch(Delimiters),
    /// Throws, once the path has been walked.
    Throw {
        reason: Box<str>,
        /// What a missing field gives; `None` where that throws, too.
        missing: Option<bool>,
    },
    /// Throws before anything is looked at.
    Abort(Box<str>),
}

/// A string operand that is taken for a pattern.
#[derive(Debug, Clone)]
pub(crate) struct Delimiters {
    /// As it was written, which is what elements of an array are compared with.
    pub(crate) text: Box<str>,
    /// `None` where PCRE refuses it, so that nothing matches.
    pub(crate) pattern: Option<Pattern>,
}

impl Parser<'_> {
    pub(super) fn test(&mut self, operator: &str, operand: &Json<'_>, place: &Place<'_>) -> Test {
        let constant = || operand.to_constant();
        match operator {
            "$e" => match self.delimiters(operand, place) {
                Some(delimiters) => Test::Match(delimiters),
                None => Test::Equal(constant()),
            },
            "$ne" => match self.delimiters(operand, place) {
                Some(delimiters) => Test::NotMatch(delimiters),
                None => Test::NotEqual(constant()),
            },
            "$lt" => Test::Compare(Comparison::Less, constant()),
            "$lte" => Test::Compare(Comparison::LessOrEqual, constant()),
            "$gt" => Test::Compare(Comparison::Greater, constant()),
            "$gte" => Test::Compare(Comparison::GreaterOrEqual, constant()),
            "$in" => self.list(operator, operand, place).map_or_else(|throw| throw, Test::In),
            "$nin" => self.list(operator, operand, place).map_or_else(|throw| throw, Test::NotIn),
            "$all" => self.list(operator, operand, place).map_or_else(|throw| throw, Test::All),
            "$exists" if php::is_true(&constant()) => Test::Exists,
            "$exists" => Test::Missing,
            "$mod" => modulo(operand),
            _ => Test::Throw {
                reason: format!("Exception: Operator {operator} is unknown").into(),
                missing: None,
            },
        }
    }

    /// The operand of `$in` and its kin; what is none throws once there is a value.
    fn list(&mut self, operator: &str, operand: &Json<'_>, place: &Place<'_>) -> Result<Constant, Test> {
        let Some(entries) = entries(operand) else {
            let reason = format!("Exception: {operator} requires array").into();
            return Err(Test::Throw { reason, missing: Some(operator == "$nin") });
        };
        let (count, most) = (entries.len(), self.limits.in_operands);
        if count > most {
            let message = format!("`{operator}`: {count} operands, {most} are allowed");
            self.refuse(ErrorCode::LimitExceeded, place, operand.span, message, None);
        }
        Ok(operand.to_constant())
    }

    /// Where the operand is a string in slashes: PHP takes it for a pattern.
    fn delimiters(&mut self, operand: &Json<'_>, place: &Place<'_>) -> Option<Delimiters> {
        let Kind::String(text) = &operand.kind else { return None };
        let pattern = match delimited::parse(text)? {
            Delimited::Never => None,
            Delimited::Pattern { source, flags } => self.pattern(text, source, flags, operand.span, place),
            Delimited::Unsupported(message) => {
                self.refuse(ErrorCode::UnsupportedPattern, place, operand.span, message, None);
                None
            }
        };
        Some(Delimiters { text: (&**text).into(), pattern })
    }

    /// `source` stands behind the slash at the start of `text`. What PCRE refuses is found nowhere.
    fn pattern(
        &mut self,
        text: &str,
        source: &str,
        flags: Flags,
        span: Span,
        place: &Place<'_>,
    ) -> Option<Pattern> {
        let most = self.limits.pattern_bytes;
        if source.len() > most {
            let message = format!("a pattern of {} bytes, {most} are allowed", source.len());
            self.refuse(ErrorCode::LimitExceeded, place, span, message, None);
            return None;
        }
        match Pattern::new(source, flags, self.pattern_states_left) {
            Ok(pattern) => {
                self.pattern_states_left -= pattern.states();
                Some(pattern)
            }
            Err(error) if error.kind == PatternErrorKind::Invalid => None,
            Err(error) => {
                let (code, hint) = pattern_problem(error.kind, self.limits);
                let range = error.range.start + 1..error.range.end + 1;
                self.refuse(code, place, span_in_string(span, text, &range), error.message, hint);
                None
            }
        }
    }
}

fn modulo(operand: &Json<'_>) -> Test {
    let throw =
        |reason: &str| Test::Throw { reason: format!("Exception: {reason}").into(), missing: Some(false) };
    let Some(entries) = entries(operand) else { return throw("$mod requires array") };
    if entries.len() != 2 {
        return throw("$mod requires two parameters in array: divisor and remainder");
    }
    let entry = |index: usize| {
        let found = entries.iter().find(|entry| entry.key.is(index));
        found.map_or(Constant::Null, |entry| entry.value.to_constant())
    };
    Test::Modulo { divisor: entry(0), remainder: entry(1) }
}
