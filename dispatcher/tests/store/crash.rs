//! What was acknowledged is there, whenever the process is killed.

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use hooksieve_dispatcher::core::{Decision, DeliveryId};
use hooksieve_dispatcher::store::{DeliveryState, MasterKey, Store, StoreError, StoreOptions};

use crate::support::{Fixture, KEY, at, attempt, batch};

/// The folder of the store that the child writes to.
const PATH: &str = "STORE_CRASH_PATH";

/// Ids of this process must not be those of the one before it.
fn random_ids(count: usize) -> Vec<[u8; 10]> {
    let mut ids = vec![[0; 10]; count];
    ids.iter_mut().for_each(|id| getrandom::fill(id).unwrap());
    ids
}

fn open(path: PathBuf) -> Result<Store, StoreError> {
    Store::open(&StoreOptions { path, busy_timeout: Duration::from_secs(5) }, MasterKey::from_bytes(KEY))
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let mut fixture = Fixture::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(fixture.listener());
    let (mut accepted, mut delivered) = (HashSet::new(), HashSet::new());
    for round in 0..6 {
        let folder = fixture.close();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::child", "--ignored", "--nocapture"])
            .env(PATH, folder.path().join("store.db"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut seen = 0;
        let mut line = String::new();
        // Killed after more acknowledgements each time; what it has said until then counts, too.
        while lines.read_line(&mut line).unwrap() > 0 {
            if let Some(line) = line.strip_suffix('\n') {
                let id = |prefix| line.strip_prefix(prefix).map(|id: &str| id.parse::<DeliveryId>().unwrap());
                accepted.extend(id("accepted "));
                delivered.extend(id("delivered "));
                seen += u32::from(id("accepted ").is_some());
                if seen == 20 + 17 * round {
                    assert_eq!(open(folder.path().join("store.db")).unwrap_err(), StoreError::Locked);
                    child.kill().unwrap();
                }
            }
            line.clear();
        }
        let status = child.wait().unwrap();
        assert!(!status.success(), "it was killed");
        fixture = Fixture::open(folder).unwrap();
        runtime.block_on(async {
            for id in &accepted {
                let summary = fixture.summary(*id).await;
                assert!(fixture.store.event(summary.event).await.unwrap().is_some());
                // What was not acknowledged may have been recorded, or not: then it is still to be done.
                match summary.state {
                    DeliveryState::Pending => assert!(!delivered.contains(id) && summary.due_at.is_some()),
                    state => assert_eq!(state, DeliveryState::Delivered),
                }
            }
            assert!(fixture.health(listener).await.pending > 0);
        });
    }
    assert!(!delivered.is_empty());
    drop(fixture.close());
}

/// The process that is killed.
#[test]
#[ignore = "run by the test above"]
fn child() {
    let Some(path) = std::env::var_os(PATH).map(PathBuf::from) else { return };
    let store = open(path).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = store.listeners().await.unwrap()[0].id;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let store = store.clone();
            tasks.spawn(async move {
                for _ in 0..100_000 {
                    let mut event = crate::support::new_event(at(1), "{}", &[]);
                    let ids = random_ids(2);
                    event.id = hooksieve_dispatcher::core::EventId::new(at(1), ids[0]);
                    let delivery = DeliveryId::new(at(1), ids[1]);
                    event.deliveries.push((listener, delivery));
                    store.accept(batch(at(1), vec![event])).await.unwrap();
                    println!("accepted {delivery}");
                    if ids[0][9].is_multiple_of(2) {
                        let record = attempt(listener, delivery, 1, at(2), Ok(200), Decision::Done);
                        store.record(record).await.unwrap();
                        println!("delivered {delivery}");
                    }
                }
            });
        }
        tasks.join_all().await;
    });
}
