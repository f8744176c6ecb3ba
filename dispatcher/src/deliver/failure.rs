//! What an error of the HTTP client means.

use std::error::Error;
use std::io;

use super::resolver::ResolveError;
use crate::core::Failure;

/// Why there is no answer.
pub(super) fn classify(error: &reqwest::Error) -> Failure {
    let causes = || std::iter::successors(Some(error as &(dyn Error + 'static)), |error| cause(*error));
    if let Some(error) = causes().find_map(|error| error.downcast_ref::<ResolveError>()) {
        return match error {
            ResolveError::Unknown(_) => Failure::NameResolution,
            ResolveError::Refused => Failure::AddressRefused,
        };
    }
    if causes().any(|error| error.is::<rustls::Error>()) {
        return Failure::Tls;
    }
    if error.is_timeout() {
        return Failure::Timeout;
    }
    if error.is_builder() {
        return Failure::Request;
    }
    if error.is_connect() {
        // A connection that is open before TLS is agreed on, and ends then.
        let is_end = |error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof;
        let ends = causes().filter_map(|error| error.downcast_ref()).any(is_end);
        return if ends { Failure::Tls } else { Failure::Connection };
    }
    Failure::Protocol
}

/// All messages, from the outermost to the first cause. The URI, which may be a secret, is in none of them.
pub(super) fn messages(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = std::iter::successors(Some(&error as &(dyn Error + 'static)), |error| cause(*error));
    let mut messages: Vec<String> = causes.map(ToString::to_string).collect();
    messages.dedup();
    messages.join(": ")
}

/// What has led to an error. An error that an [`io::Error`] holds is not its source, but the error itself.
fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
