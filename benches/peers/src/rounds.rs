//! Time in turns: each round runs every contender once.

use std::fmt;
use std::time::{Duration, Instant};

const ROUNDS: usize = 201;
/// A turn lasts at least this long.
const TURN: Duration = Duration::from_micros(500);

/// Something to be timed. It returns a number that depends on its work.
pub struct Contender<'a>(Box<dyn FnMut() -> usize + 'a>);

impl<'a> Contender<'a> {
    pub fn new(run: impl FnMut() -> usize + 'a) -> Self {
        Self(Box::new(run))
    }
}

/// Nanoseconds: the median and the extremes over all rounds.
#[derive(Clone, Copy)]
pub struct Time {
    pub median: f64,
    min: f64,
    max: f64,
}

impl Time {
    /// Of one of `count` things.
    pub fn per(self, count: usize) -> Self {
        let count = count as f64;
        Self { median: self.median / count, min: self.min / count, max: self.max / count }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} ns ({:.0}–{:.0})", self.median, self.min, self.max)
    }
}

/// One result for each contender, in order.
pub fn measure(contenders: &mut [Contender<'_>]) -> Vec<Time> {
    let repeats: Vec<u32> = contenders.iter_mut().map(|contender| repeats(&mut contender.0)).collect();
    let mut times = vec![Vec::with_capacity(ROUNDS); contenders.len()];
    for _ in 0..ROUNDS {
        for ((contender, &repeats), times) in contenders.iter_mut().zip(&repeats).zip(&mut times) {
            times.push(turn(&mut contender.0, repeats).as_secs_f64() * 1e9 / f64::from(repeats));
        }
    }
    times.into_iter().map(summary).collect()
}

fn summary(mut times: Vec<f64>) -> Time {
    times.sort_by(f64::total_cmp);
    Time { median: times[times.len() / 2], min: times[0], max: times[times.len() - 1] }
}

/// How often a contender runs in a turn.
fn repeats(run: &mut impl FnMut() -> usize) -> u32 {
    let mut repeats = 1;
    while turn(run, repeats) < TURN {
        repeats *= 2;
    }
    repeats
}

fn turn(run: &mut impl FnMut() -> usize, repeats: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..repeats {
        std::hint::black_box(run());
    }
    start.elapsed()
}
