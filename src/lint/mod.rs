//! What is suspicious about a filter although it is legal.

mod code;
mod conditions;
mod fields;
mod linter;
mod logic;
mod operands;
mod portable;
mod spelling;
mod text;
mod time;

use std::fmt;
use std::ops::Range;

pub use code::LintCode;

use crate::catalog::EventClass;
use crate::dialect_filter::DialectFilter;
use crate::error::Replacement;
use crate::filter::Filter;

/// Everything that is suspicious about a filter, in the order of its text: 100 lints at most. With the
/// class of the events it will see, much more can be said.
///
/// A lint that says that something never or always holds is proven: it is so on every event of the
/// class, or, without one, on every event at all. Large filters get fewer lints, for the time is bounded.
/// A program that was loaded gets none, for its text is gone.
///
/// ```
/// use hooksieve::{Catalog, Filter, LintCode, Severity, lint};
///
/// let filter = Filter::compile(r#"{"event.tableId": "42"}"#)?;
/// let lints = lint(&filter, Catalog::builtin().find("RowAddedEvent"));
///
/// assert_eq!(lints[0].code(), LintCode::TypeMismatch);
/// assert_eq!(lints[0].severity(), Severity::Error);
/// assert_eq!(lints[0].message(), r#"`event.tableId` is a whole number here; the string "42" never equals it"#);
/// let replacement = lints[0].suggestion().and_then(|suggestion| suggestion.replacement()).unwrap();
/// assert_eq!((replacement.range.clone(), &*replacement.text), (18..22, "42"));
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
#[must_use]
pub fn lint(filter: &Filter, class: Option<&EventClass>) -> Vec<Lint> {
    linter::lint(filter, class)
}

/// Where a filter is not the same for Nextcloud's own evaluator ([`Dialect::Nextcloud`]), in the order of the
/// text: 100 lints at most, each with what says the same in both dialects where there is such a thing.
///
/// Without any, the two dialects agree on every event of the class, and Nextcloud does not throw. (An object whose
/// fields are documented is taken to have none called `0`, not even where it may have others.) A class counts for nothing where the filter is written for
/// another envelope than the class has. Where no class is given, that is so as far as the paths lead through objects to numbers, strings, null or nothing,
/// and numbers without a fraction are integers. `null` as a filter is every event in a registration, as
/// everywhere; it has no lints. The time is bounded: in a filter of more than 16 KiB replacements are not
/// offered. A program that was loaded has no lints, for its text is gone.
///
/// ```
/// use hooksieve::{Catalog, Filter, LintCode, lint_portability};
///
/// let class = Catalog::builtin().find("NodeWrittenEvent");
/// let filter = Filter::compile(r#"{"event.node.path": {"$eq": "/bob/files/report.pdf"}}"#)?;
/// let lints = lint_portability(&filter, class);
///
/// assert_eq!(lints[0].code(), LintCode::ThrowsInNextcloud);
/// assert_eq!(lints[0].message(), "Nextcloud throws: operator `$eq` is unknown");
/// let replacement = lints[0].suggestion().and_then(|suggestion| suggestion.replacement()).unwrap();
/// assert_eq!(replacement.text, r#""/bob/files/report.pdf""#);
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
///
/// [`Dialect::Nextcloud`]: crate::Dialect::Nextcloud
#[must_use]
pub fn lint_portability(filter: &Filter, class: Option<&EventClass>) -> Vec<Lint> {
    portable::lint(filter, class)
}

/// What is wrong with a filter that is written for Nextcloud's own evaluator, in the order of its text: 100 lints
/// at most. What throws, or never holds, is an error; the other lints of [`lint_portability`] are notes, for
/// they say how that evaluator reads what is there. Those of [`lint`] that are true there are added.
///
/// ```
/// use hooksieve::{Compiler, Dialect, LintCode, Severity, lint_nextcloud};
///
/// let nextcloud = Compiler::new().dialect(Dialect::Nextcloud);
/// let filter = nextcloud.compile(r#"{"event.node.path": "/admin/files/Documents"}"#)?;
/// let lints = lint_nextcloud(&filter, None);
/// assert_eq!((lints[0].code(), lints[0].severity()), (LintCode::PatternInNextcloud, Severity::Error));
/// # Ok::<(), hooksieve::CompileError>(())
/// ```
#[must_use]
pub fn lint_nextcloud(filter: &DialectFilter, class: Option<&EventClass>) -> Vec<Lint> {
    portable::lint_nextcloud(filter, class)
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It could be said better, or is worth knowing.
    Note,
    /// Probably a mistake.
    Warning,
    /// The filter never matches: proven.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something suspicious in a filter, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    code: LintCode,
    severity: Severity,
    pointer: String,
    range: Option<Range<usize>>,
    message: String,
    suggestion: Option<Suggestion>,
}

impl Lint {
    /// What it is about: stable, for programs.
    #[must_use]
    pub fn code(&self) -> LintCode {
        self.code
    }

    /// Where a filter is not the same for Nextcloud's own evaluator ([`Dialect::Nextcloud`]), in the order of the
    /// text: 100 lints at most, each with what says the same in both dialects where there is such a thing.
    ///
    /// Without any, the two dialects agree on every event of the class, and Nextcloud does not throw. Where no
    /// class is given, that is so as far as the paths lead through objects to numbers, strings, null or nothing,
    /// and numbers without a fraction are integers. `null` as a filter is every event in a registration, as
    /// everywhere; it has no lints. The time is bounded: in a filter of more than 16 KiB replacements are not
    /// offered. A program that was loaded has no lints, for its text is gone.
    ///
    /// ```
    /// use hooksieve::{Catalog, Filter, LintCode, lint_portability};
    ///
    /// let class = Catalog::builtin().find("NodeWrittenEvent");
    /// let filter = Filter::compile(r#"{"event.node.path": {"$eq": "/bob/files/report.pdf"}}"#)?;
    /// let lints = lint_portability(&filter, class);
    ///
    /// assert_eq!(lints[0].code(), LintCode::ThrowsInNextcloud);
    /// assert_eq!(lints[0].message(), "Nextcloud throws: operator `$eq` is unknown");
    /// let replacement = lints[0].suggestion().and_then(|suggestion| suggestion.replacement()).unwrap();
    /// assert_eq!(replacement.text, r#""/bob/files/report.pdf""#);
    /// # Ok::<(), hooksieve::CompileError>(())
    /// ```
    ///
    /// [`Dialect::Nextcloud`]: crate::Dialect::Nextcloud
    #[must_use]
    pub fn lint_portability(filter: &Filter, class: Option<&EventClass>) -> Vec<Lint> {
        portable::lint(filter, class)
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The place in the filter, as a JSON Pointer (RFC 6901); empty for the filter as a whole.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The bytes of the filter's text that it is about; `None` where the filter was not given as text.
    #[must_use]
    pub fn range(&self) -> Option<Range<usize>> {
        self.range.clone()
    }

    /// What the consequence is, in plain words: lower case, no full stop.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What could be written instead.
    #[must_use]
    pub fn suggestion(&self) -> Option<&Suggestion> {
        self.suggestion.as_ref()
    }
}

/// `warning[number-as-string] at /user.uid: …`
impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity, self.code)?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {}", suggestion.message),
            None => Ok(()),
        }
    }
}

/// What could be written instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    message: String,
    replacement: Option<Replacement>,
}

impl Suggestion {
    /// In plain words: lower case, no full stop.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The change to the text, where it can be made at one place. The text that it leads to is a filter.
    #[must_use]
    pub fn replacement(&self) -> Option<&Replacement> {
        self.replacement.as_ref()
    }
}
