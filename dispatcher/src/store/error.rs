//! What can go wrong with the store, in words for its users.

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

/// Why the store has not done what was asked. Nothing of it was done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No room on the disk. It works again when there is.
    #[error("the disk is full")]
    Full,
    /// Another program holds the database. It works again when that has let go.
    #[error("the database is locked")]
    Locked,
    /// The key does not open the secrets that are stored.
    #[error("the key is not the one that the secrets were stored with")]
    WrongKey,
    /// The file was written by a later version of this program.
    #[error("the database has schema {found}, this program knows {known}")]
    TooNew {
        /// Of the file.
        found: i64,
        /// The latest that is known.
        known: i64,
    },
    /// The file is damaged, or no database.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// Anything else that SQLite or the disk says.
    #[error("the database fails: {0}")]
    Other(String),
    /// The writer has ended.
    #[error("the store is closed")]
    Closed,
}

/// SQLite's messages name tables and columns, never values: those are always bound.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};

        match &error {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DiskFull => Self::Full,
                // The index of the log could not grow: no room either.
                ErrorCode::SystemIoFailure if failure.extended_code == SQLITE_IOERR_SHMSIZE => Self::Full,
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked,
                ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged(error.to_string()),
                _ => Self::Other(error.to_string()),
            },
            FromSqlConversionFailure(column, ..)
            | IntegralValueOutOfRange(column, _)
            | InvalidColumnType(column, ..) => {
                Self::Damaged(format!("column {column} of a row has a value that means nothing"))
            }
            _ => Self::Other(error.to_string()),
        }
    }
}
