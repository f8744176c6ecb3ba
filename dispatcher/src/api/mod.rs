//! The HTTP API, and the page.

use std::net::SocketAddr;

use axum::Router;

use crate::run::Dispatcher;

/// Who may do what.
#[derive(Debug, Clone, Default)]
pub struct ApiOptions {
    /// The name and password of the administrator. Without one the API must listen on loopback only.
    pub admin: Option<Credentials>,
    /// A token (`Authorization: Bearer …`) that is only good for `POST /events`.
    pub ingest_token: Option<zeroize::Zeroizing<String>>,
    /// The largest body of a request, in bytes.
    pub max_body: usize,
}

/// A name and a password. `Debug` does not show the password.
#[derive(Clone)]
pub struct Credentials {
    /// The name.
    pub name: String,
    /// The password.
    pub password: zeroize::Zeroizing<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The API of a dispatcher. Serve it with the addresses of its clients (`into_make_service_with_connect_info::<SocketAddr>`).
pub fn router(dispatcher: Dispatcher, options: ApiOptions) -> Router {
    let _: (Dispatcher, ApiOptions, Option<SocketAddr>) = (dispatcher, options, None);
    todo!()
}
