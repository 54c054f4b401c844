//! The one integration binary: each module tests one boundary.

mod support;

mod cluster;
mod command_line;
mod crawl;
mod dedupe;
mod dedupe_core;
mod doctor;
mod enrich;
mod fx;
mod http;
mod normalize;
mod normalize_html;
mod normalize_real;
mod notify;
mod openings;
mod orchestration;
mod pay_cases;
mod payload;
mod pipeline;
mod places;
mod publish;
mod rank;
mod rank_filters;
mod rank_hiding;
mod rank_properties;
mod schema;
mod skills;
mod sources;
mod sources_real;
mod stub;
mod stub_answers;
mod synthetic;
mod tidy;
mod toy;
mod views;
