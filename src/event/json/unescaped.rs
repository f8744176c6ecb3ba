//! The strings of an event without their escapes, one behind the other.

use super::Text;
use crate::bytes;
use crate::event::scan::code_unit;

/// So many bytes are moved at a time.
const STEP: usize = size_of::<u64>();

/// Bytes of UTF-8. The memory for them only grows.
#[derive(Debug, Default)]
pub(super) struct Unescaped {
    /// What lies beyond `length` is left from other strings.
    bytes: Vec<u8>,
    length: usize,
}

impl Unescaped {
    #[inline(always)]
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Forgets what came after the first bytes, at most as many as there are.
    #[inline(always)]
    pub(super) fn truncate(&mut self, length: usize) {
        self.length = length;
    }

    /// Appends what is between two places of a text: the inside of a string, which the scanner has checked.
    #[inline(never)]
    pub(super) fn push(&mut self, text: &[u8], start: usize, end: usize) -> Text {
        let before = self.length;
        // Nothing gets longer; a step may write beyond its end.
        let room = before + (end - start) + STEP;
        if self.bytes.len() < room {
            self.bytes.resize(room, 0);
        }
        let (mut from, mut to) = (start, before);
        while from < end {
            let step = step_at(text, from);
            self.put(to, step);
            let plain = plain_bytes(step).min(end - from);
            (from, to) = (from + plain, to + plain);
            if plain < STEP && from < end {
                let (char, length) = escape_at(text, from);
                from += length;
                to += if char.is_ascii() {
                    self.put(to, [char as u8]);
                    1
                } else {
                    let mut bytes = [0; 4];
                    let length = char.encode_utf8(&mut bytes).len();
                    self.put(to, bytes);
                    length
                };
            }
        }
        self.length = to;
        Text::new(before, to - before, true)
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        if let Some(to) = self.bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *to = bytes;
        }
    }
}

/// The bytes from a place on, filled up at the end of the text.
#[inline(always)]
fn step_at(text: &[u8], from: usize) -> [u8; STEP] {
    bytes::first(text.get(from..).unwrap_or_default())
}

/// How many bytes there are before the first backslash.
#[inline(always)]
fn plain_bytes(step: [u8; STEP]) -> usize {
    const LOW: u64 = u64::from_le_bytes([1; STEP]);
    const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; STEP]);
    // The first byte that is 0 borrows from nothing before it; what is found behind it may be wrong.
    let zero = u64::from_le_bytes(step) ^ BACKSLASHES;
    let found = zero.wrapping_sub(LOW) & !zero & (LOW << 7);
    found.trailing_zeros() as usize / 8
}

/// The character that the escape at a place stands for, and the escape's length.
#[inline(always)]
fn escape_at(text: &[u8], backslash: usize) -> (char, usize) {
    let char = match text.get(backslash + 1).copied().unwrap_or_default() {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode_at(text, backslash + 1),
        other => char::from(other),
    };
    (char, 2)
}

fn unicode_at(text: &[u8], letter: usize) -> (char, usize) {
    let unit = |letter| code_unit(text, letter).unwrap_or_default();
    match unit(letter) {
        high @ 0xD800..0xDC00 => {
            let code = 0x10000 + ((high & 0x3FF) << 10) + (unit(letter + 6) & 0x3FF);
            (char::from_u32(code).unwrap_or_default(), 12)
        }
        code => (char::from_u32(code).unwrap_or_default(), 6),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// serde_json reads the same; whatever stands around the string, and was there before.
        #[test]
        fn strings_are_what_serde_json_reads(
            before in "[ -~]{0,9}",
            parts in prop::collection::vec(
                prop_oneof![
                    "[ !#-\\[\\]-~é€]{0,9}",
                    "\\\\[\"\\\\/bfnrt]",
                    any::<char>().prop_map(|char| {
                        let units = char.encode_utf16(&mut [0; 2]).to_vec();
                        units.iter().map(|unit| format!("\\u{unit:04x}")).collect()
                    }),
                ],
                0..12,
            ),
            after in "[ -~\\\\]{0,9}",
        ) {
            let inside = parts.concat();
            let text = format!("{before}{inside}{after}");
            let mut unescaped = Unescaped::default();
            unescaped.push(b"\\nkept", 0, 6);
            let string =
                unescaped.push(text.as_bytes(), before.len(), before.len() + inside.len());
            let expected: String = serde_json::from_str(&format!("\"{inside}\"")).unwrap();
            prop_assert_eq!(str::from_utf8(unescaped.bytes()).unwrap(), format!("\nkept{expected}"));
            prop_assert_eq!((string.start(), string.length(), string.is_unescaped()), (5, expected.len(), true));
        }
    }
}
