//! The extensions of x86-64: which this processor has, and the door to functions that need them.

use std::arch::x86_64::{__m512i, _mm_clmulepi64_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_set1_epi8};
use std::mem;

use super::{BLOCK, Block, Classes, Escaped, Index, Kernel, ScanError, avx2, avx512};

/// The proof that this processor has the instructions: [`Extension::detect`] alone makes one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extension(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Avx2,
    Avx512,
}

impl Extension {
    /// Those that are there, the widest first.
    pub(super) fn detect() -> impl Iterator<Item = Self> {
        let common = is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("popcnt");
        let avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi2");
        let avx2 = is_x86_feature_detected!("avx2");
        [(avx512, Kind::Avx512), (avx2, Kind::Avx2)]
            .into_iter()
            .filter(move |(is_there, _)| common && *is_there)
            .map(|(_, kind)| Self(kind))
    }

    #[inline]
    pub(super) fn scan(self, text: &[u8], index: &mut Index) -> Result<(), ScanError> {
        #[expect(unsafe_code, reason = "there is no safe way to instructions chosen at run time")]
        // SAFETY: the only requirement is that the processor has the features which the functions are
        // compiled with. `self` is the proof: `detect` asks for each of them.
        unsafe {
            match self.0 {
                Kind::Avx2 => avx2::scan(text, index),
                Kind::Avx512 => avx512::scan(text, index),
            }
        }
    }
}

/// A backend's functions as values: only inside of its own function are its instructions available.
#[derive(Clone, Copy)]
pub(super) struct Closures<C, E, X, L> {
    pub(super) classify: C,
    pub(super) classify_escaped: E,
    pub(super) prefix_xor: X,
    pub(super) list: L,
}

impl<C, E, X, L> Kernel for Closures<C, E, X, L>
where
    C: Fn(&Block) -> Classes + Copy,
    E: Fn(&Block, u64) -> Escaped + Copy,
    X: Fn(u64) -> u64 + Copy,
    L: Fn(u64, u32, &mut [u32; BLOCK]) + Copy,
{
    #[inline(always)]
    fn classify(self, block: &Block) -> Classes {
        (self.classify)(block)
    }

    #[inline(always)]
    fn classify_escaped(self, block: &Block, bytes: u64) -> Escaped {
        (self.classify_escaped)(block, bytes)
    }

    #[inline(always)]
    fn prefix_xor(self, bits: u64) -> u64 {
        (self.prefix_xor)(bits)
    }

    #[inline(always)]
    fn list(self, tokens: u64, at: u32, list: &mut [u32; BLOCK]) {
        (self.list)(tokens, at, list);
    }
}

/// As the product by all ones, without carries.
#[target_feature(enable = "pclmulqdq")]
#[inline]
pub(super) fn prefix_xor(bits: u64) -> u64 {
    let product = _mm_clmulepi64_si128::<0>(_mm_cvtsi64_si128(bits.cast_signed()), _mm_set1_epi8(-1));
    _mm_cvtsi128_si64(product).cast_unsigned()
}

/// The vector as 32-bit numbers.
#[inline(always)]
pub(super) fn words_of(vector: __m512i) -> [u32; 16] {
    #[expect(unsafe_code, reason = "the intrinsics for it take raw pointers")]
    // SAFETY: both are 64 bytes without a gap, and any of them make a value.
    unsafe {
        mem::transmute(vector)
    }
}
