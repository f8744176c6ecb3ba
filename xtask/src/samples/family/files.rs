//! Files and folders of the server itself: `OCP\Files\Events\Node\…`.

use serde_json::{Map, Value, json};

use crate::samples::paths::{self, SHARED_NODES};
use crate::samples::people::{self, ADMIN};
use crate::samples::scene::{Scene, Server};

/// A class of events about one node.
struct OneNode {
    name: &'static str,
    /// The node is not there yet, or no longer.
    absent: bool,
    /// In the manual, but newer servers have no such event.
    documented_only: bool,
}

static ONE_NODE: &[(u32, OneNode)] = &[
    (9, one_node_class("BeforeNodeCreatedEvent", true, false)),
    (4, one_node_class("BeforeNodeTouchedEvent", false, false)),
    (12, one_node_class("BeforeNodeWrittenEvent", false, false)),
    (10, one_node_class("BeforeNodeReadEvent", false, false)),
    (5, one_node_class("BeforeNodeDeletedEvent", false, false)),
    (14, one_node_class("NodeCreatedEvent", false, false)),
    (8, one_node_class("NodeTouchedEvent", false, false)),
    (25, one_node_class("NodeWrittenEvent", false, false)),
    (4, one_node_class("NodeReadEvent", false, true)),
    (9, one_node_class("NodeDeletedEvent", true, false)),
];

const fn one_node_class(name: &'static str, absent: bool, documented_only: bool) -> OneNode {
    OneNode { name, absent, documented_only }
}

/// What moves.
#[derive(Debug, Clone, Copy)]
enum Move {
    Copy,
    Rename,
    Restore,
}

/// A class of events with a source and a target, one of which may not be there at that moment.
struct TwoNodes {
    name: &'static str,
    kind: Move,
    source_absent: bool,
    target_absent: bool,
}

static TWO_NODES: &[(u32, TwoNodes)] = &[
    (4, two_nodes_class("BeforeNodeCopiedEvent", Move::Copy, false, true)),
    (6, two_nodes_class("BeforeNodeRenamedEvent", Move::Rename, false, true)),
    (2, two_nodes_class("BeforeNodeRestoredEvent", Move::Restore, false, true)),
    (5, two_nodes_class("NodeCopiedEvent", Move::Copy, false, false)),
    (9, two_nodes_class("NodeRenamedEvent", Move::Rename, true, false)),
    (3, two_nodes_class("NodeRestoredEvent", Move::Restore, true, false)),
];

const fn two_nodes_class(
    name: &'static str,
    kind: Move,
    source_absent: bool,
    target_absent: bool,
) -> TwoNodes {
    TwoNodes { name, kind, source_absent, target_absent }
}

/// Something happens to a file or a folder.
pub(super) fn one_node(scene: &mut Scene) -> Value {
    let class = scene.dice.pick_weighted(ONE_NODE);
    if class.documented_only {
        scene.server = Server::Documented;
    }
    let node = if scene.dice.percent(12) {
        shared_node(scene, class.absent)
    } else {
        let owner = owner(scene);
        let (folder, name) = paths::folder_and_name(&mut scene.dice, scene.time);
        // Uploads through a public link have no user.
        scene.maybe_nobody(5);
        let folder = if scene.session { folder } else { "Documents/File requests/Incoming 2024" };
        let id = scene.dice.between(100, 98_000);
        node(scene.server, id, &format!("/{owner}/files/{folder}/{name}"), class.absent)
    };
    json!({"class": class_path(class.name), "node": node})
}

/// Something is copied, renamed, moved or brought back.
pub(super) fn two_nodes(scene: &mut Scene) -> Value {
    let class = scene.dice.pick_weighted(TWO_NODES);
    let owner = owner(scene);
    let (folder, name) = paths::folder_and_name(&mut scene.dice, scene.time);
    let path = format!("/{owner}/files/{folder}/{name}");
    let id = scene.dice.between(100, 98_000);
    let (source, target, target_id) = match class.kind {
        Move::Copy => {
            let copy = paths::copy_name(&mut scene.dice, &name);
            let copy = format!("/{owner}/files/{folder}/{copy}");
            let copy_id = id + scene.dice.between(1, 400);
            (path, copy, copy_id)
        }
        Move::Rename => {
            // Half of them stay where they are and get another name.
            let (new_folder, new_name) = if scene.dice.percent(50) {
                (folder, format!("{} {name}", scene.dice.pick(&["OLD", "final", "Kopie von"])))
            } else {
                (paths::folder(&mut scene.dice), name)
            };
            (path, format!("/{owner}/files/{new_folder}/{new_name}"), id)
        }
        Move::Restore => {
            let deleted = scene.ago(30 * 86_400);
            (format!("/{owner}/files_trashbin/files/{name}.d{deleted}"), path, id)
        }
    };
    json!({
        "class": class_path(class.name),
        "source": node(scene.server, id, &source, class.source_absent),
        "target": node(scene.server, target_id, &target, class.target_absent),
    })
}

fn class_path(name: &str) -> String {
    format!(r"OCP\Files\Events\Node\{name}")
}

/// Most people work on their own files.
fn owner(scene: &mut Scene) -> &'static str {
    if scene.dice.percent(88) { scene.actor.uid } else { people::anybody(&mut scene.dice).uid }
}

fn shared_node(scene: &mut Scene, absent: bool) -> Value {
    let shared = scene.dice.pick_weighted(SHARED_NODES);
    // Its owner is at it as often as all the others together. The administrator's folders are nobody
    // else's business.
    if scene.dice.percent(50) || (shared.owner.uid == ADMIN.uid && !shared.path.contains('.')) {
        scene.actor = shared.owner;
    }
    let path = format!("/{}/files/{}", shared.owner.uid, shared.path);
    node(scene.server, shared.id, &path, absent)
}

fn node(server: Server, id: u32, path: &str, absent: bool) -> Value {
    let mut node = Map::new();
    match server {
        Server::Documented => {
            node.insert("id".to_owned(), id.to_string().into());
        }
        Server::Newer if absent => {}
        Server::Newer => {
            node.insert("id".to_owned(), id.into());
        }
    }
    node.insert("path".to_owned(), path.into());
    Value::Object(node)
}
