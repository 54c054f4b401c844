//! The one integration binary: each module tests one boundary.

mod http;
mod payload;
mod stub;
mod synthetic;
