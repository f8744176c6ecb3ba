use hooksieve_dispatcher::core::{Decision, ListenerId};
use hooksieve_dispatcher::store::{DeliveryState, StoreError, Stored};
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::support::{Fixture, at, attempt, batch, new_event};

#[tokio::test]
async fn when_the_disk_is_full_nothing_is_lost_and_later_it_works_again() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let large = format!("\"{}\"", "x".repeat(20_000));
    fixture.store.limit_pages(100).await.unwrap();
    let mut accepted = Vec::new();
    let error = loop {
        let event = new_event(at(1), &large, &[listener]);
        let ids = (event.id, event.deliveries[0].1);
        match fixture.store.accept(batch(at(1), vec![event])).await {
            Ok(stored) => assert_eq!(stored, Stored::Committed),
            Err(error) => break error,
        }
        accepted.push(ids);
        assert!(accepted.len() < 100, "the limit holds");
    };
    assert_eq!(error, StoreError::Full);
    assert_eq!(error.to_string(), "the disk is full");
    // What is there can be read.
    assert_eq!(fixture.due(listener).await.len(), accepted.len());

    fixture.store.limit_pages(1_000_000).await.unwrap();
    let (_, last) = fixture.deliver_to(listener, at(2)).await;
    let fixture = fixture.reopen();
    for (event, delivery) in accepted {
        assert_eq!(&*fixture.store.event(event).await.unwrap().unwrap().body, large.as_bytes());
        assert_eq!(fixture.state(delivery).await, DeliveryState::Pending);
    }
    assert_eq!(fixture.due(listener).await.last(), Some(&last));
}

/// The same with a disk: `STORE_SMALL_DISK` names a folder on a file system of a few megabytes, a tmpfs for example.
#[tokio::test]
#[ignore = "needs a small file system"]
async fn when_a_real_disk_is_full_nothing_is_lost_and_later_it_works_again() {
    let disk = std::env::var_os("STORE_SMALL_DISK").expect("a folder on a small file system");
    let folder = tempfile::tempdir_in(disk).unwrap();
    let ballast = folder.path().join("ballast");
    std::fs::write(&ballast, vec![1; 1 << 20]).unwrap();
    let fixture = Fixture::open(folder).unwrap();
    let listener = fixture.listener().await;
    let mut accepted = Vec::new();
    for _ in 0..10_000 {
        let event = new_event(at(1), &"x".repeat(5_000), &[listener]);
        let ids = (event.id, event.deliveries[0].1);
        match fixture.store.accept(batch(at(1), vec![event])).await {
            Ok(_) => accepted.push(ids),
            Err(error) => {
                assert_eq!(error, StoreError::Full);
                break;
            }
        }
    }
    println!("full after {} events", accepted.len());
    assert_eq!(fixture.due(listener).await.len(), accepted.len().min(1_000));
    std::fs::remove_file(ballast).unwrap();
    let last = fixture.deliver_to(listener, at(2)).await;
    accepted.push(last);
    let fixture = fixture.reopen();
    for (event, delivery) in accepted {
        assert!(fixture.store.event(event).await.unwrap().is_some());
        assert_eq!(fixture.state(delivery).await, DeliveryState::Pending);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_while_the_disk_fills_is_there() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    fixture.store.limit_pages(150).await.unwrap();
    let mut tasks = JoinSet::new();
    for size in [100, 30_000, 300, 3_000, 60_000, 10, 1_000, 5_000] {
        let store = fixture.store.clone();
        tasks.spawn(async move {
            let mut accepted = Vec::new();
            for _ in 0..40 {
                let event = new_event(at(1), &"x".repeat(size), &[listener]);
                let ids = (event.id, event.deliveries[0].1, size);
                match store.accept(batch(at(1), vec![event])).await {
                    Ok(_) => accepted.push(ids),
                    Err(error) => assert_eq!(error, StoreError::Full),
                }
            }
            accepted
        });
    }
    let accepted = tasks.join_all().await.concat();
    assert!(accepted.len() < 8 * 40);
    fixture.store.limit_pages(1_000_000).await.unwrap();
    let fixture = fixture.reopen();
    assert_eq!(fixture.health(listener).await.pending, u64::try_from(accepted.len()).unwrap());
    for (event, delivery, size) in accepted {
        assert_eq!(fixture.store.event(event).await.unwrap().unwrap().body.len(), size);
        assert_eq!(fixture.state(delivery).await, DeliveryState::Pending);
    }
}

#[tokio::test]
async fn while_another_program_writes_it_is_locked_and_later_it_works_again() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, id) = fixture.deliver_to(listener, at(1)).await;
    let other = Connection::open(fixture.path()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let record = attempt(listener, id, 1, at(2), Ok(200), Decision::Done);
    assert_eq!(fixture.store.record(record.clone()).await.unwrap_err(), StoreError::Locked);
    let event = new_event(at(3), "{}", &[listener]);
    let error = fixture.store.accept(batch(at(3), vec![event.clone()])).await.unwrap_err();
    assert_eq!((&error, error.to_string().as_str()), (&StoreError::Locked, "the database is locked"));
    assert_eq!(fixture.store.check().await.unwrap_err(), StoreError::Locked);
    assert_eq!(fixture.state(id).await, DeliveryState::Pending);

    other.execute_batch("ROLLBACK").unwrap();
    fixture.store.record(record).await.unwrap();
    assert_eq!(fixture.store.accept(batch(at(3), vec![event])).await.unwrap(), Stored::Committed);
    assert_eq!(fixture.state(id).await, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_lock_that_is_short_is_waited_for() {
    let fixture = Fixture::new();
    let path = fixture.path();
    let options = hooksieve_dispatcher::store::StoreOptions {
        busy_timeout: std::time::Duration::from_secs(60),
        ..fixture.options()
    };
    let _folder = fixture.close();
    let key = hooksieve_dispatcher::store::MasterKey::from_bytes(crate::support::KEY);
    let store = hooksieve_dispatcher::store::Store::open(&options, key).unwrap();
    let other = Connection::open(path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = tokio::spawn(async move { store.check().await });
    tokio::task::yield_now().await;
    other.execute_batch("COMMIT").unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn damage_is_told() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let events = (0..200).map(|_| new_event(at(1), &"x".repeat(500), &[listener])).collect();
    fixture.store.accept(batch(at(1), events)).await.unwrap();
    let path = fixture.path();
    let folder = fixture.close();
    // All but the first pages, which are needed to open it.
    let mut content = std::fs::read(&path).unwrap();
    content[4_096 * 20..].fill(0x5a);
    std::fs::write(&path, content).unwrap();
    let fixture = Fixture::open(folder).unwrap();
    let error = fixture.store.recent_events(1_000, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged(_)), "{error}");
    assert!(!error.to_string().contains("xxx"));
}

#[tokio::test]
async fn a_value_that_means_nothing_is_damage() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, id) = fixture.deliver_to(listener, at(1)).await;
    let path = fixture.path();
    let folder = fixture.close();
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("UPDATE delivery SET state = 2, reason = -99, due_at = NULL, finished_at = 5")
        .unwrap();
    drop(connection);
    let fixture = Fixture::open(folder).unwrap();
    let error = fixture.store.delivery(id).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the database is damaged: column 5 of a row has a value that means nothing"
    );
}

#[tokio::test]
async fn the_check_writes() {
    let fixture = Fixture::new();
    fixture.store.check().await.unwrap();
    fixture.store.check().await.unwrap();
    let connection = Connection::open(fixture.path()).unwrap();
    let writes: i64 = connection.query_row("SELECT writes FROM write_check", [], |row| row.get(0)).unwrap();
    assert_eq!(writes, 2);
    assert_eq!(fixture.health_of_nobody().await, None);
}

impl Fixture {
    async fn health_of_nobody(&self) -> Option<hooksieve_dispatcher::store::Health> {
        self.store.health(ListenerId::from_number(1)).await.unwrap()
    }
}
