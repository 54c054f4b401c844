//! (being written)

pub mod cluster;
pub mod health;
pub mod outbox;
