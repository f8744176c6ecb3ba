use std::time::Duration;

use hooksieve_dispatcher::core::{Decision, DeliveryId, DisableReason, Failure, GiveUpReason};
use hooksieve_dispatcher::store::{AttemptRecord, DeliveryState, Health};

use crate::support::{Fixture, at, attempt};

#[tokio::test]
async fn an_attempt_comes_back_as_it_was() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (event, id) = fixture.deliver_to(listener, at(1)).await;
    let results = [
        Ok(503),
        Err(Failure::NameResolution),
        Err(Failure::AddressRefused),
        Err(Failure::Connection),
        Err(Failure::Tls),
        Err(Failure::Timeout),
        Err(Failure::Protocol),
        Err(Failure::Request),
        Ok(100),
        Ok(599),
    ];
    for (number, result) in (1..).zip(results) {
        let record = AttemptRecord {
            answer: vec![0, 255, b'\n'],
            duration: Duration::from_millis(u64::from(number) * 1_000),
            ..attempt(listener, id, number, at(10), result, Decision::RetryAt(at(60_000 * i64::from(number))))
        };
        fixture.store.record(record).await.unwrap();
    }
    let fixture = fixture.reopen();
    let (summary, attempts) = fixture.store.delivery(id).await.unwrap().unwrap();
    assert_eq!((summary.id, summary.event, summary.listener), (id, event, listener));
    assert_eq!((summary.created_at, summary.state), (at(1), DeliveryState::Pending));
    assert_eq!((summary.attempts, summary.due_at), (10, Some(at(600_000))));
    assert_eq!(attempts.iter().map(|one| one.result).collect::<Vec<_>>(), results);
    assert_eq!(attempts.iter().map(|one| one.attempt).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert_eq!((attempts[2].duration, attempts[2].started_at), (Duration::from_secs(3), at(10)));
    assert!(attempts.iter().all(|one| one.answer == [0, 255, b'\n']));
}

#[tokio::test]
async fn the_health_of_a_listener_follows_from_its_deliveries() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let mut ids = Vec::new();
    for time in 0..5 {
        ids.push(fixture.deliver_to(listener, at(time)).await.1);
    }
    let record = async |index: usize, time, decision| {
        fixture.store.record(attempt(listener, ids[index], 1, at(time), Ok(500), decision)).await.unwrap();
        fixture.health(listener).await
    };
    let give_up = || Decision::GiveUp(GiveUpReason::AttemptsExhausted);
    let retry = record(0, 100, Decision::RetryAt(at(900))).await;
    assert_eq!(retry, Health { pending: 5, ..Health::default() });
    let first = record(1, 200, give_up()).await;
    let failing =
        Health { failed_in_a_row: 1, failing_since: Some(at(225)), pending: 4, ..Health::default() };
    assert_eq!(first, failing);
    let second = record(2, 300, give_up()).await;
    assert_eq!(second, Health { failed_in_a_row: 2, pending: 3, ..failing });
    let success = record(3, 400, Decision::Done).await;
    assert_eq!(success, Health { last_success_at: Some(at(425)), pending: 2, ..Health::default() });
    let failed_again = record(4, 500, give_up()).await;
    assert_eq!((failed_again.failed_in_a_row, failed_again.failing_since), (1, Some(at(525))));
    assert_eq!(failed_again.last_success_at, Some(at(425)));
    fixture.store.set_disabled(listener, None, at(600)).await.unwrap();
    let enabled = fixture.health(listener).await;
    assert_eq!(enabled, Health { last_success_at: Some(at(425)), pending: 1, ..Health::default() });
}

#[tokio::test]
async fn an_attempt_can_disable_the_listener() {
    for (result, reason) in [
        (Ok(410), GiveUpReason::Status(410)),
        (Err(Failure::Timeout), GiveUpReason::AttemptsExhausted),
        (Err(Failure::AddressRefused), GiveUpReason::AddressRefused),
        (Err(Failure::Request), GiveUpReason::Request),
    ] {
        let fixture = Fixture::new();
        let listener = fixture.listener().await;
        let (_, id) = fixture.deliver_to(listener, at(1)).await;
        let (_, waiting) = fixture.deliver_to(listener, at(2)).await;
        let decision = Decision::Disable(DisableReason::Gone);
        fixture.store.record(attempt(listener, id, 1, at(10), result, decision)).await.unwrap();
        assert_eq!(fixture.state(id).await, DeliveryState::GivenUp(reason));
        assert_eq!(fixture.state(waiting).await, DeliveryState::Pending);
        let health = fixture.health(listener).await;
        assert_eq!(health.disabled, Some((at(35), DisableReason::Gone)));
        assert_eq!((health.failed_in_a_row, health.pending), (1, 1));
        assert_eq!(fixture.store.next_due().await.unwrap(), []);
    }
}

#[tokio::test]
async fn recording_an_attempt_twice_changes_nothing() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, id) = fixture.deliver_to(listener, at(1)).await;
    let give_up = attempt(listener, id, 1, at(3), Ok(404), Decision::GiveUp(GiveUpReason::Status(404)));
    fixture.store.record(give_up.clone()).await.unwrap();
    let (delivery, health) = (fixture.store.delivery(id).await.unwrap(), fixture.health(listener).await);
    fixture.store.record(give_up.clone()).await.unwrap();
    let later = attempt(listener, id, 1, at(9), Ok(200), Decision::Done);
    fixture.store.record(later).await.unwrap();
    assert_eq!(fixture.store.delivery(id).await.unwrap(), delivery);
    assert_eq!(fixture.health(listener).await, health);
    // Not even where the delivery is pending again.
    fixture.store.redeliver(id, at(20)).await.unwrap();
    fixture.store.record(give_up).await.unwrap();
    assert_eq!(fixture.state(id).await, DeliveryState::Pending);
}

#[tokio::test]
async fn an_attempt_to_a_listener_that_is_gone_is_only_logged() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, id) = fixture.deliver_to(listener, at(1)).await;
    fixture.store.remove_listener(listener, at(5)).await.unwrap();
    let late = attempt(listener, id, 1, at(3), Ok(503), Decision::RetryAt(at(60)));
    fixture.store.record(late).await.unwrap();
    let (summary, attempts) = fixture.store.delivery(id).await.unwrap().unwrap();
    assert_eq!(summary.state, DeliveryState::GivenUp(GiveUpReason::ListenerRemoved));
    assert_eq!((summary.attempts, summary.due_at, summary.finished_at), (1, None, Some(at(5))));
    assert_eq!(attempts.len(), 1);
    assert_eq!(fixture.store.next_due().await.unwrap(), []);
}

#[tokio::test]
async fn what_was_interrupted_is_no_attempt() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, id) = fixture.deliver_to(listener, at(1)).await;
    let interrupted = |decision| attempt(listener, id, 1, at(3), Err(Failure::Interrupted), decision);
    fixture.store.record(interrupted(Decision::RetryAt(at(8)))).await.unwrap();
    let summary = fixture.summary(id).await;
    assert_eq!((summary.state, summary.attempts), (DeliveryState::Pending, 0));
    assert_eq!(summary.due_at, Some(at(8)));
    // It is never a reason to stop.
    fixture.store.record(interrupted(Decision::GiveUp(GiveUpReason::AttemptsExhausted))).await.unwrap();
    assert_eq!(fixture.state(id).await, DeliveryState::Pending);
    // The number is free.
    fixture.store.record(attempt(listener, id, 1, at(9), Ok(200), Decision::Done)).await.unwrap();
    let (summary, attempts) = fixture.store.delivery(id).await.unwrap().unwrap();
    assert_eq!((summary.state, summary.attempts, attempts.len()), (DeliveryState::Delivered, 1, 1));
    // Nor does it make a finished delivery pending.
    fixture.store.record(interrupted(Decision::RetryAt(at(20)))).await.unwrap();
    assert_eq!(fixture.state(id).await, DeliveryState::Delivered);
}

#[tokio::test]
async fn an_attempt_of_an_unknown_delivery_is_no_mistake() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let unknown = DeliveryId::from_bytes([3; 16]);
    fixture.store.record(attempt(listener, unknown, 1, at(3), Ok(200), Decision::Done)).await.unwrap();
    assert!(fixture.store.delivery(unknown).await.unwrap().is_none());
    assert_eq!(fixture.health(listener).await, Health::default());
}

#[tokio::test]
async fn only_the_start_of_an_answer_is_kept() {
    let fixture = Fixture::new();
    let listener = fixture.listener().await;
    let (_, id) = fixture.deliver_to(listener, at(1)).await;
    let record = AttemptRecord {
        answer: vec![b'x'; 1 << 20],
        ..attempt(listener, id, 1, at(3), Ok(200), Decision::Done)
    };
    fixture.store.record(record).await.unwrap();
    let (_, attempts) = fixture.store.delivery(id).await.unwrap().unwrap();
    assert_eq!(attempts[0].answer, vec![b'x'; 16 * 1_024]);
}
