//! The program itself, as somebody starts it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

/// The program at work on a store. It is killed when this is dropped.
pub(crate) struct Program {
    child: Child,
    address: String,
    client: Client,
}

impl Program {
    /// Starts it on the store in a folder, and waits until it listens.
    pub(crate) fn start(folder: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hooksieve-dispatcher"))
            .args(["serve", "--listen", "127.0.0.1:0", "--allow", "127.0.0.0/8", "--database"])
            .arg(folder.join("store.db"))
            .args(more)
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().trim_start_matches("hooksieve-dispatcher: ").to_owned();
        assert!(address.starts_with("http://127.0.0.1:"), "it has not started: {line:?}");
        Self { child, address, client: client() }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power failure would: SIGKILL.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    /// Registers a listener.
    pub(crate) async fn register(&self, registration: &Value) -> (StatusCode, Value) {
        let request = self
            .post("ocs/v2.php/apps/webhook_listeners/api/v1/webhooks")
            .header("OCS-APIRequest", "true")
            .header("Content-Type", "application/json")
            .body(registration.to_string());
        let answer = request.send().await.unwrap();
        (answer.status(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
    }

    /// Sends events, a line each; false, if they were not acknowledged.
    pub(crate) async fn send(&self, lines: String) -> bool {
        let request = self.post("events").header("Content-Type", "application/x-ndjson").body(lines);
        request.send().await.is_ok_and(|answer| answer.status() == StatusCode::ACCEPTED)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A client for plain HTTP.
pub(crate) fn client() -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap()
}
