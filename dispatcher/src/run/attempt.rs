//! One attempt, from the stored event to what is stored about its outcome.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::Notice;
use super::clock::{now, random};
use super::scheduler::Slot;
use super::shared::{STORE_PAUSE, Shared};
use crate::core::{Decision, Delivery, DisableReason, Failure, ListenerId, Outcome, Registration, Request};
use crate::deliver::Attempt;
use crate::store::{AttemptRecord, DueDelivery, StoreError};

/// Makes an attempt and stores what comes of it. Where that cannot be stored, the delivery stays pending
/// as it was, and is attempted again.
pub(super) async fn run(
    shared: Arc<Shared>,
    listener: ListenerId,
    registration: Arc<Registration>,
    due: DueDelivery,
    mut slot: Slot,
) {
    let delivery = Delivery {
        id: due.id,
        listener,
        event: due.event,
        accepted_at: due.accepted_at,
        attempt: due.attempts.saturating_add(1),
    };
    let started_at = now();
    if due.attempts == 0 {
        shared.metrics.first_attempt.observe(started_at.since(due.accepted_at).as_secs_f64());
    }
    let attempt = match Request::new(&delivery, &registration, &due.body, started_at) {
        Ok(request) => shared.client.send(request, &shared.abort).await,
        Err(error) => {
            tracing::warn!(listener = %listener, delivery = %due.id, %error, "no request can be made");
            let outcome = Outcome::Failed(Failure::Request);
            Attempt { outcome, duration: Duration::ZERO, answer: Vec::new() }
        }
    };
    shared.metrics.attempt(&attempt.outcome, attempt.duration);
    if attempt.outcome == Outcome::Failed(Failure::Interrupted) {
        return;
    }
    let policy = &registration.settings().retry;
    let decision = policy.on_outcome(&attempt.outcome, delivery.attempt, now(), random());
    log(&delivery, &attempt, &decision);

    let record = AttemptRecord {
        delivery: due.id,
        listener,
        attempt: delivery.attempt,
        started_at,
        duration: attempt.duration,
        result: match attempt.outcome {
            Outcome::Answered { status, .. } => Ok(status),
            Outcome::Failed(failure) => Err(failure),
        },
        answer: attempt.answer,
        decision: decision.clone(),
    };
    if store(&shared, record).await.is_err() {
        return;
    }
    shared.metrics.decision(&decision);
    shared.notify(|| Notice::Delivery { id: due.id, listener });
    match decision {
        Decision::Done => {}
        Decision::RetryAt(at) => slot.retry_at(at),
        Decision::GiveUp(_) => disable_if_hopeless(&shared, listener, &registration).await,
        Decision::Disable(reason) => is_disabled(&shared, listener, &reason),
    }
}

/// Until it is stored, or the dispatcher has to end.
async fn store(shared: &Shared, record: AttemptRecord) -> Result<(), StoreError> {
    loop {
        match shared.store.record(record.clone()).await {
            Ok(()) => return Ok(()),
            Err(error) => {
                shared.metrics.store_errors.inc();
                tracing::error!(delivery = %record.delivery, %error, "an attempt cannot be stored");
                tokio::select! {
                    () = shared.stopping.cancelled() => return Err(error),
                    () = sleep(STORE_PAUSE) => {}
                }
            }
        }
    }
}

/// A listener that fails on and on gets no more deliveries.
async fn disable_if_hopeless(shared: &Shared, listener: ListenerId, registration: &Registration) {
    let disabled = async {
        let Some(health) = shared.store.health(listener).await? else { return Ok(None) };
        if health.disabled.is_some() {
            return Ok(None);
        }
        let policy = &registration.settings().retry;
        let reason = policy.disable_after(health.failed_in_a_row, health.failing_since, now());
        if let Some(reason) = &reason {
            shared.store.set_disabled(listener, Some(reason.clone()), now()).await?;
        }
        Ok::<_, StoreError>(reason)
    };
    match disabled.await {
        Ok(None) => {}
        Ok(Some(reason)) => is_disabled(shared, listener, &reason),
        Err(error) => tracing::error!(listener = %listener, %error, "the listener cannot be disabled"),
    }
}

fn is_disabled(shared: &Shared, listener: ListenerId, reason: &DisableReason) {
    tracing::warn!(listener = %listener, ?reason, "the listener is disabled");
    shared.listener_is_enabled(listener, false);
}

fn log(delivery: &Delivery, attempt: &Attempt, decision: &Decision) {
    tracing::info!(
        delivery = %delivery.id,
        listener = %delivery.listener,
        event = %delivery.event,
        attempt = delivery.attempt,
        outcome = ?attempt.outcome,
        milliseconds = u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX),
        ?decision,
        "attempt"
    );
}
