//! Hosts that no delivery can ever reach. Which addresses are *allowed* is decided when a connection is made, and where
//! names lead is known only then.

use std::net::{IpAddr, Ipv4Addr};

use url::{Host, Url};

/// What is wrong with a URI that the engine has let through. Nothing of its path is quoted: many are secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

pub(super) fn check(uri: &str) -> Result<(), Fault> {
    // The parser of the client that makes the connection.
    let url = Url::parse(uri).map_err(|error| fault(error.to_string()))?;
    let address = match url.host() {
        Some(Host::Ipv4(address)) => {
            if written_host(uri) != Some(&*address.to_string()) {
                let message = "an address that is not written as four decimal numbers".to_owned();
                return Err(Fault { message, hint: Some(format!("it is read as `{address}`")) });
            }
            IpAddr::V4(address)
        }
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(name)) => return check_name(name),
        None => return Err(fault("a URI without a host")),
    };
    match address.to_canonical() {
        address if address.is_unspecified() => Err(fault("the address of no host")),
        address if address.is_multicast() => Err(fault("the address of a group of hosts")),
        IpAddr::V4(Ipv4Addr::BROADCAST) => Err(fault("the address of all hosts")),
        _ => Ok(()),
    }
}

/// RFC 1035, section 2.3.4.
fn check_name(name: &str) -> Result<(), Fault> {
    let name = name.strip_suffix('.').unwrap_or(name);
    match name.split('.').all(|label| (1..=63).contains(&label.len())) && name.len() <= 253 {
        true => Ok(()),
        false => Err(fault(
            "a host name of which a part is empty or longer than 63 bytes, or longer than 253 bytes",
        )),
    }
}

/// Between `//` and the port or path: users are refused before.
fn written_host(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    rest.split([':', '/', '?']).next()
}

fn fault(message: impl Into<String>) -> Fault {
    Fault { message: message.into(), hint: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_may_be_reached() {
        for uri in [
            "https://example.org/hook",
            "http://localhost:8080",
            "http://127.0.0.1:9000/",
            "http://10.0.0.1?x",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "https://web_hook.internal./",
            "https://xn--mller-kva.example/",
            "https://1.example/",
        ] {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn hosts_that_never_are() {
        let unusual = "an address that is not written as four decimal numbers";
        let name = "a host name of which a part is empty or longer than 63 bytes, or longer than 253 bytes";
        let (label, long) =
            (format!("https://{}.org", "x".repeat(64)), format!("https://{}org", "x.".repeat(126)));
        for (uri, message) in [
            ("http://0x7f.1/", unusual),
            ("http://2130706433/", unusual),
            ("http://127.1:80/", unusual),
            ("http://0177.0.0.1/", unusual),
            ("http://127.0.0.1./", unusual),
            ("http://0/", unusual),
            ("http://0.0.0.0:80/", "the address of no host"),
            ("http://[::]/", "the address of no host"),
            ("http://[::ffff:0.0.0.0]/", "the address of no host"),
            ("http://255.255.255.255/", "the address of all hosts"),
            ("http://224.0.0.1/", "the address of a group of hosts"),
            ("http://[ff02::1]/", "the address of a group of hosts"),
            ("http://256.0.0.1/", "invalid IPv4 address"),
            ("http://1.2.3.4.5/", "invalid IPv4 address"),
            ("http://example..org/", name),
            (&label, name),
            (&long, name),
        ] {
            assert_eq!(check(uri).unwrap_err().message, message, "{uri}");
        }
        assert_eq!(check("http://0x7f.1/").unwrap_err().hint.unwrap(), "it is read as `127.0.0.1`");
    }
}
