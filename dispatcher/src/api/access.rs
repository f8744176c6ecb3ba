//! Who may do what.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::problem::Problem;
use super::throttle::Throttle;
use super::{ApiOptions, Shared, events, health};

/// SHA-256 of a name, a password or a token: digests have the same length, whatever they are of.
struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(secret: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(secret).into())
    }

    fn is_of(&self, guess: &[u8]) -> Choice {
        self.0.ct_eq(&Self::of(guess).0)
    }
}

/// What may be sent in `Authorization`, and how often something else may be.
pub(super) struct Access {
    /// Name and password. Without, everything is open.
    admin: Option<(Fingerprint, Fingerprint)>,
    admin_name: Option<String>,
    ingest_token: Option<Fingerprint>,
    throttle: Mutex<Throttle>,
}

impl Access {
    pub(super) fn new(options: &ApiOptions) -> Self {
        let admin = options.admin.as_ref();
        Self {
            admin: admin
                .map(|admin| (Fingerprint::of(&admin.name), Fingerprint::of(admin.password.as_bytes()))),
            admin_name: admin.map(|admin| admin.name.clone()),
            ingest_token: options.ingest_token.as_ref().map(|token| Fingerprint::of(token.as_bytes())),
            throttle: Mutex::default(),
        }
    }

    /// Whether nobody has to log in.
    pub(super) fn is_open(&self) -> bool {
        self.admin.is_none()
    }

    /// The administrator's name, if there is one.
    pub(super) fn admin_name(&self) -> Option<&str> {
        self.admin_name.as_deref()
    }

    /// Whether the value of `Authorization` is good for the request.
    fn is_right(&self, authorization: &[u8], is_ingest: bool) -> bool {
        let Some((scheme, rest)) = split_at_byte(authorization, b' ') else { return false };
        if scheme.eq_ignore_ascii_case(b"Bearer") {
            return is_ingest && self.ingest_token.as_ref().is_some_and(|token| token.is_of(rest).into());
        }
        let Some((name, password)) = &self.admin else { return false };
        let Some(decoded) = STANDARD.decode(rest).ok().filter(|_| scheme.eq_ignore_ascii_case(b"Basic"))
        else {
            return false;
        };
        // Both are compared, whatever comes of the first.
        split_at_byte(&decoded, b':')
            .is_some_and(|(given_name, given)| (name.is_of(given_name) & password.is_of(given)).into())
    }

    fn check(&self, request: &Request) -> Result<(), Problem> {
        if self.is_open() || request.uri().path() == health::PATH {
            return Ok(());
        }
        let Some(authorization) = request.headers().get(AUTHORIZATION) else {
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "log in as the administrator"));
        };
        let is_ingest = request.method() == Method::POST && request.uri().path() == events::PATH;
        let client = client(request);
        let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        match throttle.attempt(client, Instant::now(), || self.is_right(authorization.as_bytes(), is_ingest))
        {
            Ok(true) => Ok(()),
            Ok(false) => {
                tracing::warn!(%client, "a login failed");
                Err(Problem::new(StatusCode::UNAUTHORIZED, "the name, the password or the token is wrong"))
            }
            Err(wait) => Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too many logins have failed")
                .with_retry_after(wait)),
        }
    }
}

/// Lets through who has logged in.
pub(super) async fn log_in(
    State(api): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    api.access.check(&request)?;
    Ok(next.run(request).await)
}

/// The address of the client: that of the connection, whatever headers say.
pub(super) fn client(request: &Request) -> IpAddr {
    let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connection.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip())
}

fn split_at_byte(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&byte| byte == separator)?;
    let (before, rest) = bytes.split_at_checked(at)?;
    Some((before, rest.get(1..)?))
}
