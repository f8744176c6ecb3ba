//! Secrets at rest: XChaCha20-Poly1305, with a random nonce for each and bound to the place where they are stored.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{MasterKey, StoreError};
use crate::core::ListenerId;

/// Bytes of a nonce: so many that random ones do not meet.
const NONCE: usize = 24;

/// What the key check holds; that it opens is what counts.
const KEY_CHECK: &[u8] = b"hooksieve";

/// What is sealed, and where it is stored. What was sealed for one place does not open in another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// The record that tells a wrong key.
    KeyCheck,
    /// The registration of a listener.
    Registration(ListenerId),
}

impl Place {
    /// The associated data: the purpose with its version, then the row.
    fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::KeyCheck => b"hooksieve key check 1".to_vec(),
            Self::Registration(id) => {
                [b"hooksieve registration 1".as_slice(), &id.number().to_be_bytes()].concat()
            }
        }
    }
}

impl MasterKey {
    /// Encrypts: the nonce, then the text and its tag.
    pub(super) fn seal(&self, plain: &[u8], place: Place) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| StoreError::Other(format!("no randomness: {error}")))?;
        let payload = Payload { msg: plain, aad: &place.to_bytes() };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Other("a registration is too long to be encrypted".to_owned()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts; `None` where the key or the place is another, or a bit has changed.
    pub(super) fn unseal(&self, sealed: &[u8], place: Place) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: sealed, aad: &place.to_bytes() };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    /// A record by which [`fits`](Self::fits) knows this key again.
    pub(super) fn key_check(&self) -> Result<Vec<u8>, StoreError> {
        self.seal(KEY_CHECK, Place::KeyCheck)
    }

    /// Whether the record was made with this key.
    pub(super) fn fits(&self, key_check: &[u8]) -> bool {
        self.unseal(key_check, Place::KeyCheck).is_some()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(self.as_bytes().into())
    }
}
