//! Strings that the index owns.

use std::fmt;
use std::sync::Arc;

/// The bytes of a string, or of an end of it. A short one stands in place, so that comparing with it needs no other part of the memory.
#[derive(Clone)]
pub(super) enum Text {
    Short { length: u8, bytes: [u8; Text::SHORT] },
    Long(Arc<[u8]>),
}

impl Text {
    /// So that the whole is 24 bytes.
    const SHORT: usize = 22;

    pub(super) fn new(text: &[u8]) -> Self {
        let mut bytes = [0; Self::SHORT];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text);
                Self::Short { length, bytes }
            }
            _ => Self::Long(text.into()),
        }
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Self::Long(text) => text,
        }
    }

    /// Memory outside of it.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Short { .. } => 0,
            Self::Long(text) => text.len(),
        }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_texts_are_what_they_were() {
        assert_eq!(size_of::<Text>(), 24);
        for length in [0, 1, Text::SHORT - 1, Text::SHORT, Text::SHORT + 1, 255, 256, 70_000] {
            let text = "x".repeat(length);
            assert_eq!(Text::new(text.as_bytes()).as_bytes(), text.as_bytes());
            assert_eq!(Text::new(text.as_bytes()).bytes() > 0, length > Text::SHORT);
        }
    }
}
