//! What is read from a request.

use std::str::FromStr;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) const JSON: &str = "application/json";
pub(super) const NDJSON: &str = "application/x-ndjson";

/// The ids in the path. What is no id leads nowhere: 404.
pub(super) struct Ids<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(ids)| Self(ids))
            .map_err(|_| Problem::new(StatusCode::NOT_FOUND, "there is no such id"))
    }
}

/// The parameters of the query.
pub(super) struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::from_request_parts(parts, state).await;
        query.map(|Query(pairs)| Self(pairs)).map_err(|_| Problem::bad_request("the query cannot be read"))
    }
}

impl Parameters {
    /// Refuses parameters that are not known, and repeated ones: a misspelled one would say nothing.
    pub(super) fn only(self, known: &[&str]) -> Result<Self, Problem> {
        for (position, (name, _)) in self.0.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let known = known.join("`, `");
                return Err(Problem::bad_request(format!(
                    "expected one of the parameters `{known}`, found `{name}`"
                )));
            }
            if self.0.iter().take(position).any(|(earlier, _)| earlier == name) {
                return Err(Problem::bad_request(format!("the parameter `{name}` is there twice")));
            }
        }
        Ok(self)
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that is read as it is shown.
    pub(super) fn parsed<T: FromStr>(&self, name: &str, expected: &str) -> Result<Option<T>, Problem> {
        let read = |value: &str| {
            let wrong = |_| Problem::bad_request(format!("`{name}`: expected {expected}, found `{value}`"));
            value.parse().map_err(wrong)
        };
        self.get(name).map(read).transpose()
    }

    /// `limit`: 1 to `max`.
    pub(super) fn limit(&self, default: u32, max: u32) -> Result<u32, Problem> {
        let expected = format!("a number from 1 to {max}");
        let limit = self.parsed("limit", &expected)?.unwrap_or(default);
        check_limit(limit, max)
    }
}

/// Refuses what is not 1 to `max`.
pub(super) fn check_limit(limit: u32, max: u32) -> Result<u32, Problem> {
    match limit {
        limit if (1..=max).contains(&limit) => Ok(limit),
        _ => {
            Err(Problem::bad_request(format!("`limit`: expected a number from 1 to {max}, found `{limit}`")))
        }
    }
}

/// A body of one of the media types, and which one it is.
pub(super) async fn body(request: Request, media_types: &[&str]) -> Result<(usize, Bytes), Problem> {
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = media_type.split(';').next().unwrap_or("").trim();
    let Some(which) = media_types.iter().position(|known| known.eq_ignore_ascii_case(essence)) else {
        let expected = media_types.join("` or `");
        let detail = format!("expected `Content-Type: {expected}`");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    };
    match tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(bytes)) => Ok((which, bytes)),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"))
        }
        Ok(Err(_)) => Err(Problem::bad_request("the body broke off")),
        Err(_) => Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
    }
}

/// A body of JSON as text, so that places in it are those of what was sent.
pub(super) struct JsonText(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for JsonText {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (_, bytes) = body(request, &[JSON]).await?;
        let wrong = |error: std::string::FromUtf8Error| {
            let at = error.utf8_error().valid_up_to();
            Problem::bad_request(format!("expected UTF-8, found something else at byte {at}"))
        };
        String::from_utf8(bytes.into()).map(Self).map_err(wrong)
    }
}
