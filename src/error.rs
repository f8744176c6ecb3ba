//! What can go wrong when a filter is compiled, or a registration, a catalog or an event is read.

use std::fmt;
use std::ops::Range;

use crate::sort;

/// A filter that was refused.
///
/// All its problems are reported, in the order in which they stand in the filter's text; there is
/// always at least one. `Display` prints one line for each. Beyond 100, a last one
/// ([`LimitExceeded`](ErrorCode::LimitExceeded)) says that there are more.
///
/// ```
/// use hooksieve::{ErrorCode, Filter};
///
/// let error = Filter::compile(r#"{"a": {"$eqs": 1}, "b": {"$in": 5}}"#).unwrap_err();
/// assert_eq!(error.problems().len(), 2);
///
/// let first = error.first();
/// assert_eq!(first.code(), ErrorCode::UnknownOperator);
/// assert_eq!(first.pointer(), "/a/$eqs");
/// assert_eq!(first.range(), Some(7..13));
/// assert_eq!(first.message(), "unknown operator `$eqs`");
/// assert_eq!(first.hint(), Some("did you mean `$eq`?"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CompileError(Box<Problems>);

/// A file of event classes that was refused: see [`Catalog::from_json`](crate::Catalog::from_json).
///
/// All its problems are reported, in the order of the text, as those of a filter are
/// ([`CompileError`]).
///
/// ```
/// use hooksieve::{Catalog, ErrorCode};
///
/// let error = Catalog::from_json(r#"{"classes": [{"name": "A", "system": "nextclud"}, {}]}"#).unwrap_err();
/// assert_eq!(error.problems().len(), 3);
///
/// let first = error.first();
/// assert_eq!(first.code(), ErrorCode::InvalidCatalog);
/// assert_eq!(first.pointer(), "/classes/0/system");
/// assert_eq!(first.message(), "unknown system `nextclud`");
/// assert_eq!(first.hint(), Some("did you mean `nextcloud`?"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct CatalogError(Box<Problems>);

/// What errors that are made of [`Problems`] have in common.
macro_rules! made_of_problems {
    ($error:ident, $of:literal) => {
        impl $error {
            /// `None` where there is no problem.
            pub(crate) fn from_problems(problems: Vec<Problem>) -> Option<Self> {
                Problems::new(problems).map(|problems| Self(Box::new(problems)))
            }

            #[doc = concat!("Every problem of the ", $of, ", or 100 of them and one that says so, in the order of the text.")]
            #[must_use]
            pub fn problems(&self) -> &[Problem] {
                &self.0.all
            }

            /// The problem that stands first in the text.
            #[must_use]
            pub fn first(&self) -> &Problem {
                &self.0.first
            }
        }

        impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

made_of_problems!(CompileError, "filter");
made_of_problems!(CatalogError, "file");

/// Never none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problems {
    first: Problem,
    /// `first` and the others.
    all: Vec<Problem>,
}

impl Problems {
    fn new(mut problems: Vec<Problem>) -> Option<Self> {
        sort::by_key(&mut problems, |problem| problem.range().map_or(0, |range| range.start));
        let first = problems.first()?.clone();
        Some(Self { first, all: problems })
    }
}

/// A line for each.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.all.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong with a filter, a registration or a catalog, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: ErrorCode,
    pointer: String,
    range: Option<Range<usize>>,
    message: String,
    hint: Option<String>,
    replacement: Option<Replacement>,
}

impl Problem {
    pub(crate) fn new(
        code: ErrorCode,
        pointer: String,
        range: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Self {
        Self { code, pointer, range, message: message.into(), hint: None, replacement: None }
    }

    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    /// Offers `text` in place of what the range covers.
    pub(crate) fn with_replacement(mut self, text: Option<String>) -> Self {
        self.replacement = text.zip(self.range.clone()).map(|(text, range)| Replacement { range, text });
        self
    }

    /// In a text of which the filter is a part: at `pointer`, from the byte `start` on.
    pub(crate) fn inside(mut self, pointer: &str, start: usize) -> Self {
        let moved = |range: Range<usize>| range.start + start..range.end + start;
        self.pointer.insert_str(0, pointer);
        self.range = self.range.map(moved);
        self.replacement = self
            .replacement
            .map(|replacement| Replacement { range: moved(replacement.range), ..replacement });
        self
    }

    /// For what was not given as text.
    pub(crate) fn without_range(self) -> Self {
        Self { range: None, replacement: None, ..self }
    }

    /// What kind of mistake this is: stable, for programs.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The place in what was read, as a JSON Pointer (RFC 6901); empty for the whole.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The bytes of the text that are wrong; `None` where what was read is no text.
    #[must_use]
    pub fn range(&self) -> Option<Range<usize>> {
        self.range.clone()
    }

    /// What is wrong, in plain words: lower case, no full stop.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What was probably meant, where that can be guessed.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// A change to the text that is probably what was meant, for an editor to offer.
    #[must_use]
    pub fn replacement(&self) -> Option<&Replacement> {
        self.replacement.as_ref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.pointer.is_empty() {
            write!(f, " at `{}`", self.pointer)?;
        }
        if let Some(range) = &self.range {
            write!(f, " (bytes {}..{})", range.start, range.end)?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// An event that is not JSON. Says where, but nothing of what the event holds, which may be private.
///
/// ```
/// let filter = hooksieve::Filter::compile("{}")?;
/// let error = filter.matches_json_once(br#"{"a": 1,}"#).unwrap_err();
/// assert_eq!(error.to_string(), "expected a key in double quotes at byte 8");
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{message} at byte {offset}")]
pub struct EventError {
    offset: usize,
    message: &'static str,
}

impl EventError {
    pub(crate) fn new(offset: usize, message: &'static str) -> Self {
        Self { offset, message }
    }

    /// The byte of the event at which it stops being JSON.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What is wrong, in plain words: lower case, no full stop.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.message
    }
}

/// A suggested change to the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The bytes to replace.
    pub range: Range<usize>,
    /// What to put there.
    pub text: String,
}

macro_rules! error_codes {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal,)+) => {
        /// The kinds of mistakes that a filter, a registration or a catalog can contain.
        /// [`as_str`](Self::as_str) is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])+ $variant,)+
        }

        impl ErrorCode {
            /// The stable name, in kebab case: `unknown-operator`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

error_codes! {
    /// The text is not JSON.
    InvalidJson = "invalid-json",
    /// An object names a key twice: a JSON parser would silently drop one of the two. Also a header that is
    /// there twice, in whatever case.
    DuplicateKey = "duplicate-key",
    /// The filter is neither an object nor `[]` nor `null`.
    InvalidFilter = "invalid-filter",
    /// No such operator.
    UnknownOperator = "unknown-operator",
    /// An operator of MongoDB that is left out on purpose (`$where`, `$expr`, geo, …).
    UnsupportedOperator = "unsupported-operator",
    /// The operator exists, but not in this place.
    MisplacedOperator = "misplaced-operator",
    /// A field name among operators.
    MixedOperators = "mixed-operators",
    /// The operand is not what the operator takes.
    InvalidOperand = "invalid-operand",
    /// `$regex` is not a valid pattern.
    InvalidPattern = "invalid-pattern",
    /// The pattern is valid, but cannot be matched in linear time (look-around, back-references, …).
    UnsupportedPattern = "unsupported-pattern",
    /// A path with a backslash that escapes nothing.
    InvalidPath = "invalid-path",
    /// In the dialect of Nextcloud: evaluating the filter throws, whatever the event.
    Throws = "throws",
    /// Something in a catalog is not of its format.
    InvalidCatalog = "invalid-catalog",
    /// One of the [`Limits`](crate::Limits), or a bound of catalogs, is exceeded; or there are too many problems to show all.
    LimitExceeded = "limit-exceeded",
    /// A registration that is no object, or a list of them that is none.
    InvalidListener = "invalid-listener",
    /// A field that a registration needs is not there.
    MissingField = "missing-field",
    /// A field of a registration, which is not what it should be.
    InvalidField = "invalid-field",
    /// A field whose name differs from a known one by case, `-` or `_` only.
    MisspelledField = "misspelled-field",
    /// The id of an earlier registration in the list.
    DuplicateId = "duplicate-id",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
