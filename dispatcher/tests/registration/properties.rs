//! Registrations of all kinds, most of them wrong.

use hooksieve_dispatcher::core::Registration;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::STANDARD;
use super::secrets::WITH_SECRETS;

/// Parts of registrations, right and wrong.
fn values() -> impl Strategy<Value = Value> {
    const WORDS: [&str; 11] = [
        "nextcloud",
        "openregister",
        "standard-webhooks",
        "every-failure",
        "[redacted]",
        "never",
        "https://example.org",
        "POST",
        STANDARD,
        "header",
        "",
    ];
    const NAMES: [&str; 20] = [
        "event",
        "uri",
        "httpMethod",
        "headers",
        "authData",
        "authMethod",
        "delivery",
        "body",
        "retry",
        "delays",
        "jitter",
        "on",
        "disableAfter",
        "signatures",
        "scheme",
        "secrets",
        "timeout",
        "eventFilter",
        "tokenNeeded",
        "x",
    ];
    let leaf = prop_oneof![
        prop::sample::select(WORDS.as_slice()).prop_map(Value::from),
        (-10..200).prop_map(Value::from),
        (0.0..2.0f64).prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let member = (prop::sample::select(NAMES.as_slice()).prop_map(str::to_owned), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Value::from),
            prop::collection::vec(member, 0..5).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Settings of which each is right by itself most of the time.
fn settings() -> impl Strategy<Value = Value> {
    let retry = prop_oneof![
        Just(json!("standard-webhooks")),
        (prop::collection::vec(0..604_801u32, 0..4), 0.0..1.01f64)
            .prop_map(|(delays, jitter)| json!({"delays": delays, "jitter": jitter})),
        (0..4u32, 0..400u32).prop_map(|(deliveries, seconds)| {
            json!({"delays": [], "disableAfter": {"deliveries": deliveries, "seconds": seconds}})
        }),
    ];
    let schemes = ["standard-webhooks", "openregister", "nextcloud-webhooks"].as_slice();
    let signature = (prop::sample::select(schemes), 1..3usize)
        .prop_map(|(scheme, count)| json!({"scheme": scheme, "secrets": vec![STANDARD; count]}));
    let body = prop::sample::select(["nextcloud", "openregister", "event"].as_slice());
    (body, retry, prop::collection::vec(signature, 0..3), 1.0..121.0f64).prop_map(
        |(body, retry, signatures, timeout)| {
            json!({"body": body, "retry": retry, "signatures": signatures, "timeout": timeout})
        },
    )
}

proptest! {
    /// Whatever is sent: it is read, and then read again as it was stored and as it was shown; or refused, in order and
    /// within the text.
    #[test]
    fn read_or_refused(settings in prop_oneof![values(), settings()], others in values()) {
        let mut registration = json!({"httpMethod": "POST", "uri": "https://example.org", "event": "A"});
        let fields = registration.as_object_mut().unwrap();
        fields.insert("delivery".to_owned(), settings);
        if let Some(others) = others.as_object() {
            fields.extend(others.clone());
        }
        let text = registration.to_string();
        match Registration::from_json(&text) {
            Ok(read) => {
                let stored = read.to_value_with_secrets();
                let again = Registration::from_json(&stored.to_string()).unwrap();
                prop_assert_eq!(again.to_value_with_secrets(), stored.clone());
                let same = Registration::replacing(&read.to_value().to_string(), &read).unwrap();
                prop_assert_eq!(same.to_value_with_secrets(), stored);
            }
            Err(error) => {
                prop_assert!(!error.problems.is_empty());
                let ranges = || error.problems.iter().map(|problem| problem.range.clone().unwrap());
                prop_assert!(ranges().map(|range| range.start).is_sorted());
                prop_assert!(ranges().all(|range| text.get(range).is_some()));
            }
        }
    }

    /// Texts that are cut off, or of which a part is something else.
    #[test]
    fn broken_texts(
        at in 0..WITH_SECRETS.len(),
        with in prop::sample::select(["", "\"", "}", ",", "\\", "é", "[redacted]"].as_slice()),
    ) {
        let Some((start, end)) = WITH_SECRETS.split_at_checked(at) else { return Ok(()) };
        prop_assert!(Registration::from_json(start).is_err());
        if let Err(error) = Registration::from_json(&format!("{start}{with}{end}")) {
            prop_assert!(!error.problems.is_empty());
        }
    }
}
