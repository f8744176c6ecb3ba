//! Decides which pending delivery is attempted next.
//!
//! The store is the queue. In memory is, for each listener that has something pending, when the next of its
//! deliveries is due, and a few deliveries that were fetched together. Listeners whose deliveries are due take turns, one
//! attempt each; those whose host has as many attempts under way as it may wait until one ends. So neither
//! a slow receiver nor one with a million deliveries holds up the others.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use super::clock::now;
use super::shared::{STORE_PAUSE, Shared};
use super::{attempt, registry::Known};
use crate::core::{DeliveryId, ListenerId, Timestamp};
use crate::store::DueDelivery;

/// Deliveries that are fetched together, at most.
const FETCHED: u32 = 16;
/// Deliveries that are fetched and wait for their turn, in all; beyond, only what can start is fetched.
const MAX_WAITING: usize = 1_024;

/// What the scheduler is told.
#[derive(Debug)]
pub(super) enum Message {
    /// A delivery to a listener is due at this time.
    Due(ListenerId, Timestamp),
    /// A listener is not what it was: another registration, enabled, disabled or removed.
    Changed(ListenerId),
    /// An attempt has ended, and what follows is stored.
    Finished(Finished),
}

/// An attempt that has ended.
#[derive(Debug)]
pub(super) struct Finished {
    listener: ListenerId,
    delivery: DeliveryId,
    host: Arc<str>,
    retry_at: Option<Timestamp>,
}

/// An attempt's place among those that are under way. When it is dropped, however the attempt ends, the place is free.
pub(super) struct Slot {
    finished: Option<Finished>,
    shared: Arc<Shared>,
}

impl Slot {
    /// There will be another attempt.
    pub(super) fn retry_at(&mut self, at: Timestamp) {
        if let Some(finished) = &mut self.finished {
            finished.retry_at = Some(at);
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.shared.metrics.in_flight.dec();
        if let Some(finished) = self.finished.take() {
            self.shared.tell_scheduler(Message::Finished(finished));
        }
    }
}

pub(super) struct Scheduler {
    shared: Arc<Shared>,
    messages: mpsc::UnboundedReceiver<Message>,
    attempts: TaskTracker,
    listeners: HashMap<ListenerId, Queue>,
    /// Who has something due later, and when.
    later: BTreeSet<(Timestamp, ListenerId)>,
    /// Who has something due, in turns.
    ready: VecDeque<ListenerId>,
    hosts: HashMap<Arc<str>, Host>,
    in_flight: usize,
    /// Deliveries that are fetched and not started.
    waiting: usize,
}

/// The deliveries of a listener.
#[derive(Debug, Default)]
struct Queue {
    place: Place,
    fetched: VecDeque<DueDelivery>,
    in_flight: HashSet<DeliveryId>,
    /// The store may have more that is due.
    has_more: bool,
    /// When the next of those in the store is due, as far as is known.
    next_due: Option<Timestamp>,
}

/// Where a listener stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// It has nothing to do.
    #[default]
    Idle,
    Later(Timestamp),
    Ready,
    /// It waits for its host.
    Parked,
}

/// Where deliveries go.
#[derive(Debug, Default)]
struct Host {
    in_flight: usize,
    parked: VecDeque<ListenerId>,
}

impl Scheduler {
    pub(super) fn new(
        shared: Arc<Shared>,
        messages: mpsc::UnboundedReceiver<Message>,
        attempts: TaskTracker,
    ) -> Self {
        Self {
            shared,
            messages,
            attempts,
            listeners: HashMap::new(),
            later: BTreeSet::new(),
            ready: VecDeque::new(),
            hosts: HashMap::new(),
            in_flight: 0,
            waiting: 0,
        }
    }

    /// Works until the dispatcher stops.
    pub(super) async fn run(mut self) {
        let stopping = self.shared.stopping.clone();
        loop {
            self.start_what_can().await;
            let pause = self.later.first().map(|(due, _)| due.since(now()));
            tokio::select! {
                biased;
                () = stopping.cancelled() => return,
                message = self.messages.recv() => match message {
                    Some(message) => self.take(message),
                    None => return,
                },
                () = sleep(pause.unwrap_or_default()), if pause.is_some() && self.has_room() => {}
            }
            while let Ok(message) = self.messages.try_recv() {
                self.take(message);
            }
        }
    }

    fn has_room(&self) -> bool {
        self.in_flight < self.shared.options.max_in_flight
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Due(listener, at) => self.is_due(listener, at),
            Message::Changed(listener) => {
                if let Some(queue) = self.listeners.get_mut(&listener) {
                    self.waiting -= queue.fetched.len();
                    queue.fetched.clear();
                }
                self.is_due(listener, now());
            }
            Message::Finished(Finished { listener, delivery, host, retry_at }) => {
                self.in_flight -= 1;
                self.host_has_room(&host);
                if let Some(queue) = self.listeners.get_mut(&listener) {
                    queue.in_flight.remove(&delivery);
                }
                match retry_at {
                    Some(at) => self.is_due(listener, at),
                    None => self.forget_if_idle(listener),
                }
            }
        }
    }

    /// An attempt to a host has ended: who waits for that gets its turn.
    fn host_has_room(&mut self, name: &Arc<str>) {
        let Some(host) = self.hosts.get_mut(name) else { return };
        host.in_flight -= 1;
        if let Some(listener) = host.parked.pop_front() {
            self.place(listener, Place::Ready);
        } else if host.in_flight == 0 {
            self.hosts.remove(name);
        }
    }

    fn is_due(&mut self, listener: ListenerId, at: Timestamp) {
        let queue = self.listeners.entry(listener).or_default();
        match queue.place {
            Place::Ready | Place::Parked => {
                queue.next_due = Some(queue.next_due.map_or(at, |known| known.min(at)));
                queue.has_more |= at <= now();
            }
            Place::Later(known) if known <= at => {}
            Place::Idle | Place::Later(_) => {
                queue.has_more = true;
                self.place(listener, Place::Later(at));
            }
        }
    }

    fn place(&mut self, listener: ListenerId, place: Place) {
        let Some(queue) = self.listeners.get_mut(&listener) else { return };
        if let Place::Later(at) = queue.place {
            self.later.remove(&(at, listener));
        }
        queue.place = place;
        match place {
            Place::Idle => self.forget_if_idle(listener),
            Place::Later(at) => drop(self.later.insert((at, listener))),
            Place::Ready => self.ready.push_back(listener),
            Place::Parked => {}
        }
    }

    fn forget_if_idle(&mut self, listener: ListenerId) {
        let is_idle = |queue: &Queue| queue.place == Place::Idle && queue.in_flight.is_empty();
        if self.listeners.get(&listener).is_some_and(is_idle) {
            self.listeners.remove(&listener);
        }
    }

    /// Starts attempts as long as there is room and something is due.
    async fn start_what_can(&mut self) {
        let now = now();
        while let Some(&(at, listener)) = self.later.first()
            && at <= now
        {
            self.place(listener, Place::Ready);
        }
        while self.has_room()
            && !self.shared.stopping.is_cancelled()
            && let Some(listener) = self.ready.pop_front()
        {
            self.turn(listener).await;
        }
    }

    /// One attempt for a listener, if its host has room.
    async fn turn(&mut self, listener: ListenerId) {
        let Some(known) = self.shared.known(listener).filter(|known| known.is_enabled) else {
            if let Some(queue) = self.listeners.get_mut(&listener) {
                self.waiting -= queue.fetched.len();
                queue.fetched.clear();
            }
            self.place(listener, Place::Idle);
            return;
        };
        let host = self.hosts.entry(Arc::clone(&known.host)).or_default();
        if host.in_flight >= self.shared.options.max_in_flight_per_host {
            host.parked.push_back(listener);
            self.place(listener, Place::Parked);
            return;
        }
        if self.listeners.get(&listener).is_some_and(|queue| queue.fetched.is_empty()) {
            self.fetch(listener).await;
        }
        let Some(queue) = self.listeners.get_mut(&listener) else { return };
        if let Some(delivery) = queue.fetched.pop_front() {
            self.waiting -= 1;
            self.start(listener, known, delivery);
        } else {
            self.forget_host_if_idle(&known.host);
        }
        self.place_by_need(listener);
    }

    fn forget_host_if_idle(&mut self, name: &Arc<str>) {
        if self.hosts.get(name).is_some_and(|host| host.in_flight == 0 && host.parked.is_empty()) {
            self.hosts.remove(name);
        }
    }

    fn place_by_need(&mut self, listener: ListenerId) {
        let Some(queue) = self.listeners.get(&listener) else { return };
        let place = match queue.next_due {
            _ if queue.has_more || !queue.fetched.is_empty() => Place::Ready,
            Some(at) => Place::Later(at),
            None => Place::Idle,
        };
        self.place(listener, place);
    }

    async fn fetch(&mut self, listener: ListenerId) {
        let limit = if self.waiting < MAX_WAITING { FETCHED } else { 1 };
        let Some(queue) = self.listeners.get_mut(&listener) else { return };
        let except: Vec<DeliveryId> = queue.in_flight.iter().copied().collect();
        match self.shared.store.due(listener, limit, except).await {
            Ok(deliveries) => {
                let now = now();
                let is_all = deliveries.len() < limit as usize;
                let later = deliveries.iter().find(|delivery| delivery.due_at > now);
                queue.next_due = later.map(|delivery| delivery.due_at);
                queue.has_more = !is_all && queue.next_due.is_none();
                queue.fetched.extend(deliveries.into_iter().filter(|delivery| delivery.due_at <= now));
                self.waiting += queue.fetched.len();
            }
            Err(error) => {
                tracing::error!(listener = %listener, %error, "deliveries cannot be read");
                self.shared.metrics.store_errors.inc();
                queue.has_more = false;
                queue.next_due = Some(now().after(STORE_PAUSE));
            }
        }
    }

    fn start(&mut self, listener: ListenerId, known: Known, delivery: DueDelivery) {
        let Some(queue) = self.listeners.get_mut(&listener) else { return };
        queue.in_flight.insert(delivery.id);
        self.hosts.entry(Arc::clone(&known.host)).or_default().in_flight += 1;
        self.in_flight += 1;
        self.shared.metrics.in_flight.inc();
        let finished = Finished { listener, delivery: delivery.id, host: known.host, retry_at: None };
        let slot = Slot { finished: Some(finished), shared: Arc::clone(&self.shared) };
        let shared = Arc::clone(&self.shared);
        self.attempts.spawn(attempt::run(shared, listener, known.registration, delivery, slot));
    }
}
