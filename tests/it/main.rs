//! The one integration binary: each module tests one boundary.

mod cluster;
mod notify;
mod support;
