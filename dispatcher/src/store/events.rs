//! Events, and the requests that brought them.

use rusqlite::{Connection, OptionalExtension, Row};

use super::codes::{GIVEN_UP, PENDING};
use super::{Idempotency, NewBatch, NewEvent, StoreError, Stored, StoredEvent};
use crate::core::{EventId, GiveUpReason, Timestamp};

/// Greater than every id.
pub(super) const AFTER_ALL_IDS: [u8; 17] = [0xff; 17];

/// Rows of a list at most.
pub(super) const MAX_ROWS: u32 = 1_000;

/// Stores events and their deliveries, unless the same request was there before.
pub(super) fn accept(connection: &Connection, batch: &NewBatch) -> Result<Stored, StoreError> {
    if let Some(request) = &batch.idempotency {
        if let Some(earlier) = earlier_answer(connection, request)? {
            return Ok(earlier);
        }
        connection
            .prepare_cached(
                "INSERT INTO idempotency (key, fingerprint, answer, stored_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((&request.key, request.fingerprint, &request.answer, batch.accepted_at))?;
    }
    for event in &batch.events {
        insert(connection, event, batch.accepted_at)?;
    }
    Ok(Stored::Committed)
}

fn earlier_answer(connection: &Connection, request: &Idempotency) -> Result<Option<Stored>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT fingerprint, answer FROM idempotency WHERE key = ?1")?
        .query_row([&request.key], |row| {
            let is_same = row.get::<_, [u8; 32]>(0)? == request.fingerprint;
            Ok(if is_same { Stored::Repeated(row.get(1)?) } else { Stored::KeyReused })
        })
        .optional()?)
}

fn insert(connection: &Connection, event: &NewEvent, accepted_at: Timestamp) -> Result<(), StoreError> {
    connection.prepare_cached("INSERT INTO event (id, accepted_at, body) VALUES (?1, ?2, ?3)")?.execute((
        event.id,
        accepted_at,
        &*event.body,
    ))?;
    let mut is_known = connection.prepare_cached("SELECT 1 FROM listener WHERE id = ?1")?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO delivery (id, event, listener, state, reason, due_at, finished_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (listener, delivery) in &event.deliveries {
        // It may have been removed since the event was routed.
        if is_known.exists([listener])? {
            insert.execute((delivery, event.id, listener, PENDING, None::<i64>, accepted_at, None::<i64>))?;
        } else {
            let reason = GiveUpReason::ListenerRemoved;
            insert.execute((delivery, event.id, listener, GIVEN_UP, reason, None::<i64>, accepted_at))?;
        }
    }
    Ok(())
}

/// An event.
pub(super) fn get(connection: &Connection, id: EventId) -> Result<Option<StoredEvent>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT id, accepted_at, body FROM event WHERE id = ?1")?
        .query_row([id], event_of)
        .optional()?)
}

/// The latest events, newest first.
pub(super) fn recent(
    connection: &Connection,
    limit: u32,
    before: Option<EventId>,
) -> Result<Vec<StoredEvent>, StoreError> {
    let before = before.as_ref().map_or(AFTER_ALL_IDS.as_slice(), |id| id.as_bytes());
    let mut statement = connection
        .prepare_cached("SELECT id, accepted_at, body FROM event WHERE id < ?1 ORDER BY id DESC LIMIT ?2")?;
    let events = statement.query_map((before, limit.min(MAX_ROWS)), event_of)?;
    Ok(events.collect::<Result<_, _>>()?)
}

fn event_of(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent { id: row.get(0)?, accepted_at: row.get(1)?, body: row.get(2)? })
}
