//! So many of so many.

use std::fmt;
use std::str::FromStr;

/// So many of so many requests, evenly spread: of `1/3`, every third. `Default` is none.
///
/// ```
/// use hooksieve_dispatcher::receiver::Share;
///
/// let share: Share = "1/3".parse()?;
/// let picked: Vec<u64> = (0..9).filter(|index| share.picks(*index)).collect();
/// assert_eq!(picked, [2, 5, 8]);
/// assert_eq!("30%".parse::<Share>()?.to_string(), "30/100");
/// # Ok::<(), hooksieve_dispatcher::receiver::ShareError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    part: u32,
    /// At least 1, and no less than `part`.
    of: u32,
}

/// Why a text is no share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a part of a whole, as `1/3` or `30%`")]
pub struct ShareError;

impl Share {
    /// `part` of `of`.
    ///
    /// # Errors
    ///
    /// [`ShareError`], where that is more than all, or of none.
    pub const fn new(part: u32, of: u32) -> Result<Self, ShareError> {
        if of == 0 || part > of { Err(ShareError) } else { Ok(Self { part, of }) }
    }

    /// Whether a request is one of them; the first has the index 0.
    #[must_use]
    pub fn picks(self, index: u64) -> bool {
        let before = |index: u128| index * u128::from(self.part) / u128::from(self.of);
        before(u128::from(index) + 1) > before(index.into())
    }
}

impl Default for Share {
    fn default() -> Self {
        Self { part: 0, of: 1 }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let (part, of) = match text.strip_suffix('%') {
            Some(percent) => (percent, "100"),
            None => text.split_once('/').ok_or(ShareError)?,
        };
        let number = |text: &str| text.trim().parse().map_err(|_| ShareError);
        Self::new(number(part)?, number(of)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn evenly_spread() {
        for (text, expected) in
            [("0%", 0), ("1/1000", 1), ("30%", 300), ("1/3", 333), ("2/3", 666), ("100%", 1000)]
        {
            let share: Share = text.parse().unwrap();
            assert_eq!((0..1000).filter(|index| share.picks(*index)).count(), expected, "{text}");
        }
        assert!(Share::new(u32::MAX, u32::MAX).unwrap().picks(u64::MAX));
    }

    #[test]
    fn no_shares() {
        for text in ["", "3", "1/0", "2/1", "101%", "-1%", "1/3/5", "a/b", "%"] {
            assert_eq!(text.parse::<Share>(), Err(ShareError), "{text}");
        }
    }
}
