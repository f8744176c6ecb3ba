//! How fast the store is: events accepted per second with durable commits, attempts recorded per second, and what the
//! scheduler's questions cost with a million pending deliveries.
//!
//! ```console
//! $ cargo run --release -p hooksieve-dispatcher --example store_speed -- FOLDER
//! ```
//!
//! FOLDER is on the disk to be measured; a store is made in it, and removed. The events are those of `examples/`, each goes
//! to one of 10,000 listeners. First comes what one commit costs on this disk: one page written and synced.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use hooksieve_dispatcher::core::{Decision, DeliveryId, EventId, ListenerId, Timestamp};
use hooksieve_dispatcher::store::{AttemptRecord, MasterKey, NewBatch, NewEvent, Store, StoreOptions};
use tokio::task::JoinSet;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const LISTENERS: usize = 10_000;
const PENDING: usize = 1_000_000;
const RUN: Duration = Duration::from_secs(3);

/// Where events come from.
struct Source {
    bodies: Vec<Arc<[u8]>>,
    listeners: Vec<ListenerId>,
    next: AtomicUsize,
}

impl Source {
    fn batch(&self, length: usize) -> anyhow::Result<NewBatch> {
        let events = (0..length).map(|_| self.event()).collect::<anyhow::Result<_>>()?;
        Ok(NewBatch { accepted_at: NOW, events, idempotency: None })
    }

    fn event(&self) -> anyhow::Result<NewEvent> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let body = self.bodies.get(number % self.bodies.len()).context("an event")?;
        // Spread over the listeners, and not in their order.
        let listener =
            self.listeners.get(number.wrapping_mul(7_919) % self.listeners.len()).context("a listener")?;
        // As in time: later ones are greater.
        let time = Timestamp::from_millis(NOW.as_millis() + i64::try_from(number / 10)?);
        let mut random = [0; 10];
        getrandom::fill(&mut random)?;
        let delivery = DeliveryId::new(time, random);
        let event = EventId::new(time, random);
        Ok(NewEvent { id: event, body: Arc::clone(body), deliveries: vec![(*listener, delivery)] })
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = std::env::args_os().nth(1).context("expected a folder on the disk to be measured")?;
    let folder = tempfile::tempdir_in(folder)?;
    println!("one page written and synced: {:.2?}, the median of 100", page_sync(folder.path())?);
    let options = StoreOptions { path: folder.path().join("store.db"), busy_timeout: Duration::from_secs(5) };
    let store = Store::open(&options, MasterKey::generate()?)?;
    let source = Arc::new(source(&store).await?);

    println!("\naccepted: {} bytes an event, one delivery each", mean_length(&source.bodies));
    println!(
        "| events a batch | callers | events/s | batches/s | median | 99 % |\n|--:|--:|--:|--:|--:|--:|"
    );
    for length in [1, 10, 100] {
        for callers in [1, 16, 128] {
            let (batches, latencies) = accept(&store, &source, length, callers).await?;
            let [median, high] = quantiles(latencies);
            let events = batches * f64::from(u32::try_from(length)?);
            println!("| {length} | {callers} | {events:.0} | {batches:.0} | {median:.2?} | {high:.2?} |");
        }
    }

    println!("\nrecorded: attempts that end a delivery");
    println!("| callers | attempts/s | median | 99 % |\n|--:|--:|--:|--:|");
    for callers in [1, 16, 128] {
        let (attempts, latencies) = record(&store, &source, callers).await?;
        let [median, high] = quantiles(latencies);
        println!("| {callers} | {attempts:.0} | {median:.2?} | {high:.2?} |");
    }

    let stored = source.next.load(Ordering::Relaxed);
    for _ in 0..PENDING.saturating_sub(stored).div_ceil(1_000) {
        store.accept(source.batch(1_000)?).await?;
    }
    let size = std::fs::metadata(&options.path)?.len() >> 20;
    println!(
        "\n{} events stored, {LISTENERS} listeners, {size} MiB; medians of 20",
        source.next.load(Ordering::Relaxed)
    );
    let listener = *source.listeners.first().context("a listener")?;
    println!("next_due: {:.2?}", median_of(async || store.next_due().await.map(drop)).await?);
    println!(
        "due, 32 of a listener: {:.2?}",
        median_of(async || store.due(listener, 32, vec![]).await.map(drop)).await?
    );
    println!(
        "health of a listener: {:.2?}",
        median_of(async || store.health(listener).await.map(drop)).await?
    );
    println!("all listeners: {:.2?}", median_of(async || store.listeners().await.map(drop)).await?);
    Ok(())
}

fn page_sync(folder: &Path) -> anyhow::Result<Duration> {
    let mut file = File::create(folder.join("page"))?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let start = Instant::now();
        file.write_all(&[1; 4_096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    let [median, _] = quantiles(times);
    Ok(median)
}

async fn source(store: &Store) -> anyhow::Result<Source> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/events.ndjson");
    let bodies = std::fs::read_to_string(path)?.lines().map(|line| Arc::from(line.as_bytes())).collect();
    let mut inserts = JoinSet::new();
    for _ in 0..LISTENERS {
        let store = store.clone();
        inserts
            .spawn(async move { store.insert_listener(r#"{"httpMethod": "POST"}"#.to_owned(), NOW).await });
    }
    let mut listeners = inserts.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    listeners.sort_unstable();
    Ok(Source { bodies, listeners, next: AtomicUsize::new(0) })
}

/// Callers that each accept one batch after the other. Returns batches per second, and how long each took.
async fn accept(
    store: &Store,
    source: &Arc<Source>,
    length: usize,
    callers: usize,
) -> anyhow::Result<(f64, Vec<Duration>)> {
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (store, source) = (store.clone(), Arc::clone(source));
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while start.elapsed() < RUN {
                let batch = source.batch(length)?;
                let begin = Instant::now();
                store.accept(batch).await?;
                latencies.push(begin.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    finish(start, tasks).await
}

/// Callers that each record one delivery after the other as done.
async fn record(store: &Store, source: &Source, callers: usize) -> anyhow::Result<(f64, Vec<Duration>)> {
    let mut due = Vec::new();
    for listener in source.listeners.iter().take(LISTENERS) {
        due.extend(store.due(*listener, 8, vec![]).await?.into_iter().map(|due| (*listener, due.id)));
        if due.len() > 30_000 {
            break;
        }
    }
    let due = Arc::new(due);
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (store, due, next) = (store.clone(), Arc::clone(&due), Arc::clone(&next));
        tasks.spawn(async move {
            let mut latencies = Vec::new();
            while start.elapsed() < RUN
                && let Some((listener, delivery)) = due.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let record = AttemptRecord {
                    delivery: *delivery,
                    listener: *listener,
                    attempt: 1,
                    started_at: NOW,
                    duration: Duration::from_millis(20),
                    result: Ok(200),
                    answer: b"OK".to_vec(),
                    decision: Decision::Done,
                };
                let begin = Instant::now();
                store.record(record).await?;
                latencies.push(begin.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    finish(start, tasks).await
}

async fn finish(
    start: Instant,
    tasks: JoinSet<anyhow::Result<Vec<Duration>>>,
) -> anyhow::Result<(f64, Vec<Duration>)> {
    let latencies = tasks.join_all().await.into_iter().collect::<anyhow::Result<Vec<_>>>()?.concat();
    let count = f64::from(u32::try_from(latencies.len())?);
    Ok((count / start.elapsed().as_secs_f64(), latencies))
}

async fn median_of<E>(question: impl AsyncFn() -> Result<(), E>) -> Result<Duration, E> {
    let mut times = Vec::new();
    for _ in 0..20 {
        let start = Instant::now();
        question().await?;
        times.push(start.elapsed());
    }
    let [median, _] = quantiles(times);
    Ok(median)
}

/// The median, and what 99 of 100 do not exceed.
fn quantiles(mut times: Vec<Duration>) -> [Duration; 2] {
    times.sort_unstable();
    [50, 99].map(|percent| times.get(times.len() * percent / 100).copied().unwrap_or_default())
}

fn mean_length(bodies: &[Arc<[u8]>]) -> usize {
    bodies.iter().map(|body| body.len()).sum::<usize>() / bodies.len().max(1)
}
