//! The texts of events.

use super::LogFull;

/// A chunk has so many bytes, unless one event needs more.
const CHUNK: usize = 1 << 20;

/// Texts one after the other, in chunks that never move.
#[derive(Debug, Default)]
pub(super) struct Store {
    chunks: Vec<Vec<u8>>,
    places: Vec<Place>,
    /// The memory of the chunks.
    bytes: usize,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    chunk: u32,
    start: u32,
    length: u32,
    line: u32,
}

impl Store {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&[u8]> {
        let place = self.places.get(index)?;
        let start = place.start as usize;
        self.chunks.get(place.chunk as usize)?.get(start..start + place.length as usize)
    }

    pub(super) fn line(&self, index: usize) -> Option<u32> {
        self.places.get(index).map(|place| place.line)
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes + self.places.capacity() * size_of::<Place>()
    }

    /// Adds a text, as long as all take no more than `max` bytes.
    pub(super) fn push(&mut self, text: &[u8], line: u32, max: usize) -> Result<usize, LogFull> {
        let fits = |chunk: &Vec<u8>| chunk.capacity() - chunk.len() >= text.len();
        if !self.chunks.last().is_some_and(fits) {
            let size = CHUNK.max(text.len());
            if self.bytes().saturating_add(size) > max {
                return Err(LogFull);
            }
            self.chunks.push(Vec::with_capacity(size));
            self.bytes += size;
        }
        if self.places.len() == self.places.capacity()
            && self.bytes().saturating_add(self.places.len() * size_of::<Place>()) > max
        {
            return Err(LogFull);
        }
        let chunk = self.chunks.len() - 1;
        let Some(last) = self.chunks.last_mut() else { return Err(LogFull) };
        let place = (u32::try_from(chunk), u32::try_from(last.len()), u32::try_from(text.len()));
        let (Ok(chunk), Ok(start), Ok(length)) = place else { return Err(LogFull) };
        last.extend_from_slice(text);
        self.places.push(Place { chunk, start, length, line });
        Ok(self.places.len() - 1)
    }
}
