//! The plain parts of a registration.

use std::fmt;

use serde_json::Value;

/// What a listener is called by: a number or a string.
///
/// Two are equal if they are of one type and the same text: `1`, `1.0` and `"1"` are three.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ListenerId(Box<str>);

impl ListenerId {
    /// A number as it is written.
    pub(super) fn from_number(text: &str) -> Self {
        Self(text.into())
    }

    /// Written anew, for there are several ways to write a string.
    pub(super) fn from_string(string: &str) -> Self {
        Self(Value::from(string).to_string().into())
    }

    pub(super) fn from_position(position: usize) -> Self {
        Self(position.to_string().into())
    }

    /// As JSON: a number as it was written, a string in double quotes.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// As a JSON value; a number beyond 64 bits is rounded to a double.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // Always JSON.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

/// As JSON.
impl fmt::Display for ListenerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ListenerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! words {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])+ $variant,)+
        }

        impl $name {
            pub(super) const ALL: &[Self] = &[$(Self::$variant),+];

            /// As it stands in a registration.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// `httpMethod`: what a delivery does. Lower case is read, too; `CONNECT` and `TRACE`, which carry no
    /// event, are refused.
    HttpMethod {
        /// The usual one.
        Post = "POST",
        /// Replaces what is at the URI.
        Put = "PUT",
        /// Changes what is at the URI.
        Patch = "PATCH",
        /// Asks for what is at the URI.
        Get = "GET",
        /// As `GET`, without an answer's body.
        Head = "HEAD",
        /// Removes what is at the URI.
        Delete = "DELETE",
        /// Asks what can be done at the URI.
        Options = "OPTIONS",
    }
}

words! {
    /// `authMethod`: how a delivery proves where it comes from.
    AuthMethod {
        /// Not at all. What is in `authData` is not sent.
        None = "none",
        /// By the headers in `authData`.
        Header = "header",
    }
}

words! {
    /// A user that is named by a part in what happened, for `tokenNeeded`.
    TokenRole {
        /// Who registered the listener.
        Owner = "owner",
        /// Who brought the event about.
        Trigger = "trigger",
    }
}

/// `tokenNeeded`: the users for whom a delivery carries a token, with which the receiver can act for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TokenNeeded {
    pub(super) user_ids: Vec<String>,
    pub(super) user_roles: Vec<TokenRole>,
}

impl TokenNeeded {
    /// By their ids.
    #[must_use]
    pub fn user_ids(&self) -> &[String] {
        &self.user_ids
    }

    /// By their parts in what happened.
    #[must_use]
    pub fn user_roles(&self) -> &[TokenRole] {
        &self.user_roles
    }

    /// Whether no token is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.user_ids.is_empty() && self.user_roles.is_empty()
    }

    pub(super) fn to_value(&self) -> Value {
        let roles: Vec<&str> = self.user_roles.iter().map(|role| role.as_str()).collect();
        serde_json::json!({ "user_ids": self.user_ids, "user_roles": roles })
    }
}
