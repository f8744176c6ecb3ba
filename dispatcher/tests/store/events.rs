use std::sync::Arc;

use hooksieve_dispatcher::core::{DeliveryId, EventId, GiveUpReason};
use hooksieve_dispatcher::store::{DeliveryState, Idempotency, NewBatch, StoreError, Stored};
use tokio::task::JoinSet;

use crate::support::{Fixture, at, batch, delivery_id, event_id, new_event};

fn keyed(time: i64, key: &str, fingerprint: u8, answer: &str) -> NewBatch {
    let idempotency =
        Idempotency { key: key.to_owned(), fingerprint: [fingerprint; 32], answer: answer.to_owned() };
    NewBatch {
        accepted_at: at(time),
        events: vec![new_event(at(time), answer, &[])],
        idempotency: Some(idempotency),
    }
}

#[tokio::test]
async fn events_come_back_byte_for_byte() {
    let fixture = Fixture::new();
    let body = "{\"a\": 1.0,\n \"b\": \"\\u0000\u{1f980}\"}\0\n";
    let event = new_event(at(5), body, &[]);
    let id = event.id;
    fixture.store.accept(batch(at(5), vec![event])).await.unwrap();
    let fixture = fixture.reopen();
    let stored = fixture.store.event(id).await.unwrap().unwrap();
    assert_eq!((stored.id, stored.accepted_at, &*stored.body), (id, at(5), body.as_bytes()));
    assert!(fixture.store.event(EventId::from_bytes([9; 16])).await.unwrap().is_none());
}

#[tokio::test]
async fn recent_events_are_listed_in_pages_newest_first() {
    let fixture = Fixture::new();
    let events: Vec<_> = (0..10).map(|index| new_event(at(index), &index.to_string(), &[])).collect();
    let mut ids: Vec<_> = events.iter().map(|event| event.id).collect();
    ids.reverse();
    fixture.store.accept(batch(at(20), events)).await.unwrap();
    let page = async |limit, before| -> Vec<EventId> {
        fixture.store.recent_events(limit, before).await.unwrap().iter().map(|event| event.id).collect()
    };
    assert_eq!(page(1_000, None).await, ids);
    assert_eq!(page(4, None).await, ids[..4]);
    assert_eq!(page(4, Some(ids[3])).await, ids[4..8]);
    assert_eq!(page(4, Some(ids[9])).await, []);
    assert_eq!(page(0, None).await, []);
}

#[tokio::test]
async fn a_batch_is_stored_whole_or_not_at_all() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let taken = fixture.deliver_to(listener, at(1)).await;
    let good = new_event(at(2), "{}", &[listener]);
    let good_id = good.id;
    let mut bad = new_event(at(2), "{}", &[]);
    // No id is used for two deliveries.
    bad.deliveries.push((listener, taken.1));
    let mut request = keyed(2, "key", 1, "{}");
    request.events = vec![good.clone(), bad];
    assert!(matches!(fixture.store.accept(request.clone()).await, Err(StoreError::Other(_))));
    assert!(fixture.store.event(good_id).await.unwrap().is_none());
    assert_eq!(fixture.due(listener).await, [taken.1]);
    // The key was not used up.
    request.events = vec![good];
    assert_eq!(fixture.store.accept(request).await.unwrap(), Stored::Committed);
}

#[tokio::test]
async fn an_event_goes_to_a_listener_once() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let twice = new_event(at(1), "{}", &[listener, listener]);
    assert!(fixture.store.accept(batch(at(1), vec![twice])).await.is_err());
    assert_eq!(fixture.due(listener).await, []);
}

#[tokio::test]
async fn an_event_for_a_listener_that_is_gone_is_given_up_at_once() {
    let fixture = Fixture::new();
    let (listener, gone) = (fixture.listener().await, fixture.listener().await);
    fixture.store.remove_listener(gone, at(1)).await.unwrap();
    let event = new_event(at(2), "{}", &[listener, gone]);
    let ids: Vec<DeliveryId> = event.deliveries.iter().map(|(_, id)| *id).collect();
    fixture.store.accept(batch(at(2), vec![event])).await.unwrap();
    assert_eq!(fixture.state(ids[0]).await, DeliveryState::Pending);
    let given_up = fixture.summary(ids[1]).await;
    assert_eq!(given_up.state, DeliveryState::GivenUp(GiveUpReason::ListenerRemoved));
    assert_eq!(given_up.finished_at, Some(at(2)));
}

#[tokio::test]
async fn a_request_that_is_repeated_gets_its_answer() {
    let fixture = Fixture::new();
    let accept = async |batch| fixture.store.accept(batch).await.unwrap();
    assert_eq!(accept(keyed(1, "key", 1, "first")).await, Stored::Committed);
    assert_eq!(accept(keyed(2, "key", 1, "second")).await, Stored::Repeated("first".to_owned()));
    assert_eq!(accept(keyed(3, "key", 2, "third")).await, Stored::KeyReused);
    assert_eq!(accept(keyed(4, "other", 2, "fourth")).await, Stored::Committed);
    assert_eq!(fixture.store.recent_events(10, None).await.unwrap().len(), 2);
    let fixture = fixture.reopen();
    let again = fixture.store.accept(keyed(5, "key", 1, "fifth")).await.unwrap();
    assert_eq!(again, Stored::Repeated("first".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_equal_requests_at_the_same_time_one_wins() {
    let fixture = Fixture::new();
    for round in 0..20 {
        let mut tasks = JoinSet::new();
        for request in 0..8 {
            let store = fixture.store.clone();
            let batch = keyed(round, &format!("key {round}"), 1, &format!("answer {request}"));
            tasks.spawn(async move { (request, store.accept(batch).await.unwrap()) });
        }
        let results = tasks.join_all().await;
        let winners: Vec<_> = results
            .iter()
            .filter(|(_, stored)| *stored == Stored::Committed)
            .map(|(request, _)| *request)
            .collect();
        let [winner] = winners[..] else { panic!("{} have won", winners.len()) };
        let repeated = Stored::Repeated(format!("answer {winner}"));
        assert!(results.iter().all(|(request, stored)| *request == winner || *stored == repeated));
    }
    assert_eq!(fixture.store.recent_events(100, None).await.unwrap().len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_accept_at_the_same_time() {
    let fixture = Fixture::new();
    let listeners = [fixture.listener().await, fixture.listener().await];
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let store = fixture.store.clone();
        tasks.spawn(async move {
            for _ in 0..10 {
                let event = new_event(at(1), "{}", &listeners);
                assert_eq!(store.accept(batch(at(1), vec![event])).await.unwrap(), Stored::Committed);
            }
        });
    }
    tasks.join_all().await;
    for listener in listeners {
        assert_eq!(fixture.health(listener).await.pending, 500);
        assert_eq!(fixture.due(listener).await.len(), 500);
    }
}

#[tokio::test]
async fn a_batch_without_events_is_no_mistake() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store.accept(batch(at(1), vec![])).await.unwrap(), Stored::Committed);
    let mut request = keyed(1, "key", 1, "nothing");
    request.events.clear();
    assert_eq!(fixture.store.accept(request.clone()).await.unwrap(), Stored::Committed);
    assert_eq!(fixture.store.accept(request).await.unwrap(), Stored::Repeated("nothing".to_owned()));
}

#[tokio::test]
async fn an_event_that_goes_to_many_listeners() {
    let fixture = Fixture::new();
    let mut listeners = Vec::new();
    for _ in 0..300 {
        listeners.push(fixture.listener().await);
    }
    let event = new_event(at(1), &format!("\"{}\"", "x".repeat(1 << 20)), &listeners);
    let body = Arc::clone(&event.body);
    fixture.store.accept(batch(at(1), vec![event])).await.unwrap();
    assert_eq!(fixture.store.next_due().await.unwrap().len(), 300);
    let due = fixture.store.due(listeners[299], 10, vec![]).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].body, body);
    // Ids that nobody has used.
    assert!(fixture.store.delivery(delivery_id(at(1))).await.unwrap().is_none());
    assert!(fixture.store.event(event_id(at(1))).await.unwrap().is_none());
}
