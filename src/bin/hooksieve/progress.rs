//! The progress bar of commands that read many events.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::stream::Input;

/// Counts the bytes read. Shown on standard error if that is a terminal where nothing else is being
/// written: results go to a file, or there are none before the end (`silent`).
pub(crate) fn bar(inputs: &[Input], silent: bool) -> ProgressBar {
    if !io::stderr().is_terminal() || !(silent || goes_to_file()) {
        return ProgressBar::hidden();
    }
    let total: Option<u64> = inputs.iter().map(Input::size).sum();
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{bar:40} {percent}% of {total_bytes}, {binary_bytes_per_sec}, {eta} left",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {bytes} read, {binary_bytes_per_sec}"),
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// True if standard output goes neither to a terminal nor into a pipe, at whose end a program may
/// well write to the same terminal (`| jq`, `| less`).
#[cfg(unix)]
fn goes_to_file() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let stdout = io::stdout();
    let kind = stdout.as_fd().try_clone_to_owned().map(File::from);
    let kind = kind.and_then(|file| file.metadata()).map(|metadata| metadata.file_type());
    !stdout.is_terminal() && kind.is_ok_and(|kind| kind.is_file() || kind.is_char_device())
}

#[cfg(not(unix))]
fn goes_to_file() -> bool {
    !io::stdout().is_terminal()
}
