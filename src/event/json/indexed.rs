//! What a lexer goes through: a text, and the list of its tokens that the scanner has made.

use crate::bytes;
#[cfg(not(target_arch = "wasm32"))]
use crate::event::scan::Window;
use crate::event::scan::position;

/// A text and its tokens. Bytes behind the end are read as 0.
pub(super) trait Indexed {
    /// How long the text is.
    fn end(&self) -> u32;

    /// The position of a token, by its number; of the one behind the last the end of the text.
    fn token(&self, number: u32) -> u32;

    /// The bytes from `start` up to, not including, `end`.
    fn slice(&self, start: u32, end: u32) -> &[u8];

    fn byte(&self, at: u32) -> u8;

    /// Four bytes, the first of them in the lowest bits.
    fn four(&self, at: u32) -> u32;

    /// The same with eight.
    fn eight(&self, at: u32) -> u64;
}

/// A text of any length.
pub(super) struct Long<'t> {
    pub(super) text: &'t [u8],
    pub(super) tokens: &'t [u32],
}

impl Long<'_> {
    #[inline(always)]
    fn from(&self, at: u32) -> &[u8] {
        self.text.get(at as usize..).unwrap_or_default()
    }
}

impl Indexed for Long<'_> {
    fn end(&self) -> u32 {
        position(self.text.len())
    }

    #[inline(always)]
    fn token(&self, number: u32) -> u32 {
        self.tokens.get(number as usize).copied().unwrap_or_default()
    }

    fn slice(&self, start: u32, end: u32) -> &[u8] {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    #[inline(always)]
    fn byte(&self, at: u32) -> u8 {
        self.text.get(at as usize).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn four(&self, at: u32) -> u32 {
        u32::from_le_bytes(bytes::first(self.from(at)))
    }

    #[inline(always)]
    fn eight(&self, at: u32) -> u64 {
        u64::from_le_bytes(bytes::first(self.from(at)))
    }
}

/// Whether a place is there has not to be asked.
#[cfg(not(target_arch = "wasm32"))]
impl Indexed for Window {
    fn end(&self) -> u32 {
        self.length
    }

    #[inline(always)]
    fn token(&self, number: u32) -> u32 {
        self.tokens.get(Self::place(number)).copied().unwrap_or_default()
    }

    fn slice(&self, start: u32, end: u32) -> &[u8] {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    #[inline(always)]
    fn byte(&self, at: u32) -> u8 {
        self.text.get(Self::place(at)).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn four(&self, at: u32) -> u32 {
        let at = Self::place(at);
        self.text.get(at..at + 4).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    #[inline(always)]
    fn eight(&self, at: u32) -> u64 {
        let at = Self::place(at);
        self.text.get(at..at + 8).and_then(<[u8]>::first_chunk).map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}

/// Whether any bit from `start` up to, not including, `end` is set.
#[inline(always)]
pub(super) fn any_set(bitmap: &[u64], start: usize, end: usize) -> bool {
    if start >= end {
        return false;
    }
    let (first, last) = (start / 64, (end - 1) / 64);
    let word = |index: usize| bitmap.get(index).copied().unwrap_or_default();
    let from_start = !0 << (start % 64);
    let to_end = !0 >> (63 - (end - 1) % 64);
    if first == last {
        return word(first) & from_start & to_end != 0;
    }
    word(first) & from_start != 0
        || word(last) & to_end != 0
        || bitmap.get(first + 1..last).is_some_and(|words| words.iter().any(|word| *word != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_bits() {
        let mut bitmap = [0; 4];
        bitmap[1] = 1 << 6;
        for (start, end, expected) in [
            (0, 256, true),
            (70, 71, true),
            (71, 256, false),
            (0, 70, false),
            (70, 70, false),
            (64, 128, true),
        ] {
            assert_eq!(any_set(&bitmap, start, end), expected, "{start}..{end}");
        }
    }
}
