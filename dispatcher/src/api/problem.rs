//! What goes wrong, and its two forms: OCS on Nextcloud's routes, problem details (RFC 9457) on the others.

use std::borrow::Cow;
use std::time::Duration;

use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::ocs;
use super::views::ErrorView;
use crate::core::RegistrationError;
use crate::store::StoreError;

/// When a client is told to come again where the store is full or locked.
const STORE_RETRY: Duration = Duration::from_secs(5);

/// Why a request is not done: an answer that has no form yet ([`in_the_form_of_the_route`]).
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) detail: Cow<'static, str>,
    pub(super) errors: Vec<ErrorView>,
    retry_after: Option<Duration>,
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemView {
    /// The status says what kind of problem it is.
    #[schema(example = "about:blank")]
    r#type: &'static str,
    /// The name of the status.
    #[schema(example = "Bad Request")]
    title: &'static str,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong, in plain words.
    detail: Cow<'static, str>,
    /// All that is wrong, where it has places.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<ErrorView>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, detail: detail.into(), errors: Vec::new(), retry_after: None }
    }

    pub(super) fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(super) fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub(super) fn with_errors(self, errors: Vec<ErrorView>) -> Self {
        Self { errors, ..self }
    }

    pub(super) fn with_retry_after(self, time: Duration) -> Self {
        Self { retry_after: Some(time), ..self }
    }

    fn into_view(self) -> ProblemView {
        ProblemView {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            detail: self.detail,
            errors: self.errors,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store does not do what a request asks for");
        let unavailable = |detail: String| Self::new(StatusCode::SERVICE_UNAVAILABLE, detail);
        match error {
            StoreError::Full | StoreError::Locked => {
                unavailable(error.to_string()).with_retry_after(STORE_RETRY)
            }
            _ => unavailable("the store fails; the log says how".to_owned()),
        }
    }
}

impl From<RegistrationError> for Problem {
    fn from(error: RegistrationError) -> Self {
        let detail = error.to_string();
        Self::bad_request(detail).with_errors(error.problems.into_iter().map(ErrorView::from).collect())
    }
}

/// Gives every problem its form; also those that axum finds: no such route, no such method.
pub(super) async fn in_the_form_of_the_route(request: Request, next: Next) -> Response {
    let ocs = ocs::Version::of(request.uri().path());
    let mut response = next.run(request).await;
    let status = response.status();
    let problem = response.extensions_mut().remove::<Problem>();
    let problem = match problem {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => {
            Problem::new(status, words_for(status))
        }
        None => return response,
    };
    let retry_after = problem.retry_after;
    let mut formed = match ocs {
        Some(version) => version.failure(problem),
        None => {
            let body = axum::Json(problem.into_view());
            (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response()
        }
    };
    // `Allow`, for one.
    for (name, value) in response.headers().iter().filter(|(name, _)| **name == axum::http::header::ALLOW) {
        formed.headers_mut().insert(name, value.clone());
    }
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"hooksieve\", charset=\"UTF-8\"");
        formed.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    if let Some(time) = retry_after {
        formed.headers_mut().insert(RETRY_AFTER, (time.as_secs() + 1).into());
    }
    formed
}

fn words_for(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "there is nothing at this address",
        StatusCode::METHOD_NOT_ALLOWED => "the address does not know this method",
        _ => status.canonical_reason().unwrap_or("the request was refused"),
    }
}
