//! Registrations from elsewhere: text in, a plan out. Nothing is registered here, and nothing is executed.
//!
//! Two kinds of text are known: the configuration of a Nextcloud server with the keys of the Webhooks app, as
//! `config.php` or as `occ config:list system` prints it; and the list of registrations that the API of Nextcloud's
//! `webhook_listeners` answers.
//!
//! ```
//! use hooksieve::Catalog;
//! use hooksieve_dispatcher::import::{self, Outcome};
//!
//! let plan = import::plan(
//!     r#"<?php
//!     $CONFIG = array(
//!         'webhooks_login_failed_url' => 'https://example.org/hooks/login-failed',
//!         'webhooks_secret' => 'yoursecret1234',
//!     );"#,
//!     Catalog::builtin(),
//! )?;
//! let Outcome::Imported(imported) = &plan.entries[0].outcome else { panic!("{plan}") };
//! assert_eq!(imported.registration()["event"], r"OCP\Authentication\Events\LoginFailedEvent");
//! assert!(!plan.to_string().contains("yoursecret1234"));
//! # Ok::<(), import::ImportError>(())
//! ```

mod nextcloud;
mod php;
mod plan;
mod webhooks;

use std::fmt;

use hooksieve::Catalog;
use serde_json::Value;

pub use plan::{Entry, Imported, Outcome, Plan};

/// A place in a text, from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character of the line.
    pub column: usize,
}

impl Position {
    /// Of a byte of the text.
    fn of(text: &str, offset: usize) -> Self {
        Positions::new(text).of(offset)
    }
}

/// The positions of bytes. Those in the order of the text are found in one pass.
struct Positions<'t> {
    text: &'t str,
    offset: usize,
    position: Position,
}

impl<'t> Positions<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, offset: 0, position: Position { line: 1, column: 1 } }
    }

    fn of(&mut self, offset: usize) -> Position {
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        for char in self.text.get(self.offset..offset).unwrap_or_default().chars() {
            match char {
                '\n' => self.position = Position { line: self.position.line + 1, column: 1 },
                _ => self.position.column += 1,
            }
        }
        self.offset = offset;
        self.position
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why there is no plan: the text cannot be read at all. Nothing of it is quoted, for it may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} at {position}")]
pub struct ImportError {
    /// Where.
    pub position: Position,
    /// In plain words.
    pub message: String,
}

impl ImportError {
    fn new(text: &str, offset: usize, message: impl Into<String>) -> Self {
        Self { position: Position::of(text, offset), message: message.into() }
    }
}

/// What becomes of the registrations in a text, of whichever kind: `<?php` starts a `config.php`, `"system"` is a
/// field of what `occ config:list system` prints; all else is a list of registrations. The catalog knows the classes of
/// events that filters are translated for.
///
/// # Errors
///
/// [`ImportError`], where the text is none of these.
pub fn plan(text: &str, catalog: &Catalog) -> Result<Plan, ImportError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with("<?") {
        return from_config_php(text);
    }
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) if object.contains_key("system") => from_config_json(text),
        // What is wrong with the JSON of one registration does not matter to the others.
        _ => from_listing(text, catalog),
    }
}

/// What becomes of the Webhooks app's keys in a `config.php`. It must be what Nextcloud writes: `$CONFIG = array(…);`, or
/// `[…]`, of strings, numbers, booleans, `null` and arrays.
///
/// # Errors
///
/// [`ImportError`], where there is anything else in it.
pub fn from_config_php(text: &str) -> Result<Plan, ImportError> {
    Ok(webhooks::plan(php::read(text)?))
}

/// What becomes of the Webhooks app's keys in what `occ config:list system` prints: `{"system": {…}}`.
///
/// # Errors
///
/// [`ImportError`], where the text is nothing like that.
pub fn from_config_json(text: &str) -> Result<Plan, ImportError> {
    Ok(webhooks::plan(webhooks::read_json(text)?))
}

/// What becomes of a list of registrations: `[…]`, or what Nextcloud's API answers, `{"ocs": {"data": […]}}`. Their filters,
/// which are written for Nextcloud's own evaluator, are translated.
///
/// # Errors
///
/// [`ImportError`], where the text is no such list.
pub fn from_listing(text: &str, catalog: &Catalog) -> Result<Plan, ImportError> {
    nextcloud::plan(text, catalog)
}
