//! Numbers and escapes: what stands in a text, as the values that it means.

use crate::event::Number;

/// A number, or why the text is none.
pub(super) enum NotANumber {
    /// There is something else after so many bytes of a number.
    EndsAt(usize),
    /// It breaks off after so many bytes.
    BreaksOffAt(usize),
    /// It lies beyond the doubles.
    TooLarge,
}

/// So many digits never overflow.
const SHORT: usize = 18;

/// The usual number; `None` also for longer ones. Not `-0`, which is a double.
#[inline(always)]
pub(super) fn short_int(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text.split_first()? {
        (b'-', digits) => (true, digits),
        _ => (false, text),
    };
    let (first, others) = digits.split_first()?;
    if digits.len() > SHORT || (*first == b'0' && (is_negative || !others.is_empty())) {
        return None;
    }
    // Eight at a time, the last ones first.
    let (mut left, mut value, mut unit) = (digits, 0, 1);
    while let Some((before, last)) = left.split_last_chunk::<8>() {
        value += unit * eight_digits(u64::from_le_bytes(*last))?;
        unit *= 100_000_000;
        left = before;
    }
    if !left.is_empty() {
        value += unit * eight_digits(with_zeros_before(left))?;
    }
    Some(if is_negative { -value } else { value })
}

const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// One to seven bytes, with as many `0` before them as make eight.
#[inline(always)]
fn with_zeros_before(bytes: &[u8]) -> u64 {
    let length = bytes.len();
    let bits = 8 * length as u32;
    let word = match (bytes.first_chunk(), bytes.last_chunk()) {
        // They may overlap.
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (bits - 32)
        }
        _ => {
            let byte = |place: usize| u64::from(bytes.get(place).copied().unwrap_or_default()) << (8 * place);
            byte(0) | byte(length / 2) | byte(length - 1)
        }
    };
    word << (64 - bits) | ZEROS >> bits
}

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

/// Reads a number, which is not empty.
pub(super) fn number(text: &[u8]) -> Result<Number, NotANumber> {
    match number_length(text) {
        Err(length) => Err(NotANumber::BreaksOffAt(length)),
        Ok(length) if length < text.len() => Err(NotANumber::EndsAt(length)),
        Ok(_) => std::str::from_utf8(text).ok().and_then(Number::parse).ok_or(NotANumber::TooLarge),
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

/// Appends a string without its escapes, which the scanner has checked.
pub(super) fn unescape(escaped: &[u8], to: &mut String) {
    let mut rest = escaped;
    while let Some(backslash) = memchr::memchr(b'\\', rest) {
        let (plain, escape) = rest.split_at(backslash);
        to.push_str(std::str::from_utf8(plain).unwrap_or_default());
        let (char, length) = read_escape(escape);
        to.push(char);
        rest = escape.get(length..).unwrap_or_default();
    }
    to.push_str(std::str::from_utf8(rest).unwrap_or_default());
}

/// The character that an escape stands for, and the escape's length.
fn read_escape(escape: &[u8]) -> (char, usize) {
    let unit = |from: usize| {
        let digits = escape.get(from..from + 4).and_then(|digits| std::str::from_utf8(digits).ok());
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or_default()
    };
    match escape.get(1).copied().unwrap_or_default() {
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'n' => ('\n', 2),
        b'r' => ('\r', 2),
        b't' => ('\t', 2),
        b'u' => match unit(2) {
            high @ 0xd800..0xdc00 => {
                let code = 0x10000 + ((high & 0x3ff) << 10) + (unit(8) & 0x3ff);
                (char::from_u32(code).unwrap_or_default(), 12)
            }
            code => (char::from_u32(code).unwrap_or_default(), 6),
        },
        other => (char::from(other), 2),
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn short_integers_are_what_they_spell() {
        let digits = "918273645566778899";
        for length in 1..=SHORT {
            for text in [digits[..length].to_owned(), format!("-{}", &digits[..length])] {
                assert_eq!(short_int(text.as_bytes()), text.parse().ok(), "{text}");
                // Anything else anywhere.
                for place in 0..text.len() {
                    for other in 0..=u8::MAX {
                        let mut bytes = text.clone().into_bytes();
                        bytes[place] = other;
                        let expected =
                            std::str::from_utf8(&bytes).ok().filter(|text| is_short_and_canonical(text));
                        let expected = expected.and_then(|text| text.parse().ok());
                        assert_eq!(short_int(&bytes), expected, "{}", bytes.escape_ascii());
                    }
                }
            }
        }
    }

    /// Not what Rust reads and JSON does not; nor `-0`, or what is too long.
    fn is_short_and_canonical(text: &str) -> bool {
        let digits = text.strip_prefix('-').unwrap_or(text);
        digits.len() <= SHORT && !text.starts_with('+') && (text == "0" || !digits.starts_with('0'))
    }
}
