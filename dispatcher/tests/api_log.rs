//! The log of requests. In a process of its own: who logs first decides for all threads what is logged.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod api_support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use api_support::{ADMIN, Server, WEBHOOKS, guarded, request};
use axum::body::Body;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn requests_are_logged_without_what_is_in_them() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = Server::start(guarded()).await;
    let mut registration = server.registration("A");
    registration["headers"] = serde_json::json!({"X-Key": "hush"});
    let answer = server.post(&format!("{WEBHOOKS}?token=hush"), registration).await;
    let mut wrong = request("GET", "/listeners");
    wrong.headers_mut().unwrap().insert("authorization", "Basic aHVzaDpodXNo".parse().unwrap());
    server.send(wrong.body(Body::empty()).unwrap()).await;
    server.post("/events", "{\"hush\": hush}").await;

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = log.lines().filter(|line| line.contains("answered")).collect();
    assert_eq!(lines.len(), 3, "{log}");
    for part in
        ["method=POST", WEBHOOKS, "status=200", "client=127.0.0.1", answer.header("x-request-id").unwrap()]
    {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
    for secret in ["hush", "token", "password", "aHVzaDpodXNo", ADMIN.trim_start_matches("Basic ")] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
