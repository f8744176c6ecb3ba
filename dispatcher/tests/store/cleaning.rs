use std::time::Duration;

use hooksieve_dispatcher::core::{Decision, GiveUpReason};
use hooksieve_dispatcher::store::{DeliveryState, Idempotency, NewBatch, Retention, Stored};

use crate::support::{Fixture, at, attempt, batch, new_event};

const SECOND: Duration = Duration::from_secs(1);

fn kept(deliveries: Option<u64>, events: Option<u64>) -> Retention {
    Retention {
        deliveries: deliveries.map(Duration::from_secs),
        events: events.map(Duration::from_secs),
        idempotency: SECOND,
    }
}

#[tokio::test]
async fn only_what_is_finished_and_old_is_removed() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (pending_event, pending) = fixture.deliver_to(listener, at(0)).await;
    let (old_event, old) = fixture.deliver_to(listener, at(1)).await;
    let (given_up_event, given_up) = fixture.deliver_to(listener, at(2)).await;
    let (young_event, young) = fixture.deliver_to(listener, at(3)).await;
    let nowhere = new_event(at(4), "{}", &[]);
    let nowhere_id = nowhere.id;
    fixture.store.accept(batch(at(4), vec![nowhere])).await.unwrap();
    for (id, time, decision) in [
        (old, 1_000, Decision::Done),
        (given_up, 1_000, Decision::GiveUp(GiveUpReason::Status(404))),
        (young, 9_000, Decision::Done),
    ] {
        fixture.store.record(attempt(listener, id, 1, at(time), Ok(200), decision)).await.unwrap();
    }

    // The attempts ended 25 ms after they had begun.
    assert_eq!(fixture.store.clean_up(&kept(Some(5), None), at(6_024)).await.unwrap(), (0, 0));
    assert_eq!(fixture.store.clean_up(&kept(Some(5), None), at(6_025)).await.unwrap(), (2, 0));
    assert!(fixture.store.delivery(old).await.unwrap().is_none());
    assert!(fixture.store.delivery(given_up).await.unwrap().is_none());
    assert_eq!(fixture.state(young).await, DeliveryState::Delivered);
    assert_eq!(fixture.state(pending).await, DeliveryState::Pending);

    assert_eq!(fixture.store.clean_up(&kept(None, None), at(1_000_000)).await.unwrap(), (0, 0));
    assert_eq!(fixture.store.clean_up(&kept(None, Some(5)), at(10_000)).await.unwrap(), (0, 3));
    for id in [old_event, given_up_event, nowhere_id] {
        assert!(fixture.store.event(id).await.unwrap().is_none());
    }
    for id in [pending_event, young_event] {
        assert!(fixture.store.event(id).await.unwrap().is_some());
    }
    assert_eq!(fixture.store.clean_up(&kept(Some(0), Some(0)), at(10_000)).await.unwrap(), (1, 1));
    assert_eq!(fixture.due(listener).await, [pending]);
    // The health is not forgotten with the deliveries.
    assert_eq!(fixture.health(listener).await.last_success_at, Some(at(9_025)));
}

#[tokio::test]
async fn keys_of_requests_are_forgotten_in_time() {
    let fixture = Fixture::new();
    let request = |time| NewBatch {
        accepted_at: at(time),
        events: vec![],
        idempotency: Some(Idempotency { key: "key".into(), fingerprint: [1; 32], answer: time.to_string() }),
    };
    fixture.store.accept(request(0)).await.unwrap();
    fixture.store.clean_up(&kept(None, None), at(999)).await.unwrap();
    assert_eq!(fixture.store.accept(request(999)).await.unwrap(), Stored::Repeated("0".to_owned()));
    fixture.store.clean_up(&kept(None, None), at(1_000)).await.unwrap();
    assert_eq!(fixture.store.accept(request(1_001)).await.unwrap(), Stored::Committed);
}

#[tokio::test]
async fn the_file_shrinks() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let body = format!("\"{}\"", "x".repeat(2_000));
    let mut kept_id = None;
    for time in 0..30 {
        let events: Vec<_> = (0..100).map(|_| new_event(at(time), &body, &[listener])).collect();
        let ids: Vec<_> = events.iter().map(|event| event.deliveries[0].1).collect();
        fixture.store.accept(batch(at(time), events)).await.unwrap();
        let mut records = tokio::task::JoinSet::new();
        for id in &ids[1..] {
            let (store, record) =
                (fixture.store.clone(), attempt(listener, *id, 1, at(time), Ok(200), Decision::Done));
            records.spawn(async move { store.record(record).await.unwrap() });
        }
        records.join_all().await;
        kept_id = Some(ids[0]);
    }
    let fixture = fixture.reopen();
    let size = |fixture: &Fixture| std::fs::metadata(fixture.path()).unwrap().len();
    let before = size(&fixture);
    assert_eq!(fixture.store.clean_up(&kept(Some(1), Some(1)), at(60_000)).await.unwrap(), (2_970, 2_970));
    let fixture = fixture.reopen();
    let after = size(&fixture);
    assert!(after * 4 < before, "{before} bytes before, {after} after");
    assert_eq!(fixture.due(listener).await.len(), 30);
    assert_eq!(fixture.state(kept_id.unwrap()).await, DeliveryState::Pending);
}

#[tokio::test(flavor = "multi_thread")]
async fn others_write_while_it_is_cleaned_up() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let events: Vec<_> = (0..5_000).map(|_| new_event(at(0), "{}", &[])).collect();
    fixture.store.accept(batch(at(0), events)).await.unwrap();
    let store = fixture.store.clone();
    let cleaning = tokio::spawn(async move { store.clean_up(&kept(Some(1), Some(1)), at(60_000)).await });
    let mut accepted = 0;
    while !cleaning.is_finished() {
        fixture.deliver_to(listener, at(60_000)).await;
        accepted += 1;
    }
    assert_eq!(cleaning.await.unwrap().unwrap(), (0, 5_000));
    assert_eq!(fixture.health(listener).await.pending, accepted);
}
