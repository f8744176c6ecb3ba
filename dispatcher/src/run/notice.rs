//! News, for the page.

use std::sync::Arc;

use crate::core::{DeliveryId, EventId, ListenerId, Timestamp};

/// Something has happened. Who is slow misses some.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Notice {
    /// An event was accepted.
    Event {
        /// Its id.
        id: EventId,
        /// When.
        accepted_at: Timestamp,
        /// Its text.
        body: Arc<[u8]>,
        /// The listeners that it goes to.
        listeners: Vec<ListenerId>,
    },
    /// An attempt has come to its end, or a delivery is pending again.
    Delivery {
        /// The delivery.
        id: DeliveryId,
        /// Its listener.
        listener: ListenerId,
    },
    /// A listener was registered, changed, removed, disabled or enabled.
    Listener {
        /// The listener.
        id: ListenerId,
    },
}
