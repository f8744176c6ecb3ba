//! Events come in: each is routed, and acknowledged after it is stored with its deliveries.

use std::sync::Arc;

use hooksieve::{EventError, Scratch};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::task::yield_now;
use tokio::time::Instant;

use super::Notice;
use super::clock::{now, random_parts};
use super::scheduler::Message;
use super::shared::Shared;
use crate::core::{DeliveryId, EventId, ListenerId, Routes, Timestamp};
use crate::store::{Idempotency, NewBatch, NewEvent, StoreError, Stored};

/// Bytes that are routed before others get their turn.
const STRETCH: usize = 64 * 1024;

/// What became of the events of a request.
#[derive(Debug, Clone)]
pub enum Acceptance {
    /// Those that are events are on the disk; there may be none.
    Accepted(Accepted),
    /// The request was sent before. This is what was answered then, as [`Accepted::to_json`].
    Repeated(String),
    /// The key was used for another request. Nothing was stored.
    KeyReused,
}

/// The events of a request.
///
/// As JSON: `{"events": [{"line": 1, "id": "evt_…", "listeners": 2}], "errors": [{"line": 2, "offset": 17, "message": "…"}]}`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Accepted {
    /// Those that were accepted, in order.
    pub events: Vec<AcceptedEvent>,
    /// The lines that are no events.
    #[serde(rename = "errors")]
    pub bad_lines: Vec<BadLine>,
}

/// An event that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AcceptedEvent {
    /// The number of its line, from 1.
    pub line: usize,
    /// What it is called by from now on.
    #[serde(serialize_with = "as_text")]
    pub id: EventId,
    /// How many listeners it goes to.
    pub listeners: usize,
}

/// A line that is no event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// The byte of the line where it goes wrong, from 0.
    pub offset: usize,
    /// Why, in plain words, without a word of the event.
    pub message: String,
}

/// Why nothing was accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no randomness to make ids of.
    #[error("the operating system gives no random numbers")]
    NoRandomness,
}

impl Accepted {
    /// As the API answers it.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Numbers and strings: nothing that cannot be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn as_text<S: serde::Serializer>(id: &EventId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// A line that is an event, and where it goes.
struct Routed<'b> {
    line: usize,
    text: &'b [u8],
    listeners: Vec<ListenerId>,
}

pub(super) async fn accept(
    shared: &Shared,
    body: &[u8],
    is_ndjson: bool,
    key: Option<&str>,
) -> Result<Acceptance, AcceptError> {
    let routes = shared.routes();
    let mut accepted = Accepted::default();
    let routed = route(&routes, body, is_ndjson, shared.options.max_event, &mut accepted.bad_lines).await;

    let accepted_at = now();
    let events = with_ids(&routed, accepted_at).map_err(|_| AcceptError::NoRandomness)?;
    accepted.events = routed
        .iter()
        .zip(&events)
        .map(|(routed, event)| AcceptedEvent {
            line: routed.line,
            id: event.id,
            listeners: routed.listeners.len(),
        })
        .collect();
    shared.metrics.refused_lines.inc_by(accepted.bad_lines.len() as u64);
    if events.is_empty() {
        return Ok(Acceptance::Accepted(accepted));
    }

    let idempotency = key.map(|key| Idempotency {
        key: key.to_owned(),
        fingerprint: Sha256::digest(body).into(),
        answer: accepted.to_json(),
    });
    let start = Instant::now();
    let stored = shared.store.accept(NewBatch { accepted_at, events: events.clone(), idempotency }).await;
    match stored.inspect_err(|_| {
        shared.metrics.store_errors.inc();
    })? {
        Stored::Repeated(answer) => return Ok(Acceptance::Repeated(answer)),
        Stored::KeyReused => return Ok(Acceptance::KeyReused),
        Stored::Committed => {}
    }
    shared.metrics.commit.observe(start.elapsed().as_secs_f64());
    shared.metrics.events.inc_by(events.len() as u64);
    for NewEvent { id, body, deliveries } in events {
        shared.metrics.deliveries.inc_by(deliveries.len() as u64);
        for (listener, _) in &deliveries {
            shared.tell_scheduler(Message::Due(*listener, accepted_at));
        }
        let listeners = || deliveries.iter().map(|(listener, _)| *listener).collect();
        shared.notify(|| Notice::Event { id, accepted_at, body, listeners: listeners() });
    }
    Ok(Acceptance::Accepted(accepted))
}

/// The lines that are events, with where they go; the others are added to `bad_lines`.
async fn route<'b>(
    routes: &Routes,
    body: &'b [u8],
    is_ndjson: bool,
    max_event: usize,
    bad_lines: &mut Vec<BadLine>,
) -> Vec<Routed<'b>> {
    let lines: Box<dyn Iterator<Item = &[u8]> + Send> =
        if is_ndjson { Box::new(body.split(|byte| *byte == b'\n')) } else { Box::new(std::iter::once(body)) };
    let mut scratch = Scratch::new();
    let mut routed = Vec::new();
    let mut stretch = 0;
    for (text, line) in lines.zip(1..) {
        if is_ndjson && text.trim_ascii().is_empty() {
            continue;
        }
        match route_line(routes, text, max_event, &mut scratch) {
            Ok(listeners) => routed.push(Routed { line, text, listeners }),
            Err(NoEvent { offset, message }) => {
                bad_lines.push(BadLine { line, offset, message: message.to_owned() });
            }
        }
        stretch += text.len();
        if stretch >= STRETCH {
            stretch = 0;
            yield_now().await;
        }
    }
    routed
}

struct NoEvent {
    offset: usize,
    message: &'static str,
}

impl From<EventError> for NoEvent {
    fn from(error: EventError) -> Self {
        Self { offset: error.offset(), message: error.message() }
    }
}

fn route_line(
    routes: &Routes,
    text: &[u8],
    max_event: usize,
    scratch: &mut Scratch,
) -> Result<Vec<ListenerId>, NoEvent> {
    if text.len() > max_event {
        return Err(NoEvent { offset: max_event, message: "the event is too large" });
    }
    let listeners = routes.route(text, scratch)?;
    let start = text.len() - text.trim_ascii_start().len();
    if text.get(start) != Some(&b'{') {
        return Err(NoEvent { offset: start, message: "expected an object" });
    }
    Ok(listeners)
}

/// The events as they are stored. Their ids, and those of their deliveries, are in their order.
fn with_ids(routed: &[Routed<'_>], now: Timestamp) -> Result<Vec<NewEvent>, getrandom::Error> {
    let deliveries = routed.iter().map(|routed| routed.listeners.len()).sum();
    let mut event_ids = in_order(routed.len(), |random| EventId::new(now, random))?.into_iter();
    let mut delivery_ids = in_order(deliveries, |random| DeliveryId::new(now, random))?.into_iter();
    let event = |(routed, id): (&Routed<'_>, EventId)| NewEvent {
        id,
        body: Arc::from(routed.text),
        deliveries: routed.listeners.iter().copied().zip(&mut delivery_ids).collect(),
    };
    Ok(routed.iter().zip(&mut event_ids).map(event).collect())
}

/// So many new ids, in ascending order.
fn in_order<Id: Ord>(count: usize, id: impl Fn([u8; 10]) -> Id) -> Result<Vec<Id>, getrandom::Error> {
    let mut ids: Vec<Id> = random_parts(count)?.into_iter().map(id).collect();
    ids.sort_unstable();
    Ok(ids)
}
