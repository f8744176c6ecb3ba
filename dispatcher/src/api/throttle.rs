//! The rate of failed logins.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// One failed login is forgotten after so long.
const INTERVAL: Duration = Duration::from_secs(6);
/// So many may fail in a row.
const BURST: u32 = 10;
/// So many addresses are remembered.
const CAPACITY: usize = 10_000;

/// How many logins may fail, for each address: the generic cell rate algorithm, in which an address is one point in time.
/// (A rate limiter that counts every attempt would hold up those who know the password.)
#[derive(Debug, Default)]
pub(super) struct Throttle {
    /// When all failures of the address are forgotten.
    forgotten_at: HashMap<IpAddr, Instant>,
}

impl Throttle {
    /// Checks a login, unless too many have failed; then the time to wait. Right ones count for nothing.
    pub(super) fn attempt(
        &mut self,
        client: IpAddr,
        now: Instant,
        is_right: impl FnOnce() -> bool,
    ) -> Result<bool, Duration> {
        let client = network(client);
        let forgotten_at = self.forgotten_at.get(&client).map_or(now, |&at| at.max(now));
        let full = INTERVAL * (BURST - 1);
        let debt = forgotten_at.duration_since(now);
        if debt > full {
            return Err(debt - full);
        }
        let is_right = is_right();
        if !is_right {
            self.make_room(now);
            self.forgotten_at.insert(client, forgotten_at + INTERVAL);
        }
        Ok(is_right)
    }

    /// Where there is none, whoever is forgotten soonest goes.
    fn make_room(&mut self, now: Instant) {
        if self.forgotten_at.len() < CAPACITY {
            return;
        }
        self.forgotten_at.retain(|_, &mut at| at > now);
        if self.forgotten_at.len() >= CAPACITY {
            let soonest = self.forgotten_at.iter().min_by_key(|&(_, at)| at).map(|(&client, _)| client);
            soonest.map(|client| self.forgotten_at.remove(&client));
        }
    }
}

/// Who has an IPv6 address has 2^64 of them.
fn network(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(throttle: &mut Throttle, client: &str, now: Instant) -> Result<bool, Duration> {
        throttle.attempt(client.parse().unwrap(), now, || false)
    }

    #[test]
    fn after_ten_failures_not_even_the_right_password_is_looked_at() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..BURST {
            assert_eq!(fails(&mut throttle, "192.0.2.1", now), Ok(false));
        }
        let client = "192.0.2.1".parse().unwrap();
        assert_eq!(throttle.attempt(client, now, || unreachable!()), Err(INTERVAL));
        assert_eq!(throttle.attempt("192.0.2.2".parse().unwrap(), now, || true), Ok(true));
        assert_eq!(throttle.attempt(client, now + INTERVAL, || true), Ok(true));
        assert_eq!(fails(&mut throttle, "192.0.2.1", now + INTERVAL), Ok(false));
        assert_eq!(fails(&mut throttle, "192.0.2.1", now + INTERVAL), Err(INTERVAL));
    }

    #[test]
    fn right_ones_count_for_nothing() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..10 * BURST {
            assert_eq!(throttle.attempt("::1".parse().unwrap(), now, || true), Ok(true));
        }
        assert!(throttle.forgotten_at.is_empty());
    }

    #[test]
    fn a_network_of_ipv6_is_one_client_and_mapped_addresses_are_ipv4() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for host in 0..BURST {
            assert_eq!(fails(&mut throttle, &format!("2001:db8::{host:x}"), now), Ok(false));
        }
        assert!(fails(&mut throttle, "2001:db8::ffff", now).is_err());
        assert!(fails(&mut throttle, "2001:db8:0:1::1", now).is_ok());
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn memory_is_bounded() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..BURST {
            fails(&mut throttle, "192.0.2.1", now).unwrap();
        }
        for host in 0..u32::try_from(CAPACITY).unwrap() + 10 {
            let client = IpAddr::from(std::net::Ipv4Addr::from_bits(host));
            throttle.attempt(client, now, || false).unwrap();
        }
        assert_eq!(throttle.forgotten_at.len(), CAPACITY);
        assert!(fails(&mut throttle, "192.0.2.1", now).is_err(), "who failed most is remembered longest");
    }
}
