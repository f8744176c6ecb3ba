//! The kinds of events, a file a family. Field names and types are those that Nextcloud and its apps
//! document; where servers in use differ from that, both forms occur.

mod accounts;
mod calendar;
mod files;
mod flow;
mod forms;
mod objects;
mod shares;
mod tables;

use serde_json::Value;

use super::scene::Scene;

/// Makes the `event` part of an event.
type Family = fn(&mut Scene) -> Value;

static FAMILIES: &[(u32, Family)] = &[
    (30, files::one_node),
    (13, files::two_nodes),
    (25, tables::row),
    (7, forms::submission),
    (7, calendar::object),
    (5, flow::file),
    (4, flow::tags),
    (3, shares::share),
    (4, accounts::account),
    (2, objects::object),
];

/// The `event` part of an event of any kind.
pub(super) fn any(scene: &mut Scene) -> Value {
    scene.dice.pick_weighted(FAMILIES)(scene)
}
