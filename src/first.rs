//! The first bytes of a text, as many as are read at once.

/// The first `N` bytes, filled up with 0 where the text is shorter.
#[inline(always)]
pub(crate) fn bytes<const N: usize>(text: &[u8]) -> [u8; N] {
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
