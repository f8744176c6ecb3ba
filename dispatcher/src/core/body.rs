//! The forms in which an event is sent.

/// What the body of a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BodyFormat {
    /// Nextcloud's envelope: `{"event": {"class": …}, "user": …, "time": …}`.
    #[default]
    Nextcloud,
    /// OpenRegister's: `{"event": CLASS, "data": {…}}`.
    OpenRegister,
    /// The event as it came, byte for byte.
    Event,
}
