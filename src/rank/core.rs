//! One job against one profile: a score from 0 to 100 in whole hundredths, and an explanation that adds up to it. Pure,
//! and independent of the date.

use super::features::{self, Feature, State};
use super::points;
use crate::config::ranking::{Profile, Ranking, Weights, shares};
use crate::posting::{ContractType, Hundredths, RemoteType, Seniority};
use md5::{Digest, Md5};
use serde_json::{Map, Value};

/// Changes whenever a job would be ranked or explained differently, so that all jobs are ranked again.
pub const VERSION: &str = "1";

/// What is known of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the columns are described in migrations/0001 and dbt")]
pub struct RankInput<'a> {
    pub job_title: &'a str,
    pub job_title_std: Option<&'a str>,
    pub skills: &'a [String],
    pub location_city: Option<&'a str>,
    pub location_region: Option<&'a str>,
    pub location_country: Option<&'a str>,
    pub location_lat: Option<f64>,
    pub location_lon: Option<f64>,
    pub remote_type: RemoteType,
    pub contract_type: ContractType,
    pub seniority: Option<Seniority>,
    pub salary_min_norm: Option<Hundredths>,
    pub salary_max_norm: Option<Hundredths>,
    pub company_size: Option<&'a str>,
}

impl Default for RankInput<'_> {
    fn default() -> Self {
        RankInput {
            job_title: "",
            job_title_std: None,
            skills: &[],
            location_city: None,
            location_region: None,
            location_country: None,
            location_lat: None,
            location_lon: None,
            remote_type: RemoteType::Unknown,
            contract_type: ContractType::Unknown,
            seniority: None,
            salary_min_norm: None,
            salary_max_norm: None,
            company_size: None,
        }
    }
}

/// The columns `rank_score` and `rank_explain` of `staging.job_rankings`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// 0.00 to 100.00.
    pub score: Hundredths,
    /// `{"score", "features": [{"feature", "weight", "effective_weight", "value", "points", "state", "evidence"}, …]}`
    pub explain: Value,
}

/// Ranks one job. A profile without any preference that weighs gives every job 0; `config::ranking` refuses such a profile.
pub fn rank(input: &RankInput, ranking: &Ranking, profile: &Profile) -> Ranked {
    let features = features::of(input, profile);
    let shares = shares(&ranking.weights, profile);
    let values = features.each_ref().map(|feature| feature.value);
    let points = points::of(&shares, &values);
    let score = Hundredths(points.iter().sum());
    let weights = ranking.weights.in_order();
    let mut rows = Vec::with_capacity(features.len());
    for (index, feature) in features.into_iter().enumerate() {
        let numbers = [weights[index], shares[index], Hundredths(points[index]).as_f64()];
        rows.push(row(Weights::FEATURES[index], feature, numbers));
    }
    let mut explain = Map::new();
    explain.insert("score".to_owned(), score.as_f64().into());
    explain.insert("features".to_owned(), Value::Array(rows));
    Ranked { score, explain: Value::Object(explain) }
}

/// What `revision` of an output row must be made from: this logic, the weights and the profile with its resolved places
/// and skills.
pub fn profile_revision(ranking: &Ranking, profile: &Profile) -> String {
    let content =
        serde_json::to_vec(&(VERSION, &ranking.weights, profile)).expect("a profile has text keys only");
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn row(name: &str, feature: Feature, [weight, share, points]: [f64; 3]) -> Value {
    let preferred = feature.state != State::NoPreference;
    let mut row = Map::new();
    row.insert("feature".to_owned(), name.into());
    row.insert("weight".to_owned(), weight.into());
    row.insert("effective_weight".to_owned(), four_digits(share).into());
    row.insert("value".to_owned(), if preferred { four_digits(feature.value).into() } else { Value::Null });
    row.insert("points".to_owned(), points.into());
    row.insert("state".to_owned(), feature.state.as_str().into());
    row.insert("evidence".to_owned(), feature.evidence.into());
    Value::Object(row)
}

fn four_digits(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}
