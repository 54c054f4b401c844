//! The one integration binary: each module tests one boundary.

mod cluster;
mod doctor;
mod notify;
mod support;
