//! What an event has in common with every other: someone, some time, some server.

use serde_json::{Value, json};

use super::dice::Dice;
use super::people::{self, Person};
use super::php::PhpFormatter;

/// 2024-01-01 00:00:00 UTC.
const YEAR_START: u64 = 1_704_067_200;

/// The end of each quarter in seconds after the start of 2024, and how many of a thousand events have
/// happened by then: people are busier in winter than in summer.
const QUARTERS: [(u64, u64); 4] =
    [(7_862_400, 270), (15_724_800, 510), (23_673_600, 720), (31_622_400, 1_000)];

/// Two generations of servers are in use, and they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// As the manual describes it: the id of a node is a string.
    Documented,
    /// As seen on newer servers: the id is a number, and missing where the node does not exist.
    Newer,
}

/// The circumstances of one event.
pub(super) struct Scene {
    pub(super) dice: Dice,
    /// Seconds since 1970.
    pub(super) time: u64,
    pub(super) server: Server,
    /// Who acts, or whose files are concerned where nobody is signed in.
    pub(super) actor: &'static Person,
    /// Whether somebody is signed in. Public links, anonymous forms and background jobs have no user.
    pub(super) session: bool,
}

impl Scene {
    /// The circumstances of event `index` of `count`. Time goes on from one event to the next.
    pub(super) fn new(index: u64, count: u64) -> Self {
        let mut dice = Dice::for_event(index);
        let time = time_of(index, count, &mut dice);
        let server = if dice.percent(55) { Server::Documented } else { Server::Newer };
        let actor = people::anybody(&mut dice);
        Self { dice, time, server, actor, session: true }
    }

    /// In so many of a hundred cases nobody is signed in.
    pub(super) fn maybe_nobody(&mut self, percentage: u32) {
        self.session = !self.dice.percent(percentage);
    }

    /// A moment up to so many seconds ago.
    pub(super) fn ago(&mut self, seconds: u32) -> u64 {
        self.time - u64::from(self.dice.below(seconds))
    }

    /// The whole event, as a server sends it.
    pub(super) fn envelope(&self, event: &Value) -> Value {
        let user = self.session.then(|| json!({"uid": self.actor.uid, "displayName": self.actor.name}));
        json!({"event": event, "user": user, "time": self.time})
    }

    /// Most servers write what `json_encode` writes without flags.
    pub(super) fn spelling(&mut self) -> PhpFormatter {
        let plain_unicode = self.dice.percent(15);
        PhpFormatter { plain_unicode, plain_slashes: plain_unicode && self.dice.percent(50) }
    }
}

/// The events of a file share the year, and each happens somewhere within its own part of it.
fn time_of(index: u64, count: u64, dice: &mut Dice) -> u64 {
    // Both in thousandths of an event, so that a quarter begins after `count * its number of a thousand`.
    let done = index * 1_000 + u64::from(dice.below(1_000));
    let (mut start, mut before) = (0, 0);
    for (end, by_then) in QUARTERS {
        if done < count * by_then {
            let (part, whole) = (done - count * before, count * (by_then - before));
            let seconds = u128::from(end - start) * u128::from(part) / u128::from(whole);
            return YEAR_START + start + seconds as u64;
        }
        (start, before) = (end, by_then);
    }
    YEAR_START + start
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::{QUARTERS, Scene, YEAR_START};

    #[test]
    fn time_goes_on_and_fills_the_year() {
        let times: Vec<u64> = (0..1_000).map(|index| Scene::new(index, 1_000).time).collect();
        assert!(times.is_sorted());
        let year = YEAR_START..YEAR_START + QUARTERS[3].0;
        assert!(times.iter().all(|time| year.contains(time)));
        assert_eq!(times.iter().filter(|time| **time < year.start + QUARTERS[0].0).count(), 270);
    }

    #[test]
    fn one_event_is_a_file_too() {
        let time = Scene::new(0, 1).time;
        assert!((YEAR_START..YEAR_START + QUARTERS[3].0).contains(&time));
    }
}
