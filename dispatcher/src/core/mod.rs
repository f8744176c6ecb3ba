//! Every decision, without I/O: what goes where, in which form, when again, and when no more. Time,
//! randomness and ids are arguments.

mod body;
mod ids;
mod json;
mod outcome;
mod policy;
mod problem;
mod registration;
mod request;
mod router;
mod settings;
pub mod signature;
mod time;
mod uri;
mod words;

pub use body::BodyFormat;
pub use ids::{DeliveryId, EventId, IdError, ListenerId};
pub use outcome::{Decision, DisableReason, Failure, GiveUpReason, Outcome, RetryAfter};
pub use policy::{DisableAfter, RetryOn, RetryPolicy, RetryPreset};
pub use problem::{RegistrationError, RegistrationProblem};
pub(crate) use registration::Edits;
pub use registration::Registration;
pub use request::{Delivery, Request, RequestError};
pub use router::{Router, Routes};
pub use settings::DeliverySettings;
pub use time::Timestamp;
