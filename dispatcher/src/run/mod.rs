//! The dispatcher: core, store and client together, and what drives them.
//!
//! - [`Dispatcher`] is the front door: registrations, events, deliveries, and why.
//! - The scheduler decides which pending delivery is attempted next. The store is its queue: it holds in
//!   memory when each listener has something due, and fetches deliveries as there is room for attempts.
//! - An attempt makes the request, sends it, asks the policy what follows, and is over when that is stored.

mod accept;
mod attempt;
mod clock;
mod dispatcher;
mod metrics;
mod notice;
mod options;
mod registry;
mod scheduler;
mod shared;

pub use accept::{AcceptError, Acceptance, Accepted, AcceptedEvent, BadLine};
pub use dispatcher::{
    Dispatcher, Explained, ListenerView, OpenError, PreviewError, Previewed, PreviewedEvent, RegisterError,
    Registered, UnknownPart,
};
pub use notice::Notice;
pub use options::Options;
