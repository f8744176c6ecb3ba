//! Every decision, without I/O: what goes where, in which form, when again, and when no more. Time,
//! randomness and ids are arguments.

mod body;
mod ids;
mod outcome;
mod policy;
mod registration;
mod request;
mod router;
mod settings;
pub mod signature;
mod time;

pub use body::BodyFormat;
pub use ids::{DeliveryId, EventId, IdError, ListenerId};
pub use outcome::{Decision, DisableReason, Failure, GiveUpReason, Outcome, RetryAfter};
pub use policy::{RetryPolicy, RetryPreset};
pub use registration::{Registration, RegistrationError, RegistrationProblem};
pub use request::{Delivery, Request, RequestError};
pub use router::{Router, Routes};
pub use settings::DeliverySettings;
pub use time::Timestamp;
