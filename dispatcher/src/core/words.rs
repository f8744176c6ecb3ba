//! Choices that are written as a word.

/// An enum whose variants are words of a registration: with `ALL`, in order, and `as_str`.
macro_rules! words {
    ($(#[$doc:meta])+ $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])+ $variant,)+
        }

        impl $name {
            pub(in crate::core) const ALL: &[Self] = &[$(Self::$variant),+];

            /// As it stands in a registration.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

pub(super) use words;
