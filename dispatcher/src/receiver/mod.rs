//! A receiver of deliveries, for demonstrations and tests: it verifies signatures, and fails as often as it is told to.

mod received;
mod server;
mod share;

pub use received::{Received, SignatureCheck};
pub use server::{Counts, Receiver, ReceiverOptions};
pub use share::{Share, ShareError};
