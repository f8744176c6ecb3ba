//! Signatures of deliveries, and their verification by receivers.
//!
//! | scheme | headers | signature |
//! |---|---|---|
//! | `standard-webhooks` ([specification](https://www.standardwebhooks.com)) | `webhook-id`, `webhook-timestamp` (seconds), `webhook-signature`: `v1,` and base64; several, with spaces between them, while keys rotate | HMAC-SHA256 of `id.timestamp.body`; the secret is base64, mostly behind `whsec_` |
//! | `openregister` | `X-Webhook-Signature`: hexadecimal | HMAC-SHA256 of the body |
//! | `nextcloud-webhooks` (the Webhooks app) | `X-Nextcloud-Webhooks`: hexadecimal | SHA-256 of the body and the secret behind it |
//!
//! Only the first holds the time, so that a receiver can tell a request that somebody has recorded from a new one.

mod key;
mod signer;
mod verify;

pub use key::SecretError;
pub use signer::Signer;
pub use verify::VerifyError;

pub(super) use key::Key;

use super::words::words;

words! {
    /// How deliveries are signed.
    SignatureScheme {
        /// Standard Webhooks.
        StandardWebhooks = "standard-webhooks",
        /// OpenRegister's.
        OpenRegister = "openregister",
        /// That of the Webhooks app.
        NextcloudWebhooks = "nextcloud-webhooks",
    }
}

impl SignatureScheme {
    /// How many secrets there may be at the same time. Only Standard Webhooks has a place for several signatures.
    #[must_use]
    pub const fn max_secrets(self) -> usize {
        match self {
            Self::StandardWebhooks => 10,
            Self::OpenRegister | Self::NextcloudWebhooks => 1,
        }
    }

    /// The header that holds the signature.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::StandardWebhooks => "webhook-signature",
            Self::OpenRegister => "X-Webhook-Signature",
            Self::NextcloudWebhooks => "X-Nextcloud-Webhooks",
        }
    }
}

/// Of Standard Webhooks: what the delivery is called by.
pub const ID_HEADER: &str = "webhook-id";

/// Of Standard Webhooks: when the attempt was made, in seconds since 1970-01-01 00:00 UTC.
pub const TIMESTAMP_HEADER: &str = "webhook-timestamp";

#[cfg(test)]
mod tests;
