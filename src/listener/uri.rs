//! Where a listener's events are sent: an absolute `http` or `https` URI (RFC 3986).
//!
//! Checked by hand, for a URI only has to be *checked* here: a crate that parses, joins and normalises
//! URIs, with its tables for international host names, would weigh more in WebAssembly than the rest of
//! the engine. What the check lets through every parser reads alike: there are no backslashes, no user,
//! and no characters outside of ASCII that one program might read as another host than the next.

use std::net::Ipv6Addr;

/// A few times what any registration API stores.
const MAX_BYTES: usize = 8192;

/// What is wrong with a URI. Nothing of it is quoted: many are secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: &'static str,
    pub(super) hint: Option<&'static str>,
}

pub(super) fn check(uri: &str) -> Result<(), Fault> {
    if uri.len() > MAX_BYTES {
        return Err(fault("more than 8192 bytes"));
    }
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let (start, rest) = uri.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let Some(rest) = rest else {
        return Err(fault("expected a URI that starts with `https://` or `http://`"));
    };
    characters(uri)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, _) = rest.split_at_checked(end).unwrap_or((rest, ""));
    if authority.contains('@') {
        let hint = Some("put them into `authData`: `{\"Authorization\": …}`");
        return Err(Fault { message: "a user name or password in the URI", hint });
    }
    host_and_port(authority)
}

fn fault(message: &'static str) -> Fault {
    Fault { message, hint: None }
}

fn characters(uri: &str) -> Result<(), Fault> {
    if uri.contains('#') {
        return Err(fault("a fragment (from `#` on) is never sent"));
    }
    let mut bytes = uri.bytes();
    while let Some(byte) = bytes.next() {
        let is_right = match byte {
            b'%' => {
                [bytes.next(), bytes.next()].into_iter().flatten().filter(u8::is_ascii_hexdigit).count() == 2
            }
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=".contains(&byte),
        };
        if !is_right {
            let message = match byte {
                b'%' => "a `%` without two hexadecimal digits",
                b'\\' => "a backslash",
                b' ' => "a space",
                0..0x20 | 0x7f => "a control character",
                _ => "a character that cannot stand in a URI",
            };
            let hint = "such characters are written as `%` and two hexadecimal digits; in a host, as `xn--…`";
            return Err(Fault { message, hint: Some(hint) });
        }
    }
    Ok(())
}

fn host_and_port(authority: &str) -> Result<(), Fault> {
    let bracketed = authority.strip_prefix('[').map(|rest| rest.split_once(']'));
    let (is_host, port) = match bracketed {
        Some(None) => (false, ""),
        Some(Some((address, port))) => (address.parse::<Ipv6Addr>().is_ok(), port),
        None => {
            let at = authority.find(':').unwrap_or(authority.len());
            let (host, port) = authority.split_at_checked(at).unwrap_or((authority, ""));
            if host.is_empty() {
                return Err(fault("a URI without a host"));
            }
            let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
            (is_name && host.bytes().any(|byte| byte.is_ascii_alphanumeric()), port)
        }
    };
    if !is_host {
        return Err(fault("expected a host name or an address"));
    }
    let is_port = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(number) => {
            number.bytes().all(|byte| byte.is_ascii_digit())
                && number.parse::<u16>().is_ok_and(|number| number > 0)
        }
    };
    if is_port { Ok(()) } else { Err(fault("expected a port from 1 to 65535")) }
}

/// Scheme, host and port: what may be shown. The rest is often secret.
pub(super) fn origin(uri: &str) -> &str {
    let authority = uri.find("://").map_or(0, |at| at + 3);
    let rest = uri.get(authority..).unwrap_or_default();
    let end = rest.find(['/', '?']).map_or(uri.len(), |end| authority + end);
    uri.get(..end).unwrap_or(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_uris() {
        for uri in [
            "https://example.org",
            "http://localhost:8080/hook",
            "HTTPS://EXAMPLE.org/Hook?a=b&c[]=%20",
            "https://127.0.0.1/a@b:c",
            "https://[::1]:65535?x",
            "https://[2001:db8::ffff:192.0.2.1]/",
            "https://web_hook.internal./",
            "https://xn--mller-kva.example/~a/!$&'()*+,;=",
        ] {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn bad_uris() {
        for (uri, message) in [
            ("", "expected a URI that starts with `https://` or `http://`"),
            ("example.org", "expected a URI that starts with `https://` or `http://`"),
            ("/hook", "expected a URI that starts with `https://` or `http://`"),
            ("//example.org", "expected a URI that starts with `https://` or `http://`"),
            ("https:/example.org", "expected a URI that starts with `https://` or `http://`"),
            ("https:\\\\example.org", "expected a URI that starts with `https://` or `http://`"),
            ("file:///etc/passwd", "expected a URI that starts with `https://` or `http://`"),
            ("ftp://example.org", "expected a URI that starts with `https://` or `http://`"),
            ("javascript:alert(1)", "expected a URI that starts with `https://` or `http://`"),
            (" https://example.org", "expected a URI that starts with `https://` or `http://`"),
            ("httpſ://example.org", "expected a URI that starts with `https://` or `http://`"),
            ("https://", "a URI without a host"),
            ("https:///hook", "a URI without a host"),
            ("https://?x", "a URI without a host"),
            ("https://:80/", "a URI without a host"),
            ("https://bob@example.org", "a user name or password in the URI"),
            ("https://bob:pw@example.org/", "a user name or password in the URI"),
            ("https://@example.org/", "a user name or password in the URI"),
            ("https://example.org:80@evil.org/", "a user name or password in the URI"),
            ("https://good.org\\@evil.org/", "a backslash"),
            ("https://example.org/\r\nX: y", "a control character"),
            ("https://example.org/\0", "a control character"),
            ("https://example.org/a b", "a space"),
            ("https://example.org/\u{7f}", "a control character"),
            ("https://exämple.org/", "a character that cannot stand in a URI"),
            ("https://example.org/<x>", "a character that cannot stand in a URI"),
            ("https://example.org/%2", "a `%` without two hexadecimal digits"),
            ("https://example.org/%zz", "a `%` without two hexadecimal digits"),
            ("https://example.org/%", "a `%` without two hexadecimal digits"),
            ("https://example.org/#x", "a fragment (from `#` on) is never sent"),
            ("https://exam%70le.org/", "expected a host name or an address"),
            ("https://./", "expected a host name or an address"),
            ("https://[::1", "expected a host name or an address"),
            ("https://[::g]/", "expected a host name or an address"),
            ("https://a[b]/", "expected a host name or an address"),
            ("https://[::1]x/", "expected a port from 1 to 65535"),
            ("https://example.org:/", "expected a port from 1 to 65535"),
            ("https://example.org:0/", "expected a port from 1 to 65535"),
            ("https://example.org:65536/", "expected a port from 1 to 65535"),
            ("https://example.org:+80/", "expected a port from 1 to 65535"),
            ("https://a:80:90/", "expected a port from 1 to 65535"),
        ] {
            assert_eq!(check(uri).unwrap_err().message, message, "{uri}");
        }
        let long = format!("https://example.org/{}", "x".repeat(MAX_BYTES));
        assert_eq!(check(&long).unwrap_err().message, "more than 8192 bytes");
    }

    #[test]
    fn what_may_be_shown() {
        assert_eq!(origin("https://example.org:80/secret?x"), "https://example.org:80");
        assert_eq!(origin("http://example.org?secret"), "http://example.org");
        assert_eq!(origin("http://example.org"), "http://example.org");
    }
}
