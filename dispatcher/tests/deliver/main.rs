//! One attempt to deliver, to servers that behave and others that do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod answers;
mod guard;
mod server;
mod tls;

use std::time::Duration;

use hooksieve_dispatcher::core::{Failure, Outcome, Request};
use hooksieve_dispatcher::deliver::{Attempt, Client, ClientOptions};
use tokio_util::sync::CancellationToken;

/// Long, for a machine that is slow; and loopback is allowed.
fn options() -> ClientOptions {
    ClientOptions {
        connect_timeout: Duration::from_secs(60),
        timeout: Duration::from_secs(60),
        kept_answer: 16,
        max_answer: 64 << 10,
        allowed: vec!["127.0.0.0/8".parse().unwrap()],
        extra_roots: Vec::new(),
        user_agent: "hooksieve/test".to_owned(),
    }
}

fn client() -> Client {
    Client::new(options()).unwrap()
}

fn request(uri: impl Into<String>) -> Request {
    Request {
        method: "POST",
        uri: uri.into(),
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body: b"{\"a\": 1}".to_vec(),
        timeout: None,
    }
}

/// An attempt that nobody stops.
async fn send(client: &Client, request: Request) -> Attempt {
    client.send(request, &CancellationToken::new()).await
}

fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after: None }
}

fn failed(failure: Failure) -> Outcome {
    Outcome::Failed(failure)
}
