//! The server.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Received, Share, SignatureCheck};
use crate::core::Timestamp;
use crate::core::signature::Signer;

/// What a receiver does.
#[derive(Debug, Clone)]
pub struct ReceiverOptions {
    /// Where it listens; port 0 takes a free one. By default, a free port of 127.0.0.1.
    pub address: SocketAddr,
    /// For the signatures that every request must have; others are answered 401. None by default: then nothing is
    /// verified.
    pub signers: Vec<Signer>,
    /// What is answered; 100 to 999. 204 by default.
    pub status: u16,
    /// Of the requests whose signatures are right, how many are failed. None by default.
    pub failing: Share,
    /// What those are answered; 100 to 999. 500 by default.
    pub failing_status: u16,
    /// How long an answer takes. No time by default.
    pub delay: Duration,
    /// The latest requests that are remembered. 1,000 by default.
    pub remembered: usize,
    /// Requests with a longer body, in bytes, are answered 413, and neither counted nor remembered. 1 MiB by default.
    pub max_body: usize,
}

impl Default for ReceiverOptions {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            signers: Vec::new(),
            status: 204,
            failing: Share::default(),
            failing_status: 500,
            delay: Duration::ZERO,
            remembered: 1_000,
            max_body: 1 << 20,
        }
    }
}

/// How many requests there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// In all.
    pub requests: u64,
    /// Of them, those that were failed on purpose.
    pub failed: u64,
    /// Of them, those whose signatures were wrong.
    pub wrong_signatures: u64,
}

/// A server that takes every request, whatever its method and path. It ends when it is dropped.
///
/// ```
/// use hooksieve_dispatcher::receiver::{Receiver, ReceiverOptions};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let receiver = Receiver::start(ReceiverOptions::default(), |received| println!("{received}")).await?;
/// println!("register {}", receiver.uri("/hook"));
/// assert_eq!(receiver.counts().requests, 0);
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    state: Arc<Shared>,
    server: JoinHandle<io::Result<()>>,
    stop: DropGuard,
}

/// What the server and its handle have in common.
struct Shared {
    options: ReceiverOptions,
    statuses: [StatusCode; 2],
    on_request: Box<dyn Fn(&Received) + Send + Sync>,
    counts: watch::Sender<Counts>,
    remembered: Mutex<VecDeque<Arc<Received>>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Receiver {
    /// Starts to listen. `on_request` sees each request before it is answered.
    ///
    /// # Errors
    ///
    /// Where the address is taken, or a status is none.
    pub async fn start(
        options: ReceiverOptions,
        on_request: impl Fn(&Received) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let status = |number| {
            StatusCode::from_u16(number).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
        };
        let statuses = [status(options.status)?, status(options.failing_status)?];
        let listener = TcpListener::bind(options.address).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Shared {
            options,
            statuses,
            on_request: Box::new(on_request),
            counts: watch::Sender::new(Counts::default()),
            remembered: Mutex::default(),
        });
        let router = Router::new().fallback(receive).with_state(Arc::clone(&state));
        let stop = CancellationToken::new();
        let server = axum::serve(listener, router).with_graceful_shutdown(stop.clone().cancelled_owned());
        Ok(Self { address, state, server: tokio::spawn(server.into_future()), stop: stop.drop_guard() })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A URI of it; the path starts with `/`.
    #[must_use]
    pub fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many requests there were so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.state.counts.borrow()
    }

    /// Waits until the counts are as they should be. It may be for ever.
    pub async fn until(&self, is_reached: impl FnMut(&Counts) -> bool) -> Counts {
        let mut counts = self.state.counts.subscribe();
        // The sender is there as long as this.
        counts.wait_for(is_reached).await.map_or_else(|_| self.counts(), |counts| *counts)
    }

    /// The latest requests, in the order in which they came.
    #[must_use]
    pub fn received(&self) -> Vec<Arc<Received>> {
        self.state.remembered.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Stops to listen, and waits until the requests that are there are answered.
    ///
    /// # Errors
    ///
    /// Where the server has failed.
    pub async fn stop(self) -> io::Result<()> {
        drop(self.stop);
        self.server.await.map_err(io::Error::other)?
    }

    /// Waits until the server ends, which it does of itself only where it fails.
    ///
    /// # Errors
    ///
    /// Why it has failed.
    pub async fn run(self) -> io::Result<()> {
        self.server.await.map_err(io::Error::other)?
    }
}

async fn receive(State(state): State<Arc<Shared>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, state.options.max_body).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let headers = head.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let received = Received {
        number: 0,
        received_at: now(),
        method: head.method.as_str().to_owned(),
        path: head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        headers: headers.collect(),
        body: body.into(),
        signature: SignatureCheck::NotChecked,
        status: 0,
    };
    let status = state.take(received);
    tokio::time::sleep(state.options.delay).await;
    (status, Body::empty()).into_response()
}

impl Shared {
    /// Counts and remembers a request, and says what it is answered.
    fn take(&self, mut received: Received) -> StatusCode {
        received.signature = self.verify(&received);
        let [right, failing] = self.statuses;
        let mut status = right;
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        // Under the lock until the end, so that requests are in the order of their numbers.
        let mut counts = *self.counts.borrow();
        let verified = counts.requests - counts.wrong_signatures;
        counts.requests += 1;
        if let SignatureCheck::Wrong(_) = received.signature {
            counts.wrong_signatures += 1;
            status = StatusCode::UNAUTHORIZED;
        } else if self.options.failing.picks(verified) {
            counts.failed += 1;
            status = failing;
        }
        received.number = counts.requests;
        received.status = status.as_u16();
        (self.on_request)(&received);
        remembered.push_back(Arc::new(received));
        while remembered.len() > self.options.remembered {
            remembered.pop_front();
        }
        self.counts.send_replace(counts);
        status
    }

    fn verify(&self, received: &Received) -> SignatureCheck {
        let verify = |signer: &Signer| {
            signer.verify(&received.headers, &received.body, received.received_at, Signer::TOLERANCE)
        };
        match self.options.signers.iter().try_for_each(verify) {
            Ok(()) if self.options.signers.is_empty() => SignatureCheck::NotChecked,
            Ok(()) => SignatureCheck::Valid,
            Err(error) => SignatureCheck::Wrong(error),
        }
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::default().after(since)
}
