//! The field `delivery` of a registration: what Nextcloud's API has no word for.

use super::BodyFormat;
use super::policy::RetryPolicy;
use super::signature::Signer;

/// How the deliveries of a listener are made: the field `delivery` of its registration.
#[derive(Debug, Clone)]
pub struct DeliverySettings {
    /// `body`.
    pub body: BodyFormat,
    /// `retry`.
    pub retry: RetryPolicy,
    /// `signatures`; secrets are not shown by `Debug`.
    pub signers: Vec<Signer>,
}
