//! `delivery`, from its text. Everything that is wrong with it is reported here, all at once.

use std::time::Duration;

use hooksieve::ErrorCode;
use zeroize::Zeroizing;

use super::fields::{Field, Fields};
use super::{DeliverySettings, REDACTED, names};
use crate::core::BodyFormat;
use crate::core::json::Json;
use crate::core::policy::{DisableAfter, RetryOn, RetryPolicy, RetryPreset};
use crate::core::problem::Problems;
use crate::core::signature::{Key, SecretError, SignatureScheme, Signer};

/// Of custom schedules.
const MAX_DELAYS: usize = 100;
const MAX_DELAY: u32 = 7 * 24 * 60 * 60;

const MAX_FAILED_DELIVERIES: u32 = 1_000_000;
const MAX_FAILING: u32 = 365 * 24 * 60 * 60;

/// Who takes longer holds up the others of the same host.
const MAX_TIMEOUT: u32 = 120;

/// Reads the field `name`. Where a problem is reported, what is returned is of no use. `earlier` are the signers whose
/// secrets stay where `[redacted]` stands.
pub(in crate::core) fn settings(
    name: &str,
    json: Json<'_>,
    earlier: &[Signer],
    problems: &mut Problems,
) -> DeliverySettings {
    let mut settings = DeliverySettings::default();
    let known = [names::BODY, names::RETRY, names::SIGNATURES, names::TIMEOUT];
    let field = Field { json, name: name.to_owned(), pointer: format!("/{name}") };
    let Some(fields) = Fields::of(&field, "an object", &known, problems) else { return settings };
    if let Some(body) = fields.get(names::BODY) {
        settings.body = body.word(BodyFormat::ALL, BodyFormat::as_str, "", problems).unwrap_or_default();
    }
    if let Some(retry) = fields.get(names::RETRY) {
        settings.retry = self::retry(&retry, problems).unwrap_or_default();
    }
    if let Some(signatures) = fields.get(names::SIGNATURES) {
        settings.signers = signers(&signatures, earlier, problems);
    }
    if let Some(timeout) = fields.get(names::TIMEOUT) {
        settings.timeout = timeout.seconds(1..=MAX_TIMEOUT, problems);
    }
    settings
}

fn retry(retry: &Field<'_>, problems: &mut Problems) -> Option<RetryPolicy> {
    if retry.json.members().is_none() {
        let or = format!(", or an object with `{}`", names::DELAYS);
        return retry.word(RetryPreset::ALL, RetryPreset::as_str, &or, problems).map(RetryPolicy::from);
    }
    let known = [names::DELAYS, names::JITTER, names::ON, names::DISABLE_AFTER];
    let fields = Fields::of(retry, "an object", &known, problems)?;
    let delays = fields.need(names::DELAYS, problems).map(|delays| self::delays(&delays, problems));
    let jitter = fields.get(names::JITTER).and_then(|jitter| {
        let is_right = |number| (0.0..=1.0).contains(&number);
        jitter.number("a number from 0 to 1", is_right, problems)
    });
    let on = fields.get(names::ON).and_then(|on| on.word(RetryOn::ALL, RetryOn::as_str, "", problems));
    let disable_after = match fields.get(names::DISABLE_AFTER) {
        Some(bounds) => self::disable_after(&bounds, problems),
        None => Some(DisableAfter::default()),
    };
    Some(RetryPolicy {
        preset: None,
        delays: delays?,
        jitter: jitter.unwrap_or_default(),
        on: on.unwrap_or_default(),
        disable_after,
    })
}

fn delays(delays: &Field<'_>, problems: &mut Problems) -> Vec<Duration> {
    let elements = delays.elements("an array of seconds", problems).unwrap_or_default();
    if elements.len() > MAX_DELAYS {
        let message = format!("`{}`: {} delays, {MAX_DELAYS} are allowed", names::DELAYS, elements.len());
        delays.report(ErrorCode::LimitExceeded, message, None, problems);
        return Vec::new();
    }
    elements.iter().filter_map(|delay| delay.seconds(0..=MAX_DELAY, problems)).collect()
}

/// `None` for never.
fn disable_after(bounds: &Field<'_>, problems: &mut Problems) -> Option<DisableAfter> {
    let known = [names::DELIVERIES, names::SECONDS];
    if bounds.json.members().is_none() {
        let or = format!(", or an object with `{}` and `{}`", names::DELIVERIES, names::SECONDS);
        bounds.word(&[names::NEVER], |word| word, &or, problems);
        return None;
    }
    let fields = Fields::of(bounds, "an object", &known, problems)?;
    let default = DisableAfter::default();
    let deliveries = fields.get(names::DELIVERIES).map_or(Some(default.deliveries), |deliveries| {
        let expected = format!("a whole number from 1 to {MAX_FAILED_DELIVERIES}");
        let is_right =
            |number: f64| number.fract() == 0.0 && (1.0..=f64::from(MAX_FAILED_DELIVERIES)).contains(&number);
        Some(deliveries.number(&expected, is_right, problems)? as u32)
    });
    let seconds = fields.get(names::SECONDS);
    let time = seconds.map_or(Some(default.time), |seconds| seconds.seconds(0..=MAX_FAILING, problems));
    Some(DisableAfter { deliveries: deliveries?, time: time? })
}

fn signers(signatures: &Field<'_>, earlier: &[Signer], problems: &mut Problems) -> Vec<Signer> {
    let mut signers = Vec::new();
    let mut seen: Vec<SignatureScheme> = Vec::new();
    for signature in signatures.elements("an array of objects", problems).unwrap_or_default() {
        let known = [names::SCHEME, names::SECRETS];
        let Some(fields) = Fields::of(&signature, "an object", &known, problems) else { continue };
        let (scheme, secrets) = (fields.need(names::SCHEME, problems), fields.need(names::SECRETS, problems));
        let Some(field) = scheme else { continue };
        let scheme = field.word(SignatureScheme::ALL, SignatureScheme::as_str, "", problems);
        let Some(scheme) = scheme else { continue };
        if seen.contains(&scheme) {
            let message = format!("`{}`: `{}` is there twice", names::SIGNATURES, scheme.as_str());
            field.report(ErrorCode::DuplicateKey, message, None, problems);
            continue;
        }
        seen.push(scheme);
        let earlier = earlier.iter().find(|signer| signer.scheme() == scheme).map_or(&[][..], Signer::keys);
        signers.extend(secrets.and_then(|secrets| signer(scheme, &secrets, earlier, problems)));
    }
    signers
}

fn signer(
    scheme: SignatureScheme,
    secrets: &Field<'_>,
    earlier: &[Key],
    problems: &mut Problems,
) -> Option<Signer> {
    let elements = secrets.elements("an array of strings", problems)?;
    let (found, most) = (elements.len(), scheme.max_secrets());
    if !(1..=most).contains(&found) {
        let message = format!("`{}`: {}", secrets.name, SecretError::Count { found, most });
        let hint = "the scheme has a place for one signature only".to_owned();
        let hint = (most == 1 && found > 1).then_some(hint);
        secrets.report(ErrorCode::InvalidField, message, hint, problems);
        return None;
    }
    let texts: Vec<Option<Zeroizing<String>>> =
        elements.iter().map(|secret| secret.json.string().map(Zeroizing::new)).collect();
    let is_redacted =
        |text: &&Option<Zeroizing<String>>| text.as_ref().is_some_and(|text| **text == REDACTED);
    let redacted = texts.iter().filter(is_redacted).count();
    let mut kept = earlier.iter();
    let mut keys = Vec::with_capacity(found);
    for (secret, text) in elements.iter().zip(&texts) {
        let Some(text) = text else {
            secret.expected("a string", problems);
            continue;
        };
        let key = if **text != REDACTED {
            Key::new(scheme, text).map_err(|error| (error.to_string(), None))
        } else if redacted < earlier.len() {
            // It could be any of them.
            Err(("which of the earlier secrets stays cannot be told".to_owned(), Some("give it as it is")))
        } else {
            let hint = Some("give the secret as it is");
            kept.next().cloned().ok_or(("there is no earlier secret that could stay".to_owned(), hint))
        };
        match key {
            Ok(key) => keys.push(key),
            Err((message, hint)) => {
                let message = format!("`{}`: {message}", secret.name);
                secret.report(ErrorCode::InvalidField, message, hint.map(str::to_owned), problems);
            }
        }
    }
    Signer::from_keys(scheme, keys).ok()
}
