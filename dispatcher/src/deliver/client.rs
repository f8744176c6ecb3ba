//! The HTTP client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::Response;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::resolver::{Guard, NameResolver, SystemResolver};
use super::{failure, retry_after, target, tls};
use crate::core::{Failure, Outcome, Request};

/// What bounds an attempt, and where it may go.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// For name resolution, connection and TLS.
    pub connect_timeout: Duration,
    /// For all of it, the answer read. A request may have a shorter one.
    pub timeout: Duration,
    /// How many bytes of an answer are kept.
    pub kept_answer: usize,
    /// How many bytes of an answer are read at most; then the connection is closed.
    pub max_answer: usize,
    /// Networks that deliveries may go to although they are not public.
    pub allowed: Vec<IpNet>,
    /// Certificate authorities beside those of Mozilla, as PEM.
    pub extra_roots: Vec<u8>,
    /// `User-Agent`, where the registration has none.
    pub user_agent: String,
}

impl Default for ClientOptions {
    /// 10 seconds to connect, 30 for all; 4 KiB of an answer are kept, 64 KiB read; public addresses only.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            kept_answer: 4 << 10,
            max_answer: 64 << 10,
            allowed: Vec::new(),
            extra_roots: Vec::new(),
            user_agent: concat!("hooksieve-dispatcher/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// What came of an attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// For the policy.
    pub outcome: Outcome,
    /// How long it took.
    pub duration: Duration,
    /// The start of the answer.
    pub answer: Vec<u8>,
}

/// Sends requests. Cheap to clone; the clones share their connections.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    options: Arc<ClientOptions>,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ClientError(String);

impl ClientError {
    pub(super) fn new(what: &str, cause: &dyn fmt::Display) -> Self {
        Self(format!("{what}: {cause}"))
    }
}

impl From<&str> for ClientError {
    fn from(message: &str) -> Self {
        Self(message.to_owned())
    }
}

/// In place of a timeout that no clock can count.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Shorter than what servers usually keep idle connections for (5 s and more), so that few requests meet one that is
/// being closed: such a request fails, for nobody knows whether it was taken.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(4);
const POOL_MAX_IDLE_PER_HOST: usize = 8;

/// On connections of HTTP/2 that requests wait on: whether the other side is still there.
const PING_INTERVAL: Duration = Duration::from_secs(10);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// What a receiver may send before somebody reads it, with HTTP/2.
const STREAM_WINDOW: u32 = 64 << 10;
const CONNECTION_WINDOW: u32 = 1 << 20;
const MAX_HEADER_BYTES: u32 = 64 << 10;

impl Client {
    /// A client that asks the operating system for addresses.
    ///
    /// # Errors
    ///
    /// [`ClientError`], where the certificate authorities or the `User-Agent` cannot be read.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        Self::with_resolver(options, SystemResolver::default())
    }

    /// A client that asks somebody else for addresses. They are checked all the same.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_resolver(options: ClientOptions, resolver: impl NameResolver) -> Result<Self, ClientError> {
        let guard = Guard { resolver: Arc::new(resolver), allowed: options.allowed.as_slice().into() };
        let http = reqwest::Client::builder()
            .dns_resolver(guard)
            .tls_backend_preconfigured(tls::config(&options.extra_roots)?)
            .user_agent(&options.user_agent)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(POOL_IDLE_TIMEOUT)
            .pool_max_idle_per_host(POOL_MAX_IDLE_PER_HOST)
            .http2_keep_alive_interval(PING_INTERVAL)
            .http2_keep_alive_timeout(PING_TIMEOUT)
            .http2_initial_stream_window_size(STREAM_WINDOW)
            .http2_initial_connection_window_size(CONNECTION_WINDOW)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .build()
            .map_err(|error| ClientError::new("no HTTP client", &failure::messages(error)))?;
        Ok(Self { http, options: Arc::new(options) })
    }

    /// Why nothing would ever be sent to a URI, in plain words: its host is an address that deliveries must not go to,
    /// or `localhost`; or it is no URI. `None` says no more than that: what a name leads to is found out at each
    /// attempt.
    #[must_use]
    pub fn refuses(&self, uri: &str) -> Option<String> {
        target::read(uri, &self.options.allowed).err().map(|refusal| refusal.to_string())
    }

    /// Makes one attempt. Follows no redirects, uses no proxy. Ends early, as
    /// [`Interrupted`](Failure::Interrupted), when `stop` is cancelled.
    ///
    /// The status is the answer: once it is there, with the headers, the receiver has answered, be it that the rest
    /// does not come in time, breaks off, is longer than what is read, or that `stop` is cancelled meanwhile. What came
    /// of the rest is kept.
    ///
    /// A request that the other side says it has not looked at (HTTP/2), or that was not sent because a connection had
    /// been closed since its last use, is sent again on another connection; nothing else is.
    pub async fn send(&self, request: Request, stop: &CancellationToken) -> Attempt {
        let start = Instant::now();
        let timeout = request.timeout.map_or(self.options.timeout, |own| own.min(self.options.timeout));
        let bounds = Bounds { deadline: start.checked_add(timeout).unwrap_or(start + NEVER), stop };
        let (outcome, answer) = match self.answer(request, &bounds).await {
            Ok((outcome, response)) => (outcome, self.body(response, &bounds).await),
            Err(failure) => (Outcome::Failed(failure), Vec::new()),
        };
        Attempt { outcome, duration: start.elapsed(), answer }
    }

    /// Sends the request and waits for the status and the headers.
    async fn answer(&self, request: Request, bounds: &Bounds<'_>) -> Result<(Outcome, Response), Failure> {
        let request = self.request(request)?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let response = bounds.wait(self.http.execute(request)).await?.map_err(|error| {
            let failure = failure::classify(&error);
            tracing::debug!(host, ?failure, cause = failure::messages(error), "no answer");
            failure
        })?;
        match response.status().as_u16() {
            status @ 100..=599 => {
                let retry_after = retry_after::read(response.headers());
                Ok((Outcome::Answered { status, retry_after }, response))
            }
            _ => Err(Failure::Protocol),
        }
    }

    /// The start of the answer's body, as far as it comes.
    async fn body(&self, mut response: Response, bounds: &Bounds<'_>) -> Vec<u8> {
        let (mut kept, mut read) = (Vec::new(), 0);
        while read < self.options.max_answer
            && let Ok(Ok(Some(chunk))) = bounds.wait(response.chunk()).await
        {
            read += chunk.len();
            let room = self.options.kept_answer.saturating_sub(kept.len());
            kept.extend(chunk.iter().take(room));
        }
        kept
    }

    /// The request of the HTTP client.
    fn request(&self, request: Request) -> Result<reqwest::Request, Failure> {
        let url = target::read(&request.uri, &self.options.allowed).map_err(target::Refusal::failure)?;
        let method = request.method.parse().map_err(|_| Failure::Request)?;
        let mut sent = reqwest::Request::new(method, url);
        *sent.headers_mut() = headers(&request.headers).ok_or(Failure::Request)?;
        *sent.body_mut() = Some(request.body.into());
        Ok(sent)
    }
}

/// `None`, where a name or a value cannot be sent.
fn headers(headers: &[(String, String)]) -> Option<HeaderMap> {
    let mut sent = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().ok()?;
        // Not only ASCII.
        let mut value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        value.set_sensitive(true);
        sent.try_append(name, value).ok()?;
    }
    Some(sent)
}

/// What ends an attempt from outside.
struct Bounds<'a> {
    deadline: Instant,
    stop: &'a CancellationToken,
}

impl Bounds<'_> {
    /// Does nothing at all, if it is over already.
    async fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        if self.stop.is_cancelled() {
            return Err(Failure::Interrupted);
        }
        tokio::select! {
            biased;
            done = timeout_at(self.deadline, work) => done.map_err(|_| Failure::Timeout),
            () = self.stop.cancelled() => Err(Failure::Interrupted),
        }
    }
}
