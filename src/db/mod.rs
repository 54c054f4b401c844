//! (being written)

pub mod cluster;
pub mod outbox;
