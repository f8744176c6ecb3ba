//! The field `delivery` of a registration: what Nextcloud's API has no word for.

mod fields;
mod read;

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::BodyFormat;
use super::policy::{DisableAfter, RetryPolicy};
use super::signature::Signer;

pub(super) use read::settings as read;

/// The names of the fields.
mod names {
    pub(super) const BODY: &str = "body";
    pub(super) const RETRY: &str = "retry";
    pub(super) const SIGNATURES: &str = "signatures";
    pub(super) const TIMEOUT: &str = "timeout";
    pub(super) const DELAYS: &str = "delays";
    pub(super) const JITTER: &str = "jitter";
    pub(super) const ON: &str = "on";
    pub(super) const DISABLE_AFTER: &str = "disableAfter";
    pub(super) const DELIVERIES: &str = "deliveries";
    pub(super) const SECONDS: &str = "seconds";
    pub(super) const NEVER: &str = "never";
    pub(super) const SCHEME: &str = "scheme";
    pub(super) const SECRETS: &str = "secrets";
}

/// What stands where a secret is not shown.
pub(super) const REDACTED: &str = "[redacted]";

/// How the deliveries of a listener are made: the field `delivery` of its registration, an object.
///
/// | field | what it holds | absent, or `null` |
/// |---|---|---|
/// | `body` | a [`BodyFormat`] | `nextcloud` |
/// | `retry` | a [`RetryPreset`](super::RetryPreset), or an object | `openregister` |
/// | `retry.delays` | seconds between the attempts: at most 100 numbers from 0 to 604,800 (a week) | refused |
/// | `retry.jitter` | by which share the delays may be longer, from 0 to 1 | 0 |
/// | `retry.on` | a [`RetryOn`](super::RetryOn) | `no-answer-and-5xx` |
/// | `retry.disableAfter` | `{"deliveries": 1 to 1,000,000, "seconds": 0 to 31,536,000}`, or `never` | 10 deliveries in a row, over 5 days |
/// | `signatures` | an array of `{"scheme": …, "secrets": […]}`, each [`SignatureScheme`](super::signature::SignatureScheme) once at most | none |
/// | `timeout` | of an attempt, from 1 to 120 seconds | as the dispatcher is set |
///
/// A field or a word that is not known is an error.
///
/// ```
/// use std::time::Duration;
///
/// use hooksieve_dispatcher::core::{BodyFormat, Registration};
///
/// let registration = Registration::from_json(r#"{
///     "httpMethod": "POST",
///     "uri": "https://example.org/hook",
///     "event": "OCA\\OpenRegister\\Event\\ObjectCreatedEvent",
///     "delivery": {
///         "body": "openregister",
///         "retry": {"delays": [10, 60, 3600], "jitter": 0.1, "on": "every-failure", "disableAfter": "never"},
///         "signatures": [{"scheme": "openregister", "secrets": ["your-secret-key"]}],
///         "timeout": 30
///     }
/// }"#)?;
/// let settings = registration.settings();
/// assert_eq!((settings.body, settings.timeout), (BodyFormat::OpenRegister, Some(Duration::from_secs(30))));
/// assert_eq!((settings.retry.max_attempts(), settings.signers.len()), (4, 1));
/// # Ok::<(), hooksieve_dispatcher::core::RegistrationError>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct DeliverySettings {
    /// `body`.
    pub body: BodyFormat,
    /// `retry`.
    pub retry: RetryPolicy,
    /// `signatures`; secrets are not shown by `Debug`.
    pub signers: Vec<Signer>,
    /// `timeout`.
    pub timeout: Option<Duration>,
}

impl DeliverySettings {
    /// As JSON; with secrets, if they are to be shown.
    pub(super) fn to_value(&self, show: bool) -> Value {
        let signatures: Vec<Value> = self.signers.iter().map(|signer| signer_value(signer, show)).collect();
        let fields = [
            (names::BODY, Some(self.body.as_str().into())),
            (names::RETRY, Some(retry_value(&self.retry))),
            (names::SIGNATURES, (!signatures.is_empty()).then(|| signatures.into())),
            (names::TIMEOUT, self.timeout.map(seconds_value)),
        ];
        object(fields)
    }
}

fn retry_value(retry: &RetryPolicy) -> Value {
    if let Some(preset) = retry.preset {
        return preset.as_str().into();
    }
    let delays: Vec<Value> = retry.delays.iter().copied().map(seconds_value).collect();
    let disable_after = match retry.disable_after {
        None => names::NEVER.into(),
        Some(DisableAfter { deliveries, time }) => {
            json!({ names::DELIVERIES: deliveries, names::SECONDS: seconds_value(time) })
        }
    };
    object([
        (names::DELAYS, Some(delays.into())),
        (names::JITTER, Some(retry.jitter.into())),
        (names::ON, Some(retry.on.as_str().into())),
        (names::DISABLE_AFTER, Some(disable_after)),
    ])
}

fn signer_value(signer: &Signer, show: bool) -> Value {
    let secrets = signer.keys().iter().map(|key| if show { key.expose() } else { REDACTED });
    json!({ names::SCHEME: signer.scheme().as_str(), names::SECRETS: secrets.collect::<Vec<_>>() })
}

/// A whole number, where it is one.
fn seconds_value(time: Duration) -> Value {
    if time.subsec_nanos() == 0 { time.as_secs().into() } else { time.as_secs_f64().into() }
}

fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(fields.collect::<Map<_, _>>())
}
