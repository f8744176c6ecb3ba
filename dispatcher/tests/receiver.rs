//! The receiver, to which the client of the dispatcher delivers.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hooksieve_dispatcher::core::signature::{SignatureScheme, Signer, VerifyError};
use hooksieve_dispatcher::core::{Outcome, Request, Timestamp};
use hooksieve_dispatcher::deliver::{Client, ClientOptions};
use hooksieve_dispatcher::receiver::{Counts, Receiver, ReceiverOptions, SignatureCheck};
use tokio_util::sync::CancellationToken;

async fn receiver(options: ReceiverOptions) -> Receiver {
    Receiver::start(options, |_| {}).await.unwrap()
}

/// Sends a body with headers; the status of the answer.
async fn send(receiver: &Receiver, headers: Vec<(String, String)>, body: &[u8]) -> u16 {
    let client = Client::new(ClientOptions {
        connect_timeout: Duration::from_secs(60),
        timeout: Duration::from_secs(60),
        kept_answer: 1024,
        max_answer: 1024,
        allowed: vec!["127.0.0.0/8".parse().unwrap()],
        extra_roots: Vec::new(),
        user_agent: "hooksieve/test".to_owned(),
    })
    .unwrap();
    let uri = receiver.uri("/hook?a=1");
    let request = Request { method: "POST", uri, headers, body: body.to_vec(), timeout: None };
    match client.send(request, &CancellationToken::new()).await.outcome {
        Outcome::Answered { status, .. } => status,
        Outcome::Failed(failure) => panic!("{failure:?}"),
    }
}

#[tokio::test]
async fn what_arrives_is_shown_and_remembered() {
    let shown = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&shown);
    let receiver = Receiver::start(ReceiverOptions::default(), move |received| {
        *sink.lock().unwrap() += &received.to_string();
    })
    .await
    .unwrap();
    let headers = [("webhook-id", "msg_1"), ("Authorization", "Bearer secret"), ("X-Colour", "\u{9b}31m")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(send(&receiver, headers.into(), b"{\"a\":\n 1}").await, 204);
    let shown = shown.lock().unwrap().clone();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[0], "#1 POST /hook?a=1: signature not checked; answered 204");
    for line in
        ["  webhook-id: msg_1", "  authorization: [redacted]", r"  x-colour: \u{9b}31m", "  {\"a\":", "   1}"]
    {
        assert!(lines.contains(&line), "{shown}");
    }
    let received = receiver.received().remove(0);
    assert_eq!((received.delivery_id(), &*received.body), (Some("msg_1"), &b"{\"a\":\n 1}"[..]));
    assert_eq!(received.header("AUTHORIZATION"), Some("Bearer secret"));
    assert!(!format!("{received:?}").contains("secret"));
    receiver.stop().await.unwrap();
}

#[tokio::test]
async fn long_bodies_are_cut() {
    let receiver = receiver(ReceiverOptions { max_body: 5_000, ..ReceiverOptions::default() }).await;
    assert_eq!(send(&receiver, Vec::new(), &b"x".repeat(5_000)).await, 204);
    assert_eq!(send(&receiver, Vec::new(), &b"x".repeat(5_001)).await, 413);
    assert_eq!(receiver.counts().requests, 1);
    assert!(receiver.received()[0].to_string().ends_with("\n  … 904 bytes more"));
}

#[tokio::test]
async fn fails_as_often_as_it_is_told_to() {
    let options = ReceiverOptions {
        failing: "1/3".parse().unwrap(),
        failing_status: 503,
        ..ReceiverOptions::default()
    };
    let receiver = receiver(options).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(send(&receiver, Vec::new(), b"{}").await);
    }
    assert_eq!(statuses, [204, 204, 503, 204, 204, 503]);
    assert_eq!(receiver.counts(), Counts { requests: 6, failed: 2, wrong_signatures: 0 });
}

#[tokio::test]
async fn remembers_the_latest() {
    let receiver =
        receiver(ReceiverOptions { remembered: 2, status: 200, ..ReceiverOptions::default() }).await;
    for _ in 0..5 {
        assert_eq!(send(&receiver, Vec::new(), b"{}").await, 200);
    }
    let numbers: Vec<u64> = receiver.received().iter().map(|received| received.number).collect();
    assert_eq!(numbers, [4, 5]);
    assert_eq!(receiver.until(|counts| counts.requests >= 5).await.requests, 5);
}

#[tokio::test]
async fn answers_late() {
    let delay = Duration::from_millis(200);
    let receiver = receiver(ReceiverOptions { delay, ..ReceiverOptions::default() }).await;
    let start = std::time::Instant::now();
    assert_eq!(send(&receiver, Vec::new(), b"{}").await, 204);
    assert!(start.elapsed() >= delay);
}

#[tokio::test]
async fn signatures() {
    let body = b"{\"test\": 1}";
    let signer = |scheme, secret| Signer::new(scheme, &[secret]).unwrap();
    let signers = vec![
        signer(SignatureScheme::NextcloudWebhooks, "yoursecret1234"),
        signer(SignatureScheme::OpenRegister, "your-secret-key"),
    ];
    let receiver = receiver(ReceiverOptions { signers: signers.clone(), ..ReceiverOptions::default() }).await;
    let headers: Vec<_> =
        signers.iter().flat_map(|signer| signer.sign("msg_1", Timestamp::default(), body)).collect();
    let other = b"{\"test\": 2}";
    assert_eq!(send(&receiver, headers.clone(), body).await, 204);
    assert_eq!(send(&receiver, headers.clone(), other).await, 401);
    assert_eq!(send(&receiver, headers[..1].to_vec(), body).await, 401);
    assert_eq!(send(&receiver, Vec::new(), body).await, 401);
    let checks: Vec<SignatureCheck> = receiver.received().iter().map(|received| received.signature).collect();
    assert_eq!(
        checks,
        [
            SignatureCheck::Valid,
            SignatureCheck::Wrong(VerifyError::WrongSignature),
            SignatureCheck::Wrong(VerifyError::MissingHeader("X-Webhook-Signature")),
            SignatureCheck::Wrong(VerifyError::MissingHeader("X-Nextcloud-Webhooks")),
        ]
    );
    assert_eq!(receiver.counts(), Counts { requests: 4, failed: 0, wrong_signatures: 3 });
}

/// Standard Webhooks signs the time: what was recorded long ago is refused.
#[tokio::test]
async fn recorded_requests() {
    let signer =
        Signer::new(SignatureScheme::StandardWebhooks, &["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).unwrap();
    let receiver =
        receiver(ReceiverOptions { signers: vec![signer.clone()], ..ReceiverOptions::default() }).await;
    let recorded = signer.sign("msg_1", Timestamp::from_millis(1_614_265_330_000), b"{}");
    assert_eq!(send(&receiver, recorded, b"{}").await, 401);
    assert_eq!(receiver.received()[0].signature, SignatureCheck::Wrong(VerifyError::TooOld));
}

#[tokio::test]
async fn addresses_and_statuses_that_cannot_be() {
    let receiver = receiver(ReceiverOptions::default()).await;
    let address = receiver.address();
    let taken = Receiver::start(ReceiverOptions { address, ..ReceiverOptions::default() }, |_| {}).await;
    assert!(taken.is_err());
    let options = ReceiverOptions { status: 99, ..ReceiverOptions::default() };
    assert!(Receiver::start(options, |_| {}).await.is_err());
}
