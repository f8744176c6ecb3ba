//! The bytes of a block by WebAssembly's SIMD, 16 at a time.

use std::arch::wasm32::{
    u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u8x16_swizzle, u64x2, v128, v128_and, v128_or,
};

use super::{Block, Classes, Escaped, Index, Kernel, ScanError, portable};

pub(super) fn scan(text: &[u8], index: &mut Index) -> Result<(), ScanError> {
    Simd128.scan(text, index)
}

#[derive(Clone, Copy)]
struct Simd128;

impl Kernel for Simd128 {
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
        portable::prefix_xor(bits)
    }
}

#[inline(always)]
fn classify(block: &Block) -> Classes {
    let controls = bits(block, |bytes| u8x16_lt(bytes, u8x16_splat(0x20)));
    // The operators by their lower half byte, with the bit that `[` and `]` lack.
    let operators = table([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b'{', b',', b'}', 0, 0]);
    let operators =
        bits(block, |bytes| u8x16_eq(look_up(operators, bytes), v128_or(bytes, u8x16_splat(0x20))));
    Classes {
        quotes: bits(block, |bytes| equal(bytes, b'"')),
        backslashes: bits(block, |bytes| equal(bytes, b'\\')),
        // That bit also makes a `,` of a control.
        operators: operators & !controls,
        controls,
        non_ascii: bits(block, |bytes| bytes),
    }
}

#[inline(always)]
fn classify_escaped(block: &Block, bytes: u64) -> Escaped {
    // What may be escaped, by its lower half byte; three share one half. The 1 is there because a 0
    // would equal the byte 0; in the other gaps a 0 equals nothing.
    let table = table([1, 0, b'b', 0, b't', 0, b'f', 0, 0, 0, 0, 0, b'\\', 0, b'n', b'/']);
    let valid = bits(block, |bytes| {
        let others = v128_or(equal(bytes, b'"'), equal(bytes, b'r'));
        v128_or(u8x16_eq(look_up(table, bytes), bytes), others)
    });
    let unicode = bits(block, |bytes| equal(bytes, b'u'));
    Escaped { invalid: bytes & !(valid | unicode), unicode: bytes & unicode }
}

/// The highest bit of each byte of what `test` makes of the block.
#[inline(always)]
fn bits(block: &Block, test: impl Fn(v128) -> v128) -> u64 {
    let (&[a, b, c, d], _) = block.as_chunks::<16>() else { return 0 };
    let (a, b, c, d) = (test(load(a)), test(load(b)), test(load(c)), test(load(d)));
    let low = u32::from(u8x16_bitmask(a)) | u32::from(u8x16_bitmask(b)) << 16;
    let high = u32::from(u8x16_bitmask(c)) | u32::from(u8x16_bitmask(d)) << 16;
    u64::from(low) | u64::from(high) << 32
}

/// Becomes one load; the intrinsic for it takes a raw pointer.
#[inline(always)]
fn load(bytes: [u8; 16]) -> v128 {
    let both = u128::from_le_bytes(bytes);
    u64x2(both as u64, (both >> 64) as u64)
}

#[inline(always)]
fn equal(bytes: v128, byte: u8) -> v128 {
    u8x16_eq(bytes, u8x16_splat(byte))
}

/// For lookups by the lower half of a byte.
#[inline(always)]
fn table(entries: [u8; 16]) -> v128 {
    load(entries)
}

#[inline(always)]
fn look_up(table: v128, bytes: v128) -> v128 {
    u8x16_swizzle(table, v128_and(bytes, u8x16_splat(0x0F)))
}
