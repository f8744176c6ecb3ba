//! The one thread that writes.

use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::StoreError;
use super::file::StoreLock;

/// Commands that can wait; who comes later waits for a place.
const QUEUE: usize = 256;

/// Rows that one command changes at most where there may be many, so that others get in between.
pub(super) const STEP: u32 = 500;

/// A command: given a connection with a transaction, it does its part in a savepoint; given an error, nothing.
type Command = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Finished + Send>;

/// A command that has come to its end, and is answered when the transaction has.
struct Finished {
    /// Why nothing was done.
    error: Option<StoreError>,
    /// Tells the caller, given what became of the transaction.
    answer: Box<dyn FnOnce(Result<(), StoreError>)>,
}

/// The writer; it ends, with what is waiting done, when this is dropped.
pub(super) struct Writer {
    commands: Option<mpsc::Sender<Command>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. It keeps the lock as long as it has the connection.
    pub(super) fn start(connection: Connection, lock: StoreLock) -> Result<Self, StoreError> {
        let (commands, waiting) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                write_until_closed(&connection, waiting);
                drop(connection);
                drop(lock);
            })
            .map_err(|error| StoreError::Other(format!("no thread for the writer: {error}")))?;
        Ok(Self { commands: Some(commands), thread: Some(thread) })
    }

    /// Has the thread do something, and waits until it is on the disk. Whoever stops waiting does not stop it.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let commands = self.commands.as_ref().ok_or(StoreError::Closed)?;
        let place = commands.reserve().await.map_err(|_| StoreError::Closed)?;
        place.send(Box::new(move |connection| {
            let done = connection.and_then(|connection| in_savepoint(connection, work));
            Finished {
                error: done.as_ref().err().cloned(),
                // Nobody is told who no longer waits.
                answer: Box::new(move |committed| {
                    drop(sender.send(done.and_then(|done| committed.map(|()| done))))
                }),
            }
        }));
        receiver.await.map_err(|_| StoreError::Closed)?
    }
}

/// Waits for the thread, so that the file is closed and unlocked when the last handle is gone.
impl Drop for Writer {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // It has panicked: its callers were told `Closed`.
            drop(thread.join());
        }
    }
}

fn write_until_closed(connection: &Connection, mut waiting: mpsc::Receiver<Command>) {
    let mut batch = Vec::with_capacity(QUEUE);
    while waiting.blocking_recv_many(&mut batch, QUEUE) > 0 {
        let mut commands = batch.drain(..);
        while commands.len() > 0 {
            write_together(connection, &mut commands);
        }
    }
}

/// Does commands in one transaction, and answers them after it. Some errors (no room, for one) can undo all of it at once;
/// then it ends there, and what is left of the commands is for the next.
fn write_together(connection: &Connection, commands: &mut impl Iterator<Item = Command>) {
    let mut finished = Vec::new();
    let mut begun = run(connection, "BEGIN IMMEDIATE");
    for command in commands {
        let command = command(begun.as_ref().map(|()| connection).map_err(Clone::clone));
        let error = command.error.clone();
        finished.push(command);
        if begun.is_ok() && connection.is_autocommit() {
            begun =
                Err(error.unwrap_or_else(|| StoreError::Other("the transaction has ended early".to_owned())));
            break;
        }
    }
    let committed = begun.and_then(|()| {
        run(connection, "COMMIT").inspect_err(|_| {
            // Where it fails, there is no transaction any more.
            let _ = run(connection, "ROLLBACK");
        })
    });
    for command in finished {
        (command.answer)(committed.clone());
    }
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    run(connection, "SAVEPOINT command")?;
    let done = work(connection).and_then(|done| run(connection, "RELEASE command").map(|()| done));
    if done.is_err() && !connection.is_autocommit() {
        let undone = run(connection, "ROLLBACK TO command").and_then(|()| run(connection, "RELEASE command"));
        if undone.is_err() {
            // Better all of the transaction than half of a command.
            run(connection, "ROLLBACK")?;
        }
    }
    done
}

fn run(connection: &Connection, statement: &str) -> Result<(), StoreError> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests;
