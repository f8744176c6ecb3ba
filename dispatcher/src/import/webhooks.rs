//! The Webhooks app: a key of Nextcloud's configuration for each class of events, with the URL that they go to, and one
//! secret for all.

use serde_json::{Map, Value, json};

use super::php::{Setting, SettingValue};
use super::plan::{Entry, Imported, Outcome, Plan};
use super::{ImportError, Position};

/// What the keys of the app start with.
const PREFIX: &str = "webhooks_";

const SECRET: &str = "webhooks_secret";

/// Each key, and the class whose events it is for: what the app registers for, also where its documentation shows the
/// payload of another class (`webhooks_user_created_url`).
const KEYS: [(&str, &str); 13] = [
    ("webhooks_calendar_object_created_url", r"OCA\DAV\Events\CalendarObjectCreatedEvent"),
    ("webhooks_calendar_object_updated_url", r"OCA\DAV\Events\CalendarObjectUpdatedEvent"),
    ("webhooks_calendar_object_moved_to_trash_url", r"OCA\DAV\Events\CalendarObjectMovedToTrashEvent"),
    ("webhooks_calendar_object_deleted_url", r"OCA\DAV\Events\CalendarObjectDeletedEvent"),
    ("webhooks_login_failed_url", r"OCP\Authentication\Events\LoginFailedEvent"),
    ("webhooks_password_updated_url", r"OCP\User\Events\PasswordUpdatedEvent"),
    ("webhooks_share_created_url", r"OCP\Share\Events\ShareCreatedEvent"),
    ("webhooks_user_changed_url", r"OCP\User\Events\UserChangedEvent"),
    ("webhooks_user_created_url", r"OCP\User\Events\UserCreatedEvent"),
    ("webhooks_user_deleted_url", r"OCP\User\Events\UserDeletedEvent"),
    ("webhooks_user_status_url", r"OCP\User\Events\UserLiveStatusEvent"),
    ("webhooks_user_logged_in_url", r"OCP\User\Events\UserLoggedInEvent"),
    ("webhooks_user_logged_out_url", r"OCP\User\Events\UserLoggedOutEvent"),
];

/// As the documentation spells one of them. The app does not read it.
const DOCUMENTED: (&str, &str) = ("webhooks_calendar_object_deleted", "webhooks_calendar_object_deleted_url");

/// What `occ` prints in place of what it takes for a secret.
const REMOVED: &str = "***REMOVED SENSITIVE VALUE***";

/// The app makes one attempt and never looks at what is answered, so receivers may answer anything; the one in its
/// documentation never ends its answer: it would get each event again and again, and be disabled in the end.
const RETRY_NOTE: &str = "one attempt and never disabled, as in the app, which does not look at the answers; where the receiver answers 2xx, `\"retry\": \"openregister\"` is better";

fn retry() -> Value {
    json!({ "delays": [], "disableAfter": "never" })
}

/// The settings of a server in what `occ config:list system` prints.
pub(super) fn read_json(text: &str) -> Result<Vec<Setting>, ImportError> {
    let document: Value = serde_json::from_str(text).map_err(|error| ImportError {
        position: Position { line: error.line().max(1), column: error.column().max(1) },
        message: "the text is no JSON".to_owned(),
    })?;
    let Some(settings) = document.get("system").and_then(Value::as_object) else {
        return Err(ImportError::new(text, 0, r#"expected `{"system": {…}}`"#));
    };
    Ok(settings
        .iter()
        .map(|(key, value)| Setting { key: key.clone(), value: value.into(), position: None })
        .collect())
}

impl From<&Value> for SettingValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => number.as_i64().map_or(Self::Float, Self::Integer),
            Value::String(text) => Self::String(text.clone()),
            Value::Array(_) | Value::Object(_) => Self::Array,
        }
    }
}

/// The app's secret, as far as it can be taken over.
enum SecretSetting {
    /// Nothing is signed.
    None,
    Known(String),
    /// Without it, receivers would refuse what is sent.
    Unknown(&'static str),
}

pub(super) fn plan(settings: Vec<Setting>) -> Plan {
    let settings: Vec<Setting> =
        settings.into_iter().filter(|setting| setting.key.starts_with(PREFIX)).collect();
    let last = |key: &str| settings.iter().rposition(|setting| setting.key == key);
    let secret =
        SecretSetting::read(last(SECRET).and_then(|at| settings.get(at)).map(|setting| &setting.value));
    let mut entries: Vec<Entry> = Vec::with_capacity(settings.len());
    for (index, setting) in settings.iter().enumerate() {
        let (documented, real) = DOCUMENTED;
        let outcome = if last(&setting.key) != Some(index) {
            noted("the key stands there again: only the last one counts")
        } else if setting.key == SECRET {
            secret.outcome()
        } else if setting.key == documented && last(real).is_some() {
            noted(format!("`{real}` is what the app reads: it is imported instead"))
        } else {
            outcome(&setting.key, &setting.value, &secret)
        };
        entries.push(Entry { from: setting.key.clone(), position: setting.position, outcome });
    }
    Plan { entries }
}

/// What becomes of a key.
fn outcome(key: &str, value: &SettingValue, secret: &SecretSetting) -> Outcome {
    let (documented, real) = DOCUMENTED;
    let class_of = |key: &str| KEYS.iter().find_map(|(known, class)| (*known == key).then_some(*class));
    let Some(class) = class_of(if key == documented { real } else { key }) else {
        let near = format!("{key}_url");
        return refused(match class_of(&near) {
            Some(_) => format!("the Webhooks app has no such key; did you mean `{near}`?"),
            None => "the Webhooks app has no such key".to_owned(),
        });
    };
    let url = match value {
        SettingValue::String(url) if !url.is_empty() => url,
        SettingValue::String(_) | SettingValue::Null => return noted("no URL: nothing is sent today"),
        other => return refused(format!("expected a URL, found {}", other.kind())),
    };
    let mut notes = vec![RETRY_NOTE.to_owned()];
    if key == documented {
        notes.push(format!("the app itself reads `{real}`: so far, nothing was sent"));
    }
    let mut delivery =
        Map::from_iter([("body".to_owned(), Value::from("event")), ("retry".to_owned(), retry())]);
    match secret {
        SecretSetting::None => notes.push(format!("no signature, for `{SECRET}` is not set")),
        SecretSetting::Known(secret) => {
            let signatures = json!([{ "scheme": "nextcloud-webhooks", "secrets": [secret] }]);
            delivery.insert("signatures".to_owned(), signatures);
        }
        SecretSetting::Unknown(_) => {
            return refused(format!("without `{SECRET}`, which cannot be read, nothing would be signed"));
        }
    }
    let registration = json!({ "httpMethod": "POST", "uri": url, "event": class, "delivery": delivery });
    Outcome::from(Imported::new(&registration, notes))
}

impl SecretSetting {
    fn read(value: Option<&SettingValue>) -> Self {
        match value {
            Some(SettingValue::String(text)) if text == REMOVED => {
                Self::Unknown("`occ` has left the secret out; `occ config:list system --private` prints it")
            }
            Some(SettingValue::String(text)) if !text.is_empty() => Self::Known(text.clone()),
            // PHP makes a text of it.
            Some(SettingValue::Integer(number)) => Self::Known(number.to_string()),
            None | Some(SettingValue::Null | SettingValue::String(_)) => Self::None,
            Some(SettingValue::Boolean(_)) => Self::Unknown("expected a string, found a boolean"),
            Some(SettingValue::Float) => Self::Unknown("expected a string, found a number with a fraction"),
            Some(SettingValue::Array) => Self::Unknown("expected a string, found an array"),
        }
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::None => noted("empty: nothing is signed"),
            Self::Known(_) => {
                noted("signs every registration that is imported, in the scheme `nextcloud-webhooks`")
            }
            Self::Unknown(reason) => refused(*reason),
        }
    }
}

fn noted(note: impl Into<String>) -> Outcome {
    Outcome::Noted { notes: vec![note.into()] }
}

fn refused(reason: impl Into<String>) -> Outcome {
    Outcome::Refused { reasons: vec![reason.into()] }
}
