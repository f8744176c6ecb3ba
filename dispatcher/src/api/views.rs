//! The answers, and what they are made of. Times are milliseconds since 1970-01-01 00:00 UTC.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hooksieve::{CompileError, Lint};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::core::{DisableReason, Failure, GiveUpReason, RegistrationProblem, Timestamp};
use crate::run::{BadLine, ListenerView};
use crate::store::{AttemptSummary, DeliveryState, DeliverySummary, Health, StoredEvent};

/// Bytes of a text, from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = Range)]
pub(super) struct RangeView {
    start: usize,
    end: usize,
}

impl From<Range<usize>> for RangeView {
    fn from(Range { start, end }: Range<usize>) -> Self {
        Self { start, end }
    }
}

/// One thing that is wrong with what was sent.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct ErrorView {
    /// A stable word.
    #[schema(example = "unknown-operator")]
    code: &'static str,
    /// The number of the line, from 1, of a body with a line for each event.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// Where it is: a JSON Pointer into the document that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Where it is: the bytes of the document (or of the line) that was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<RangeView>,
    /// What is wrong, in plain words.
    message: String,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl From<RegistrationProblem> for ErrorView {
    fn from(problem: RegistrationProblem) -> Self {
        Self {
            code: problem.code,
            line: None,
            pointer: Some(problem.pointer),
            range: problem.range.map(RangeView::from),
            message: problem.message,
            hint: problem.hint,
        }
    }
}

impl From<BadLine> for ErrorView {
    fn from(bad: BadLine) -> Self {
        Self {
            code: hooksieve::ErrorCode::InvalidJson.as_str(),
            line: Some(bad.line),
            pointer: None,
            range: Some((bad.offset..bad.offset).into()),
            message: bad.message,
            hint: None,
        }
    }
}

/// Everything that is wrong with a filter.
pub(super) fn filter_errors(error: &CompileError) -> Vec<ErrorView> {
    let view = |problem: &hooksieve::Problem| ErrorView {
        code: problem.code().as_str(),
        line: None,
        pointer: Some(problem.pointer().to_owned()),
        range: problem.range().map(RangeView::from),
        message: problem.message().to_owned(),
        hint: problem.hint().map(str::to_owned),
    };
    error.problems().iter().map(view).collect()
}

/// Something suspicious in a filter.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub(super) struct WarningView {
    /// A stable word.
    #[schema(example = "never-matches")]
    code: &'static str,
    /// How bad it is; `error` is a filter that never matches.
    #[schema(value_type = Severity)]
    severity: &'static str,
    /// Where it is: a JSON Pointer into the filter.
    pointer: String,
    /// Where it is: the bytes of the filter's text.
    range: Option<RangeView>,
    /// What the consequence is, in plain words.
    message: String,
    /// What could be written instead, in plain words.
    suggestion: Option<String>,
    /// The change to the filter's text that does it.
    replacement: Option<ReplacementView>,
}

/// How bad a warning is.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "only its schema is used: the words come from the engine")]
pub(super) enum Severity {
    Note,
    Warning,
    Error,
}

/// A change to a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Replacement)]
pub(super) struct ReplacementView {
    /// What to take out.
    range: RangeView,
    /// What to put there.
    text: String,
}

impl From<&Lint> for WarningView {
    fn from(lint: &Lint) -> Self {
        let replacement = lint.suggestion().and_then(|suggestion| suggestion.replacement());
        Self {
            code: lint.code().as_str(),
            severity: lint.severity().as_str(),
            pointer: lint.pointer().to_owned(),
            range: lint.range().map(RangeView::from),
            message: lint.message().to_owned(),
            suggestion: lint.suggestion().map(|suggestion| suggestion.message().to_owned()),
            replacement: replacement.map(|replacement| ReplacementView {
                range: replacement.range.clone().into(),
                text: replacement.text.clone(),
            }),
        }
    }
}

/// Why something is as it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
pub(super) struct ReasonView {
    /// A stable word.
    code: &'static str,
    /// In plain words.
    message: String,
}

impl ReasonView {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<&GiveUpReason> for ReasonView {
    fn from(reason: &GiveUpReason) -> Self {
        match reason {
            GiveUpReason::Status(status) => {
                Self::new("status", format!("the receiver has answered {status}, which is final"))
            }
            GiveUpReason::AttemptsExhausted => Self::new("attempts-exhausted", "the last attempt has failed"),
            GiveUpReason::AddressRefused => {
                Self::new("address-refused", "the host has no address that deliveries may go to")
            }
            GiveUpReason::Request => {
                Self::new("request", "the registration and the event do not make a request")
            }
            GiveUpReason::ListenerRemoved => Self::new("listener-removed", "the listener was removed"),
        }
    }
}

impl From<&DisableReason> for ReasonView {
    fn from(reason: &DisableReason) -> Self {
        match reason {
            DisableReason::Gone => Self::new("gone", "the receiver has answered 410 Gone"),
            DisableReason::KeepsFailing { deliveries } => {
                Self::new("keeps-failing", format!("{deliveries} deliveries in a row were given up"))
            }
            DisableReason::ByHand => Self::new("by-hand", "somebody has disabled it"),
        }
    }
}

impl From<&Failure> for ReasonView {
    fn from(failure: &Failure) -> Self {
        let sentence = match failure {
            Failure::NameResolution => "the name of the host leads nowhere",
            Failure::AddressRefused => "the host has no address that deliveries may go to",
            Failure::Connection => "nobody accepts connections",
            Failure::Tls => "TLS was not agreed on, or the certificate is not trusted",
            Failure::Timeout => "the answer did not come in time",
            Failure::Protocol => "the answer was no HTTP, or broke off",
            Failure::Request => "the registration and the event do not make a request",
            Failure::Interrupted => "the dispatcher stopped before the answer came",
        };
        Self::new(failure.as_str(), sentence)
    }
}

/// How a listener is doing.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Health)]
pub(super) struct HealthView {
    /// Since when it gets nothing, and why.
    disabled: Option<DisabledView>,
    /// Deliveries given up since the last that was delivered.
    failed_in_a_row: u32,
    /// When the first of these was given up.
    failing_since: Option<i64>,
    /// When something was delivered last.
    last_success_at: Option<i64>,
    /// Deliveries that are waiting for an attempt.
    pending: u64,
}

/// Since when a listener is disabled, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Disabled)]
pub(super) struct DisabledView {
    /// When.
    since: i64,
    /// Why.
    reason: ReasonView,
}

impl From<&Health> for HealthView {
    fn from(health: &Health) -> Self {
        let disabled = health.disabled.as_ref();
        Self {
            disabled: disabled
                .map(|(since, reason)| DisabledView { since: since.as_millis(), reason: reason.into() }),
            failed_in_a_row: health.failed_in_a_row,
            failing_since: health.failing_since.map(Timestamp::as_millis),
            last_success_at: health.last_success_at.map(Timestamp::as_millis),
            pending: health.pending,
        }
    }
}

/// A listener.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Listener)]
pub(super) struct ListenerAnswer {
    /// Its number: the `id` of Nextcloud's API.
    id: i64,
    /// When it was registered.
    created_at: i64,
    /// What was registered, with `[redacted]` in place of secrets.
    #[schema(value_type = Object)]
    registration: Value,
    /// How it is doing.
    health: HealthView,
}

impl From<&ListenerView> for ListenerAnswer {
    fn from(view: &ListenerView) -> Self {
        Self {
            id: view.id.number(),
            created_at: view.created_at.as_millis(),
            registration: view.registration.to_value(),
            health: (&view.health).into(),
        }
    }
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
pub(super) struct EventView {
    /// Its id.
    #[schema(pattern = "^evt_[0-9a-f]{32}$")]
    id: String,
    /// When it was accepted.
    accepted_at: i64,
    /// The event as it came.
    #[schema(value_type = Value)]
    event: Option<Box<RawValue>>,
}

impl From<&StoredEvent> for EventView {
    fn from(event: &StoredEvent) -> Self {
        Self { id: event.id.to_string(), accepted_at: event.accepted_at.as_millis(), event: raw(&event.body) }
    }
}

/// JSON as it came.
pub(super) fn raw(json: &[u8]) -> Option<Box<RawValue>> {
    serde_json::from_slice(json).ok()
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Delivery)]
pub(super) struct DeliveryView {
    /// Its id, the same in all attempts.
    #[schema(pattern = "^msg_[0-9a-f]{32}$")]
    id: String,
    /// The event.
    #[schema(pattern = "^evt_[0-9a-f]{32}$")]
    event: String,
    /// The number of the listener.
    listener: i64,
    /// When the event was accepted.
    created_at: i64,
    /// How it stands.
    state: StateView,
    /// Why it was given up.
    reason: Option<ReasonView>,
    /// How many attempts there were.
    attempts: u32,
    /// When the next attempt is due.
    due_at: Option<i64>,
    /// When it was delivered or given up.
    finished_at: Option<i64>,
}

/// How a delivery stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = DeliveryState)]
pub(super) enum StateView {
    /// An attempt is to come.
    Pending,
    /// A 2xx was answered.
    Delivered,
    /// There will be no more attempts.
    GivenUp,
}

impl From<DeliverySummary> for DeliveryView {
    fn from(delivery: DeliverySummary) -> Self {
        let (state, reason) = match &delivery.state {
            DeliveryState::Pending => (StateView::Pending, None),
            DeliveryState::Delivered => (StateView::Delivered, None),
            DeliveryState::GivenUp(reason) => (StateView::GivenUp, Some(reason.into())),
        };
        Self {
            id: delivery.id.to_string(),
            event: delivery.event.to_string(),
            listener: delivery.listener.number(),
            created_at: delivery.created_at.as_millis(),
            state,
            reason,
            attempts: delivery.attempts,
            due_at: delivery.due_at.map(Timestamp::as_millis),
            finished_at: delivery.finished_at.map(Timestamp::as_millis),
        }
    }
}

/// One attempt to deliver.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Attempt)]
pub(super) struct AttemptView {
    /// Its number, from 1.
    attempt: u32,
    /// When it began.
    started_at: i64,
    /// How long it took, in milliseconds.
    duration: u64,
    /// The status that was answered.
    status: Option<u16>,
    /// Why there was no answer.
    failure: Option<ReasonView>,
    /// The start of the answer, a few kilobytes at most.
    answer: AnswerView,
}

/// The start of an answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "encoding", content = "content", rename_all = "lowercase")]
#[schema(as = Answer)]
pub(super) enum AnswerView {
    /// As it came.
    Text(String),
    /// It is no text.
    Base64(String),
}

impl From<AttemptSummary> for AttemptView {
    fn from(attempt: AttemptSummary) -> Self {
        Self {
            attempt: attempt.attempt,
            started_at: attempt.started_at.as_millis(),
            duration: attempt.duration.as_millis().try_into().unwrap_or(u64::MAX),
            status: attempt.result.ok(),
            failure: attempt.result.err().as_ref().map(ReasonView::from),
            answer: AnswerView::from(attempt.answer.as_slice()),
        }
    }
}

/// Text is UTF-8 without control characters, but for a last character that was cut.
impl From<&[u8]> for AnswerView {
    fn from(bytes: &[u8]) -> Self {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) if error.error_len().is_none() => {
                let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(whole).ok().filter(|text| !text.is_empty())
            }
            Err(_) => None,
        };
        let is_text = |text: &&str| !text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'));
        match text.filter(is_text) {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Base64(STANDARD.encode(bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_text_or_base64() {
        let view = |bytes: &[u8]| serde_json::to_value(AnswerView::from(bytes)).unwrap();
        assert_eq!(view(b""), json!({"encoding": "text", "content": ""}));
        assert_eq!(view("grün\r\n".as_bytes()), json!({"encoding": "text", "content": "grün\r\n"}));
        assert_eq!(view(&"grü".as_bytes()[..3]), json!({"encoding": "text", "content": "gr"}));
        assert_eq!(view(b"\xc3"), json!({"encoding": "base64", "content": "ww=="}));
        assert_eq!(view(b"a\xffb"), json!({"encoding": "base64", "content": "Yf9i"}));
        assert_eq!(view(b"a\0b"), json!({"encoding": "base64", "content": "YQBi"}));
    }
}
