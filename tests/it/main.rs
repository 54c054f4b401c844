//! The one integration binary: only `mod` lines here.

mod schema;
mod views;
