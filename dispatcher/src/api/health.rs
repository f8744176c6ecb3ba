//! How the dispatcher is doing.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use crate::run::Dispatcher;
use crate::store::StoreError;

/// The only address that needs no login.
pub(super) const PATH: &str = "/healthz";

/// For so long, a check of the store is not repeated: anybody may ask.
const FRESH: Duration = Duration::from_secs(1);

/// Whether the store can write.
#[derive(Default)]
pub(super) struct Probe(Mutex<Option<(Instant, Result<(), StoreError>)>>);

impl Probe {
    async fn check(&self, dispatcher: &Dispatcher) -> Result<(), StoreError> {
        let mut last = self.0.lock().await;
        match &*last {
            Some((at, result)) if at.elapsed() < FRESH => result.clone(),
            _ => {
                let result = dispatcher.check_store().await;
                *last = Some((Instant::now(), result.clone()));
                result
            }
        }
    }
}

/// The dispatcher can take events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Healthy {
    /// `ok`.
    status: &'static str,
}

/// Whether the dispatcher can take events.
///
/// Needs no login.
#[utoipa::path(
    get, tag = "health", path = "/healthz",
    responses((status = 200, description = "It can.", body = Healthy)),
)]
pub(super) async fn healthz(State(api): State<Shared>) -> Result<Json<Healthy>, Problem> {
    api.health.check(&api.dispatcher).await?;
    Ok(Json(Healthy { status: "ok" }))
}

/// The metrics, in the format of Prometheus (OpenMetrics).
#[utoipa::path(
    get, tag = "health", path = "/metrics",
    responses((status = 200, description = "The metrics.", body = String,
        content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8")),
)]
pub(super) async fn metrics(State(api): State<Shared>) -> impl IntoResponse {
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, media_type)], api.dispatcher.metrics())
}
