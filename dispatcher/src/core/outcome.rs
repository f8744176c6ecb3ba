//! What came of an attempt, and what follows.

use std::time::Duration;

use super::Timestamp;
use super::words::words;

/// What came of one attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has answered.
    Answered {
        /// The status, 100 to 599.
        status: u16,
        /// The header `Retry-After`, where there is one that can be read.
        retry_after: Option<RetryAfter>,
    },
    /// There is no answer.
    Failed(Failure),
}

/// When a receiver wants to be asked again (RFC 9110, 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After so long.
    Delay(Duration),
    /// At this time.
    At(Timestamp),
}

words! {
    /// Why there is no answer.
    Failure {
        /// The name of the host leads nowhere.
        NameResolution = "name-resolution",
        /// Every address of the host is one that deliveries must not go to.
        AddressRefused = "address-refused",
        /// Nobody accepts connections.
        Connection = "connection",
        /// TLS was not agreed on, or the certificate is not trusted.
        Tls = "tls",
        /// The answer did not come in time.
        Timeout = "timeout",
        /// The answer was no HTTP, or broke off.
        Protocol = "protocol",
        /// The request cannot be made: the registration or the event does not allow it.
        Request = "request",
        /// The dispatcher stopped before the answer came. It does not count as an attempt.
        Interrupted = "interrupted",
    }
}

/// What follows an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Delivered.
    Done,
    /// The next attempt is at this time.
    RetryAt(Timestamp),
    /// No more attempts.
    GiveUp(GiveUpReason),
    /// No more attempts, and no more deliveries to the listener until somebody enables it again.
    Disable(DisableReason),
}

/// Why a delivery is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GiveUpReason {
    /// The policy does not try this status again.
    Status(u16),
    /// The schedule has come to its end.
    AttemptsExhausted,
    /// The schedule has come to its end, and the address was refused at the last attempt, too.
    AddressRefused,
    /// The request cannot be made.
    Request,
    /// The listener was removed.
    ListenerRemoved,
}

/// Why a listener is disabled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DisableReason {
    /// It has answered 410 Gone.
    Gone,
    /// So many deliveries in a row were given up, over so long a time.
    KeepsFailing {
        /// Deliveries given up since the last that was delivered.
        deliveries: u32,
    },
    /// Somebody has disabled it.
    ByHand,
}
