//! What browsers are kept from.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;

use super::Shared;
use super::problem::Problem;

/// Names and values of all headers, together; more is refused.
const MAX_HEADER_BYTES: usize = 16 << 10;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The headers of every answer that does not say otherwise.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Adds the headers that keep browsers from making more of an answer than it is.
pub(super) async fn add_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}

/// Refuses what a page of another site makes a browser send, and headers without measure.
pub(super) async fn refuse_other_sites(
    State(api): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let headers = request.headers();
    if headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > MAX_HEADER_BYTES
    {
        let detail = format!("the headers are longer than {MAX_HEADER_BYTES} bytes");
        return Err(Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, detail));
    }
    // A name of another site may lead to this machine (DNS rebinding). With a password it is no use: browsers do
    // not send it there.
    if api.access.is_open() && !is_for_loopback(&request) {
        let detail =
            "without an administrator only requests to `localhost`, or to a loopback address, are answered";
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail));
    }
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && is_from_other_site(&request) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "pages of other sites may not change anything"));
    }
    Ok(next.run(request).await)
}

/// Whom the request is for: `Host`, or `:authority`. `None` where that is not clear.
fn authority(request: &Request) -> Option<Authority> {
    let mut hosts = request.headers().get_all(HOST).iter().map(HeaderValue::as_bytes);
    let host = match (request.uri().authority(), hosts.next(), hosts.next()) {
        (_, _, Some(_)) => return None,
        (Some(authority), None, None) => authority.clone(),
        (None, Some(host), None) => Authority::try_from(host).ok()?,
        (Some(authority), Some(host), None) if authority.as_str().as_bytes() == host => authority.clone(),
        _ => return None,
    };
    Some(host)
}

fn is_for_loopback(request: &Request) -> bool {
    authority(request).is_some_and(|authority| {
        let host = authority.host();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
    })
}

/// Browsers say where a request comes from; other programs need not.
fn is_from_other_site(request: &Request) -> bool {
    let headers = request.headers();
    if headers.get_all(SEC_FETCH_SITE).iter().any(|site| site != "same-origin" && site != "none") {
        return true;
    }
    let mut origins = headers.get_all(ORIGIN).iter();
    origins.any(|origin| {
        let origin = Uri::try_from(origin.as_bytes()).ok();
        let theirs = origin.as_ref().and_then(|origin| origin.authority().zip(origin.scheme_str()));
        match (theirs, authority(request)) {
            // The scheme may have been another in front of a proxy.
            (Some((theirs, scheme)), Some(ours)) => {
                !theirs.host().eq_ignore_ascii_case(ours.host())
                    || port(theirs, scheme) != port(&ours, scheme)
            }
            _ => true,
        }
    })
}

fn port(authority: &Authority, scheme: &str) -> Option<u16> {
    authority.port_u16().or(match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    })
}
