//! A registration, with what the dispatcher adds to Nextcloud's.

mod check;
mod edits;

use std::fmt;

pub(crate) use edits::Edits;

use hooksieve::{Catalog, CompileError, Compiler, ErrorCode, Filter, Limits, Lint, Listener, lint};
use serde_json::{Value, json};

use super::DeliverySettings;
use super::json::Json;
use super::place::CLASS_PATHS;
use super::problem::{Problems, RegistrationError, RegistrationProblem};
use super::uri;
use check::Checked;

/// Of a registration, in bytes: what the engine takes of one.
const MAX_TEXT: usize = 1 << 20;

/// The names of the fields that are looked at here.
mod names {
    pub(super) const ID: &str = "id";
    pub(super) const HTTP_METHOD: &str = "httpMethod";
    pub(super) const URI: &str = "uri";
    pub(super) const HEADERS: &str = "headers";
    pub(super) const AUTH_DATA: &str = "authData";
    pub(super) const TOKEN_NEEDED: &str = "tokenNeeded";
    pub(super) const DELIVERY: &str = "delivery";
}

/// A registration that is checked whole: a [`Listener`], and the field `delivery` ([`DeliverySettings`]).
///
/// Beyond what the engine asks for:
///
/// - `httpMethod` and `uri` are needed, and the host is one that can be reached: none in an unusual spelling
///   (`0x7f.1`), no address of a group. (Whether an address is *allowed* is decided when a connection is made.)
/// - `authData` holds headers: encrypted text is of no use to anybody but the server that it comes from.
/// - No tokens are made: `tokenNeeded` is empty.
/// - Headers that belong to the connection (`Host`, `Content-Length`, …) or to the dispatcher (`webhook-id`,
///   `X-Webhook-Signature`, …) are not set.
/// - A field whose name is close to a known one is an error, for what it says would not be heard. `appId`, `userId` and
///   whatever else is kept. `id` is not: the dispatcher gives numbers of its own.
/// - All of it has at most 1 MiB of text.
///
/// `Debug` and [`to_value`](Self::to_value) show no secrets.
///
/// ```
/// use hooksieve_dispatcher::core::Registration;
///
/// let registration = Registration::from_json(r#"{
///     "httpMethod": "POST",
///     "uri": "https://example.org/hook",
///     "event": "OCP\\Files\\Events\\Node\\NodeCreatedEvent",
///     "eventFilter": {"event.node.path": {"$endsWith": ".pdf"}},
///     "headers": {"X-Key": "123"}
/// }"#)?;
///
/// let shown = registration.to_value();
/// assert_eq!(shown["headers"]["X-Key"], "[redacted]");
/// assert_eq!(shown["delivery"]["retry"], "openregister");
///
/// // Changed by somebody who has not seen the header's value:
/// let mut changed = shown;
/// changed["uri"] = "https://example.org/other".into();
/// let changed = Registration::replacing(&changed.to_string(), &registration)?;
/// assert_eq!(changed.listener().headers().get("x-key").unwrap().expose(), "123");
/// # Ok::<(), hooksieve_dispatcher::core::RegistrationError>(())
/// ```
#[derive(Clone)]
pub struct Registration {
    listener: Listener,
    settings: DeliverySettings,
    condition: Filter,
}

impl Registration {
    /// Reads and checks a registration, as it is sent to the API.
    ///
    /// # Errors
    ///
    /// [`RegistrationError`], with everything that is wrong.
    pub fn from_json(text: &str) -> Result<Self, RegistrationError> {
        Self::read(text, None)
    }

    /// The same, to replace an earlier registration: where [`to_value`](Self::to_value) has shown `[redacted]` in place of
    /// a secret, and it comes back, that of the earlier one stays. Headers go by their names; the secrets of signatures
    /// by their scheme and order, and either all of a scheme stay or none. Where there is no `delivery`, that of the
    /// earlier one stays: clients that know only Nextcloud's fields do not change it.
    ///
    /// # Errors
    ///
    /// [`RegistrationError`], with everything that is wrong; also where `[redacted]` stands and there was no secret.
    pub fn replacing(text: &str, earlier: &Self) -> Result<Self, RegistrationError> {
        Self::read(text, Some(earlier))
    }

    fn read(text: &str, earlier: Option<&Self>) -> Result<Self, RegistrationError> {
        let mut problems = Problems::default();
        if text.len() > MAX_TEXT {
            let code = ErrorCode::LimitExceeded.as_str();
            let message = format!("the registration is longer than {MAX_TEXT} bytes");
            problems.report(code, "", 0..text.len(), message, None);
            return Err(problems.into_error(text.len()));
        }
        let json = Json::read(text);
        let whole = json.map_or(0..text.len(), |json| json.range());
        let members = json.and_then(|json| json.members());
        let checked =
            members.as_deref().map(|members| check::check(members, whole.clone(), earlier, &mut problems));
        let Checked { settings, edits } = checked.unwrap_or_default();

        // The engine sees neither `[redacted]` nor the secrets of signatures, which it would show.
        let listener = Listener::from_json(&edits.apply(text));
        match &listener {
            Ok(_) if members.is_some() => {}
            // Nobody has looked into it here.
            Ok(_) => {
                let code = ErrorCode::InvalidJson.as_str();
                problems.report(code, "", whole.clone(), "the registration is not JSON", None);
            }
            Err(error) => {
                for problem in error.problems() {
                    let range = problem.range().map(|range| edits.original(range));
                    problems.push(RegistrationProblem { range, ..problem.into() });
                }
            }
        }
        let uri = members.iter().flatten().find(|member| member.name == names::URI);
        if let Some((uri, Some(text))) = uri.map(|uri| (uri.value, uri.value.string()))
            && !problems.is_at("/uri")
            && let Err(fault) = uri::check(&text)
        {
            let message = format!("`uri`: {}", fault.message);
            let code = ErrorCode::InvalidField.as_str();
            problems.report(code, "/uri", uri.range(), message, fault.hint);
        }
        let Ok(listener) = listener else { return Err(problems.into_error(text.len())) };
        match condition(&listener, &json!({ "$or": CLASS_PATHS.map(|path| class_at(path, &listener)) })) {
            Ok(condition) if problems.is_empty() => Ok(Self { listener, settings, condition }),
            Ok(_) => Err(problems.into_error(text.len())),
            Err(error) => {
                let (code, message) = (error.first().code().as_str(), error.first().message());
                problems.report(code, "", whole, message, None);
                Err(problems.into_error(text.len()))
            }
        }
    }

    /// The part that Nextcloud's API knows, too.
    #[must_use]
    pub fn listener(&self) -> &Listener {
        &self.listener
    }

    /// How deliveries are made.
    #[must_use]
    pub fn settings(&self) -> &DeliverySettings {
        &self.settings
    }

    /// The whole of what lets an event through: the class, the acting user (`user.uid`), and the filter.
    ///
    /// The class stands at `event.class` (Nextcloud's envelope), at `eventType` (the Webhooks app), or at `event`
    /// (OpenRegister). The filter is asked about the event as it came, whatever is sent.
    #[must_use]
    pub fn condition(&self) -> &Filter {
        &self.condition
    }

    /// The same in three parts, one for each place of the class: a filter set finds many of these faster, for `$or` would
    /// come in the way of its index. They are made anew, for a set shares the code of filters that are its own.
    pub(super) fn conditions(&self) -> [Filter; 3] {
        CLASS_PATHS.map(|path| {
            // The whole has been compiled, and is right in the place of each part.
            condition(&self.listener, &class_at(path, &self.listener))
                .unwrap_or_else(|_| self.condition.clone())
        })
    }

    /// What is suspicious about the filter although it is legal, with what is known about the class. Ranges are those of
    /// the filter's own text.
    #[must_use]
    pub fn lints(&self) -> Vec<Lint> {
        lint(self.listener.filter(), Catalog::builtin().get(self.listener.class()))
    }

    /// As JSON, to be shown: `[redacted]` in place of every secret.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.with_settings(self.listener.to_value(), false)
    }

    /// As JSON, to be stored (encrypted), and read again by [`from_json`](Self::from_json).
    #[must_use]
    pub fn to_value_with_secrets(&self) -> Value {
        self.with_settings(self.listener.to_value_with_secrets(), true)
    }

    fn with_settings(&self, mut listener: Value, show: bool) -> Value {
        if let Some(fields) = listener.as_object_mut() {
            fields.shift_remove(names::ID);
            fields.insert(names::DELIVERY.to_owned(), self.settings.to_value(show));
        }
        listener
    }
}

/// Shows no secrets.
impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("listener", &self.listener)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn class_at(path: &str, listener: &Listener) -> Value {
    json!({ path: listener.class() })
}

fn condition(listener: &Listener, class: &Value) -> Result<Filter, CompileError> {
    let mut conditions = vec![class.to_string()];
    conditions.extend(listener.user_id_filter().map(|user| json!({ "user.uid": user }).to_string()));
    // `[]` and `null` are filters, but no operands of `$and`.
    conditions.extend(listener.filter().source().filter(|filter| filter.starts_with('{')).map(str::to_owned));
    // The filter is within the limits; what is around it does not count.
    let limits =
        Limits { text_bytes: usize::MAX, nesting: usize::MAX, conditions: usize::MAX, ..Limits::default() };
    Compiler::new().limits(limits).compile(&format!(r#"{{"$and":[{}]}}"#, conditions.join(",")))
}
