//! The schedules that have a name.

use std::time::Duration;

use super::{DisableAfter, RetryOn, RetryPolicy, RetryPreset};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// In seconds: threefold each time, to 6 hours: over an outage of a day, and soon again after one of a minute.
const EXPONENTIAL: &[u64] = &[10, 30, 90, 270, 810, 2_430, 7_290, 6 * HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR];

/// In seconds: the example of the specification of Standard Webhooks, after the attempt that is made immediately.
const STANDARD_WEBHOOKS: &[u64] =
    &[5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

const JITTER: f64 = 0.2;

impl From<RetryPreset> for RetryPolicy {
    fn from(preset: RetryPreset) -> Self {
        let (seconds, on): (&[u64], RetryOn) = match preset {
            RetryPreset::OpenRegister => (EXPONENTIAL, RetryOn::NoAnswerAnd5xx),
            RetryPreset::StandardWebhooks => (STANDARD_WEBHOOKS, RetryOn::EveryFailure),
            RetryPreset::Nextcloud => (&[], RetryOn::NoAnswerAnd5xx),
        };
        Self {
            preset: Some(preset),
            delays: seconds.iter().copied().map(Duration::from_secs).collect(),
            jitter: JITTER,
            on,
            disable_after: Some(DisableAfter::default()),
        }
    }
}
