//! Registrations: what is read, what is refused and where, and what is never shown.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

use std::time::Duration;

use hooksieve_dispatcher::core::signature::SignatureScheme;
use hooksieve_dispatcher::core::{
    BodyFormat, Registration, RegistrationError, RegistrationProblem, RetryPolicy, RetryPreset, Timestamp,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const STANDARD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The least that is needed, and some fields.
fn text(fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { ", " };
    format!(r#"{{"httpMethod": "POST", "uri": "https://example.org/hook", "event": "A"{comma}{fields}}}"#)
}

fn with_delivery(settings: &str) -> String {
    text(&format!(r#""delivery": {settings}"#))
}

fn read(fields: &str) -> Registration {
    Registration::from_json(&text(fields)).unwrap_or_else(|error| panic!("{error}"))
}

/// Each problem as `pointer <the text at its range> message; hint`.
fn problems(text: &str, error: &RegistrationError) -> Vec<String> {
    let line = |problem: &RegistrationProblem| {
        let at = &text[problem.range.clone().unwrap()];
        let at = if at.len() > 60 { "…" } else { at };
        let hint = problem.hint.as_ref().map_or(String::new(), |hint| format!("; {hint}"));
        format!("{} <{at}> {}{hint}", problem.pointer, problem.message)
    };
    error.problems.iter().map(line).collect()
}

#[track_caller]
fn assert_refused(text: &str, expected: &[&str]) {
    let error = Registration::from_json(text).unwrap_err();
    assert_eq!(problems(text, &error), expected, "{text}");
}

#[test]
fn the_documented_curl_line() {
    let text = r#"{
        "httpMethod": "POST",
        "uri": "https://your-domain.com/openregister-webhook",
        "event": "OCA\\OpenRegister\\Event\\ObjectCreatedEvent",
        "eventFilter": []
    }"#;
    let registration = Registration::from_json(text).unwrap();
    let settings = registration.settings();
    assert_eq!(settings.body, BodyFormat::Nextcloud);
    assert_eq!(settings.retry, RetryPolicy::from(RetryPreset::OpenRegister));
    assert!(settings.signers.is_empty() && settings.timeout.is_none());
    assert_eq!(
        registration.to_value(),
        json!({
            "httpMethod": "POST",
            "uri": "https://your-domain.com/openregister-webhook",
            "event": r"OCA\OpenRegister\Event\ObjectCreatedEvent",
            "eventFilter": [],
            "authMethod": "none",
            "delivery": {"body": "nextcloud", "retry": "openregister"},
        })
    );
    assert_eq!(registration.lints(), []);
}

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
fn everything_wrong_at_once_in_the_order_of_the_text() {
    let text = r#"{
        "headers": {"X-A": "1", "HOST": "evil.org", "X-B": "a\nb"},
        "delivery": {"boddy": "nextcloud", "retry": "standard-webhook", "timeout": "5"},
        "event": "A",
        "eventFilter": {"user.uid": {"$eqs": "bob"}},
        "uri": "http://0x7f.1/",
        "tokenNeeded": {"user_ids": ["bob"]}
    }"#;
    assert_refused(
        text,
        &[
            " <…> `httpMethod` is missing; what a delivery does, mostly `POST`",
            "/headers/HOST <\"HOST\"> `headers`: `HOST` is not for a registration to set",
            "/headers/X-B <\"a\\nb\"> `headers`: a control character in the value of `X-B`",
            "/delivery/boddy <\"boddy\"> `delivery`: unknown field `boddy`; did you mean `body`?",
            "/delivery/retry <\"standard-webhook\"> `retry`: expected `openregister`, `standard-webhooks` or `nextcloud`, or an object with `delays`, found another word; did you mean `standard-webhooks`?",
            "/delivery/timeout <\"5\"> `timeout`: expected a number of seconds from 1 to 120, found a string",
            "/eventFilter/user.uid/$eqs <\"$eqs\"> unknown operator `$eqs`; did you mean `$eq`?",
            "/uri <\"http://0x7f.1/\"> `uri`: an address that is not written as four decimal numbers; it is read as `127.0.0.1`",
            "/tokenNeeded <{\"user_ids\": [\"bob\"]}> `tokenNeeded`: no tokens are made here; a receiver that acts for a user needs a token from elsewhere",
        ],
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

#[test]
fn fields_that_would_not_be_heard() {
    for (field, hint) in [
        ("delivry", "did you mean `delivery`?"),
        ("Delivery", "did you mean `delivery`?"),
        ("eventFilters", "did you mean `eventFilter`?"),
        ("event_filter", "did you mean `eventFilter`?"),
        ("signatures", "it stands in `delivery`"),
        ("retry", "it stands in `delivery`"),
    ] {
        let expected = format!("/{field} <\"{field}\"> unknown field `{field}`; {hint}");
        assert_refused(&text(&format!(r#""{field}": {{}}"#)), &[&expected]);
    }
    let shown = read(r#""id": 7, "appId": "files", "userId": "admin", "note": [1.0]"#).to_value();
    for (name, value) in [("appId", json!("files")), ("userId", json!("admin")), ("note", json!([1.0]))] {
        assert_eq!(shown[name], value);
    }
    assert!(shown.get("id").is_none());
}

#[test]
fn headers_that_are_ours() {
    for name in [
        "Host",
        "content-length",
        "Transfer-Encoding",
        "CONNECTION",
        "Keep-Alive",
        "TE",
        "Upgrade",
        "Expect",
        "Webhook-Id",
        "webhook-timestamp",
        "webhook-signature",
        "webhook-attempt",
        "x-webhook-signature",
        "X-NEXTCLOUD-WEBHOOKS",
    ] {
        let message = format!("`{name}` is not for a registration to set");
        assert_refused(
            &text(&format!(r#""headers": {{"{name}": "x"}}"#)),
            &[&format!("/headers/{name} <\"{name}\"> `headers`: {message}")],
        );
        assert_refused(
            &text(&format!(r#""authMethod": "header", "authData": {{"{name}": "x"}}"#)),
            &[&format!("/authData/{name} <\"{name}\"> `authData`: {message}")],
        );
    }
    let others = r#"{"Content-Type": "a/b", "User-Agent": "x", "Accept": "*/*", "X-Host": "y"}"#;
    assert_eq!(read(&format!(r#""headers": {others}"#)).listener().headers().iter().len(), 4);
}

#[test]
fn what_cannot_be_delivered() {
    let nothing = r#"{"event": "A"}"#;
    assert_refused(
        nothing,
        &[
            &format!(" <{nothing}> `httpMethod` is missing; what a delivery does, mostly `POST`"),
            &format!(" <{nothing}> `uri` is missing; where the events are sent"),
        ],
    );
    for method in ["none", "header"] {
        assert_refused(
            &text(&format!(r#""authMethod": "{method}", "authData": "v2|encrypted""#)),
            &[
                "/authData <\"v2|encrypted\"> `authData` is encrypted: the headers are not known; give the headers: `{\"Authorization\": …}`",
            ],
        );
    }
    assert_refused(
        &text(r#""tokenNeeded": {"user_roles": ["owner"]}"#),
        &[
            "/tokenNeeded <{\"user_roles\": [\"owner\"]}> `tokenNeeded`: no tokens are made here; a receiver that acts for a user needs a token from elsewhere",
        ],
    );
    for nothing in [
        r#""authData": [], "tokenNeeded": {"user_ids": [], "user_roles": []}"#,
        r#""authData": null, "tokenNeeded": []"#,
    ] {
        assert!(read(nothing).listener().token_needed().is_empty());
    }
}

#[test]
fn hostile_uris() {
    for uri in [
        "http://user@host/",
        "http://example.org/\\r\\nX: y",
        "http://0.0.0.0/",
        "http://[::]:80/",
        "http://2130706433/",
        "http://239.0.0.1/",
        "http://1.2.3.4.5/",
        "gopher://example.org/",
        "http://exämple.org/",
    ] {
        let text = format!(r#"{{"httpMethod": "POST", "uri": "{uri}", "event": "A"}}"#);
        let error = Registration::from_json(&text).unwrap_err();
        let [problem] = error.problems.as_slice() else { panic!("{uri}: {error}") };
        assert_eq!((problem.code, &*problem.pointer), ("invalid-field", "/uri"), "{uri}");
        assert_eq!(&text[problem.range.clone().unwrap()], format!("\"{uri}\""));
    }
}

#[test]
fn what_is_no_registration() {
    for text in ["", "5", "[]", "{", "null", r#"{"event": "A",}"#, r#"{"event": "A"} x"#] {
        let error = Registration::from_json(text).unwrap_err();
        assert_eq!(error.problems.len(), 1, "{text}: {error}");
    }
    assert_eq!(Registration::from_json("{}").unwrap_err().problems.len(), 3);
    for broken in [r#""delivery": {]"#, r#""x": "\ud800""#, r#""\ud800": 1"#, r#""delivery": {"\ud800": 1}"#]
    {
        assert!(Registration::from_json(&text(broken)).is_err(), "{broken}");
    }
    // A byte order mark counts as bytes, and as nothing else.
    let text = format!("\u{feff} {}", with_delivery(r#"{"body": "x"}"#));
    assert_refused(
        &text,
        &[
            "/delivery/body <\"x\"> `body`: expected `nextcloud`, `openregister` or `event`, found another word",
        ],
    );
}

const WITH_SECRETS: &str = r#"{
    "httpMethod": "POST", "uri": "https://example.org/hook", "event": "A", "id": 5,
    "headers": {"X-Key": "hidden-1 \"é", "X-Other": "hidden-2"},
    "authMethod": "header", "authData": {"Authorization": "Bearer hidden-3"},
    "delivery": {"signatures": [
        {"scheme": "standard-webhooks", "secrets": [
            "whsec_aGlkZGVuLTQgaGlkZGVuLTQgaGlkZGVuLTQg",
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        ]},
        {"scheme": "openregister", "secrets": ["hidden-5"]}
    ]}
}"#;

/// Of secrets.
const HIDDEN: [&str; 3] = ["hidden", "aGlkZGVu", "AAECAwQ"];

#[test]
fn secrets_are_not_shown() {
    let registration = Registration::from_json(WITH_SECRETS).unwrap();
    let refused = WITH_SECRETS
        .replace("\"A\"", "5")
        .replace("\"X-Other\"", "\"Host\"")
        .replace("AAECAwQFBgc", "AAECAwQ!")
        .replace("\"hidden-5\"", "{\"a\": \"hidden-5\"}");
    let error = Registration::from_json(&refused).unwrap_err();
    assert_eq!(error.problems.len(), 4, "{error}");
    let listener = registration.listener();
    for shown in [
        format!("{registration:?}"),
        registration.to_value().to_string(),
        listener.to_value().to_string(),
        format!("{:?}", listener.other_fields()),
        error.to_string(),
        format!("{error:?}"),
    ] {
        assert!(HIDDEN.iter().all(|hidden| !shown.contains(hidden)), "{shown}");
    }
}

#[test]
fn what_is_stored_is_read_again() {
    let registration = Registration::from_json(WITH_SECRETS).unwrap();
    let stored = registration.to_value_with_secrets();
    assert_eq!(stored["headers"]["X-Key"], "hidden-1 \"é");
    assert_eq!(stored["delivery"]["signatures"][1]["secrets"][0], "hidden-5");
    let again = Registration::from_json(&stored.to_string()).unwrap();
    assert_eq!(again.to_value_with_secrets(), stored);
    assert_eq!(again.to_value(), registration.to_value());
}

#[test]
fn secrets_that_come_back_redacted_stay() {
    let registration = Registration::from_json(WITH_SECRETS).unwrap();
    let mut changed = registration.to_value();
    changed["uri"] = "https://example.org/other".into();
    let replaced = Registration::replacing(&changed.to_string(), &registration).unwrap();
    let mut expected = registration.to_value_with_secrets();
    expected["uri"] = "https://example.org/other".into();
    assert_eq!(replaced.to_value_with_secrets(), expected);

    // A name in another case, another order, a new key before the earlier ones, a header less.
    let text = format!(
        r#"{{"httpMethod": "POST", "uri": "https://example.org", "event": "A",
        "delivery": {{"signatures": [
            {{"scheme": "openregister", "secrets": ["new"]}},
            {{"scheme": "standard-webhooks", "secrets": ["{STANDARD}", "[redacted]", "[redacted]"]}}
        ]}},
        "headers": {{"x-other": "[redacted]", "X-New": "1"}}}}"#
    );
    let replaced = Registration::replacing(&text, &registration).unwrap().to_value_with_secrets();
    assert_eq!(replaced["headers"], json!({"x-other": "hidden-2", "X-New": "1"}));
    let [openregister, standard] = [0, 1].map(|index| &replaced["delivery"]["signatures"][index]["secrets"]);
    assert_eq!(*openregister, json!(["new"]));
    assert_eq!(*standard, json!([STANDARD, "whsec_aGlkZGVuLTQgaGlkZGVuLTQgaGlkZGVuLTQg", OTHER]));
}

#[test]
fn redacted_where_there_was_nothing() {
    let text = text(
        r#""headers": {"X-A": "[redacted]"}, "authMethod": "header", "authData": {"X-B": "[redacted]"},
        "eventFilter": {"a": {"$eqq": 1}},
        "delivery": {"signatures": [{"scheme": "openregister", "secrets": ["[redacted]"]}]}"#,
    );
    let expected = [
        "/headers/X-A <\"[redacted]\"> `headers`: there is no earlier value of `X-A` that could stay; give the value as it is",
        "/authData/X-B <\"[redacted]\"> `authData`: there is no earlier value of `X-B` that could stay; give the value as it is",
        "/eventFilter/a/$eqq <\"$eqq\"> unknown operator `$eqq`; did you mean `$eq`?",
        "/delivery/signatures/0/secrets/0 <\"[redacted]\"> `secrets`: there is no earlier secret that could stay; give the secret as it is",
    ];
    assert_refused(&text, &expected);
    let error = Registration::replacing(&text, &read("")).unwrap_err();
    assert_eq!(problems(&text, &error), expected);
}

#[test]
fn ranges_lead_into_the_text_that_was_sent() {
    let long = "x".repeat(500);
    let earlier = read(&format!(r#""headers": {{"X-A": "{long}"}}"#));
    let text =
        text(r#""headers": {"X-A": "[redacted]", "X-B": 5}, "delivery": {}, "eventFilter": {"$eqq": 1}"#);
    let error = Registration::replacing(&text, &earlier).unwrap_err();
    let lines = problems(&text, &error);
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("/headers/X-B <5> "), "{lines:?}");
    assert!(lines[1].starts_with("/eventFilter/$eqq <\"$eqq\"> "), "{lines:?}");
}

#[test]
fn which_secret_stays_must_be_plain() {
    let registration = Registration::from_json(WITH_SECRETS).unwrap();
    let refused = |secrets: &str| {
        let text = with_delivery(&format!(
            r#"{{"signatures": [{{"scheme": "standard-webhooks", "secrets": {secrets}}}]}}"#
        ));
        problems(&text, &Registration::replacing(&text, &registration).unwrap_err())
    };
    assert_eq!(
        refused(r#"["[redacted]"]"#),
        [
            "/delivery/signatures/0/secrets/0 <\"[redacted]\"> `secrets`: which of the earlier secrets stays cannot be told; give it as it is",
        ]
    );
    assert_eq!(
        refused(r#"["[redacted]", "[redacted]", "[redacted]"]"#),
        [
            "/delivery/signatures/0/secrets/2 <\"[redacted]\"> `secrets`: there is no earlier secret that could stay; give the secret as it is",
        ]
    );
}

#[test]
fn a_filter_at_its_limits_is_taken() {
    let conditions: Vec<String> = (0..4096).map(|index| format!(r#""f{index}": 1"#)).collect();
    let nested = format!("{}1{}", r#"{"a":"#.repeat(64), "}".repeat(64));
    let operands: Vec<String> = (0..10_000).map(|index| index.to_string()).collect();
    let in_operands = format!(r#"{{"a": {{"$in": [{}]}}}}"#, operands.join(","));
    let long = format!(r#"{{"a": "{}"}}"#, "x".repeat(64 * 1024 - 9));
    for filter in [format!("{{{}}}", conditions.join(",")), nested, in_operands, long] {
        hooksieve::Filter::compile(&filter).unwrap();
        let registration = read(&format!(r#""userIdFilter": "bob", "eventFilter": {filter}"#));
        assert!(registration.condition().source().unwrap().len() > filter.len());
    }
}

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
