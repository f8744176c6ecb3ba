//! What a scan finds, and the memory for it.

#[cfg(not(target_arch = "wasm32"))]
use std::mem;

use super::BLOCK;

/// The tokens of a text and its backslashes: those of the last one that was scanned without an error.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// How many words of the bitmaps are those of the text: a bit for each byte, 64 to a word; bits beyond the text
    /// are 0. They may be longer: they only grow.
    words: usize,
    token_bits: Vec<u64>,
    backslashes: Vec<u64>,
    /// The tokens; some more may have been written behind them.
    list: Vec<u32>,
    listed: usize,
    /// Has the text and the tokens, where both are short. It is made for the second text: memory for one text only
    /// is to cost little.
    #[cfg(not(target_arch = "wasm32"))]
    window: Option<Box<Window>>,
    #[cfg(not(target_arch = "wasm32"))]
    is_short: bool,
    #[cfg(not(target_arch = "wasm32"))]
    is_used: bool,
}

/// A short text and its tokens, in memory of a fixed size: nobody has to ask where that ends. In WebAssembly, that would
/// not be worth another copy of the code.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Window {
    /// Behind the text follow some 0.
    pub(crate) text: [u8; Self::PLACES + BLOCK],
    /// The positions, and then the end of the text.
    pub(crate) tokens: [u32; Self::PLACES + BLOCK],
    pub(crate) length: u32,
}

#[cfg(not(target_arch = "wasm32"))]
impl Window {
    /// Longer texts are rare. A power of two, so that places are numbered by some bits.
    const PLACES: usize = 1 << 14;

    /// A place that is there for certain. Those of the text and of its tokens are themselves.
    #[inline(always)]
    pub(crate) fn place(number: u32) -> usize {
        number as usize % Self::PLACES
    }

    fn new() -> Box<Self> {
        Box::new(Self { text: [0; _], tokens: [0; _], length: 0 })
    }

    /// Copies a text that is shorter than there are places.
    #[inline(always)]
    fn copy(&mut self, text: &[u8]) {
        self.length = position(text.len());
        if let Some((copy, rest)) = self.text.split_at_mut_checked(text.len()) {
            copy.copy_from_slice(text);
            if let Some(zeros) = rest.first_chunk_mut::<8>() {
                *zeros = [0; 8];
            }
        }
    }
}

impl Index {
    /// Makes room for a text: for the bits of its tokens, and for those of its backslashes.
    #[inline(always)]
    pub(super) fn begin(&mut self, text: &[u8]) -> (&mut [u64], &mut [u64]) {
        self.words = text.len().div_ceil(BLOCK);
        if self.token_bits.len() < self.words {
            self.token_bits.resize(self.words, 0);
            self.backslashes.resize(self.words, 0);
        }
        let (tokens, backslashes) =
            (self.token_bits.get_mut(..self.words), self.backslashes.get_mut(..self.words));
        (tokens.unwrap_or_default(), backslashes.unwrap_or_default())
    }

    /// Lists the tokens, whose bits are there: `write` does it for a block, from its bits and its position. It may
    /// write more than there are. To go through a list takes less time than to look for bit after bit: there is no
    /// branch for the end of a word, which comes at random.
    #[inline(always)]
    pub(super) fn list(&mut self, text: &[u8], write: impl Fn(u64, u32, &mut [u32; BLOCK])) {
        let words = self.token_bits.get(..self.words).unwrap_or_default();
        #[cfg(not(target_arch = "wasm32"))]
        {
            let is_first = !mem::replace(&mut self.is_used, true);
            self.is_short = !is_first && text.len() < Window::PLACES;
            if self.is_short {
                let window = self.window.get_or_insert_with(Window::new);
                window.copy(text);
                self.listed = list(words, text, &mut window.tokens, write);
                return;
            }
        }
        let tokens: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        if self.list.len() < tokens + BLOCK {
            self.list.resize(tokens + BLOCK, 0);
        }
        self.listed = list(words, text, &mut self.list, write);
    }

    /// The positions of `{ } [ ] , :` outside of strings, and of the quotes that open strings, but for those that
    /// follow one of these at once: the fewer, the faster. In JSON, the quote that closes a string stands before the
    /// next token. In the end comes that of the text.
    #[inline(always)]
    pub(crate) fn tokens(&self) -> &[u32] {
        self.list.get(..=self.listed).unwrap_or_default()
    }

    /// The text and its tokens, if it is short; else the tokens are in the list.
    #[cfg(not(target_arch = "wasm32"))]
    #[inline(always)]
    pub(crate) fn window(&self) -> Option<&Window> {
        self.window.as_deref().filter(|_| self.is_short)
    }

    /// Backslashes, as bits; all of them are inside of strings.
    #[inline(always)]
    pub(crate) fn backslashes(&self) -> &[u64] {
        self.backslashes.get(..self.words).unwrap_or_default()
    }
}

/// The list has room for a block more than there are tokens. Returns how many these are.
#[inline(always)]
fn list(words: &[u64], text: &[u8], list: &mut [u32], write: impl Fn(u64, u32, &mut [u32; BLOCK])) -> usize {
    let mut count = 0;
    let mut at = 0;
    for word in words {
        if let Some(room) = list.get_mut(count..).and_then(<[u32]>::first_chunk_mut) {
            write(*word, at, room);
        }
        count += word.count_ones() as usize;
        at += BLOCK as u32;
    }
    if let Some(end) = list.get_mut(count) {
        *end = position(text.len());
    }
    count
}

/// A place in a text, which is short enough for 32 bits.
#[inline(always)]
pub(crate) fn position(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
