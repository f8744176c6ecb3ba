//! What must not be lost: listeners, events, deliveries and their attempts, in one SQLite file.
//!
//! One thread writes. It takes all that is waiting, does it in one transaction, and answers after the
//! commit is on the disk (`journal_mode = WAL`, `synchronous = FULL`): so the price of a commit is shared.
//! Readers have connections of their own.
//!
//! Registrations are encrypted whole, with the [`MasterKey`]; events and answers are not. The files are readable by their owner
//! only, and one program at a time can open them.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use hooksieve_dispatcher::core::{DeliveryId, EventId, Timestamp};
//! use hooksieve_dispatcher::store::{MasterKey, NewBatch, NewEvent, Store, StoreOptions, Stored};
//!
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let folder = tempfile::tempdir()?;
//! let options = StoreOptions { path: folder.path().join("store.db"), busy_timeout: Duration::from_secs(5) };
//! let store = Store::open(&options, MasterKey::generate()?)?;
//!
//! let now = Timestamp::from_millis(1_700_000_000_000);
//! let listener = store.insert_listener(r#"{"httpMethod": "POST"}"#.to_owned(), now).await?;
//! let (event, delivery) = (EventId::new(now, [1; 10]), DeliveryId::new(now, [2; 10]));
//! let event = NewEvent { id: event, body: Arc::from(*b"{}"), deliveries: vec![(listener, delivery)] };
//! let stored = store.accept(NewBatch { accepted_at: now, events: vec![event], idempotency: None }).await?;
//! assert_eq!(stored, Stored::Committed);
//! assert_eq!(store.next_due().await?, [(listener, now)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! # Ok::<(), std::io::Error>(())
//! ```

mod attempts;
mod clean_up;
mod codes;
mod deliveries;
mod error;
mod events;
mod file;
mod key;
mod listeners;
mod readers;
mod schema;
mod seal;
mod types;
mod writer;

use std::sync::Arc;
use std::time::Duration;

pub use error::StoreError;
pub use key::{KeyError, MasterKey};
pub use types::{
    AttemptRecord, AttemptSummary, DeliveryQuery, DeliveryState, DeliverySummary, DueDelivery, Health,
    Idempotency, NewBatch, NewEvent, Retention, StoreOptions, Stored, StoredEvent, StoredListener,
};
use zeroize::Zeroizing;

use self::file::StoreLock;
use self::readers::Readers;
use self::writer::{STEP, Writer};
use crate::core::{DeliveryId, DisableReason, EventId, ListenerId, Timestamp};

/// A store that is open: a handle, cheap to clone. The writer ends after the last one is dropped, which waits for it.
///
/// All that writes returns after the commit; a future that is dropped before stops nothing that has begun. Needs a Tokio
/// runtime, except for [`open`](Self::open).
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    // Dropped before the writer, which is the one that writes the log back when it is the last to close the file.
    readers: Arc<Readers>,
    writer: Writer,
    key: MasterKey,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the file, creates or migrates its tables, and starts the writer. Blocks.
    ///
    /// # Errors
    ///
    /// [`StoreError`], among them [`WrongKey`](StoreError::WrongKey), and [`Locked`](StoreError::Locked) where another
    /// dispatcher has the store.
    pub fn open(options: &StoreOptions, key: MasterKey) -> Result<Self, StoreError> {
        let lock = StoreLock::take(&options.path)?;
        let mut connection = file::open_writer(&options.path, options.busy_timeout)?;
        schema::prepare(&mut connection, &key)?;
        while listeners::give_up_removed(&connection, None)? {}
        let writer = Writer::start(connection, lock)?;
        let readers = Arc::new(Readers::new(options.path.clone(), options.busy_timeout));
        Ok(Self { inner: Arc::new(Inner { writer, readers, key }) })
    }

    /// Stores a registration (encrypted), and gives it a number.
    pub async fn insert_listener(
        &self,
        registration: String,
        now: Timestamp,
    ) -> Result<ListenerId, StoreError> {
        let (registration, key) = (Zeroizing::new(registration), self.inner.key.clone());
        self.inner
            .writer
            .write(move |connection| listeners::insert(connection, &key, &registration, now))
            .await
    }

    /// Replaces a registration; false, if there is no such listener.
    pub async fn replace_listener(&self, id: ListenerId, registration: String) -> Result<bool, StoreError> {
        let (registration, key) = (Zeroizing::new(registration), self.inner.key.clone());
        self.inner
            .writer
            .write(move |connection| listeners::replace(connection, &key, id, &registration))
            .await
    }

    /// Removes a listener and gives its pending deliveries up; false, if there is no such listener. Where they are many,
    /// they are given up in steps that let others write in between; should that be broken off, [`open`](Self::open) and
    /// [`clean_up`](Self::clean_up) go on with it.
    pub async fn remove_listener(&self, id: ListenerId, now: Timestamp) -> Result<bool, StoreError> {
        let removed =
            self.inner.writer.write(move |connection| listeners::remove(connection, id, now)).await?;
        if removed {
            self.give_up_removed(Some(id)).await?;
        }
        Ok(removed)
    }

    /// Disables a listener, or (`None`) enables it: then its row of failures is forgotten, and what is pending is due
    /// (in steps, where it is much). One that is disabled already keeps its reason. False, if there is no such listener.
    pub async fn set_disabled(
        &self,
        id: ListenerId,
        disabled: Option<DisableReason>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let writer = &self.inner.writer;
        if let Some(reason) = disabled {
            return writer.write(move |connection| listeners::disable(connection, id, &reason, now)).await;
        }
        let is_known = writer.write(move |connection| listeners::enable(connection, id)).await?;
        while is_known && writer.write(move |connection| listeners::make_due(connection, id, now)).await? {}
        Ok(is_known)
    }

    /// All listeners, in the order of their numbers.
    pub async fn listeners(&self) -> Result<Vec<StoredListener>, StoreError> {
        let key = self.inner.key.clone();
        self.inner.readers.read(move |connection| listeners::all(connection, &key)).await
    }

    /// How a listener is doing.
    pub async fn health(&self, id: ListenerId) -> Result<Option<Health>, StoreError> {
        self.inner.readers.read(move |connection| listeners::health(connection, id)).await
    }

    /// Stores events and their deliveries, all or none. When this returns `Committed`, they are on the disk. A delivery to
    /// a listener that was removed meanwhile is stored as given up.
    pub async fn accept(&self, batch: NewBatch) -> Result<Stored, StoreError> {
        self.inner.writer.write(move |connection| events::accept(connection, &batch)).await
    }

    /// For each listener with pending deliveries, when the first is due; none of disabled listeners.
    pub async fn next_due(&self) -> Result<Vec<(ListenerId, Timestamp)>, StoreError> {
        self.inner.readers.read(deliveries::next_due).await
    }

    /// The pending deliveries of a listener in the order in which they are due, be it now or later; at most `limit`,
    /// those in `except` left out. None of a disabled listener.
    pub async fn due(
        &self,
        listener: ListenerId,
        limit: u32,
        except: Vec<DeliveryId>,
    ) -> Result<Vec<DueDelivery>, StoreError> {
        self.inner.readers.read(move |connection| deliveries::due(connection, listener, limit, &except)).await
    }

    /// Stores an attempt and what follows from it for the delivery and its listener. One that is stored already (the
    /// same delivery and number) changes nothing; neither does a delivery that is no longer pending become so again: then
    /// the attempt is only logged. An [`Interrupted`](crate::core::Failure::Interrupted) one is not stored; its
    /// delivery stays pending, due when the decision says.
    pub async fn record(&self, attempt: AttemptRecord) -> Result<(), StoreError> {
        self.inner.writer.write(move |connection| attempts::record(connection, &attempt)).await
    }

    /// Makes a finished delivery pending again, due now, its attempts counted on; its listener. `None`, if there is no
    /// such delivery, it is pending, or its listener was removed.
    pub async fn redeliver(&self, id: DeliveryId, now: Timestamp) -> Result<Option<ListenerId>, StoreError> {
        self.inner.writer.write(move |connection| deliveries::redeliver(connection, id, now)).await
    }

    /// Deliveries, newest first.
    pub async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<DeliverySummary>, StoreError> {
        self.inner.readers.read(move |connection| deliveries::list(connection, &query)).await
    }

    /// A delivery with its attempts, in their order.
    pub async fn delivery(
        &self,
        id: DeliveryId,
    ) -> Result<Option<(DeliverySummary, Vec<AttemptSummary>)>, StoreError> {
        self.inner
            .readers
            .read(move |connection| {
                let Some(summary) = deliveries::get(connection, id)? else { return Ok(None) };
                Ok(Some((summary, attempts::of_delivery(connection, id)?)))
            })
            .await
    }

    /// An event.
    pub async fn event(&self, id: EventId) -> Result<Option<StoredEvent>, StoreError> {
        self.inner.readers.read(move |connection| events::get(connection, id)).await
    }

    /// The latest events, newest first, at most 1,000; only those older than `before`.
    pub async fn recent_events(
        &self,
        limit: u32,
        before: Option<EventId>,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.inner.readers.read(move |connection| events::recent(connection, limit, before)).await
    }

    /// Removes what has been kept long enough, in small steps that let others write in between, and gives the room back to
    /// the disk. Returns how many deliveries and events were removed.
    pub async fn clean_up(&self, retention: &Retention, now: Timestamp) -> Result<(u64, u64), StoreError> {
        let writer = &self.inner.writer;
        self.give_up_removed(None).await?;
        let deliveries = match retention.deliveries {
            Some(kept) => self.remove_until(clean_up::deliveries, earlier(now, kept)).await?,
            None => 0,
        };
        let events = match retention.events {
            Some(kept) => self.remove_events(earlier(now, kept)).await?,
            None => 0,
        };
        self.remove_until(clean_up::idempotency, earlier(now, retention.idempotency)).await?;
        while writer.write(clean_up::give_back_pages).await? {}
        Ok((deliveries, events))
    }

    /// Whether the store can write: it writes a few bytes. For health checks.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.inner
            .writer
            .write(|connection| {
                connection
                    .prepare_cached(
                        "INSERT INTO write_check (id, writes) VALUES (1, 1)
                         ON CONFLICT (id) DO UPDATE SET writes = writes + 1",
                    )?
                    .execute([])?;
                Ok(())
            })
            .await
    }

    /// For tests: lets the file grow to so many pages, and be full then.
    #[doc(hidden)]
    pub async fn limit_pages(&self, pages: u32) -> Result<(), StoreError> {
        self.inner
            .writer
            .write(move |connection| {
                Ok(connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?)
            })
            .await
    }

    /// Gives up what is pending for listeners that were removed, or for one of them.
    async fn give_up_removed(&self, listener: Option<ListenerId>) -> Result<(), StoreError> {
        let step = move |connection: &_| listeners::give_up_removed(connection, listener);
        while self.inner.writer.write(step).await? {}
        Ok(())
    }

    async fn remove_until(
        &self,
        step: fn(&rusqlite::Connection, Timestamp) -> Result<u32, StoreError>,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let rows = self.inner.writer.write(move |connection| step(connection, until)).await?;
            removed += u64::from(rows);
            if rows < STEP {
                return Ok(removed);
            }
        }
    }

    /// Readers find what to remove, for that may take them long.
    async fn remove_events(&self, until: Timestamp) -> Result<u64, StoreError> {
        let mut removed = 0;
        let mut position = None;
        loop {
            let search = move |connection: &_| clean_up::old_events(connection, until, position);
            let old = self.inner.readers.read(search).await?;
            position = old.last().copied();
            if position.is_none() {
                return Ok(removed);
            }
            removed += self.inner.writer.write(move |connection| clean_up::events(connection, &old)).await?;
        }
    }
}

/// The point so long before another.
fn earlier(time: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(time.as_millis().saturating_sub(by))
}
