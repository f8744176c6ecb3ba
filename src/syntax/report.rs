//! Collects what is wrong with a text.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use super::pointer::Place;
use super::reader::{Json, Kind, Member, ReadError};
use super::span::{Span, shorten};
use crate::error::{ErrorCode, Problem};

/// What stands wrong beyond so many mistakes is hardly of interest; and a pointer can be as long as the
/// text.
pub(crate) const MAX_PROBLEMS: usize = 100;

/// The problems of a text so far.
pub(crate) struct Report {
    /// [`MAX_PROBLEMS`], and one that says that there are more.
    problems: Vec<Problem>,
    /// Of the text.
    end: Span,
}

impl Report {
    pub(crate) fn new(json: &Result<Json<'_>, ReadError>) -> Self {
        let end = json.as_ref().map_or(Span::NONE, |json| json.span.end());
        Self { problems: Vec::new(), end }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    pub(crate) fn push(
        &mut self,
        code: ErrorCode,
        place: &Place<'_>,
        span: Span,
        message: impl Into<String>,
        complete: impl FnOnce(Problem) -> Problem,
    ) {
        self.add(|| complete(Problem::new(code, place.to_string(), span.range(), message)));
    }

    /// The one place where a problem is added.
    pub(crate) fn add(&mut self, problem: impl FnOnce() -> Problem) {
        match self.problems.len().cmp(&MAX_PROBLEMS) {
            Ordering::Less => self.problems.push(problem()),
            Ordering::Equal => {
                let message = "more problems are not shown";
                let problem =
                    Problem::new(ErrorCode::LimitExceeded, String::new(), self.end.range(), message);
                self.problems.push(problem);
            }
            Ordering::Greater => {}
        }
    }

    /// There is no value.
    pub(crate) fn unreadable(&mut self, error: ReadError) {
        let (code, span, message, hint) = match error {
            ReadError::Syntax { span, message, hint } => (ErrorCode::InvalidJson, span, message, hint),
            ReadError::Limit { span, message } => (ErrorCode::LimitExceeded, span, message, None),
        };
        let hint = hint.map(Cow::into_owned);
        self.push(code, &Place::Root, span, message, |problem| problem.with_hint(hint));
    }

    pub(crate) fn refuse_duplicate_keys(&mut self, json: &Json<'_>, place: &Place<'_>, hint: &str) {
        match &json.kind {
            Kind::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.refuse_duplicate_keys(element, &place.index(index), hint);
                }
            }
            Kind::Object(members) => {
                for member in repeated_keys(members) {
                    let message = format!("duplicate key `{}`", shorten(&member.key));
                    let (place, span) = (place.key(&member.key), member.key_span);
                    self.push(ErrorCode::DuplicateKey, &place, span, message, |problem| {
                        problem.with_hint(Some(hint.to_owned()))
                    });
                }
                for member in members {
                    self.refuse_duplicate_keys(&member.value, &place.key(&member.key), hint);
                }
            }
            _ => {}
        }
    }
}

/// The members whose key another has before them.
fn repeated_keys<'m, 't>(members: &'m [Member<'t>]) -> Vec<&'m Member<'t>> {
    /// Up to here comparing all pairs is faster than sorting.
    const FEW: usize = 8;
    if members.len() <= FEW {
        let repeated = |(index, member): &(usize, &Member<'_>)| {
            members.iter().take(*index).any(|earlier| earlier.key == member.key)
        };
        return members.iter().enumerate().filter(repeated).map(|(_, member)| member).collect();
    }
    let mut seen = HashSet::with_capacity(members.len());
    members.iter().filter(|member| !seen.insert(&*member.key)).collect()
}
