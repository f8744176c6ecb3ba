//! A store in a folder of its own, and what is put into it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hooksieve_dispatcher::core::{Decision, DeliveryId, EventId, Failure, ListenerId, Timestamp};
use hooksieve_dispatcher::store::{
    AttemptRecord, DeliveryState, DeliverySummary, Health, MasterKey, NewBatch, NewEvent, Store, StoreError,
    StoreOptions, Stored,
};
use tempfile::TempDir;

pub(crate) const KEY: [u8; 32] = [7; 32];

pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) store: Store,
}

/// So many milliseconds after the start of the test's time.
pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis)
}

/// Ten bytes that no other call has.
fn unique() -> [u8; 10] {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    bytes
}

pub(crate) fn event_id(time: Timestamp) -> EventId {
    EventId::new(time, unique())
}

pub(crate) fn delivery_id(time: Timestamp) -> DeliveryId {
    DeliveryId::new(time, unique())
}

/// An event that goes to listeners.
pub(crate) fn new_event(time: Timestamp, body: &str, listeners: &[ListenerId]) -> NewEvent {
    NewEvent {
        id: event_id(time),
        body: Arc::from(body.as_bytes()),
        deliveries: listeners.iter().map(|id| (*id, delivery_id(time))).collect(),
    }
}

pub(crate) fn batch(time: Timestamp, events: Vec<NewEvent>) -> NewBatch {
    NewBatch { accepted_at: time, events, idempotency: None }
}

pub(crate) fn attempt(
    listener: ListenerId,
    delivery: DeliveryId,
    number: u32,
    started_at: Timestamp,
    result: Result<u16, Failure>,
    decision: Decision,
) -> AttemptRecord {
    AttemptRecord {
        delivery,
        listener,
        attempt: number,
        started_at,
        duration: Duration::from_millis(25),
        result,
        answer: b"answer".to_vec(),
        decision,
    }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&options(&folder), MasterKey::from_bytes(KEY)).unwrap();
        Self { folder, store }
    }

    pub(crate) fn path(&self) -> PathBuf {
        options(&self.folder).path
    }

    pub(crate) fn options(&self) -> StoreOptions {
        options(&self.folder)
    }

    /// Closes the store.
    pub(crate) fn close(self) -> TempDir {
        self.folder
    }

    /// Closes the store, and opens it again.
    pub(crate) fn reopen(self) -> Self {
        Self::open(self.close()).unwrap()
    }

    pub(crate) fn open(folder: TempDir) -> Result<Self, StoreError> {
        let store = Store::open(&options(&folder), MasterKey::from_bytes(KEY))?;
        Ok(Self { folder, store })
    }

    pub(crate) async fn listener(&self) -> ListenerId {
        self.store.insert_listener("{}".to_owned(), at(0)).await.unwrap()
    }

    /// Stores an event that goes to one listener.
    pub(crate) async fn deliver_to(&self, listener: ListenerId, time: Timestamp) -> (EventId, DeliveryId) {
        let event = new_event(time, "{}", &[listener]);
        let ids = (event.id, event.deliveries[0].1);
        assert_eq!(self.store.accept(batch(time, vec![event])).await.unwrap(), Stored::Committed);
        ids
    }

    pub(crate) async fn summary(&self, id: DeliveryId) -> DeliverySummary {
        self.store.delivery(id).await.unwrap().unwrap().0
    }

    pub(crate) async fn state(&self, id: DeliveryId) -> DeliveryState {
        self.summary(id).await.state
    }

    pub(crate) async fn health(&self, id: ListenerId) -> Health {
        self.store.health(id).await.unwrap().unwrap()
    }

    /// The ids of what is due, for a listener.
    pub(crate) async fn due(&self, id: ListenerId) -> Vec<DeliveryId> {
        self.store.due(id, 1_000, vec![]).await.unwrap().into_iter().map(|due| due.id).collect()
    }
}

fn options(folder: &TempDir) -> StoreOptions {
    StoreOptions { path: folder.path().join("store.db"), busy_timeout: Duration::from_millis(50) }
}
