//! (being written)

pub mod post;
