//! From event to delivered webhook: register listeners, take events, deliver, retry, sign, log.
//!
//! The parts, each of which imports only those before it:
//!
//! - [`core`]: every decision, without I/O. Time, randomness and ids are arguments.
//! - [`store`]: SQLite. An event is acknowledged after it and its deliveries are committed.
//! - [`deliver`]: one attempt over HTTP, with a guard against private addresses.
//! - [`run`]: the [`Dispatcher`](run::Dispatcher): the three together, and what drives them.
//! - [`api`]: the HTTP API and the page.
//! - [`import`]: registrations from elsewhere.
//! - [`receiver`]: a receiver of deliveries, for demonstrations and tests.

pub mod api;
pub mod core;
pub mod deliver;
pub mod import;
pub mod receiver;
pub mod run;
pub mod store;
mod visible;
