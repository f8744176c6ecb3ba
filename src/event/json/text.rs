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

/// Reads a number, which is not empty.
#[inline(always)]
pub(super) fn number(text: &[u8]) -> Result<Number, NotANumber> {
    match short_int(text) {
        Some(int) => Ok(Number::Int(int)),
        None => any_number(text),
    }
}

/// So many digits never overflow.
const SHORT: usize = 18;

/// The usual number. Not `-0`, which is a double.
#[inline(always)]
fn short_int(text: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match text.split_first()? {
        (b'-', digits) => (true, digits),
        _ => (false, text),
    };
    let (first, others) = digits.split_first()?;
    if digits.len() > SHORT || (*first == b'0' && (is_negative || !others.is_empty())) {
        return None;
    }
    let mut value = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if is_negative { -value } else { value })
}

#[cold]
fn any_number(text: &[u8]) -> Result<Number, NotANumber> {
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
