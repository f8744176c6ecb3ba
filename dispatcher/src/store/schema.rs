//! The tables, and how a file comes to have them.

use rusqlite::{Connection, TransactionBehavior, config::DbConfig};

use super::{MasterKey, StoreError};

/// Tells our files from other SQLite databases: `hook`.
const APPLICATION_ID: i64 = 0x686f_6f6b;

/// What leads from each schema to the next; the first from nothing. Texts that were released never change.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql")];

/// Bytes of the log that stay on the disk after it was written back.
const LOG_KEPT: i64 = 16 << 20;

/// KiB of pages that the writer keeps in memory, in negative, as SQLite wants it.
const CACHE: i64 = -32_768;

/// Creates or migrates the tables, and checks the key.
pub(super) fn prepare(connection: &mut Connection, key: &MasterKey) -> Result<(), StoreError> {
    prepare_with(connection, key, MIGRATIONS)
}

fn prepare_with(connection: &mut Connection, key: &MasterKey, migrations: &[&str]) -> Result<(), StoreError> {
    // Before the first table, or it has no effect.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    let journal: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    // In memory (in tests) there is none.
    if !matches!(journal.as_str(), "wal" | "memory") {
        return Err(StoreError::Other(format!(
            "the file system allows no journal but `{journal}`, expected `wal`"
        )));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    // As good as FULL only sounds, on systems where it takes more.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "journal_size_limit", LOG_KEPT)?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    prepare_any(connection)?;
    migrate(connection, key, migrations)
}

/// What every connection needs.
pub(super) fn prepare_any(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // Events do not belong into files in /tmp.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(())
}

fn migrate(connection: &mut Connection, key: &MasterKey, migrations: &[&str]) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
    let found = number("PRAGMA user_version")?;
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let application = number("PRAGMA application_id")?;
    let is_new = application == 0 && found == 0 && number("SELECT count(*) FROM sqlite_schema")? == 0;
    if !is_new && application != APPLICATION_ID {
        return Err(StoreError::Damaged("it belongs to another program".to_owned()));
    }
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (version, sql) in (1_i64..).zip(migrations) {
        if version > found {
            transaction.execute_batch(sql)?;
        }
    }
    if is_new {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.execute("INSERT INTO key_check (id, sealed) VALUES (1, ?1)", [key.key_check()?])?;
    } else {
        let sealed: Vec<u8> =
            transaction.query_row("SELECT sealed FROM key_check WHERE id = 1", [], |row| row.get(0))?;
        if !key.fits(&sealed) {
            return Err(StoreError::WrongKey);
        }
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXT: &[&str] = &[include_str!("schema/1.sql"), "ALTER TABLE event ADD COLUMN source TEXT;"];

    fn key() -> MasterKey {
        MasterKey::from_bytes([1; 32])
    }

    fn version(connection: &Connection) -> i64 {
        connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
    }

    /// Nothing is acknowledged before it is on the disk, and no event is written anywhere else.
    #[test]
    fn the_connection_is_set_up_to_be_durable() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open(folder.path().join("store")).unwrap();
        prepare(&mut connection, &key()).unwrap();
        for (setting, expected) in [
            ("synchronous", 2),
            ("fullfsync", 1),
            ("foreign_keys", 1),
            ("temp_store", 2),
            ("trusted_schema", 0),
        ] {
            let found: i64 =
                connection.query_row(&format!("PRAGMA {setting}"), [], |row| row.get(0)).unwrap();
            assert_eq!(found, expected, "{setting}");
        }
    }

    #[test]
    fn a_file_is_migrated_and_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let mut connection = Connection::open(&path).unwrap();
        prepare(&mut connection, &key()).unwrap();
        assert_eq!(version(&connection), 1);
        connection
            .execute("INSERT INTO event (id, accepted_at, body) VALUES (zeroblob(16), 7, x'7b7d')", [])
            .unwrap();

        prepare_with(&mut connection, &key(), NEXT).unwrap();
        assert_eq!(version(&connection), 2);
        let row = connection.query_row("SELECT accepted_at, source FROM event", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, Option<String>>(1)?))
        });
        assert_eq!(row.unwrap(), (7, None));

        let error = prepare(&mut connection, &key()).unwrap_err();
        assert_eq!(error, StoreError::TooNew { found: 2, known: 1 });
    }

    #[test]
    fn a_migration_that_fails_leaves_the_file_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        prepare(&mut connection, &key()).unwrap();
        let broken = [MIGRATIONS[0], "CREATE TABLE other (id INTEGER) STRICT; CREATE NONSENSE;"];
        prepare_with(&mut connection, &key(), &broken).unwrap_err();
        assert_eq!(version(&connection), 1);
        prepare_with(&mut connection, &key(), &[MIGRATIONS[0], "CREATE TABLE other (id INTEGER) STRICT;"])
            .unwrap();
    }

    #[test]
    fn the_key_is_checked_before_anything_is_migrated_for_good() {
        let mut connection = Connection::open_in_memory().unwrap();
        prepare(&mut connection, &key()).unwrap();
        let other = MasterKey::from_bytes([2; 32]);
        assert_eq!(prepare_with(&mut connection, &other, NEXT).unwrap_err(), StoreError::WrongKey);
        assert_eq!(version(&connection), 1);
    }
}
