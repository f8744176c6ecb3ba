//! Which listeners an event goes to.

use std::collections::HashMap;
use std::sync::Arc;

use hooksieve::{EventError, FilterSet, Scratch, Snapshot};

use super::place::possible_places;
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
    /// One for each place of the class.
    conditions: [FilterSet<ListenerId>; 3],
    registrations: HashMap<ListenerId, Arc<Registration>>,
}

/// The listeners as they are at one moment, for routing while they change. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Routes([Snapshot<ListenerId>; 3]);

impl Router {
    /// Adds a listener; returns the registration that it had before.
    pub fn insert(&mut self, id: ListenerId, registration: Arc<Registration>) -> Option<Arc<Registration>> {
        for (set, condition) in self.conditions.iter_mut().zip(registration.conditions()) {
            set.insert(id, condition);
        }
        self.registrations.insert(id, registration)
    }

    /// Takes a listener out.
    pub fn remove(&mut self, id: ListenerId) -> Option<Arc<Registration>> {
        self.conditions.iter_mut().for_each(|set| drop(set.remove(&id)));
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
        Routes(self.conditions.each_ref().map(FilterSet::snapshot))
    }
}

impl Routes {
    /// The listeners that an event goes to, in the order of their numbers.
    ///
    /// # Errors
    ///
    /// [`EventError`], where the event is not JSON.
    pub fn route(&self, event: &[u8], scratch: &mut Scratch) -> Result<Vec<ListenerId>, EventError> {
        let mut places = possible_places(event);
        // Somebody has to read it.
        places[0] |= places == [false; 3];
        let mut ids = Vec::new();
        for (set, _) in self.0.iter().zip(places).filter(|(_, is_possible)| *is_possible) {
            ids.extend(set.matches_json(event, scratch)?.copied());
        }
        ids.sort_unstable();
        // Nothing but the event's form keeps it from having a class at several places.
        ids.dedup();
        Ok(ids)
    }
}
