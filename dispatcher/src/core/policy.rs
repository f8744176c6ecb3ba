//! When a delivery is tried again.

use std::time::Duration;

use super::{Decision, Outcome, Timestamp};

/// The retry policies that have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum RetryPreset {
    /// As OpenRegister documents it: 2xx is done, 4xx is given up; 5xx and no answer are tried again, with
    /// exponential backoff.
    #[default]
    OpenRegister,
    /// As Standard Webhooks asks for it: all but 2xx is tried again on its published schedule, with jitter; 410
    /// disables the listener; `Retry-After` of 429 and 503 is respected, within bounds.
    StandardWebhooks,
    /// As Nextcloud does it: one attempt.
    Nextcloud,
}

/// When a delivery is tried again, and when a listener is disabled.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// The delays between attempts: one attempt more than there are delays.
    pub(super) delays: Vec<Duration>,
}

impl RetryPolicy {
    /// What follows an attempt. `attempt` counts from 1; `random` is evenly distributed over all of its values, and only
    /// moves the time of the next attempt.
    #[must_use]
    pub fn on_outcome(&self, outcome: &Outcome, attempt: u32, now: Timestamp, random: u64) -> Decision {
        let _ = (outcome, attempt, now, random, &self.delays);
        todo!()
    }

    /// Whether a listener that fails on and on is to be disabled: `failed_in_a_row` deliveries were given up since
    /// the last that was delivered, the first of them at `failing_since`.
    #[must_use]
    pub fn disable_after(
        &self,
        failed_in_a_row: u32,
        failing_since: Timestamp,
        now: Timestamp,
    ) -> Option<super::DisableReason> {
        let _ = (failed_in_a_row, failing_since, now);
        todo!()
    }
}
