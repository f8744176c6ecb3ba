//! What the dispatcher does for each attempt.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{ID_HEADER, Key, SecretError, SignatureScheme, TIMESTAMP_HEADER};
use crate::core::Timestamp;

/// Signs the deliveries of a listener in one scheme, and verifies such signatures. `Debug` shows no secrets.
///
/// ```
/// use std::time::Duration;
///
/// use hooksieve_dispatcher::core::Timestamp;
/// use hooksieve_dispatcher::core::signature::{SignatureScheme, Signer};
///
/// let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// let signer = Signer::new(SignatureScheme::StandardWebhooks, &[secret])?;
///
/// let (body, now) = (br#"{"test": 2432232314}"#, Timestamp::from_millis(1_614_265_330_000));
/// let headers = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", now, body);
/// let name_and_value = |name: &str, value: &str| (name.to_owned(), value.to_owned());
/// assert_eq!(headers, [
///     name_and_value("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
///     name_and_value("webhook-timestamp", "1614265330"),
///     name_and_value("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
/// ]);
///
/// // The receiver:
/// let received_at = now.after(Duration::from_secs(2));
/// signer.verify(&headers, body, received_at, Signer::TOLERANCE)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Signer {
    pub(super) scheme: SignatureScheme,
    pub(super) keys: Vec<Key>,
}

impl Signer {
    /// A signer with the secrets of a scheme; several, the newest first, while they are changed.
    ///
    /// # Errors
    ///
    /// [`SecretError`], where there is none, more than [`SignatureScheme::max_secrets`], or one is not what the scheme
    /// asks for: base64 of 24 to 64 bytes, with or without `whsec_` before it, for Standard Webhooks; 1 to 1,024
    /// bytes for the others.
    pub fn new(scheme: SignatureScheme, secrets: &[impl AsRef<str>]) -> Result<Self, SecretError> {
        let keys = secrets.iter().map(|secret| Key::new(scheme, secret.as_ref()));
        Self::from_keys(scheme, keys.collect::<Result<_, _>>()?)
    }

    pub(in crate::core) fn from_keys(scheme: SignatureScheme, keys: Vec<Key>) -> Result<Self, SecretError> {
        let most = scheme.max_secrets();
        if (1..=most).contains(&keys.len()) {
            Ok(Self { scheme, keys })
        } else {
            Err(SecretError::Count { found: keys.len(), most })
        }
    }

    /// What it signs by.
    #[must_use]
    pub fn scheme(&self) -> SignatureScheme {
        self.scheme
    }

    pub(in crate::core) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The headers that sign a body: names and values. `id` is the delivery's, without a full stop; the time is that of
    /// the attempt.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: Timestamp, body: &[u8]) -> Vec<(String, String)> {
        let header = |name: &str, value: String| (name.to_owned(), value);
        if self.scheme != SignatureScheme::StandardWebhooks {
            // One key, one signature.
            let signature = self.keys.first().map(|key| hex::encode(key.sign(&[body])));
            return signature.map(|signature| header(self.scheme.header(), signature)).into_iter().collect();
        }
        let seconds = timestamp.as_seconds().to_string();
        let signed = standard_content(id, &seconds, body);
        let signatures =
            self.keys.iter().map(|key| format!("{VERSION}{}", STANDARD.encode(key.sign(&signed))));
        let signatures = signatures.collect::<Vec<_>>().join(" ");
        vec![
            header(ID_HEADER, id.to_owned()),
            header(TIMESTAMP_HEADER, seconds),
            header(self.scheme.header(), signatures),
        ]
    }
}

/// What stands before a signature of Standard Webhooks that is made by HMAC-SHA256.
pub(super) const VERSION: &str = "v1,";

/// What is signed in Standard Webhooks.
pub(super) fn standard_content<'c>(id: &'c str, seconds: &'c str, body: &'c [u8]) -> [&'c [u8]; 5] {
    [id.as_bytes(), b".", seconds.as_bytes(), b".", body]
}
