//! Removes what has been kept long enough, in steps that are small enough for others to write in between.

use rusqlite::{Connection, OptionalExtension};

use super::StoreError;
use super::writer::STEP;
use crate::core::{EventId, Timestamp};

/// Free pages that stay in the file: to give back what is soon taken again is no use.
const FREE_PAGES_KEPT: i64 = 256;

/// Where to go on in the list of old events.
pub(super) type Position = (Timestamp, EventId);

/// Removes some of the deliveries that ended at a time or before, with their attempts. Returns how many.
pub(super) fn deliveries(connection: &Connection, until: Timestamp) -> Result<u32, StoreError> {
    remove(
        connection,
        "DELETE FROM delivery WHERE id IN (
            SELECT id FROM delivery INDEXED BY delivery_finished WHERE finished_at <= ?1
            ORDER BY finished_at LIMIT ?2
         )",
        until,
    )
}

/// Removes some of the answers that were stored at a time or before. Returns how many.
pub(super) fn idempotency(connection: &Connection, until: Timestamp) -> Result<u32, StoreError> {
    remove(
        connection,
        "DELETE FROM idempotency WHERE rowid IN (
            SELECT rowid FROM idempotency WHERE stored_at <= ?1 ORDER BY stored_at LIMIT ?2
         )",
        until,
    )
}

fn remove(connection: &Connection, sql: &str, until: Timestamp) -> Result<u32, StoreError> {
    let removed = connection.prepare_cached(sql)?.execute((until, STEP))?;
    Ok(u32::try_from(removed).unwrap_or(u32::MAX))
}

/// Some of the events that were accepted at a time or before and have no delivery, in order, after a position. For a
/// reader: there may be many in between that still have one.
pub(super) fn old_events(
    connection: &Connection,
    until: Timestamp,
    after: Option<Position>,
) -> Result<Vec<Position>, StoreError> {
    let (accepted_at, id) = after.unwrap_or((Timestamp::from_millis(i64::MIN), EventId::from_bytes([0; 16])));
    let mut statement = connection.prepare_cached(
        "SELECT accepted_at, id FROM event INDEXED BY event_accepted_at
         WHERE accepted_at <= ?1 AND accepted_at >= ?2 AND (accepted_at > ?2 OR id > ?3)
             AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.event = event.id)
         ORDER BY accepted_at, id LIMIT ?4",
    )?;
    let events = statement.query_map((until, accepted_at, id, STEP), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(events.collect::<Result<_, _>>()?)
}

/// Removes events, but for those that have deliveries. Returns how many.
pub(super) fn events(connection: &Connection, events: &[Position]) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM event WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM delivery WHERE event = ?1)",
    )?;
    let mut removed = 0;
    for (_, id) in events {
        removed += u64::try_from(statement.execute([id])?).unwrap_or(0);
    }
    Ok(removed)
}

/// Gives some free pages back to the disk. True, if there are more.
pub(super) fn give_back_pages(connection: &Connection) -> Result<bool, StoreError> {
    let free = |connection: &Connection| {
        connection
            .prepare_cached("PRAGMA freelist_count")?
            .query_row([], |row| row.get::<_, i64>(0))
            .optional()
            .map(Option::unwrap_or_default)
    };
    let before = free(connection)?;
    let spare = (before - FREE_PAGES_KEPT).clamp(0, i64::from(STEP));
    if spare > 0 {
        let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({spare})"))?;
        let mut pages = statement.query([])?;
        while pages.next()?.is_some() {}
    }
    let after = free(connection)?;
    Ok(after < before && after > FREE_PAGES_KEPT)
}
