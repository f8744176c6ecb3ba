use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use tokio::task::JoinSet;

use super::*;

fn writer(folder: &tempfile::TempDir) -> Writer {
    let path = folder.path().join("store");
    let lock = StoreLock::take(&path).unwrap();
    let connection = crate::store::file::open_writer(&path, Duration::from_secs(5)).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE number (number INTEGER UNIQUE);")
        .unwrap();
    Writer::start(connection, lock).unwrap()
}

async fn insert(writer: &Writer, number: i64) -> Result<(), StoreError> {
    writer
        .write(move |connection| {
            connection.execute("INSERT INTO number VALUES (?1)", [number])?;
            Ok(())
        })
        .await
}

async fn count(writer: &Writer) -> i64 {
    writer
        .write(|connection| Ok(connection.query_row("SELECT count(*) FROM number", [], |row| row.get(0))?))
        .await
        .unwrap()
}

/// Holds the writer up until the sender is dropped, so that the commands that follow are taken together.
async fn hold_up(writer: &Arc<Writer>) -> std::sync::mpsc::Sender<()> {
    let (release, wait) = channel::<()>();
    let (begun, has_begun) = oneshot::channel();
    let writer = Arc::clone(writer);
    tokio::spawn(async move {
        writer
            .write(move |_| {
                begun.send(()).unwrap();
                let _ = wait.recv();
                Ok(())
            })
            .await
    });
    has_begun.await.unwrap();
    release
}

#[tokio::test]
async fn a_command_that_fails_is_undone_alone() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Arc::new(writer(&folder));
    let mut tasks = JoinSet::new();
    let release = hold_up(&writer).await;
    for number in [1, 2, 2, 3] {
        let writer = Arc::clone(&writer);
        tasks.spawn(async move {
            writer
                .write(move |connection| {
                    // What a command did before it failed is undone, too.
                    connection.execute("INSERT INTO number VALUES (?1)", [number + 100 * number])?;
                    connection.execute("INSERT INTO number VALUES (?1)", [number])?;
                    Ok(())
                })
                .await
        });
    }
    tokio::task::yield_now().await;
    drop(release);
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);
    assert_eq!(count(&writer).await, 6);
}

#[tokio::test]
async fn a_commit_that_fails_fails_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Arc::new(writer(&folder));
    writer
        .write(|connection| {
            // Checked when the transaction ends.
            connection.execute_batch(
                "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
                 CREATE TABLE parent (id INTEGER PRIMARY KEY);",
            )?;
            Ok(())
        })
        .await
        .unwrap();
    let mut tasks = JoinSet::new();
    let release = hold_up(&writer).await;
    for number in 0..3 {
        let writer = Arc::clone(&writer);
        tasks.spawn(async move { insert(&writer, number).await });
    }
    let orphan = Arc::clone(&writer);
    tasks.spawn(async move {
        orphan
            .write(|connection| {
                connection.execute("INSERT INTO child VALUES (5)", [])?;
                Ok(())
            })
            .await
    });
    tokio::task::yield_now().await;
    drop(release);
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|result| matches!(result, Err(StoreError::Other(_)))).count(), 4);
    assert_eq!(count(&writer).await, 0);
    insert(&writer, 1).await.unwrap();
    assert_eq!(count(&writer).await, 1);
}

#[tokio::test]
async fn a_transaction_that_is_undone_early_leaves_the_later_commands_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Arc::new(writer(&folder));
    let release = hold_up(&writer).await;
    let mut numbered = JoinSet::new();
    for number in 0..3 {
        let writer = Arc::clone(&writer);
        numbered.spawn(async move {
            let result = writer
                .write(move |connection| {
                    connection.execute("INSERT INTO number VALUES (?1)", [number])?;
                    if number == 1 {
                        // As SQLite itself does it on some errors.
                        connection.execute_batch("ROLLBACK")?;
                        return Err(StoreError::Full);
                    }
                    Ok(())
                })
                .await;
            (number, result)
        });
        tokio::task::yield_now().await;
    }
    drop(release);
    let mut results = numbered.join_all().await;
    results.sort_by_key(|(number, _)| *number);
    let results: Vec<_> = results.into_iter().map(|(_, result)| result).collect();
    assert_eq!(results, [Err(StoreError::Full), Err(StoreError::Full), Ok(())]);
    assert_eq!(count(&writer).await, 1);
}

#[tokio::test]
async fn after_a_panic_nobody_waits_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Arc::new(writer(&folder));
    let mut tasks = JoinSet::new();
    let release = hold_up(&writer).await;
    for number in 0..10 {
        let writer = Arc::clone(&writer);
        tasks.spawn(async move {
            writer
                .write(move |connection| {
                    connection.execute("INSERT INTO number VALUES (?1)", [number])?;
                    if number == 5 { panic!("as tests do") } else { Ok(()) }
                })
                .await
        });
    }
    tokio::task::yield_now().await;
    drop(release);
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|result| **result == Err(StoreError::Closed)).count(), 10);
    assert_eq!(insert(&writer, 11).await, Err(StoreError::Closed));
    drop(writer);
    // Nothing of it was done, and the file is free again.
    let folder_path = folder.path().join("store");
    let _lock = StoreLock::take(&folder_path).unwrap();
    let connection = Connection::open(&folder_path).unwrap();
    let left: i64 = connection.query_row("SELECT count(*) FROM number", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn more_commands_than_the_queue_holds_wait_for_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Arc::new(writer(&folder));
    let mut tasks = JoinSet::new();
    let release = hold_up(&writer).await;
    let commands = i64::try_from(QUEUE).unwrap() * 3;
    for number in 0..commands {
        let writer = Arc::clone(&writer);
        tasks.spawn(async move { insert(&writer, number).await });
    }
    tokio::task::yield_now().await;
    drop(release);
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    assert_eq!(count(&writer).await, commands);
}

#[tokio::test]
async fn who_stops_waiting_does_not_stop_it() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Arc::new(writer(&folder));
    let release = hold_up(&writer).await;
    let impatient = tokio::time::timeout(Duration::from_millis(1), insert(&writer, 1)).await;
    assert!(impatient.is_err());
    drop(release);
    assert_eq!(count(&writer).await, 1);
}
