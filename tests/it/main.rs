//! The one integration binary: each module tests one boundary.

mod enrich;
mod rank;
mod rank_properties;
