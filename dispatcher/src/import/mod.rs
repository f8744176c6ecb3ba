//! Registrations from elsewhere.
