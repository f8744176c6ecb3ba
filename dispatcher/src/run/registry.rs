//! The listeners in memory: who is there, and the index that routes events.

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use crate::core::{ListenerId, Registration, Router, Routes, Timestamp};

/// The listeners as the store has them.
#[derive(Debug, Default)]
pub(super) struct Registry {
    listeners: HashMap<ListenerId, Known>,
    /// Those that are not disabled.
    router: Router,
}

/// A listener.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) registration: Arc<Registration>,
    pub(super) created_at: Timestamp,
    pub(super) is_enabled: bool,
    /// Name and port: what shares its bound on attempts.
    pub(super) host: Arc<str>,
}

impl Known {
    pub(super) fn new(registration: Arc<Registration>, created_at: Timestamp, is_enabled: bool) -> Self {
        let host = registration.listener().uri().and_then(host_of).unwrap_or_default();
        Self { registration, created_at, is_enabled, host: host.into() }
    }
}

fn host_of(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

impl Registry {
    /// Adds a listener, or replaces it.
    pub(super) fn insert(&mut self, id: ListenerId, known: Known) {
        if known.is_enabled {
            self.router.insert(id, Arc::clone(&known.registration));
        } else {
            self.router.remove(id);
        }
        self.listeners.insert(id, known);
    }

    pub(super) fn remove(&mut self, id: ListenerId) {
        self.router.remove(id);
        self.listeners.remove(&id);
    }

    /// Lets events through to a listener, or not.
    pub(super) fn set_enabled(&mut self, id: ListenerId, is_enabled: bool) {
        if let Some(known) = self.listeners.get(&id).cloned() {
            self.insert(id, Known { is_enabled, ..known });
        }
    }

    pub(super) fn get(&self, id: ListenerId) -> Option<&Known> {
        self.listeners.get(&id)
    }

    pub(super) fn routes(&self) -> Routes {
        self.router.routes()
    }

    pub(super) fn len(&self) -> usize {
        self.listeners.len()
    }
}
