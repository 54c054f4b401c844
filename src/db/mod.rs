//! (being written)

pub mod cluster;
