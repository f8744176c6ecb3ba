//! Accounts and sessions: `OCP\User\Events\…`.

use serde_json::{Value, json};

use crate::samples::people::{self, ADMIN, Person};
use crate::samples::scene::Scene;

#[derive(Debug, Clone, Copy)]
enum Change {
    Changed,
    Deleted,
    LiveStatus,
    LoggedIn,
    LoggedOut,
    Password,
}

static CHANGES: &[(u32, Change)] = &[
    (5, Change::LoggedIn),
    (4, Change::LiveStatus),
    (3, Change::LoggedOut),
    (3, Change::Changed),
    (2, Change::Password),
    (1, Change::Deleted),
];

/// What of an account has changed, to what, from what.
static FEATURES: &[(&str, &str, &str)] = &[
    ("quota", "5 GB", "default"),
    ("quota", "none", "10 GB"),
    ("displayName", "Rosa Klein", "Rosa Große"),
    ("eMailAddress", "office@example.org", ""),
];

/// Something happens to an account.
pub(super) fn account(scene: &mut Scene) -> Value {
    let change = *scene.dice.pick_weighted(CHANGES);
    let mut person = scene.actor;
    if matches!(change, Change::Changed | Change::Deleted) {
        person = people::anybody(&mut scene.dice);
        scene.actor = &ADMIN;
    }
    let last_login = scene.ago(20 * 86_400);
    // The one event where it is sent as text.
    let last_login = if matches!(change, Change::LoggedOut) {
        Value::from(last_login.to_string())
    } else {
        Value::from(last_login)
    };
    let mut event = json!({
        "class": match change {
            Change::Changed => r"OCP\User\Events\UserChangedEvent",
            Change::Deleted => r"OCP\User\Events\UserDeletedEvent",
            Change::LiveStatus => r"OCP\User\Events\UserLiveStatusEvent",
            Change::LoggedIn => r"OCP\User\Events\UserLoggedInEvent",
            Change::LoggedOut => r"OCP\User\Events\UserLoggedOutEvent",
            Change::Password => r"OCP\User\Events\PasswordUpdatedEvent",
        },
        "user": user(scene, person, last_login),
    });
    let details = match change {
        Change::Changed => {
            let (feature, value, old_value) = scene.dice.pick(FEATURES);
            json!({"feature": feature, "value": value, "oldValue": old_value})
        }
        Change::LiveStatus => json!({
            "status": *scene.dice.pick(&["online", "away", "dnd", "offline"]),
            "timestamp": scene.ago(10),
        }),
        Change::LoggedIn => json!({
            "loginName": person.uid,
            "isTokenLogin": scene.dice.percent(40),
        }),
        Change::Deleted | Change::LoggedOut | Change::Password => json!({}),
    };
    if let (Value::Object(event), Value::Object(details)) = (&mut event, details) {
        event.extend(details);
    }
    event
}

fn user(scene: &mut Scene, person: &Person, last_login: Value) -> Value {
    let uid = person.uid;
    let mail = scene.dice.percent(75).then(|| match uid.split_once('@') {
        Some(_) => uid.to_owned(),
        None => format!("{uid}@example.org"),
    });
    json!({
        "id": uid,
        "displayName": person.name,
        "lastLogin": last_login,
        "home": format!("/var/www/nextcloud/data/{uid}"),
        "emailAddress": mail,
        "cloudId": format!("{uid}@cloud.example.org"),
        "quota": *scene.dice.pick(&["none", "5 GB", "10 GB"]),
    })
}
