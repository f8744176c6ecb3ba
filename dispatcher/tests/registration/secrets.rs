//! Secrets: they are not shown, and come back where they were not shown.

use hooksieve_dispatcher::core::Registration;
use serde_json::json;

use super::{OTHER, STANDARD, assert_refused, problems, read, text, with_delivery};

pub(super) const WITH_SECRETS: &str = r#"{
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
