//! A registration, with what the dispatcher adds to Nextcloud's.

use std::ops::Range;

use hooksieve::{Filter, Lint, Listener};
use serde_json::Value;

use super::DeliverySettings;

/// A registration that is checked whole: a [`Listener`], and the field `delivery`.
#[derive(Debug, Clone)]
pub struct Registration {
    listener: Listener,
    settings: DeliverySettings,
    condition: Filter,
}

/// Why a registration is refused: everything that is wrong with it, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the registration is refused")]
pub struct RegistrationError {
    /// At least one.
    pub problems: Vec<RegistrationProblem>,
}

/// One thing that is wrong with a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationProblem {
    /// A stable word, as [`hooksieve::ErrorCode`] has them.
    pub code: &'static str,
    /// A JSON Pointer into the registration.
    pub pointer: String,
    /// The bytes of the text.
    pub range: Option<Range<usize>>,
    /// In plain words.
    pub message: String,
    /// What was probably meant.
    pub hint: Option<String>,
}

impl Registration {
    /// Reads and checks a registration, as it is sent to the API.
    ///
    /// # Errors
    ///
    /// [`RegistrationError`], with everything that is wrong.
    pub fn from_json(text: &str) -> Result<Self, RegistrationError> {
        let _ = text;
        todo!()
    }

    /// The same, to replace an earlier registration: where `[redacted]` stands in place of a secret, that of the earlier
    /// one stays.
    ///
    /// # Errors
    ///
    /// [`RegistrationError`], with everything that is wrong.
    pub fn replacing(text: &str, earlier: &Self) -> Result<Self, RegistrationError> {
        let _ = (text, earlier);
        todo!()
    }

    /// The part that Nextcloud's API knows, too.
    #[must_use]
    pub fn listener(&self) -> &Listener {
        &self.listener
    }

    /// How deliveries are made.
    #[must_use]
    pub fn settings(&self) -> &DeliverySettings {
        &self.settings
    }

    /// The whole of what lets an event through: the class (`event.class`, or where other systems have it), the
    /// acting user, and the filter.
    #[must_use]
    pub fn condition(&self) -> &Filter {
        &self.condition
    }

    /// What is suspicious about the filter although it is legal. Ranges are those of the filter's own text.
    #[must_use]
    pub fn lints(&self) -> Vec<Lint> {
        todo!()
    }

    /// As JSON, to be shown: `[redacted]` in place of every secret.
    #[must_use]
    pub fn to_value(&self) -> Value {
        todo!()
    }

    /// As JSON, to be stored (encrypted), and read again by [`from_json`](Self::from_json).
    #[must_use]
    pub fn to_value_with_secrets(&self) -> Value {
        todo!()
    }
}
