//! The instructions. Each tests one thing and names two targets, both strictly ahead of it.

use crate::dialect::Dialect;

/// A test at a path, and where to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    /// Index into the path table.
    pub(crate) path: u16,
    /// What it is, [`Op::operand`] says.
    pub(crate) operand: u32,
    pub(crate) on_true: Target,
    pub(crate) on_false: Target,
}

/// Where a verdict leads: to an instruction, or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Target(u16);

/// A [`Target`], taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Match,
    Reject,
    Instruction(usize),
}

impl Target {
    pub(crate) const MATCH: Self = Self(u16::MAX);
    pub(crate) const REJECT: Self = Self(u16::MAX - 1);
    /// So many instructions can be told apart from the exits.
    pub(crate) const MAX_INSTRUCTIONS: usize = Self::REJECT.0 as usize;

    /// `None` beyond [`MAX_INSTRUCTIONS`](Self::MAX_INSTRUCTIONS).
    pub(crate) fn instruction(index: usize) -> Option<Self> {
        u16::try_from(index).ok().map(Self).filter(|target| *target != Self::MATCH && *target != Self::REJECT)
    }

    #[inline(always)]
    pub(crate) fn step(self) -> Step {
        match self {
            Self::MATCH => Step::Match,
            Self::REJECT => Step::Reject,
            Self(index) => Step::Instruction(usize::from(index)),
        }
    }
}

/// What an instruction's operand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operand {
    /// Nothing; it is 0.
    None,
    /// Index of a constant.
    Constant,
    /// Index of a constant that is a string.
    Text,
    /// Index of the first of two constants that are integers, the first of them not 0.
    Division,
    /// Index of a list of constants, strictly ascending.
    List,
    /// Index of a pattern.
    Pattern,
    /// The bits of a set of types.
    Types,
    /// A number of elements.
    Count,
    /// The end of the body: the instructions from the next one up to, not including, this one.
    Body,
    /// Index of a constant that is an array or an object.
    Collection,
    /// Index of the first of two constants, of any kind.
    Pair,
    /// Index of the first of two constants: a text, and the index of a pattern, or null.
    PatternText,
    /// Index of the first of two constants: the reason, and what a missing field gives: a boolean, or
    /// null where that throws, too.
    Failure,
}

macro_rules! ops {
    ($($dialect:ident { $($(#[$doc:meta])+ $op:ident $code:literal $mnemonic:literal $operand:ident,)+ })+) => {
        /// What an instruction tests. It holds where any value that its path reaches passes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub(crate) enum Op {
            $($($(#[$doc])+ $op = $code,)+)+
        }

        impl Op {
            pub(crate) fn from_code(code: u8) -> Option<Self> {
                match code {
                    $($($code => Some(Self::$op),)+)+
                    _ => None,
                }
            }

            /// Its name in the listing.
            pub(crate) fn mnemonic(self) -> &'static str {
                match self {
                    $($(Self::$op => $mnemonic,)+)+
                }
            }

            pub(crate) fn operand(self) -> Operand {
                match self {
                    $($(Self::$op => Operand::$operand,)+)+
                }
            }

            /// In whose programs it can stand.
            pub(crate) fn dialect(self) -> Dialect {
                match self {
                    $($(Self::$op => Dialect::$dialect,)+)+
                }
            }
        }
    };
}

ops! {
    Mongo {
        /// Equal to the constant; null takes a missing field, too.
        Equal 0 "equal" Constant,
        /// Of the constant's class, and less.
        Less 1 "less" Constant,
        /// Of the constant's class, and less or equal.
        LessOrEqual 2 "less-or-equal" Constant,
        /// Of the constant's class, and greater.
        Greater 3 "greater" Constant,
        /// Of the constant's class, and greater or equal.
        GreaterOrEqual 4 "greater-or-equal" Constant,
        /// In the list; null in it takes a missing field, too.
        In 5 "in" List,
        /// Not missing.
        Exists 6 "exists" None,
        /// Of one of the types.
        Type 7 "type" Types,
        /// An array of so many elements.
        Size 8 "size" Count,
        /// A number that leaves the remainder.
        Remainder 9 "remainder" Division,
        /// A string in which the pattern is found.
        Pattern 10 "pattern" Pattern,
        /// A string that starts with the text.
        StartsWith 11 "starts-with" Text,
        /// A string that ends with the text.
        EndsWith 12 "ends-with" Text,
        /// A string that contains the text.
        Contains 13 "contains" Text,
        /// An array with an element for which the body matches.
        AnyElement 14 "any-element" Body,
        /// An array with an object or array as an element for which, as a document, the body matches.
        AnyDocument 15 "any-document" Body,
    }
    Nextcloud {
        /// Equal as `$e` has it: strictly, but for arrays.
        PhpEqual 32 "php-equal" Constant,
        /// The opposite, for each value that the path reaches; a missing field passes unless the constant is
        /// null.
        PhpNotEqual 33 "php-not-equal" Constant,
        /// `<` as PHP compares.
        PhpLess 34 "php-less" Constant,
        /// `<=` as PHP compares.
        PhpLessOrEqual 35 "php-less-or-equal" Constant,
        /// `>` as PHP compares.
        PhpGreater 36 "php-greater" Constant,
        /// `>=` as PHP compares.
        PhpGreaterOrEqual 37 "php-greater-or-equal" Constant,
        /// Loosely equal to a value of the collection; of an array, some element has the same text as one.
        PhpIn 38 "php-in" Collection,
        /// The opposite, for each value that the path reaches; a missing field passes.
        PhpNotIn 39 "php-not-in" Collection,
        /// An array with as many elements, counted by their texts, as the collection has values.
        PhpAll 40 "php-all" Collection,
        /// Neither missing nor null.
        PhpExists 41 "php-exists" None,
        /// Missing, or null.
        PhpMissing 42 "php-missing" None,
        /// Leaves the second constant when it is divided by the first; throws where there is no integer.
        PhpModulo 43 "php-modulo" Pair,
        /// The pattern is found in its text; an array contains the constant loosely.
        PhpMatch 44 "php-match" PatternText,
        /// The opposite, for each value that the path reaches; a missing field passes.
        PhpNotMatch 45 "php-not-match" PatternText,
        /// Throws, once the path has been walked.
        PhpThrow 46 "php-throw" Failure,
        /// Throws, whatever the event.
        PhpAbort 47 "php-abort" Text,
    }
}

impl Op {
    /// Whether it looks at an array as a whole only, and not at its elements, too.
    #[inline]
    pub(crate) fn takes_arrays_whole(self) -> bool {
        matches!(self, Self::Size | Self::AnyElement | Self::AnyDocument)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_is_twelve_bytes() {
        assert_eq!(size_of::<Instruction>(), 12);
    }

    #[test]
    fn targets_are_instructions_or_exits() {
        assert_eq!(Target::instruction(7).unwrap().step(), Step::Instruction(7));
        assert!(Target::instruction(Target::MAX_INSTRUCTIONS - 1).is_some());
        assert_eq!(Target::instruction(Target::MAX_INSTRUCTIONS), None);
    }
}
