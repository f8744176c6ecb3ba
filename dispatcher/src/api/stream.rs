//! News as they come, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use super::views;
use crate::run::Notice;

/// So many clients may listen at the same time.
pub(super) const MAX_CLIENTS: usize = 64;
/// A longer event is announced without its text.
const MAX_EVENT: usize = 64 << 10;
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a browser connects again.
const RECONNECT: Duration = Duration::from_secs(2);

/// The data of `event`: an event was accepted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventNews {
    /// Its id.
    #[schema(pattern = "^evt_[0-9a-f]{32}$")]
    id: String,
    /// When, in milliseconds since 1970.
    accepted_at: i64,
    /// The numbers of the listeners that it goes to.
    listeners: Vec<i64>,
    /// The event; null where it is longer than 64 KiB: `GET /events/{id}` has it.
    #[schema(value_type = Value)]
    event: Option<Box<RawValue>>,
}

/// The data of `delivery`: an attempt has come to its end, or the delivery is pending again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryNews {
    /// Its id.
    #[schema(pattern = "^msg_[0-9a-f]{32}$")]
    id: String,
    /// The number of its listener.
    listener: i64,
}

/// The data of `listener`: it was registered, changed, removed, disabled or enabled.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListenerNews {
    /// Its number.
    id: i64,
}

/// The data of `missed`: the client was too slow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MissedNews {
    /// How many news it has missed.
    count: u64,
}

/// News as they come.
///
/// Server-sent events: `event`, `delivery`, `listener`, each with its data as JSON, and
/// `missed`, where the client was too slow. News have no ids, and `Last-Event-ID` is ignored: who connects again gets what
/// comes from then on, and finds the rest with `GET /events` and `GET /deliveries`. A comment comes every 15 seconds.
#[utoipa::path(
    get, tag = "events", path = "/events/stream",
    responses((status = 200, description = "The news, without an end.", body = String, content_type = "text/event-stream")),
)]
pub(super) async fn listen(
    State(api): State<Shared>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let permit = Arc::clone(&api.streams).try_acquire_owned().map_err(|_| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("{MAX_CLIENTS} clients listen already"))
            .with_retry_after(RECONNECT)
    })?;
    let (news, stopping) = (api.dispatcher.subscribe(), api.dispatcher.stopping());
    // The first thing that a client gets: then it knows that it misses nothing from now on.
    let start = Event::default().comment("news from now on").retry(RECONNECT);
    let client = Client { first: Some(start), news, stopping, _permit: permit };
    let stream = futures_util::stream::unfold(client, Client::next);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

struct Client {
    first: Option<Event>,
    news: Receiver<Notice>,
    stopping: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

impl Client {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if let Some(first) = self.first.take() {
            return Some((Ok(first), self));
        }
        let notice = tokio::select! {
            biased;
            () = self.stopping.cancelled() => return None,
            notice = self.news.recv() => notice,
        };
        let event = match notice {
            Ok(notice) => news(&notice),
            Err(RecvError::Lagged(count)) => data("missed", &MissedNews { count }),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), self))
    }
}

fn news(notice: &Notice) -> Event {
    match notice {
        Notice::Event { id, accepted_at, body, listeners } => data(
            "event",
            &EventNews {
                id: id.to_string(),
                accepted_at: accepted_at.as_millis(),
                listeners: listeners.iter().map(|listener| listener.number()).collect(),
                event: if body.len() <= MAX_EVENT { views::raw(body) } else { None },
            },
        ),
        Notice::Delivery { id, listener } => {
            data("delivery", &DeliveryNews { id: id.to_string(), listener: listener.number() })
        }
        Notice::Listener { id } => data("listener", &ListenerNews { id: id.number() }),
    }
}

fn data(name: &str, data: &impl Serialize) -> Event {
    // What is written here are numbers, ids and JSON: it can be written.
    let json = serde_json::to_string(data).unwrap_or_default();
    // Line ends of the event as it came: between its parts, for there are none in strings. The data is one line.
    let json = json.replace(['\r', '\n'], " ");
    Event::default().event(name).data(json)
}
