#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn delivery(attempt: u32) -> Delivery {
    Delivery {
        id: DeliveryId::from_bytes([1; 16]),
        listener: ListenerId::from_number(7),
        event: EventId::from_bytes([2; 16]),
        accepted_at: NOW,
        attempt,
    }
}

fn registration(fields: &str) -> Registration {
    let text = format!(
        r#"{{"httpMethod": "put", "uri": "https://example.org:81/secret?x", "event": "A", {fields}}}"#
    );
    Registration::from_json(&text).unwrap()
}

fn request(registration: &Registration, attempt: u32, now: Timestamp) -> Request {
    Request::new(&delivery(attempt), registration, br#"{"event":{"class":"A"}}"#, now).unwrap()
}

fn headers(request: &Request) -> Vec<(&str, &str)> {
    request.headers.iter().map(|(name, value)| (&**name, &**value)).collect()
}

#[test]
fn headers_and_their_order() {
    let registration = registration(
        r#""headers": {"X-A": "1", "x-b": "2", "content-type": "application/cloudevents+json"},
           "authMethod": "header", "authData": {"X-B": "3", "Authorization": "Bearer 123"},
           "delivery": {"timeout": 2.5, "signatures": [
               {"scheme": "nextcloud-webhooks", "secrets": ["yoursecret1234"]},
               {"scheme": "standard-webhooks", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}
           ]}"#,
    );
    let request = request(&registration, 3, NOW);
    assert_eq!((request.method, &*request.uri), ("PUT", "https://example.org:81/secret?x"));
    assert_eq!(request.timeout, Some(Duration::from_millis(2_500)));
    let names: Vec<&str> = headers(&request).iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "X-A",
            "content-type",
            "X-B",
            "Authorization",
            "webhook-id",
            "webhook-attempt",
            "X-Nextcloud-Webhooks",
            "webhook-timestamp",
            "webhook-signature",
        ]
    );
    let id = "msg_01010101010101010101010101010101";
    for header in
        [("X-B", "3"), ("webhook-id", id), ("webhook-attempt", "3"), ("webhook-timestamp", "1700000000")]
    {
        assert!(headers(&request).contains(&header), "{header:?}");
    }
    for signer in &registration.settings().signers {
        signer.verify(&request.headers, &request.body, NOW, Duration::ZERO).unwrap();
    }
}

#[test]
fn each_attempt_is_signed_anew() {
    let registration = registration(
        r#""delivery": {"signatures": [{"scheme": "standard-webhooks", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}]}"#,
    );
    let later = NOW.after(Duration::from_secs(60 * 60));
    let (first, second) = (request(&registration, 1, NOW), request(&registration, 2, later));
    assert_eq!(first.body, second.body);
    let changed: Vec<&str> = std::iter::zip(headers(&first), headers(&second))
        .filter(|(first, second)| first != second)
        .map(|((name, _), _)| name)
        .collect();
    assert_eq!(changed, ["webhook-attempt", "webhook-timestamp", "webhook-signature"]);
    for signer in &registration.settings().signers {
        signer.verify(&second.headers, &second.body, later, Duration::ZERO).unwrap();
    }
}

#[test]
fn without_settings() {
    let registration = registration(r#""authData": []"#);
    let request = request(&registration, 1, NOW);
    assert_eq!(
        headers(&request),
        [
            ("Content-Type", "application/json"),
            ("webhook-id", "msg_01010101010101010101010101010101"),
            ("webhook-attempt", "1"),
        ]
    );
    assert_eq!((request.body.as_slice(), request.timeout), (&br#"{"event":{"class":"A"}}"#[..], None));
}

#[test]
fn events_that_fit_no_body() {
    let result = Request::new(&delivery(1), &registration(r#""delivery": {}"#), b"{}", NOW);
    assert_eq!(result, Err(RequestError::Event));
    let any = registration(r#""delivery": {"body": "event"}"#);
    assert_eq!(Request::new(&delivery(1), &any, b" [1.0]", NOW).unwrap().body, b" [1.0]");
}

#[test]
fn nothing_secret_is_shown() {
    let registration = registration(r#""headers": {"X-A": "hidden"}"#);
    let shown = format!("{:?}", request(&registration, 1, NOW));
    assert_eq!(
        shown,
        r#"Request { method: "PUT", uri: "https://example.org:81", headers: ["X-A", "Content-Type", "webhook-id", "webhook-attempt"], body: 23 bytes, timeout: None }"#,
    );
}
