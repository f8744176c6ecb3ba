//! The HTTP API, and the page. `docs/dispatcher-api.md` is its guide, `GET /openapi.json` its description.
//!
//! A request goes through, from the outside: the log, the headers of every answer, the form of errors, the
//! guard against other sites, the login; then the route. What answers with an error says only what is wrong
//! (`problem::Problem`); its form, OCS or problem details, is made in one place.

mod access;
mod deliveries;
mod description;
mod events;
mod guard;
mod health;
mod listeners;
mod log;
mod ocs;
mod page;
mod preview;
mod problem;
mod request;
mod serve;
mod stream;
mod throttle;
mod views;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Router, body::Bytes};
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::serve::{ServeError, serve};
use crate::run::Dispatcher;

/// Who may do what, and how much.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// The name and password of the administrator. Without one the API must listen on loopback only.
    pub admin: Option<Credentials>,
    /// A token (`Authorization: Bearer …`) that is only good for `POST /events`.
    pub ingest_token: Option<zeroize::Zeroizing<String>>,
    /// The largest body of a request, in bytes.
    pub max_body: usize,
}

/// Nobody has to log in; 8 MiB.
impl Default for ApiOptions {
    fn default() -> Self {
        Self { admin: None, ingest_token: None, max_body: 8 << 20 }
    }
}

/// A name and a password. `Debug` does not show the password.
#[derive(Clone)]
pub struct Credentials {
    /// The name; without a colon.
    pub name: String,
    /// The password.
    pub password: zeroize::Zeroizing<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What the routes share.
type Shared = Arc<Api>;

struct Api {
    dispatcher: Dispatcher,
    access: access::Access,
    health: health::Probe,
    /// A permit for each client of the event stream.
    streams: Arc<Semaphore>,
    /// `openapi.json`.
    description: Bytes,
}

/// The API of a dispatcher. Serve it with the addresses of its clients (`into_make_service_with_connect_info::<SocketAddr>`):
/// failed logins are limited for each of them.
pub fn router(dispatcher: Dispatcher, options: ApiOptions) -> Router {
    let (routes, description) = described_routes().split_for_parts();
    let api = Arc::new(Api {
        dispatcher,
        access: access::Access::new(&options),
        health: health::Probe::default(),
        streams: Arc::new(Semaphore::new(stream::MAX_CLIENTS)),
        description: description::to_json(&description).into(),
    });
    routes
        .fallback(page::file)
        .layer(DefaultBodyLimit::max(options.max_body))
        .layer(from_fn_with_state(Arc::clone(&api), access::log_in))
        .layer(from_fn_with_state(Arc::clone(&api), guard::refuse_other_sites))
        .layer(from_fn(problem::in_the_form_of_the_route))
        .layer(from_fn(guard::add_headers))
        .layer(from_fn(log::requests))
        .with_state(api)
}

/// Every route with its description.
fn described_routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(description::frame())
        .routes(routes!(ocs::list, ocs::create))
        .routes(routes!(ocs::show, ocs::update, ocs::remove))
        .routes(routes!(events::list, events::accept))
        .routes(routes!(stream::listen))
        .routes(routes!(events::show))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::show))
        .routes(routes!(deliveries::redeliver))
        .routes(routes!(listeners::list))
        .routes(routes!(listeners::enable))
        .routes(routes!(listeners::disable))
        .routes(routes!(listeners::explain))
        .routes(routes!(preview::preview))
        .routes(routes!(health::healthz))
        .routes(routes!(health::metrics))
        .routes(routes!(description::openapi))
}
