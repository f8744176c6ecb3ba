//! What can be wrong with a registration.

use std::fmt;
use std::ops::Range;

use super::types::ListenerId;
use crate::error::{ErrorCode, Problem};
use crate::syntax::report::MAX_PROBLEMS;

/// A registration that was refused; or a list of them that is none.
///
/// All problems are reported, in the order in which they stand in the text: at least one, and those of
/// the filter with the others. Pointers and ranges are those of the text that was read, be it one
/// registration or a list. `Display` prints one line for each. Beyond 100, a last one
/// ([`LimitExceeded`](ErrorCode::LimitExceeded)) says that there are more.
///
/// The values of headers and of `authData`, and a URI that holds a password, never stand in an error.
///
/// ```
/// use hooksieve::{ErrorCode, Listener};
///
/// let text = r#"{"id": 7, "uri": "ftp://example.org", "eventFilter": {"user.uid": {"$eqs": "bob"}}}"#;
/// let error = Listener::from_json(text).unwrap_err();
/// assert_eq!(error.id().unwrap().as_json(), "7");
///
/// let [missing, uri, operator] = error.problems() else { panic!() };
/// assert_eq!((missing.code(), missing.message()), (ErrorCode::MissingField, "`event` is missing"));
/// assert_eq!((uri.code(), uri.pointer()), (ErrorCode::InvalidField, "/uri"));
/// assert_eq!((operator.pointer(), operator.range()), ("/eventFilter/user.uid/$eqs", Some(67..73)));
/// assert_eq!(operator.hint(), Some("did you mean `$eq`?"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ListenerError(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    subject: Subject,
    problems: Vec<Problem>,
    secrets: Vec<Range<usize>>,
}

/// What is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) id: Option<ListenerId>,
    pub(super) position: Option<usize>,
    pub(super) pointer: String,
    pub(super) range: Option<Range<usize>>,
}

impl ListenerError {
    /// `problems` are not none.
    pub(super) fn new(subject: Subject, mut problems: Vec<Problem>, secrets: Vec<Range<usize>>) -> Self {
        problems.sort_by_key(|problem| problem.range().map_or(0, |range| range.start));
        if problems.len() > MAX_PROBLEMS {
            problems.truncate(MAX_PROBLEMS);
            let end = subject.range.as_ref().map(|range| range.end..range.end);
            let message = "more problems are not shown";
            problems.push(Problem::new(ErrorCode::LimitExceeded, subject.pointer.clone(), end, message));
        }
        Self(Box::new(Inner { subject, problems, secrets }))
    }

    /// For what was not given as text.
    pub(super) fn without_ranges(mut self) -> Self {
        self.0.subject.range = None;
        self.0.secrets = Vec::new();
        self.0.problems = self.0.problems.into_iter().map(Problem::without_range).collect();
        self
    }

    /// Every problem of the registration, or 100 of them and one that says so.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }

    /// What the listener is called by, where that could be read; in a list, its position if it has no id.
    #[must_use]
    pub fn id(&self) -> Option<&ListenerId> {
        self.0.subject.id.as_ref()
    }

    /// Where in a list the registration stands, from 0; `None` for one alone.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        self.0.subject.position
    }

    /// The place of the registration in the text, as a JSON Pointer; empty for one alone.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.0.subject.pointer
    }

    /// The bytes of the registration in the text; `None` where it was not given as text.
    #[must_use]
    pub fn range(&self) -> Option<Range<usize>> {
        self.0.subject.range.clone()
    }

    /// The bytes of the registration in the text that may hold secrets, in order: who shows the text
    /// beside the error leaves them out.
    #[must_use]
    pub fn secrets(&self) -> &[Range<usize>] {
        &self.0.secrets
    }
}

impl fmt::Display for ListenerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems().iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            match (self.id(), self.position()) {
                (Some(id), _) => write!(f, "listener `{id}`: ")?,
                (None, Some(position)) => write!(f, "listener at position {position}: ")?,
                (None, None) => {}
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}
