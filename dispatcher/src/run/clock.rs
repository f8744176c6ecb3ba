//! Where time and randomness come from.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::core::Timestamp;

/// The system's clock.
pub(super) fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// A number of which nobody knows anything.
pub(super) fn random() -> u64 {
    // Without randomness there is no jitter, which is no reason to stop.
    getrandom::u64().unwrap_or_default()
}

/// The random parts of so many ids.
///
/// # Errors
///
/// The operating system gives none.
pub(super) fn random_parts(count: usize) -> Result<Vec<[u8; 10]>, getrandom::Error> {
    let mut parts = vec![[0; 10]; count];
    getrandom::fill(parts.as_flattened_mut())?;
    Ok(parts)
}
