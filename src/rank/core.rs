//! One job against one profile: a score from 0 to 100 in whole hundredths, an explanation that adds up to it, and what
//! hides the job. Pure, and independent of the date.

use super::features::{self, Feature, State};
use super::input::{RankInput, Words};
use super::keywords::Keywords;
use super::{adjustments, hiding, points};
use crate::config::ranking::{Profile, Ranking, Weights, shares};
use crate::posting::Hundredths;
use md5::{Digest, Md5};
use serde::Serialize;

/// Changes whenever a job would be ranked or explained differently, so that all jobs are ranked again.
pub const VERSION: &str = "2";

/// The columns `rank_score`, `rank_explain` and `hidden_by` of `staging.job_rankings`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// 0.00 to 100.00.
    pub score: Hundredths,
    /// How the score came about.
    pub explain: Explanation,
}

/// What `rank_explain` holds; the points of features and adjustments sum to the score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The score again, 0 to 100.
    pub score: f64,
    /// In the order of [`Weights::FEATURES`].
    pub features: [ExplainedFeature; 8],
    /// What the boost list added or took.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<Adjustment>,
    /// Every rule that hides the job, not only the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<Hiding>,
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

/// One entry of the boost list, or the limit that it met.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adjustment {
    /// `boost.company: Acme`, or `limit`.
    pub adjustment: String,
    /// What it adds to the score, or takes.
    pub points: f64,
    /// Why, in words.
    pub evidence: String,
}

/// One rule that hides a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hiding {
    /// Its name, such as `filters.countries` or `block.company: Acme`.
    pub rule: String,
    /// Why, in words.
    pub evidence: String,
}

impl Explanation {
    /// The text that is stored.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("an explanation has text keys only")
    }

    /// The names of the rules that hide the job.
    pub fn hidden_by(&self) -> Vec<String> {
        self.hidden.iter().map(|hiding| hiding.rule.clone()).collect()
    }
}

/// A profile with what is worked out once for all jobs.
pub struct Ranker {
    profile: Profile,
    weights: [f64; 8],
    shares: [f64; 8],
    keywords: Keywords,
}

impl Ranker {
    /// A profile without any preference that weighs gives every job 0; `config::ranking` refuses such a profile.
    pub fn new(ranking: &Ranking, profile: &Profile) -> Ranker {
        Ranker {
            weights: ranking.weights.in_order(),
            shares: shares(&ranking.weights, profile),
            keywords: Keywords::of(profile),
            profile: profile.clone(),
        }
    }

    /// Whether the profile looks at descriptions; else nobody needs to read them.
    pub fn reads_descriptions(&self) -> bool {
        !self.keywords.is_empty()
    }

    /// Whether the profile looks at the skills that a posting requires.
    pub fn reads_required_skills(&self) -> bool {
        self.profile.skills.as_ref().is_some_and(|wish| wish.known.is_some())
    }

    /// Ranks one job.
    pub fn rank(&self, input: &RankInput) -> Ranked {
        let words = Words::of(input);
        let found = self.keywords.found_in(input);
        let features = features::of(input, &words, &self.profile);
        let values = features.each_ref().map(|feature| feature.value);
        let points = points::of(&self.shares, &values);
        let base: i64 = points.iter().sum();
        let (adjusted, adjustments) = adjustments::of(base, input, &words, &found, &self.profile.lists);
        let hidden = hiding::of(input, &words, &found, &self.profile);
        let mut index = 0;
        let features = features.map(|feature| {
            let numbers = [self.weights[index], self.shares[index], Hundredths(points[index]).as_f64()];
            index += 1;
            explained(Weights::FEATURES[index - 1], feature, numbers)
        });
        let score = Hundredths(adjusted);
        Ranked { score, explain: Explanation { score: score.as_f64(), features, adjustments, hidden } }
    }
}

/// What `revision` of an output row must be made from: this logic, the weights and the profile with its resolved places,
/// skills and lists, the reader's own marks among them.
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
