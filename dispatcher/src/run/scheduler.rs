//! Decides which pending delivery is attempted next, and records what comes of it.
