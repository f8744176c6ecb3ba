//! Numbers and words: what stands in a text, as the values that it means.

use super::indexed::Indexed;
use crate::bytes::is_space;
use crate::event::Number;
use crate::event::tape::Value;

/// Why a text is no number, and no word.
pub(super) enum NotAScalar {
    /// It does not begin as a number does.
    Other,
    /// There is something else after so many bytes of a number.
    EndsAt(usize),
    /// It breaks off after so many bytes.
    BreaksOffAt(usize),
    /// It lies beyond the doubles.
    TooLarge,
}

/// The usual number, if that is what stands between two places of a text; `None` also for longer ones. Not `-0`,
/// which is a double.
#[inline(always)]
pub(super) fn short_int(text: &impl Indexed, start: u32, end: u32) -> Option<i64> {
    let is_negative = text.byte(start) == b'-';
    let start = start + u32::from(is_negative);
    let length = end.wrapping_sub(start);
    if text.byte(start) == b'0' && (is_negative || length > 1) {
        return None;
    }
    // Eight at a time. The first ones are read together with what follows them.
    let value = match length {
        1..=8 => eight_digits(first_of(text.eight(start), length))?,
        9..=16 => {
            eight_digits(first_of(text.eight(start), length - 8))? * 100_000_000
                + eight_digits(text.eight(end - 8))?
        }
        _ => return None,
    };
    Some(if is_negative { -value } else { value })
}

/// The first bytes, one to eight, with as many `0` before them as make eight.
#[inline(always)]
fn first_of(bytes: u64, length: u32) -> u64 {
    let beyond = 64 - 8 * length;
    bytes << beyond | ZEROS & ((1 << beyond) - 1)
}

const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// The number that eight digits spell, the first of them in the lowest byte.
#[inline(always)]
fn eight_digits(digits: u64) -> Option<i64> {
    const BEYOND: u64 = u64::from_le_bytes([0x80 - b'9' - 1; 8]);
    const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
    // Of bytes below `0` the one sets the highest bit, of those beyond `9` the other.
    if (digits.wrapping_sub(ZEROS) | digits.wrapping_add(BEYOND)) & HIGH != 0 {
        return None;
    }
    // Pairs of digits, then pairs of these, and of those.
    let pairs = (digits - ZEROS).wrapping_mul(1 + (10 << 8)) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(1 + (100 << 16)) >> 16 & 0x0000_FFFF_0000_FFFF;
    let eight = fours.wrapping_mul(1 + (10_000 << 32)) >> 32;
    Some(eight as i64)
}

/// Without white space at the end.
pub(super) fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., space] = text
        && is_space(*space)
    {
        text = rest;
    }
    text
}

/// What a number or a word means.
pub(super) fn scalar(text: &[u8]) -> Result<Value, NotAScalar> {
    Ok(match text {
        [b'-' | b'0'..=b'9', ..] => number(text)?.into(),
        b"null" => Value::Null,
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        _ => return Err(NotAScalar::Other),
    })
}

/// Reads a number, which is not empty.
fn number(text: &[u8]) -> Result<Number, NotAScalar> {
    match number_length(text) {
        Err(length) => Err(NotAScalar::BreaksOffAt(length)),
        Ok(length) if length < text.len() => Err(NotAScalar::EndsAt(length)),
        Ok(_) => std::str::from_utf8(text).ok().and_then(Number::parse).ok_or(NotAScalar::TooLarge),
    }
}

/// How many bytes from the start make a number; or how many were fine where it breaks off.
fn number_length(text: &[u8]) -> Result<usize, usize> {
    let byte = |at: usize| text.get(at).copied().unwrap_or_default();
    let digits = |from: usize| {
        let digits =
            text.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 { Err(from) } else { Ok(from + digits) }
    };
    let mut at = usize::from(byte(0) == b'-');
    at = if byte(at) == b'0' { at + 1 } else { digits(at)? };
    if byte(at) == b'.' {
        at = digits(at + 1)?;
    }
    if matches!(byte(at), b'e' | b'E') {
        at = digits(at + 1 + usize::from(matches!(byte(at + 1), b'+' | b'-')))?;
    }
    Ok(at)
}

#[cfg(test)]
#[allow(clippy::string_slice, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::event::json::indexed::Long;
    use crate::event::scan::position;

    /// What is read of `number` in front of another text, with another one before it.
    fn read(number: &[u8], after: &[u8]) -> Option<i64> {
        let text = [b"7,", number, after].concat();
        short_int(&Long { text: &text, tokens: &[] }, 2, 2 + position(number.len()))
    }

    #[test]
    fn short_integers_are_what_they_spell() {
        let digits = "9182736455667788";
        for length in 1..=digits.len() {
            for text in [digits[..length].to_owned(), format!("-{}", &digits[..length])] {
                for after in [&b""[..], b"]", b"}", b",123456789", b"\0\xff      "] {
                    assert_eq!(read(text.as_bytes(), after), text.parse().ok(), "{text}");
                }
                // Anything else anywhere.
                for place in 0..text.len() {
                    for other in 0..=u8::MAX {
                        let mut bytes = text.clone().into_bytes();
                        bytes[place] = other;
                        let expected = std::str::from_utf8(&bytes).ok().filter(|text| is_canonical(text));
                        let expected = expected.and_then(|text| text.parse().ok());
                        assert_eq!(read(&bytes, b"}"), expected, "{}", bytes.escape_ascii());
                    }
                }
            }
        }
        for none in ["", "-", "-0", "00", "01", "+1", "12345678901234567"] {
            assert_eq!(read(none.as_bytes(), b",        "), None, "{none}");
        }
        assert_eq!(read(b"0", b"}"), Some(0));
    }

    /// Not what Rust reads and JSON does not; nor `-0`, or what is too long.
    fn is_canonical(text: &str) -> bool {
        let digits = text.strip_prefix('-').unwrap_or(text);
        digits.len() <= 16 && !text.starts_with('+') && (text == "0" || !digits.starts_with('0'))
    }
}
