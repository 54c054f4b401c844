//! The one integration binary: each module tests one boundary.

mod sources_real;
mod sources;
mod views;
mod schema;
mod cluster;
mod support;
