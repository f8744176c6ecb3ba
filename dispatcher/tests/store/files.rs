use std::time::Duration;

use hooksieve_dispatcher::core::{
    Decision, DeliveryId, DisableReason, EventId, Failure, GiveUpReason, ListenerId, Timestamp,
};
use hooksieve_dispatcher::store::{
    DeliveryState, Health, Idempotency, MasterKey, NewBatch, Store, StoreError, StoreOptions, Stored,
};
use rusqlite::Connection;

use crate::support::{Fixture, KEY, at, attempt};

fn open(path: std::path::PathBuf) -> Result<Store, StoreError> {
    Store::open(&StoreOptions { path, busy_timeout: Duration::from_millis(10) }, MasterKey::from_bytes(KEY))
}

#[tokio::test]
async fn a_store_is_opened_once() {
    let fixture = Fixture::new();
    let error = open(fixture.path()).unwrap_err();
    assert_eq!(error, StoreError::Locked);
    let clone = fixture.store.clone();
    let (path, folder) = (fixture.path(), fixture.close());
    assert_eq!(open(path.clone()).unwrap_err(), StoreError::Locked);
    drop(clone);
    open(path).unwrap();
    drop(folder);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_has_access_to_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let fixture = Fixture::new();
    fixture.listener().await;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(fixture.folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["store.db", "store.db-shm", "store.db-wal", "store.db.lock"]);
}

#[test]
fn what_is_no_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text");
    std::fs::write(&text, "no database, but long enough to be one\n".repeat(100)).unwrap();
    assert!(matches!(open(text), Err(StoreError::Damaged(_))));

    let other = folder.path().join("other");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE other (id INTEGER)").unwrap();
    let error = open(other).unwrap_err();
    assert_eq!(error.to_string(), "the database is damaged: it belongs to another program");

    let nowhere = open(folder.path().join("no/folder/store")).unwrap_err();
    assert!(nowhere.to_string().contains("no/folder/store.lock`: "), "{nowhere}");
    assert!(matches!(open(folder.path().to_owned()), Err(StoreError::Other(_))));
}

#[test]
fn a_file_of_a_later_version_is_refused() {
    let fixture = Fixture::new();
    let path = fixture.path();
    let folder = fixture.close();
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = open(path).unwrap_err();
    assert_eq!(error, StoreError::TooNew { found: 99, known: 1 });
    assert_eq!(error.to_string(), "the database has schema 99, this program knows 1");
    drop(folder);
}

#[test]
fn an_empty_file_becomes_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    std::fs::write(&path, "").unwrap();
    drop(open(path.clone()).unwrap());
    let connection = Connection::open(path).unwrap();
    let setting = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(setting("PRAGMA journal_mode"), "wal");
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("PRAGMA auto_vacuum"), 2);
    assert_eq!(number("PRAGMA application_id"), i64::from(u32::from_be_bytes(*b"hook")));
    assert_eq!(number("PRAGMA user_version"), 1);
}

/// A file of schema 1, as the first version wrote it: whatever comes later must read it.
#[tokio::test]
async fn a_file_of_schema_1_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("schema_1.sql")).unwrap();
    drop(connection);
    let fixture = Fixture::open(folder).unwrap();
    let store = &fixture.store;

    let listeners = store.listeners().await.unwrap();
    let ids: Vec<_> = listeners.iter().map(|one| one.id.number()).collect();
    assert_eq!(ids, [1, 3]);
    assert_eq!(listeners[0].registration.as_str(), r#"{"uri": "https://one.example"}"#);
    assert_eq!(listeners[1].registration.as_str(), r#"{"uri": "https://three.example"}"#);
    assert_eq!(
        listeners[0].health,
        Health {
            disabled: None,
            failed_in_a_row: 1,
            failing_since: Some(at(325)),
            last_success_at: Some(at(225)),
            pending: 1
        }
    );
    assert_eq!(listeners[1].health.disabled, Some((at(50), DisableReason::KeepsFailing { deliveries: 9 })));
    assert_eq!(fixture.listener().await.number(), 4);

    let [done, failed, retried, removed] = [1, 2, 3, 4].map(|byte| DeliveryId::from_bytes([byte; 16]));
    assert_eq!(fixture.state(done).await, DeliveryState::Delivered);
    assert_eq!(fixture.state(failed).await, DeliveryState::GivenUp(GiveUpReason::Status(404)));
    assert_eq!(fixture.state(removed).await, DeliveryState::GivenUp(GiveUpReason::ListenerRemoved));
    let (summary, attempts) = store.delivery(retried).await.unwrap().unwrap();
    assert_eq!((summary.state, summary.due_at), (DeliveryState::Pending, Some(at(9_000))));
    assert_eq!(attempts.iter().map(|one| one.result).collect::<Vec<_>>(), [Err(Failure::Timeout), Ok(503)]);
    assert_eq!(store.next_due().await.unwrap(), [(ListenerId::from_number(1), at(9_000))]);
    let event = store.event(EventId::from_bytes([1; 16])).await.unwrap().unwrap();
    assert_eq!((event.accepted_at, &*event.body), (at(100), br#"{"n": 1}"#.as_slice()));
    let idempotency = Idempotency { key: "key".into(), fingerprint: [5; 32], answer: String::new() };
    let request =
        NewBatch { accepted_at: Timestamp::default(), events: vec![], idempotency: Some(idempotency) };
    assert_eq!(store.accept(request).await.unwrap(), Stored::Repeated("answer".into()));
    store
        .record(attempt(ListenerId::from_number(1), retried, 3, at(9_000), Ok(200), Decision::Done))
        .await
        .unwrap();
    assert_eq!(fixture.state(retried).await, DeliveryState::Delivered);
}

/// Writes the file that the test above reads; for a new schema, under a new name.
#[tokio::test]
#[ignore = "writes a fixture, once for each schema"]
async fn write_the_fixture_of_this_schema() {
    use std::sync::Arc;

    use hooksieve_dispatcher::store::NewEvent;

    let fixture = Fixture::new();
    let store = &fixture.store;
    for name in ["one", "two", "three"] {
        store.insert_listener(format!(r#"{{"uri": "https://{name}.example"}}"#), at(0)).await.unwrap();
    }
    let [one, two, three] = [1, 2, 3].map(ListenerId::from_number);
    let ids: [DeliveryId; 4] = [1, 2, 3, 4].map(|byte| DeliveryId::from_bytes([byte; 16]));
    let events = (1..=3).zip([vec![(one, ids[0]), (two, ids[3])], vec![(one, ids[1])], vec![(one, ids[2])]]);
    let events = events
        .map(|(byte, deliveries)| NewEvent {
            id: EventId::from_bytes([byte; 16]),
            body: Arc::from(format!(r#"{{"n": {byte}}}"#).into_bytes()),
            deliveries,
        })
        .collect();
    let idempotency = Some(Idempotency { key: "key".into(), fingerprint: [5; 32], answer: "answer".into() });
    store.accept(NewBatch { accepted_at: at(100), events, idempotency }).await.unwrap();
    store.remove_listener(two, at(150)).await.unwrap();
    let give_up = Decision::GiveUp(GiveUpReason::Status(404));
    store.set_disabled(three, Some(DisableReason::KeepsFailing { deliveries: 9 }), at(50)).await.unwrap();
    store.record(attempt(one, ids[0], 1, at(200), Ok(200), Decision::Done)).await.unwrap();
    store.record(attempt(one, ids[1], 1, at(300), Ok(404), give_up)).await.unwrap();
    let retry = |time| Decision::RetryAt(at(time));
    store.record(attempt(one, ids[2], 1, at(400), Err(Failure::Timeout), retry(500))).await.unwrap();
    store.record(attempt(one, ids[2], 2, at(500), Ok(503), retry(9_000))).await.unwrap();
    let folder = fixture.close();

    let path = folder.keep().join("store.db");
    println!("the lines of `.dump` for {}, after `application_id` and `user_version`", path.display());
}
