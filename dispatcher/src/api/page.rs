//! The page: the files of `www/dist-dispatcher`, built into the program (feature `page`).

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// What the page may do: everything from here, nothing from elsewhere. Its worker, which has the policy of its own file,
/// compiles WebAssembly.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
     style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Files with a hash in their name never change.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// The types of the files that Vite writes.
const MEDIA_TYPES: [(&str, &str); 10] = [
    ("css", "text/css; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("ndjson", "application/x-ndjson"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
];

const UNKNOWN: &str = "application/octet-stream";

#[cfg(feature = "page")]
#[derive(rust_embed::RustEmbed)]
#[folder = "../www/dist-dispatcher"]
#[allow_missing = true]
struct Files;

#[cfg(feature = "page")]
fn find(name: &str) -> Option<(Vec<u8>, String)> {
    let file = Files::get(name)?;
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    Some((file.data.into_owned(), tag))
}

#[cfg(not(feature = "page"))]
fn find(_: &str) -> Option<(Vec<u8>, String)> {
    None
}

/// What is shown where the page was not built into the program.
const NO_PAGE: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>hooksieve dispatcher</title>\n\
    <h1>hooksieve dispatcher</h1>\n\
    <p>The dispatcher works; this program was built without its page. <code>cargo xtask dispatcher</code> builds one \
    with it.</p>\n<p>The API is described in <a href=\"/openapi.json\">/openapi.json</a>.</p>\n</html>\n";

/// A file of the page; where there is none, 404.
pub(super) async fn file(request: Request) -> Result<Response, Problem> {
    let nothing = || Problem::not_found("there is nothing at this address");
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(nothing());
    }
    let path = request.uri().path().trim_start_matches('/');
    let name = if path.is_empty() { "index.html" } else { path };
    let mut response = match find(name) {
        Some((_, tag)) if request.headers().get(IF_NONE_MATCH).is_some_and(|known| known == tag.as_str()) => {
            (StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response()
        }
        Some((bytes, tag)) => {
            ([(ETAG, tag), (CONTENT_TYPE, media_type(name).to_owned())], bytes).into_response()
        }
        None if path.is_empty() => ([(CONTENT_TYPE, media_type(name))], NO_PAGE).into_response(),
        None => return Err(nothing()),
    };
    let caching = if name.starts_with("assets/") { FOR_EVER } else { ASK_AGAIN };
    response.headers_mut().insert(CACHE_CONTROL, caching);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let known = MEDIA_TYPES.iter().find(|(known, _)| *known == extension);
    known.map_or(UNKNOWN, |(_, media_type)| media_type)
}

#[cfg(all(test, feature = "page"))]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_has_a_type() {
        for name in Files::iter() {
            assert_ne!(media_type(&name), UNKNOWN, "{name}");
        }
    }
}
