#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use proptest::prelude::*;

use super::{is_allowed, is_public};

/// What `is_public` says; `public`, where it is.
fn verdict(address: IpAddr) -> String {
    is_public(address).map_or_else(|why| why.to_string(), |()| "public".to_owned())
}

/// Both ends of each network, and what lies before and behind.
#[test]
fn borders() {
    for (before, first, last, behind, kind) in [
        ("", "0.0.0.1", "0.255.255.255", "1.0.0.0", "an address of this network (RFC 791)"),
        ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "a private address (RFC 1918)"),
        (
            "100.63.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "100.128.0.0",
            "an address behind a provider's NAT (RFC 6598)",
        ),
        ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0", "a loopback address (RFC 1122)"),
        (
            "169.253.255.255",
            "169.254.0.0",
            "169.254.255.255",
            "169.255.0.0",
            "a link-local address (RFC 3927)",
        ),
        ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "a private address (RFC 1918)"),
        (
            "191.255.255.255",
            "192.0.0.0",
            "192.0.0.255",
            "192.0.1.0",
            "an address for the IETF's protocols (RFC 6890)",
        ),
        ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0", "an address for documentation (RFC 5737)"),
        (
            "192.88.98.255",
            "192.88.99.0",
            "192.88.99.255",
            "192.88.100.0",
            "an address of 6to4 relays (RFC 7526)",
        ),
        ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", "a private address (RFC 1918)"),
        (
            "198.17.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.20.0.0",
            "an address for benchmarking (RFC 2544)",
        ),
        (
            "198.51.99.255",
            "198.51.100.0",
            "198.51.100.255",
            "198.51.101.0",
            "an address for documentation (RFC 5737)",
        ),
        (
            "203.0.112.255",
            "203.0.113.0",
            "203.0.113.255",
            "203.0.114.0",
            "an address for documentation (RFC 5737)",
        ),
        ("223.255.255.255", "224.0.0.0", "239.255.255.255", "", "a multicast address (RFC 5771)"),
        ("", "240.0.0.0", "255.255.255.254", "", "a reserved address (RFC 1112)"),
        (
            "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001::",
            "2001:0:ffff:ffff:ffff:ffff:ffff:ffff",
            "",
            "a Teredo address (RFC 4380)",
        ),
        ("", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", "", "an address for benchmarking (RFC 5180)"),
        ("", "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "", "a hash, not an address (RFC 4843)"),
        ("", "2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", "", "a hash, not an address (RFC 7343)"),
        (
            "",
            "2001:1::",
            "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:200::",
            "an address for the IETF's protocols (RFC 2928)",
        ),
        (
            "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db8::",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db9::",
            "an address for documentation (RFC 3849)",
        ),
        (
            "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2002::",
            "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2003::",
            "a 6to4 address (RFC 3056)",
        ),
        (
            "3ffd:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "3ffe::",
            "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "",
            "an address of the 6bone, which has ended (RFC 3701)",
        ),
        (
            "",
            "3fff::",
            "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
            "3fff:1000::",
            "an address for documentation (RFC 9637)",
        ),
        ("", "::2", "::ffff:ffff", "", "an IPv4-compatible address (RFC 4291)"),
        ("", "::ffff:0:0:0", "::ffff:0:ffff:ffff", "", "an IPv4-translated address (RFC 2765)"),
        (
            "",
            "64:ff9b:1::",
            "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
            "",
            "an address of a local NAT64 (RFC 8215)",
        ),
        ("", "100::", "100::ffff:ffff:ffff:ffff", "", "an address that discards (RFC 6666)"),
        (
            "",
            "5f00::",
            "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "",
            "a segment identifier, not an address (RFC 9602)",
        ),
        ("", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "a unique local address (RFC 4193)"),
        ("", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "a link-local address (RFC 4291)"),
        ("", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "a site-local address (RFC 3879)"),
        ("", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "a multicast address (RFC 4291)"),
        // What is nobody's.
        (
            "",
            "4000::",
            "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "",
            "an address that is not assigned (RFC 4291)",
        ),
        (
            "",
            "0:0:0:1::",
            "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff",
            "",
            "an address that is not assigned (RFC 4291)",
        ),
        (
            "",
            "100:0:0:1::",
            "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2000::",
            "an address that is not assigned (RFC 4291)",
        ),
    ] {
        for address in [first, last] {
            assert_eq!(verdict(address.parse().unwrap()), format!("`{address}` is {kind}"));
        }
        for address in [before, behind].into_iter().filter(|address| !address.is_empty()) {
            assert_eq!(verdict(address.parse().unwrap()), "public", "{address}");
        }
    }
}

#[test]
fn single_addresses() {
    for (address, expected) in [
        ("0.0.0.0", "`0.0.0.0` is the unspecified address (RFC 1122)"),
        ("255.255.255.255", "`255.255.255.255` is the broadcast address (RFC 919)"),
        ("169.254.169.254", "`169.254.169.254` is a link-local address (RFC 3927)"),
        ("::", "`::` is the unspecified address (RFC 4291)"),
        ("::1", "`::1` is the loopback address (RFC 4291)"),
        ("1.1.1.1", "public"),
        ("2606:4700:4700::1111", "public"),
    ] {
        assert_eq!(verdict(address.parse().unwrap()), expected);
    }
}

/// An address that holds an IPv4 address is judged by it.
#[test]
fn embedded_addresses() {
    for (address, expected) in [
        ("::ffff:10.0.0.1", "`::ffff:10.0.0.1` stands for `10.0.0.1`, a private address (RFC 1918)"),
        ("::ffff:127.0.0.1", "`::ffff:127.0.0.1` stands for `127.0.0.1`, a loopback address (RFC 1122)"),
        ("::ffff:1.1.1.1", "public"),
        ("64:ff9b::a00:1", "`64:ff9b::a00:1` stands for `10.0.0.1`, a private address (RFC 1918)"),
        ("64:ff9b::101:101", "public"),
        // Not 64:ff9b::/96 any more.
        ("64:ff9b::1:0:0", "`64:ff9b::1:0:0` is an address that is not assigned (RFC 4291)"),
        // Of 6to4 and Teredo, none.
        ("2002:101:101::1", "`2002:101:101::1` is a 6to4 address (RFC 3056)"),
        ("::1.1.1.1", "`::101:101` is an IPv4-compatible address (RFC 4291)"),
    ] {
        assert_eq!(verdict(address.parse().unwrap()), expected);
    }
}

#[test]
fn allowed_networks_win() {
    let allowed: Vec<IpNet> = ["127.0.0.0/8", "fd00::/64"].map(|network| network.parse().unwrap()).into();
    for (address, expected) in [
        ("127.0.0.1", true),
        ("::ffff:127.0.0.1", true),
        ("fd00::1", true),
        ("1.1.1.1", true),
        ("10.0.0.1", false),
        ("::1", false),
        ("fd00:0:0:1::1", false),
        ("64:ff9b::7f00:1", false),
    ] {
        assert_eq!(is_allowed(address.parse().unwrap(), &allowed).is_ok(), expected, "{address}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// What the standard library calls special is not public.
    #[test]
    fn the_standard_library_agrees_on_ipv4(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        let is_special = address.is_private() || address.is_loopback() || address.is_link_local()
            || address.is_multicast() || address.is_broadcast() || address.is_documentation()
            || address.is_unspecified();
        prop_assert!(!is_special || is_public(address.into()).is_err());
    }

    #[test]
    fn the_standard_library_agrees_on_ipv6(bits: u128) {
        let address = Ipv6Addr::from_bits(bits);
        let is_special = address.is_loopback() || address.is_multicast() || address.is_unspecified()
            || address.is_unicast_link_local() || address.is_unique_local();
        prop_assert!(!is_special || is_public(address.into()).is_err());
        prop_assert!(bits >> 125 == 1 || is_public(address.into()).is_err());
    }

    /// No notation makes an address public that is not.
    #[test]
    fn notations_do_not_matter(bits: u32) {
        let address = Ipv4Addr::from_bits(bits);
        let is_same = |ipv6: u128| is_public(Ipv6Addr::from_bits(ipv6).into()).is_ok() == is_public(address.into()).is_ok();
        prop_assert!(is_same(0xffff_0000_0000 | u128::from(bits)));
        prop_assert!(is_same(0x64_ff9b << 96 | u128::from(bits)));
        prop_assert!(is_public(Ipv6Addr::from_bits(u128::from(bits)).into()).is_err());
        prop_assert!(is_public(Ipv6Addr::from_bits(0x2002 << 112 | u128::from(bits) << 80).into()).is_err());
    }
}
