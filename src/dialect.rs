//! Whose rules a filter follows.

use std::fmt;
use std::str::FromStr;

use crate::syntax::operators::{NEXTCLOUD, OPERATORS, Operator};

/// The rules by which a filter is read and evaluated; chosen when it is compiled.
///
/// ```
/// use hooksieve::Dialect;
///
/// assert_eq!("nextcloud".parse(), Ok(Dialect::Nextcloud));
/// assert_eq!(Dialect::default().to_string(), "mongo");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// MongoDB's matcher, for JSON.
    #[default]
    Mongo,
    /// The evaluator of Nextcloud's webhook listeners, a PHP class: other operators, PHP's comparisons,
    /// and a third outcome, as it throws on some filters and events. See [`Verdict`](crate::Verdict).
    Nextcloud,
}

impl Dialect {
    /// Every dialect, the default one first.
    pub const ALL: [Self; 2] = [Self::Mongo, Self::Nextcloud];

    /// Its name, as the command line spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mongo => "mongo",
            Self::Nextcloud => "nextcloud",
        }
    }

    /// Its operators, in the order of the documentation.
    ///
    /// ```
    /// use hooksieve::Dialect;
    ///
    /// let names = |dialect: Dialect| dialect.operators().iter().map(|operator| operator.name);
    /// assert!(names(Dialect::Mongo).any(|name| name == "$regex"));
    /// assert!(names(Dialect::Nextcloud).all(|name| name != "$regex"));
    /// ```
    #[must_use]
    pub fn operators(self) -> &'static [Operator] {
        match self {
            Self::Mongo => OPERATORS,
            Self::Nextcloud => NEXTCLOUD,
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Mongo => 0,
            Self::Nextcloud => 1,
        }
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.code() == code)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no dialect has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown dialect `{0}`, expected `mongo` or `nextcloud`")]
pub struct UnknownDialect(String);

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|dialect| dialect.name() == name);
        known.ok_or_else(|| UnknownDialect(name.to_owned()))
    }
}
