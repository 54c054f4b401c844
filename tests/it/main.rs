//! The one integration binary: each module tests one boundary.

mod normalize;
mod normalize_html;
mod normalize_real;
