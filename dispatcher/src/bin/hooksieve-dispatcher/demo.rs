//! `hooksieve-dispatcher demo`: all of it at once, on events that ship with it.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hooksieve_dispatcher::core::signature::{SignatureScheme, Signer};
use hooksieve_dispatcher::receiver::{Receiver, ReceiverOptions, Share};
use hooksieve_dispatcher::run::Dispatcher;
use hooksieve_dispatcher::store::MasterKey;
use serde_json::{Value, json};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::receive::one_line;
use crate::serve::{ApiSettings, stop_on_signals};
use crate::settings::{DeliverySettings, StoreSettings};

/// The sample events of the project, a line each.
const EVENTS: &str = include_str!("../../../../examples/events.ndjson");

/// Run the dispatcher on sample events, with a receiver that prints what arrives
///
/// Registers a few listeners, sends a thousand sample events, and serves the API and the page until Ctrl-C. The
/// receiver fails now and then, so that there is something to be tried again. The store is in a temporary folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// End when all events are delivered
    #[arg(long)]
    once: bool,
    /// Events a second
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rate: u32,
    /// Of the requests, how many the receiver fails
    #[arg(long, value_name = "SHARE", default_value = "1/10")]
    fail: Share,
    /// Print all of each request: headers and body
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    api: ApiSettings,
    #[command(flatten)]
    deliveries: DeliverySettings,
}

impl Demo {
    pub(crate) async fn run(mut self) -> Result<ExitCode> {
        self.api.start_logs("warn");
        let listener = self.api.listen().await?;
        let address = listener.local_addr()?;
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let store = StoreSettings { database: folder.path().join("store.db"), key_file: None };
        self.deliveries.allow_loopback();
        let options = self.deliveries.options(store.options())?;
        let dispatcher = Dispatcher::start(options, MasterKey::generate().context("no key")?).await?;

        let (receiver, secret) = self.receiver().await?;
        for registration in registrations(&receiver, &secret) {
            dispatcher.register(&registration.to_string()).await?;
        }
        println!("page and API: http://{address}/");
        println!("receiver:     {}", receiver.uri("/"));

        let stop = stop_on_signals();
        let sending = tokio::spawn(send(dispatcher.clone(), self.rate, stop.clone(), self.once));
        self.api.serve(listener, dispatcher, stop).await?;
        let sent = sending.await??;
        let counts = receiver.counts();
        println!(
            "{sent} events, {} requests, {} of them failed on purpose, {} with a wrong signature",
            counts.requests, counts.failed, counts.wrong_signatures
        );
        receiver.stop().await?;
        Ok(ExitCode::SUCCESS)
    }

    /// The receiver, and the secret that all deliveries are signed with.
    async fn receiver(&self) -> Result<(Receiver, String)> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).context("no random numbers")?;
        let secret = format!("whsec_{}", BASE64_STANDARD.encode(random));
        let options = ReceiverOptions {
            signers: vec![Signer::new(SignatureScheme::StandardWebhooks, &[&secret])?],
            failing: self.fail,
            failing_status: 503,
            ..ReceiverOptions::default()
        };
        let is_verbose = self.verbose;
        let receiver = Receiver::start(options, move |received| {
            if is_verbose { println!("{received}") } else { println!("{}", one_line(received)) }
        });
        Ok((receiver.await.context("the receiver does not start")?, secret))
    }
}

/// One for each kind of events in the samples, and one whose user is seen seldom.
fn registrations(receiver: &Receiver, secret: &str) -> impl Iterator<Item = Value> {
    let listeners = [
        ("/rows-of-table-42", r"OCA\Tables\Event\RowUpdatedEvent", json!({"event.tableId": 42}), "nextcloud"),
        (
            "/new-pdfs",
            r"OCP\Files\Events\Node\NodeCreatedEvent",
            json!({"event.node.path": {"$endsWith": ".pdf"}}),
            "nextcloud",
        ),
        (
            "/flow-pdfs",
            r"OCA\WorkflowEngine\Entity\File",
            json!({"node.mimeType": "application/pdf"}),
            "event",
        ),
        ("/objects", r"OCA\OpenRegister\Event\ObjectCreatedEvent", json!([]), "openregister"),
        ("/forms", r"OCA\Forms\Events\FormSubmittedEvent", json!({"user.uid": {"$ne": "bob"}}), "nextcloud"),
    ];
    let retry = json!({"delays": [1, 2, 5, 10], "jitter": 0.2, "on": "every-failure"});
    let signatures = json!([{"scheme": "standard-webhooks", "secrets": [secret]}]);
    listeners
        .map(|(path, class, filter, body)| {
            json!({
                "httpMethod": "POST",
                "uri": receiver.uri(path),
                "event": class,
                "eventFilter": filter,
                "delivery": {"body": body, "retry": retry, "signatures": signatures},
            })
        })
        .into_iter()
}

/// Sends the samples, until it is asked to stop; and stops everything, if that is the end.
async fn send(dispatcher: Dispatcher, rate: u32, stop: CancellationToken, is_once: bool) -> Result<usize> {
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = 0;
    for event in EVENTS.lines() {
        tokio::select! {
            () = stop.cancelled() => return Ok(sent),
            _ = ticks.tick() => {}
        }
        dispatcher.accept(event.as_bytes(), false, None).await?;
        sent += 1;
    }
    if is_once {
        wait_until_idle(&dispatcher).await?;
        stop.cancel();
    }
    ensure!(sent > 0, "there are no sample events");
    Ok(sent)
}

/// Nothing is waiting for an attempt.
async fn wait_until_idle(dispatcher: &Dispatcher) -> Result<()> {
    while dispatcher.listeners().await?.iter().any(|listener| listener.health.pending > 0) {
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
