//! The store does under random operations what a few maps do.

use std::collections::BTreeMap;
use std::time::Duration;

use hooksieve_dispatcher::core::{
    Decision, DeliveryId, DisableReason, EventId, Failure, GiveUpReason, ListenerId, Timestamp,
};
use hooksieve_dispatcher::store::{
    DeliveryQuery, DeliveryState, DeliverySummary, Health, Idempotency, NewBatch, Retention, Stored,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{Fixture, at, attempt, new_event};

#[derive(Debug, Clone)]
enum Operation {
    Insert,
    Remove(Index),
    Disable(Index),
    Enable(Index),
    Accept { listeners: Vec<Index>, key: Option<(u8, u8)> },
    Record { delivery: Index, result: Result<u16, Failure>, decision: Decision, again: bool },
    Redeliver(Index),
    CleanUp { deliveries: Option<u8>, events: Option<u8> },
    Reopen,
}

fn operation() -> impl Strategy<Value = Operation> {
    let index = any::<Index>;
    let result = prop_oneof![
        Just(Ok(200)),
        Just(Ok(503)),
        Just(Err(Failure::Timeout)),
        Just(Err(Failure::Interrupted)),
    ];
    let decision = prop_oneof![
        3 => Just(Decision::Done),
        2 => (0_i64..5_000).prop_map(|time| Decision::RetryAt(at(time))),
        2 => Just(Decision::GiveUp(GiveUpReason::AttemptsExhausted)),
        1 => Just(Decision::Disable(DisableReason::Gone)),
    ];
    prop_oneof![
        2 => Just(Operation::Insert),
        1 => index().prop_map(Operation::Remove),
        1 => index().prop_map(Operation::Disable),
        2 => index().prop_map(Operation::Enable),
        8 => (vec(index(), 0..4), proptest::option::weighted(0.3, (0_u8..4, 0_u8..2)))
            .prop_map(|(listeners, key)| Operation::Accept { listeners, key }),
        8 => (index(), result, decision, prop::bool::weighted(0.2))
            .prop_map(|(delivery, result, decision, again)| Operation::Record { delivery, result, decision, again }),
        2 => index().prop_map(Operation::Redeliver),
        1 => (proptest::option::of(0_u8..20), proptest::option::of(0_u8..20))
            .prop_map(|(deliveries, events)| Operation::CleanUp { deliveries, events }),
        1 => Just(Operation::Reopen),
    ]
}

#[derive(Default)]
struct Model {
    now: Timestamp,
    /// All that ever were, for ids of those that are gone.
    known: Vec<ListenerId>,
    listeners: BTreeMap<ListenerId, Health>,
    events: BTreeMap<EventId, Timestamp>,
    deliveries: BTreeMap<DeliveryId, DeliverySummary>,
    /// Fingerprint, answer, time.
    keys: BTreeMap<u8, (u8, String, Timestamp)>,
}

fn finish(delivery: &mut DeliverySummary, state: DeliveryState, at: Timestamp) {
    delivery.state = state;
    delivery.due_at = None;
    delivery.finished_at = Some(at);
}

fn pick<T: Copy>(index: Index, from: impl Iterator<Item = T>) -> Option<T> {
    let all: Vec<T> = from.collect();
    (!all.is_empty()).then(|| *index.get(&all))
}

impl Model {
    fn listener(&self, index: Index) -> Option<ListenerId> {
        pick(index, self.known.iter().copied())
    }

    async fn apply(&mut self, operation: Operation, fixture: &Fixture) {
        let store = &fixture.store;
        let now = self.now;
        match operation {
            Operation::Insert => {
                let id = store.insert_listener("{}".to_owned(), now).await.unwrap();
                assert!(self.known.iter().all(|known| *known < id));
                self.known.push(id);
                self.listeners.insert(id, Health::default());
            }
            Operation::Remove(index) => {
                let Some(id) = self.listener(index) else { return };
                let removed = self.listeners.remove(&id).is_some();
                assert_eq!(store.remove_listener(id, now).await.unwrap(), removed);
                for delivery in self.deliveries.values_mut() {
                    if delivery.listener == id && delivery.state == DeliveryState::Pending {
                        finish(delivery, DeliveryState::GivenUp(GiveUpReason::ListenerRemoved), now);
                    }
                }
            }
            Operation::Disable(index) => {
                let Some(id) = self.listener(index) else { return };
                let health = self.listeners.get_mut(&id);
                let done = store.set_disabled(id, Some(DisableReason::ByHand), now).await.unwrap();
                assert_eq!(done, health.is_some());
                if let Some(health) = health {
                    health.disabled.get_or_insert((now, DisableReason::ByHand));
                }
            }
            Operation::Enable(index) => {
                let Some(id) = self.listener(index) else { return };
                assert_eq!(
                    store.set_disabled(id, None, now).await.unwrap(),
                    self.listeners.contains_key(&id)
                );
                if let Some(health) = self.listeners.get_mut(&id) {
                    *health = Health { last_success_at: health.last_success_at, ..Health::default() };
                    for delivery in self.deliveries.values_mut().filter(|one| one.listener == id) {
                        delivery.due_at = delivery.due_at.map(|due_at| due_at.min(now));
                    }
                }
            }
            Operation::Accept { listeners, key } => self.accept(&listeners, key, fixture).await,
            Operation::Record { delivery, result, decision, again } => {
                self.record(delivery, result, decision, again, fixture).await;
            }
            Operation::Redeliver(index) => {
                let Some(id) = pick(index, self.deliveries.keys().copied()) else { return };
                let delivery = self.deliveries.get_mut(&id).unwrap();
                let possible = delivery.state != DeliveryState::Pending
                    && self.listeners.contains_key(&delivery.listener);
                let expected = possible.then_some(delivery.listener);
                assert_eq!(store.redeliver(id, now).await.unwrap(), expected);
                if possible {
                    delivery.state = DeliveryState::Pending;
                    delivery.due_at = Some(now);
                    delivery.finished_at = None;
                }
            }
            Operation::CleanUp { deliveries, events } => {
                let duration = |kept: u8| Duration::from_millis(100 * u64::from(kept));
                let retention = Retention {
                    deliveries: deliveries.map(duration),
                    events: events.map(duration),
                    idempotency: duration(10),
                };
                let is_over = |time: Timestamp, kept: Duration| time.after(kept) <= now;
                let before = (self.deliveries.len(), self.events.len());
                if let Some(kept) = retention.deliveries {
                    self.deliveries.retain(|_, one| one.finished_at.is_none_or(|time| !is_over(time, kept)));
                }
                if let Some(kept) = retention.events {
                    let deliveries = &self.deliveries;
                    self.events.retain(|id, time| {
                        !is_over(*time, kept) || deliveries.values().any(|one| one.event == *id)
                    });
                }
                self.keys.retain(|_, (_, _, time)| !is_over(*time, duration(10)));
                let removed = (before.0 - self.deliveries.len(), before.1 - self.events.len());
                let removed = (removed.0.try_into().unwrap(), removed.1.try_into().unwrap());
                assert_eq!(store.clean_up(&retention, now).await.unwrap(), removed);
            }
            Operation::Reopen => {}
        }
    }

    async fn accept(&mut self, listeners: &[Index], key: Option<(u8, u8)>, fixture: &Fixture) {
        let mut ids: Vec<_> = listeners.iter().filter_map(|index| self.listener(*index)).collect();
        ids.sort_unstable();
        ids.dedup();
        let event = new_event(self.now, "{}", &ids);
        let answer = event.id.to_string();
        let idempotency = key.map(|(key, fingerprint)| Idempotency {
            key: key.to_string(),
            fingerprint: [fingerprint; 32],
            answer: answer.clone(),
        });
        let batch = NewBatch { accepted_at: self.now, events: vec![event.clone()], idempotency };
        let stored = fixture.store.accept(batch).await.unwrap();
        if let Some((key, fingerprint)) = key {
            if let Some((first, answer, _)) = self.keys.get(&key) {
                let is_same = *first == fingerprint;
                assert_eq!(
                    stored,
                    if is_same { Stored::Repeated(answer.clone()) } else { Stored::KeyReused }
                );
                return;
            }
            self.keys.insert(key, (fingerprint, answer, self.now));
        }
        assert_eq!(stored, Stored::Committed);
        self.events.insert(event.id, self.now);
        for (listener, id) in event.deliveries {
            let mut delivery = DeliverySummary {
                id,
                event: event.id,
                listener,
                created_at: self.now,
                state: DeliveryState::Pending,
                attempts: 0,
                due_at: Some(self.now),
                finished_at: None,
            };
            if !self.listeners.contains_key(&listener) {
                finish(&mut delivery, DeliveryState::GivenUp(GiveUpReason::ListenerRemoved), self.now);
            }
            self.deliveries.insert(id, delivery);
        }
    }

    async fn record(
        &mut self,
        index: Index,
        result: Result<u16, Failure>,
        decision: Decision,
        again: bool,
        fixture: &Fixture,
    ) {
        let Some(id) = pick(index, self.deliveries.keys().copied()) else { return };
        let delivery = self.deliveries.get_mut(&id).unwrap();
        let number = if again { delivery.attempts.max(1) } else { delivery.attempts + 1 };
        let record = attempt(delivery.listener, id, number, self.now, result, decision.clone());
        let end = record.started_at.after(record.duration);
        fixture.store.record(record).await.unwrap();
        if result == Err(Failure::Interrupted) {
            if let (Decision::RetryAt(due_at), Some(due)) = (decision, &mut delivery.due_at) {
                *due = due_at;
            }
            return;
        }
        if number <= delivery.attempts {
            return;
        }
        delivery.attempts = number;
        if delivery.state != DeliveryState::Pending {
            return;
        }
        let health = self.listeners.get_mut(&delivery.listener).unwrap();
        let reason = match decision {
            Decision::RetryAt(due_at) => {
                delivery.due_at = Some(due_at);
                return;
            }
            Decision::Done => {
                finish(delivery, DeliveryState::Delivered, end);
                health.failed_in_a_row = 0;
                health.failing_since = None;
                health.last_success_at = Some(end);
                return;
            }
            Decision::GiveUp(reason) => reason,
            Decision::Disable(reason) => {
                health.disabled.get_or_insert((end, reason));
                result.map_or(GiveUpReason::AttemptsExhausted, GiveUpReason::Status)
            }
        };
        finish(delivery, DeliveryState::GivenUp(reason), end);
        health.failed_in_a_row += 1;
        health.failing_since.get_or_insert(end);
    }

    /// The ids of the pending deliveries of a listener, in their order.
    fn pending(&self, listener: ListenerId) -> Vec<(Timestamp, DeliveryId)> {
        let of_listener = self.deliveries.values().filter(|one| one.listener == listener);
        let mut pending: Vec<_> =
            of_listener.filter_map(|one| one.due_at.map(|due_at| (due_at, one.id))).collect();
        pending.sort_unstable();
        pending
    }

    async fn compare(&self, fixture: &Fixture) {
        let query = DeliveryQuery { limit: 1_000, ..DeliveryQuery::default() };
        let found = fixture.store.deliveries(query).await.unwrap();
        assert_eq!(found, self.deliveries.values().rev().cloned().collect::<Vec<_>>());
        let found: Vec<_> = fixture.store.recent_events(1_000, None).await.unwrap();
        let found: Vec<_> = found.iter().map(|event| (event.id, event.accepted_at)).collect();
        assert_eq!(found, self.events.iter().rev().map(|(id, time)| (*id, *time)).collect::<Vec<_>>());
        let mut next = Vec::new();
        let mut healths = Vec::new();
        for (id, health) in &self.listeners {
            let pending = self.pending(*id);
            healths.push((*id, Health { pending: pending.len().try_into().unwrap(), ..health.clone() }));
            let is_enabled = health.disabled.is_none();
            next.extend(pending.first().filter(|_| is_enabled).map(|(due_at, _)| (*id, *due_at)));
            let due = if is_enabled { pending } else { vec![] };
            let found = fixture.store.due(*id, 1_000, vec![]).await.unwrap();
            assert_eq!(found.iter().map(|one| (one.due_at, one.id)).collect::<Vec<_>>(), due);
        }
        assert_eq!(fixture.store.next_due().await.unwrap(), next);
        let found = fixture.store.listeners().await.unwrap();
        assert_eq!(found.into_iter().map(|one| (one.id, one.health)).collect::<Vec<_>>(), healths);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_maps_do(operations in vec(operation(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut fixture = Fixture::new();
            let mut model = Model::default();
            for (step, operation) in (1..).zip(operations) {
                model.now = at(100 * step);
                if matches!(operation, Operation::Reopen) {
                    fixture = fixture.reopen();
                }
                model.apply(operation, &fixture).await;
                model.compare(&fixture).await;
            }
        });
    }
}
