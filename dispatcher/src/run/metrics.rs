//! What can be counted and measured, in the format of Prometheus.

use std::borrow::Cow;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::core::{Decision, Outcome};

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct AttemptLabels {
    /// `2xx` and so on, or the kind of failure, with `_` for `-`.
    result: Cow<'static, str>,
}

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct DecisionLabels {
    decision: &'static str,
}

pub(super) struct Metrics {
    registry: Registry,
    pub(super) events: Counter,
    pub(super) refused_lines: Counter,
    pub(super) deliveries: Counter,
    pub(super) store_errors: Counter,
    pub(super) in_flight: Gauge,
    pub(super) listeners: Gauge,
    pub(super) first_attempt: Histogram,
    pub(super) commit: Histogram,
    attempts: Family<AttemptLabels, Counter>,
    attempt_seconds: Histogram,
    decisions: Family<DecisionLabels, Counter>,
}

impl Metrics {
    pub(super) fn new() -> Self {
        // From half a millisecond to half a minute.
        let seconds = || Histogram::new(exponential_buckets(0.000_5, 2.0, 17));
        let metrics = Self {
            registry: Registry::with_prefix("hooksieve"),
            events: Counter::default(),
            refused_lines: Counter::default(),
            deliveries: Counter::default(),
            store_errors: Counter::default(),
            in_flight: Gauge::default(),
            listeners: Gauge::default(),
            first_attempt: seconds(),
            commit: seconds(),
            attempts: Family::default(),
            attempt_seconds: seconds(),
            decisions: Family::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("events_accepted", "Events that were accepted", self.events.clone());
        registry.register(
            "lines_refused",
            "Lines that were sent as events and are none",
            self.refused_lines.clone(),
        );
        registry.register(
            "deliveries_created",
            "Deliveries that accepted events have led to",
            self.deliveries.clone(),
        );
        registry.register("store_errors", "Failures of the store", self.store_errors.clone());
        registry.register("attempts_in_flight", "Attempts under way", self.in_flight.clone());
        registry.register(
            "listeners",
            "Registered listeners, those that are disabled included",
            self.listeners.clone(),
        );
        registry.register("attempts", "Attempts that have ended", self.attempts.clone());
        registry.register("decisions", "What followed attempts", self.decisions.clone());
        registry.register_with_unit(
            "attempt_duration",
            "How long attempts took",
            Unit::Seconds,
            self.attempt_seconds.clone(),
        );
        registry.register_with_unit(
            "first_attempt_delay",
            "From the acceptance of an event to the first attempt of a delivery",
            Unit::Seconds,
            self.first_attempt.clone(),
        );
        registry.register_with_unit(
            "commit_duration",
            "How long the events of a request took to be stored",
            Unit::Seconds,
            self.commit.clone(),
        );
        self
    }

    pub(super) fn attempt(&self, outcome: &Outcome, duration: Duration) {
        let result = match outcome {
            Outcome::Answered { status, .. } => Cow::from(match status / 100 {
                1 => "1xx",
                2 => "2xx",
                3 => "3xx",
                4 => "4xx",
                _ => "5xx",
            }),
            Outcome::Failed(failure) => failure.as_str().replace('-', "_").into(),
        };
        self.attempts.get_or_create(&AttemptLabels { result }).inc();
        self.attempt_seconds.observe(duration.as_secs_f64());
    }

    pub(super) fn decision(&self, decision: &Decision) {
        let decision = match decision {
            Decision::Done => "delivered",
            Decision::RetryAt(_) => "retry",
            Decision::GiveUp(_) => "given_up",
            Decision::Disable(_) => "disabled",
        };
        self.decisions.get_or_create(&DecisionLabels { decision }).inc();
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into memory does not fail.
        if encode(&mut text, &self.registry).is_err() {
            text.clear();
        }
        text
    }
}
