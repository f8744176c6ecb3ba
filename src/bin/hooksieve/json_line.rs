//! One line of newline-delimited JSON.

use serde::Deserialize;

/// Why a line is not what it should be. An event's content never stands in the message.
pub(crate) struct LineError {
    /// In bytes, from 1.
    pub(crate) column: usize,
    pub(crate) message: String,
}

/// True for a line that holds nothing: it is passed over.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| b" \t\r\n".contains(byte))
}

/// Parses a line, with or without its line ending.
pub(crate) fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, LineError> {
    // Without its ending, so that a line that is cut short is not reported on the next.
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    serde_json::from_slice(line).map_err(|error| {
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        LineError {
            column: error.column(),
            message: message.strip_suffix(&place).unwrap_or(&message).to_owned(),
        }
    })
}
