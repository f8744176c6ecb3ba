//! The key that secrets at rest are encrypted with.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// Bytes of a key.
const LENGTH: usize = 32;

/// Bytes of a key file that are read at most: more than any form of a key has.
const MAX_FILE: u64 = 1_024;

/// 32 bytes, from a file or the environment; overwritten when it is dropped. `Debug` does not show it.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; LENGTH]>);

/// Why there is no key. The key itself is never part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is no key.
    #[error("expected a key of 32 bytes, as base64 or as 64 hexadecimal digits")]
    Form,
    /// The file holds no key.
    #[error("`{}`: expected a key of 32 bytes, as base64, as 64 hexadecimal digits, or as they are", .0.display())]
    FileForm(PathBuf),
    /// Others can read or change the file.
    #[error("`{}`: others have access to the key (mode {mode:03o}), expected mode 600 or 400", path.display())]
    Access {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file cannot be read, or not be created.
    #[error("`{}`: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// The operating system gives no randomness.
    #[error("no randomness for a key: {0}")]
    Randomness(getrandom::Error),
}

impl MasterKey {
    /// From its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// From text, as it stands in the environment: base64 (either alphabet, padded or not), or 64 hexadecimal digits.
    /// White space around it does not count.
    ///
    /// ```
    /// use hooksieve_dispatcher::store::MasterKey;
    ///
    /// let key = MasterKey::from_text("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")?;
    /// assert_eq!(format!("{key:?}"), "MasterKey");
    /// # Ok::<(), hooksieve_dispatcher::store::KeyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`KeyError::Form`].
    pub fn from_text(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let mut key = Self::from_bytes([0; LENGTH]);
        if hex::decode_to_slice(text, key.0.as_mut_slice()).is_ok() {
            return Ok(key);
        }
        let digits = text.trim_end_matches('=');
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            if engine.decode_slice(digits, key.0.as_mut_slice()) == Ok(LENGTH) {
                return Ok(key);
            }
        }
        Err(KeyError::Form)
    }

    /// From a file: text as for [`from_text`](Self::from_text), or exactly 32 bytes as they are.
    ///
    /// # Errors
    ///
    /// [`KeyError`], among them [`Access`](KeyError::Access): on Unix, nobody but the owner may have access to the file.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let file_error = |error| KeyError::File { path: path.to_owned(), error };
        let file = File::open(path).map_err(file_error)?;
        refuse_access_of_others(&file, path)?;
        // All of the buffer at once: one that grows would leave copies behind.
        let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(MAX_FILE).unwrap_or(LENGTH)));
        file.take(MAX_FILE).read_to_end(&mut content).map_err(file_error)?;
        if let Ok(bytes) = content.as_slice().try_into() {
            return Ok(Self::from_bytes(bytes));
        }
        let text = std::str::from_utf8(&content).unwrap_or_default();
        Self::from_text(text).map_err(|_| KeyError::FileForm(path.to_owned()))
    }

    /// A new one.
    ///
    /// # Errors
    ///
    /// [`KeyError::Randomness`].
    pub fn generate() -> Result<Self, KeyError> {
        let mut key = Self::from_bytes([0; LENGTH]);
        getrandom::fill(key.0.as_mut_slice()).map_err(KeyError::Randomness)?;
        Ok(key)
    }

    /// A new one, in a new file that only its owner can read; as base64.
    ///
    /// # Errors
    ///
    /// [`KeyError`]; also where there is such a file: a key that is in use is never overwritten.
    pub fn create_file(path: &Path) -> Result<Self, KeyError> {
        let key = Self::generate()?;
        let text = Zeroizing::new(STANDARD.encode(key.0.as_slice()) + "\n");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options
            .open(path)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .map_err(|error| KeyError::File { path: path.to_owned(), error })?;
        Ok(key)
    }

    /// Its bytes.
    pub(super) fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

#[cfg(unix)]
fn refuse_access_of_others(file: &File, path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = file.metadata().map_err(|error| KeyError::File { path: path.to_owned(), error })?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyError::Access { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn refuse_access_of_others(_: &File, _: &Path) -> Result<(), KeyError> {
    Ok(())
}
