//! Numbers: what stands in a text, as the values that it means.

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

/// The usual number, if that is what stands between two places of a text; `None` also for longer ones. Not `-0`,
/// which is a double.
#[inline(always)]
pub(super) fn short_int(text: &[u8], start: usize, end: usize) -> Option<i64> {
    let number = text.get(start..end)?;
    let (is_negative, digits) = match number.split_first()? {
        (b'-', digits) => (true, digits),
        _ => (false, number),
    };
    let (first, others) = digits.split_first()?;
    if *first == b'0' && (is_negative || !others.is_empty()) {
        return None;
    }
    // Eight at a time. The first ones are read together with what follows them, if there is enough.
    let after_sign = end - digits.len();
    let value = match (digits.len(), text.get(after_sign..).and_then(|rest| rest.first_chunk())) {
        (length @ 1..=8, Some(bytes)) => eight_digits(first_of(*bytes, length))?,
        (length @ 9..=16, Some(bytes)) => {
            let (_, last) = digits.split_last_chunk()?;
            eight_digits(first_of(*bytes, length - 8))? * 100_000_000
                + eight_digits(u64::from_le_bytes(*last))?
        }
        (1..=8, None) => eight_digits(few_digits(digits))?,
        _ => return None,
    };
    Some(if is_negative { -value } else { value })
}

/// The first bytes, one to eight, with as many `0` before them as make eight.
#[inline(always)]
fn first_of(bytes: [u8; 8], length: usize) -> u64 {
    let beyond = 64 - 8 * length as u32;
    u64::from_le_bytes(bytes) << beyond | ZEROS & ((1 << beyond) - 1)
}

/// The same, at the end of a text.
#[cold]
fn few_digits(digits: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(digits).for_each(|(to, digit)| *to = *digit);
    first_of(bytes, digits.len())
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

#[cfg(test)]
#[allow(clippy::string_slice, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    /// What is read of `number` in front of another text, with another one before it.
    fn read(number: &[u8], after: &[u8]) -> Option<i64> {
        let text = [b"7,", number, after].concat();
        short_int(&text, 2, 2 + number.len())
    }

    #[test]
    fn short_integers_are_what_they_spell() {
        let digits = "9182736455667788";
        for length in 1..=digits.len() {
            for text in [digits[..length].to_owned(), format!("-{}", &digits[..length])] {
                for after in [&b""[..], b"]", b"}", b",123456789", b"\0\xff      "] {
                    // Longer ones are read where there is room.
                    let expected = text.parse().ok().filter(|_| length <= 8 || after.len() + length >= 8);
                    assert_eq!(read(text.as_bytes(), after), expected, "{text}");
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
