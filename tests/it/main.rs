//! The one integration binary: each module tests one boundary.

mod sources;
mod sources_real;
