//! Listeners: their registrations, and how they are doing.

use rusqlite::{Connection, OptionalExtension, Row};
use zeroize::Zeroizing;

use super::codes::GIVEN_UP;
use super::seal::Place;
use super::writer::STEP;
use super::{Health, MasterKey, StoreError, StoredListener};
use crate::core::{DisableReason, GiveUpReason, ListenerId, Timestamp};

/// Stores a registration, and gives it a number.
pub(super) fn insert(
    connection: &Connection,
    key: &MasterKey,
    registration: &str,
    now: Timestamp,
) -> Result<ListenerId, StoreError> {
    connection
        .prepare_cached("INSERT INTO listener (registration, created_at) VALUES (x'', ?1)")?
        .execute([now])?;
    // It is sealed with its number, which is only known now.
    let id = ListenerId::from_number(connection.last_insert_rowid());
    replace(connection, key, id, registration)?;
    Ok(id)
}

/// Replaces a registration; false, if there is no such listener.
pub(super) fn replace(
    connection: &Connection,
    key: &MasterKey,
    id: ListenerId,
    registration: &str,
) -> Result<bool, StoreError> {
    let sealed = key.seal(registration.as_bytes(), Place::Registration(id))?;
    let changed = connection
        .prepare_cached("UPDATE listener SET registration = ?2 WHERE id = ?1")?
        .execute((id, sealed))?;
    Ok(changed > 0)
}

/// Removes a listener; its pending deliveries are then for [`give_up_removed`]. False, if there is no such listener.
pub(super) fn remove(connection: &Connection, id: ListenerId, now: Timestamp) -> Result<bool, StoreError> {
    let removed = connection.prepare_cached("DELETE FROM listener WHERE id = ?1")?.execute([id])? > 0;
    if removed {
        connection
            .prepare_cached("INSERT INTO removed_listener (id, removed_at) VALUES (?1, ?2)")?
            .execute((id, now))?;
    }
    Ok(removed)
}

/// Gives up some of the pending deliveries of a listener that was removed, of any where there is none named. True, if
/// there may be more to do.
pub(super) fn give_up_removed(
    connection: &Connection,
    listener: Option<ListenerId>,
) -> Result<bool, StoreError> {
    let removed: Option<(ListenerId, Timestamp)> = connection
        .prepare_cached("SELECT id, removed_at FROM removed_listener WHERE ?1 IS NULL OR id = ?1 LIMIT 1")?
        .query_row([listener], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((id, removed_at)) = removed else { return Ok(false) };
    let given_up = connection
        .prepare_cached(
            "UPDATE delivery SET state = ?1, reason = ?2, due_at = NULL, finished_at = ?3
             WHERE id IN (SELECT id FROM delivery WHERE listener = ?4 AND state = 0 LIMIT ?5)",
        )?
        .execute((GIVEN_UP, GiveUpReason::ListenerRemoved, removed_at, id, STEP))?;
    if given_up == 0 {
        connection.prepare_cached("DELETE FROM removed_listener WHERE id = ?1")?.execute([id])?;
    }
    Ok(given_up > 0 || listener.is_none())
}

/// Disables a listener; false, if there is no such listener.
pub(super) fn disable(
    connection: &Connection,
    id: ListenerId,
    reason: &DisableReason,
    now: Timestamp,
) -> Result<bool, StoreError> {
    // Where it is disabled already, the first reason is the one that counts.
    let changed = connection
        .prepare_cached(
            "UPDATE listener
             SET disabled_at = coalesce(disabled_at, ?2), disabled_reason = coalesce(disabled_reason, ?3)
             WHERE id = ?1",
        )?
        .execute((id, now, reason))?;
    Ok(changed > 0)
}

/// Enables a listener; false, if there is no such listener.
pub(super) fn enable(connection: &Connection, id: ListenerId) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached(
            "UPDATE listener
             SET disabled_at = NULL, disabled_reason = NULL, failed_in_a_row = 0, failing_since = NULL
             WHERE id = ?1",
        )?
        .execute([id])?;
    Ok(changed > 0)
}

/// Makes some of the pending deliveries of a listener due. True, if there may be more.
pub(super) fn make_due(connection: &Connection, id: ListenerId, now: Timestamp) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached(
            "UPDATE delivery SET due_at = ?2
             WHERE id IN (SELECT id FROM delivery WHERE listener = ?1 AND state = 0 AND due_at > ?2 LIMIT ?3)",
        )?
        .execute((id, now, STEP))?;
    // It does not end when there are none: what fails meanwhile is put off again, and is to stay so.
    Ok(u32::try_from(changed).is_ok_and(|changed| changed == STEP))
}

/// Something was delivered to a listener.
pub(super) fn has_succeeded(
    connection: &Connection,
    id: ListenerId,
    at: Timestamp,
) -> Result<(), StoreError> {
    // Attempts do not end in the order in which they are recorded.
    connection
        .prepare_cached(
            "UPDATE listener
             SET failed_in_a_row = 0, failing_since = NULL, last_success_at = max(coalesce(last_success_at, ?2), ?2)
             WHERE id = ?1",
        )?
        .execute((id, at))?;
    Ok(())
}

/// A delivery to a listener was given up.
pub(super) fn has_failed(connection: &Connection, id: ListenerId, at: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE listener
             SET failed_in_a_row = failed_in_a_row + 1, failing_since = coalesce(failing_since, ?2)
             WHERE id = ?1",
        )?
        .execute((id, at))?;
    Ok(())
}

/// The columns that [`health_of`] reads, from `listener`.
macro_rules! health_columns {
    () => {
        "disabled_at, disabled_reason, failed_in_a_row, failing_since, last_success_at,
         (SELECT count(*) FROM delivery WHERE delivery.listener = listener.id AND delivery.state = 0)"
    };
}

fn health_of(row: &Row<'_>) -> rusqlite::Result<Health> {
    Ok(Health {
        disabled: row.get::<_, Option<_>>(0)?.zip(row.get(1)?),
        failed_in_a_row: row.get(2)?,
        failing_since: row.get(3)?,
        last_success_at: row.get(4)?,
        pending: row.get::<_, i64>(5)?.unsigned_abs(),
    })
}

/// How a listener is doing.
pub(super) fn health(connection: &Connection, id: ListenerId) -> Result<Option<Health>, StoreError> {
    Ok(connection
        .prepare_cached(concat!("SELECT ", health_columns!(), " FROM listener WHERE id = ?1"))?
        .query_row([id], health_of)
        .optional()?)
}

/// All listeners, in the order of their numbers.
pub(super) fn all(connection: &Connection, key: &MasterKey) -> Result<Vec<StoredListener>, StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        health_columns!(),
        ", id, created_at, registration FROM listener ORDER BY id"
    ))?;
    let mut rows = statement.query([])?;
    let mut listeners = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(6)?;
        let registration = unseal(key, id, row.get_ref(8)?.as_bytes().map_err(rusqlite::Error::from)?)?;
        listeners.push(StoredListener { id, registration, created_at: row.get(7)?, health: health_of(row)? });
    }
    Ok(listeners)
}

fn unseal(key: &MasterKey, id: ListenerId, sealed: &[u8]) -> Result<Zeroizing<String>, StoreError> {
    let damaged = || StoreError::Damaged(format!("the registration of listener {id} cannot be decrypted"));
    let mut plain = key.unseal(sealed, Place::Registration(id)).ok_or_else(damaged)?;
    String::from_utf8(std::mem::take(&mut plain)).map(Zeroizing::new).map_err(|_| damaged())
}
