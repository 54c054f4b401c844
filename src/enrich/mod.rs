//! (being written)

pub mod core;
mod pay;
mod place;
mod title;
