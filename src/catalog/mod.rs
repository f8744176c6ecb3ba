//! The known event classes: their fields, with types, and samples.

pub(crate) mod shape;
