//! Deliveries: what became of them, and once more.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use super::request::{Ids, Parameters};
use super::views::{AttemptView, DeliveryView, StateView};
use crate::core::{DeliveryId, EventId, GiveUpReason, ListenerId};
use crate::store::{DeliveryQuery, DeliveryState};

const MAX_DELIVERIES: u32 = 500;

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Deliveries {
    /// Newest first.
    deliveries: Vec<DeliveryView>,
    /// Where older ones are.
    next: Option<String>,
}

/// A delivery with its attempts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryWithAttempts {
    /// The delivery.
    delivery: DeliveryView,
    /// Its attempts, in their order.
    attempts: Vec<AttemptView>,
}

/// Deliveries, newest first.
#[utoipa::path(
    get, tag = "deliveries", path = "/deliveries",
    params(
        ("listener" = Option<i64>, Query, description = "Only those to this listener."),
        ("event" = Option<String>, Query, pattern = "^evt_[0-9a-f]{32}$", description = "Only those of this event."),
        ("state" = Option<StateView>, Query, description = "Only those in this state."),
        ("before" = Option<String>, Query, pattern = "^msg_[0-9a-f]{32}$", description = "Only those older than this one."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "At most so many; 100 if it is not given."),
    ),
    responses((status = 200, description = "The deliveries.", body = Deliveries)),
)]
pub(super) async fn list(
    State(api): State<Shared>,
    parameters: Parameters,
) -> Result<Json<Deliveries>, Problem> {
    let parameters = parameters.only(&["listener", "event", "state", "before", "limit"])?;
    let limit = parameters.limit(100, MAX_DELIVERIES)?;
    let listener: Option<i64> = parameters.parsed("listener", "the number of a listener")?;
    let event: Option<EventId> = parameters.parsed("event", "the id of an event")?;
    let before: Option<DeliveryId> = parameters.parsed("before", "the id of a delivery")?;
    let state = parameters.get("state").map(state).transpose()?;
    // One more than is shown tells whether there are more.
    let query = DeliveryQuery {
        listener: listener.map(ListenerId::from_number),
        event,
        state,
        before,
        limit: limit + 1,
    };
    let mut found = api.dispatcher.deliveries(query).await?;
    let is_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| is_more).map(|last| {
        let mut link = format!("/deliveries?limit={limit}&before={}", last.id);
        for name in ["listener", "event", "state"] {
            // They were read: there is nothing in them that a link could not have.
            parameters.get(name).into_iter().for_each(|value| link.push_str(&format!("&{name}={value}")));
        }
        link
    });
    Ok(Json(Deliveries { deliveries: found.into_iter().map(DeliveryView::from).collect(), next }))
}

fn state(name: &str) -> Result<DeliveryState, Problem> {
    match name {
        "pending" => Ok(DeliveryState::Pending),
        "delivered" => Ok(DeliveryState::Delivered),
        "given-up" => Ok(DeliveryState::GivenUp(GiveUpReason::AttemptsExhausted)),
        _ => Err(Problem::bad_request(format!(
            "`state`: expected `pending`, `delivered` or `given-up`, found `{name}`"
        ))),
    }
}

fn no_such_delivery() -> Problem {
    Problem::not_found("there is no such delivery")
}

fn id(text: &str) -> Result<DeliveryId, Problem> {
    text.parse().map_err(|_| no_such_delivery())
}

/// A delivery with its attempts.
#[utoipa::path(
    get, tag = "deliveries", path = "/deliveries/{id}",
    params(("id" = String, Path, pattern = "^msg_[0-9a-f]{32}$", description = "The id of the delivery.")),
    responses(
        (status = 200, description = "The delivery.", body = DeliveryWithAttempts),
        (status = 404, description = "There is no such delivery, or no more."),
    ),
)]
pub(super) async fn show(
    State(api): State<Shared>,
    Ids(text): Ids<String>,
) -> Result<Json<DeliveryWithAttempts>, Problem> {
    let found = api.dispatcher.delivery(id(&text)?).await?;
    let (delivery, attempts) = found.ok_or_else(no_such_delivery)?;
    let attempts = attempts.into_iter().map(AttemptView::from).collect();
    Ok(Json(DeliveryWithAttempts { delivery: delivery.into(), attempts }))
}

/// Makes a delivery that was delivered or given up pending again, due now.
#[utoipa::path(
    post, tag = "deliveries", path = "/deliveries/{id}/redeliver",
    params(("id" = String, Path, pattern = "^msg_[0-9a-f]{32}$", description = "The id of the delivery.")),
    responses(
        (status = 202, description = "It is pending.", body = DeliveryView),
        (status = 404, description = "There is no such delivery, or no more."),
        (status = 409, description = "It is pending already, or its listener was removed."),
    ),
)]
pub(super) async fn redeliver(
    State(api): State<Shared>,
    Ids(text): Ids<String>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    let (id, dispatcher) = (id(&text)?, &api.dispatcher);
    let (delivery, _) = dispatcher.delivery(id).await?.ok_or_else(no_such_delivery)?;
    let conflict = |detail| Err(Problem::new(StatusCode::CONFLICT, detail));
    if dispatcher.listener(delivery.listener).await?.is_none() {
        return conflict("the listener was removed");
    }
    if !dispatcher.redeliver(id).await? {
        return conflict("the delivery is pending already");
    }
    let (delivery, _) = dispatcher.delivery(id).await?.ok_or_else(no_such_delivery)?;
    Ok((StatusCode::ACCEPTED, Json(delivery.into())))
}
