//! The one integration binary: each module tests one boundary.

mod views;
mod schema;
mod cluster;
mod support;
