//! The bytes of a block by AVX2, 32 at a time.

use std::arch::x86_64::{
    __m256i, _mm_setr_epi8, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8, _mm256_cmpgt_epi8,
    _mm256_min_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8, _mm256_setr_epi64x,
    _mm256_shuffle_epi8, _mm256_sub_epi8,
};

use super::x86::{Closures, prefix_xor};
use super::{BLOCK, Block, Classes, Escaped, Index, Kernel, ScanError, list_tokens, unicode::plain_units};

#[target_feature(enable = "avx2,bmi1,bmi2,pclmulqdq")]
pub(super) fn scan(text: &[u8], index: &mut Index) -> Result<(), ScanError> {
    // Closures have the features of the function around them; the functions' names alone do not.
    Closures {
        classify: |block: &Block| classify(block),
        classify_escaped: |block: &Block, bytes| classify_escaped(block, bytes),
        prefix_xor: |bits| prefix_xor(bits),
        list: |tokens, at, list: &mut [u32; BLOCK]| list_tokens(tokens, at, list),
    }
    .scan(text, index)
}

#[target_feature(enable = "avx2")]
#[inline]
fn classify(block: &Block) -> Classes {
    let non_ascii = bits(block, |bytes| bytes);
    // The comparison is signed: to it, bytes beyond ASCII are the least of all.
    let controls = bits(block, |bytes| _mm256_cmpgt_epi8(all(0x20), bytes)) & !non_ascii;
    // The operators by their lower half byte, with the bit that `[` and `]` lack.
    let operators = table([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b':', b'{', b',', b'}', 0, 0]);
    let operators = bits(block, |bytes| {
        _mm256_cmpeq_epi8(_mm256_shuffle_epi8(operators, bytes), _mm256_or_si256(bytes, all(0x20)))
    });
    Classes {
        quotes: bits(block, |bytes| equal(bytes, b'"')),
        backslashes: bits(block, |bytes| equal(bytes, b'\\')),
        // That bit also makes a `,` or a `:` of a control.
        operators: operators & !controls,
        controls,
        non_ascii,
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn classify_escaped(block: &Block, bytes: u64) -> Escaped {
    // What may be escaped, by its lower half byte; three share one half. The 1 is there because a 0
    // would equal the byte 0; in the other gaps a 0 equals nothing.
    let table = table([1, 0, b'b', 0, b't', 0, b'f', 0, 0, 0, 0, 0, b'\\', 0, b'n', b'/']);
    let valid = bits(block, |bytes| {
        let others = _mm256_or_si256(equal(bytes, b'"'), equal(bytes, b'r'));
        _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), bytes), others)
    });
    let unicode = bits(block, |bytes| equal(bytes, b'u'));
    let hexadecimal = bits(block, |bytes| {
        let lower_case = _mm256_or_si256(bytes, all(0x20));
        _mm256_or_si256(ranges(bytes, b'0', 9), ranges(lower_case, b'a', 5))
    });
    let fine = plain_units(hexadecimal, bits(block, |bytes| equal(_mm256_or_si256(bytes, all(0x20)), b'd')));
    Escaped { invalid: bytes & !(valid | unicode), unicode: bytes & unicode & !fine }
}

/// The highest bit of each byte of what `test` makes of the block.
#[target_feature(enable = "avx2")]
#[inline]
fn bits(block: &Block, test: impl Fn(__m256i) -> __m256i) -> u64 {
    let (halves, _) = block.as_chunks::<32>();
    halves
        .iter()
        .rev()
        .fold(0, |bits, half| bits << 32 | u64::from(_mm256_movemask_epi8(test(load(half))).cast_unsigned()))
}

/// Becomes one load; the intrinsic for it takes a raw pointer.
#[target_feature(enable = "avx2")]
#[inline]
fn load(bytes: &[u8; 32]) -> __m256i {
    let (words, _) = bytes.as_chunks::<8>();
    let word = |place: usize| words.get(place).map_or(0, |word| i64::from_le_bytes(*word));
    _mm256_setr_epi64x(word(0), word(1), word(2), word(3))
}

#[target_feature(enable = "avx2")]
#[inline]
fn all(byte: u8) -> __m256i {
    _mm256_set1_epi8(byte.cast_signed())
}

#[target_feature(enable = "avx2")]
#[inline]
fn equal(bytes: __m256i, byte: u8) -> __m256i {
    _mm256_cmpeq_epi8(bytes, all(byte))
}

/// The bytes from `first` on, up to so many more.
#[target_feature(enable = "avx2")]
#[inline]
fn ranges(bytes: __m256i, first: u8, more: u8) -> __m256i {
    let offsets = _mm256_sub_epi8(bytes, all(first));
    _mm256_cmpeq_epi8(_mm256_min_epu8(offsets, all(more)), offsets)
}

/// For lookups by the lower half of a byte; bytes beyond ASCII find 0.
#[target_feature(enable = "avx2")]
#[inline]
fn table(entries: [u8; 16]) -> __m256i {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = entries.map(u8::cast_signed);
    _mm256_broadcastsi128_si256(_mm_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p))
}
