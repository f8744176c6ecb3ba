//! What is sent and never shown.

use std::fmt;

use serde_json::{Map, Value};

/// What stands where a secret is not shown.
pub(super) const REDACTED: &str = "[redacted]";

/// A text that is not printed: there is no `Display`, and `Debug` shows `[redacted]`.
///
/// ```
/// use hooksieve::{AuthData, Listener};
///
/// let listener = Listener::from_json(
///     r#"{"event": "A", "authMethod": "header", "authData": {"Authorization": "Bearer 123"}}"#,
/// )?;
/// let Some(AuthData::Headers(headers)) = listener.auth_data() else { panic!() };
/// let (name, value) = headers.iter().next().unwrap();
/// assert_eq!((name, value.expose()), ("Authorization", "Bearer 123"));
/// assert_eq!(format!("{value:?}"), "[redacted]");
/// # Ok::<(), hooksieve::ListenerError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    pub(super) fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text, to be sent.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn to_value(&self, show: bool) -> Value {
        Value::from(if show { self.expose() } else { REDACTED })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// HTTP headers, in the order of the registration. The names are tokens of RFC 9110, each there once in
/// whatever case; the values hold no control characters but tabs. `Debug` shows the names.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(Box<str>, Secret)>);

impl Headers {
    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.into(), Secret::new(value)));
    }

    /// Names and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Secret)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// The value of a header, in whatever case its name is written.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Secret> {
        self.iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn to_value(&self, show: bool) -> Value {
        let member = |(name, value): (&str, &Secret)| (name.to_owned(), value.to_value(show));
        Value::Object(self.iter().map(member).collect::<Map<_, _>>())
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// `authData`: how a delivery proves where it comes from. `Debug` shows no values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthData {
    /// Headers that are sent beside the others.
    Headers(Headers),
    /// A text that only the server that holds the registration can read: so the registration API answers.
    Encrypted(Secret),
}

impl AuthData {
    pub(super) fn to_value(&self, show: bool) -> Value {
        match self {
            Self::Headers(headers) => headers.to_value(show),
            Self::Encrypted(text) => text.to_value(show),
        }
    }
}
