//! How ids, times, states and reasons stand in columns.
//!
//! Codes are part of the file's format: they never change, and none is used for anything else later. Where a reason can
//! carry a number, that number (0 or more) is the code itself, and the others have negative ones.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::core::{DeliveryId, DisableReason, EventId, Failure, GiveUpReason, ListenerId, Timestamp};

/// A pending delivery. The texts of statements have it as `state = 0`, for the partial index is chosen by it.
pub(super) const PENDING: i64 = 0;
/// A delivery that was delivered.
pub(super) const DELIVERED: i64 = 1;
/// A delivery that was given up; the column `reason` says why.
pub(super) const GIVEN_UP: i64 = 2;

/// Columns of one of our types.
macro_rules! column {
    ($($type:ty { to: $to:expr, from: $from:expr $(,)? })+) => {
        $(
            impl ToSql for $type {
                fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                    let to: fn(&$type) -> ToSqlOutput<'_> = $to;
                    Ok(to(self))
                }
            }

            impl FromSql for $type {
                fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                    let from: fn(ValueRef<'_>) -> FromSqlResult<Self> = $from;
                    from(value)
                }
            }
        )+
    };
}

column! {
    Timestamp {
        to: |time| time.as_millis().into(),
        from: |value| value.as_i64().map(Timestamp::from_millis),
    }
    ListenerId {
        to: |id| id.number().into(),
        from: |value| value.as_i64().map(ListenerId::from_number),
    }
    EventId {
        to: |id| id.as_bytes().as_slice().into(),
        from: |value| FromSql::column_result(value).map(EventId::from_bytes),
    }
    DeliveryId {
        to: |id| id.as_bytes().as_slice().into(),
        from: |value| FromSql::column_result(value).map(DeliveryId::from_bytes),
    }
    GiveUpReason {
        to: |reason| give_up_code(reason).into(),
        from: |value| of_code(value.as_i64()?, give_up_reason),
    }
    DisableReason {
        to: |reason| disable_code(reason).into(),
        from: |value| of_code(value.as_i64()?, disable_reason),
    }
    AttemptResult {
        to: |result| result_code(&result.0).into(),
        from: |value| of_code(value.as_i64()?, attempt_result).map(AttemptResult),
    }
}

/// The status of an attempt, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AttemptResult(pub(super) Result<u16, Failure>);

fn of_code<T>(code: i64, from: impl FnOnce(i64) -> Option<T>) -> FromSqlResult<T> {
    from(code).ok_or(FromSqlError::OutOfRange(code))
}

/// A row for each value, read in both directions. The compiler finds the row that is missing, or there twice.
macro_rules! codes {
    (
        $to:ident, $from:ident: $type:ty;
        $number:ident: $width:ty => [$($carrier:tt)+],
        $($code:literal => [$($value:tt)+],)+
    ) => {
        fn $to(value: &$type) -> i64 {
            match *value {
                $($carrier)+ => i64::from($number),
                $($($value)+ => $code,)+
            }
        }

        fn $from(code: i64) -> Option<$type> {
            match code {
                0.. => <$width>::try_from(code).ok().map(|$number| $($carrier)+),
                $($code => Some($($value)+),)+
                _ => None,
            }
        }
    };
}

codes! {
    result_code, attempt_result: Result<u16, Failure>;
    status: u16 => [Ok(status)],
    -1 => [Err(Failure::NameResolution)],
    -2 => [Err(Failure::AddressRefused)],
    -3 => [Err(Failure::Connection)],
    -4 => [Err(Failure::Tls)],
    -5 => [Err(Failure::Timeout)],
    -6 => [Err(Failure::Protocol)],
    -7 => [Err(Failure::Request)],
    -8 => [Err(Failure::Interrupted)],
}

codes! {
    give_up_code, give_up_reason: GiveUpReason;
    status: u16 => [GiveUpReason::Status(status)],
    -1 => [GiveUpReason::AttemptsExhausted],
    -2 => [GiveUpReason::AddressRefused],
    -3 => [GiveUpReason::Request],
    -4 => [GiveUpReason::ListenerRemoved],
}

codes! {
    disable_code, disable_reason: DisableReason;
    deliveries: u32 => [DisableReason::KeepsFailing { deliveries }],
    -1 => [DisableReason::Gone],
    -2 => [DisableReason::ByHand],
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What files hold must be read in ten years, too: a change here is a change of the format.
    #[test]
    fn codes_are_stable() {
        let results: Vec<_> = (-8..0).map(attempt_result).collect();
        let expected = [
            Failure::Interrupted,
            Failure::Request,
            Failure::Protocol,
            Failure::Timeout,
            Failure::Tls,
            Failure::Connection,
            Failure::AddressRefused,
            Failure::NameResolution,
        ];
        assert_eq!(results, expected.map(|failure| Some(Err(failure))));
        let reasons: Vec<_> = (-4..0).map(give_up_reason).collect();
        let expected = [
            GiveUpReason::ListenerRemoved,
            GiveUpReason::Request,
            GiveUpReason::AddressRefused,
            GiveUpReason::AttemptsExhausted,
        ];
        assert_eq!(reasons, expected.map(Some));
        assert_eq!(
            (-2..0).map(disable_reason).collect::<Vec<_>>(),
            [Some(DisableReason::ByHand), Some(DisableReason::Gone)]
        );
        assert_eq!((PENDING, DELIVERED, GIVEN_UP), (0, 1, 2));
    }

    #[test]
    fn codes_lead_back() {
        for code in -10..=70_000 {
            if let Some(result) = attempt_result(code) {
                assert_eq!(result_code(&result), code);
            }
            if let Some(reason) = give_up_reason(code) {
                assert_eq!(give_up_code(&reason), code);
            }
            if let Some(reason) = disable_reason(code) {
                assert_eq!(disable_code(&reason), code);
            }
        }
        for status in [0, 100, 599, u16::MAX] {
            assert_eq!(attempt_result(result_code(&Ok(status))), Some(Ok(status)));
        }
    }

    #[test]
    fn what_means_nothing_is_refused() {
        assert_eq!(attempt_result(-9), None);
        assert_eq!(attempt_result(65_536), None);
        assert_eq!(give_up_reason(-5), None);
        assert_eq!(disable_reason(i64::MAX), None);
        assert_eq!(disable_reason(-3), None);
    }
}
