//! Where a request goes, as far as its URI says.

use std::net::{Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use url::{Host, Url};

use super::address::{self, NotPublic};
use crate::core::Failure;

/// Why nothing is ever sent to a URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("expected an absolute `http` or `https` URI")]
    NoUri,
    #[error("a user name or password in the URI")]
    Credentials,
    #[error("{0}: deliveries do not go there, unless its network is allowed")]
    Address(NotPublic),
    #[error("`localhost` is this machine: deliveries do not go there, unless its network is allowed")]
    Localhost,
}

impl Refusal {
    pub(super) fn failure(self) -> Failure {
        match self {
            Self::NoUri | Self::Credentials => Failure::Request,
            Self::Address(_) | Self::Localhost => Failure::AddressRefused,
        }
    }
}

/// Reads a URI. An address in it, however it is written, is checked here, for no name is resolved then.
pub(super) fn read(uri: &str, allowed: &[IpNet]) -> Result<Url, Refusal> {
    // A browser leaves these out, or reads them as something else; here they are mistakes.
    if uri.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
        return Err(Refusal::NoUri);
    }
    let url = Url::parse(uri).map_err(|_| Refusal::NoUri)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refusal::NoUri);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::Credentials);
    }
    let is_allowed = |address| address::is_allowed(address, allowed);
    match url.host().ok_or(Refusal::NoUri)? {
        Host::Ipv4(ipv4) => is_allowed(ipv4.into()).map_err(Refusal::Address)?,
        Host::Ipv6(ipv6) => is_allowed(ipv6.into()).map_err(Refusal::Address)?,
        Host::Domain(name) => {
            let loopback = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
            if is_localhost(name) && loopback.into_iter().all(|address| is_allowed(address).is_err()) {
                return Err(Refusal::Localhost);
            }
        }
    }
    Ok(url)
}

/// These names are this machine's (RFC 6761, 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::net::Ipv4Addr;

    use proptest::prelude::*;
    use url::Host;

    use super::read;
    use crate::deliver::is_public;

    /// Why a URI is refused; `None`, where it is not.
    fn refusal(uri: &str, allowed: &[&str]) -> Option<String> {
        let allowed: Vec<_> = allowed.iter().map(|network| network.parse().unwrap()).collect();
        read(uri, &allowed).err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn addresses_in_every_spelling() {
        for uri in [
            "http://127.0.0.1",
            "http://127.0.0.1.:80/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://0x7f000001/",
            "http://%31%32%37.0.0.1/",
            "http://①②⑦.0.0.1/",
        ] {
            let expected = "`127.0.0.1` is a loopback address (RFC 1122): deliveries do not go there, unless its network is allowed";
            assert_eq!(refusal(uri, &[]).as_deref(), Some(expected), "{uri}");
            assert_eq!(refusal(uri, &["127.0.0.0/8"]), None, "{uri}");
        }
        for (uri, start) in [
            ("https://[::1]/", "`::1` is the loopback address"),
            ("https://[0:0:0:0:0:0:0:1]/", "`::1` is the loopback address"),
            ("https://[::ffff:10.0.0.1]/", "`::ffff:10.0.0.1` stands for `10.0.0.1`"),
            ("https://[::ffff:a00:1]/", "`::ffff:10.0.0.1` stands for `10.0.0.1`"),
            ("https://[64:ff9b::10.0.0.1]/", "`64:ff9b::a00:1` stands for `10.0.0.1`"),
            ("https://[fd00::1]:8443/", "`fd00::1` is a unique local address"),
            ("http://0/", "`0.0.0.0` is the unspecified address"),
            ("http://169.254.169.254/latest/meta-data/", "`169.254.169.254` is a link-local address"),
        ] {
            let message = refusal(uri, &["127.0.0.0/8"]).unwrap();
            assert!(message.starts_with(start), "{uri}: {message}");
        }
    }

    #[test]
    fn localhost_by_name() {
        for uri in
            ["http://localhost", "http://LOCALHOST:80/", "http://localhost./", "https://hook.localhost/x"]
        {
            assert!(refusal(uri, &[]).unwrap().starts_with("`localhost` is this machine"), "{uri}");
            assert_eq!(refusal(uri, &["127.0.0.1/32"]), None, "{uri}");
            assert_eq!(refusal(uri, &["::1/128"]), None, "{uri}");
        }
    }

    #[test]
    fn no_targets() {
        for uri in [
            "",
            "example.org",
            "//example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "http://",
            "http://exam\r\nple.org/",
            "http://example.org/\r\nX: y",
            "http://example.org/a b",
            "http:\\\\example.org",
            "http://[::1%25eth0]/",
            "http://256.0.0.1/",
        ] {
            assert_eq!(
                refusal(uri, &[]).as_deref(),
                Some("expected an absolute `http` or `https` URI"),
                "{uri}"
            );
        }
        for uri in
            ["http://user@example.org/", "http://user:pw@example.org/", "http://1.1.1.1:80@example.org/"]
        {
            assert_eq!(refusal(uri, &[]).as_deref(), Some("a user name or password in the URI"), "{uri}");
        }
    }

    #[test]
    fn public_targets() {
        for uri in ["https://example.org/hook?key=1", "http://1.1.1.1:8080/", "https://[2606:4700::1111]/"] {
            assert_eq!(refusal(uri, &[]), None, "{uri}");
        }
    }

    proptest! {
        /// An address is judged by what it is, not by how it is written.
        #[test]
        fn spellings_do_not_matter(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let expected = refusal(&format!("http://{address}/"), &[]);
            prop_assert_eq!(expected.is_some(), is_public(address.into()).is_err());
            let [a, b, c, d] = address.octets();
            for host in [
                format!("{bits}"),
                format!("{bits:#x}"),
                format!("0{bits:o}"),
                format!("{a}.{}", bits & 0xff_ffff),
                format!("{a:#x}.{b}.{}", bits & 0xffff),
                format!("0{a:o}.{b:#x}.{c}.{d}."),
            ] {
                prop_assert_eq!(&refusal(&format!("http://{host}/"), &[]), &expected, "{}", host);
            }
            let mapped = refusal(&format!("http://[::ffff:{address}]/"), &[]);
            prop_assert_eq!(mapped.is_some(), expected.is_some());
        }

        /// Whatever the URI, what is let through is `http` or `https` to a host that may be gone to.
        #[test]
        fn any_uri(uri in r#"(https?://)?[a-z0-9.:@/\\\[\]?#%_ \r\n-]{0,32}"#) {
            if let Ok(url) = read(&uri, &[]) {
                prop_assert!(matches!(url.scheme(), "http" | "https") && url.username().is_empty());
                match url.host() {
                    Some(Host::Ipv4(address)) => prop_assert!(is_public(address.into()).is_ok()),
                    Some(Host::Ipv6(address)) => prop_assert!(is_public(address.into()).is_ok()),
                    Some(Host::Domain(name)) => prop_assert!(name.parse::<std::net::IpAddr>().is_err()),
                    None => prop_assert!(false),
                }
            }
        }
    }
}
