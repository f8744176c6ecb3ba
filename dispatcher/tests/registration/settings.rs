//! The field `delivery`.

use std::time::Duration;

use hooksieve_dispatcher::core::signature::SignatureScheme;
use hooksieve_dispatcher::core::{BodyFormat, Registration, Timestamp};
use serde_json::json;

use super::{OTHER, STANDARD, assert_refused, read, text, with_delivery};

#[test]
fn every_setting_is_read() {
    let registration = read(&format!(
        r#""delivery": {{
            "body": "openregister",
            "retry": {{"delays": [0, 1.5, 604800], "jitter": 0.25, "on": "every-failure", "disableAfter": {{"deliveries": 3}}}},
            "signatures": [
                {{"scheme": "standard-webhooks", "secrets": ["{STANDARD}", "{OTHER}"]}},
                {{"scheme": "openregister", "secrets": ["your-secret-key"]}},
                {{"scheme": "nextcloud-webhooks", "secrets": ["yoursecret1234"]}}
            ],
            "timeout": 2.5
        }}"#
    ));
    let settings = registration.settings();
    assert_eq!(settings.body, BodyFormat::OpenRegister);
    assert_eq!(settings.timeout, Some(Duration::from_millis(2_500)));
    assert_eq!((settings.retry.max_attempts(), settings.retry.preset()), (4, None));
    let since = Some(Timestamp::from_millis(0));
    let day = 24 * 60 * 60 * 1_000;
    assert!(settings.retry.disable_after(2, since, Timestamp::from_millis(9 * day)).is_none());
    assert!(settings.retry.disable_after(3, since, Timestamp::from_millis(5 * day)).is_some());
    let schemes: Vec<SignatureScheme> = settings.signers.iter().map(|signer| signer.scheme()).collect();
    assert_eq!(
        schemes,
        [
            SignatureScheme::StandardWebhooks,
            SignatureScheme::OpenRegister,
            SignatureScheme::NextcloudWebhooks
        ]
    );
    assert_eq!(
        registration.to_value()["delivery"],
        json!({
            "body": "openregister",
            "retry": {
                "delays": [0, 1.5, 604_800],
                "jitter": 0.25,
                "on": "every-failure",
                "disableAfter": {"deliveries": 3, "seconds": 432_000},
            },
            "signatures": [
                {"scheme": "standard-webhooks", "secrets": ["[redacted]", "[redacted]"]},
                {"scheme": "openregister", "secrets": ["[redacted]"]},
                {"scheme": "nextcloud-webhooks", "secrets": ["[redacted]"]},
            ],
            "timeout": 2.5,
        })
    );
}

#[test]
fn what_is_null_or_empty_is_absent() {
    let default = read("").to_value();
    for settings in
        ["null", "{}", "[]", r#"{"body": null, "retry": null, "signatures": null, "timeout": null}"#]
    {
        assert_eq!(read(&format!(r#""delivery": {settings}"#)).to_value(), default, "{settings}");
    }
    let never = read(r#""delivery": {"retry": {"delays": [], "disableAfter": "never"}, "signatures": []}"#);
    assert_eq!(
        never.to_value()["delivery"]["retry"],
        json!({"delays": [], "jitter": 0.0, "on": "no-answer-and-5xx", "disableAfter": "never"})
    );
}

#[test]
fn settings_that_are_wrong() {
    for (settings, expected) in [
        ("5", "/delivery <5> `delivery`: expected an object, found a number"),
        ("[1]", "/delivery <[1]> `delivery`: expected an object, found an array"),
        (
            r#"{"x": 1}"#,
            "/delivery/x <\"x\"> `delivery`: unknown field `x`; there are `body`, `retry`, `signatures` and `timeout`",
        ),
        (
            r#"{"body": "event", "body": "event"}"#,
            "/delivery/body <\"body\"> `delivery`: duplicate field `body`",
        ),
        (
            r#"{"body": "events"}"#,
            "/delivery/body <\"events\"> `body`: expected `nextcloud`, `openregister` or `event`, found another word; did you mean `event`?",
        ),
        (
            r#"{"body": 1}"#,
            "/delivery/body <1> `body`: expected `nextcloud`, `openregister` or `event`, found a number",
        ),
        (
            r#"{"retry": []}"#,
            "/delivery/retry <[]> `retry`: expected `openregister`, `standard-webhooks` or `nextcloud`, or an object with `delays`, found an array",
        ),
        (r#"{"retry": {"jitter": 1}}"#, "/delivery/retry <{\"jitter\": 1}> `retry`: `delays` is missing"),
        (
            r#"{"retry": {"delays": 5}}"#,
            "/delivery/retry/delays <5> `delays`: expected an array of seconds, found a number",
        ),
        (
            r#"{"retry": {"delays": [5, -1]}}"#,
            "/delivery/retry/delays/1 <-1> `delays`: expected a number of seconds from 0 to 604800, found `-1`",
        ),
        (
            r#"{"retry": {"delays": [604800.5]}}"#,
            "/delivery/retry/delays/0 <604800.5> `delays`: expected a number of seconds from 0 to 604800, found `604800.5`",
        ),
        (
            r#"{"retry": {"delays": [1e400]}}"#,
            "/delivery/retry/delays/0 <1e400> `delays`: expected a number of seconds from 0 to 604800, found `1e400`",
        ),
        (
            r#"{"retry": {"delays": [], "jitter": 1.1}}"#,
            "/delivery/retry/jitter <1.1> `jitter`: expected a number from 0 to 1, found `1.1`",
        ),
        (
            r#"{"retry": {"delays": [], "on": "5xx"}}"#,
            "/delivery/retry/on <\"5xx\"> `on`: expected `no-answer-and-5xx` or `every-failure`, found another word",
        ),
        (
            r#"{"retry": {"delays": [], "disableAfter": 5}}"#,
            "/delivery/retry/disableAfter <5> `disableAfter`: expected `never`, or an object with `deliveries` and `seconds`, found a number",
        ),
        (
            r#"{"retry": {"delays": [], "disableAfter": "nver"}}"#,
            "/delivery/retry/disableAfter <\"nver\"> `disableAfter`: expected `never`, or an object with `deliveries` and `seconds`, found another word; did you mean `never`?",
        ),
        (
            r#"{"retry": {"delays": [], "disableAfter": {"deliveries": 0}}}"#,
            "/delivery/retry/disableAfter/deliveries <0> `deliveries`: expected a whole number from 1 to 1000000, found `0`",
        ),
        (
            r#"{"retry": {"delays": [], "disableAfter": {"deliveries": 1.5}}}"#,
            "/delivery/retry/disableAfter/deliveries <1.5> `deliveries`: expected a whole number from 1 to 1000000, found `1.5`",
        ),
        (
            r#"{"signatures": {}}"#,
            "/delivery/signatures <{}> `signatures`: expected an array of objects, found an object",
        ),
        (
            r#"{"signatures": ["x"]}"#,
            "/delivery/signatures/0 <\"x\"> `signatures`: expected an object, found a string",
        ),
        (
            r#"{"signatures": [{"secrets": ["x"]}]}"#,
            "/delivery/signatures/0 <{\"secrets\": [\"x\"]}> `signatures`: `scheme` is missing",
        ),
        (
            r#"{"signatures": [{"scheme": "openregister"}]}"#,
            "/delivery/signatures/0 <{\"scheme\": \"openregister\"}> `signatures`: `secrets` is missing",
        ),
        (
            r#"{"signatures": [{"scheme": "hidden", "secrets": ["x"]}]}"#,
            "/delivery/signatures/0/scheme <\"hidden\"> `scheme`: expected `standard-webhooks`, `openregister` or `nextcloud-webhooks`, found another word",
        ),
        (
            r#"{"signatures": [{"scheme": "openregister", "secrets": "x"}]}"#,
            "/delivery/signatures/0/secrets <\"x\"> `secrets`: expected an array of strings, found a string",
        ),
        (
            r#"{"signatures": [{"scheme": "openregister", "secrets": []}]}"#,
            "/delivery/signatures/0/secrets <[]> `secrets`: expected one secret, found 0",
        ),
        (
            r#"{"signatures": [{"scheme": "openregister", "secrets": ["a", "b"]}]}"#,
            "/delivery/signatures/0/secrets <[\"a\", \"b\"]> `secrets`: expected one secret, found 2; the scheme has a place for one signature only",
        ),
        (
            r#"{"signatures": [{"scheme": "openregister", "secrets": [""]}]}"#,
            "/delivery/signatures/0/secrets/0 <\"\"> `secrets`: expected a secret of 1 to 1024 bytes, found 0",
        ),
        (
            r#"{"signatures": [{"scheme": "openregister", "secrets": [1]}]}"#,
            "/delivery/signatures/0/secrets/0 <1> `secrets`: expected a string, found a number",
        ),
        (
            r#"{"signatures": [{"scheme": "standard-webhooks", "secrets": ["yoursecret-1234"]}]}"#,
            "/delivery/signatures/0/secrets/0 <\"yoursecret-1234\"> `secrets`: expected base64, with or without `whsec_` before it",
        ),
        (
            r#"{"signatures": [{"scheme": "standard-webhooks", "secrets": ["AAAA"]}]}"#,
            "/delivery/signatures/0/secrets/0 <\"AAAA\"> `secrets`: expected base64 of 24 to 64 bytes, found 3",
        ),
        (
            r#"{"signatures": [{"scheme": "openregister", "secrets": ["a"]}, {"scheme": "openregister", "secrets": ["b"]}]}"#,
            "/delivery/signatures/1/scheme <\"openregister\"> `signatures`: `openregister` is there twice",
        ),
        (
            r#"{"timeout": 0.5}"#,
            "/delivery/timeout <0.5> `timeout`: expected a number of seconds from 1 to 120, found `0.5`",
        ),
        (
            r#"{"timeout": 121}"#,
            "/delivery/timeout <121> `timeout`: expected a number of seconds from 1 to 120, found `121`",
        ),
    ] {
        assert_refused(&with_delivery(settings), &[expected]);
    }
}

#[test]
fn as_many_as_there_may_be() {
    let delays = |count| with_delivery(&format!(r#"{{"retry": {{"delays": {:?}}}}}"#, vec![1; count]));
    assert!(Registration::from_json(&delays(100)).is_ok());
    let error = Registration::from_json(&delays(101)).unwrap_err();
    assert_eq!(error.problems[0].message, "`delays`: 101 delays, 100 are allowed");
    assert_eq!(error.problems[0].code, "limit-exceeded");

    let secrets = |count| {
        let secrets = vec![OTHER; count];
        with_delivery(&format!(
            r#"{{"signatures": [{{"scheme": "standard-webhooks", "secrets": {secrets:?}}}]}}"#
        ))
    };
    assert!(Registration::from_json(&secrets(10)).is_ok());
    let error = Registration::from_json(&secrets(11)).unwrap_err();
    assert_eq!(error.problems[0].message, "`secrets`: expected 1 to 10 secrets, found 11");

    let wrong = format!("{{{}}}", vec![r#""x": 1"#; 500].join(","));
    let error = Registration::from_json(&with_delivery(&wrong)).unwrap_err();
    assert_eq!(error.problems.len(), 101);
    assert_eq!(error.problems[100].message, "more problems are not shown");

    let long = text(&format!(r#""delivery": {{}}, "x": "{}""#, "y".repeat(1 << 20)));
    let error = Registration::from_json(&long).unwrap_err();
    assert_eq!(error.problems.len(), 1);
    assert_eq!(error.problems[0].code, "limit-exceeded");
}
