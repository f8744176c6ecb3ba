//! Reads lines from files and standard input and evaluates them on all cores, in order.
//!
//! A thread reads blocks of whole lines and hands each to a pool; the results come back in the order
//! of the lines. Reading, evaluating and writing overlap, and what is on the way is bounded, so
//! memory does not grow with the size of a file.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::mem;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// At most so many bytes are read at a time. What a pipe holds is usually less; it is handed on at
/// once, so that results are as prompt as the input.
const READ_BYTES: usize = 256 << 10;

/// So many bytes for each thread may be on the way between reader and writer.
const BYTES_PER_THREAD: usize = 16 * READ_BYTES;

/// A longer line is passed over without being kept.
pub(crate) const MAX_LINE_BYTES: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Where lines come from.
#[derive(Clone)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

impl Input {
    /// Standard input where no path is given, or for the path `-`.
    pub(crate) fn from_paths(paths: Vec<PathBuf>) -> Vec<Self> {
        if paths.is_empty() {
            return vec![Self::Stdin];
        }
        let input = |path: PathBuf| {
            if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path) }
        };
        paths.into_iter().map(input).collect()
    }

    /// How many bytes there are to read, if that is known.
    pub(crate) fn size(&self) -> Option<u64> {
        match self {
            Self::Stdin => None,
            // What is missing is reported when it is its turn.
            Self::File(path) => {
                fs::metadata(path).map_or(Some(0), |file| file.is_file().then_some(file.len()))
            }
        }
    }

    fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            Self::Stdin => Box::new(io::stdin()),
            Self::File(path) => Box::new(File::open(path)?),
        })
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("<stdin>"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Some lines of an input, each whole.
pub(crate) struct Block {
    first_line: u64,
    bytes: Vec<u8>,
}

impl Block {
    /// The lines with their numbers, from 1, and their line endings. The last line of an input may have none.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = self.bytes.as_slice();
        let lines = std::iter::from_fn(move || {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
            let (line, tail) = rest.split_at(end);
            rest = tail;
            (!line.is_empty()).then_some(line)
        });
        (self.first_line..).zip(lines)
    }
}

/// What happens next, in the order of the inputs and their lines.
pub(crate) enum Step<T> {
    /// An input begins.
    Begin(Input),
    /// Some lines were evaluated.
    Block(T),
    /// The line with this number is longer than [`MAX_LINE_BYTES`].
    LongLine(u64),
    /// An input cannot be read, or not to its end.
    Unreadable(Input, io::Error),
    /// The input that began last is over.
    End,
}

/// Evaluates the lines of all inputs on `threads` threads (0: one for each core).
///
/// Dropping the iterator stops the work soon, but does not wait for it: a read may be under way
/// that only ends when the other side of a pipe writes.
pub(crate) fn evaluate<T: Send + 'static>(
    inputs: Vec<Input>,
    threads: usize,
    progress: ProgressBar,
    evaluate: impl Fn(&Block) -> T + Send + Sync + 'static,
) -> Result<impl Iterator<Item = Step<T>>> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start the threads")?;
    let (steps, steps_receiver) = mpsc::channel();
    let (written, written_receiver) = mpsc::channel();
    let reader = Reader {
        steps,
        written: written_receiver,
        in_flight: 0,
        most_in_flight: BYTES_PER_THREAD * pool.current_num_threads(),
        pool,
        evaluate: Arc::new(evaluate),
        progress,
    };
    thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || reader.read_all(&inputs))
        .context("cannot start the reader")?;
    Ok(Steps { steps: steps_receiver, written, on_hand: 0 })
}

/// A step that may still be in the making.
enum Pending<T> {
    Block { bytes: usize, result: Receiver<T> },
    Other(Step<T>),
}

/// Nobody wants the results any more.
struct Stopped;

struct Reader<T, F> {
    steps: Sender<Pending<T>>,
    /// The sizes of blocks whose results have been dealt with.
    written: Receiver<usize>,
    in_flight: usize,
    most_in_flight: usize,
    pool: ThreadPool,
    evaluate: Arc<F>,
    progress: ProgressBar,
}

impl<T, F> Reader<T, F>
where
    T: Send + 'static,
    F: Fn(&Block) -> T + Send + Sync + 'static,
{
    fn read_all(mut self, inputs: &[Input]) {
        for input in inputs {
            if let Err(Stopped) = self.read(input) {
                return;
            }
        }
    }

    fn read(&mut self, input: &Input) -> Result<(), Stopped> {
        let source = match input.open() {
            Ok(source) => BufReader::with_capacity(READ_BYTES, self.progress.wrap_read(source)),
            Err(error) => return self.send(Step::Unreadable(input.clone(), error)),
        };
        self.send(Step::Begin(input.clone()))?;
        self.read_lines(source, input)?;
        self.send(Step::End)
    }

    fn read_lines(&mut self, mut source: impl BufRead, input: &Input) -> Result<(), Stopped> {
        // The line that is being read, its number, and whether it is too long to be kept.
        let mut partial = Vec::new();
        let mut line = 1;
        let mut skipping = false;
        loop {
            // One call is one read.
            let read = match source.fill_buf() {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return self.send(Step::Unreadable(input.clone(), error)),
            };
            let length = read.len();
            if length == 0 {
                break;
            }

            let newline = memchr::memchr(b'\n', read);
            if !skipping && partial.len() + newline.unwrap_or(length) > MAX_LINE_BYTES {
                self.send(Step::LongLine(line))?;
                partial = Vec::new();
                skipping = true;
            }
            let mut rest = read;
            if skipping {
                rest = newline.and_then(|newline| read.get(newline + 1..)).unwrap_or_default();
                if newline.is_some() {
                    line += 1;
                    skipping = false;
                }
            }

            let (whole, tail) = rest.split_at(memchr::memrchr(b'\n', rest).map_or(0, |newline| newline + 1));
            if !whole.is_empty() {
                partial.extend_from_slice(whole);
                self.send_block(line, mem::take(&mut partial))?;
                line += memchr::memchr_iter(b'\n', whole).count() as u64;
            }
            partial.extend_from_slice(tail);
            source.consume(length);
        }
        if partial.is_empty() { Ok(()) } else { self.send_block(line, partial) }
    }

    fn send_block(&mut self, first_line: u64, mut bytes: Vec<u8>) -> Result<(), Stopped> {
        if first_line == 1 && bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        let size = bytes.len();
        self.in_flight -= self.written.try_iter().sum::<usize>();
        // A block that is larger than all that may be in flight goes alone.
        while self.in_flight > 0 && self.in_flight + size > self.most_in_flight {
            self.in_flight -= self.written.recv().map_err(|_| Stopped)?;
        }
        self.in_flight += size;

        let block = Block { first_line, bytes };
        let evaluate = Arc::clone(&self.evaluate);
        let (sender, result) = mpsc::sync_channel(1);
        self.pool.spawn(move || {
            // This fails when nobody wants the result any more.
            let _ = sender.send(evaluate(&block));
        });
        self.steps.send(Pending::Block { bytes: size, result }).map_err(|_| Stopped)
    }

    fn send(&mut self, step: Step<T>) -> Result<(), Stopped> {
        self.steps.send(Pending::Other(step)).map_err(|_| Stopped)
    }
}

struct Steps<T> {
    steps: Receiver<Pending<T>>,
    written: Sender<usize>,
    /// The size of the block whose result is being dealt with.
    on_hand: usize,
}

impl<T> Iterator for Steps<T> {
    type Item = Step<T>;

    fn next(&mut self) -> Option<Step<T>> {
        if self.on_hand > 0 {
            // This fails when the reader is done.
            let _ = self.written.send(mem::take(&mut self.on_hand));
        }
        match self.steps.recv().ok()? {
            Pending::Block { bytes, result } => {
                self.on_hand = bytes;
                result.recv().ok().map(Step::Block)
            }
            Pending::Other(step) => Some(step),
        }
    }
}
