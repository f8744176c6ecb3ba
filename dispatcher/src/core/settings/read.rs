//! `delivery`, from its text. Everything that is wrong with it is reported here, all at once.

use hooksieve::ErrorCode;

use super::fields::{Field, Fields};
use super::{DeliverySettings, REDACTED, names};
use crate::core::BodyFormat;
use crate::core::json::Json;
use crate::core::policy::{DisableAfter, RetryOn, RetryPolicy, RetryPreset};
use crate::core::problem::Problems;
use crate::core::signature::{Key, SignatureScheme, Signer};

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
    let known = [names::DELAYS, names::JITTER, names::ON, names::DISABLE_AFTER];
    if retry.json.members().is_none() {
        let or = format!(", or an object with `{}`", names::DELAYS);
        return retry.word(RetryPreset::ALL, RetryPreset::as_str, &or, problems).map(RetryPolicy::from);
    }
    let fields = Fields::of(retry, "an object", &known, problems)?;
    let delays = fields.need(names::DELAYS, problems).map(|delays| self::delays(&delays, problems));
    let jitter =
        fields.get(names::JITTER).map(|jitter| jitter.number("a number from 0 to 1", 0.0..=1.0, problems));
    let on = fields.get(names::ON).map(|on| on.word(RetryOn::ALL, RetryOn::as_str, "", problems));
    let disable_after = fields.get(names::DISABLE_AFTER).map(|bounds| self::disable_after(&bounds, problems));
    Some(RetryPolicy {
        preset: None,
        delays: delays?,
        jitter: jitter.flatten().unwrap_or_default(),
        on: on.flatten().unwrap_or_default(),
        disable_after: disable_after.unwrap_or_else(|| Some(DisableAfter::default())),
    })
}

fn delays(delays: &Field<'_>, problems: &mut Problems) -> Vec<std::time::Duration> {
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
    if bounds.json.string().is_some() {
        let or = format!(" or an object with `{}` and `{}`", names::DELIVERIES, names::SECONDS);
        bounds.word(&[names::NEVER], |word| word, &or, problems);
        return None;
    }
    let fields = Fields::of(bounds, "an object or `never`", &known, problems)?;
    let default = DisableAfter::default();
    let deliveries = fields.get(names::DELIVERIES).map_or(Some(default.deliveries), |deliveries| {
        let expected = format!("a whole number from 1 to {MAX_FAILED_DELIVERIES}");
        let number = deliveries.number(&expected, 1.0..=f64::from(MAX_FAILED_DELIVERIES), problems)?;
        if number.fract() != 0.0 {
            deliveries.expected(&expected, problems);
        }
        Some(number as u32)
    });
    let time = fields
        .get(names::SECONDS)
        .map_or(Some(default.time), |seconds| seconds.seconds(0..=MAX_FAILING, problems));
    Some(DisableAfter { deliveries: deliveries?, time: time? })
}

fn signers(signatures: &Field<'_>, earlier: &[Signer], problems: &mut Problems) -> Vec<Signer> {
    let mut signers: Vec<Signer> = Vec::new();
    let mut seen: Vec<SignatureScheme> = Vec::new();
    for signature in signatures.elements("an array of objects", problems).unwrap_or_default() {
        let known = [names::SCHEME, names::SECRETS];
        let Some(fields) = Fields::of(&signature, "an object", &known, problems) else { continue };
        let scheme = fields.need(names::SCHEME, problems);
        let secrets = fields.need(names::SECRETS, problems);
        let Some(scheme_field) = scheme else { continue };
        let word = scheme_field.word(SignatureScheme::ALL, SignatureScheme::as_str, "", problems);
        let Some(scheme) = word else { continue };
        if seen.contains(&scheme) {
            let message = format!("`{}`: `{}` is there twice", names::SIGNATURES, scheme.as_str());
            scheme_field.report(ErrorCode::DuplicateKey, message, None, problems);
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
    if !(1..=scheme.max_secrets()).contains(&elements.len()) {
        let one = "the scheme has a place for one signature only".to_owned();
        let hint = (scheme.max_secrets() == 1 && elements.len() > 1).then_some(one);
        let most = scheme.max_secrets();
        let found = elements.len();
        let error = crate::core::signature::SecretError::Count { found, most };
        secrets.report(ErrorCode::InvalidField, format!("`{}`: {error}", secrets.name), hint, problems);
        return None;
    }
    let mut keys = Vec::with_capacity(elements.len());
    let is_redacted = |secret: &Field<'_>| secret.json.string().as_deref() == Some(REDACTED);
    let redacted = elements.iter().filter(|secret| is_redacted(secret)).count();
    let mut kept = earlier.iter();
    for secret in &elements {
        let Some(text) = secret.json.string().map(zeroize::Zeroizing::new) else {
            secret.expected("a string", problems);
            continue;
        };
        if !is_redacted(secret) {
            match Key::new(scheme, &text) {
                Ok(key) => keys.push(key),
                Err(error) => {
                    let message = format!("`{}`: {error}", secret.name);
                    secret.report(ErrorCode::InvalidField, message, None, problems);
                }
            }
        } else if let Some(key) = kept.next().filter(|_| redacted >= earlier.len()) {
            keys.push(key.clone());
        } else {
            let (message, hint) = if earlier.len() > redacted {
                ("which of the earlier secrets stays cannot be told", "give it as it is")
            } else {
                ("there is no earlier secret that could stay", "give the secret as it is")
            };
            let message = format!("`{}`: {message}", secret.name);
            secret.report(ErrorCode::InvalidField, message, Some(hint.to_owned()), problems);
        }
    }
    Signer::from_keys(scheme, keys).ok()
}
