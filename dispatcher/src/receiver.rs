//! A receiver.
