//! One job against one profile: a score from 0 to 100 in whole hundredths, and an explanation that adds up to it. Pure,
//! and independent of the date.

use super::features::{self, Feature, State};
use super::points;
use crate::config::ranking::{Profile, Ranking, Weights, shares};
use crate::posting::{ContractType, Hundredths, RemoteType, Seniority};
use md5::{Digest, Md5};
use serde::Serialize;

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
    /// How the score came about.
    pub explain: Explanation,
}

/// What `rank_explain` holds; the points sum to the score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The score again, 0 to 100.
    pub score: f64,
    /// In the order of [`Weights::FEATURES`].
    pub features: [ExplainedFeature; 8],
}

/// One feature's part in a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedFeature {
    /// Its name.
    pub feature: &'static str,
    /// Its weight in `ranking.yml`.
    pub weight: f64,
    /// Its share among the features that the profile wishes for.
    pub effective_weight: f64,
    /// How well the job fits, 0 to 1; none without a preference.
    pub value: Option<f64>,
    /// What it adds to the score.
    pub points: f64,
    /// `match`, `partial`, `miss`, `unknown` or `no_preference`.
    pub state: &'static str,
    /// Why, in words.
    pub evidence: String,
}

impl Explanation {
    /// The text that is stored.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("an explanation has text keys only")
    }
}

/// Ranks one job. A profile without any preference that weighs gives every job 0; `config::ranking` refuses such a profile.
pub fn rank(input: &RankInput, ranking: &Ranking, profile: &Profile) -> Ranked {
    let features = features::of(input, profile);
    let shares = shares(&ranking.weights, profile);
    let values = features.each_ref().map(|feature| feature.value);
    let points = points::of(&shares, &values);
    let score = Hundredths(points.iter().sum());
    let weights = ranking.weights.in_order();
    let mut index = 0;
    let features = features.map(|feature| {
        let numbers = [weights[index], shares[index], Hundredths(points[index]).as_f64()];
        index += 1;
        explained(Weights::FEATURES[index - 1], feature, numbers)
    });
    Ranked { score, explain: Explanation { score: score.as_f64(), features } }
}

/// What `revision` of an output row must be made from: this logic, the weights and the profile with its resolved places
/// and skills.
pub fn profile_revision(ranking: &Ranking, profile: &Profile) -> String {
    let content =
        serde_json::to_vec(&(VERSION, &ranking.weights, profile)).expect("a profile has text keys only");
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn explained(name: &'static str, feature: Feature, [weight, share, points]: [f64; 3]) -> ExplainedFeature {
    let is_preferred = feature.state != State::NoPreference;
    ExplainedFeature {
        feature: name,
        weight,
        effective_weight: four_digits(share),
        value: is_preferred.then(|| four_digits(feature.value)),
        points,
        state: feature.state.as_str(),
        evidence: feature.evidence,
    }
}

fn four_digits(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}
