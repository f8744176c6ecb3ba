//! `hooksieve-dispatcher receive`: what a receiver sees.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use hooksieve_dispatcher::core::signature::{SignatureScheme, Signer};
use hooksieve_dispatcher::receiver::{Received, Receiver, ReceiverOptions, Share};
use serde_json::Value;

use crate::serve::{secret, stop_on_signals};

/// The secret itself, for machines that hand secrets over in the environment.
const SECRET_VARIABLE: &str = "HOOKSIEVE_SIGNATURE_SECRET";

/// Receive deliveries, and print them: to try listeners out
#[derive(Debug, clap::Args)]
pub(crate) struct Receive {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8421")]
    listen: SocketAddr,
    /// How deliveries are signed; needs a secret. Without it signatures are not verified
    #[arg(long, value_name = "SCHEME", value_parser = scheme)]
    scheme: Option<SignatureScheme>,
    /// The file with the secret of the signatures; HOOKSIEVE_SIGNATURE_SECRET, if it is set, is the secret itself
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Of the requests, how many are answered 500: `1/3`, or `30%`
    #[arg(long, value_name = "SHARE", default_value = "0/1")]
    fail: Share,
    /// What the others are answered
    #[arg(long, value_name = "STATUS", default_value_t = 204, value_parser = clap::value_parser!(u16).range(200..=599))]
    status: u16,
    /// Milliseconds until the answer
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    delay: u64,
    /// Print a line for each request, instead of all of it
    #[arg(long)]
    brief: bool,
}

fn scheme(text: &str) -> Result<SignatureScheme, String> {
    let all = SignatureScheme::ALL;
    all.iter().copied().find(|scheme| scheme.as_str() == text).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|scheme| scheme.as_str()).collect();
        format!("expected {}", names.join(", "))
    })
}

impl Receive {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let mut signers = Vec::new();
        if let Some(scheme) = self.scheme {
            let secret = secret(SECRET_VARIABLE, self.secret_file.as_deref())?
                .with_context(|| format!("--scheme needs a secret: --secret-file, or {SECRET_VARIABLE}"))?;
            signers.push(Signer::new(scheme, &[secret.as_str()])?);
        }
        let options = ReceiverOptions {
            address: self.listen,
            signers,
            status: self.status,
            failing: self.fail,
            delay: Duration::from_millis(self.delay),
            remembered: 0,
            ..ReceiverOptions::default()
        };
        let print = move |received: &Received| {
            if self.brief { println!("{}", one_line(received)) } else { println!("{received}\n") }
        };
        let receiver = Receiver::start(options, print).await.context("the receiver does not start")?;
        println!("receiver: {}", receiver.uri("/"));
        stop_on_signals().cancelled().await;
        receiver.stop().await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A request in a line: where it went, what came of it, and of which class and user the event is.
pub(crate) fn one_line(received: &Received) -> String {
    let body: Value = serde_json::from_slice(&received.body).unwrap_or_default();
    let class = ["/event/class", "/eventType", "/event"];
    let class = class.iter().find_map(|pointer| body.pointer(pointer)?.as_str()).unwrap_or("?");
    let user = body.pointer("/user/uid").and_then(Value::as_str).map(|user| format!(" by {user}"));
    let (number, status) = (received.number, received.status);
    format!(
        "#{number} {} {} {status}, {}: {}{}",
        received.method,
        plain(&received.path),
        received.signature,
        plain(class),
        plain(&user.unwrap_or_default())
    )
}

/// What would move the cursor or change colours is replaced.
fn plain(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}
