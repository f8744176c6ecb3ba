//! Which addresses are public: those that deliveries may go to without being allowed.
//!
//! The networks are those of IANA's registries of special-purpose addresses (RFC 6890), with what has no entry
//! there: multicast, and notations of IPv4 addresses as IPv6 ones. Of IPv6, only `2000::/3` is assigned to be public
//! (RFC 4291, 2.4): all else is refused, known or not.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Why an address is not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotPublic {
    address: IpAddr,
    /// What the address stands for, where it holds an IPv4 address.
    inner: Option<Ipv4Addr>,
    kind: Kind,
}

/// What a network is for, and the RFC that says so.
type Kind = (&'static str, u16);

/// `` `::ffff:10.0.0.1` stands for `10.0.0.1`, a private address (RFC 1918) ``
impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, rfc) = self.kind;
        write!(f, "`{}` ", self.address)?;
        match self.inner {
            Some(inner) => write!(f, "stands for `{inner}`, {kind} (RFC {rfc})"),
            None => write!(f, "is {kind} (RFC {rfc})"),
        }
    }
}

/// Whether an address is public.
///
/// # Errors
///
/// [`NotPublic`], which says what it is instead.
///
/// ```
/// use hooksieve_dispatcher::deliver::is_public;
///
/// assert!(is_public("203.0.114.1".parse()?).is_ok());
/// let why = is_public("::ffff:10.0.0.1".parse()?).unwrap_err();
/// assert_eq!(why.to_string(), "`::ffff:10.0.0.1` stands for `10.0.0.1`, a private address (RFC 1918)");
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
pub fn is_public(address: IpAddr) -> Result<(), NotPublic> {
    let refused = |inner, kind| Err(NotPublic { address, inner, kind });
    match address {
        IpAddr::V4(ipv4) => special_ipv4(ipv4).map_or(Ok(()), |kind| refused(None, kind)),
        IpAddr::V6(ipv6) => match embedded_ipv4(ipv6) {
            Some(inner) => special_ipv4(inner).map_or(Ok(()), |kind| refused(Some(inner), kind)),
            None => special_ipv6(ipv6).map_or(Ok(()), |kind| refused(None, kind)),
        },
    }
}

/// Whether deliveries may go to an address: it is public, or in a network that is allowed.
pub(super) fn is_allowed(address: IpAddr, allowed: &[IpNet]) -> Result<(), NotPublic> {
    // `::ffff:127.0.0.1` leads to 127.0.0.1.
    let canonical = address.to_canonical();
    match allowed.iter().any(|network| network.contains(&address) || network.contains(&canonical)) {
        true => Ok(()),
        false => is_public(address),
    }
}

/// The first network that holds the address counts.
fn special_ipv4(address: Ipv4Addr) -> Option<Kind> {
    IPV4.iter().find_map(|(network, kind)| network.contains(&address).then_some(*kind))
}

fn special_ipv6(address: Ipv6Addr) -> Option<Kind> {
    let special = IPV6.iter().find_map(|(network, kind)| network.contains(&address).then_some(*kind));
    special.or((!GLOBAL_UNICAST.contains(&address)).then_some(("an address that is not assigned", 4291)))
}

/// The IPv4 address that packets to the IPv6 address end at.
fn embedded_ipv4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., a, b, c, d] = address.octets();
    let is_embedded = IPV4_MAPPED.contains(&address) || NAT64.contains(&address);
    is_embedded.then_some(Ipv4Addr::new(a, b, c, d))
}

const fn ipv4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn ipv6(start: [u16; 4], prefix: u8) -> Ipv6Net {
    let [a, b, c, d] = start;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), prefix)
}

/// `::ffff:0:0/96` (RFC 4291, 2.5.5.2): IPv4 addresses in programs that know IPv6 only.
const IPV4_MAPPED: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96);

/// `64:ff9b::/96` (RFC 6052): IPv4 addresses behind a translator. Public ones are reached so where there is no IPv4.
const NAT64: Ipv6Net = ipv6([0x64, 0xff9b, 0, 0], 96);

/// `2000::/3` (RFC 4291, 2.4).
const GLOBAL_UNICAST: Ipv6Net = ipv6([0x2000, 0, 0, 0], 3);

const PRIVATE: Kind = ("a private address", 1918);
const DOCUMENTATION: &str = "an address for documentation";
const BENCHMARKING: &str = "an address for benchmarking";
const PROTOCOLS: &str = "an address for the IETF's protocols";

const IPV4: [(Ipv4Net, Kind); 17] = [
    (ipv4(0, 0, 0, 0, 32), ("the unspecified address", 1122)),
    (ipv4(0, 0, 0, 0, 8), ("an address of this network", 791)),
    (ipv4(10, 0, 0, 0, 8), PRIVATE),
    (ipv4(100, 64, 0, 0, 10), ("an address behind a provider's NAT", 6598)),
    (ipv4(127, 0, 0, 0, 8), ("a loopback address", 1122)),
    (ipv4(169, 254, 0, 0, 16), ("a link-local address", 3927)),
    (ipv4(172, 16, 0, 0, 12), PRIVATE),
    (ipv4(192, 0, 0, 0, 24), (PROTOCOLS, 6890)),
    (ipv4(192, 0, 2, 0, 24), (DOCUMENTATION, 5737)),
    (ipv4(192, 88, 99, 0, 24), ("an address of 6to4 relays", 7526)),
    (ipv4(192, 168, 0, 0, 16), PRIVATE),
    (ipv4(198, 18, 0, 0, 15), (BENCHMARKING, 2544)),
    (ipv4(198, 51, 100, 0, 24), (DOCUMENTATION, 5737)),
    (ipv4(203, 0, 113, 0, 24), (DOCUMENTATION, 5737)),
    (ipv4(224, 0, 0, 0, 4), ("a multicast address", 5771)),
    (ipv4(255, 255, 255, 255, 32), ("the broadcast address", 919)),
    (ipv4(240, 0, 0, 0, 4), ("a reserved address", 1112)),
];

const IPV6: [(Ipv6Net, Kind); 20] = [
    (Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128), ("the unspecified address", 4291)),
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), ("the loopback address", 4291)),
    (ipv6([0, 0, 0, 0], 96), ("an IPv4-compatible address", 4291)),
    (
        Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96),
        ("an IPv4-translated address", 2765),
    ),
    (ipv6([0x64, 0xff9b, 1, 0], 48), ("an address of a local NAT64", 8215)),
    (ipv6([0x100, 0, 0, 0], 64), ("an address that discards", 6666)),
    (ipv6([0x2001, 0, 0, 0], 32), ("a Teredo address", 4380)),
    (ipv6([0x2001, 2, 0, 0], 48), (BENCHMARKING, 5180)),
    (ipv6([0x2001, 0x10, 0, 0], 28), ("a hash, not an address", 4843)),
    (ipv6([0x2001, 0x20, 0, 0], 28), ("a hash, not an address", 7343)),
    (ipv6([0x2001, 0, 0, 0], 23), (PROTOCOLS, 2928)),
    (ipv6([0x2001, 0xdb8, 0, 0], 32), (DOCUMENTATION, 3849)),
    (ipv6([0x2002, 0, 0, 0], 16), ("a 6to4 address", 3056)),
    (ipv6([0x3ffe, 0, 0, 0], 16), ("an address of the 6bone, which has ended", 3701)),
    (ipv6([0x3fff, 0, 0, 0], 20), (DOCUMENTATION, 9637)),
    (ipv6([0x5f00, 0, 0, 0], 16), ("a segment identifier, not an address", 9602)),
    (ipv6([0xfc00, 0, 0, 0], 7), ("a unique local address", 4193)),
    (ipv6([0xfe80, 0, 0, 0], 10), ("a link-local address", 4291)),
    (ipv6([0xfec0, 0, 0, 0], 10), ("a site-local address", 3879)),
    (ipv6([0xff00, 0, 0, 0], 8), ("a multicast address", 4291)),
];

#[cfg(test)]
mod tests;
