//! The one integration binary: each module tests one boundary.

mod cluster;
mod doctor;
mod enrich;
mod normalize;
mod normalize_html;
mod normalize_real;
mod notify;
mod publish;
mod rank;
mod schema;
mod sources;
mod sources_real;
mod support;
mod views;
