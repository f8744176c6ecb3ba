use hooksieve_dispatcher::core::{Decision, DeliveryId, GiveUpReason};
use hooksieve_dispatcher::store::{DeliveryQuery, DeliveryState};

use crate::support::{Fixture, at, attempt, batch, new_event};

const ALL: DeliveryQuery =
    DeliveryQuery { listener: None, event: None, state: None, before: None, limit: 100 };

#[tokio::test]
async fn what_is_due_comes_in_its_order_with_all_that_an_attempt_needs() {
    let fixture = Fixture::new();
    let (listener, other) = (fixture.listener().await, fixture.listener().await);
    let (_, late) = fixture.deliver_to(listener, at(1)).await;
    let (event, early) = fixture.deliver_to(listener, at(2)).await;
    fixture.deliver_to(other, at(1)).await;
    fixture
        .store
        .record(attempt(listener, late, 1, at(3), Ok(503), Decision::RetryAt(at(60))))
        .await
        .unwrap();
    assert_eq!(fixture.store.next_due().await.unwrap(), [(listener, at(2)), (other, at(1))]);
    let due = fixture.store.due(listener, 10, vec![]).await.unwrap();
    assert_eq!(
        due.iter().map(|one| (one.id, one.due_at, one.attempts)).collect::<Vec<_>>(),
        [(early, at(2), 0), (late, at(60), 1)]
    );
    assert_eq!((due[0].event, due[0].accepted_at, &*due[0].body), (event, at(2), b"{}".as_slice()));
    assert_eq!(due[1].accepted_at, at(1));
}

#[tokio::test]
async fn what_is_under_way_is_left_out_and_does_not_count() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let mut ids = Vec::new();
    for time in 0..6 {
        ids.push(fixture.deliver_to(listener, at(time)).await.1);
    }
    let due = async |limit, except| -> Vec<DeliveryId> {
        fixture.store.due(listener, limit, except).await.unwrap().iter().map(|one| one.id).collect()
    };
    assert_eq!(due(2, vec![]).await, ids[..2]);
    assert_eq!(due(2, vec![ids[0], ids[2]]).await, [ids[1], ids[3]]);
    assert_eq!(due(10, ids[..5].to_vec()).await, ids[5..]);
    assert_eq!(due(10, ids.clone()).await, []);
    assert_eq!(due(0, vec![]).await, []);
    assert_eq!(due(u32::MAX, vec![]).await, ids);
}

#[tokio::test]
async fn lists_are_cut_by_listener_event_and_state() {
    let fixture = Fixture::new();
    let listeners = [fixture.listener().await, fixture.listener().await];
    let mut events = Vec::new();
    let mut all = Vec::new();
    for time in 0..6 {
        let event = new_event(at(time), "{}", &listeners);
        events.push(event.id);
        for (listener, id) in &event.deliveries {
            all.push((*id, event.id, *listener));
        }
        fixture.store.accept(batch(at(time), vec![event])).await.unwrap();
    }
    for (index, (id, _, listener)) in all.iter().enumerate() {
        let decision = match index % 3 {
            0 => continue,
            1 => Decision::Done,
            _ => Decision::GiveUp(GiveUpReason::Status(404)),
        };
        fixture.store.record(attempt(*listener, *id, 1, at(10), Ok(200), decision)).await.unwrap();
    }
    let states =
        [DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::GivenUp(GiveUpReason::Request)];
    for listener in [None, Some(listeners[0]), Some(listeners[1])] {
        for event in [None, Some(events[0]), Some(events[4])] {
            for state in [None, Some(0), Some(1), Some(2)] {
                let query =
                    DeliveryQuery { listener, event, state: state.map(|state: usize| states[state]), ..ALL };
                let mut expected: Vec<_> = all
                    .iter()
                    .enumerate()
                    .filter(|(index, one)| {
                        state.is_none_or(|state| index % 3 == state)
                            && event.is_none_or(|event| one.1 == event)
                            && listener.is_none_or(|listener| one.2 == listener)
                    })
                    .map(|(_, one)| *one)
                    .collect();
                expected.reverse();
                let found = fixture.store.deliveries(query.clone()).await.unwrap();
                let found: Vec<_> = found.iter().map(|one| (one.id, one.event, one.listener)).collect();
                assert_eq!(found, expected, "{query:?}");

                // The same, in pages.
                let (mut paged, mut before) = (Vec::new(), None);
                loop {
                    let page = DeliveryQuery { before, limit: 2, ..query.clone() };
                    let page = fixture.store.deliveries(page).await.unwrap();
                    assert!(page.len() <= 2);
                    let Some(last) = page.last() else { break };
                    before = Some(last.id);
                    paged.extend(page.iter().map(|one| (one.id, one.event, one.listener)));
                }
                assert_eq!(paged, expected, "{query:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_list_has_an_end() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let events = (0..1_005).map(|time| new_event(at(time), "{}", &[listener])).collect();
    fixture.store.accept(batch(at(1), events)).await.unwrap();
    let listed = fixture.store.deliveries(DeliveryQuery { limit: u32::MAX, ..ALL }).await.unwrap();
    assert_eq!(listed.len(), 1_000);
    assert_eq!(fixture.store.deliveries(DeliveryQuery { limit: 0, ..ALL }).await.unwrap(), []);
    assert_eq!(fixture.store.recent_events(u32::MAX, None).await.unwrap().len(), 1_000);
}

#[tokio::test]
async fn what_is_finished_can_be_delivered_again() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, id) = fixture.deliver_to(listener, at(1)).await;
    assert_eq!(fixture.store.redeliver(id, at(2)).await.unwrap(), None);
    let given_up = Decision::GiveUp(GiveUpReason::Status(404));
    fixture.store.record(attempt(listener, id, 1, at(3), Ok(404), given_up)).await.unwrap();
    assert_eq!(fixture.store.next_due().await.unwrap(), []);

    assert_eq!(fixture.store.redeliver(id, at(50)).await.unwrap(), Some(listener));
    let summary = fixture.summary(id).await;
    assert_eq!((summary.state, summary.attempts), (DeliveryState::Pending, 1));
    assert_eq!((summary.due_at, summary.finished_at), (Some(at(50)), None));
    assert_eq!(fixture.store.next_due().await.unwrap(), [(listener, at(50))]);
    assert_eq!(fixture.store.redeliver(id, at(51)).await.unwrap(), None);

    fixture.store.record(attempt(listener, id, 2, at(60), Ok(204), Decision::Done)).await.unwrap();
    let (summary, attempts) = fixture.store.delivery(id).await.unwrap().unwrap();
    assert_eq!((summary.state, summary.attempts), (DeliveryState::Delivered, 2));
    assert_eq!(
        attempts.iter().map(|one| (one.attempt, one.result)).collect::<Vec<_>>(),
        [(1, Ok(404)), (2, Ok(204))]
    );
    assert_eq!(fixture.store.redeliver(id, at(70)).await.unwrap(), Some(listener));
}

#[tokio::test]
async fn nothing_is_delivered_again_to_a_listener_that_is_gone() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, id) = fixture.deliver_to(listener, at(1)).await;
    fixture.store.remove_listener(listener, at(2)).await.unwrap();
    assert_eq!(fixture.store.redeliver(id, at(3)).await.unwrap(), None);
    assert_eq!(fixture.store.redeliver(DeliveryId::from_bytes([1; 16]), at(3)).await.unwrap(), None);
    assert_eq!(fixture.state(id).await, DeliveryState::GivenUp(GiveUpReason::ListenerRemoved));
}
