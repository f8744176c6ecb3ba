//! Deliveries: which are due, and how they stand.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use super::codes::{DELIVERED, GIVEN_UP, PENDING};
use super::events::{AFTER_ALL_IDS, MAX_ROWS};
use super::{DeliveryQuery, DeliveryState, DeliverySummary, DueDelivery, StoreError};
use crate::core::{DeliveryId, ListenerId, Timestamp};

/// One look at the index for each listener, however many deliveries there are.
const NEXT_DUE: &str = "SELECT id, (
        SELECT due_at FROM delivery INDEXED BY delivery_pending
        WHERE delivery.listener = listener.id AND delivery.state = 0 ORDER BY due_at LIMIT 1
    )
    FROM listener WHERE disabled_at IS NULL ORDER BY id";

/// `?1` is a listener, `?2` how many.
const DUE: &str =
    "SELECT delivery.id, delivery.event, event.accepted_at, delivery.attempts, delivery.due_at, event.body
    FROM delivery INDEXED BY delivery_pending CROSS JOIN event ON event.id = delivery.event
    WHERE delivery.listener = ?1 AND delivery.state = 0
        AND EXISTS (SELECT 1 FROM listener WHERE listener.id = ?1 AND listener.disabled_at IS NULL)
    ORDER BY delivery.due_at, delivery.id LIMIT ?2";

/// For each listener that is not disabled and has pending deliveries, when the first is due.
pub(super) fn next_due(connection: &Connection) -> Result<Vec<(ListenerId, Timestamp)>, StoreError> {
    let mut statement = connection.prepare_cached(NEXT_DUE)?;
    let mut rows = statement.query([])?;
    let mut next_due = Vec::new();
    while let Some(row) = rows.next()? {
        if let Some(due_at) = row.get(1)? {
            next_due.push((row.get(0)?, due_at));
        }
    }
    Ok(next_due)
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
    let mut statement = connection.prepare_cached(DUE)?;
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

/// The statement for a page of a list, and its parameters from `?4` on.
fn page_of(query: &DeliveryQuery) -> (&'static str, Vec<&dyn ToSql>) {
    match (&query.listener, &query.event) {
        (None, None) => (page!("delivery_state", "true"), vec![]),
        (Some(listener), None) => (page!("delivery_listener", "delivery.listener = ?4"), vec![listener]),
        (None, Some(event)) => (page!("delivery_event", "delivery.event = ?4"), vec![event]),
        (Some(listener), Some(event)) => {
            (page!("delivery_event", "delivery.event = ?4 AND delivery.listener = ?5"), vec![event, listener])
        }
    }
}

/// Deliveries, newest first.
pub(super) fn list(
    connection: &Connection,
    query: &DeliveryQuery,
) -> Result<Vec<DeliverySummary>, StoreError> {
    let limit = query.limit.min(MAX_ROWS);
    let before = query.before.as_ref().map_or(AFTER_ALL_IDS.as_slice(), |id| id.as_bytes());
    let (sql, of) = page_of(query);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::EventId;
    use crate::store::{MasterKey, schema};

    /// How SQLite goes about a statement.
    fn plan(sql: &str) -> String {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::prepare(&mut connection, &MasterKey::from_bytes([1; 32])).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        for parameter in 1..=statement.parameter_count() {
            statement.raw_bind_parameter(parameter, 1).unwrap();
        }
        let mut rows = statement.raw_query();
        let mut plan = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            plan.push(row.get::<_, String>(3).unwrap());
        }
        plan.join("\n")
    }

    /// What is asked for all the time costs as much as it returns, not as much as is stored.
    #[test]
    fn what_is_due_is_looked_up_in_the_index() {
        let next_due = plan(NEXT_DUE);
        assert_eq!(
            next_due.matches("SEARCH delivery USING COVERING INDEX delivery_pending (listener=?)").count(),
            1,
            "{next_due}"
        );
        let due = plan(DUE);
        assert!(due.contains("SEARCH delivery USING INDEX delivery_pending (listener=?)"), "{due}");
        for plan in [next_due, due] {
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN delivery"), "{plan}");
        }
    }

    #[test]
    fn lists_are_read_in_their_order() {
        let (listener, event) = (ListenerId::from_number(1), EventId::from_bytes([1; 16]));
        for (listener, expected) in [
            (None, "delivery_state (state=? AND id<?)"),
            (Some(listener), "delivery_listener (listener=? AND state=? AND id<?)"),
        ] {
            let plan = plan(page_of(&DeliveryQuery { listener, ..DeliveryQuery::default() }).0);
            assert!(plan.contains(expected), "{plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
        }
        for listener in [None, Some(listener)] {
            let plan =
                plan(page_of(&DeliveryQuery { listener, event: Some(event), ..DeliveryQuery::default() }).0);
            assert!(plan.contains("delivery_event (event=?"), "{plan}");
        }
    }
}
