//! What can be set.

use std::time::Duration;

use crate::deliver::ClientOptions;
use crate::store::{Retention, StoreOptions};

/// How a dispatcher works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where everything is kept.
    pub store: StoreOptions,
    /// How deliveries are made.
    pub client: ClientOptions,
    /// Attempts under way at the same time, in all.
    pub max_in_flight: usize,
    /// Attempts under way at the same time to one host (name and port).
    pub max_in_flight_per_host: usize,
    /// The largest event, in bytes.
    pub max_event: usize,
    /// How long attempts may go on after the dispatcher is asked to stop.
    pub shutdown_grace: Duration,
    /// How long finished things are kept.
    pub retention: Retention,
    /// How often what has been kept long enough is removed.
    pub clean_up_every: Duration,
}
