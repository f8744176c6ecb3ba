//! A delivery, and the request that an attempt makes.

use std::time::Duration;

use super::{DeliveryId, EventId, ListenerId, Registration, Timestamp};

/// One event on its way to one listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// The same in all attempts.
    pub id: DeliveryId,
    /// To whom.
    pub listener: ListenerId,
    /// What.
    pub event: EventId,
    /// When the event was accepted.
    pub accepted_at: Timestamp,
    /// The number of the attempt, from 1.
    pub attempt: u32,
}

/// What is sent: made anew for each attempt, for signatures hold the time. `Debug` shows neither the
/// values of headers nor the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// In capitals.
    pub method: &'static str,
    /// Absolute, `http` or `https`.
    pub uri: String,
    /// Names and values, in order; those of the registration, then ours, then signatures.
    pub headers: Vec<(String, String)>,
    /// The bytes that are signed.
    pub body: Vec<u8>,
    /// How long the attempt may take, where the registration says so.
    pub timeout: Option<Duration>,
}

/// Why no request can be made of an event and a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The registration has no URI or method, or headers that are not known.
    #[error("the registration does not say where to deliver")]
    NoTarget,
    /// The event is not an object, as the body's format needs it.
    #[error("the event does not fit the body's format")]
    Event,
}

impl Request {
    /// The request of an attempt.
    ///
    /// # Errors
    ///
    /// [`RequestError`], where the registration or the event does not allow one.
    pub fn new(
        delivery: &Delivery,
        registration: &Registration,
        event: &[u8],
        now: Timestamp,
    ) -> Result<Self, RequestError> {
        let _ = (delivery, registration, event, now);
        todo!()
    }
}
