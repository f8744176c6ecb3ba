//! The working memory of each thread.

use std::cell::RefCell;

use hooksieve::Scratch;

use crate::stream::Block;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Does some work on a block with the thread's memory, which stays warm from one block to the next.
pub(crate) fn with_scratch<T>(block: &Block, work: impl FnOnce(&mut Scratch) -> T) -> T {
    if block.is_large() {
        // What a long line takes is not kept.
        return work(&mut Scratch::new());
    }
    SCRATCH.with_borrow_mut(work)
}
