//! The store, through its public API.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests"
)]

mod attempts;
mod cleaning;
mod crash;
mod deliveries;
mod events;
mod faults;
mod files;
mod keys;
mod listeners;
mod model;
mod support;
