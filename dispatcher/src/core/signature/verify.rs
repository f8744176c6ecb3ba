//! What receivers do.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::{Choice, ConstantTimeEq};

use super::signer::{VERSION, standard_content};
use super::{ID_HEADER, SignatureScheme, Signer, TIMESTAMP_HEADER};
use crate::core::Timestamp;

/// Why a request is not to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A header is missing.
    #[error("the header `{0}` is missing")]
    MissingHeader(&'static str),
    /// A header is there, but is not what it should be.
    #[error("the header `{0}` is not of the scheme")]
    InvalidHeader(&'static str),
    /// It was signed longer ago than is tolerated: perhaps somebody sends it again.
    #[error("signed too long ago")]
    TooOld,
    /// It was signed later than is tolerated: the clocks differ.
    #[error("signed in the future")]
    TooNew,
    /// No signature is that of the body with one of the secrets.
    #[error("the signature is not that of the body")]
    WrongSignature,
}

/// Of one header, more than anybody rotates.
const MAX_SIGNATURES: usize = 32;

impl Signer {
    /// How far apart the clocks of sender and receiver may be, the way included: what the libraries of Standard
    /// Webhooks allow.
    pub const TOLERANCE: Duration = Duration::from_secs(5 * 60);

    /// Whether a request was signed with one of the secrets. `headers` are its names, in whatever case, and values;
    /// `body` is as it was received. `now` and `tolerance` matter for Standard Webhooks only, which signs the time.
    ///
    /// Signatures are compared in a time that does not depend on them.
    ///
    /// # Errors
    ///
    /// [`VerifyError`], where it is not to be trusted.
    pub fn verify(
        &self,
        headers: &[(impl AsRef<str>, impl AsRef<str>)],
        body: &[u8],
        now: Timestamp,
        tolerance: Duration,
    ) -> Result<(), VerifyError> {
        let header = |wanted: &'static str| {
            let mut named = headers.iter().filter(|(name, _)| name.as_ref().eq_ignore_ascii_case(wanted));
            match (named.next(), named.next()) {
                (None, _) => Err(VerifyError::MissingHeader(wanted)),
                (Some((_, value)), None) => Ok(value.as_ref()),
                (Some(_), Some(_)) => Err(VerifyError::InvalidHeader(wanted)),
            }
        };
        let name = self.scheme.header();
        if self.scheme != SignatureScheme::StandardWebhooks {
            let signature = hex::decode(header(name)?).map_err(|_| VerifyError::InvalidHeader(name))?;
            return self.compare(&[body], &[signature]);
        }
        let (id, seconds) = (header(ID_HEADER)?, header(TIMESTAMP_HEADER)?);
        if id.contains('.') {
            // It could be the id with the start of the time, or the other way round.
            return Err(VerifyError::InvalidHeader(ID_HEADER));
        }
        let signatures = standard_signatures(header(name)?)?;
        // Whether the time is signed comes first: nothing is told about requests of somebody else.
        self.compare(&standard_content(id, seconds, body), &signatures)?;
        check_time(seconds, now, tolerance)
    }

    /// All of them with all of the keys, wherever one is found.
    fn compare(&self, signed: &[&[u8]], signatures: &[Vec<u8>]) -> Result<(), VerifyError> {
        let mut is_right = Choice::from(0);
        for key in &self.keys {
            let expected = key.sign(signed);
            for signature in signatures {
                is_right |= expected.ct_eq(signature);
            }
        }
        if bool::from(is_right) { Ok(()) } else { Err(VerifyError::WrongSignature) }
    }
}

/// Those of this version; others are for others.
fn standard_signatures(header: &str) -> Result<Vec<Vec<u8>>, VerifyError> {
    let invalid = VerifyError::InvalidHeader(SignatureScheme::StandardWebhooks.header());
    let signatures: Vec<Vec<u8>> = header
        .split(' ')
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix(VERSION)?).ok())
        .take(MAX_SIGNATURES + 1)
        .collect();
    if (1..=MAX_SIGNATURES).contains(&signatures.len()) { Ok(signatures) } else { Err(invalid) }
}

fn check_time(seconds: &str, now: Timestamp, tolerance: Duration) -> Result<(), VerifyError> {
    let invalid = VerifyError::InvalidHeader(TIMESTAMP_HEADER);
    if !seconds.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid);
    }
    let seconds: i64 = seconds.parse().map_err(|_| invalid)?;
    // Whole seconds, as the header has them.
    let age = now.as_seconds().saturating_sub(seconds);
    match Duration::from_secs(age.unsigned_abs()) <= tolerance {
        true => Ok(()),
        false if age > 0 => Err(VerifyError::TooOld),
        false => Err(VerifyError::TooNew),
    }
}
