//! Which listeners an event goes to.

use std::collections::HashMap;
use std::sync::Arc;

use hooksieve::{EventError, FilterSet, Scratch, Snapshot};

use super::{ListenerId, Registration};

/// The registered listeners, and the index over their conditions.
#[derive(Debug, Default)]
pub struct Router {
    conditions: FilterSet<ListenerId>,
    registrations: HashMap<ListenerId, Arc<Registration>>,
}

/// The listeners as they are at one moment, for routing while they change. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Routes(Snapshot<ListenerId>);

impl Router {
    /// Adds a listener, or replaces it.
    pub fn insert(&mut self, id: ListenerId, registration: Arc<Registration>) {
        self.conditions.insert(id, registration.condition().clone());
        self.registrations.insert(id, registration);
    }

    /// Takes a listener out.
    pub fn remove(&mut self, id: ListenerId) -> Option<Arc<Registration>> {
        self.conditions.remove(&id);
        self.registrations.remove(&id)
    }

    /// The listeners as they are now.
    #[must_use]
    pub fn routes(&self) -> Routes {
        Routes(self.conditions.snapshot())
    }
}

impl Routes {
    /// The listeners that an event goes to, in the order of their numbers.
    ///
    /// # Errors
    ///
    /// [`EventError`], where the event is not JSON.
    pub fn route(&self, event: &[u8], scratch: &mut Scratch) -> Result<Vec<ListenerId>, EventError> {
        let mut ids: Vec<ListenerId> = self.0.matches_json(event, scratch)?.copied().collect();
        ids.sort_unstable();
        Ok(ids)
    }
}
