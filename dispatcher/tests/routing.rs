//! Where events go: class, acting user and filter of registrations, in all forms of events.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::sync::Arc;

use hooksieve::{Catalog, Scratch};
use hooksieve_dispatcher::core::{ListenerId, Registration, Router};
use proptest::prelude::*;
use serde_json::{Value, json};

fn registration(class: &str, fields: Value) -> Arc<Registration> {
    let mut registration = json!({"httpMethod": "POST", "uri": "https://example.org/hook", "event": class});
    registration.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    Arc::new(Registration::from_json(&registration.to_string()).unwrap())
}

/// Listeners numbered from 1.
fn router(registrations: &[Arc<Registration>]) -> Router {
    let mut router = Router::default();
    for (number, registration) in (1..).zip(registrations) {
        assert!(router.insert(ListenerId::from_number(number), registration.clone()).is_none());
    }
    router
}

fn route(router: &Router, event: &str) -> Vec<i64> {
    let ids = router.routes().route(event.as_bytes(), &mut Scratch::new()).unwrap();
    ids.into_iter().map(ListenerId::number).collect()
}

#[test]
fn the_class_in_every_form() {
    let created = r"OCA\OpenRegister\Event\ObjectCreatedEvent";
    let router = router(&[
        registration(created, json!({})),
        registration(&format!(r"\{created}"), json!({"eventFilter": []})),
        registration(r"OCA\WorkflowEngine\Entity\File", json!({"eventFilter": null})),
        registration(r"OCA\OpenRegister\Event\ObjectDeletedEvent", json!({"eventFilter": {}})),
    ]);
    for (event, expected) in [
        (json!({"event": {"class": created, "object": {}}, "user": null, "time": 1}), &[1, 2][..]),
        (json!({"event": created, "data": {}}), &[1, 2]),
        (json!({"eventType": created}), &[1, 2]),
        (json!({"eventType": r"OCA\WorkflowEngine\Entity\File", "node": {}}), &[3]),
        (json!({"event": {"type": created}}), &[]),
        (json!({"class": created}), &[]),
        (json!({"event": created.to_lowercase()}), &[]),
        (json!({}), &[]),
        (json!(created), &[]),
    ] {
        assert_eq!(route(&router, &event.to_string()), expected, "{event}");
    }
}

/// "A new PDF file is uploaded, name of which matches report".
#[test]
fn the_flow_example() {
    let filter = json!({
        "eventName": r"\OCP\Files::postCreate",
        "node.mimeType": "application/pdf",
        "node.path": {"$regex": "report[^/]*$"},
    });
    let router = router(&[registration(r"OCA\WorkflowEngine\Entity\File", json!({"eventFilter": filter}))]);
    let event = |name: &str, path: &str| {
        json!({
            "eventType": r"OCA\WorkflowEngine\Entity\File",
            "eventName": name,
            "node": {"id": 354, "path": path, "mimeType": "application/pdf"},
        })
        .to_string()
    };
    assert_eq!(route(&router, &event(r"\OCP\Files::postCreate", "/admin/files/report-1234.pdf")), [1]);
    assert!(route(&router, &event(r"\OCP\Files::postCreate", "/admin/report/other.pdf")).is_empty());
    assert!(route(&router, &event(r"\OCP\Files::postDelete", "/admin/files/report-1234.pdf")).is_empty());
}

#[test]
fn the_user_and_the_filter() {
    let router = router(&[
        registration("A", json!({"userIdFilter": "bob"})),
        registration("A", json!({"eventFilter": {"event.n": {"$gt": 1}}})),
        registration(
            "A",
            json!({"userIdFilter": "bob", "eventFilter": {"$or": [{"event.n": 0}, {"event.n": 2}]}}),
        ),
        registration("A", json!({"userIdFilter": ""})),
        registration("A", json!({"eventFilter": {"user.uid": {"$ne": "bob"}}})),
    ]);
    for (user, number, expected) in
        [("bob", 0, &[1, 3, 4][..]), ("bob", 1, &[1, 4]), ("bob", 2, &[1, 2, 3, 4]), ("eve", 2, &[2, 4, 5])]
    {
        let event = json!({"event": {"class": "A", "n": number}, "user": {"uid": user}});
        assert_eq!(route(&router, &event.to_string()), expected, "{event}");
    }
    assert_eq!(route(&router, r#"{"event": {"class": "A"}, "user": null}"#), [4, 5]);
}

#[test]
fn listeners_come_and_go() {
    let mut router = router(&[registration("A", json!({})), registration("A", json!({}))]);
    let before = router.routes();
    let [first, second] = [1, 2].map(ListenerId::from_number);
    assert_eq!((router.len(), router.get(second).unwrap().listener().class()), (2, "A"));

    assert!(router.remove(first).is_some() && router.remove(first).is_none());
    let replaced = router.insert(second, registration("B", json!({}))).unwrap();
    assert_eq!(replaced.listener().class(), "A");
    let ids: Vec<ListenerId> = router.iter().map(|(id, _)| id).collect();
    assert_eq!((ids, router.len(), router.is_empty()), (vec![second], 1, false));

    let event = br#"{"eventType": "A"}"#;
    assert!(route(&router, r#"{"eventType": "A"}"#).is_empty());
    assert_eq!(route(&router, r#"{"eventType": "B"}"#), [2]);
    assert_eq!(before.route(event, &mut Scratch::new()).unwrap(), [first, second]);
}

#[test]
fn events_that_are_not_json() {
    let router = router(&[registration("A", json!({}))]);
    for event in [&b"{"[..], b"", b"{\"event\": \"\xff\"}", b"{} {}"] {
        assert!(router.routes().route(event, &mut Scratch::new()).is_err());
    }
}

/// The samples of all classes that are known: they go to the listeners of their class, and to no others.
#[test]
fn documented_events_go_to_their_listeners() {
    let class_of = |event: &Value| {
        let places = [&event["event"]["class"], &event["eventType"], &event["event"]];
        places.into_iter().find_map(Value::as_str).unwrap().to_owned()
    };
    let events: Vec<&Value> = Catalog::builtin().classes().map(|class| class.sample()).collect();
    let router =
        router(&events.iter().map(|event| registration(&class_of(event), json!({}))).collect::<Vec<_>>());
    for event in &events {
        let expected = (1..).zip(&events).filter(|(_, other)| class_of(other) == class_of(event));
        let expected: Vec<i64> = expected.map(|(number, _)| number).collect();
        assert_eq!(route(&router, &event.to_string()), expected, "{event}");
    }
    assert!(events.len() > 60);
}

/// Filters and the events that they are about, of few values, so that they meet.
fn filters() -> impl Strategy<Value = Value> {
    let path = prop::sample::select(["event.n", "n", "data.n", "user.uid", "time"].as_slice());
    let condition = prop_oneof![
        (0..3).prop_map(Value::from),
        (0..3).prop_map(|number| json!({"$gt": number})),
        (0..3).prop_map(|number| json!({"$ne": number})),
        Just(json!({"$exists": false})),
    ];
    let one = (path, condition).prop_map(|(path, condition)| json!({path: condition}));
    prop_oneof![
        Just(json!({})),
        one.clone(),
        prop::collection::vec(one.clone(), 1..3).prop_map(|all| json!({"$or": all})),
        one.prop_map(|one| json!({"$nor": [one]})),
    ]
}

fn events() -> impl Strategy<Value = Value> {
    let class = prop::sample::select(["A", "B"].as_slice());
    let user = prop::sample::select(["bob", "eve"].as_slice());
    (class, user, 0..3, 0..3).prop_map(|(class, user, number, form)| match form {
        0 => json!({"event": {"class": class, "n": number}, "user": {"uid": user}, "time": 1}),
        1 => json!({"event": class, "data": {"n": number}, "user": {"uid": user}}),
        _ => json!({"eventType": class, "n": number, "user": {"id": user}}),
    })
}

proptest! {
    /// A listener gets an event exactly if the class is its class, the user is its user, and its filter matches.
    #[test]
    fn class_user_and_filter(
        listeners in prop::collection::vec(
            (prop::sample::select(["A", "B"].as_slice()), prop::option::of(Just("bob")), filters()),
            1..8,
        ),
        events in prop::collection::vec(events(), 1..8),
    ) {
        let registrations: Vec<_> = listeners
            .iter()
            .map(|(class, user, filter)| registration(class, json!({"userIdFilter": user, "eventFilter": filter})))
            .collect();
        let router = router(&registrations);
        for event in events {
            let found = [&event["event"]["class"], &event["eventType"], &event["event"]];
            let expected: Vec<i64> = (1..)
                .zip(std::iter::zip(&listeners, &registrations))
                .filter(|(_, ((class, user, _), registration))| {
                    found.contains(&&json!(class))
                        && user.is_none_or(|user| event["user"]["uid"] == user)
                        && registration.listener().filter().matches(&event)
                })
                .map(|(number, _)| number)
                .collect();
            prop_assert_eq!(route(&router, &event.to_string()), expected, "{}", event);
        }
    }
}
