//! The front door: what the API, the program and tests call.

use std::sync::Arc;

use hooksieve::{CompileError, Explanation, Filter, Lint, lint};
use tokio::sync::{Mutex, broadcast, mpsc};
use tokio::time::{interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accept::{self, AcceptError, Acceptance};
use super::clock::now;
use super::registry::{Known, Registry};
use super::scheduler::{Message, Scheduler};
use super::shared::Shared;
use super::{Notice, Options};
use crate::core::{
    DeliveryId, DisableReason, EventId, ListenerId, Registration, RegistrationError, Timestamp,
};
use crate::deliver::{Client, ClientError};
use crate::store::{
    AttemptSummary, DeliveryQuery, DeliverySummary, Health, MasterKey, Store, StoreError, StoredEvent,
    StoredListener,
};

/// A dispatcher at work: a handle, cheap to clone.
#[derive(Clone)]
pub struct Dispatcher {
    shared: Arc<Shared>,
    /// The scheduler, the attempts, and what cleans up.
    tasks: TaskTracker,
    /// Held while a listener is changed, so that memory and store agree.
    changes: Arc<Mutex<()>>,
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
    /// Newest first.
    pub events: Vec<PreviewedEvent>,
    /// What is suspicious about the filter.
    pub lints: Vec<Lint>,
}

/// What a filter makes of an event.
#[derive(Debug, Clone)]
pub struct PreviewedEvent {
    /// The event.
    pub id: EventId,
    /// Whether it would go through.
    pub matches: bool,
    /// Why (not), in a sentence.
    pub reason: String,
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

impl Dispatcher {
    /// Opens the store, takes up what is unfinished, and starts.
    ///
    /// A stored registration that cannot be read any more is logged and left out, so that the others work.
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    pub async fn start(options: Options, key: MasterKey) -> Result<Self, OpenError> {
        let client = Client::new(options.client.clone())?;
        let store_options = options.store.clone();
        let store = tokio::task::spawn_blocking(move || Store::open(&store_options, key))
            .await
            .map_err(|_| StoreError::Closed)??;

        let mut registry = Registry::default();
        for listener in store.listeners().await? {
            match known(&listener) {
                Ok(known) => registry.insert(listener.id, known),
                Err(error) => {
                    tracing::error!(listener = %listener.id, %error, "a stored registration cannot be read");
                }
            }
        }
        let (sender, messages) = mpsc::unbounded_channel();
        for (listener, due) in store.next_due().await? {
            drop(sender.send(Message::Due(listener, due)));
        }

        let shared = Arc::new(Shared::new(options, store, client, registry, sender));
        shared.count_listeners();
        let tasks = TaskTracker::new();
        tasks.spawn(Scheduler::new(Arc::clone(&shared), messages, tasks.clone()).run());
        tasks.spawn(clean_up(Arc::clone(&shared)));
        Ok(Self { shared, tasks, changes: Arc::default() })
    }

    /// Stops: no new attempts; those under way may go on for the grace time. What is not finished then is
    /// attempted again after the next start.
    pub async fn stop(&self) {
        self.shared.stopping.cancel();
        self.tasks.close();
        if timeout(self.shared.options.shutdown_grace, self.tasks.wait()).await.is_err() {
            self.shared.abort.cancel();
            self.tasks.wait().await;
        }
    }

    /// Cancelled when the dispatcher is asked to stop.
    #[must_use]
    pub fn stopping(&self) -> CancellationToken {
        self.shared.stopping.clone()
    }

    /// Registers a listener.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]: then nothing is registered.
    pub async fn register(&self, registration: &str) -> Result<Registered, RegisterError> {
        let registration = self.check(Registration::from_json(registration)?, registration)?;
        let _changing = self.changes.lock().await;
        let created_at = now();
        let id = self.shared.store.insert_listener(stored_form(&registration), created_at).await?;
        self.is_registered(id, Known::new(registration, created_at, true), Health::default())
    }

    /// Replaces the registration of a listener; `None`, if there is none. Where `[redacted]` stands in place of a
    /// secret, it stays as it was. Whether the listener is disabled stays, too.
    ///
    /// # Errors
    ///
    /// [`RegisterError`]: then nothing is changed.
    pub async fn replace(
        &self,
        id: ListenerId,
        registration: &str,
    ) -> Result<Option<Registered>, RegisterError> {
        let _changing = self.changes.lock().await;
        let Some(earlier) = self.shared.known(id) else { return Ok(None) };
        let registration =
            self.check(Registration::replacing(registration, &earlier.registration)?, registration)?;
        if !self.shared.store.replace_listener(id, stored_form(&registration)).await? {
            return Ok(None);
        }
        let health = self.shared.store.health(id).await?.unwrap_or_default();
        self.is_registered(id, Known::new(registration, earlier.created_at, earlier.is_enabled), health)
            .map(Some)
    }

    /// Refuses a registration to which nothing can be delivered.
    fn check(&self, registration: Registration, text: &str) -> Result<Arc<Registration>, RegistrationError> {
        let refused = registration.listener().uri().and_then(|uri| self.shared.client.refuses(uri));
        match refused {
            None => Ok(Arc::new(registration)),
            Some(message) => Err(RegistrationError::address_refused(text, message)),
        }
    }

    fn is_registered(
        &self,
        id: ListenerId,
        known: Known,
        health: Health,
    ) -> Result<Registered, RegisterError> {
        let (registration, created_at) = (Arc::clone(&known.registration), known.created_at);
        self.shared.registry().insert(id, known);
        self.shared.count_listeners();
        self.shared.listener_has_changed(id);
        let lints = registration.lints();
        Ok(Registered { view: ListenerView { id, registration, created_at, health }, lints })
    }

    /// Removes a listener; its pending deliveries are given up. False, if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn remove(&self, id: ListenerId) -> Result<bool, StoreError> {
        let _changing = self.changes.lock().await;
        let was_there = self.shared.store.remove_listener(id, now()).await?;
        self.shared.registry().remove(id);
        self.shared.count_listeners();
        self.shared.listener_has_changed(id);
        Ok(was_there)
    }

    /// Enables a listener, whose pending deliveries go on, or disables it: then events go to it no more, and what is
    /// pending waits. False, if there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn set_enabled(&self, id: ListenerId, is_enabled: bool) -> Result<bool, StoreError> {
        let _changing = self.changes.lock().await;
        let reason = (!is_enabled).then_some(DisableReason::ByHand);
        let is_there = self.shared.store.set_disabled(id, reason, now()).await?;
        if is_there {
            self.shared.listener_is_enabled(id, is_enabled);
        }
        Ok(is_there)
    }

    /// The listeners, in the order of their numbers.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn listeners(&self) -> Result<Vec<ListenerView>, StoreError> {
        let listeners = self.shared.store.listeners().await?;
        let registry = self.shared.registry();
        let view = |StoredListener { id, created_at, health, .. }| {
            let registration = Arc::clone(&registry.get(id)?.registration);
            Some(ListenerView { id, registration, created_at, health })
        };
        Ok(listeners.into_iter().filter_map(view).collect())
    }

    /// A listener.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn listener(&self, id: ListenerId) -> Result<Option<ListenerView>, StoreError> {
        let Some(health) = self.shared.store.health(id).await? else { return Ok(None) };
        let view =
            |Known { registration, created_at, .. }| ListenerView { id, registration, created_at, health };
        Ok(self.shared.known(id).map(view))
    }

    /// Takes the events of a request: one JSON document, or one a line (NDJSON). When this returns, those that
    /// were accepted are on the disk, with their deliveries. A request with a `key` can be sent again: it is
    /// answered as before.
    ///
    /// # Errors
    ///
    /// [`AcceptError`]: then none was accepted.
    pub async fn accept(
        &self,
        body: &[u8],
        is_ndjson: bool,
        key: Option<&str>,
    ) -> Result<Acceptance, AcceptError> {
        accept::accept(&self.shared, body, is_ndjson, key).await
    }

    /// The latest events, newest first; only those older than `before`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn recent_events(
        &self,
        limit: u32,
        before: Option<EventId>,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.shared.store.recent_events(limit, before).await
    }

    /// An event.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn event(&self, id: EventId) -> Result<Option<StoredEvent>, StoreError> {
        self.shared.store.event(id).await
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn deliveries(&self, query: DeliveryQuery) -> Result<Vec<DeliverySummary>, StoreError> {
        self.shared.store.deliveries(query).await
    }

    /// A delivery with its attempts.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn delivery(
        &self,
        id: DeliveryId,
    ) -> Result<Option<(DeliverySummary, Vec<AttemptSummary>)>, StoreError> {
        self.shared.store.delivery(id).await
    }

    /// Makes a finished delivery pending again: one more attempt, and what follows from it. False, if there is no
    /// such delivery, or it is pending.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn redeliver(&self, id: DeliveryId) -> Result<bool, StoreError> {
        let Some(listener) = self.shared.store.redeliver(id, now()).await? else { return Ok(false) };
        self.shared.tell_scheduler(Message::Due(listener, now()));
        self.shared.notify(|| Notice::Delivery { id, listener });
        Ok(true)
    }

    /// Why an event does, or does not, go to a listener.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; inside, [`UnknownPart`].
    pub async fn explain(
        &self,
        listener: ListenerId,
        event: EventId,
    ) -> Result<Result<Explained, UnknownPart>, StoreError> {
        let Some(known) = self.shared.known(listener) else { return Ok(Err(UnknownPart::Listener)) };
        let event = self.shared.store.event(event).await?;
        let condition = known.registration.condition();
        // What is stored was read before it was accepted.
        let explanation = event.and_then(|event| condition.explain_json(&event.body).ok());
        let source = condition.source().unwrap_or_default().to_owned();
        Ok(explanation.map(|explanation| Explained { explanation, source }).ok_or(UnknownPart::Event))
    }

    /// What a filter makes of the latest events, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`PreviewError`].
    pub async fn preview(&self, filter: &str, limit: u32) -> Result<Previewed, PreviewError> {
        let filter = Filter::compile(filter)?;
        let events = self.shared.store.recent_events(limit, None).await?;
        let preview = |event: &StoredEvent| {
            let explanation = filter.explain_json(&event.body).ok()?;
            Some(PreviewedEvent {
                id: event.id,
                matches: explanation.matches(),
                reason: explanation.reason(),
            })
        };
        Ok(Previewed { events: events.iter().filter_map(preview).collect(), lints: lint(&filter, None) })
    }

    /// News from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.shared.subscribe()
    }

    /// The metrics, in the format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.shared.metrics.text()
    }

    /// Whether events could be stored now.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: why not.
    pub async fn check_store(&self) -> Result<(), StoreError> {
        self.shared.store.check().await
    }
}

fn known(listener: &StoredListener) -> Result<Known, RegistrationError> {
    let registration = Registration::from_json(&listener.registration)?;
    Ok(Known::new(Arc::new(registration), listener.created_at, listener.health.disabled.is_none()))
}

fn stored_form(registration: &Registration) -> String {
    registration.to_value_with_secrets().to_string()
}

/// Removes what has been kept long enough, again and again.
async fn clean_up(shared: Arc<Shared>) {
    let mut ticks = interval(shared.options.clean_up_every);
    loop {
        tokio::select! {
            () = shared.stopping.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match shared.store.clean_up(&shared.options.retention, now()).await {
            Ok((0, 0)) => {}
            Ok((deliveries, events)) => tracing::info!(deliveries, events, "removed what is old"),
            Err(error) => {
                shared.metrics.store_errors.inc();
                tracing::error!(%error, "what is old cannot be removed");
            }
        }
    }
}
