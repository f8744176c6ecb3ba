//! JSON numbers: 64-bit integers stay exact, everything else is a double.

use std::fmt;

/// A number. An integer beyond `i64` is its nearest double, as is whatever is spelled with a
/// fraction or an exponent; the spelling `-0` is the double -0.0, as for serde_json.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Int(i64),
    Double(f64),
}

impl Number {
    /// Reads a number that follows JSON's grammar. `None` where it lies beyond the doubles.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text != "-0"
            && let Ok(int) = text.parse()
        {
            return Some(Self::Int(int));
        }
        let double: f64 = text.parse().ok()?;
        double.is_finite().then_some(Self::Double(double))
    }

    /// The integer nearest to it towards zero; `None` outside `i64`.
    pub(crate) fn truncate(self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(int),
            // -2^63 is a double; 2^63 is the first one too large.
            Self::Double(double) => {
                let whole = double.trunc();
                (-TWO_POW_63..TWO_POW_63).contains(&whole).then(|| {
                    #[allow(clippy::cast_possible_truncation, reason = "whole and in range: exact")]
                    let int = whole as i64;
                    int
                })
            }
        }
    }

    /// The integer it is; `None` with a fraction or outside `i64`.
    pub(crate) fn whole(self) -> Option<i64> {
        match self {
            Self::Double(double) if double.fract() != 0.0 => None,
            number => number.truncate(),
        }
    }

    /// Whether no other number has the same nearest double.
    pub(crate) fn is_told_by_double(self) -> bool {
        self.to_double().abs() < TWO_POW_53
    }

    /// The nearest double.
    pub(crate) fn to_double(self) -> f64 {
        match self {
            #[allow(clippy::cast_precision_loss, reason = "the nearest double is what is asked for")]
            Self::Int(int) => int as f64,
            Self::Double(double) => double,
        }
    }
}

/// From here on integers share doubles.
const TWO_POW_53: f64 = 9_007_199_254_740_992.0;

pub(crate) const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

/// As JSON; a double keeps a fraction or an exponent, so that it reads back as one.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => write!(f, "{int}"),
            Self::Double(double) => write!(f, "{double:?}"),
        }
    }
}
