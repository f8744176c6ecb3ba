//! Whose rules a filter follows.

/// The rules by which a filter is read and evaluated; chosen when it is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Dialect {
    /// MongoDB's matcher, for JSON.
    #[default]
    Mongo,
}

impl Dialect {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Mongo => 0,
        }
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Mongo),
            _ => None,
        }
    }
}
