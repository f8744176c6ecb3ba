//! Deliveries: which are due, and how they stand.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use super::codes::{DELIVERED, GIVEN_UP, PENDING};
use super::events::{AFTER_ALL_IDS, MAX_ROWS};
use super::{DeliveryQuery, DeliveryState, DeliverySummary, DueDelivery, StoreError};
use crate::core::{DeliveryId, ListenerId, Timestamp};

/// For each listener that is not disabled and has pending deliveries, when the first is due.
pub(super) fn next_due(connection: &Connection) -> Result<Vec<(ListenerId, Timestamp)>, StoreError> {
    // One look at the index for each listener, however many deliveries there are.
    let mut statement = connection.prepare_cached(
        "SELECT id, first_due FROM (
            SELECT id, (
                SELECT due_at FROM delivery WHERE delivery.listener = listener.id AND delivery.state = 0
                ORDER BY due_at LIMIT 1
            ) AS first_due
            FROM listener WHERE disabled_at IS NULL
         ) WHERE first_due IS NOT NULL ORDER BY id",
    )?;
    let due = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(due.collect::<Result<_, _>>()?)
}

/// The pending deliveries of a listener that is not disabled, in the order in which they are due.
pub(super) fn due(
    connection: &Connection,
    listener: ListenerId,
    limit: u32,
    except: &[DeliveryId],
) -> Result<Vec<DueDelivery>, StoreError> {
    let except: HashSet<&DeliveryId> = except.iter().collect();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut statement = connection.prepare_cached(
        "SELECT delivery.id, delivery.event, event.accepted_at, delivery.attempts, delivery.due_at, event.body
         FROM delivery INDEXED BY delivery_pending CROSS JOIN event ON event.id = delivery.event
         WHERE delivery.listener = ?1 AND delivery.state = 0
             AND EXISTS (SELECT 1 FROM listener WHERE listener.id = ?1 AND listener.disabled_at IS NULL)
         ORDER BY delivery.due_at, delivery.id LIMIT ?2",
    )?;
    let rows = i64::try_from(limit.saturating_add(except.len())).unwrap_or(i64::MAX);
    let mut rows = statement.query((listener, rows))?;
    let mut due = Vec::new();
    while due.len() < limit
        && let Some(row) = rows.next()?
    {
        let id = row.get(0)?;
        if except.contains(&id) {
            continue;
        }
        due.push(DueDelivery {
            id,
            event: row.get(1)?,
            accepted_at: row.get(2)?,
            attempts: row.get(3)?,
            due_at: row.get(4)?,
            body: row.get(5)?,
        });
    }
    Ok(due)
}

/// Makes a finished delivery pending again, if its listener is still there.
pub(super) fn redeliver(
    connection: &Connection,
    id: DeliveryId,
    now: Timestamp,
) -> Result<Option<ListenerId>, StoreError> {
    Ok(connection
        .prepare_cached(
            "UPDATE delivery SET state = 0, reason = NULL, due_at = ?2, finished_at = NULL
             WHERE id = ?1 AND state <> 0 AND EXISTS (SELECT 1 FROM listener WHERE id = delivery.listener)
             RETURNING listener",
        )?
        .query_row((id, now), |row| row.get(0))
        .optional()?)
}

/// The start of a statement whose rows are for [`summary_of`].
macro_rules! summaries {
    () => {
        "SELECT delivery.id, delivery.event, delivery.listener, event.accepted_at, delivery.state, delivery.reason,
            delivery.attempts, delivery.due_at, delivery.finished_at
         FROM delivery "
    };
}

/// A page of a list, of one state: `?1`; `?2` is the id that it ends before, `?3` its length. It is read from an index in
/// which the deliveries stand in the order of their ids, or (those of one event) are few.
macro_rules! page {
    ($index:literal, $condition:literal) => {
        concat!(
            summaries!(),
            "INDEXED BY ",
            $index,
            " CROSS JOIN event ON event.id = delivery.event
             WHERE delivery.state = ?1 AND delivery.id < ?2 AND ",
            $condition,
            " ORDER BY delivery.id DESC LIMIT ?3"
        )
    };
}

/// Deliveries, newest first.
pub(super) fn list(connection: &Connection, query: &DeliveryQuery) -> Result<Vec<DeliverySummary>, StoreError> {
    let limit = query.limit.min(MAX_ROWS);
    let before = query.before.as_ref().map_or(AFTER_ALL_IDS.as_slice(), |id| id.as_bytes());
    let (sql, of): (&str, Vec<&dyn ToSql>) = match (&query.listener, &query.event) {
        (None, None) => (page!("delivery_state", "true"), vec![]),
        (Some(listener), None) => (page!("delivery_listener", "delivery.listener = ?4"), vec![listener]),
        (None, Some(event)) => (page!("delivery_event", "delivery.event = ?4"), vec![event]),
        (Some(listener), Some(event)) => {
            (page!("delivery_event", "delivery.event = ?4 AND delivery.listener = ?5"), vec![event, listener])
        }
    };
    let states = match query.state {
        None => &[PENDING, DELIVERED, GIVEN_UP][..],
        Some(DeliveryState::Pending) => &[PENDING],
        Some(DeliveryState::Delivered) => &[DELIVERED],
        Some(DeliveryState::GivenUp(_)) => &[GIVEN_UP],
    };
    let mut statement = connection.prepare_cached(sql)?;
    let mut deliveries = Vec::new();
    for state in states {
        let fixed: [&dyn ToSql; 3] = [state, &before, &limit];
        let parameters: Vec<_> = fixed.into_iter().chain(of.iter().copied()).collect();
        for delivery in statement.query_map(parameters.as_slice(), summary_of)? {
            deliveries.push(delivery?);
        }
    }
    deliveries.sort_unstable_by_key(|delivery| std::cmp::Reverse(delivery.id));
    deliveries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(deliveries)
}

/// A delivery.
pub(super) fn get(connection: &Connection, id: DeliveryId) -> Result<Option<DeliverySummary>, StoreError> {
    Ok(connection
        .prepare_cached(concat!(
            summaries!(),
            "JOIN event ON event.id = delivery.event WHERE delivery.id = ?1"
        ))?
        .query_row([id], summary_of)
        .optional()?)
}

fn summary_of(row: &Row<'_>) -> rusqlite::Result<DeliverySummary> {
    let state = match row.get(4)? {
        PENDING => DeliveryState::Pending,
        DELIVERED => DeliveryState::Delivered,
        GIVEN_UP => DeliveryState::GivenUp(row.get(5)?),
        code => return Err(rusqlite::Error::IntegralValueOutOfRange(4, code)),
    };
    Ok(DeliverySummary {
        id: row.get(0)?,
        event: row.get(1)?,
        listener: row.get(2)?,
        created_at: row.get(3)?,
        state,
        attempts: row.get(6)?,
        due_at: row.get(7)?,
        finished_at: row.get(8)?,
    })
}
