//! Reading and writing the primitive parts of an encoded program. One value has one spelling, so
//! that equal programs have equal bytes.

use super::encode::ProgramError;

pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Seven bits a byte, the low ones first; the high bit says that more follow (LEB128).
    pub(super) fn unsigned(&mut self, mut value: u64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if value == 0 {
                return self.byte(low);
            }
            self.byte(low | 0x80);
        }
    }

    /// The sign in the lowest bit, so that small negative numbers stay short.
    pub(super) fn signed(&mut self, value: i64) {
        self.unsigned(((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    pub(super) fn double(&mut self, value: f64) {
        self.bytes.extend(value.to_le_bytes());
    }

    pub(super) fn count(&mut self, count: usize) {
        self.unsigned(count as u64);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes.extend(text.bytes());
    }
}

pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    length: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, length: bytes.len() }
    }

    /// How many bytes have been read.
    pub(super) fn offset(&self) -> usize {
        self.length - self.bytes.len()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'b [u8], ProgramError> {
        let (taken, rest) = self.bytes.split_at_checked(count).ok_or(ProgramError::Truncated)?;
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ProgramError> {
        let (byte, rest) = self.bytes.split_first().ok_or(ProgramError::Truncated)?;
        self.bytes = rest;
        Ok(*byte)
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, ProgramError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            let is_last = byte & 0x80 == 0;
            let overflows = shift == 63 && bits > 1;
            let is_padding = is_last && bits == 0 && shift > 0;
            if overflows || is_padding {
                break;
            }
            value |= bits << shift;
            if is_last {
                return Ok(value);
            }
        }
        Err(self.malformed("a number with superfluous bytes"))
    }

    pub(super) fn signed(&mut self) -> Result<i64, ProgramError> {
        let value = self.unsigned()?;
        Ok((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    pub(super) fn double(&mut self) -> Result<f64, ProgramError> {
        let bytes = self.take(8)?;
        let bytes = <[u8; 8]>::try_from(bytes).map_err(|_| ProgramError::Truncated)?;
        Ok(f64::from_le_bytes(bytes))
    }

    pub(super) fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, ProgramError> {
        let value = self.unsigned()?;
        T::try_from(value).map_err(|_| self.malformed("a number that is too large"))
    }

    /// A number of things that take at least a byte each: never more than there are bytes.
    pub(super) fn count(&mut self) -> Result<usize, ProgramError> {
        let count = self.narrow()?;
        if count > self.bytes.len() { Err(ProgramError::Truncated) } else { Ok(count) }
    }

    pub(super) fn text(&mut self) -> Result<&'b str, ProgramError> {
        let length = self.count()?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed("a text that is not UTF-8"))
    }

    pub(super) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, ProgramError>,
    ) -> Result<Box<[T]>, ProgramError> {
        let count = self.count()?;
        (0..count).map(|_| read(self)).collect()
    }

    pub(super) fn malformed(&self, what: &'static str) -> ProgramError {
        ProgramError::Malformed { offset: self.offset(), what }
    }
}
