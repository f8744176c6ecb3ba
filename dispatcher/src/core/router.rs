//! Which listeners an event goes to.

use std::collections::HashMap;
use std::sync::Arc;

use hooksieve::{EventError, FilterSet, Scratch, Snapshot};

use super::{ListenerId, Registration};

/// The registered listeners, and the index over their conditions. Listeners that are disabled are not in it: who
/// disables one takes it out, and who enables it puts it in again.
///
/// ```
/// use std::sync::Arc;
///
/// use hooksieve::Scratch;
/// use hooksieve_dispatcher::core::{ListenerId, Registration, Router};
///
/// let registration = Registration::from_json(r#"{
///     "httpMethod": "POST",
///     "uri": "https://example.org/hook",
///     "event": "OCP\\User\\Events\\UserLoggedInEvent",
///     "eventFilter": {"loginName": "admin"}
/// }"#)?;
/// let mut router = Router::default();
/// router.insert(ListenerId::from_number(1), Arc::new(registration));
///
/// let event = br#"{"loginName": "admin", "eventType": "OCP\\User\\Events\\UserLoggedInEvent"}"#;
/// let listeners = router.routes().route(event, &mut Scratch::new())?;
/// assert_eq!(listeners, [ListenerId::from_number(1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Router {
    conditions: FilterSet<ListenerId>,
    registrations: HashMap<ListenerId, Arc<Registration>>,
}

/// The listeners as they are at one moment, for routing while they change. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Routes(Snapshot<ListenerId>);

impl Router {
    /// Adds a listener; returns the registration that it had before.
    pub fn insert(&mut self, id: ListenerId, registration: Arc<Registration>) -> Option<Arc<Registration>> {
        self.conditions.insert(id, registration.condition().clone());
        self.registrations.insert(id, registration)
    }

    /// Takes a listener out.
    pub fn remove(&mut self, id: ListenerId) -> Option<Arc<Registration>> {
        self.conditions.remove(&id);
        self.registrations.remove(&id)
    }

    /// The registration of a listener.
    #[must_use]
    pub fn get(&self, id: ListenerId) -> Option<&Arc<Registration>> {
        self.registrations.get(&id)
    }

    /// The listeners, in no order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ListenerId, &Arc<Registration>)> {
        self.registrations.iter().map(|(id, registration)| (*id, registration))
    }

    /// The number of listeners.
    #[must_use]
    pub fn len(&self) -> usize {
        self.registrations.len()
    }

    /// Whether there is no listener.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.registrations.is_empty()
    }

    /// The listeners as they are now: cheap, and not changed by what is done to the router later.
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
