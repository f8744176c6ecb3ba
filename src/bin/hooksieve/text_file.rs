//! Files that are read whole.

use std::io::Read;

use anyhow::{Context, Result, bail};

use crate::stream::Input;

/// The text of a file of at most `max_bytes`, without a byte order mark. `what` it holds is named in
/// messages.
pub(crate) fn read(input: &Input, what: &str, max_bytes: u64) -> Result<String> {
    let mut bytes = Vec::new();
    input
        .open()
        .and_then(|source| source.take(max_bytes + 1).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read the {what} `{input}`"))?;
    if bytes.len() as u64 > max_bytes {
        bail!("`{input}` is too large for a {what}: more than {} MiB", max_bytes >> 20);
    }
    let Ok(text) = String::from_utf8(bytes) else {
        bail!("`{input}` is not UTF-8 text");
    };
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(text)
}
