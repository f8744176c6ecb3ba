//! One line for each request. Neither bodies nor query strings nor headers are in it.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use super::access;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Of a path, so many characters are logged.
const MAX_PATH: usize = 200;

/// Gives each request an id, which the answer has in `X-Request-Id`, and logs it.
pub(super) async fn requests(request: Request, next: Next) -> Response {
    let mut random = [0; 8];
    // Without randomness the id is of no use, but harmless.
    let _ = getrandom::fill(&mut random);
    let id = hex::encode(random);
    let span = tracing::info_span!("request", id);
    async move {
        let started = Instant::now();
        let (method, client) = (request.method().clone(), access::client(&request));
        let path: String = request.uri().path().chars().take(MAX_PATH).collect();
        let mut response = next.run(request).await;
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        let (status, time) = (response.status().as_u16(), started.elapsed());
        tracing::info!(%method, path, status, %client, ?time, "answered");
        response
    }
    .instrument(span)
    .await
}
