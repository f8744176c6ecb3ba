#![allow(clippy::indexing_slicing, clippy::panic, reason = "tests")]

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const HOUR: u64 = 60 * 60;
const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn policy(preset: RetryPreset) -> RetryPolicy {
    preset.into()
}

fn custom(delays: &[u64], jitter: f64, on: RetryOn) -> RetryPolicy {
    let delays = delays.iter().copied().map(Duration::from_secs).collect();
    RetryPolicy { preset: None, delays, jitter, on, disable_after: Some(DisableAfter::default()) }
}

fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after: None }
}

fn asked_to_wait(status: u16, retry_after: RetryAfter) -> Outcome {
    Outcome::Answered { status, retry_after: Some(retry_after) }
}

/// The seconds between attempts that all fail, without jitter, and how it ends.
fn schedule(policy: &RetryPolicy, outcome: &Outcome) -> (Vec<u64>, Decision) {
    let mut delays = Vec::new();
    loop {
        let attempt = u32::try_from(delays.len()).unwrap() + 1;
        match policy.on_outcome(outcome, attempt, NOW, 0) {
            Decision::RetryAt(time) => delays.push(time.since(NOW).as_secs()),
            end => return (delays, end),
        }
    }
}

#[test]
fn schedules_of_the_presets() {
    let exhausted = Decision::GiveUp(GiveUpReason::AttemptsExhausted);
    let exponential = vec![10, 30, 90, 270, 810, 2_430, 7_290, 6 * HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR];
    let standard = vec![5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
    for (preset, delays) in [
        (RetryPreset::OpenRegister, exponential),
        (RetryPreset::StandardWebhooks, standard),
        (RetryPreset::Nextcloud, vec![]),
    ] {
        let policy = policy(preset);
        assert_eq!(usize::try_from(policy.max_attempts()).unwrap(), delays.len() + 1);
        assert_eq!(schedule(&policy, &answered(503)), (delays.clone(), exhausted.clone()), "{preset:?}");
        let timeout = Outcome::Failed(Failure::Timeout);
        assert_eq!(schedule(&policy, &timeout), (delays.clone(), exhausted.clone()), "{preset:?}");
        let refused = Decision::GiveUp(GiveUpReason::AddressRefused);
        let outcome = Outcome::Failed(Failure::AddressRefused);
        assert_eq!(schedule(&policy, &outcome), (delays, refused), "{preset:?}");
    }
}

#[test]
fn what_each_status_leads_to() {
    let give_up = |status| Decision::GiveUp(GiveUpReason::Status(status));
    let retry = |seconds| Decision::RetryAt(NOW.after(Duration::from_secs(seconds)));
    let gone = Decision::Disable(DisableReason::Gone);
    let end = Decision::GiveUp(GiveUpReason::AttemptsExhausted);
    for (status, openregister, standard, nextcloud) in [
        (200, Decision::Done, Decision::Done, Decision::Done),
        (299, Decision::Done, Decision::Done, Decision::Done),
        (100, give_up(100), retry(5), give_up(100)),
        (199, give_up(199), retry(5), give_up(199)),
        (301, give_up(301), retry(5), give_up(301)),
        (304, give_up(304), retry(5), give_up(304)),
        (400, give_up(400), retry(5), give_up(400)),
        (410, give_up(410), gone, give_up(410)),
        (429, give_up(429), retry(5), give_up(429)),
        (499, give_up(499), retry(5), give_up(499)),
        (500, retry(10), retry(5), end.clone()),
        (599, retry(10), retry(5), end),
        (600, give_up(600), retry(5), give_up(600)),
    ] {
        for (preset, expected) in [
            (RetryPreset::OpenRegister, openregister),
            (RetryPreset::StandardWebhooks, standard),
            (RetryPreset::Nextcloud, nextcloud),
        ] {
            let decision = policy(preset).on_outcome(&answered(status), 1, NOW, 0);
            assert_eq!(decision, expected, "{status} {preset:?}");
        }
    }
}

#[test]
fn what_does_not_depend_on_the_policy() {
    for preset in RetryPreset::ALL {
        for attempt in [0, 1, 5, u32::MAX] {
            let decide = |failure| policy(*preset).on_outcome(&Outcome::Failed(failure), attempt, NOW, 0);
            assert_eq!(decide(Failure::Interrupted), Decision::RetryAt(NOW));
            assert_eq!(decide(Failure::Request), Decision::GiveUp(GiveUpReason::Request));
        }
    }
}

#[test]
fn retry_after_within_bounds() {
    let delay = |seconds| RetryAfter::Delay(Duration::from_secs(seconds));
    let at = |seconds: i64| RetryAfter::At(Timestamp::from_millis(NOW.as_millis() + seconds * 1_000));
    let never = RetryAfter::At(Timestamp::from_millis(i64::MAX));
    let standard = policy(RetryPreset::StandardWebhooks);
    for (wanted, seconds) in [
        (delay(60), 60),
        (delay(0), 1),
        (delay(24 * HOUR), 24 * HOUR),
        (delay(24 * HOUR + 1), 24 * HOUR),
        (delay(u64::MAX), 24 * HOUR),
        (at(60), 60),
        (at(-60), 1),
        (RetryAfter::At(Timestamp::from_millis(i64::MIN)), 1),
        (never, 24 * HOUR),
    ] {
        for status in [429, 503] {
            let decision = standard.on_outcome(&asked_to_wait(status, wanted), 3, NOW, 0);
            assert_eq!(decision, Decision::RetryAt(NOW.after(Duration::from_secs(seconds))), "{wanted:?}");
        }
    }
    // It does not turn an end into a beginning, and other statuses have none.
    let openregister = policy(RetryPreset::OpenRegister);
    let exhausted = Decision::GiveUp(GiveUpReason::AttemptsExhausted);
    let give_up = Decision::GiveUp(GiveUpReason::Status(429));
    assert_eq!(openregister.on_outcome(&asked_to_wait(429, delay(60)), 1, NOW, 0), give_up);
    assert_eq!(openregister.on_outcome(&asked_to_wait(503, delay(60)), 12, NOW, 0), exhausted);
    let ten = Decision::RetryAt(NOW.after(Duration::from_secs(10)));
    assert_eq!(openregister.on_outcome(&asked_to_wait(500, delay(60)), 1, NOW, 0), ten);
    let sixty = Decision::RetryAt(NOW.after(Duration::from_secs(60)));
    assert_eq!(openregister.on_outcome(&asked_to_wait(503, delay(60)), 1, NOW, 0), sixty);
}

#[test]
fn jitter_only_adds() {
    let policy = custom(&[1_000], 0.5, RetryOn::EveryFailure);
    let wait = |random| match policy.on_outcome(&answered(500), 1, NOW, random) {
        Decision::RetryAt(time) => time.since(NOW).as_millis(),
        other => panic!("{other:?}"),
    };
    assert_eq!(wait(0), 1_000_000);
    assert_eq!(wait(1 << 63), 1_250_000);
    assert_eq!(wait(u64::MAX), 1_500_000);
}

#[test]
fn disabled_only_when_both_bounds_are_reached() {
    let (since, after) = (Some(NOW), |hours| NOW.after(Duration::from_secs(hours * HOUR)));
    let disabled = |deliveries| Some(DisableReason::KeepsFailing { deliveries });
    let policy = policy(RetryPreset::Nextcloud);
    for (deliveries, since, hours, expected) in [
        (10, since, 120, disabled(10)),
        (11, since, 1_000, disabled(11)),
        (9, since, 120, None),
        (10, since, 119, None),
        (10, None, 120, None),
        (0, since, 120, None),
    ] {
        assert_eq!(policy.disable_after(deliveries, since, after(hours)), expected);
    }
    let never = RetryPolicy { disable_after: None, ..policy };
    assert_eq!(never.disable_after(u32::MAX, since, Timestamp::from_millis(i64::MAX)), None);
}

fn failures() -> impl Strategy<Value = Failure> {
    prop::sample::select(&[
        Failure::NameResolution,
        Failure::AddressRefused,
        Failure::Connection,
        Failure::Tls,
        Failure::Timeout,
        Failure::Protocol,
        Failure::Request,
    ])
}

fn retry_afters() -> impl Strategy<Value = RetryAfter> {
    prop_oneof![
        any::<u64>().prop_map(|seconds| RetryAfter::Delay(Duration::from_secs(seconds))),
        any::<i64>().prop_map(|millis| RetryAfter::At(Timestamp::from_millis(millis))),
    ]
}

/// All but those that were interrupted.
fn outcomes() -> impl Strategy<Value = Outcome> {
    let answers = (any::<u16>(), prop::option::of(retry_afters()))
        .prop_map(|(status, retry_after)| Outcome::Answered { status, retry_after });
    let likely =
        (prop::sample::select(vec![200u16, 301, 404, 410, 429, 500, 503]), prop::option::of(retry_afters()))
            .prop_map(|(status, retry_after)| Outcome::Answered { status, retry_after });
    prop_oneof![answers, likely, failures().prop_map(Outcome::Failed)]
}

fn policies() -> impl Strategy<Value = RetryPolicy> {
    let custom =
        (prop::collection::vec(0..=7 * 24 * HOUR, 0..=100), 0.0..=1.0, prop::sample::select(RetryOn::ALL))
            .prop_map(|(delays, jitter, on)| custom(&delays, jitter, on));
    prop_oneof![prop::sample::select(RetryPreset::ALL).prop_map(policy), custom]
}

proptest! {
    /// Whatever comes, whenever, a delivery ends, after no more attempts than the policy has; and time does not go back.
    #[test]
    fn every_delivery_ends(
        policy in policies(),
        outcomes in prop::collection::vec(outcomes(), 101),
        start in prop_oneof![any::<i64>(), Just(i64::MAX), Just(i64::MIN), Just(0)],
        random in any::<u64>(),
    ) {
        let mut now = Timestamp::from_millis(start);
        for (attempt, outcome) in (1..).zip(&outcomes) {
            prop_assert!(attempt <= policy.max_attempts());
            match policy.on_outcome(outcome, attempt, now, random) {
                Decision::RetryAt(time) => {
                    prop_assert!(time >= now);
                    now = time;
                }
                _ => return Ok(()),
            }
        }
        prop_assert!(false, "no end");
    }

    /// Between the delay and the delay with all of its jitter.
    #[test]
    fn jitter_within_bounds(
        policy in policies(),
        failure in failures(),
        attempt in 0..102u32,
        random in any::<u64>(),
    ) {
        let decision = policy.on_outcome(&Outcome::Failed(failure), attempt, NOW, random);
        let Decision::RetryAt(time) = decision else { return Ok(()) };
        let delay = policy.delays[usize::try_from(attempt.max(1) - 1).unwrap()];
        let waited = time.since(NOW);
        prop_assert!(waited >= delay);
        prop_assert!(waited <= delay + delay.mul_f64(policy.jitter));
    }

    /// A receiver cannot be called at once again, nor put off for ever.
    #[test]
    fn retry_after_is_bounded(wanted in retry_afters(), random in any::<u64>(), status in prop::sample::select(vec![429u16, 503])) {
        let policy = policy(RetryPreset::StandardWebhooks);
        let decision = policy.on_outcome(&asked_to_wait(status, wanted), 1, NOW, random);
        let Decision::RetryAt(time) = decision else { panic!("{decision:?}") };
        let waited = time.since(NOW);
        prop_assert!(waited >= *RetryPolicy::RETRY_AFTER.start());
        prop_assert!(waited <= *RetryPolicy::RETRY_AFTER.end());
    }
}
