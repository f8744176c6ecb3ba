//! Signatures of deliveries, and their verification by receivers.

/// Signs the deliveries of a listener in one scheme.
#[derive(Debug, Clone)]
pub struct Signer {}
