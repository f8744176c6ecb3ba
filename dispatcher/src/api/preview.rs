//! What a filter would let through.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Shared;
use super::problem::Problem;
use super::request::{JsonText, check_limit};
use super::views::{WarningView, filter_errors};
use crate::run::{self, PreviewError};

const DEFAULT_EVENTS: u32 = 100;
const MAX_EVENTS: u32 = 1_000;

/// A filter to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewRequest<'a> {
    /// The filter. Its text is taken as it stands: places in errors and warnings are those in it.
    #[serde(borrow)]
    #[schema(value_type = Value, example = json!({"user.uid": "bob"}))]
    filter: &'a RawValue,
    /// How many of the latest events it is tried on; 100 if it is not given.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// What became of the latest events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Preview {
    /// How many match.
    matched: usize,
    /// Newest first.
    events: Vec<PreviewedEvent>,
    /// What is suspicious about the filter.
    warnings: Vec<WarningView>,
}

/// What the filter makes of an event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreviewedEvent {
    /// Its id.
    #[schema(pattern = "^evt_[0-9a-f]{32}$")]
    id: String,
    /// Whether it matches.
    matches: bool,
    /// Why, or why not, in one sentence.
    reason: String,
}

impl From<PreviewError> for Problem {
    fn from(error: PreviewError) -> Self {
        match error {
            PreviewError::Filter(error) => {
                Self::bad_request("the filter is refused").with_errors(filter_errors(&error))
            }
            PreviewError::Store(error) => error.into(),
        }
    }
}

/// Tries a filter on the latest events.
///
/// Says which match, and why the others do not. Nothing is registered.
#[utoipa::path(
    post, tag = "events", path = "/preview", request_body = PreviewRequest,
    responses((status = 200, description = "What became of the events.", body = Preview)),
)]
pub(super) async fn preview(
    State(api): State<Shared>,
    JsonText(text): JsonText,
) -> Result<Json<Preview>, Problem> {
    let request: PreviewRequest<'_> = serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Problem::bad_request(format!(
            "expected `{{\"filter\": …, \"limit\": …}}`, found something else at line {line}, column {column}"
        ))
    })?;
    let limit = check_limit(request.limit.unwrap_or(DEFAULT_EVENTS), MAX_EVENTS)?;
    let previewed = api.dispatcher.preview(request.filter.get(), limit).await?;
    let matched = previewed.events.iter().filter(|event| event.matches).count();
    let event =
        |run::PreviewedEvent { id, matches, reason }| PreviewedEvent { id: id.to_string(), matches, reason };
    let events = previewed.events.into_iter().map(event).collect();
    Ok(Json(Preview { matched, events, warnings: previewed.lints.iter().map(WarningView::from).collect() }))
}
