//! The one integration binary: each module tests one boundary.

mod schema;
mod server;
mod views;
