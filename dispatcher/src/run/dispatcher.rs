//! The front door: what the API, the program and tests call.

use std::ops::Range;
use std::sync::Arc;

use hooksieve::{CompileError, Explanation, Lint};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::{Notice, Options};
use crate::core::{DeliveryId, EventId, ListenerId, Registration, RegistrationError, Timestamp};
use crate::deliver::ClientError;
use crate::store::{
    AttemptSummary, DeliveryQuery, DeliverySummary, Health, MasterKey, Store, StoreError, StoredEvent,
};

/// A dispatcher at work: a handle, cheap to clone.
#[derive(Clone)]
pub struct Dispatcher {
    _inner: Arc<()>,
}

/// Why a dispatcher does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The client.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// A listener, with how it is doing.
#[derive(Debug, Clone)]
pub struct ListenerView {
    /// Its number.
    pub id: ListenerId,
    /// What was registered.
    pub registration: Arc<Registration>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// How it is doing.
    pub health: Health,
}

/// A registration that was accepted.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The listener.
    pub view: ListenerView,
    /// What is suspicious about its filter.
    pub lints: Vec<Lint>,
}

/// Why nothing was registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The registration is wrong.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of the events of a request.
#[derive(Debug, Clone)]
pub enum Acceptance {
    /// Those that are JSON are on the disk.
    Accepted(Accepted),
    /// The request was sent before; this is what was answered then, as [`Accepted::to_json`].
    Repeated(String),
    /// The key was used for another request.
    KeyReused,
}

/// The events of a request.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// The events that were accepted, in order, with the numbers of their lines from 1, and how many listeners each goes to.
    pub events: Vec<(usize, EventId, usize)>,
    /// The lines that are no events.
    pub bad_lines: Vec<BadLine>,
}

/// A line that is no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// The byte of the line where it goes wrong.
    pub offset: usize,
    /// Why, in plain words.
    pub message: String,
}

/// Why nothing was accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an event does, or does not, go to a listener.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The whole condition: class, acting user and filter.
    pub explanation: Explanation,
    /// The text that its ranges lead into.
    pub source: String,
}

/// What is asked for is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnknownPart {
    /// The listener.
    #[error("there is no such listener")]
    Listener,
    /// The event.
    #[error("there is no such event")]
    Event,
}

/// What a filter makes of stored events.
#[derive(Debug, Clone)]
pub struct Previewed {
    /// Newest first: the event, whether it matches, and why (not), in one sentence.
    pub events: Vec<(EventId, bool, String)>,
    /// What is suspicious about the filter.
    pub lints: Vec<Lint>,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// The filter is wrong.
    #[error(transparent)]
    Filter(#[from] CompileError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accepted {
    /// As the API answers it.
    #[must_use]
    pub fn to_json(&self) -> String {
        todo!()
    }
}

impl Dispatcher {
    /// Opens the store, takes up what is unfinished, and starts. Blocks while the store is opened; needs a Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub fn start(options: Options, key: MasterKey) -> Result<Self, OpenError> {
        let _ = (options, key);
        todo!()
    }

    /// Stops: no new attempts; those under way may go on for the grace time, and what is left of them is put back.
    pub async fn stop(&self) {
        todo!()
    }

    /// Cancelled when the dispatcher is asked to stop.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        todo!()
    }

    /// Registers a listener.
    pub async fn register(&self, registration: &str) -> Result<Registered, RegisterError> {
        let _ = registration;
        todo!()
    }

    /// Replaces the registration of a listener; `None`, if there is none.
    pub async fn replace(
        &self,
        id: ListenerId,
        registration: &str,
    ) -> Result<Option<Registered>, RegisterError> {
        let _ = (id, registration);
        todo!()
    }

    /// Removes a listener; false, if there is none.
    pub async fn remove(&self, id: ListenerId) -> Result<bool, StoreError> {
        let _ = id;
        todo!()
    }

    /// Enables or disables a listener; false, if there is none.
    pub async fn set_enabled(&self, id: ListenerId, enabled: bool) -> Result<bool, StoreError> {
        let _ = (id, enabled);
        todo!()
    }

    /// The listeners, in the order of their numbers.
    pub async fn listeners(&self) -> Result<Vec<ListenerView>, StoreError> {
        todo!()
    }

    /// A listener.
    pub async fn listener(&self, id: ListenerId) -> Result<Option<ListenerView>, StoreError> {
        let _ = id;
        todo!()
    }

    /// Takes the events of a request: one JSON document, or one a line (NDJSON). When this returns, those that were
    /// accepted are on the disk, with their deliveries.
    ///
    /// # Errors
    ///
    /// [`AcceptError`]; then none was.
    pub async fn accept(
        &self,
        body: &[u8],
        is_ndjson: bool,
        key: Option<&str>,
    ) -> Result<Acceptance, AcceptError> {
        let _ = (body, is_ndjson, key);
        todo!()
    }

    /// The latest events, newest first.
    pub async fn recent_events(
        &self,
        limit: u32,
        before: Option<EventId>,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let _ = (limit, before);
        todo!()
    }

    /// Deliveries, newest first.
    pub async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<DeliverySummary>, StoreError> {
        let _ = query;
        todo!()
    }

    /// A delivery with its attempts.
    pub async fn delivery(
        &self,
        id: DeliveryId,
    ) -> Result<Option<(DeliverySummary, Vec<AttemptSummary>)>, StoreError> {
        let _ = id;
        todo!()
    }

    /// Makes a finished delivery pending again; false, if there is none or it is pending.
    pub async fn redeliver(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let _ = id;
        todo!()
    }

    /// Why an event does, or does not, go to a listener.
    pub async fn explain(
        &self,
        listener: ListenerId,
        event: EventId,
    ) -> Result<Result<Explained, UnknownPart>, StoreError> {
        let _ = (listener, event);
        todo!()
    }

    /// What a filter (its text) makes of the latest events.
    pub async fn preview(&self, filter: &str, limit: u32) -> Result<Previewed, PreviewError> {
        let _ = (filter, limit);
        todo!()
    }

    /// News from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        todo!()
    }

    /// The metrics, in the format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        todo!()
    }

    /// The store, for health checks.
    #[must_use]
    pub fn store(&self) -> &Store {
        let _: Option<Range<usize>> = None;
        todo!()
    }
}
