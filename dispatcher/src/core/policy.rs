//! When a delivery is tried again, and when a listener is disabled.

mod presets;

use std::time::Duration;

use super::words::words;
use super::{Decision, DisableReason, Failure, GiveUpReason, Outcome, RetryAfter, Timestamp};

words! {
    /// The retry policies that have a name.
    ///
    /// | | `openregister` | `standard-webhooks` | `nextcloud` |
    /// |---|---|---|---|
    /// | attempts | 12, over some 27 hours | 10, over some 76 hours | 1 |
    /// | delays between them | 10 s, 30 s, 90 s, … (three times the one before), 6 h at most | 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h | |
    /// | jitter: they are longer by up to | 20 % | 20 % | |
    /// | tried again | no answer, 5xx | all but 2xx | nothing |
    /// | 410 | given up | disables the listener | given up |
    /// | `Retry-After` | of 503 | of 429 and 503 | |
    #[derive(Default)]
    RetryPreset {
        /// As OpenRegister documents it: 2xx is done, 4xx is given up; 5xx and no answer are tried again, with
        /// exponential backoff.
        #[default]
        OpenRegister = "openregister",
        /// As Standard Webhooks asks for it: all but 2xx is tried again on its published schedule, with jitter; 410
        /// disables the listener; `Retry-After` of 429 and 503 is respected, within bounds.
        StandardWebhooks = "standard-webhooks",
        /// As Nextcloud does it: one attempt.
        Nextcloud = "nextcloud",
    }
}

words! {
    /// What is tried again.
    #[derive(Default)]
    RetryOn {
        /// No answer, and 5xx. Other statuses are given up at once, redirections (3xx) among them: none is followed.
        #[default]
        NoAnswerAnd5xx = "no-answer-and-5xx",
        /// Everything but 2xx. 410 (Gone) disables the listener.
        EveryFailure = "every-failure",
    }
}

/// When a listener is disabled because it keeps failing: both bounds are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisableAfter {
    /// Deliveries given up since the last that was delivered.
    pub deliveries: u32,
    /// The time since the first of them.
    pub time: Duration,
}

impl Default for DisableAfter {
    /// 10 deliveries in a row, over 5 days.
    fn default() -> Self {
        Self { deliveries: 10, time: Duration::from_secs(5 * 24 * 60 * 60) }
    }
}

/// When a delivery is tried again, and when a listener is disabled: `retry` of a registration's `delivery`.
///
/// ```
/// use hooksieve_dispatcher::core::{Decision, Outcome, RetryPolicy, RetryPreset, Timestamp};
///
/// let policy = RetryPolicy::from(RetryPreset::OpenRegister);
/// let now = Timestamp::from_millis(0);
/// let answered = |status| Outcome::Answered { status, retry_after: None };
///
/// assert_eq!(policy.on_outcome(&answered(204), 1, now, 0), Decision::Done);
/// assert_eq!(policy.on_outcome(&answered(500), 1, now, 0), Decision::RetryAt(Timestamp::from_millis(10_000)));
/// assert_eq!(policy.on_outcome(&answered(500), 2, now, 0), Decision::RetryAt(Timestamp::from_millis(30_000)));
/// assert!(matches!(policy.on_outcome(&answered(500), 12, now, 0), Decision::GiveUp(_)));
/// assert!(matches!(policy.on_outcome(&answered(404), 1, now, 0), Decision::GiveUp(_)));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    pub(super) preset: Option<RetryPreset>,
    /// The delays between attempts: one attempt more than there are delays.
    pub(super) delays: Vec<Duration>,
    /// From 0 to 1.
    pub(super) jitter: f64,
    pub(super) on: RetryOn,
    pub(super) disable_after: Option<DisableAfter>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPreset::default().into()
    }
}

impl RetryPolicy {
    /// The bounds within which a receiver can ask to wait with `Retry-After`.
    pub const RETRY_AFTER: std::ops::RangeInclusive<Duration> =
        Duration::from_secs(1)..=Duration::from_secs(24 * 60 * 60);

    /// Its name, if it has one.
    #[must_use]
    pub fn preset(&self) -> Option<RetryPreset> {
        self.preset
    }

    /// How many attempts there are at most. Those that were interrupted, or asked for by hand, do not count.
    #[must_use]
    pub fn max_attempts(&self) -> u32 {
        u32::try_from(self.delays.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// What follows an attempt. `attempt` counts from 1; `random` is evenly distributed over all of its values, and only
    /// moves the time of the next attempt: a delay is longer by up to its jitter, never shorter.
    ///
    /// - 2xx is done.
    /// - What the policy does not try again is given up; so is everything after the last attempt.
    /// - A refused address counts as no answer: the name may lead elsewhere later.
    /// - A request that cannot be made is given up at once.
    /// - An attempt that was interrupted is made again at once, under the same number.
    /// - `Retry-After` of 429 and 503 takes the place of the delay, within [`RETRY_AFTER`](Self::RETRY_AFTER).
    #[must_use]
    pub fn on_outcome(&self, outcome: &Outcome, attempt: u32, now: Timestamp, random: u64) -> Decision {
        let (exhausted, wanted) = match *outcome {
            Outcome::Answered { status: 200..=299, .. } => return Decision::Done,
            Outcome::Answered { status: 410, .. } if self.on == RetryOn::EveryFailure => {
                return Decision::Disable(DisableReason::Gone);
            }
            Outcome::Answered { status, .. } if !self.tries_again(status) => {
                return Decision::GiveUp(GiveUpReason::Status(status));
            }
            Outcome::Answered { status, retry_after } => {
                (GiveUpReason::AttemptsExhausted, retry_after.filter(|_| matches!(status, 429 | 503)))
            }
            Outcome::Failed(Failure::Interrupted) => return Decision::RetryAt(now),
            Outcome::Failed(Failure::Request) => return Decision::GiveUp(GiveUpReason::Request),
            Outcome::Failed(Failure::AddressRefused) => (GiveUpReason::AddressRefused, None),
            Outcome::Failed(_) => (GiveUpReason::AttemptsExhausted, None),
        };
        let index = usize::try_from(attempt.saturating_sub(1)).unwrap_or(usize::MAX);
        match self.delays.get(index) {
            None => Decision::GiveUp(exhausted),
            Some(&delay) => {
                let delay = match wanted {
                    None => self.with_jitter(delay, random),
                    Some(wanted) => {
                        let wanted = wanted.within_bounds(now);
                        self.with_jitter(wanted, random).min(*Self::RETRY_AFTER.end())
                    }
                };
                Decision::RetryAt(now.after(delay))
            }
        }
    }

    /// Whether a listener is to be disabled, and why: from the deliveries that were given up since the last that was
    /// delivered, and the time of the first of them.
    ///
    /// ```
    /// use hooksieve_dispatcher::core::{DisableReason, RetryPolicy, Timestamp};
    ///
    /// let (policy, day) = (RetryPolicy::default(), 24 * 60 * 60 * 1_000);
    /// let since = Some(Timestamp::from_millis(0));
    /// assert_eq!(policy.disable_after(10, since, Timestamp::from_millis(4 * day)), None);
    /// assert_eq!(policy.disable_after(9, since, Timestamp::from_millis(6 * day)), None);
    /// assert_eq!(
    ///     policy.disable_after(10, since, Timestamp::from_millis(5 * day)),
    ///     Some(DisableReason::KeepsFailing { deliveries: 10 }),
    /// );
    /// ```
    #[must_use]
    pub fn disable_after(
        &self,
        failed_in_a_row: u32,
        failing_since: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<DisableReason> {
        let bounds = self.disable_after?;
        let is_reached = failed_in_a_row >= bounds.deliveries && now.since(failing_since?) >= bounds.time;
        is_reached.then_some(DisableReason::KeepsFailing { deliveries: failed_in_a_row })
    }

    fn tries_again(&self, status: u16) -> bool {
        match self.on {
            RetryOn::NoAnswerAnd5xx => (500..=599).contains(&status),
            RetryOn::EveryFailure => true,
        }
    }

    fn with_jitter(&self, delay: Duration, random: u64) -> Duration {
        // 53 bits: each of them is a double of its own.
        let share = (random >> 11) as f64 / (1u64 << 53) as f64;
        delay.saturating_add(delay.mul_f64(self.jitter * share))
    }
}

impl RetryAfter {
    fn within_bounds(self, now: Timestamp) -> Duration {
        let wanted = match self {
            Self::Delay(delay) => delay,
            Self::At(time) => time.since(now),
        };
        wanted.clamp(*RetryPolicy::RETRY_AFTER.start(), *RetryPolicy::RETRY_AFTER.end())
    }
}

#[cfg(test)]
mod tests;
