//! Where the class of an event stands: each system has its own place.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// At `event.class` in Nextcloud's envelope, at `eventType` in what the Webhooks app sends, at `event` in OpenRegister's
/// `{"event", "data"}`.
pub(super) const CLASS_PATHS: [&str; 3] = ["event.class", "eventType", "event"];

/// To make them takes longer than to use them.
static ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br"\u00"));
static EVENT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""event""#));
static EVENT_TYPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""eventType""#));

/// At which of them an event may have a class, by a look at its bytes that is much faster than reading it. Where it says
/// no, there is none.
pub(super) fn possible_places(event: &[u8]) -> [bool; 3] {
    // Letters from `A` to `z` that are escaped: names can be written so. Who writes JSON for transport escapes others only.
    let is_letter = |at: usize| matches!(event.get(at + ESCAPE.needle().len()), Some(b'4'..=b'7'));
    if ESCAPE.find_iter(event).any(is_letter) {
        return [true; 3];
    }
    let mut places = [false, EVENT_TYPE.find(event).is_some(), false];
    for at in EVENT.find_iter(event) {
        let rest = event.get(at + EVENT.needle().len()..).unwrap_or_default().trim_ascii_start();
        let Some(value) = rest.strip_prefix(b":") else { continue };
        // An array stands for its elements.
        let (is_object, is_array) = match value.trim_ascii_start().first() {
            Some(first) => (*first == b'{', *first == b'['),
            None => continue,
        };
        places[0] |= is_object || is_array;
        places[2] |= !is_object;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look() {
        for (event, places) in [
            (r#"{"event": {"class": "A"}, "user": null}"#, [true, false, false]),
            (r#"{"eventType":"A","x":{}}"#, [false, true, false]),
            ("{\"event\"\n:\t\"A\",\"data\":{}}", [false, false, true]),
            (r#"{"event":["A"]}"#, [true, false, true]),
            (r#"{"event":{"class":"A"},"eventType":"B"}"#, [true, true, false]),
            (r#"{"event":{"event":1}}"#, [true, false, true]),
            (r#"{"x":"event"}"#, [false; 3]),
            (r#"{"x":"\"event\": 1"}"#, [false; 3]),
            (r#"{"events":"\u00e9"}"#, [false; 3]),
            (r#"{"\u0065vent":"A"}"#, [true; 3]),
            (r#"{"event\u0054ype":"A"}"#, [true; 3]),
            (r#"{"eventType":"\u00fc\u4e2d"}"#, [false, true, false]),
            (r#"{"event":"#, [false; 3]),
            ("", [false; 3]),
        ] {
            assert_eq!(possible_places(event.as_bytes()), places, "{event}");
        }
    }
}
