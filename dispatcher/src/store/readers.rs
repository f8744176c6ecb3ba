//! Connections for reading. They hold nobody up, and nobody holds them up.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{StoreError, file, schema};

/// Reads at the same time.
const CONNECTIONS: usize = 4;

/// A few connections, opened when they are needed.
pub(super) struct Readers {
    path: PathBuf,
    busy_timeout: Duration,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// For a database that is there.
    pub(super) fn new(path: PathBuf, busy_timeout: Duration) -> Self {
        Self { path, busy_timeout, places: Arc::new(Semaphore::new(CONNECTIONS)), idle: Mutex::default() }
    }

    /// Reads on a thread that may block, all in one transaction: what is read belongs together.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let _place = place;
            let connection = readers.connection()?;
            let transaction = connection.unchecked_transaction()?;
            let done = work(&transaction);
            transaction.finish()?;
            readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            done
        })
        .await
        .map_err(|_| StoreError::Other("a read was broken off".to_owned()))?
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        if let Some(connection) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(connection);
        }
        let connection = file::open_reader(&self.path, self.busy_timeout)?;
        schema::prepare_any(&connection)?;
        Ok(connection)
    }
}
