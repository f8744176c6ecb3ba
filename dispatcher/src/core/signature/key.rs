//! Secrets, as they are registered, and the keys that are made of them.

use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::SignatureScheme;

/// Why a secret cannot be used. Nothing of the secret is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There is none, or there are too many for the scheme.
    #[error("expected {}, found {found}", if *.most == 1 { "one secret".to_owned() } else { format!("1 to {most} secrets") })]
    Count {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// Not 1 to 1,024 bytes.
    #[error("expected a secret of 1 to {MAX_TEXT} bytes, found {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// Standard Webhooks: no base64.
    #[error("expected base64, with or without `{PREFIX}` before it")]
    Base64,
    /// Standard Webhooks: base64, but not of 24 to 64 bytes.
    #[error("expected base64 of 24 to 64 bytes, found {found}")]
    KeyLength {
        /// How many there are.
        found: usize,
    },
}

/// In bytes.
const MAX_TEXT: usize = 1024;

/// What secrets of Standard Webhooks mostly start with.
const PREFIX: &str = "whsec_";

/// Some leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A secret. `Debug` does not show it.
#[derive(Clone)]
pub(in crate::core) struct Key {
    /// As it was given.
    text: Zeroizing<String>,
    algorithm: Algorithm,
}

#[derive(Clone)]
enum Algorithm {
    Hmac(Hmac<Sha256>),
    /// SHA-256 with the secret as the end of what is digested.
    Suffix,
}

impl Key {
    pub(in crate::core) fn new(scheme: SignatureScheme, secret: &str) -> Result<Self, SecretError> {
        if secret.is_empty() || secret.len() > MAX_TEXT {
            return Err(SecretError::Length { found: secret.len() });
        }
        let algorithm = match scheme {
            SignatureScheme::StandardWebhooks => {
                let text = secret.strip_prefix(PREFIX).unwrap_or(secret);
                let bytes = Zeroizing::new(BASE64.decode(text).map_err(|_| SecretError::Base64)?);
                if !(24..=64).contains(&bytes.len()) {
                    return Err(SecretError::KeyLength { found: bytes.len() });
                }
                hmac_with(&bytes)?
            }
            SignatureScheme::OpenRegister => hmac_with(secret.as_bytes())?,
            SignatureScheme::NextcloudWebhooks => Algorithm::Suffix,
        };
        Ok(Self { text: Zeroizing::new(secret.to_owned()), algorithm })
    }

    /// The secret, as it was given: to be stored.
    pub(in crate::core) fn expose(&self) -> &str {
        &self.text
    }

    /// The signature of a text that is given in parts.
    pub(super) fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        match &self.algorithm {
            Algorithm::Hmac(mac) => {
                let mut mac = mac.clone();
                parts.iter().for_each(|part| mac.update(part));
                mac.finalize().into_bytes().into()
            }
            Algorithm::Suffix => {
                let mut digest = Sha256::new();
                parts.iter().for_each(|part| digest.update(part));
                digest.update(self.text.as_bytes());
                digest.finalize().into()
            }
        }
    }
}

fn hmac_with(key: &[u8]) -> Result<Algorithm, SecretError> {
    // Keys of every length are good for HMAC.
    let mac = Hmac::new_from_slice(key).map_err(|_| SecretError::KeyLength { found: key.len() })?;
    Ok(Algorithm::Hmac(mac))
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
