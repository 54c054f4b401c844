//! The one integration binary: each module tests one boundary.

mod synthetic;
mod stub;
mod payload;
mod http;
mod rank_properties;
mod server;
mod normalize_real;
mod normalize_html;
mod normalize;
mod rank;
mod enrich;
mod publish;
mod sources_real;
mod sources;
mod views;
mod schema;
mod cluster;
mod doctor;
mod notify;
mod support;
