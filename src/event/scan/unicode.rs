//! `\u` escapes, read from the text itself: they and their pairs may lie across blocks.

use super::{Problem, ScanError};

/// The bytes of a block which, as the `u` of an escape, need no closer look: four hexadecimal digits follow
/// in the block, and not `d` first, as in halves of surrogate pairs. Bits beyond the text must be 0.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn plain_units(hexadecimal: u64, letters_d: u64) -> u64 {
    (hexadecimal & !letters_d) >> 1 & hexadecimal >> 2 & hexadecimal >> 3 & hexadecimal >> 4
}

/// Checks the escapes whose `u` are the bits of `letters`, counted from the offset `at`.
///
/// `low` is the `u` of the last second half of a pair that was found to follow its first half; the
/// result is that for the next block.
pub(super) fn check(text: &[u8], at: usize, mut letters: u64, mut low: usize) -> Result<usize, ScanError> {
    while letters != 0 {
        let letter = at + letters.trailing_zeros() as usize;
        letters &= letters - 1;
        let problem = match code_unit(text, letter) {
            Some(0xD800..=0xDBFF) if low_surrogate_follows(text, letter) => {
                low = letter + 6;
                continue;
            }
            Some(0xDC00..=0xDFFF) if letter == low => continue,
            Some(0xD800..=0xDFFF) => Problem::LoneSurrogate,
            Some(_) => continue,
            None => Problem::InvalidUnicodeEscape,
        };
        return Err(ScanError { offset: letter - 1, problem });
    }
    Ok(low)
}

/// Is the escape with its `u` at `letter` followed by one of a second half?
fn low_surrogate_follows(text: &[u8], letter: usize) -> bool {
    text.get(letter + 5..letter + 7) == Some(b"\\u")
        && matches!(code_unit(text, letter + 6), Some(0xDC00..=0xDFFF))
}

/// What the four digits after the `u` at `letter` stand for.
#[inline]
pub(crate) fn code_unit(text: &[u8], letter: usize) -> Option<u32> {
    let digits: &[u8; 4] = text.get(letter + 1..)?.first_chunk()?;
    let mut unit = 0;
    for digit in digits {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            b'A'..=b'F' => digit - b'A' + 10,
            _ => return None,
        };
        unit = unit << 4 | u32::from(value);
    }
    Some(unit)
}
