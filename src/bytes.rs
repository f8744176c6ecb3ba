//! Bytes of a text, for all that read one.

/// The first `N` bytes, filled up with 0 where the text is shorter.
#[inline(always)]
pub(crate) fn first<const N: usize>(text: &[u8]) -> [u8; N] {
    match text.first_chunk() {
        Some(bytes) => *bytes,
        None => filled_up(text),
    }
}

#[cold]
#[inline(never)]
fn filled_up<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.iter_mut().zip(text).for_each(|(to, byte)| *to = *byte);
    bytes
}

/// JSON's white space.
#[inline(always)]
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
