//! One attempt to deliver, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::core::{Outcome, Request};

/// What bounds an attempt, and where it may go.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// For name resolution, connection and TLS.
    pub connect_timeout: Duration,
    /// For all of it, the answer read.
    pub timeout: Duration,
    /// How many bytes of an answer are kept.
    pub kept_answer: usize,
    /// How many bytes of an answer are read at most; then the connection is closed.
    pub max_answer: usize,
    /// Networks that deliveries may go to although they are not public.
    pub allowed: Vec<ipnet::IpNet>,
    /// Certificate authorities beside those of Mozilla, as PEM.
    pub extra_roots: Vec<u8>,
    /// `User-Agent`, where the registration has none.
    pub user_agent: String,
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

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    _inner: Arc<()>,
}

/// Why no client can be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ClientError(String);

impl Client {
    /// A client.
    ///
    /// # Errors
    ///
    /// [`ClientError`], where the certificate authorities cannot be read.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let _ = options;
        todo!()
    }

    /// Makes one attempt. Follows no redirects, uses no proxy. Ends early, as
    /// [`Interrupted`](crate::core::Failure::Interrupted), when `stop` is cancelled.
    pub async fn send(&self, request: Request, stop: &CancellationToken) -> Attempt {
        let _ = (request, stop);
        todo!()
    }

    /// Why deliveries to a URI would always be refused, if that can be told without resolving a name.
    #[must_use]
    pub fn refuses(&self, uri: &str) -> Option<String> {
        let _ = uri;
        todo!()
    }
}
