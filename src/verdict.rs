//! What a filter says of an event, in any dialect.

use std::fmt;

/// What a filter says of an event.
///
/// There is no way to take it for a `bool`: where the third outcome cannot occur, a [`Filter`] says
/// so with its type.
///
/// [`Filter`]: crate::Filter
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The filter lets the event through.
    Matches,
    /// It does not.
    DoesNotMatch,
    /// The evaluator gives up: in the dialect of Nextcloud only. That server then calls neither this
    /// listener nor those of the event that come after it.
    Throws(Thrown),
}

impl From<bool> for Verdict {
    fn from(matches: bool) -> Self {
        if matches { Self::Matches } else { Self::DoesNotMatch }
    }
}

impl From<Result<bool, Thrown>> for Verdict {
    fn from(result: Result<bool, Thrown>) -> Self {
        match result {
            Ok(matches) => matches.into(),
            Err(thrown) => Self::Throws(thrown),
        }
    }
}

/// "matches", "does not match", or "throws" with the reason.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matches => f.write_str("matches"),
            Self::DoesNotMatch => f.write_str("does not match"),
            Self::Throws(thrown) => write!(f, "throws {thrown}"),
        }
    }
}

/// What PHP throws.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Thrown {
    reason: Box<str>,
}

impl Thrown {
    pub(crate) fn new(reason: impl Into<Box<str>>) -> Self {
        Self { reason: reason.into() }
    }

    /// The exception's class and its message, as PHP 8.2 has them, without the place in the code:
    /// `Exception: Operator $eq is unknown`.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
