//! What a filter says, as plain data.

use std::hash::{Hash, Hasher};

use super::pattern::Pattern;
use super::span::Span;
use crate::event::Constant;
use crate::path::Path;
use crate::sort;
use crate::vm::compare;

/// A filter, or a part of one, with the conditions of a dialect; MongoDB's if none is named.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Expr<C = Condition> {
    Condition(C),
    /// True where all, or any, of the parts are.
    Group(Join, Vec<Self>),
    Not(Box<Self>),
}

/// How the parts of a group are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Join {
    All,
    Any,
}

impl Join {
    /// The other one: what holds for one of the two holds for the other with true and false swapped.
    pub(crate) fn dual(self) -> Self {
        match self {
            Self::All => Self::Any,
            Self::Any => Self::All,
        }
    }
}

impl<C> Expr<C> {
    /// All of nothing: every event.
    pub(crate) const ALWAYS: Self = Self::Group(Join::All, Vec::new());
    /// Any of nothing: no event.
    pub(crate) const NEVER: Self = Self::Group(Join::Any, Vec::new());

    pub(crate) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }
}

/// One test at one path: it holds where any value that the path reaches passes.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) path: Path,
    pub(crate) test: Test,
    /// Where it stands in the filter's text.
    pub(crate) span: Span,
}

/// Two conditions are equal wherever they stand.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.test == other.test
    }
}

impl Eq for Condition {}

impl Hash for Condition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.hash(state);
        self.test.hash(state);
    }
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    /// Equal to the constant; where that is null, a missing field passes too.
    Equal(Constant),
    /// Of the constant's class, and on this side of it. The constant is not null, which is alone in its class.
    Compare(Comparison, Constant),
    /// Equal to one of them; ascending, each once: see [`Test::is_in`].
    In(Vec<Constant>),
    /// There.
    Exists,
    Type(TypeSet),
    /// An array with so many elements.
    Size(u32),
    /// A number that leaves this remainder.
    Remainder {
        divisor: i64,
        remainder: i64,
    },
    Pattern(Pattern),
    StartsWith(Box<str>),
    EndsWith(Box<str>),
    Contains(Box<str>),
    /// An array with an element for which the expression holds.
    Element(ElementForm, Box<Expr>),
}

impl Test {
    /// Equal to one of the constants, in whatever order they come.
    pub(crate) fn is_in(mut constants: Vec<Constant>) -> Self {
        sort::by(&mut constants, |a, b| compare::order(a, b));
        constants.dedup();
        Self::In(constants)
    }

    /// Whether it looks at an array as a whole only, and not at its elements, too.
    pub(crate) fn takes_arrays_whole(&self) -> bool {
        matches!(self, Self::Size(_) | Self::Element(..))
    }
}

/// The four orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What `$elemMatch` asks of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ElementForm {
    /// The operators are applied to the element itself.
    Value,
    /// The element is a document of its own, with a filter of its own; scalars never match.
    Document,
}

/// The types that `$type` names, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct TypeSet(u16);

impl TypeSet {
    pub(crate) const DOUBLE: Self = Self(1);
    pub(crate) const STRING: Self = Self(1 << 1);
    pub(crate) const OBJECT: Self = Self(1 << 2);
    pub(crate) const ARRAY: Self = Self(1 << 3);
    pub(crate) const BOOL: Self = Self(1 << 4);
    pub(crate) const NULL: Self = Self(1 << 5);
    pub(crate) const INT: Self = Self(1 << 6);
    pub(crate) const LONG: Self = Self(1 << 7);
    /// A type of MongoDB that JSON does not have.
    pub(crate) const NONE: Self = Self(0);
    /// A number that is spelled without a fraction, and within `i64`.
    pub(crate) const WHOLE: Self = Self::INT.or(Self::LONG);
    pub(crate) const NUMBER: Self = Self::DOUBLE.or(Self::WHOLE);
    /// Every type that a value can have.
    pub(crate) const ANY: Self = Self(0xff);

    const ALL: [(Self, &str); 8] = [
        (Self::DOUBLE, "double"),
        (Self::STRING, "string"),
        (Self::OBJECT, "object"),
        (Self::ARRAY, "array"),
        (Self::BOOL, "bool"),
        (Self::NULL, "null"),
        (Self::INT, "int"),
        (Self::LONG, "long"),
    ];

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub(crate) fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// True where the two have a type in common.
    pub(crate) fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn bits(self) -> u16 {
        self.0
    }

    /// `None` where a bit stands for no type.
    pub(crate) fn from_bits(bits: u32) -> Option<Self> {
        let bits = u16::try_from(bits).ok()?;
        (bits >> Self::ALL.len() == 0).then_some(Self(bits))
    }

    /// The names of its types.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(move |(set, _)| self.contains(*set)).map(|(_, name)| name)
    }
}
