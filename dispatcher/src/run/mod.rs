//! The dispatcher: core, store and client together, and what drives them.

mod dispatcher;
mod notice;
mod options;
mod scheduler;

pub use dispatcher::{
    AcceptError, Acceptance, Accepted, BadLine, Dispatcher, Explained, ListenerView, OpenError, PreviewError,
    Previewed, RegisterError, Registered, UnknownPart,
};
pub use notice::Notice;
pub use options::Options;
