//! A delivery, and the request that an attempt makes.

use std::fmt;
use std::time::Duration;

use url::Url;

use super::signature::{ID_HEADER, SignatureScheme, TIMESTAMP_HEADER};
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
/// values of headers nor the body, and of the URI only scheme, host and port.
///
/// Headers stand in this order, each name once:
///
/// 1. those of the registration: `headers`, then `authData`,
/// 2. `Content-Type: application/json`, unless the registration sets it,
/// 3. `webhook-id`: the delivery's id, the same in all attempts, by which a receiver knows a repetition,
/// 4. `webhook-attempt`: the number of the attempt, from 1,
/// 5. those of the signatures.
///
/// The body is sent with every method, as Nextcloud does. It is at most 80 bytes longer than the event.
///
/// ```
/// use hooksieve_dispatcher::core::{Delivery, DeliveryId, EventId, ListenerId, Registration, Request, Timestamp};
///
/// let registration = Registration::from_json(r#"{
///     "httpMethod": "POST",
///     "uri": "https://example.org/hook",
///     "event": "OCA\\OpenRegister\\Event\\ObjectCreatedEvent",
///     "delivery": {
///         "body": "openregister",
///         "signatures": [{"scheme": "openregister", "secrets": ["your-secret-key"]}]
///     }
/// }"#)?;
/// let now = Timestamp::from_millis(1_705_314_600_000);
/// let delivery = Delivery {
///     id: DeliveryId::new(now, [0; 10]),
///     listener: ListenerId::from_number(1),
///     event: EventId::new(now, [0; 10]),
///     accepted_at: now,
///     attempt: 1,
/// };
/// let event = br#"{"event": {"class": "OCA\\OpenRegister\\Event\\ObjectCreatedEvent", "object": {"id": 1.0}}}"#;
/// let request = Request::new(&delivery, &registration, event, now)?;
///
/// let body = r#"{"event":"OCA\\OpenRegister\\Event\\ObjectCreatedEvent","data":{"object":{"id": 1.0}}}"#;
/// assert_eq!(request.body, body.as_bytes());
/// let names: Vec<&str> = request.headers.iter().map(|(name, _)| &**name).collect();
/// assert_eq!(names, ["Content-Type", "webhook-id", "webhook-attempt", "X-Webhook-Signature"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// In capitals.
    pub method: &'static str,
    /// Absolute, `http` or `https`.
    pub uri: String,
    /// Names and values, in order. Values may hold bytes beyond ASCII (UTF-8).
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
    /// The event is no object with a class, as the body's format needs it.
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
        let target = registration.listener().delivery().map_err(|_| RequestError::NoTarget)?;
        let settings = registration.settings();
        let body = settings.body.of_event(event, delivery.accepted_at)?;
        let id = delivery.id.to_string();

        let mut headers: Vec<(String, String)> =
            target.headers().map(|(name, value)| (name.to_owned(), value.expose().to_owned())).collect();
        let ours = [
            (CONTENT_TYPE, "application/json".to_owned()),
            (ID_HEADER, id.clone()),
            (ATTEMPT_HEADER, delivery.attempt.to_string()),
        ];
        let ours = ours.into_iter().map(|(name, value)| (name.to_owned(), value));
        let signatures = settings.signers.iter().flat_map(|signer| signer.sign(&id, now, &body));
        for (name, value) in ours.chain(signatures) {
            if !headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                headers.push((name, value));
            }
        }
        Ok(Self {
            method: target.http_method().as_str(),
            uri: target.uri().to_owned(),
            headers,
            body,
            timeout: settings.timeout,
        })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = Url::parse(&self.uri).map(|uri| uri.origin().ascii_serialization());
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("uri", &origin.unwrap_or_default())
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("timeout", &self.timeout)
            .finish()
    }
}

const CONTENT_TYPE: &str = "Content-Type";

/// The number of the attempt.
const ATTEMPT_HEADER: &str = "webhook-attempt";

/// Headers that say how a message is sent: of the connection, or of the body as it is.
const OF_THE_MESSAGE: [&str; 15] = [
    "Connection",
    "Content-Encoding",
    "Content-Length",
    "Content-Range",
    "Expect",
    "Host",
    "HTTP2-Settings",
    "Keep-Alive",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
];

/// Whether a header is not for a registration to set.
pub(super) fn is_ours(name: &str) -> bool {
    let signatures = SignatureScheme::ALL.iter().map(|scheme| scheme.header());
    OF_THE_MESSAGE
        .into_iter()
        .chain([ID_HEADER, TIMESTAMP_HEADER, ATTEMPT_HEADER])
        .chain(signatures)
        .any(|ours| ours.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests;
