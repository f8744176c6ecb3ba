//! Points in time.

use std::fmt;
use std::time::Duration;

/// A point in time: milliseconds since 1970-01-01 00:00 UTC, before it negative. Nothing overflows: at the ends of
/// time it stands still.
///
/// ```
/// use std::time::Duration;
///
/// use hooksieve_dispatcher::core::Timestamp;
///
/// let now = Timestamp::from_millis(1_614_265_330_500);
/// assert_eq!(now.as_seconds(), 1_614_265_330);
/// assert_eq!(now.after(Duration::from_secs(5)).since(now), Duration::from_secs(5));
/// assert_eq!(now.to_string(), "1614265330.500");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// In milliseconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// In whole seconds since 1970-01-01 00:00 UTC, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The point after a time; the last one there is, where that is beyond.
    #[must_use]
    pub fn after(self, time: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The time that has gone since an earlier point; none, if that is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        if self > earlier { Duration::from_millis(self.0.abs_diff(earlier.0)) } else { Duration::ZERO }
    }
}

/// Seconds, with milliseconds behind the point.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let millis = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:03}", millis / 1_000, millis % 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Timestamp = Timestamp::from_millis(i64::MIN);
    const LAST: Timestamp = Timestamp::from_millis(i64::MAX);

    #[test]
    fn seconds_are_rounded_down() {
        for (millis, seconds, text) in [
            (0, 0, "0.000"),
            (1_999, 1, "1.999"),
            (-1, -1, "-0.001"),
            (-1_500, -2, "-1.500"),
            (i64::MIN, -9_223_372_036_854_776, "-9223372036854775.808"),
            (i64::MAX, 9_223_372_036_854_775, "9223372036854775.807"),
        ] {
            let time = Timestamp::from_millis(millis);
            assert_eq!((time.as_seconds(), &*time.to_string()), (seconds, text));
        }
    }

    #[test]
    fn the_ends_of_time() {
        assert_eq!(LAST.after(Duration::from_millis(1)), LAST);
        assert_eq!(FIRST.after(Duration::MAX), LAST);
        assert_eq!(FIRST.since(LAST), Duration::ZERO);
        assert_eq!(LAST.since(FIRST), Duration::from_millis(u64::MAX));
        assert_eq!(FIRST.after(LAST.since(FIRST)), LAST);
    }
}
