//! Copy on write, in pieces: a change copies only the piece that it falls into, and that only while
//! somebody else still looks at it.

use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

const SHARDS: usize = 256;

/// A hash table. Who uses it brings the hashes. A clone is cheap, and keeps what it has.
#[derive(Debug, Clone)]
pub(super) struct Shards<V> {
    shards: Arc<[Arc<HashTable<V>>]>,
}

impl<V> Shards<V> {
    #[inline]
    pub(super) fn find(&self, hash: u64, is_it: impl FnMut(&V) -> bool) -> Option<&V> {
        self.shards.get(shard_of(hash))?.find(hash, is_it)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &V> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }

    /// What the tables themselves take.
    pub(super) fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.capacity() * (size_of::<V>() + 1)).sum()
    }
}

impl<V: Clone> Shards<V> {
    /// `hash_of` gives the hashes of those that have to move.
    pub(super) fn entry(
        &mut self,
        hash: u64,
        is_it: impl FnMut(&V) -> bool,
        hash_of: impl Fn(&V) -> u64,
    ) -> Option<Entry<'_, V>> {
        let shard = Arc::make_mut(&mut self.shards).get_mut(shard_of(hash))?;
        Some(Arc::make_mut(shard).entry(hash, is_it, hash_of))
    }
}

impl<V> Default for Shards<V> {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Arc::default()).collect() }
    }
}

/// By the bits that the table inside uses least.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

const CHUNK: usize = 256;

/// Places in a row, each with something or nothing. A clone is cheap, and keeps what it has.
#[derive(Debug)]
pub(super) struct Chunks<T> {
    /// Whole from the start, so that the way to a place is one step shorter than through vectors.
    chunks: Arc<Vec<Arc<[Option<T>]>>>,
    length: usize,
}

impl<T> Clone for Chunks<T> {
    fn clone(&self) -> Self {
        Self { chunks: Arc::clone(&self.chunks), length: self.length }
    }
}

impl<T> Chunks<T> {
    /// The number of places.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)?.as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter().flatten())
    }
}

impl<T: Clone> Chunks<T> {
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Option<T>> {
        let chunk = Arc::make_mut(&mut self.chunks).get_mut(index / CHUNK)?;
        Arc::make_mut(chunk).get_mut(index % CHUNK)
    }

    /// Adds a place with nothing at the end.
    pub(super) fn grow(&mut self) {
        if self.length.is_multiple_of(CHUNK) {
            Arc::make_mut(&mut self.chunks).push((0..CHUNK).map(|_| None).collect());
        }
        self.length += 1;
    }
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Arc::default(), length: 0 }
    }
}
