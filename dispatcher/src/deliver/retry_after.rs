//! When a receiver wants to be asked again.

use std::time::{Duration, UNIX_EPOCH};

use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::core::{RetryAfter, Timestamp};

/// Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. `None`, where it is neither.
pub(super) fn read(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Too many to be counted are a very long time.
        let seconds = text.parse().unwrap_or(u32::MAX);
        return Some(RetryAfter::Delay(Duration::from_secs(seconds.into())));
    }
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(RetryAfter::At(Timestamp::default().after(since)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn read_text(text: &str) -> Option<RetryAfter> {
        read(&HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]))
    }

    #[test]
    fn seconds_and_dates() {
        let delay = |seconds| Some(RetryAfter::Delay(Duration::from_secs(seconds)));
        assert_eq!(read_text("120"), delay(120));
        assert_eq!(read_text(" 0 "), delay(0));
        assert_eq!(read_text(&"9".repeat(40)), delay(u32::MAX.into()));
        let date = Some(RetryAfter::At(Timestamp::from_millis(784_111_777_000)));
        assert_eq!(read_text("Sun, 06 Nov 1994 08:49:37 GMT"), date);
        assert_eq!(read_text("Sunday, 06-Nov-94 08:49:37 GMT"), date);
    }

    #[test]
    fn neither() {
        for text in ["", "-1", "1.5", "soon", "+5", "Sun, 06 Nov 1960 08:49:37 GMT"] {
            assert_eq!(read_text(text), None, "{text}");
        }
        assert_eq!(read(&HeaderMap::new()), None);
    }
}
