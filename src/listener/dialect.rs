//! Listeners whose filters follow rules that are chosen at run time.

use serde_json::Value;

use super::{Listener, ListenerError, ListenerId};
use crate::dialect::Dialect;
use crate::dialect_filter::DialectFilter;
use crate::verdict::Verdict;

/// A registration as [`Listener`], with a filter of any [`Dialect`].
///
/// In the dialect of Nextcloud it does what that server does, so a filter that throws on every event is none that
/// is refused: it has the verdict [`Verdict::Throws`], and the server calls no listener after it.
///
/// ```
/// use hooksieve::{Dialect, DialectListener, Verdict};
/// use serde_json::json;
///
/// let text = r#"[{"id": 7, "event": "A", "userIdFilter": "bob", "eventFilter": {"event.id": {"$in": ["23"]}}}]"#;
/// let list: Vec<_> = DialectListener::list_from_json(text, Dialect::Nextcloud)?.collect::<Result<_, _>>()?;
/// let event = |user: &str| json!({"event": {"class": "A", "id": 23}, "user": {"uid": user}});
/// assert_eq!(list[0].verdict(&event("bob")), Verdict::Matches);
/// assert_eq!(list[0].verdict(&event("eve")), Verdict::DoesNotMatch);
/// # Ok::<(), hooksieve::ListenerError>(())
/// ```
#[derive(Debug, Clone)]
pub struct DialectListener {
    listener: Listener,
    filter: DialectFilter,
}

impl DialectListener {
    /// Reads a list of registrations, as [`Listener::list_from_json`] does.
    ///
    /// # Errors
    ///
    /// [`ListenerError`], where the text is no such list; and for each listener with something wrong.
    pub fn list_from_json(
        text: &str,
        dialect: Dialect,
    ) -> Result<impl Iterator<Item = Result<Self, ListenerError>> + use<'_>, ListenerError> {
        let mut list = Listener::list_from_json(text)?;
        Ok(std::iter::from_fn(move || {
            let registration = list.read(dialect)?;
            Some(registration.map(|(listener, filter)| Self {
                filter: filter.unwrap_or_else(|| listener.filter.clone().into()),
                listener,
            }))
        }))
    }

    /// What the listener is called by; in a list, its position if it has no `id`.
    #[must_use]
    pub fn id(&self) -> Option<&ListenerId> {
        self.listener.id()
    }

    /// `event`, without backslashes at its start.
    #[must_use]
    pub fn class(&self) -> &str {
        self.listener.class()
    }

    /// `userIdFilter`; `None` where it is empty.
    #[must_use]
    pub fn user_id_filter(&self) -> Option<&str> {
        self.listener.user_id_filter()
    }

    /// `eventFilter`.
    #[must_use]
    pub fn filter(&self) -> &DialectFilter {
        &self.filter
    }

    /// Whether the event is of the class and of the user, if one is named; the filter is not asked.
    #[must_use]
    pub fn is_asked(&self, event: &Value) -> bool {
        let at = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
        at("/event/class") == Some(self.class())
            && self.user_id_filter().is_none_or(|user| at("/user/uid") == Some(user))
    }

    /// Whether the event goes to the listener. Its filter is asked only where [`is_asked`](Self::is_asked).
    pub fn verdict(&self, event: &Value) -> Verdict {
        if self.is_asked(event) { self.filter.verdict(event) } else { Verdict::DoesNotMatch }
    }
}
