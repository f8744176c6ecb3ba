//! The bytes of a block by plain arithmetic, eight at a time.

use super::{Block, Classes, Escaped, Index, Kernel, ScanError};

pub(super) fn scan(text: &[u8], index: &mut Index) -> Result<(), ScanError> {
    Portable.scan(text, index)
}

#[derive(Clone, Copy)]
struct Portable;

impl Kernel for Portable {
    #[inline(always)]
    fn classify(self, block: &Block) -> Classes {
        classify(block)
    }

    #[inline(always)]
    fn classify_escaped(self, block: &Block, bytes: u64) -> Escaped {
        classify_escaped(block, bytes)
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        prefix_xor(bits)
    }
}

#[inline(always)]
fn classify(block: &Block) -> Classes {
    let (words, _) = block.as_chunks::<8>();
    let mut classes = Classes { quotes: 0, backslashes: 0, operators: 0, controls: 0, non_ascii: 0 };
    let mut unusual = 0;
    for word in words.iter().rev() {
        let word = u64::from_le_bytes(*word);
        let low = word & !HIGH;
        // `[` and `]` are `{` and `}` without this bit.
        let folded = low | each(0x20);
        let others =
            differs(folded, b'{') & differs(folded, b'}') & differs(folded, b',') & differs(folded, b':');
        classes.quotes = classes.quotes << 8 | gather(!differs(low, b'"'));
        classes.backslashes = classes.backslashes << 8 | gather(!differs(low, b'\\'));
        classes.operators = classes.operators << 8 | gather(!others);
        unusual |= word | !printable(low);
    }
    // Seldom in JSON that a program has written, so it is not worth the work in every block.
    if unusual & HIGH != 0 {
        for word in words.iter().rev() {
            let word = u64::from_le_bytes(*word);
            classes.controls = classes.controls << 8 | gather(!printable(word & !HIGH));
            classes.non_ascii = classes.non_ascii << 8 | gather(word);
        }
        // So far only the lower seven bits of a byte have counted, and for operators fewer.
        classes.quotes &= !classes.non_ascii;
        classes.backslashes &= !classes.non_ascii;
        classes.controls &= !classes.non_ascii;
        classes.operators &= !(classes.non_ascii | classes.controls);
    }
    classes
}

/// They are few: one by one.
#[inline(always)]
fn classify_escaped(block: &Block, bytes: u64) -> Escaped {
    let mut escaped = Escaped { invalid: 0, unicode: 0 };
    let mut rest = bytes;
    while rest != 0 {
        let place = rest.trailing_zeros();
        rest &= rest - 1;
        // Without a branch: which one comes next is not to be foreseen.
        let byte = block.get(place as usize).copied().unwrap_or_default();
        escaped.unicode |= u64::from(byte == b'u') << place;
        let is_valid = ESCAPES.checked_shr(byte.into()).unwrap_or_default() as u64 & 1;
        escaped.invalid |= (1 ^ is_valid) << place;
    }
    escaped
}

/// A bit for each byte that may follow a backslash.
const ESCAPES: u128 = 1 << b'"'
    | 1 << b'\\'
    | 1 << b'/'
    | 1 << b'b'
    | 1 << b'f'
    | 1 << b'n'
    | 1 << b'r'
    | 1 << b't'
    | 1 << b'u';

#[inline(always)]
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ bits << 32
}

const HIGH: u64 = each(0x80);

const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte: is it another one than `byte`? The highest bits of `low` must be 0;
/// then no sum reaches the byte above.
#[inline(always)]
fn differs(low: u64, byte: u8) -> u64 {
    (low ^ each(byte)) + each(0x7F)
}

/// The highest bit of each byte: is it at least 0x20? The highest bits of `low` must be 0.
#[inline(always)]
fn printable(low: u64) -> u64 {
    low + each(0x80 - 0x20)
}

/// The highest bits of the eight bytes, side by side.
#[inline(always)]
fn gather(word: u64) -> u64 {
    // Bit 8i + 7 goes to bit 56 + i. No two of the partial products meet, so nothing is carried.
    (word & HIGH).wrapping_mul(0x0002_0408_1020_4081) >> 56
}
