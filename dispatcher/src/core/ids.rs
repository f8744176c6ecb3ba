//! What listeners, events and deliveries are called by.

use std::fmt;
use std::str::FromStr;

use super::Timestamp;

/// The number of a listener, from 1, as in Nextcloud's API. Numbers are not used again.
///
/// ```
/// use hooksieve_dispatcher::core::ListenerId;
///
/// assert_eq!(ListenerId::from_number(7).to_string(), "7");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListenerId(i64);

impl ListenerId {
    /// From its number.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for ListenerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected `{prefix}` and 32 hexadecimal digits in lower case")]
pub struct IdError {
    prefix: &'static str,
}

macro_rules! unique_id {
    ($(#[$doc:meta])+ $name:ident, $prefix:literal) => {
        $(#[$doc])+
        ///
        /// 16 bytes, as UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then randomness, so that
        /// those of a later millisecond are greater. As text: a prefix and 32 hexadecimal digits.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// What the text starts with.
            pub const PREFIX: &str = $prefix;

            /// A new one, from the time and 10 random bytes.
            #[must_use]
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                Self(version_7(now, random))
            }

            /// From its bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Self::PREFIX)?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                bytes_of(text.strip_prefix(Self::PREFIX)).map(Self).ok_or(IdError { prefix: Self::PREFIX })
            }
        }
    };
}

unique_id! {
    /// What an accepted event is called by.
    EventId, "evt_"
}

unique_id! {
    /// What a delivery is called by: one event on its way to one listener. It is the same in all attempts,
    /// so that receivers can tell a repetition from something new.
    DeliveryId, "msg_"
}

fn version_7(now: Timestamp, random: [u8; 10]) -> [u8; 16] {
    let [_, _, time @ ..] = now.as_millis().max(0).to_be_bytes();
    let mut bytes = [0; 16];
    let (start, rest) = bytes.split_at_mut(time.len());
    start.copy_from_slice(&time);
    rest.copy_from_slice(&random);
    // The version, and the variant.
    bytes[6] = bytes[6] & 0x0f | 0x70;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

fn bytes_of(digits: Option<&str>) -> Option<[u8; 16]> {
    let digits = digits?;
    let mut bytes = [0; 16];
    let is_lower = digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    (is_lower && hex::decode_to_slice(digits, &mut bytes).is_ok()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_and_back() {
        let id = DeliveryId::new(Timestamp::from_millis(0x0123_4567_89ab), [0xff; 10]);
        assert_eq!(id.to_string(), "msg_0123456789ab7fffbfffffffffffffff");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(format!("{id:?}"), id.to_string());
        assert_eq!(DeliveryId::from_bytes(*id.as_bytes()), id);

        let digits = "0123456789ab7fffbfffffffffffffff";
        for text in [
            "",
            "msg_",
            digits,
            &format!("evt_{digits}"),
            &format!("MSG_{digits}"),
            &format!("msg_{}", digits.to_uppercase()),
            &format!("msg_{digits}0"),
            &format!("msg_{digits} "),
            &format!("msg_{}", digits.replace('0', "g")),
            &format!("msg_{}", digits.replace("0", "é")),
        ] {
            let error = text.parse::<DeliveryId>().unwrap_err();
            assert_eq!(
                error.to_string(),
                "expected `msg_` and 32 hexadecimal digits in lower case",
                "{text}"
            );
        }
    }

    #[test]
    fn times_beyond_48_bits() {
        let before = EventId::new(Timestamp::from_millis(-1), [0; 10]);
        assert_eq!(before, EventId::new(Timestamp::from_millis(0), [0; 10]));
        // In the year 10889 they start again.
        let after = EventId::new(Timestamp::from_millis(1 << 48), [0; 10]);
        assert_eq!(after, EventId::new(Timestamp::from_millis(0), [0; 10]));
    }

    proptest! {
        /// As UUIDs of version 7 they are, and their order is that of time.
        #[test]
        fn later_ones_are_greater(
            times in (0..1i64 << 48, 0..1i64 << 48),
            random in any::<([u8; 10], [u8; 10])>(),
        ) {
            let id = |time, random| EventId::new(Timestamp::from_millis(time), random);
            let (first, second) = (id(times.0, random.0), id(times.1, random.1));
            if times.0 != times.1 {
                prop_assert_eq!(first < second, times.0 < times.1);
            }
            for id in [first, second] {
                prop_assert_eq!((id.as_bytes()[6] >> 4, id.as_bytes()[8] >> 6), (7, 0b10));
                prop_assert_eq!(id.to_string().parse::<EventId>(), Ok(id));
            }
            // 74 of the 80 bits of randomness are in it.
            prop_assert_eq!(&first.as_bytes()[9..], &random.0[3..]);
        }
    }
}
