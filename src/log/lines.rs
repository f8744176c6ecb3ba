//! NDJSON: a document to a line.

use crate::bytes::is_space;

/// The next line that is ended, without its end; `text` begins behind it then.
pub(crate) fn next<'t>(text: &mut &'t [u8]) -> Option<&'t [u8]> {
    let (line, end) = text.split_at_checked(memchr::memchr(b'\n', text)?)?;
    *text = end.get(1..)?;
    Some(line)
}

/// A first line without the byte order mark that editors on Windows put at the start of a file.
pub(crate) fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
}

/// Whether there is no document on the line.
pub(crate) fn is_blank(line: &[u8]) -> bool {
    line.iter().copied().all(is_space)
}
