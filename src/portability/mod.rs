//! Where the two dialects say different things: for each condition, and for whatever its path can lead to.
//!
//! It errs on one side only: what has no [`Difference`] means the same in both dialects, on every event that
//! the [`Reach`] allows, and Nextcloud's evaluator does not throw on it.

mod difference;
mod reach;

pub(crate) use difference::{
    Cause, Difference, can_be_loose, difference, is_compared_exactly, is_same_as_text, is_same_strictly,
    odd_in_words, of_all,
};
pub(crate) use reach::Reach;
