//! What must not be lost: listeners, events, deliveries and their attempts, in one SQLite file.
//!
//! One thread writes. It takes all that is waiting, does it in one transaction, and answers after the
//! commit is on the disk (`journal_mode = WAL`, `synchronous = FULL`): so the price of a commit is shared.
//! Readers have connections of their own.

mod key;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use key::MasterKey;

use crate::core::{
    Decision, DeliveryId, DisableReason, EventId, Failure, GiveUpReason, ListenerId, Timestamp,
};

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The file; it is created where there is none.
    pub path: PathBuf,
    /// How long a write waits for a database that another program has locked.
    pub busy_timeout: Duration,
}

/// A store that is open: a handle, cheap to clone. The writer ends after the last one is dropped.
#[derive(Clone)]
pub struct Store {
    _inner: Arc<()>,
}

/// Why the store has not done what was asked. Nothing of it was done.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No room on the disk.
    #[error("the disk is full")]
    Full,
    /// Another program holds the database.
    #[error("the database is locked")]
    Locked,
    /// The key does not open the secrets that are stored.
    #[error("the key is not the one that the secrets were stored with")]
    WrongKey,
    /// The file was written by a later version of this program.
    #[error("the database has schema {found}, this program knows {known}")]
    TooNew {
        /// Of the file.
        found: i64,
        /// The latest that is known.
        known: i64,
    },
    /// The file is damaged, or no database.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Anything else that SQLite or the disk says.
    #[error("the database fails: {0}")]
    Other(String),
    /// The writer has ended.
    #[error("the store is closed")]
    Closed,
}

/// A listener as it is stored.
#[derive(Debug, Clone)]
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
    /// The start of the answer, as it came; at most a few kilobytes.
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
    /// At most so many; 1 to 1,000.
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

impl Store {
    /// Opens the file, creates or migrates its tables, and starts the writer. Blocks.
    ///
    /// # Errors
    ///
    /// [`StoreError`], among them [`WrongKey`](StoreError::WrongKey).
    pub fn open(options: &StoreOptions, key: MasterKey) -> Result<Self, StoreError> {
        let _ = (options, key);
        todo!()
    }

    /// Stores a registration (its secrets encrypted), and gives it a number.
    pub async fn insert_listener(
        &self,
        registration: String,
        now: Timestamp,
    ) -> Result<ListenerId, StoreError> {
        let _ = (registration, now);
        todo!()
    }

    /// Replaces a registration; false, if there is no such listener.
    pub async fn replace_listener(&self, id: ListenerId, registration: String) -> Result<bool, StoreError> {
        let _ = (id, registration);
        todo!()
    }

    /// Removes a listener and gives its pending deliveries up; false, if there is no such listener.
    pub async fn remove_listener(&self, id: ListenerId, now: Timestamp) -> Result<bool, StoreError> {
        let _ = (id, now);
        todo!()
    }

    /// Disables a listener, or (`None`) enables it: then its row of failures is forgotten, and what is pending is due.
    pub async fn set_disabled(
        &self,
        id: ListenerId,
        disabled: Option<DisableReason>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let _ = (id, disabled, now);
        todo!()
    }

    /// All listeners, in the order of their numbers.
    pub async fn listeners(&self) -> Result<Vec<StoredListener>, StoreError> {
        todo!()
    }

    /// How a listener is doing.
    pub async fn health(&self, id: ListenerId) -> Result<Option<Health>, StoreError> {
        let _ = id;
        todo!()
    }

    /// Stores events and their deliveries, all or none. When this returns `Committed`, they are on the disk.
    pub async fn accept(&self, batch: NewBatch) -> Result<Stored, StoreError> {
        let _ = batch;
        todo!()
    }

    /// For each listener with pending deliveries, when the first is due; none of disabled listeners.
    pub async fn next_due(&self) -> Result<Vec<(ListenerId, Timestamp)>, StoreError> {
        todo!()
    }

    /// The pending deliveries of a listener in the order in which they are due, be it now or later; at most `limit`,
    /// those in `except` left out.
    pub async fn due(
        &self,
        listener: ListenerId,
        limit: u32,
        except: Vec<DeliveryId>,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        let _ = (listener, limit, except);
        todo!()
    }

    /// Stores an attempt and what follows from it for the delivery and its listener.
    pub async fn record(&self, attempt: AttemptRecord) -> Result<(), StoreError> {
        let _ = attempt;
        todo!()
    }

    /// Makes a finished delivery pending again, due now, its attempts counted on; false, if there is none, or it is pending.
    pub async fn redeliver(&self, id: DeliveryId, now: Timestamp) -> Result<Option<ListenerId>, StoreError> {
        let _ = (id, now);
        todo!()
    }

    /// Deliveries, newest first.
    pub async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<DeliverySummary>, StoreError> {
        let _ = query;
        todo!()
    }

    /// A delivery with its attempts, in their order.
    pub async fn delivery(
        &self,
        id: DeliveryId,
    ) -> Result<Option<(DeliverySummary, Vec<AttemptSummary>)>, StoreError> {
        let _ = id;
        todo!()
    }

    /// An event.
    pub async fn event(&self, id: EventId) -> Result<Option<StoredEvent>, StoreError> {
        let _ = id;
        todo!()
    }

    /// The latest events, newest first; only those older than `before`.
    pub async fn recent_events(
        &self,
        limit: u32,
        before: Option<EventId>,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let _ = (limit, before);
        todo!()
    }

    /// Removes what has been kept long enough, in small steps that let others write in between. Returns how many
    /// deliveries and events were removed.
    pub async fn clean_up(&self, retention: &Retention, now: Timestamp) -> Result<(u64, u64), StoreError> {
        let _ = (retention, now);
        todo!()
    }

    /// Whether the store can write: for health checks.
    pub async fn check(&self) -> Result<(), StoreError> {
        todo!()
    }
}
