//! Reads lines from files and standard input and evaluates them on all cores, in order.
//!
//! A thread reads blocks of whole lines and hands each to a pool; the results come back in the order
//! of the lines. Reading, evaluating and writing overlap, and what is on the way is bounded, so
//! memory does not grow with the size of a file, nor with that of the results.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::mem;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

use anyhow::{Context, Result};
use indicatif::ProgressBar;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// At most so many bytes are read at a time. What a pipe holds is usually less; it is handed on at
/// once, so that results are as prompt as the input.
const READ_BYTES: usize = 512 << 10;

/// So many bytes for each thread may be on the way between reader and writer.
const BYTES_PER_THREAD: usize = 8 * READ_BYTES;

/// So many results of a block may wait to be dealt with. It takes two that a thread need not wait for
/// the blocks before its own: one result, and the word that there are no more.
const RESULTS_PER_BLOCK: usize = 2;

/// A longer line is passed over without being kept.
pub(crate) const MAX_LINE_BYTES: usize = 64 << 20;

/// The longest line, what was read with its end, and what was read with its beginning.
const MAX_BUFFER_BYTES: usize = MAX_LINE_BYTES + 2 * READ_BYTES;

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
        paths.into_iter().map(Self::from_path).collect()
    }

    /// Standard input for the path `-`.
    pub(crate) fn from_path(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path) }
    }

    pub(crate) fn is_stdin(&self) -> bool {
        matches!(self, Self::Stdin)
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

    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
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
    input: usize,
    first_line: u64,
    /// More than the lines: it is read into, and used again and again.
    buffer: Vec<u8>,
    lines: Range<usize>,
}

impl Block {
    /// The position of the input among all.
    pub(crate) fn input(&self) -> usize {
        self.input
    }

    /// The lines with their numbers, from 1, and their line endings. The last line of an input may have none.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut rest = self.bytes();
        let lines = std::iter::from_fn(move || {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
            let (line, tail) = rest.split_at(end);
            rest = tail;
            (!line.is_empty()).then_some(line)
        });
        (self.first_line..).zip(lines)
    }

    /// True if a long line has stretched it.
    pub(crate) fn is_large(&self) -> bool {
        self.buffer.len() > READ_BYTES
    }

    fn bytes(&self) -> &[u8] {
        self.buffer.get(self.lines.clone()).unwrap_or_default()
    }
}

/// What happens next, in the order of the inputs and their lines.
pub(crate) enum Step<T> {
    /// An input begins.
    Begin(Input),
    /// Some lines were evaluated.
    Result(T),
    /// The line with this number is longer than [`MAX_LINE_BYTES`].
    LongLine(u64),
    /// An input cannot be read, or not to its end.
    Unreadable(Input, io::Error),
    /// The input that began last is over.
    End,
}

/// Nobody wants the results any more.
pub(crate) struct Stopped;

/// Takes the results of one block, in the order of its lines.
pub(crate) struct Results<T>(SyncSender<BlockStep<T>>);

impl<T> Results<T> {
    /// Waits while earlier results are being dealt with.
    pub(crate) fn send(&self, result: T) -> Result<(), Stopped> {
        self.0.send(BlockStep::Result(result)).map_err(|_| Stopped)
    }
}

/// Evaluates the lines of all inputs on `threads` threads (0: one for each core).
///
/// Dropping the iterator stops the work soon, but does not wait for it: a read may be under way
/// that only ends when the other side of a pipe writes.
pub(crate) fn evaluate<T: Send + 'static>(
    inputs: Vec<Input>,
    threads: usize,
    progress: ProgressBar,
    evaluate: impl Fn(&Block, &Results<T>) -> Result<(), Stopped> + Send + Sync + 'static,
) -> Result<impl Iterator<Item = Step<T>>> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start the threads")?;
    let (steps, steps_receiver) = mpsc::channel();
    let (returned, returned_receiver) = mpsc::channel();
    let reader = Reader {
        steps,
        returned: returned_receiver,
        spare: Vec::new(),
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
    Ok(Steps { steps: steps_receiver, block: None, returned })
}

/// A step that may still be in the making.
enum Pending<T> {
    Block(Receiver<BlockStep<T>>),
    Other(Step<T>),
}

enum BlockStep<T> {
    Result(T),
    /// There are no more. The buffer goes back to the reader.
    End(Vec<u8>),
}

struct Reader<T, F> {
    steps: Sender<Pending<T>>,
    /// The buffers of blocks whose results have been dealt with.
    returned: Receiver<Vec<u8>>,
    /// Such buffers, ready to be read into.
    spare: Vec<Vec<u8>>,
    /// In bytes, of buffers.
    in_flight: usize,
    most_in_flight: usize,
    pool: ThreadPool,
    evaluate: Arc<F>,
    progress: ProgressBar,
}

impl<T, F> Reader<T, F>
where
    T: Send + 'static,
    F: Fn(&Block, &Results<T>) -> Result<(), Stopped> + Send + Sync + 'static,
{
    fn read_all(mut self, inputs: &[Input]) {
        for (index, input) in inputs.iter().enumerate() {
            if let Err(Stopped) = self.read(index, input) {
                return;
            }
        }
    }

    fn read(&mut self, index: usize, input: &Input) -> Result<(), Stopped> {
        let source = match input.open() {
            Ok(source) => self.progress.wrap_read(source),
            Err(error) => return self.send(Step::Unreadable(input.clone(), error)),
        };
        self.send(Step::Begin(input.clone()))?;
        if let Err(error) = self.read_lines(index, source)? {
            self.send(Step::Unreadable(input.clone(), error))?;
        }
        self.send(Step::End)
    }

    fn read_lines(&mut self, input: usize, mut source: impl Read) -> Result<io::Result<()>, Stopped> {
        let mut block = Block { input, first_line: 1, buffer: self.spare_buffer(), lines: 0..0 };
        // The line that is being read is too long to be kept.
        let mut skipping = false;
        loop {
            let before = block.lines.end;
            match block.read_from(&mut source) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(error)),
            }
            let read = block.buffer.get(before..block.lines.end).unwrap_or_default();
            let Some(last) = memchr::memrchr(b'\n', read) else {
                if !skipping && block.lines.len() > MAX_LINE_BYTES {
                    self.send(Step::LongLine(block.first_line))?;
                    skipping = true;
                }
                if skipping {
                    block.lines = 0..0;
                }
                continue;
            };

            if skipping || block.lines.len() > MAX_LINE_BYTES {
                let first = before + memchr::memchr(b'\n', read).unwrap_or_default();
                if !skipping && first - block.lines.start > MAX_LINE_BYTES {
                    self.send(Step::LongLine(block.first_line))?;
                    skipping = true;
                }
                if mem::take(&mut skipping) {
                    block.lines.start = first + 1;
                    block.first_line += 1;
                }
            }

            // What follows the last line that is whole is the start of the next block.
            let end = before + last + 1;
            let tail = block.buffer.get(end..block.lines.end).unwrap_or_default();
            let mut next = Block { input, first_line: 0, buffer: self.spare_buffer(), lines: 0..tail.len() };
            if let Some(start) = next.buffer.get_mut(..tail.len()) {
                start.copy_from_slice(tail);
            }
            block.lines.end = end;
            next.first_line = block.first_line + memchr::memchr_iter(b'\n', block.bytes()).count() as u64;
            self.send_block(mem::replace(&mut block, next))?;
        }
        if block.lines.is_empty() {
            self.keep(block.buffer);
        } else {
            self.send_block(block)?;
        }
        Ok(Ok(()))
    }

    fn spare_buffer(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_else(|| vec![0; READ_BYTES])
    }

    fn send_block(&mut self, mut block: Block) -> Result<(), Stopped> {
        if block.first_line == 1 && block.bytes().starts_with(BYTE_ORDER_MARK) {
            block.lines.start += BYTE_ORDER_MARK.len();
        }
        let size = block.buffer.len();
        while let Ok(buffer) = self.returned.try_recv() {
            self.take_back(buffer);
        }
        // A block that is larger than all that may be in flight goes alone.
        while self.in_flight > 0 && self.in_flight + size > self.most_in_flight {
            let buffer = self.returned.recv().map_err(|_| Stopped)?;
            self.take_back(buffer);
        }
        self.in_flight += size;

        let evaluate = Arc::clone(&self.evaluate);
        let (sender, results) = mpsc::sync_channel(RESULTS_PER_BLOCK);
        // The pool begins with what came first: the block whose turn it is waits for no other.
        self.pool.spawn(move || {
            let results = Results(sender);
            if evaluate(&block, &results).is_ok() {
                // This fails when nobody wants the results any more.
                let _ = results.0.send(BlockStep::End(block.buffer));
            }
        });
        self.steps.send(Pending::Block(results)).map_err(|_| Stopped)
    }

    fn take_back(&mut self, buffer: Vec<u8>) {
        self.in_flight -= buffer.len();
        self.keep(buffer);
    }

    fn keep(&mut self, buffer: Vec<u8>) {
        // One that a long line has stretched is not kept.
        if buffer.len() == READ_BYTES {
            self.spare.push(buffer);
        }
    }

    fn send(&mut self, step: Step<T>) -> Result<(), Stopped> {
        self.steps.send(Pending::Other(step)).map_err(|_| Stopped)
    }
}

impl Block {
    /// Reads once, at most [`READ_BYTES`], to the end of the lines.
    fn read_from(&mut self, source: &mut impl Read) -> io::Result<usize> {
        let end = self.lines.end;
        if end == self.buffer.len() {
            self.buffer.resize((2 * end).min(MAX_BUFFER_BYTES), 0);
        }
        let room = self.buffer.len().min(end + READ_BYTES);
        let length = source.read(self.buffer.get_mut(end..room).unwrap_or_default())?;
        self.lines.end += length;
        Ok(length)
    }
}

struct Steps<T> {
    steps: Receiver<Pending<T>>,
    /// Results of the block whose turn it is.
    block: Option<Receiver<BlockStep<T>>>,
    returned: Sender<Vec<u8>>,
}

impl<T> Iterator for Steps<T> {
    type Item = Step<T>;

    fn next(&mut self) -> Option<Step<T>> {
        loop {
            match &self.block {
                None => match self.steps.recv().ok()? {
                    Pending::Block(results) => self.block = Some(results),
                    Pending::Other(step) => return Some(step),
                },
                Some(results) => match results.recv().ok()? {
                    BlockStep::Result(result) => return Some(Step::Result(result)),
                    BlockStep::End(buffer) => {
                        self.block = None;
                        // This fails when the reader is done.
                        let _ = self.returned.send(buffer);
                    }
                },
            }
        }
    }
}
