//! What the dispatcher takes: routing, accepting, delivering, and its memory. Prints the tables of benches/README.md.
//!
//! `cargo bench -p hooksieve-dispatcher`, with the names of tables behind `--` to measure only these.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark may end at once"
)]

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router as Routes;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use hooksieve::{FilterSet, Scratch};
use hooksieve_dispatcher::core::{ListenerId, Registration, Router};
use hooksieve_dispatcher::deliver::ClientOptions;
use hooksieve_dispatcher::run::{Acceptance, Dispatcher, Options};
use hooksieve_dispatcher::store::{MasterKey, Retention, StoreOptions};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// The sample events of the project.
const EVENTS: &str = include_str!("../../examples/events.ndjson");

#[tokio::main]
async fn main() {
    let wanted: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |table: &str| wanted.is_empty() || wanted.iter().any(|name| name == table);
    if is_wanted("route") {
        route();
    }
    if is_wanted("accept") {
        accept().await;
    }
    if is_wanted("deliver") {
        deliver().await;
    }
    if is_wanted("memory") {
        memory().await;
    }
}

/// The middle one, and the first and the last.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}

// Routing

/// A registration of one of the classes of the samples, for one of many users, or for a table or a folder.
fn registration(index: usize, classes: &[String], uri: &str) -> Registration {
    let filter = match index % 4 {
        // Some are for somebody who is there.
        0 if index.is_multiple_of(100) => json!({"user.uid": "bob"}),
        0 => json!({"user.uid": format!("user{}", index / 4)}),
        1 => json!({"event.tableId": index / 4, "user.uid": {"$ne": "bob"}}),
        2 => json!({"event.node.path": {"$startsWith": format!("/user{}/files/", index / 4)}}),
        _ => json!({"time": {"$gte": 1_700_000_000 + index, "$lt": 1_700_000_100 + index}}),
    };
    let text = json!({
        "httpMethod": "POST",
        "uri": uri,
        "event": classes[index % classes.len()],
        "eventFilter": filter,
    });
    Registration::from_json(&text.to_string()).unwrap()
}

/// Those of the samples that come in Nextcloud's envelope.
fn classes() -> Vec<String> {
    let mut classes: Vec<String> = EVENTS.lines().filter_map(class).collect();
    classes.sort();
    classes.dedup();
    classes
}

fn class(event: &str) -> Option<String> {
    let event: Value = serde_json::from_str(event).unwrap();
    event.pointer("/event/class")?.as_str().map(str::to_owned)
}

fn route() {
    const LISTENERS: usize = 10_000;
    const ROUNDS: usize = 101;
    let classes = classes();
    let (mut router, mut set) = (Router::default(), FilterSet::new());
    for (index, number) in (0..LISTENERS).zip(1..) {
        let (id, registration) =
            (ListenerId::from_number(number), registration(index, &classes, "https://example.org/"));
        // The class at Nextcloud's own place only.
        set.insert(id, registration.listener().condition().clone());
        router.insert(id, Arc::new(registration));
    }
    let events: Vec<&[u8]> =
        EVENTS.lines().filter(|event| class(event).is_some()).map(str::as_bytes).collect();
    let (routes, mut scratch, mut hits) = (router.routes(), Scratch::new(), 0);
    let per_event = |start: Instant| start.elapsed().as_secs_f64() * 1e9 / events.len() as f64;
    let (mut engine, mut routing) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        hits +=
            events.iter().map(|event| set.matches_json(event, &mut scratch).unwrap().len()).sum::<usize>();
        engine.push(per_event(start));
        let start = Instant::now();
        hits += events.iter().map(|event| routes.route(event, &mut scratch).unwrap().len()).sum::<usize>();
        routing.push(per_event(start));
    }
    let ((engine, engine_min, engine_max), (routing, min, max)) = (spread(engine), spread(routing));
    let hits = hits as f64 / (2 * ROUNDS * events.len()) as f64;
    println!("| {LISTENERS} listeners, {hits:.1} hits an event | time per event |\n|---|--:|");
    println!("| the engine's filter set | {engine:.0} ns ({engine_min:.0}–{engine_max:.0}) |");
    println!("| routing | {routing:.0} ns ({min:.0}–{max:.0}), {:.2} × |\n", routing / engine);
}

// The dispatcher at work

async fn start(folder: &std::path::Path) -> Dispatcher {
    let options = Options {
        store: StoreOptions::new(&folder.join("store.db")),
        client: ClientOptions { allowed: vec!["127.0.0.0/8".parse().unwrap()], ..ClientOptions::default() },
        max_in_flight: 64,
        max_in_flight_per_host: 64,
        max_event: 1 << 20,
        shutdown_grace: Duration::from_secs(10),
        retention: Retention {
            deliveries: Some(Duration::from_secs(1)),
            events: Some(Duration::from_secs(1)),
            idempotency: Duration::from_secs(1),
        },
        clean_up_every: Duration::from_secs(1),
    };
    Dispatcher::start(options, MasterKey::from_bytes([7; 32])).await.unwrap()
}

async fn send(dispatcher: &Dispatcher, lines: &[u8]) {
    let Ok(Acceptance::Accepted(accepted)) = dispatcher.accept(lines, true, None).await else { panic!() };
    assert!(accepted.bad_lines.is_empty());
}

/// So many of the samples, in turns.
fn batches(size: usize) -> Vec<Vec<u8>> {
    let events: Vec<&str> = EVENTS.lines().collect();
    events.chunks_exact(size).map(|lines| (lines.join("\n") + "\n").into_bytes()).collect()
}

/// Accepted events per second, from several callers at once; each waits for the commit.
async fn accept() {
    const ROUNDS: usize = 5;
    const EVENTS_EACH: usize = 20_000;
    println!("| events a request | callers | accepted events per second |\n|--:|--:|--:|");
    let folder = tempfile::tempdir().unwrap();
    let dispatcher = start(folder.path()).await;
    let classes = classes();
    for index in 0..100 {
        let registration = registration(index, &classes, "http://127.0.0.1:9/").to_value_with_secrets();
        let listener = dispatcher.register(&registration.to_string()).await.unwrap().view.id;
        // Nothing is delivered: what is measured is the acceptance.
        dispatcher.set_enabled(listener, false).await.unwrap();
    }
    for (size, callers) in [(1, 1), (1, 64), (10, 16), (100, 4), (1_000, 1)] {
        let batches = Arc::new(batches(size));
        let requests = if size * callers == 1 { 500 } else { EVENTS_EACH / size / callers };
        let mut rates = Vec::new();
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let mut tasks = JoinSet::new();
            for caller in 0..callers {
                let (dispatcher, batches) = (dispatcher.clone(), Arc::clone(&batches));
                tasks.spawn(async move {
                    for request in 0..requests {
                        send(&dispatcher, &batches[(caller + request * callers) % batches.len()]).await;
                    }
                });
            }
            tasks.join_all().await;
            rates.push((requests * callers * size) as f64 / start.elapsed().as_secs_f64());
        }
        let (rate, min, max) = spread(rates);
        println!("| {size} | {callers} | {rate:.0} ({min:.0}–{max:.0}) |");
    }
    println!();
    dispatcher.stop().await;
}

/// A receiver that says yes, and notes when each event came, by its number.
#[derive(Default)]
struct Receiver {
    count: AtomicU64,
    arrivals: Mutex<Vec<(u64, Instant)>>,
}

async fn receive(State(receiver): State<Arc<Receiver>>, body: Bytes) -> StatusCode {
    receiver.count.fetch_add(1, Ordering::Relaxed);
    let body: Value = serde_json::from_slice(&body).unwrap();
    if let Some(number) = body["number"].as_u64() {
        receiver.arrivals.lock().unwrap().push((number, Instant::now()));
    }
    StatusCode::NO_CONTENT
}

async fn receiver() -> (SocketAddr, Arc<Receiver>) {
    let receiver = Arc::new(Receiver::default());
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let routes = Routes::new().route("/", post(receive)).with_state(Arc::clone(&receiver));
    tokio::spawn(async move { axum::serve(socket, routes).await });
    (address, receiver)
}

/// A listener that gets every event of the benchmark's own class.
async fn listen(dispatcher: &Dispatcher, address: SocketAddr) {
    let registration = json!({
        "httpMethod": "POST",
        "uri": format!("http://{address}/"),
        "event": "Bench",
        "delivery": {"body": "event", "signatures": [
            {"scheme": "standard-webhooks", "secrets": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]},
        ]},
    });
    dispatcher.register(&registration.to_string()).await.unwrap();
}

/// An event of about the size of the samples.
fn event(number: u64) -> String {
    let filler = "x".repeat(350);
    json!({"event": {"class": "Bench", "text": filler}, "user": {"uid": "bob"}, "number": number}).to_string()
}

/// Deliveries per second, and how long they wait under half of that.
async fn deliver() {
    const DELIVERIES: u64 = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let dispatcher = start(folder.path()).await;
    let (address, receiver) = receiver().await;
    listen(&dispatcher, address).await;

    let lines: String = (0..DELIVERIES).map(|number| event(number) + "\n").collect();
    let start = Instant::now();
    send(&dispatcher, lines.as_bytes()).await;
    wait_for(&receiver, DELIVERIES).await;
    let rate = DELIVERIES as f64 / start.elapsed().as_secs_f64();
    println!(
        "Deliveries to a receiver on the same machine, signed, each with its outcome stored: {rate:.0} per second."
    );

    const SECONDS: u64 = 20;
    const TICK: Duration = Duration::from_millis(5);
    receiver.arrivals.lock().unwrap().clear();
    let per_tick = ((rate / 2.0) * TICK.as_secs_f64()).max(1.0) as u64;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut accepted, mut next) = (Vec::new(), DELIVERIES);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(SECONDS) {
        ticks.tick().await;
        let lines: String = (next..next + per_tick).map(|number| event(number) + "\n").collect();
        send(&dispatcher, lines.as_bytes()).await;
        accepted.push((next, Instant::now()));
        next += per_tick;
    }
    let achieved = (next - DELIVERIES) as f64 / start.elapsed().as_secs_f64();
    wait_for(&receiver, next).await;
    let mut delays: Vec<f64> = receiver
        .arrivals
        .lock()
        .unwrap()
        .iter()
        .map(|(number, arrived)| {
            let batch = accepted.partition_point(|(first, _)| first <= number) - 1;
            arrived.saturating_duration_since(accepted[batch].1).as_secs_f64() * 1e3
        })
        .collect();
    delays.sort_by(f64::total_cmp);
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize];
    println!(
        "At {achieved:.0} events per second, from acceptance to arrival: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms.\n",
        at(0.5),
        at(0.99),
        at(1.0),
    );
    dispatcher.stop().await;
}

async fn wait_for(receiver: &Receiver, count: u64) {
    while receiver.count.load(Ordering::Relaxed) < count {
        sleep(Duration::from_millis(1)).await;
    }
}

/// Resident memory while very many events pass through, as many as in an hour at 100 a second.
async fn memory() {
    const ROUNDS: u64 = 12;
    const EVENTS_EACH: u64 = 30_000;
    const BATCH: u64 = 100;
    let folder = tempfile::tempdir().unwrap();
    let dispatcher = start(folder.path()).await;
    let (address, receiver) = receiver().await;
    listen(&dispatcher, address).await;
    println!("| events | resident memory | database |\n|--:|--:|--:|");
    for round in 0..ROUNDS {
        for batch in 0..EVENTS_EACH / BATCH {
            let first = round * EVENTS_EACH + batch * BATCH;
            let lines: String = (first..first + BATCH).map(|number| event(number) + "\n").collect();
            send(&dispatcher, lines.as_bytes()).await;
        }
        wait_for(&receiver, (round + 1) * EVENTS_EACH).await;
        receiver.arrivals.lock().unwrap().clear();
        let megabytes = |bytes: u64| bytes / 1_000_000;
        let database = fs::metadata(folder.path().join("store.db")).unwrap().len();
        println!(
            "| {} | {} MB | {} MB |",
            (round + 1) * EVENTS_EACH,
            megabytes(resident()),
            megabytes(database)
        );
    }
    dispatcher.stop().await;
}

/// In bytes; Linux only.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}
