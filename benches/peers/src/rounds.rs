//! Time in turns: each round runs every contender once.

use std::fmt;
use std::time::{Duration, Instant};

/// As many rounds as there is time for.
const ROUNDS: std::ops::RangeInclusive<usize> = 11..=201;
const TIME: Duration = Duration::from_secs(5);
/// A turn lasts at least this long.
const TURN: Duration = Duration::from_micros(500);
/// And before it, the contender runs for nothing for as long as this: at first, what is in the caches is the last one's.
const WARM_UP: Duration = Duration::from_millis(5);

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
        // The unit that suits the median suits the extremes.
        let (unit, name) = match self.median {
            0.0..10e3 => (1.0, "ns"),
            10e3..10e6 => (1e3, "µs"),
            _ => (1e6, "ms"),
        };
        let [median, min, max] = [self.median, self.min, self.max].map(|time| time / unit);
        write!(f, "{median:.0} {name} ({min:.0}–{max:.0})")
    }
}

/// One result for each contender, in order.
pub fn measure(contenders: &mut [Contender<'_>]) -> Vec<Time> {
    let repeats: Vec<u32> = contenders.iter_mut().map(|contender| repeats(&mut contender.0)).collect();
    let mut round = || -> Vec<Duration> {
        contenders
            .iter_mut()
            .zip(&repeats)
            .map(|(contender, &repeats)| {
                warm_up(&mut contender.0);
                turn(&mut contender.0, repeats)
            })
            .collect()
    };
    let start = Instant::now();
    round();
    let rounds = TIME.div_duration_f64(start.elapsed()) as usize;
    let rounds: Vec<_> = (0..rounds.clamp(*ROUNDS.start(), *ROUNDS.end()) | 1).map(|_| round()).collect();
    (0..repeats.len())
        .map(|index| {
            let times =
                rounds.iter().map(|round| round[index].as_secs_f64() * 1e9 / f64::from(repeats[index]));
            summary(times.collect())
        })
        .collect()
}

/// Of one thing's times.
pub fn summary(mut times: Vec<f64>) -> Time {
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

fn warm_up(run: &mut impl FnMut() -> usize) {
    let start = Instant::now();
    while start.elapsed() < WARM_UP {
        turn(run, 1);
    }
}

fn turn(run: &mut impl FnMut() -> usize, repeats: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..repeats {
        std::hint::black_box(run());
    }
    start.elapsed()
}
