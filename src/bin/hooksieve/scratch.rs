//! The working memory of each thread.

use std::cell::RefCell;

use hooksieve::Scratch;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Does some work with the thread's memory, which stays warm from one block to the next.
pub(crate) fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    SCRATCH.with_borrow_mut(work)
}
