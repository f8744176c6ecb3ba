//! The dispatcher as a whole: from an event to what its receivers get, and to what is known about it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "tests"
)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use hooksieve_dispatcher::core::{DeliveryId, DisableReason, GiveUpReason, ListenerId};
use hooksieve_dispatcher::deliver::ClientOptions;
use hooksieve_dispatcher::run::{
    Acceptance, Dispatcher, Notice, OpenError, Options, RegisterError, UnknownPart,
};
use hooksieve_dispatcher::store::{
    DeliveryQuery, DeliveryState, MasterKey, Retention, StoreError, StoreOptions,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

/// Nothing here takes long; what takes so long does not happen.
const PATIENCE: Duration = Duration::from_secs(60);

fn options(folder: &Path) -> Options {
    Options {
        store: StoreOptions::new(&folder.join("store.db")),
        client: ClientOptions { allowed: vec!["127.0.0.0/8".parse().unwrap()], ..ClientOptions::default() },
        max_in_flight: 32,
        max_in_flight_per_host: 4,
        max_event: 100_000,
        shutdown_grace: Duration::from_millis(200),
        retention: Retention { deliveries: None, events: None, idempotency: PATIENCE },
        clean_up_every: PATIENCE,
    }
}

async fn start(folder: &Path) -> Dispatcher {
    Dispatcher::start(options(folder), MasterKey::from_bytes([1; 32])).await.unwrap()
}

/// What has arrived: path, headers, body.
type Arrived = (String, HeaderMap, Bytes);

/// A receiver whose answers depend on the path: `/500`, `/410`, `/hang`; else 204.
#[derive(Clone, Default)]
struct Receiver {
    arrived: Arc<Mutex<Vec<Arrived>>>,
    /// What is answered instead, by path.
    answers: Arc<Mutex<HashMap<String, StatusCode>>>,
}

impl Receiver {
    async fn start() -> (Self, SocketAddr) {
        let receiver = Self::default();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let routes = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(socket, routes).await });
        (receiver, address)
    }

    fn at(&self, path: &str) -> Vec<Arrived> {
        self.arrived.lock().unwrap().iter().filter(|(arrived, ..)| arrived == path).cloned().collect()
    }

    async fn wait_for(&self, path: &str, count: usize) -> Vec<Arrived> {
        eventually(async || Some(self.at(path)).filter(|arrived| arrived.len() >= count)).await
    }

    fn answer(&self, path: &str, status: u16) {
        self.answers.lock().unwrap().insert(path.to_owned(), StatusCode::from_u16(status).unwrap());
    }
}

async fn receive(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let path = uri.path().to_owned();
    receiver.arrived.lock().unwrap().push((path.clone(), headers, body));
    if path == "/hang" {
        sleep(PATIENCE).await;
    }
    receiver.answers.lock().unwrap().get(&path).copied().unwrap_or(StatusCode::NO_CONTENT)
}

/// Asks again until there is an answer.
async fn eventually<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    let answer = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, answer).await.expect("it does not happen")
}

async fn register(dispatcher: &Dispatcher, registration: Value) -> ListenerId {
    let mut all = json!({"httpMethod": "POST", "event": "Test"});
    all.as_object_mut().unwrap().extend(registration.as_object().unwrap().clone());
    dispatcher.register(&all.to_string()).await.unwrap().view.id
}

async fn send(dispatcher: &Dispatcher, event: Value) -> hooksieve_dispatcher::core::EventId {
    let accepted = dispatcher.accept(event.to_string().as_bytes(), false, None).await.unwrap();
    let Acceptance::Accepted(accepted) = accepted else { panic!() };
    accepted.events[0].id
}

fn event(number: u32) -> Value {
    json!({"event": {"class": "Test", "number": number}, "user": {"uid": "bob"}, "time": 1_700_000_000})
}

async fn deliveries(dispatcher: &Dispatcher, state: DeliveryState) -> Vec<DeliveryId> {
    let query = DeliveryQuery { state: Some(state), limit: 1_000, ..DeliveryQuery::default() };
    dispatcher.deliveries(query).await.unwrap().into_iter().map(|delivery| delivery.id).collect()
}

#[tokio::test]
async fn an_event_goes_to_those_that_it_matches() {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, address) = Receiver::start().await;
    let dispatcher = start(folder.path()).await;
    let bob = json!({"uri": format!("http://{address}/bob"), "eventFilter": {"user.uid": "bob"}});
    register(&dispatcher, bob).await;
    register(&dispatcher, json!({"uri": format!("http://{address}/alice"), "userIdFilter": "alice"})).await;
    register(&dispatcher, json!({"uri": format!("http://{address}/all"), "eventFilter": []})).await;
    register(&dispatcher, json!({"uri": format!("http://{address}/other"), "event": "Other"})).await;

    send(&dispatcher, event(1)).await;
    let (_, headers, body) = receiver.wait_for("/bob", 1).await.remove(0);
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), event(1));
    receiver.wait_for("/all", 1).await;
    eventually(async || (deliveries(&dispatcher, DeliveryState::Delivered).await.len() == 2).then_some(()))
        .await;
    assert!(receiver.at("/alice").is_empty() && receiver.at("/other").is_empty());
    dispatcher.stop().await;
}

#[tokio::test]
async fn lines_that_are_no_events_are_named_and_the_others_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let dispatcher = start(folder.path()).await;
    let too_long = format!("{{\"a\": \"{}\"}}", "x".repeat(100_000));
    let lines = format!("{}\n\n{{\"a\": \n[1]\n{too_long}\n{}", event(1), event(2));
    let Acceptance::Accepted(accepted) = dispatcher.accept(lines.as_bytes(), true, None).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(accepted.events.iter().map(|event| event.line).collect::<Vec<_>>(), [1, 6]);
    assert!(accepted.events[0].id < accepted.events[1].id, "ids are in the order of the lines");
    let bad: Vec<_> = accepted.bad_lines.iter().map(|bad| (bad.line, bad.offset, &*bad.message)).collect();
    assert_eq!(
        bad,
        [(3, 6, "expected a value"), (4, 0, "expected an object"), (5, 100_000, "the event is too large")]
    );
    dispatcher.stop().await;
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_answered_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let dispatcher = start(folder.path()).await;
    let (body, other) = (event(1).to_string(), event(2).to_string());
    let Acceptance::Accepted(first) = dispatcher.accept(body.as_bytes(), false, Some("k")).await.unwrap()
    else {
        panic!()
    };
    let Acceptance::Repeated(answer) = dispatcher.accept(body.as_bytes(), false, Some("k")).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(answer, first.to_json());
    let reused = dispatcher.accept(other.as_bytes(), false, Some("k")).await.unwrap();
    assert!(matches!(reused, Acceptance::KeyReused));
    assert_eq!(dispatcher.recent_events(10, None).await.unwrap().len(), 1);
    dispatcher.stop().await;
}

#[tokio::test]
async fn what_fails_is_tried_again_with_the_same_id() {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, address) = Receiver::start().await;
    receiver.answer("/", 500);
    let dispatcher = start(folder.path()).await;
    let retry = json!({"delays": [0, 0, 0, 0, 0, 0, 0, 0, 0], "on": "every-failure"});
    let listener =
        register(&dispatcher, json!({"uri": format!("http://{address}/"), "delivery": {"retry": retry}}))
            .await;
    send(&dispatcher, event(1)).await;
    receiver.wait_for("/", 3).await;
    receiver.answer("/", 200);
    let id = eventually(async || deliveries(&dispatcher, DeliveryState::Delivered).await.pop()).await;

    let (delivery, attempts) = dispatcher.delivery(id).await.unwrap().unwrap();
    assert_eq!((delivery.listener, delivery.attempts as usize), (listener, attempts.len()));
    let results: Vec<_> = attempts.iter().map(|attempt| attempt.result).collect();
    assert!(
        results.len() > 3 && results[..3] == [Ok(500); 3] && results.last() == Some(&Ok(200)),
        "{results:?}"
    );
    let ids: Vec<_> = receiver.at("/").iter().map(|(_, headers, _)| headers["webhook-id"].clone()).collect();
    assert!(ids.iter().all(|other| *other == id.to_string()), "{ids:?}");
    dispatcher.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_slow_holds_up_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, address) = Receiver::start().await;
    let (_, other) = Receiver::start().await;
    let dispatcher = start(folder.path()).await;
    register(&dispatcher, json!({"uri": format!("http://{other}/hang")})).await;
    register(&dispatcher, json!({"uri": format!("http://{address}/fast")})).await;
    let lines: String = (0..100).map(|number| format!("{}\n", event(number))).collect();
    dispatcher.accept(lines.as_bytes(), true, None).await.unwrap();
    receiver.wait_for("/fast", 100).await;
    dispatcher.stop().await;
}

#[tokio::test]
async fn one_of_a_thousand_listeners_is_broken() {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, address) = Receiver::start().await;
    receiver.answer("/broken", 500);
    let dispatcher = start(folder.path()).await;
    for number in 0..1_000 {
        let path = if number == 500 { "broken" } else { "works" };
        let filter = json!({"event.number": {"$gte": 0}});
        register(&dispatcher, json!({"uri": format!("http://{address}/{path}"), "eventFilter": filter}))
            .await;
    }
    let wrong = json!({"httpMethod": "POST", "uri": "https://example.org/", "event": "Test", "eventFilter": {"a": {"$eqs": 1}}});
    let Err(RegisterError::Registration(error)) = dispatcher.register(&wrong.to_string()).await else {
        panic!()
    };
    assert_eq!(
        (&*error.problems[0].pointer, error.problems[0].range.is_some()),
        ("/eventFilter/a/$eqs", true)
    );

    send(&dispatcher, event(1)).await;
    receiver.wait_for("/works", 999).await;
    receiver.wait_for("/broken", 1).await;
    dispatcher.stop().await;
}

#[tokio::test]
async fn who_is_gone_is_disabled_until_somebody_enables_it() {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, address) = Receiver::start().await;
    receiver.answer("/", 410);
    let dispatcher = start(folder.path()).await;
    let standard = json!({"uri": format!("http://{address}/"), "delivery": {"retry": "standard-webhooks"}});
    let listener = register(&dispatcher, standard).await;
    send(&dispatcher, event(1)).await;
    let disabled = async || {
        let view = dispatcher.listener(listener).await.unwrap().unwrap();
        view.health.disabled.map(|(_, reason)| reason)
    };
    assert_eq!(eventually(&disabled).await, DisableReason::Gone);

    // Nothing goes there, not even after a restart.
    dispatcher.stop().await;
    drop(dispatcher);
    let dispatcher = reopen(folder.path()).await;
    send(&dispatcher, event(2)).await;
    sleep(Duration::from_millis(50)).await;
    assert_eq!(receiver.at("/").len(), 1);

    receiver.answer("/", 200);
    assert!(dispatcher.set_enabled(listener, true).await.unwrap());
    send(&dispatcher, event(3)).await;
    let arrived = receiver.wait_for("/", 2).await;
    assert_eq!(serde_json::from_slice::<Value>(&arrived[1].2).unwrap(), event(3));
    dispatcher.stop().await;
}

/// The store is free a moment after the last handle is gone.
async fn reopen(folder: &Path) -> Dispatcher {
    eventually(async || match Dispatcher::start(options(folder), MasterKey::from_bytes([1; 32])).await {
        Ok(dispatcher) => Some(dispatcher),
        Err(OpenError::Store(StoreError::Locked)) => None,
        Err(error) => panic!("{error}"),
    })
    .await
}

#[tokio::test]
async fn what_is_under_way_when_it_stops_is_attempted_again() {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, address) = Receiver::start().await;
    let dispatcher = start(folder.path()).await;
    let listener = register(&dispatcher, json!({"uri": format!("http://{address}/hang")})).await;
    send(&dispatcher, event(1)).await;
    let first = receiver.wait_for("/hang", 1).await.remove(0);
    dispatcher.stop().await;
    let pending = deliveries(&dispatcher, DeliveryState::Pending).await;
    assert_eq!(pending.len(), 1, "it is put back");
    drop(dispatcher);

    let dispatcher = reopen(folder.path()).await;
    let again = receiver.wait_for("/hang", 2).await.remove(1);
    assert_eq!(first.1["webhook-id"], again.1["webhook-id"]);
    assert!(dispatcher.remove(listener).await.unwrap());
    let given_up = GiveUpReason::ListenerRemoved;
    eventually(async || deliveries(&dispatcher, DeliveryState::GivenUp(given_up)).await.pop()).await;
    dispatcher.stop().await;
}

#[tokio::test]
async fn a_delivery_that_was_given_up_can_be_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, address) = Receiver::start().await;
    receiver.answer("/", 404);
    let dispatcher = start(folder.path()).await;
    register(&dispatcher, json!({"uri": format!("http://{address}/")})).await;
    send(&dispatcher, event(1)).await;
    let given_up = DeliveryState::GivenUp(GiveUpReason::Status(404));
    let id = eventually(async || deliveries(&dispatcher, given_up).await.pop()).await;
    receiver.answer("/", 200);
    assert!(dispatcher.redeliver(id).await.unwrap());
    eventually(async || deliveries(&dispatcher, DeliveryState::Delivered).await.pop()).await;
    assert!(!dispatcher.redeliver(DeliveryId::from_bytes([0; 16])).await.unwrap());
    dispatcher.stop().await;
}

#[tokio::test]
async fn it_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let dispatcher = start(folder.path()).await;
    let filter = json!({"event.number": {"$gt": 5}});
    let listener = register(&dispatcher, json!({"uri": "https://example.org/", "eventFilter": filter})).await;
    let mut notices = dispatcher.subscribe();
    let id = send(&dispatcher, event(1)).await;
    let Notice::Event { id: told, listeners, .. } = notices.recv().await.unwrap() else { panic!() };
    assert_eq!((told, listeners), (id, Vec::new()));

    let explained = dispatcher.explain(listener, id).await.unwrap().unwrap();
    assert!(!explained.explanation.matches());
    assert!(
        explained.explanation.reason().contains("`event.number` is 1"),
        "{}",
        explained.explanation.reason()
    );
    let nobody = ListenerId::from_number(99);
    assert_eq!(dispatcher.explain(nobody, id).await.unwrap().unwrap_err(), UnknownPart::Listener);

    let previewed = dispatcher.preview(r#"{"event.number": 1}"#, 10).await.unwrap();
    assert_eq!(
        previewed.events.iter().map(|event| (event.id, event.matches)).collect::<Vec<_>>(),
        [(id, true)]
    );
    dispatcher.preview("{", 10).await.unwrap_err();
    dispatcher.stop().await;
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.client.allowed.clear();
    let dispatcher = Dispatcher::start(options, MasterKey::from_bytes([1; 32])).await.unwrap();
    for uri in ["http://127.0.0.1/", "http://[::ffff:10.0.0.1]/", "http://localhost:1/", "http://2130706433/"]
    {
        let registration = json!({"httpMethod": "POST", "event": "Test", "uri": uri}).to_string();
        let Err(RegisterError::Registration(error)) = dispatcher.register(&registration).await else {
            panic!("{uri}")
        };
        let problem = &error.problems[0];
        assert_eq!(problem.pointer, "/uri");
        assert_eq!(registration[problem.range.clone().unwrap()], format!("\"{uri}\""));
    }
    dispatcher.stop().await;
}

#[tokio::test]
async fn a_store_has_one_dispatcher_and_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let dispatcher = start(folder.path()).await;
    register(&dispatcher, json!({"uri": "https://example.org/"})).await;
    let second = Dispatcher::start(options(folder.path()), MasterKey::from_bytes([1; 32])).await;
    assert!(matches!(second.err(), Some(OpenError::Store(StoreError::Locked))));
    dispatcher.stop().await;
    drop(dispatcher);
    let wrong_key = eventually(async || {
        let other = Dispatcher::start(options(folder.path()), MasterKey::from_bytes([2; 32])).await;
        other.err().filter(|error| !matches!(error, OpenError::Store(StoreError::Locked)))
    })
    .await;
    assert!(matches!(wrong_key, OpenError::Store(StoreError::WrongKey)), "{wrong_key}");
}
