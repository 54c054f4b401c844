//! Collects what the sources send into raw, exactly as sent.

pub mod payload;
