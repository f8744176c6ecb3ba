//! Registrations from elsewhere, and what becomes of each.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

use hooksieve::Catalog;
use hooksieve_dispatcher::core::Registration;
use hooksieve_dispatcher::import::{self, Entry, Imported, Outcome, Plan};
use serde_json::{Value, json};

const CONFIG: &str = r"<?php
$CONFIG = array (
  'instanceid' => 'oc1234567890',
  'webhooks_user_logged_in_url' => 'https://your-service.example/hooks/user-logged-in',
  'webhooks_calendar_object_deleted' => 'https://your-service.example/hooks/calendar?token=123',
  'webhooks_share_created_url' => 'ftp://your-service.example/',
  'webhooks_login_failed' => 'https://your-service.example/hooks/login-failed',
  'webhooks_user_status_url' => '',
  'webhooks_user_deleted_url' => array ('https://your-service.example/'),
  'webhooks_secret' => 'yoursecret1234',
);
";

fn plan(text: &str) -> Plan {
    import::plan(text, Catalog::builtin()).unwrap()
}

fn imported(entry: &Entry) -> &Imported {
    match &entry.outcome {
        Outcome::Imported(imported) => imported,
        other => panic!("{}: {other:?}", entry.from),
    }
}

/// What stands below the first line of an entry.
fn lines(entry: &Entry) -> Vec<&str> {
    match &entry.outcome {
        Outcome::Imported(imported) => imported.notes(),
        Outcome::Noted { notes } => notes,
        Outcome::Refused { reasons } => reasons,
    }
    .iter()
    .map(String::as_str)
    .collect()
}

#[test]
fn config_php() {
    let plan = plan(CONFIG);
    assert_eq!(
        plan.to_string(),
        r#"webhooks_user_logged_in_url (line 4, column 3): imported: OCP\User\Events\UserLoggedInEvent, POST to https://your-service.example
  one attempt and never disabled, as in the app, which does not look at the answers; where the receiver answers 2xx, `"retry": "openregister"` is better
webhooks_calendar_object_deleted (line 5, column 3): imported: OCA\DAV\Events\CalendarObjectDeletedEvent, POST to https://your-service.example
  one attempt and never disabled, as in the app, which does not look at the answers; where the receiver answers 2xx, `"retry": "openregister"` is better
  the app itself reads `webhooks_calendar_object_deleted_url`: so far, nothing was sent
webhooks_share_created_url (line 6, column 3): refused
  `uri`: expected a URI that starts with `https://` or `http://` at `/uri`
webhooks_login_failed (line 7, column 3): refused
  the Webhooks app has no such key; did you mean `webhooks_login_failed_url`?
webhooks_user_status_url (line 8, column 3): noted
  no URL: nothing is sent today
webhooks_user_deleted_url (line 9, column 3): refused
  expected a URL, found an array
webhooks_secret (line 10, column 3): noted
  signs every registration that is imported, in the scheme `nextcloud-webhooks`
2 imported, 2 noted, 3 refused"#,
    );
    assert!(plan.has_refused());
    assert_eq!(
        imported(&plan.entries[0]).registration()["delivery"],
        json!({
            "body": "event",
            "retry": {"delays": [], "on": "no-answer-and-5xx", "jitter": 0.0, "disableAfter": "never"},
            "signatures": [{"scheme": "nextcloud-webhooks", "secrets": ["yoursecret1234"]}],
        })
    );
}

#[test]
fn what_is_imported_can_be_registered() {
    for (_, imported) in plan(CONFIG).imported() {
        let registration = Registration::from_json(&imported.registration().to_string()).unwrap();
        assert_eq!(registration.settings().signers.len(), 1);
        assert_eq!(registration.settings().retry.max_attempts(), 1);
        assert_eq!(&registration.to_value_with_secrets(), imported.registration());
    }
}

#[test]
fn secrets_are_not_shown() {
    let plan = plan(CONFIG);
    for text in [plan.to_string(), plan.to_json().to_string(), format!("{plan:?}")] {
        assert!(!text.contains("yoursecret1234"), "{text}");
    }
    assert!(!plan.to_string().contains("token=123"));
    let json = plan.to_json();
    assert_eq!(json[0]["registration"]["delivery"]["signatures"][0]["secrets"], json!(["[redacted]"]));
    assert_eq!((&json[3]["result"], &json[3]["line"]), (&json!("refused"), &json!(7)));
}

/// The class of every key that the app documents, and its event.
#[test]
fn every_key() {
    let keys = [
        ("calendar_object_created", r"OCA\DAV\Events\CalendarObjectCreatedEvent"),
        ("calendar_object_updated", r"OCA\DAV\Events\CalendarObjectUpdatedEvent"),
        ("calendar_object_moved_to_trash", r"OCA\DAV\Events\CalendarObjectMovedToTrashEvent"),
        ("calendar_object_deleted", r"OCA\DAV\Events\CalendarObjectDeletedEvent"),
        ("login_failed", r"OCP\Authentication\Events\LoginFailedEvent"),
        ("password_updated", r"OCP\User\Events\PasswordUpdatedEvent"),
        ("share_created", r"OCP\Share\Events\ShareCreatedEvent"),
        ("user_changed", r"OCP\User\Events\UserChangedEvent"),
        ("user_created", r"OCP\User\Events\UserCreatedEvent"),
        ("user_deleted", r"OCP\User\Events\UserDeletedEvent"),
        ("user_status", r"OCP\User\Events\UserLiveStatusEvent"),
        ("user_logged_in", r"OCP\User\Events\UserLoggedInEvent"),
        ("user_logged_out", r"OCP\User\Events\UserLoggedOutEvent"),
    ];
    let settings = keys.map(|(key, _)| (format!("webhooks_{key}_url"), json!("https://example.org/")));
    let config = json!({ "system": serde_json::Map::from_iter(settings) });
    let plan = plan(&config.to_string());
    assert_eq!(plan.imported().count(), keys.len());
    for (entry, (key, class)) in plan.entries.iter().zip(keys) {
        assert_eq!(entry.from, format!("webhooks_{key}_url"));
        let registration = Registration::from_json(&imported(entry).registration().to_string()).unwrap();
        assert_eq!(registration.listener().class(), class);
        assert!(registration.condition().matches(&json!({ "eventType": class, "user": {} })));
        assert!(!registration.condition().matches(&json!({ "eventType": "Other" })));
        assert!(lines(entry).contains(&"no signature, for `webhooks_secret` is not set"));
    }
}

#[test]
fn config_json() {
    let url = "webhooks_login_failed_url";
    let config = |secret: Value| {
        plan(
            &json!({"system": {(url): "https://example.org/", "webhooks_secret": secret}, "apps": {}})
                .to_string(),
        )
    };
    let signatures =
        |plan: &Plan| imported(&plan.entries[0]).registration()["delivery"]["signatures"].clone();
    assert_eq!(signatures(&config(json!("s")))[0]["secrets"], json!(["s"]));
    assert_eq!(signatures(&config(json!(1234)))[0]["secrets"], json!(["1234"]));
    for none in [json!(""), json!(null)] {
        let plan = config(none);
        assert_eq!(lines(&plan.entries[1]), ["empty: nothing is signed"]);
        assert!(matches!(plan.entries[0].outcome, Outcome::Imported(_)));
    }
    for (secret, reason) in [
        (
            json!("***REMOVED SENSITIVE VALUE***"),
            "`occ` has left the secret out; `occ config:list system --private` prints it",
        ),
        (json!(true), "expected a string, found a boolean"),
        (json!(0.5), "expected a string, found a number with a fraction"),
        (json!(["s"]), "expected a string, found an array"),
    ] {
        let plan = config(secret);
        assert_eq!(
            lines(&plan.entries[0]),
            ["without `webhooks_secret`, which cannot be read, nothing would be signed"]
        );
        assert_eq!(lines(&plan.entries[1]), [reason]);
        assert_eq!(plan.imported().count(), 0);
    }
}

#[test]
fn keys_that_stand_there_twice() {
    let plan = plan(
        "<?php $CONFIG = [
            'webhooks_login_failed_url' => 'https://one.example/',
            'webhooks_calendar_object_deleted' => 'https://one.example/',
            'webhooks_calendar_object_deleted_url' => 'https://two.example/',
            'webhooks_login_failed_url' => 'https://two.example/',
        ];",
    );
    assert_eq!(lines(&plan.entries[0]), ["the key stands there again: only the last one counts"]);
    assert_eq!(
        lines(&plan.entries[1]),
        ["`webhooks_calendar_object_deleted_url` is what the app reads: it is imported instead"]
    );
    for entry in &plan.entries[2..] {
        assert_eq!(imported(entry).registration()["uri"], "https://two.example/");
    }
}

#[test]
fn texts_that_are_nothing() {
    for (text, message) in [
        ("<?php\n$CONFIG = ['a' => $_ENV['A']];", "expected a value, found a variable at line 2, column 19"),
        ("", "expected a list of listeners, found nothing at line 1, column 1"),
        ("{\"ocs\": 1}", "expected a list of listeners, or `{\"ocs\": {\"data\": […]}}` at line 1, column 9"),
        ("[{}", "expected `,` or `]` at line 1, column 4"),
    ] {
        assert_eq!(import::plan(text, Catalog::builtin()).unwrap_err().to_string(), message, "{text}");
    }
    let error = import::from_config_json("{\n  \"system\": {]\n}").unwrap_err();
    assert_eq!(error.to_string(), "the text is no JSON at line 2, column 14");
    assert!(
        import::from_config_json("[]").unwrap_err().to_string().starts_with("expected `{\"system\": {…}}`")
    );
    assert_eq!(plan("<?php $CONFIG = [];").to_string(), "0 imported, 0 noted, 0 refused");
}

/// A registration as Nextcloud's API answers it, with some fields changed.
fn listed(changes: Value) -> Value {
    let mut registration = json!({
        "id": "1",
        "appId": null,
        "userId": "admin",
        "httpMethod": "POST",
        "uri": "https://example.org/hook",
        "event": "OCP\\Files\\Events\\Node\\NodeWrittenEvent",
        "eventFilter": {},
        "userIdFilter": "",
        "headers": {},
        "authMethod": "none",
        "authData": null,
        "tokenNeeded": {"user_ids": [], "user_roles": []},
    });
    for (name, value) in changes.as_object().unwrap() {
        registration[name] = value.clone();
    }
    registration
}

/// What becomes of one.
fn listing(changes: Value) -> Entry {
    let answer = json!({"ocs": {"meta": {"status": "ok"}, "data": [listed(changes)]}});
    plan(&answer.to_string()).entries.remove(0)
}

#[test]
fn a_registration_of_nextcloud() {
    let entry = listing(json!({"id": "7", "userIdFilter": "bob", "headers": {"X-Key": "secret"}}));
    assert_eq!(entry.from, "\"7\"");
    assert_eq!(
        imported(&entry).registration(),
        &json!({
            "httpMethod": "POST",
            "uri": "https://example.org/hook",
            "event": "OCP\\Files\\Events\\Node\\NodeWrittenEvent",
            "eventFilter": {},
            "userIdFilter": "bob",
            "headers": {"X-Key": "secret"},
            "authMethod": "none",
            "delivery": {"body": "nextcloud", "retry": "openregister"},
        })
    );
    assert!(!entry.to_string().contains("secret") && !format!("{entry:?}").contains("secret"));
    assert_eq!(lines(&entry)[..2], ["`appId` is not taken over", "`userId` is not taken over"]);
}

#[test]
fn filters_of_nextcloud() {
    for (filter, new, note) in [
        (
            json!({"user.uid": "bob"}),
            json!({"user.uid": "bob"}),
            "the filter stays as it is; lets the same events through, for certain",
        ),
        (
            json!({"event.node.path": "/^\\/bob\\//i"}),
            json!({"event.node.path": {"$regex": "^/bob/", "$options": "i"}}),
            "the filter is written anew: `{\"event.node.path\": {\"$regex\": \"^/bob/\", \"$options\": \"i\"}}`; lets the same events through, for certain",
        ),
    ] {
        let entry = listing(json!({ "eventFilter": filter }));
        assert_eq!((&imported(&entry).registration()["eventFilter"], lines(&entry)[0]), (&new, note));
    }
    // Every event.
    for filter in [json!({}), json!([]), json!(null)] {
        let entry = listing(json!({ "eventFilter": filter }));
        assert_eq!(lines(&entry)[0], "`appId` is not taken over", "{filter}");
    }
}

#[test]
fn filters_that_cannot_be_proved() {
    let filter = json!({"event.thing": {"$in": ["23"]}});
    let entry = listing(json!({"event": "OCA\\Unknown\\Event", "eventFilter": filter}));
    assert!(lines(&entry)[0].contains("is not checked, for the class is not known"), "{entry}");
    assert!(matches!(entry.outcome, Outcome::Imported(_)));
}

#[test]
fn filters_that_throw() {
    let entry = listing(json!({"eventFilter": {"user.uid": {"$eq": "bob"}}}));
    assert_eq!(
        lines(&entry),
        [
            "Nextcloud throws whenever it gets here: Exception: Operator $eq is unknown",
            "no event gets through the filter today; probably meant: `{\"user.uid\":\"bob\"}`",
        ]
    );
    assert!(matches!(entry.outcome, Outcome::Refused { .. }));
}

#[test]
fn what_only_nextcloud_can_do() {
    let entry = listing(json!({"authMethod": "header", "authData": "MIIE|encrypted|3"}));
    assert!(matches!(entry.outcome, Outcome::Refused { .. }));
    assert!(lines(&entry)[0].starts_with("`authData` is encrypted: the headers are not known"), "{entry}");
    assert!(!entry.to_string().contains("MIIE"));

    let entry = listing(json!({"authMethod": "none", "authData": "MIIE|encrypted|3"}));
    assert!(lines(&entry).contains(&"`authData` is not taken over, for `authMethod` is `none`"), "{entry}");
    assert!(imported(&entry).registration().get("authData").is_none());

    let entry = listing(json!({"tokenNeeded": {"user_roles": ["owner"]}}));
    assert!(matches!(entry.outcome, Outcome::Refused { .. }));
    assert!(lines(&entry)[0].starts_with("`tokenNeeded`: no tokens are made here"), "{entry}");
}

/// One that is wrong is refused alone, with everything that is wrong with it, and where.
#[test]
fn one_that_is_wrong() {
    let text = r#"[
  {"id": 1, "event": "A", "httpMethod": "POST", "uri": "https://example.org/", "eventFilter": {"a": "/^b/"}},
  {"id": 2, "event": "A", "httpMethod": "FETCH", "eventFilter": {"a": {"$eq": 1}}, "uri": "example.org"},
  {"id": 3, "uri": },
  {"id": 4, "event": "A", "httpMethod": "POST", "uri": "https://example.org/"}
]"#;
    let plan = plan(text);
    let results: Vec<(&str, bool)> = plan
        .entries
        .iter()
        .map(|entry| (&*entry.from, matches!(entry.outcome, Outcome::Imported(_))))
        .collect();
    assert_eq!(results, [("1", true), ("2", false), ("2", false), ("4", true)]);
    assert_eq!(plan.entries[1].position.unwrap().to_string(), "line 3, column 3");
    let reasons = lines(&plan.entries[1]);
    assert!(reasons[0].starts_with("Nextcloud throws"), "{reasons:?}");
    assert!(reasons[2].contains("at `/1/httpMethod` (line 3, column 41)"), "{reasons:?}");
    assert!(reasons[3].contains("at `/1/uri` (line 3, column 91)"), "{reasons:?}");
    assert_eq!(plan.entries[2].position.unwrap().to_string(), "line 4, column 3");
}

/// The Flow of the Webhooks app's documentation: a new PDF whose name matches `report`.
#[test]
fn the_flow_example() {
    let registration = Registration::from_json(include_str!("../examples/flow-report-pdf.json")).unwrap();
    let event: Value = serde_json::from_str(include_str!("../examples/flow-report-pdf.event.json")).unwrap();
    let condition = registration.condition();
    assert!(condition.matches(&event));
    assert_eq!(registration.lints(), []);
    for (pointer, value) in [
        ("/eventType", "OCP\\Files\\Events\\Node\\NodeCreatedEvent"),
        ("/eventName", "\\OCP\\Files::postWrite"),
        ("/node/mimeType", "text/plain"),
        ("/node/path", "/admin/files/invoice-1234.pdf"),
        ("/node/path", "/admin/files/reports/invoice.pdf"),
    ] {
        let mut other = event.clone();
        *other.pointer_mut(pointer).unwrap() = value.into();
        assert!(!condition.matches(&other), "{pointer}: {value}");
    }
}
