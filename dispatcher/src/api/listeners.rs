//! Listeners: how they are doing, on and off, and why an event goes to one, or does not.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use super::request::Ids;
use super::views::ListenerAnswer;
use crate::core::{EventId, ListenerId};
use crate::run::UnknownPart;

impl From<UnknownPart> for Problem {
    fn from(part: UnknownPart) -> Self {
        Self::not_found(part.to_string())
    }
}

/// All listeners.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Listeners {
    /// In the order of their numbers.
    listeners: Vec<ListenerAnswer>,
}

/// The listeners, and how they are doing.
#[utoipa::path(
    get, tag = "listeners", path = "/listeners",
    responses((status = 200, description = "The listeners.", body = Listeners)),
)]
pub(super) async fn list(State(api): State<Shared>) -> Result<Json<Listeners>, Problem> {
    let listeners = api.dispatcher.listeners().await?;
    Ok(Json(Listeners { listeners: listeners.iter().map(ListenerAnswer::from).collect() }))
}

/// Enables a listener.
///
/// What is pending is delivered.
#[utoipa::path(
    post, tag = "listeners", path = "/listeners/{id}/enable",
    params(("id" = i64, Path, description = "The number of the listener.")),
    responses(
        (status = 200, description = "It is enabled.", body = ListenerAnswer),
        (status = 404, description = "There is no such listener."),
    ),
)]
pub(super) async fn enable(
    State(api): State<Shared>,
    Ids(id): Ids<i64>,
) -> Result<Json<ListenerAnswer>, Problem> {
    set_enabled(&api, id, true).await
}

/// Disables a listener.
///
/// Nothing is delivered until it is enabled again.
#[utoipa::path(
    post, tag = "listeners", path = "/listeners/{id}/disable",
    params(("id" = i64, Path, description = "The number of the listener.")),
    responses(
        (status = 200, description = "It is disabled.", body = ListenerAnswer),
        (status = 404, description = "There is no such listener."),
    ),
)]
pub(super) async fn disable(
    State(api): State<Shared>,
    Ids(id): Ids<i64>,
) -> Result<Json<ListenerAnswer>, Problem> {
    set_enabled(&api, id, false).await
}

async fn set_enabled(api: &Shared, id: i64, enabled: bool) -> Result<Json<ListenerAnswer>, Problem> {
    let id = ListenerId::from_number(id);
    if !api.dispatcher.set_enabled(id, enabled).await? {
        return Err(UnknownPart::Listener.into());
    }
    let view = api.dispatcher.listener(id).await?.ok_or(UnknownPart::Listener)?;
    Ok(Json((&view).into()))
}

/// Why an event goes to a listener, or does not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub(super) struct ExplanationView {
    /// The text that the ranges lead into: class, acting user and filter as one filter.
    source: String,
    /// The verdict on every part of it: see `docs/explain.md` of hooksieve.
    #[schema(value_type = Object)]
    explanation: Value,
}

/// Why an event goes to a listener, or does not.
///
/// Every condition is there, with what was found.
#[utoipa::path(
    get, tag = "listeners", path = "/listeners/{id}/explain/{event}",
    params(
        ("id" = i64, Path, description = "The number of the listener."),
        ("event" = String, Path, pattern = "^evt_[0-9a-f]{32}$", description = "The id of the event."),
    ),
    responses(
        (status = 200, description = "The explanation.", body = ExplanationView),
        (status = 404, description = "There is no such listener, or no such event."),
    ),
)]
pub(super) async fn explain(
    State(api): State<Shared>,
    Ids((id, event)): Ids<(i64, String)>,
) -> Result<Json<ExplanationView>, Problem> {
    let event: EventId = event.parse().map_err(|_| UnknownPart::Event)?;
    let explained = api.dispatcher.explain(ListenerId::from_number(id), event).await??;
    Ok(Json(ExplanationView { source: explained.source, explanation: explained.explanation.to_json() }))
}
