#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::Value;

use super::*;

const ACCEPTED: Timestamp = Timestamp::from_millis(1_705_314_600_999);

fn body(format: BodyFormat, event: &str) -> Result<String, RequestError> {
    format.of_event(event.as_bytes(), ACCEPTED).map(|body| String::from_utf8(body).unwrap())
}

#[track_caller]
fn assert_bodies(event: &str, nextcloud: &str, openregister: &str) {
    assert_eq!(body(BodyFormat::Nextcloud, event).unwrap(), nextcloud);
    assert_eq!(body(BodyFormat::OpenRegister, event).unwrap(), openregister);
    assert_eq!(body(BodyFormat::Event, event).unwrap(), event);
}

#[test]
fn from_nextcloud() {
    let event = r#" {"user": {"uid":"bob"},"time":1.0, "event": {"node": {"id":"1", "size": 1e2} ,"class":"OCP\\Files\u002e"}}"#;
    assert_bodies(event, event, r#"{"event":"OCP\\Files\u002e","data":{"node":{"id":"1", "size": 1e2}}}"#);
    // Whatever else it has, or has not.
    let event = r#"{"event":{"class":"A"}}"#;
    assert_bodies(event, event, r#"{"event":"A","data":{}}"#);
}

#[test]
fn from_openregister() {
    let event = r#"{"event":"OCA\\Created","data":{ "object" : {"id":123.00,"n":"\u00e9"}}}"#;
    assert_bodies(
        event,
        r#"{"event":{"class":"OCA\\Created","object":{"id":123.00,"n":"\u00e9"}},"user":null,"time":1705314600}"#,
        event,
    );
    // What stands beside `data` is not lost, and does not take the place of what is in it.
    let event = r#"{"data":{"a":1,"class":"x"},"a":2,"b":3,"event":"A","time":5,"user":{"uid":"bob"}}"#;
    assert_bodies(event, r#"{"event":{"class":"A","a":1,"b":3},"user":{"uid":"bob"},"time":5}"#, event);
    // `[]` is an empty map; other data stays where it is.
    let event = r#"{"event":"A","data":[]}"#;
    assert_bodies(event, r#"{"event":{"class":"A"},"user":null,"time":1705314600}"#, event);
    let event = r#"{"event":"A","data":[1]}"#;
    assert_bodies(event, r#"{"event":{"class":"A","data":[1]},"user":null,"time":1705314600}"#, event);
    assert_bodies(
        r#"{"event":"A","x":1}"#,
        r#"{"event":{"class":"A","x":1},"user":null,"time":1705314600}"#,
        r#"{"event":"A","data":{"x":1}}"#,
    );
}

#[test]
fn from_the_webhooks_app() {
    assert_bodies(
        r#"{"user":{"id":"jdoe"},"value":"5 GB","eventType":"OCP\\User\\Events\\UserChangedEvent"}"#,
        r#"{"event":{"class":"OCP\\User\\Events\\UserChangedEvent","user":{"id":"jdoe"},"value":"5 GB"},"user":null,"time":1705314600}"#,
        r#"{"event":"OCP\\User\\Events\\UserChangedEvent","data":{"user":{"id":"jdoe"},"value":"5 GB"}}"#,
    );
    let flow = r#"{"eventType":"OCA\\WorkflowEngine\\Entity\\File","eventName":"\\OCP\\Files::postCreate","node":{"id":354}}"#;
    assert_bodies(
        flow,
        r#"{"event":{"class":"OCA\\WorkflowEngine\\Entity\\File","eventName":"\\OCP\\Files::postCreate","node":{"id":354}},"user":null,"time":1705314600}"#,
        r#"{"event":"OCA\\WorkflowEngine\\Entity\\File","data":{"eventName":"\\OCP\\Files::postCreate","node":{"id":354}}}"#,
    );
    assert_bodies(
        r#"{"eventType":"A"}"#,
        r#"{"event":{"class":"A"},"user":null,"time":1705314600}"#,
        r#"{"event":"A","data":{}}"#,
    );
}

#[test]
fn of_equal_names_the_last_counts() {
    assert_bodies(
        r#"{"eventType":"A","a":1,"eventType":"B","a":2}"#,
        r#"{"event":{"class":"B","a":1,"a":2},"user":null,"time":1705314600}"#,
        r#"{"event":"B","data":{"a":1,"a":2}}"#,
    );
    let event = r#"{"event":"A","event":{"class":"A","class":"B","a":1}}"#;
    assert_bodies(event, event, r#"{"event":"B","data":{"a":1}}"#);
}

#[test]
fn what_has_no_class() {
    for event in
        ["{}", "[]", "1", r#"{"event":1}"#, r#"{"event":{"class":null}}"#, r#"{"eventType":{}}"#, "{", ""]
    {
        assert_eq!(body(BodyFormat::Nextcloud, event), Err(RequestError::Event), "{event}");
        assert_eq!(body(BodyFormat::OpenRegister, event), Err(RequestError::Event), "{event}");
        assert_eq!(body(BodyFormat::Event, event).unwrap(), event);
    }
    assert_eq!(BodyFormat::Nextcloud.of_event(b"\xff", ACCEPTED), Err(RequestError::Event));
}

/// Objects of a few fields, some of them those of the forms.
fn events() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "1",
        "-0.10",
        "1e5",
        "true",
        "null",
        r#""A""#,
        r#""\u0041\n""#,
        "[]",
        "{}",
    ]);
    let value = scalar.prop_map(str::to_owned).prop_recursive(2, 12, 4, |inner| {
        let name = prop::sample::select(vec!["class", "a", "b", "data", "\\u0061b"]);
        prop::collection::vec((name, inner), 0..4).prop_map(|members| object(&members))
    });
    let name = prop::sample::select(vec![
        "event",
        "eventType",
        "data",
        "user",
        "time",
        "class",
        "a",
        "event\\u0054ype",
    ]);
    prop::collection::vec((name, value), 0..6).prop_map(|members| object(&members))
}

fn object(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!(r#""{name}": {value}"#)).collect();
    format!("{{{}}}", members.join(" ,"))
}

proptest! {
    /// A body is JSON, of its form, of the event's class, no longer than promised; and it is of its form already.
    #[test]
    fn bodies_are_of_their_form(event in events()) {
        for format in [BodyFormat::Nextcloud, BodyFormat::OpenRegister] {
            let Ok(body) = body(format, &event) else { continue };
            prop_assert!(body.len() <= event.len() + MAX_ADDED, "{}", body);
            let value: Value = serde_json::from_str(&body).unwrap();
            let class = if format == BodyFormat::Nextcloud { &value["event"]["class"] } else { &value["event"] };
            prop_assert!(class.is_string(), "{}", body);
            prop_assert_eq!(&self::body(format, &body).unwrap(), &body);

            let parsed: Value = serde_json::from_str(&event).unwrap();
            let classes = [&parsed["event"]["class"], &parsed["eventType"], &parsed["event"]];
            prop_assert!(classes.contains(&class));
        }
    }
}
