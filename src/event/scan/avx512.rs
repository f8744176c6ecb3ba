//! The bytes of a block by AVX-512, all at once.

use std::arch::x86_64::{
    __m512i, _mm_setr_epi8, _mm512_add_epi32, _mm512_broadcast_i32x4, _mm512_castsi512_si128,
    _mm512_cmpeq_epi8_mask, _mm512_cmplt_epu8_mask, _mm512_cvtepu8_epi32, _mm512_extracti32x4_epi32,
    _mm512_maskz_compress_epi8, _mm512_movepi8_mask, _mm512_or_si512, _mm512_set1_epi8, _mm512_set1_epi32,
    _mm512_setr_epi64, _mm512_shuffle_epi8, _mm512_sub_epi8,
};
use std::hint;

use super::x86::{Closures, prefix_xor, words_of};
use super::{BLOCK, Block, Classes, Escaped, Index, Kernel, ScanError, unicode::plain_units};

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,bmi1,bmi2,pclmulqdq,popcnt")]
pub(super) fn scan(text: &[u8], index: &mut Index) -> Result<(), ScanError> {
    // Closures have the features of the function around them; the functions' names alone do not.
    Closures {
        classify: |block: &Block| classify(load(block)),
        classify_escaped: |block: &Block, places| classify_escaped(load(block), places),
        prefix_xor: |bits| prefix_xor(bits),
        list: |tokens, at, list: &mut [u32; BLOCK]| list_tokens(tokens, at, list),
    }
    .scan(text, index)
}

#[target_feature(enable = "avx512f,avx512vbmi2,popcnt")]
#[inline]
fn list_tokens(tokens: u64, at: u32, list: &mut [u32; BLOCK]) {
    // The numbers from 0 to 63.
    let places = _mm512_setr_epi64(
        0x0706_0504_0302_0100,
        0x0F0E_0D0C_0B0A_0908,
        0x1716_1514_1312_1110,
        0x1F1E_1D1C_1B1A_1918,
        0x2726_2524_2322_2120,
        0x2F2E_2D2C_2B2A_2928,
        0x3736_3534_3332_3130,
        0x3F3E_3D3C_3B3A_3938,
    );
    let found = _mm512_maskz_compress_epi8(tokens, places);
    let at = _mm512_set1_epi32(at.cast_signed());
    let positions = |sixteen| words_of(_mm512_add_epi32(_mm512_cvtepu8_epi32(sixteen), at));
    let ([first, second, third, fourth], _) = list.as_chunks_mut() else { return };
    *first = positions(_mm512_castsi512_si128(found));
    if tokens.count_ones() > 16 {
        hint::cold_path();
        *second = positions(_mm512_extracti32x4_epi32::<1>(found));
        *third = positions(_mm512_extracti32x4_epi32::<2>(found));
        *fourth = positions(_mm512_extracti32x4_epi32::<3>(found));
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn classify(bytes: __m512i) -> Classes {
    let controls = _mm512_cmplt_epu8_mask(bytes, all(0x20));
    // The operators by their lower half byte, with the bit that `[` and `]` lack.
    let operators = table([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b':', b'{', b',', b'}', 0, 0]);
    let operators =
        _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(operators, bytes), _mm512_or_si512(bytes, all(0x20)));
    Classes {
        quotes: equal(bytes, b'"'),
        backslashes: equal(bytes, b'\\'),
        // That bit also makes a `,` or a `:` of a control.
        operators: operators & !controls,
        controls,
        non_ascii: _mm512_movepi8_mask(bytes),
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn classify_escaped(bytes: __m512i, places: u64) -> Escaped {
    // What may be escaped, by its lower half byte; three share one half. The 1 is there because a 0
    // would equal the byte 0; in the other gaps a 0 equals nothing.
    let table = table([1, 0, b'b', 0, b't', 0, b'f', 0, 0, 0, 0, 0, b'\\', 0, b'n', b'/']);
    let listed = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(table, bytes), bytes);
    let valid = listed | equal(bytes, b'"') | equal(bytes, b'r');
    let unicode = equal(bytes, b'u');
    let digits = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, all(b'0')), all(10));
    let lower_case = _mm512_or_si512(bytes, all(0x20));
    let letters = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(lower_case, all(b'a')), all(6));
    let fine = plain_units(digits | letters, equal(lower_case, b'd'));
    Escaped { invalid: places & !(valid | unicode), unicode: places & unicode & !fine }
}

/// Becomes one load; the intrinsic for it takes a raw pointer.
#[target_feature(enable = "avx512f")]
#[inline]
fn load(block: &Block) -> __m512i {
    let (words, _) = block.as_chunks::<8>();
    let word = |place: usize| words.get(place).map_or(0, |word| i64::from_le_bytes(*word));
    _mm512_setr_epi64(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7))
}

#[target_feature(enable = "avx512f")]
#[inline]
fn all(byte: u8) -> __m512i {
    _mm512_set1_epi8(byte.cast_signed())
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn equal(bytes: __m512i, byte: u8) -> u64 {
    _mm512_cmpeq_epi8_mask(bytes, all(byte))
}

/// For lookups by the lower half of a byte; bytes beyond ASCII find 0.
#[target_feature(enable = "avx512f")]
#[inline]
fn table(entries: [u8; 16]) -> __m512i {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = entries.map(u8::cast_signed);
    _mm512_broadcast_i32x4(_mm_setr_epi8(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p))
}
