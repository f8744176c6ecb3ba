use hooksieve_dispatcher::core::{Decision, DisableReason, GiveUpReason, ListenerId};
use hooksieve_dispatcher::store::{DeliveryQuery, DeliveryState, Health};

use crate::support::{Fixture, at, attempt, batch, new_event};

#[tokio::test]
async fn registrations_come_back_as_they_were() {
    let fixture = Fixture::new();
    let first = fixture.store.insert_listener(r#"{"uri": "ü"}"#.to_owned(), at(1)).await.unwrap();
    let second = fixture.store.insert_listener("{}".to_owned(), at(2)).await.unwrap();
    assert_eq!((first.number(), second.number()), (1, 2));
    assert!(fixture.store.replace_listener(second, r#"{"a": 1}"#.to_owned()).await.unwrap());
    let fixture = fixture.reopen();
    let listeners = fixture.store.listeners().await.unwrap();
    let seen: Vec<_> =
        listeners.iter().map(|one| (one.id, one.registration.as_str(), one.created_at)).collect();
    assert_eq!(seen, [(first, r#"{"uri": "ü"}"#, at(1)), (second, r#"{"a": 1}"#, at(2))]);
    assert!(listeners.iter().all(|one| one.health == Health::default()));
}

#[tokio::test]
async fn numbers_are_not_used_again() {
    let fixture = Fixture::new();
    let first = fixture.listener().await;
    assert!(fixture.store.remove_listener(first, at(1)).await.unwrap());
    let fixture = fixture.reopen();
    assert_eq!(fixture.listener().await.number(), 2);
}

#[tokio::test]
async fn who_is_not_there_is_not_changed() {
    let fixture = Fixture::new();
    let nobody = ListenerId::from_number(5);
    assert!(!fixture.store.replace_listener(nobody, "{}".to_owned()).await.unwrap());
    assert!(!fixture.store.remove_listener(nobody, at(0)).await.unwrap());
    assert!(!fixture.store.set_disabled(nobody, None, at(0)).await.unwrap());
    assert!(!fixture.store.set_disabled(nobody, Some(DisableReason::ByHand), at(0)).await.unwrap());
    assert_eq!(fixture.store.health(nobody).await.unwrap(), None);
    assert_eq!(fixture.due(nobody).await, []);
    assert!(fixture.store.listeners().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_pending_for_a_listener_that_is_removed_is_given_up() {
    let fixture = Fixture::new();
    let (gone, other) = (fixture.listener().await, fixture.listener().await);
    let (_, delivered) = fixture.deliver_to(gone, at(1)).await;
    fixture.store.record(attempt(gone, delivered, 1, at(2), Ok(200), Decision::Done)).await.unwrap();
    // More than one step's.
    let events = (0..1_201).map(|_| new_event(at(3), "{}", &[gone, other])).collect();
    fixture.store.accept(batch(at(3), events)).await.unwrap();
    assert_eq!(fixture.health(gone).await.pending, 1_201);

    assert!(fixture.store.remove_listener(gone, at(10)).await.unwrap());
    assert!(!fixture.store.remove_listener(gone, at(11)).await.unwrap());
    assert_eq!(fixture.store.next_due().await.unwrap(), [(other, at(3))]);
    assert_eq!(fixture.state(delivered).await, DeliveryState::Delivered);
    let query =
        |state| DeliveryQuery { listener: Some(gone), state, limit: 1_000, ..DeliveryQuery::default() };
    let pending = fixture.store.deliveries(query(Some(DeliveryState::Pending))).await.unwrap();
    assert_eq!(pending, []);
    let all = fixture.store.deliveries(query(None)).await.unwrap();
    assert_eq!(all.len(), 1_000);
    for delivery in all {
        assert_eq!(delivery.state, DeliveryState::GivenUp(GiveUpReason::ListenerRemoved));
        assert_eq!((delivery.due_at, delivery.finished_at), (None, Some(at(10))));
    }
    assert_eq!(fixture.health(other).await.pending, 1_201);
}

#[tokio::test]
async fn a_removal_that_was_broken_off_is_finished_when_the_store_is_opened() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, delivery) = fixture.deliver_to(listener, at(1)).await;
    let path = fixture.path();
    let folder = fixture.close();
    // What the first step does.
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(
            "DELETE FROM listener; INSERT INTO removed_listener (id, removed_at) VALUES (1, 1700000000005)",
        )
        .unwrap();
    drop(connection);
    let fixture = Fixture::open(folder).unwrap();
    let summary = fixture.summary(delivery).await;
    assert_eq!(summary.state, DeliveryState::GivenUp(GiveUpReason::ListenerRemoved));
    assert_eq!(summary.finished_at, Some(at(5)));
}

#[tokio::test]
async fn deliveries_of_a_disabled_listener_stay_pending() {
    let fixture = Fixture::new();
    let (listener, other) = (fixture.listener().await, fixture.listener().await);
    let (_, first) = fixture.deliver_to(listener, at(1)).await;
    fixture.deliver_to(other, at(2)).await;
    fixture
        .store
        .record(attempt(listener, first, 1, at(3), Ok(500), Decision::RetryAt(at(9_000))))
        .await
        .unwrap();
    assert!(fixture.store.set_disabled(listener, Some(DisableReason::ByHand), at(4)).await.unwrap());
    let (_, second) = fixture.deliver_to(listener, at(5)).await;

    assert_eq!(fixture.store.next_due().await.unwrap(), [(other, at(2))]);
    assert_eq!(fixture.due(listener).await, []);
    assert_eq!(fixture.state(first).await, DeliveryState::Pending);
    let health = fixture.health(listener).await;
    assert_eq!((health.disabled, health.pending), (Some((at(4), DisableReason::ByHand)), 2));

    let fixture = fixture.reopen();
    assert!(fixture.store.set_disabled(listener, None, at(100)).await.unwrap());
    assert_eq!(fixture.health(listener).await.disabled, None);
    assert_eq!(fixture.due(listener).await, [second, first]);
    assert_eq!(fixture.summary(second).await.due_at, Some(at(5)));
    // It need not wait any longer.
    assert_eq!(fixture.summary(first).await.due_at, Some(at(100)));
}

#[tokio::test]
async fn the_first_reason_for_disabling_is_kept() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let keeps_failing = DisableReason::KeepsFailing { deliveries: 12 };
    assert!(fixture.store.set_disabled(listener, Some(keeps_failing.clone()), at(1)).await.unwrap());
    assert!(fixture.store.set_disabled(listener, Some(DisableReason::ByHand), at(2)).await.unwrap());
    assert_eq!(fixture.health(listener).await.disabled, Some((at(1), keeps_failing)));
}

#[tokio::test]
async fn enabling_makes_everything_due_however_much_it_is() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let events: Vec<_> = (0..1_100).map(|_| new_event(at(1_000), "{}", &[listener])).collect();
    fixture.store.accept(batch(at(1_000), events)).await.unwrap();
    assert!(fixture.store.set_disabled(listener, None, at(7)).await.unwrap());
    let due = fixture.store.due(listener, 5_000, vec![]).await.unwrap();
    assert_eq!(due.len(), 1_100);
    assert!(due.iter().all(|delivery| delivery.due_at == at(7)));
}
