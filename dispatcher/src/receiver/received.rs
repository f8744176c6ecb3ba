//! What has arrived.

use std::fmt;

use crate::core::Timestamp;
use crate::core::signature::{ID_HEADER, VerifyError};
use crate::visible::Visible;

/// A request. `Debug` shows neither the values of headers nor the body; `Display` is for people who want to see them.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// From 1.
    pub number: u64,
    /// When it was there, all of it.
    pub received_at: Timestamp,
    /// In capitals.
    pub method: String,
    /// With the query.
    pub path: String,
    /// Names in lower case, and values; what is no UTF-8 in them is replaced.
    pub headers: Vec<(String, String)>,
    /// The bytes that are signed.
    pub body: Vec<u8>,
    /// What came of its signatures.
    pub signature: SignatureCheck,
    /// The status that it is answered.
    pub status: u16,
}

/// What came of the signatures of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureCheck {
    /// There is no secret to verify them with.
    NotChecked,
    /// All that there should be are right.
    Valid,
    /// One of them is missing, or wrong.
    Wrong(VerifyError),
}

/// Headers that are not shown.
const SECRET: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// How many bytes of a body are shown.
const SHOWN_BODY: usize = 4 << 10;

impl Received {
    /// The value of a header, in whatever case its name is written; of several, the first.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(&**value))
    }

    /// What the delivery is called by, the same in all attempts (`webhook-id`).
    #[must_use]
    pub fn delivery_id(&self) -> Option<&str> {
        self.header(ID_HEADER)
    }
}

/// Everything, but `Authorization` and cookies, and what is beyond 4 KiB of the body.
impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, status) = (Visible(&self.path), self.status);
        write!(f, "#{} {} {path}: {}; answered {status}", self.number, self.method, self.signature)?;
        for (name, value) in &self.headers {
            let value = if SECRET.contains(&&**name) { "[redacted]" } else { value };
            write!(f, "\n  {name}: {}", Visible(value))?;
        }
        let (shown, rest) = self.body.split_at_checked(SHOWN_BODY).unwrap_or((&self.body, &[]));
        for line in String::from_utf8_lossy(shown).lines() {
            write!(f, "\n  {}", Visible(line))?;
        }
        match rest.len() {
            0 => Ok(()),
            more => write!(f, "\n  … {more} bytes more"),
        }
    }
}

impl fmt::Display for SignatureCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotChecked => f.write_str("signature not checked"),
            Self::Valid => f.write_str("signature valid"),
            Self::Wrong(error) => write!(f, "signature wrong: {error}"),
        }
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("number", &self.number)
            .field("received_at", &self.received_at)
            .field("method", &self.method)
            .field("headers", &self.headers.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("signature", &self.signature)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
