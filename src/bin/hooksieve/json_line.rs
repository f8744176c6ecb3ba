//! One line of newline-delimited JSON.

use hooksieve::EventError;
use serde::Deserialize;

/// Why a line is not what it should be. An event's content never stands in the message.
pub(crate) struct LineError {
    /// In bytes, from 1.
    pub(crate) column: usize,
    pub(crate) message: String,
}

impl From<EventError> for LineError {
    fn from(error: EventError) -> Self {
        Self { column: error.offset() + 1, message: error.message().to_owned() }
    }
}

/// True for a line that holds nothing: it is passed over.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| b" \t\r\n".contains(byte))
}

/// A line without its ending, so that one that is cut short is not reported on the next.
pub(crate) fn content(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\n").unwrap_or(line)
}

/// Parses a line, with or without its line ending.
pub(crate) fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, LineError> {
    serde_json::from_slice(content(line))
        .map_err(|error| LineError { column: error.column(), message: message(&error) })
}

/// What is wrong, without the place.
pub(crate) fn message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).unwrap_or(&message).to_owned()
}

/// Where in a text a part of it begins.
pub(crate) fn offset(text: &[u8], part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}
