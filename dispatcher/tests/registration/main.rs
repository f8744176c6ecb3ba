//! Registrations: what is read, what is refused and where, and what is never shown.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod properties;
mod secrets;
mod settings;

use hooksieve_dispatcher::core::{
    BodyFormat, Registration, RegistrationError, RegistrationProblem, RetryPolicy, RetryPreset,
};
use serde_json::json;

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
