//! The values at a path, counted.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::EventLog;
use crate::event::trie::Wanted;
use crate::event::{Node, Number, View};
use crate::path::Path;
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
        let mut counts: HashMap<Value, (usize, u32)> = HashMap::new();
        for (number, count) in (0..).zip(events) {
            let mut values = Scalars(HashSet::new());
            column.visit(number, &mut values);
            for value in values.0 {
                counts.entry(value).or_insert((0, number)).0 += count;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        // The most frequent first, then the first that was there.
        counts.sort_by_key(|(value, (count, first))| (usize::MAX - count, *first, value.to_string()));
        counts.truncate(limit);
        Some(counts.into_iter().map(|(value, (count, _))| (value, count)).collect())
    }
}

/// Looks at all values, and keeps the scalars.
struct Scalars(HashSet<Value>);

impl<'e, N: Node<'e>> Leaf<'e, N> for Scalars {
    fn takes_arrays_whole(&self) -> bool {
        false
    }

    fn passes(&mut self, found: Found<N>) -> bool {
        let Found::Value(value) = found else { return false };
        let value = match value.view() {
            View::Null => Value::Null,
            View::Bool(bool) => bool.into(),
            View::Number(Number::Int(int)) => int.into(),
            View::Number(Number::Double(double)) => double.into(),
            View::String(string) => string.into(),
            View::Array(_) | View::Object(_) => return false,
        };
        self.0.insert(value);
        false
    }
}
