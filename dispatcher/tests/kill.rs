//! Killed at random moments, again and again, with a receiver that fails one time in three: every event that was
//! acknowledged reaches every listener that it matches, nothing goes where it does not match, and no id is used for
//! two deliveries.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::{BTreeSet, HashMap};
use std::env;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::sleep;

#[path = "common/program.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod program;

use program::Program;

/// How often the program is killed; `HOOKSIEVE_KILLS` says otherwise.
const KILLS: u64 = 25;
/// Events that are sent together, and the pause between: no more than what can be delivered in the meantime.
const BATCH: u64 = 5;
const PAUSE: Duration = Duration::from_millis(10);
/// Without anything new for so long, what is missing is taken for lost.
const PATIENCE: Duration = Duration::from_secs(60);

const USERS: [&str; 3] = ["bob", "alice", "carol"];

/// A listener: where it listens, its filter, and which events match that.
type Listener = (&'static str, &'static str, fn(u64) -> bool);

const LISTENERS: [Listener; 6] = [
    ("all", "{}", |_| true),
    ("none", r#"{"event.number": {"$lt": 0}}"#, |_| false),
    ("bob", r#"{"user.uid": "bob"}"#, |number| number % 3 == 0),
    ("fifth", r#"{"event.number": {"$mod": [5, 0]}}"#, |number| number % 5 == 0),
    ("others", r#"{"user.uid": {"$ne": "bob"}}"#, |number| number % 3 != 0),
    (
        "either",
        r#"{"$or": [{"event.number": {"$mod": [7, 3]}}, {"user.uid": {"$in": ["carol"]}}]}"#,
        |number| number % 7 == 3 || number % 3 == 2,
    ),
];

fn event(number: u64) -> Value {
    json!({
        "event": {"class": "Test\\Event", "number": number},
        "user": {"uid": USERS[usize::try_from(number % 3).unwrap()], "displayName": "…"},
        "time": 1_700_000_000 + number,
    })
}

/// What has arrived.
#[derive(Default)]
struct Received {
    requests: AtomicU64,
    /// For each id, the listener and the event, and whether it was answered with a success.
    deliveries: Mutex<HashMap<String, (String, u64, bool)>>,
    mistakes: Mutex<Vec<String>>,
}

async fn receive(
    State(received): State<Arc<Received>>,
    Path(listener): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let fails = received.requests.fetch_add(1, Ordering::Relaxed) % 3 == 2;
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let number = body["event"]["number"].as_u64().unwrap();
    let mut deliveries = received.deliveries.lock().unwrap();
    let (known_listener, known_number, is_delivered) =
        deliveries.entry(id.clone()).or_insert_with(|| (listener.clone(), number, false));
    if (&*known_listener, *known_number) != (&listener, number) {
        received.mistakes.lock().unwrap().push(format!("{id} is used twice"));
    }
    *is_delivered |= !fails;
    if fails { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
}

/// A sequence of numbers that look random, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_goes_astray() {
    let kills = env::var("HOOKSIEVE_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let received = Arc::new(Received::default());
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = socket.local_addr().unwrap();
    let routes = Router::new().route("/{listener}", post(receive)).with_state(Arc::clone(&received));
    tokio::spawn(async move { axum::serve(socket, routes).await });

    let mut program = Arc::new(Program::start(folder.path(), &[]));
    for (name, filter, _) in LISTENERS {
        let (status, answer) = program
            .register(&json!({
                "httpMethod": "POST",
                "uri": format!("http://{receiver}/{name}"),
                "event": "Test\\Event",
                "eventFilter": serde_json::from_str::<Value>(filter).unwrap(),
                "delivery": {"retry": {"delays": vec![0; 100], "on": "every-failure"}},
            }))
            .await;
        assert_eq!(status, 200, "{answer}");
    }

    let (mut acknowledged, mut dice) = (BTreeSet::new(), Dice(1));
    let next = Arc::new(AtomicU64::new(0));
    for _ in 0..kills {
        let sender = {
            let (program, next) = (Arc::clone(&program), Arc::clone(&next));
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                loop {
                    let first = next.fetch_add(BATCH, Ordering::Relaxed);
                    let numbers = first..first + BATCH;
                    let lines: String =
                        numbers.clone().map(|number| format!("{}\n", event(number))).collect();
                    if !program.send(lines).await {
                        return acknowledged;
                    }
                    acknowledged.extend(numbers);
                    sleep(PAUSE).await;
                }
            })
        };
        sleep(Duration::from_millis(5 + dice.below(300))).await;
        kill(program.id());
        acknowledged.extend(sender.await.unwrap());
        drop(program);
        program = Arc::new(Program::start(folder.path(), &[]));
    }

    let missing = || {
        let deliveries = received.deliveries.lock().unwrap();
        let delivered: BTreeSet<(&str, u64)> = (deliveries.values())
            .filter(|(_, _, is_delivered)| *is_delivered)
            .map(|(listener, number, _)| (listener.as_str(), *number))
            .collect();
        let wanted = |(name, _, matches): Listener| {
            acknowledged.iter().filter(move |number| matches(**number)).map(move |number| (name, *number))
        };
        LISTENERS.into_iter().flat_map(wanted).filter(|delivery| !delivered.contains(delivery)).count()
    };
    let (mut left, mut since) = (missing(), Instant::now());
    while left > 0 {
        assert!(since.elapsed() < PATIENCE, "{left} deliveries are lost");
        sleep(Duration::from_millis(100)).await;
        let now = missing();
        if now < left {
            (left, since) = (now, Instant::now());
        }
    }

    let deliveries = received.deliveries.lock().unwrap();
    let mut by_target = HashMap::new();
    for (id, (listener, number, _)) in &*deliveries {
        let (_, _, matches) = LISTENERS.iter().find(|(name, _, _)| name == listener).unwrap();
        assert!(matches(*number), "{number} has gone astray, to {listener}");
        if let Some(other) = by_target.insert((listener, number), id) {
            panic!("{number} to {listener} is both {id} and {other}");
        }
    }
    assert_eq!(*received.mistakes.lock().unwrap(), Vec::<String>::new());
    println!(
        "{kills} kills, {} events acknowledged, {} deliveries, {} requests",
        acknowledged.len(),
        deliveries.len(),
        received.requests.load(Ordering::Relaxed),
    );
}

/// SIGKILL, while somebody else holds the program.
fn kill(process: u32) {
    let status = std::process::Command::new("kill").args(["-9", &process.to_string()]).status().unwrap();
    assert!(status.success());
}
