//! What goes into the store and comes out of it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::core::{
    Decision, DeliveryId, DisableReason, EventId, Failure, GiveUpReason, ListenerId, Timestamp,
};

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The file; it is created where there is none. Beside it, SQLite's own (`-wal`, `-shm`) and a lock file (`.lock`).
    pub path: PathBuf,
    /// How long a write waits for a database that another program has locked.
    pub busy_timeout: Duration,
}

impl StoreOptions {
    /// A file; writes wait for 5 seconds.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), busy_timeout: Duration::from_secs(5) }
    }
}

/// A listener as it is stored. `Debug` does not show the registration.
#[derive(Clone)]
pub struct StoredListener {
    /// Its number.
    pub id: ListenerId,
    /// The registration, with secrets: for [`Registration::from_json`](crate::core::Registration::from_json).
    pub registration: zeroize::Zeroizing<String>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// How it is doing.
    pub health: Health,
}

impl fmt::Debug for StoredListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, registration: _, created_at, health } = self;
        f.debug_struct("StoredListener")
            .field("id", id)
            .field("created_at", created_at)
            .field("health", health)
            .finish_non_exhaustive()
    }
}

/// How a listener is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Since when it is disabled, and why; `None` where it is not.
    pub disabled: Option<(Timestamp, DisableReason)>,
    /// Deliveries given up since the last that was delivered.
    pub failed_in_a_row: u32,
    /// When the first of these was given up.
    pub failing_since: Option<Timestamp>,
    /// When something was delivered last.
    pub last_success_at: Option<Timestamp>,
    /// Deliveries that are waiting for an attempt.
    pub pending: u64,
}

/// An event to be stored, with where it goes.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// Its id.
    pub id: EventId,
    /// Its text.
    pub body: Arc<[u8]>,
    /// For each listener that it goes to, the id of the delivery.
    pub deliveries: Vec<(ListenerId, DeliveryId)>,
}

/// Events to be stored in one transaction.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// When they were accepted.
    pub accepted_at: Timestamp,
    /// In their order.
    pub events: Vec<NewEvent>,
    /// For requests that may be sent again.
    pub idempotency: Option<Idempotency>,
}

/// A request that may be sent again, and what it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotency {
    /// `Idempotency-Key`.
    pub key: String,
    /// SHA-256 of the request's body: another request with the same key is a mistake.
    pub fingerprint: [u8; 32],
    /// What is answered, to be given again.
    pub answer: String,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// It is on the disk.
    Committed,
    /// The same request was there before: its answer. Nothing was stored.
    Repeated(String),
    /// Another request with this key was there before. Nothing was stored.
    KeyReused,
}

/// A delivery that is due, with all that an attempt needs.
#[derive(Debug, Clone)]
pub struct DueDelivery {
    /// The same in all attempts.
    pub id: DeliveryId,
    /// What.
    pub event: EventId,
    /// When the event was accepted.
    pub accepted_at: Timestamp,
    /// How many attempts there were.
    pub attempts: u32,
    /// When it was due.
    pub due_at: Timestamp,
    /// The event's text.
    pub body: Arc<[u8]>,
}

/// An attempt that has come to its end.
#[derive(Debug, Clone)]
pub struct AttemptRecord {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Its listener.
    pub listener: ListenerId,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// The status, or why there is none.
    pub result: Result<u16, Failure>,
    /// The start of the answer, as it came; no more than 16 KiB of it are stored.
    pub answer: Vec<u8>,
    /// What follows.
    pub decision: Decision,
}

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeliveryState {
    /// An attempt is to come.
    Pending,
    /// A 2xx was answered.
    Delivered,
    /// There will be no more attempts.
    GivenUp(GiveUpReason),
}

/// A delivery as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliverySummary {
    /// Its id.
    pub id: DeliveryId,
    /// What.
    pub event: EventId,
    /// To whom.
    pub listener: ListenerId,
    /// When the event was accepted.
    pub created_at: Timestamp,
    /// How it stands.
    pub state: DeliveryState,
    /// How many attempts there were.
    pub attempts: u32,
    /// When the next attempt is due, if there is one.
    pub due_at: Option<Timestamp>,
    /// When it was delivered or given up.
    pub finished_at: Option<Timestamp>,
}

/// An attempt as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptSummary {
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// The status, or why there is none.
    pub result: Result<u16, Failure>,
    /// The start of the answer, as it came.
    pub answer: Vec<u8>,
}

/// Which deliveries to list. Newest first.
#[derive(Debug, Clone, Default)]
pub struct DeliveryQuery {
    /// Only those to a listener.
    pub listener: Option<ListenerId>,
    /// Only those of an event.
    pub event: Option<EventId>,
    /// Only those in a state; the reason for giving up does not count.
    pub state: Option<DeliveryState>,
    /// Only those older than this one: the last of the page before.
    pub before: Option<DeliveryId>,
    /// At most so many, and never more than 1,000.
    pub limit: u32,
}

/// An event as it is stored.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    /// Its id.
    pub id: EventId,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Its text.
    pub body: Arc<[u8]>,
}

/// How long finished things are kept.
#[derive(Debug, Clone)]
pub struct Retention {
    /// Deliveries after their end, with their attempts; `None`: for ever.
    pub deliveries: Option<Duration>,
    /// Events after their acceptance, where no delivery of theirs is left; `None`: for ever.
    pub events: Option<Duration>,
    /// Keys of requests that may be sent again.
    pub idempotency: Duration,
}
