//! Every decision, without I/O: what goes where, in which form, when again, and when no more. Time,
//! randomness and ids are arguments.
//!
//! - [`Registration`] is what somebody registers: Nextcloud's fields, and [`DeliverySettings`]. It is checked whole.
//! - [`Router`] tells which listeners an event goes to: one [`Delivery`] each.
//! - [`Request`] is what an attempt sends, in the listener's [`BodyFormat`] and with its [`signature`]s.
//! - [`Outcome`] is what came of it, and [`RetryPolicy::on_outcome`] the [`Decision`] that follows.
//!
//! An event on its way:
//!
//! ```
//! use std::sync::Arc;
//!
//! use hooksieve::Scratch;
//! use hooksieve_dispatcher::core::{
//!     Decision, Delivery, DeliveryId, EventId, ListenerId, Outcome, Registration, Request, Router, Timestamp,
//! };
//!
//! let registration = Registration::from_json(r#"{
//!     "httpMethod": "POST",
//!     "uri": "https://example.org/hook",
//!     "event": "OCP\\Files\\Events\\Node\\NodeCreatedEvent",
//!     "eventFilter": {"event.node.path": {"$endsWith": ".pdf"}}
//! }"#)?;
//! let mut router = Router::default();
//! router.insert(ListenerId::from_number(1), Arc::new(registration));
//!
//! let event = br#"{"event": {"class": "OCP\\Files\\Events\\Node\\NodeCreatedEvent", "node": {"path": "/a.pdf"}}}"#;
//! let now = Timestamp::from_millis(1_705_314_600_000);
//! for listener in router.routes().route(event, &mut Scratch::new())? {
//!     let Some(registration) = router.get(listener) else { continue };
//!     let delivery = Delivery {
//!         id: DeliveryId::new(now, [1; 10]),
//!         listener,
//!         event: EventId::new(now, [2; 10]),
//!         accepted_at: now,
//!         attempt: 1,
//!     };
//!     let request = Request::new(&delivery, registration, event, now)?;
//!     assert_eq!((request.method, &*request.uri), ("POST", "https://example.org/hook"));
//!
//!     // The receiver is overloaded.
//!     let outcome = Outcome::Answered { status: 503, retry_after: None };
//!     let decision = registration.settings().retry.on_outcome(&outcome, delivery.attempt, now, 0);
//!     assert_eq!(decision, Decision::RetryAt(Timestamp::from_millis(1_705_314_610_000)));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
