//! The values at a path, counted.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::EventLog;
use crate::event::trie::Wanted;
use crate::event::{Node, View, json_text, to_value};
use crate::path::Path;
use crate::sort;
use crate::vm::walk::{Found, Leaf};

impl EventLog {
    /// The values that events have at a path, with the number of events that have them, the most frequent
    /// first: scalars only, those in arrays included. `None` where the path has a backslash that escapes
    /// nothing, or where there is no room for its column.
    ///
    /// ```
    /// let mut log = hooksieve::EventLog::new();
    /// log.append(b"{\"a\": 1}\n{\"a\": [2, 1]}\n{\"a\": null}\n")?;
    /// assert_eq!(log.values("a", 2).unwrap(), [(1.into(), 2), (2.into(), 1)]);
    /// # Ok::<(), hooksieve::LogFull>(())
    /// ```
    pub fn values(&mut self, path: &str, limit: usize) -> Option<Vec<(Value, usize)>> {
        let path = Path::parse(path).ok()?;
        if !self.prepare(&HashMap::from([(path.clone(), Wanted::Shallow)])) {
            return None;
        }
        let column = self.columns.get(&path)?;
        let mut events = vec![0_usize; column.distinct()];
        for number in column.numbers() {
            if let Some(count) = events.get_mut(*number as usize) {
                *count += 1;
            }
        }
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut counts: Vec<(Value, usize)> = Vec::new();
        for (number, count) in (0..).zip(events) {
            let mut values = Scalars::default();
            column.visit(number, &mut values);
            for (text, value) in values.in_order {
                let place = *places.entry(text).or_insert(counts.len());
                match counts.get_mut(place) {
                    Some((_, known)) => *known += count,
                    None => counts.push((value, count)),
                }
            }
        }
        // The most frequent first, then the first that was there.
        sort::by_key(&mut counts, |(_, count)| Reverse(*count));
        counts.truncate(limit);
        Some(counts)
    }
}

/// Looks at all values, and keeps the scalars with their texts, each once.
#[derive(Default)]
struct Scalars {
    known: HashSet<String>,
    in_order: Vec<(String, Value)>,
}

impl<'e, N: Node<'e>> Leaf<'e, N> for Scalars {
    fn takes_arrays_whole(&self) -> bool {
        false
    }

    fn passes(&mut self, found: Found<N>) -> bool {
        if let Found::Value(value) = found
            && !matches!(value.view(), View::Array(_) | View::Object(_))
        {
            let text = json_text(value);
            if self.known.insert(text.clone()) {
                self.in_order.push((text, to_value(value)));
            }
        }
        false
    }
}
