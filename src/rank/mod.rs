//! (being written)

pub mod core;
pub mod explain;
mod features;
mod points;
