//! Events: taken, and shown.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use super::request::{self, Ids, JSON, NDJSON, Parameters};
use super::views::{ErrorView, EventView};
use crate::core::EventId;
use crate::run::{AcceptError, Acceptance};

/// Where events are sent to: the only place for which the ingest token is good.
pub(super) const PATH: &str = "/events";

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const MAX_KEY: usize = 255;
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

const MAX_EVENTS: u32 = 100;
/// Of the store so many events are asked for at a time.
const STEP: u32 = 10;
/// A list of events ends when their texts are longer than this.
const LIST_BYTES: usize = 4 << 20;

impl From<AcceptError> for Problem {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Store(error) => error.into(),
            AcceptError::NoRandomness => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "the system gives no random numbers")
            }
        }
    }
}

/// What became of the events of a request.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used: `Accepted::to_json` writes it, for it is stored, too")]
pub(super) struct Accepted {
    /// The events that were accepted, in their order.
    events: Vec<AcceptedEvent>,
    /// The lines that are no events; the others were accepted.
    errors: Vec<LineError>,
}

/// An event that was accepted.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) struct AcceptedEvent {
    /// The number of its line, from 1.
    #[schema(minimum = 1)]
    line: usize,
    /// Its id.
    #[schema(pattern = "^evt_[0-9a-f]{32}$")]
    id: String,
    /// How many listeners it goes to.
    listeners: usize,
}

/// A line that is no event.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) struct LineError {
    /// Its number, from 1.
    #[schema(minimum = 1)]
    line: usize,
    /// The byte of the line where it goes wrong.
    offset: usize,
    /// What is wrong, in plain words.
    message: String,
}

/// Takes events: one JSON document, or one a line.
///
/// What is answered with 202 is on the disk, and will be
/// delivered; lines that are no events are named, and the others accepted. With an `Idempotency-Key` the same
/// request can be sent again: it is answered as before, with `Idempotency-Replayed: true`, and nothing is accepted twice.
#[utoipa::path(
    post, tag = "events", path = "/events",
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        description = "What the request is called by: printable ASCII.")),
    request_body(content(
        (serde_json::Value = "application/json", example = json!({"event": {"class": "OCA\\Tables\\Event\\RowAddedEvent", "tableId": 42}})),
        (String = "application/x-ndjson"),
    )),
    responses(
        (status = 202, description = "The events are on the disk.", body = Accepted,
            headers(("Idempotency-Replayed" = Option<String>, description = "`true`, where the request was answered before."))),
        (status = 422, description = "The key was used for another request."),
    ),
)]
pub(super) async fn accept(State(api): State<Shared>, request: Request) -> Result<Response, Problem> {
    let key = idempotency_key(request.headers())?;
    let (which, body) = request::body(request, &[JSON, NDJSON]).await?;
    let answer = |json: String| (StatusCode::ACCEPTED, [(CONTENT_TYPE, JSON)], json).into_response();
    match api.dispatcher.accept(&body, which == 1, key.as_deref()).await? {
        Acceptance::Accepted(accepted) if accepted.events.is_empty() => {
            let detail = if accepted.bad_lines.is_empty() {
                "expected an event, found nothing"
            } else {
                "there is no event"
            };
            let errors = accepted.bad_lines.into_iter().map(ErrorView::from).collect();
            Err(Problem::bad_request(detail).with_errors(errors))
        }
        Acceptance::Accepted(accepted) => Ok(answer(accepted.to_json())),
        Acceptance::Repeated(json) => {
            let mut answer = answer(json);
            answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(answer)
        }
        Acceptance::KeyReused => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the idempotency key was used for another request",
        )),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
    match (key.filter(|key| (1..=MAX_KEY).contains(&key.len())), keys.next()) {
        (Some(key), None) => Ok(Some(key.to_owned())),
        _ => Err(Problem::bad_request(format!(
            "`Idempotency-Key`: expected one, of 1 to {MAX_KEY} printable characters of ASCII"
        ))),
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Events {
    /// Newest first.
    events: Vec<EventView>,
    /// Where older ones are.
    next: Option<String>,
}

/// The latest events, newest first.
///
/// A page ends early after 4 MiB.
#[utoipa::path(
    get, tag = "events", path = "/events",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "At most so many; 50 if it is not given."),
        ("before" = Option<String>, Query, pattern = "^evt_[0-9a-f]{32}$", description = "Only those older than this one."),
    ),
    responses((status = 200, description = "The events.", body = Events)),
)]
pub(super) async fn list(State(api): State<Shared>, parameters: Parameters) -> Result<Json<Events>, Problem> {
    let parameters = parameters.only(&["limit", "before"])?;
    let limit = parameters.limit(50, MAX_EVENTS)?;
    let mut before: Option<EventId> = parameters.parsed("before", "the id of an event")?;
    let (mut events, mut bytes, mut left) = (Vec::new(), 0, limit);
    let is_more = loop {
        let step = left.min(STEP);
        let found = api.dispatcher.recent_events(step, before).await?;
        let is_last = found.len() < step as usize;
        before = found.last().map(|event| event.id).or(before);
        bytes += found.iter().map(|event| event.body.len()).sum::<usize>();
        left -= step;
        events.extend(found.iter().map(EventView::from));
        if is_last || left == 0 || bytes > LIST_BYTES {
            break !is_last;
        }
    };
    let next = before.filter(|_| is_more).map(|before| format!("{PATH}?limit={limit}&before={before}"));
    Ok(Json(Events { events, next }))
}

/// An event.
#[utoipa::path(
    get, tag = "events", path = "/events/{id}",
    params(("id" = String, Path, pattern = "^evt_[0-9a-f]{32}$", description = "The id of the event.")),
    responses(
        (status = 200, description = "The event.", body = EventView),
        (status = 404, description = "There is no such event, or no more."),
    ),
)]
pub(super) async fn show(
    State(api): State<Shared>,
    Ids(id): Ids<String>,
) -> Result<Json<EventView>, Problem> {
    let no_such_event = || Problem::not_found("there is no such event");
    let id: EventId = id.parse().map_err(|_| no_such_event())?;
    let event = api.dispatcher.event(id).await?.ok_or_else(no_such_event)?;
    Ok(Json(EventView::from(&event)))
}
