//! One attempt to deliver, over HTTP.
//!
//! An attempt is one request: no redirects, no proxy, no cookies. Every address is checked before it is connected to
//! ([`is_public`]): one that stands in the URI, and all that a name leads to; those that are checked are those that
//! are connected to, so a name that leads elsewhere a moment later changes nothing. A connection that is used again
//! was checked when it was opened.

mod address;
mod client;
mod failure;
mod resolver;
mod retry_after;
mod target;
mod tls;

pub use address::{NotPublic, is_public};
pub use client::{Attempt, Client, ClientError, ClientOptions};
pub use resolver::{NameResolver, SystemResolver};
