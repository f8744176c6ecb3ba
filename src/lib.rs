//! Does this event match this filter?
//!
//! An *event* is a JSON document; a *filter* is a JSON query in MongoDB's language. A filter is
//! compiled once, checked whole, and then run on any number of events:
//!
//! ```
//! use hooksieve::Filter;
//! use serde_json::json;
//!
//! let filter = Filter::compile(r#"{"event.node.path": {"$endsWith": ".pdf"}, "user.uid": {"$ne": "bob"}}"#)?;
//!
//! assert!(filter.matches(&json!({
//!     "event": {"node": {"path": "/alice/files/report.pdf"}},
//!     "user": {"uid": "alice"},
//! })));
//! # Ok::<(), hooksieve::CompileError>(())
//! ```
//!
//! # The tour
//!
//! - [`Filter`] is the front door: [`compile`](Filter::compile), then [`matches`](Filter::matches),
//!   which cannot fail, or, on raw JSON, [`matches_json`](Filter::matches_json) with a [`Scratch`].
//!   [`Compiler`] sets [`Limits`] and the [`Dialect`].
//! - [`Filter::explain`] says why an event does, or does not, match: [`Explanation`].
//! - [`CompileError`] reports everything that is wrong with a filter, with places and hints.
//! - [`Program`] is what a filter is compiled to: a listing for people, bytes for storage.
//! - [`FilterSet`] matches an event against very many filters in one pass.
//! - [`Catalog`] knows the classes of events that Nextcloud and its apps send: their fields, samples, and
//!   made-up events of each.
//! - [`lint`](lint()) tells what is suspicious about a filter although it is legal, and
//!   [`Filter::implies`] whether one filter matches wherever another does.
//! - [`EventLog`] holds many events for a filter that changes.
//! - [`Listener`] is a registration: which events go where. It is checked whole, and keeps its secrets.
//! - [`operators`] is the table of the language.
//!
//! # The rules
//!
//! They are MongoDB's, for JSON; what surprises people is in the README. A condition asks about *the
//! values that its path reaches*, of which arrays make several, and holds where **any** of them
//! passes. `$ne`, `$nin`, `$not` and `$nor` negate that as a whole, so they also hold where the field is
//! missing. Types never mix: `"23"` is not `23`, and nothing of one type is less or greater than
//! anything of another.

mod analysis;
mod bytes;
mod case;
mod catalog;
mod compiler;
mod dialect;
mod dialect_filter;
mod error;
mod event;
mod explain;
mod filter;
mod guess;
mod limits;
mod lint;
mod listener;
mod log;
mod migrate;
mod path;
mod portability;
mod program;
mod set;
mod sort;
mod syntax;
mod verdict;
mod vm;
#[cfg(all(target_arch = "wasm32", feature = "wasm"))]
mod wasm;

pub use analysis::Implication;
pub use catalog::{Catalog, EventClass, Field, Mismatch};
pub use dialect::{Dialect, UnknownDialect};
pub use dialect_filter::{DialectCompiler, DialectFilter};
pub use error::{CatalogError, CompileError, ErrorCode, EventError, Problem, Replacement};
pub use event::json::Scratch;
pub use explain::{ExplainOptions, Explanation, ExplanationNode, MissingField, NodeKind, ReachedValue};
pub use filter::{Compiler, Filter};
pub use limits::Limits;
pub use lint::{Lint, LintCode, Severity, Suggestion, lint, lint_nextcloud, lint_portability};
pub use listener::{
    AuthData, AuthMethod, Delivery, DialectListener, Headers, HttpMethod, Listener, ListenerError,
    ListenerId, Listeners, RegisteredFilter, RegisteredFilters, Secret, TokenNeeded, TokenRole,
};
pub use log::{BadLine, EventBits, EventLog, EventVerdicts, FieldSummary, LogFull, LogMemory, PushError};
pub use migrate::{Migration, MigrationNote, MigrationNoteKind, migrate};
pub use program::{Program, ProgramError};
pub use set::{FilterSet, Matches, SetStats, Snapshot};
pub use syntax::operators::{Operator, OperatorPlace, operators};
pub use verdict::{Thrown, Verdict};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
