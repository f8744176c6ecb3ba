//! The bytes of a block by WebAssembly's SIMD, 16 at a time.

use std::arch::wasm32::{
    i8x16_lt, i8x16_splat, u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u8x16_swizzle, u64x2, v128,
    v128_and, v128_any_true, v128_or,
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
    // The operators by their lower half byte, with the bit that `[` and `]` lack.
    let operators = table([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, b':', b'{', b',', b'}', 0, 0]);
    let operators =
        bits(block, |bytes| u8x16_eq(look_up(operators, bytes), v128_or(bytes, u8x16_splat(0x20))));
    let mut classes = Classes {
        quotes: bits(block, |bytes| equal(bytes, b'"')),
        backslashes: bits(block, |bytes| equal(bytes, b'\\')),
        operators,
        controls: 0,
        non_ascii: 0,
    };
    // Seldom in JSON that a program has written, so it is not worth the work in every block. With a sign, what is not
    // ASCII is less, too.
    if any(block, |bytes| i8x16_lt(bytes, i8x16_splat(0x20))) {
        classes.controls = bits(block, |bytes| u8x16_lt(bytes, u8x16_splat(0x20)));
        classes.non_ascii = bits(block, |bytes| bytes);
        // That bit also makes a `,` or a `:` of a control.
        classes.operators &= !classes.controls;
    }
    classes
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

/// What `test` makes of the block. Written out: of `map` a call would be left.
#[inline(always)]
fn each(block: &Block, test: impl Fn(v128) -> v128) -> [v128; 4] {
    let (&[a, b, c, d], _) = block.as_chunks::<16>() else { return [table([0; 16]); 4] };
    [test(load(a)), test(load(b)), test(load(c)), test(load(d))]
}

/// Whether that has any bit.
#[inline(always)]
fn any(block: &Block, test: impl Fn(v128) -> v128) -> bool {
    let [a, b, c, d] = each(block, test);
    v128_any_true(v128_or(v128_or(a, b), v128_or(c, d)))
}

/// The highest bit of each byte of that.
#[inline(always)]
fn bits(block: &Block, test: impl Fn(v128) -> v128) -> u64 {
    let [a, b, c, d] = each(block, test);
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
