//! Steps through the bits of the scanner's bitmaps.

/// The positions of tokens, one after the other.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'i> {
    /// The words that follow.
    words: &'i [u64],
    /// What is left of the word at hand, and the position of its first bit.
    word: u64,
    base: usize,
    /// The length of the text.
    end: usize,
}

impl<'i> Tokens<'i> {
    pub(super) fn new(words: &'i [u64], end: usize) -> Self {
        let (word, words) = words.split_first().unwrap_or((&0, &[]));
        Self { word: *word, words, base: 0, end }
    }

    /// The next position, which stays the next; the end of the text after the last.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> usize {
        while self.word == 0 {
            match self.words.split_first() {
                Some((word, words)) => {
                    (self.word, self.words) = (*word, words);
                    self.base += 64;
                }
                None => return self.end,
            }
        }
        self.base + self.word.trailing_zeros() as usize
    }

    /// Passes over the position that [`peek`](Self::peek) has shown.
    #[inline(always)]
    pub(super) fn pass(&mut self) {
        self.word &= self.word.wrapping_sub(1);
    }

    #[inline(always)]
    pub(super) fn next(&mut self) -> usize {
        let position = self.peek();
        self.pass();
        position
    }
}

/// Whether any bit from `start` up to, not including, `end` is set.
#[inline(always)]
pub(super) fn any_set(bitmap: &[u64], start: usize, end: usize) -> bool {
    if start >= end {
        return false;
    }
    let (first, last) = (start / 64, (end - 1) / 64);
    let word = |index: usize| bitmap.get(index).copied().unwrap_or_default();
    let from_start = !0 << (start % 64);
    let to_end = !0 >> (63 - (end - 1) % 64);
    if first == last {
        return word(first) & from_start & to_end != 0;
    }
    word(first) & from_start != 0
        || word(last) & to_end != 0
        || bitmap.get(first + 1..last).is_some_and(|words| words.iter().any(|word| *word != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_in_order_and_end_at_the_end() {
        let words = [0b101, 0, 1 << 63];
        let mut tokens = Tokens::new(&words, 200);
        assert_eq!(tokens.peek(), 0);
        let positions: Vec<_> = (0..5).map(|_| tokens.next()).collect();
        assert_eq!(positions, [0, 2, 191, 200, 200]);
    }

    #[test]
    fn ranges_of_bits() {
        let mut bitmap = [0; 4];
        bitmap[1] = 1 << 6;
        for (start, end, expected) in [
            (0, 256, true),
            (70, 71, true),
            (71, 256, false),
            (0, 70, false),
            (70, 70, false),
            (64, 128, true),
        ] {
            assert_eq!(any_set(&bitmap, start, end), expected, "{start}..{end}");
        }
    }
}
