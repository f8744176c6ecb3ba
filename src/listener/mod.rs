//! Listeners: who gets which events, and how.

mod dialect;
mod error;
mod headers;
mod list;
mod parse;
mod secret;
mod types;
mod uri;

use std::fmt;

use serde_json::{Map, Value};

pub use dialect::DialectListener;
pub use error::ListenerError;
pub use list::{Listeners, RegisteredFilter, RegisteredFilters};
pub use secret::{AuthData, Headers, Secret};
pub use types::{AuthMethod, HttpMethod, ListenerId, TokenNeeded, TokenRole};

use crate::error::{ErrorCode, Problem};
use crate::filter::Filter;
use crate::limits::Limits;
use crate::syntax::reader;
use error::Subject;

/// The names of the fields that are understood.
mod fields {
    pub(super) const ID: &str = "id";
    pub(super) const HTTP_METHOD: &str = "httpMethod";
    pub(super) const URI: &str = "uri";
    pub(super) const EVENT: &str = "event";
    pub(super) const EVENT_FILTER: &str = "eventFilter";
    pub(super) const USER_ID_FILTER: &str = "userIdFilter";
    pub(super) const HEADERS: &str = "headers";
    pub(super) const AUTH_METHOD: &str = "authMethod";
    pub(super) const AUTH_DATA: &str = "authData";
    pub(super) const TOKEN_NEEDED: &str = "tokenNeeded";
    pub(super) const ALL: [&str; 10] = [
        ID,
        HTTP_METHOD,
        URI,
        EVENT,
        EVENT_FILTER,
        USER_ID_FILTER,
        HEADERS,
        AUTH_METHOD,
        AUTH_DATA,
        TOKEN_NEEDED,
    ];

    /// Whether what stands under the name is not shown. A mistyped name keeps the secret, too.
    pub(super) fn is_secret(name: &str) -> bool {
        const LONGEST: usize = 40;
        let folded = fold(name);
        let is_near = |secret: &str| strsim::osa_distance(&folded, &fold(secret)) <= 2;
        folded.len() <= LONGEST && [HEADERS, AUTH_DATA].into_iter().any(is_near)
    }

    /// Whether two names differ by case, `-` and `_` only.
    pub(super) fn sound_alike(name: &str, other: &str) -> bool {
        fold(name) == fold(other)
    }

    fn fold(name: &str) -> String {
        name.replace(['-', '_'], "").to_ascii_lowercase()
    }
}

/// A registration, as Nextcloud's API for webhook listeners takes and answers it: an event goes to the
/// listener if it is of the class, comes from the user, and matches the filter.
///
/// | field | what it holds | absent, or `null` |
/// |---|---|---|
/// | `id` | a number or a string | in a list: the position, from 0 |
/// | `event` | the class of the events; backslashes at its start are dropped | refused |
/// | `eventFilter` | a [`Filter`]; `{}` and `[]` let every event through | every event |
/// | `userIdFilter` | the id of a user, or `""` | every user, or none |
/// | `httpMethod` | an [`HttpMethod`], in whatever case | not for [`delivery`](Self::delivery) |
/// | `uri` | an absolute `http` or `https` URI (RFC 3986) in ASCII, without a user, a password or a fragment; 8,192 bytes at most | not for [`delivery`](Self::delivery) |
/// | `headers` | an object of strings, at most 100, with names as in RFC 9110 and no control characters but tabs; or `[]` | none |
/// | `authMethod` | an [`AuthMethod`], in whatever case | `none` |
/// | `authData` | headers, or the encrypted text that the API answers | only without `"authMethod": "header"` |
/// | `tokenNeeded` | `{"user_ids": ["bob"], "user_roles": ["owner", "trigger"]}` | no tokens |
///
/// What else there is, is kept ([`other_fields`](Self::other_fields)), unless its name is one of these in
/// another spelling (`event_filter`): that would let every event through. A registration has at most
/// 1 MiB of text.
///
/// To route events, only `event` is needed; what is there must be right all the same.
///
/// ```
/// use hooksieve::{FilterSet, Listener, Scratch};
///
/// let listener = Listener::from_json(r#"{
///     "id": 7,
///     "httpMethod": "POST",
///     "uri": "https://automation.example.org/hooks/pdf",
///     "event": "\\OCP\\Files\\Events\\Node\\NodeCreatedEvent",
///     "eventFilter": {"event.node.path": {"$endsWith": ".pdf"}},
///     "userIdFilter": "bob",
///     "headers": {"X-Source": "files"}
/// }"#)?;
/// assert_eq!(listener.class(), r"OCP\Files\Events\Node\NodeCreatedEvent");
///
/// let mut listeners = FilterSet::new();
/// listeners.insert(7, listener.condition().clone());
///
/// let event = br#"{
///     "event": {"class": "OCP\\Files\\Events\\Node\\NodeCreatedEvent", "node": {"path": "/bob/files/a.pdf"}},
///     "user": {"uid": "bob"}
/// }"#;
/// let mut scratch = Scratch::new();
/// let matches = listeners.snapshot();
/// assert_eq!(matches.matches_json(event, &mut scratch)?.len(), 1);
///
/// let delivery = listener.delivery()?;
/// assert_eq!(delivery.uri(), "https://automation.example.org/hooks/pdf");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Secrets
///
/// The values of `headers` and `authData` are [`Secret`]s: they are shown neither by `Debug` nor by
/// [`to_value`](Self::to_value), nor do they stand in a [`ListenerError`]. Of the URI, `Debug` shows
/// scheme and host; of other fields, the names.
#[derive(Clone)]
pub struct Listener {
    id: Option<ListenerId>,
    http_method: Option<HttpMethod>,
    uri: Option<Box<str>>,
    class: Box<str>,
    /// As it was given.
    event_filter: Option<Value>,
    filter: Filter,
    condition: Filter,
    user_id_filter: Option<Box<str>>,
    headers: Headers,
    auth_method: AuthMethod,
    auth_data: Option<AuthData>,
    token_needed: TokenNeeded,
    other_fields: Map<String, Value>,
}

impl Listener {
    /// Reads one registration.
    ///
    /// # Errors
    ///
    /// [`ListenerError`], with everything that is wrong, the problems of the filter among it.
    pub fn from_json(text: &str) -> Result<Self, ListenerError> {
        let start = crate::syntax::shallow::skip_space(text, list::start(text));
        let end = text.trim_end().len().max(start);
        parse::registration(text, start..end, Subject::default(), |_| true)
    }

    /// Reads a registration that is parsed already. Its errors have no byte ranges; and a field that the
    /// text named twice is not noticed, for the parser has dropped one of the two.
    ///
    /// # Errors
    ///
    /// [`ListenerError`], with everything that is wrong, the problems of the filter among it.
    pub fn from_value(registration: &Value) -> Result<Self, ListenerError> {
        // What is nested without a bound cannot be written as text.
        let limits = Limits { text_bytes: parse::MAX_BYTES, nesting: 127, ..Limits::default() };
        if reader::from_value(registration, &limits).is_err() {
            let message = "the listener is too long, or nested too deep";
            let problem = Problem::new(ErrorCode::LimitExceeded, String::new(), None, message);
            return Err(ListenerError::new(Subject::default(), vec![problem], Vec::new()));
        }
        Self::from_json(&registration.to_string()).map_err(ListenerError::without_ranges)
    }

    /// Reads a list of registrations, `[…]`, or what the registration API answers to a request for all of
    /// them, `{"ocs": {"data": […]}}`. Each is read by itself, so that one that is wrong, be it not even
    /// JSON, is refused alone. An id that an earlier one has is wrong.
    ///
    /// # Errors
    ///
    /// [`ListenerError`], where the text is no such list.
    ///
    /// ```
    /// use hooksieve::Listener;
    ///
    /// let text = r#"[{"id": 1, "event": "A"}, {"id": 2}, {"id": 1, "event": "B"}, {"event": "A"}]"#;
    /// for listener in Listener::list_from_json(text)? {
    ///     match listener {
    ///         Ok(listener) => println!("{listener:?}"),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// let errors: Vec<String> = Listener::list_from_json(text)?
    ///     .filter_map(|listener| Some(listener.err()?.to_string()))
    ///     .collect();
    /// assert_eq!(errors, [
    ///     "listener `2`: `event` is missing at `/1` (bytes 26..35); the class of the events that the listener gets",
    ///     "listener `1`: `1` is the id of an earlier listener at `/2/id` (bytes 44..45)",
    /// ]);
    /// # Ok::<(), hooksieve::ListenerError>(())
    /// ```
    pub fn list_from_json(text: &str) -> Result<Listeners<'_>, ListenerError> {
        list::read(text)
    }

    /// The filters of a list of registrations, otherwise read as by [`list_from_json`](Self::list_from_json): for
    /// registrations whose filters are written for another evaluator. They are not compiled, and of the other
    /// fields only `id` and `event` are looked at.
    ///
    /// # Errors
    ///
    /// [`ListenerError`], where the text is no such list.
    ///
    /// ```
    /// use hooksieve::Listener;
    ///
    /// let text = r#"[{"id": 7, "event": "\\A", "eventFilter": {"user.uid": {"$e": "bob"}}}, {"event": "B"}]"#;
    /// let filters: Vec<_> = Listener::filters_from_json(text)?.collect::<Result<_, _>>()?;
    /// assert_eq!((filters[0].class(), filters[0].text()), ("A", r#"{"user.uid": {"$e": "bob"}}"#));
    /// assert_eq!((filters[1].text(), filters[1].range()), ("{}", None));
    /// # Ok::<(), hooksieve::ListenerError>(())
    /// ```
    pub fn filters_from_json(text: &str) -> Result<RegisteredFilters<'_>, ListenerError> {
        list::read(text).map(RegisteredFilters::new)
    }

    /// What the listener is called by; in a list, its position if it has no `id`.
    #[must_use]
    pub fn id(&self) -> Option<&ListenerId> {
        self.id.as_ref()
    }

    /// `httpMethod`.
    #[must_use]
    pub fn http_method(&self) -> Option<HttpMethod> {
        self.http_method
    }

    /// `uri`. Often a secret by itself: who knows it can call it.
    #[must_use]
    pub fn uri(&self) -> Option<&str> {
        self.uri.as_deref()
    }

    /// `event`, without backslashes at its start.
    #[must_use]
    pub fn class(&self) -> &str {
        &self.class
    }

    /// `eventFilter`.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// `userIdFilter`; `None` where it is empty.
    #[must_use]
    pub fn user_id_filter(&self) -> Option<&str> {
        self.user_id_filter.as_deref()
    }

    /// `headers`.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// `authMethod`.
    #[must_use]
    pub fn auth_method(&self) -> AuthMethod {
        self.auth_method
    }

    /// `authData`; `None` where it is empty.
    #[must_use]
    pub fn auth_data(&self) -> Option<&AuthData> {
        self.auth_data.as_ref()
    }

    /// `tokenNeeded`.
    #[must_use]
    pub fn token_needed(&self) -> &TokenNeeded {
        &self.token_needed
    }

    /// The fields that are not understood, as they are: `appId`, `userId`, and whatever else.
    #[must_use]
    pub fn other_fields(&self) -> &Map<String, Value> {
        &self.other_fields
    }

    /// The whole of what lets an event through to the listener: `event.class` is the class, `user.uid` is
    /// the user if one is named, and the filter matches. This is what a [`FilterSet`](crate::FilterSet)
    /// holds for the listener.
    #[must_use]
    pub fn condition(&self) -> &Filter {
        &self.condition
    }

    /// [`condition`](Self::condition), where nothing else of the listener is needed any more.
    #[must_use]
    pub fn into_condition(self) -> Filter {
        self.condition
    }

    /// All that is needed to send an event to the listener.
    ///
    /// # Errors
    ///
    /// [`ListenerError`], where `httpMethod` or `uri` is missing, or `authData` is encrypted and needed.
    pub fn delivery(&self) -> Result<Delivery<'_>, ListenerError> {
        let mut problems = Vec::new();
        let mut problem = |code, field: &str, message: &str| {
            let pointer = if code == ErrorCode::MissingField { String::new() } else { format!("/{field}") };
            problems.push(Problem::new(code, pointer, None, format!("`{field}` {message}")));
        };
        if self.http_method.is_none() {
            problem(ErrorCode::MissingField, fields::HTTP_METHOD, "is missing");
        }
        if self.uri.is_none() {
            problem(ErrorCode::MissingField, fields::URI, "is missing");
        }
        let auth = match (self.auth_method, &self.auth_data) {
            (AuthMethod::Header, Some(AuthData::Headers(headers))) => Some(headers),
            (AuthMethod::Header, Some(AuthData::Encrypted(_))) => {
                problem(
                    ErrorCode::InvalidField,
                    fields::AUTH_DATA,
                    "is encrypted: the headers are not known",
                );
                None
            }
            _ => None,
        };
        match (self.http_method, &self.uri) {
            (Some(http_method), Some(uri)) if problems.is_empty() => {
                Ok(Delivery { http_method, uri, headers: &self.headers, auth })
            }
            _ => {
                let subject = Subject { id: self.id.clone(), ..Subject::default() };
                Err(ListenerError::new(subject, problems, Vec::new()))
            }
        }
    }

    /// The registration as JSON, with `[redacted]` in place of the values of `headers` and `authData`.
    /// Fields that are not understood come last, as they were; those with a name close to one of the two
    /// (`header`) are `[redacted]`, too.
    ///
    /// ```
    /// use hooksieve::Listener;
    /// use serde_json::json;
    ///
    /// let listener = Listener::from_json(r#"{"event": "\\A", "headers": {"X-Key": "123"}, "appId": "x"}"#)?;
    /// assert_eq!(
    ///     listener.to_value(),
    ///     json!({"event": "A", "headers": {"X-Key": "[redacted]"}, "authMethod": "none", "appId": "x"}),
    /// );
    /// # Ok::<(), hooksieve::ListenerError>(())
    /// ```
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.as_value(false)
    }

    /// As [`to_value`](Self::to_value), but with everything that must not be shown: to be stored.
    #[must_use]
    pub fn to_value_with_secrets(&self) -> Value {
        self.as_value(true)
    }

    fn as_value(&self, show: bool) -> Value {
        let headers = (!self.headers.is_empty()).then(|| self.headers.to_value(show));
        let token_needed = (!self.token_needed.is_empty()).then(|| self.token_needed.to_value());
        let fields = [
            (fields::ID, self.id.as_ref().map(ListenerId::to_value)),
            (fields::HTTP_METHOD, self.http_method.map(|method| method.as_str().into())),
            (fields::URI, self.uri.as_deref().map(Value::from)),
            (fields::EVENT, Some(Value::from(&*self.class))),
            (fields::EVENT_FILTER, self.event_filter.clone()),
            (fields::USER_ID_FILTER, self.user_id_filter.as_deref().map(Value::from)),
            (fields::HEADERS, headers),
            (fields::AUTH_METHOD, Some(self.auth_method.as_str().into())),
            (fields::AUTH_DATA, self.auth_data.as_ref().map(|data| data.to_value(show))),
            (fields::TOKEN_NEEDED, token_needed),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let others = self.other_fields.iter().map(|(name, value)| match fields::is_secret(name) && !show {
            true => (name.clone(), secret::REDACTED.into()),
            false => (name.clone(), value.clone()),
        });
        Value::Object(fields.chain(others).collect())
    }
}

/// Shows no secrets.
impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("id", &self.id)
            .field("http_method", &self.http_method)
            .field("uri", &self.uri.as_deref().map(uri::origin))
            .field("class", &self.class)
            .field("filter", &self.filter)
            .field("user_id_filter", &self.user_id_filter)
            .field("headers", &self.headers)
            .field("auth_method", &self.auth_method)
            .field("auth_data", &self.auth_data)
            .field("token_needed", &self.token_needed)
            .field("other_fields", &self.other_fields.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// How an event is sent to a listener: from [`Listener::delivery`].
#[derive(Clone, Copy)]
pub struct Delivery<'l> {
    http_method: HttpMethod,
    uri: &'l str,
    headers: &'l Headers,
    auth: Option<&'l Headers>,
}

impl<'l> Delivery<'l> {
    /// What to do.
    #[must_use]
    pub fn http_method(&self) -> HttpMethod {
        self.http_method
    }

    /// Where to.
    #[must_use]
    pub fn uri(&self) -> &'l str {
        self.uri
    }

    /// The headers to send: those of `headers`, then those of `authData`, which take the place of
    /// headers of the same name in whatever case.
    pub fn headers(&self) -> impl Iterator<Item = (&'l str, &'l Secret)> {
        let auth = self.auth;
        let is_kept = move |(name, _): &(&str, &Secret)| auth.is_none_or(|auth| auth.get(name).is_none());
        self.headers.iter().filter(is_kept).chain(auth.into_iter().flat_map(Headers::iter))
    }
}

/// Shows no secrets.
impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("http_method", &self.http_method)
            .field("uri", &uri::origin(self.uri))
            .field("headers", self.headers)
            .field("auth", &self.auth)
            .finish()
    }
}
