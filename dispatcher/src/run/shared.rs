//! What the parts of a running dispatcher share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use super::metrics::Metrics;
use super::registry::{Known, Registry};
use super::scheduler::Message;
use super::{Notice, Options};
use crate::core::{ListenerId, Routes};
use crate::deliver::Client;
use crate::store::Store;

/// How long a store that fails is left alone.
pub(super) const STORE_PAUSE: Duration = Duration::from_secs(1);

/// News that a slow reader of [`Notice`]s may be behind.
const NOTICES: usize = 1_024;

pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) store: Store,
    pub(super) client: Client,
    pub(super) metrics: Metrics,
    /// No new attempts.
    pub(super) stopping: CancellationToken,
    /// Not even those under way.
    pub(super) abort: CancellationToken,
    registry: Mutex<Registry>,
    notices: broadcast::Sender<Notice>,
    scheduler: mpsc::UnboundedSender<Message>,
}

impl Shared {
    pub(super) fn new(
        options: Options,
        store: Store,
        client: Client,
        registry: Registry,
        scheduler: mpsc::UnboundedSender<Message>,
    ) -> Self {
        Self {
            options,
            store,
            client,
            metrics: Metrics::new(),
            stopping: CancellationToken::new(),
            abort: CancellationToken::new(),
            registry: Mutex::new(registry),
            notices: broadcast::Sender::new(NOTICES),
            scheduler,
        }
    }

    /// The listeners. Held for moments only, and never while waiting.
    pub(super) fn registry(&self) -> MutexGuard<'_, Registry> {
        // Nothing is left half done in it.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn routes(&self) -> Routes {
        self.registry().routes()
    }

    pub(super) fn known(&self, id: ListenerId) -> Option<Known> {
        self.registry().get(id).cloned()
    }

    pub(super) fn tell_scheduler(&self, message: Message) {
        // It is gone only when the dispatcher stops; what is due then is found at the next start.
        drop(self.scheduler.send(message));
    }

    /// Tells those who listen; `notice` is not made where nobody does.
    pub(super) fn notify(&self, notice: impl FnOnce() -> Notice) {
        if self.notices.receiver_count() > 0 {
            drop(self.notices.send(notice()));
        }
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Events go to the listener again, or no more.
    pub(super) fn listener_is_enabled(&self, id: ListenerId, is_enabled: bool) {
        self.registry().set_enabled(id, is_enabled);
        self.listener_has_changed(id);
    }

    pub(super) fn count_listeners(&self) {
        self.metrics.listeners.set(i64::try_from(self.registry().len()).unwrap_or(i64::MAX));
    }

    pub(super) fn listener_has_changed(&self, id: ListenerId) {
        self.tell_scheduler(Message::Changed(id));
        self.notify(|| Notice::Listener { id });
    }
}
