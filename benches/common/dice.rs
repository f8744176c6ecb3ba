//! Chance that falls the same way on every machine.

/// SplitMix64 (Steele, Lea and Flood, 2014): ten lines whose output is fixed by the paper, so that the
/// workloads stay the same whatever release of a crate is in use.
pub(crate) struct Dice(u64);

impl Dice {
    /// The chances of one event or filter. Each has its own, so that a change to one leaves the others alone.
    pub(crate) fn new(seed: u64, index: usize) -> Self {
        let mut dice = Self(seed ^ (index as u64).wrapping_mul(0xd134_2543_de82_ef95));
        dice.0 = dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is far below 2^32.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (((self.next() >> 32) * bound as u64) >> 32) as usize
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, percentage: usize) -> bool {
        self.below(100) < percentage
    }

    /// One of the items, each as likely as the next.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}
