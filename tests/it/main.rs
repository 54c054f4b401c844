//! The one integration binary: each module tests one boundary.

mod cluster;
mod crawl;
mod doctor;
mod enrich;
mod http;
mod normalize;
mod normalize_html;
mod normalize_real;
mod notify;
mod payload;
mod publish;
mod rank;
mod rank_properties;
mod schema;
mod sources;
mod sources_real;
mod stub;
mod stub_answers;
mod support;
mod synthetic;
mod tidy;
mod toy;
mod views;
