//! Attempts, and what follows from them.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};

use super::codes::{AttemptResult, DELIVERED, GIVEN_UP, PENDING};
use super::{AttemptRecord, AttemptSummary, StoreError, listeners};
use crate::core::{Decision, DeliveryId, Failure, GiveUpReason, Timestamp};

/// Bytes of an answer that are kept at most.
const MAX_ANSWER: usize = 16 * 1_024;

/// Stores an attempt and what follows from it.
pub(super) fn record(connection: &Connection, record: &AttemptRecord) -> Result<(), StoreError> {
    if record.result == Err(Failure::Interrupted) {
        return put_back(connection, record);
    }
    let state: Option<i64> = connection
        .prepare_cached("SELECT state FROM delivery WHERE id = ?1")?
        .query_row([record.delivery], |row| row.get(0))
        .optional()?;
    let Some(state) = state else { return Ok(()) };
    if !insert_attempt(connection, record)? {
        return Ok(());
    }
    connection
        .prepare_cached("UPDATE delivery SET attempts = max(attempts, ?2) WHERE id = ?1")?
        .execute((record.delivery, record.attempt))?;
    // Given up meanwhile, since its listener was removed: the attempt is for the log only.
    if state != PENDING {
        return Ok(());
    }
    let ended_at = record.started_at.after(record.duration);
    match &record.decision {
        Decision::Done => {
            finish(connection, record.delivery, DELIVERED, None, ended_at)?;
            listeners::has_succeeded(connection, record.listener, ended_at)
        }
        Decision::RetryAt(due_at) => set_due(connection, record.delivery, *due_at),
        Decision::GiveUp(reason) => {
            finish(connection, record.delivery, GIVEN_UP, Some(*reason), ended_at)?;
            listeners::has_failed(connection, record.listener, ended_at)
        }
        Decision::Disable(reason) => {
            finish(connection, record.delivery, GIVEN_UP, Some(given_up_for(record.result)), ended_at)?;
            listeners::has_failed(connection, record.listener, ended_at)?;
            listeners::disable(connection, record.listener, reason, ended_at)?;
            Ok(())
        }
    }
}

/// What was interrupted is no attempt: its number is free for the next one.
fn put_back(connection: &Connection, record: &AttemptRecord) -> Result<(), StoreError> {
    match record.decision {
        Decision::RetryAt(due_at) => set_due(connection, record.delivery, due_at),
        _ => Ok(()),
    }
}

/// False, if it is stored already.
fn insert_attempt(connection: &Connection, record: &AttemptRecord) -> Result<bool, StoreError> {
    let answer = record.answer.get(..MAX_ANSWER).unwrap_or(&record.answer);
    let inserted = connection
        .prepare_cached(
            "INSERT INTO attempt (delivery, number, started_at, duration, result, answer)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (delivery, number) DO NOTHING",
        )?
        .execute((
            record.delivery,
            record.attempt,
            record.started_at,
            i64::try_from(record.duration.as_millis()).unwrap_or(i64::MAX),
            AttemptResult(record.result),
            answer,
        ))?;
    Ok(inserted > 0)
}

fn set_due(connection: &Connection, id: DeliveryId, due_at: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE delivery SET due_at = ?2 WHERE id = ?1 AND state = 0")?
        .execute((id, due_at))?;
    Ok(())
}

fn finish(
    connection: &Connection,
    id: DeliveryId,
    state: i64,
    reason: Option<GiveUpReason>,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE delivery SET state = ?2, reason = ?3, due_at = NULL, finished_at = ?4 WHERE id = ?1",
        )?
        .execute((id, state, reason, at))?;
    Ok(())
}

/// Why the delivery is given up whose attempt has disabled the listener.
fn given_up_for(result: Result<u16, Failure>) -> GiveUpReason {
    match result {
        Ok(status) => GiveUpReason::Status(status),
        Err(Failure::AddressRefused) => GiveUpReason::AddressRefused,
        Err(Failure::Request) => GiveUpReason::Request,
        Err(_) => GiveUpReason::AttemptsExhausted,
    }
}

/// The attempts of a delivery, in their order.
pub(super) fn of_delivery(
    connection: &Connection,
    delivery: DeliveryId,
) -> Result<Vec<AttemptSummary>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT number, started_at, duration, result, answer FROM attempt WHERE delivery = ?1 ORDER BY number",
    )?;
    let attempts = statement.query_map([delivery], |row| {
        let AttemptResult(result) = row.get(3)?;
        Ok(AttemptSummary {
            attempt: row.get(0)?,
            started_at: row.get(1)?,
            duration: Duration::from_millis(row.get::<_, i64>(2)?.unsigned_abs()),
            result,
            answer: row.get(4)?,
        })
    })?;
    Ok(attempts.collect::<Result<_, _>>()?)
}
