//! What a profile never wants to see. A filter hides a job from lists and leaves its row and score alone.

use super::file::FilterFile;
use super::wishes::{self, LocationWish, Phrase};
use crate::posting::{ContractType, RemoteType, Seniority};
use crate::taxonomy::Taxonomy;
use crate::taxonomy::words::{fold, fold_singular};
use crate::yaml::did_you_mean;
use anyhow::{Context, bail, ensure};
use serde::Serialize;

/// Hard filters; empty and `None` mean that the filter is off.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "described in config/ranking.yml, which users read")]
pub struct Filters {
    pub countries: Vec<String>,
    pub max_km: Option<f64>,
    pub remote_types: Vec<RemoteType>,
    pub languages: Vec<String>,
    pub contract_types: Vec<ContractType>,
    pub seniority: Vec<Seniority>,
    pub min_salary: Option<f64>,
    pub must_have_skills: Vec<String>,
    pub exclude_title: Vec<Phrase>,
    pub keywords_any: Vec<Phrase>,
    pub keywords_none: Vec<Phrase>,
    /// Filters that hide a job also when it does not say what they ask; names of [`Filters::NAMES`].
    pub hide_unknown: Vec<&'static str>,
}

impl Filters {
    /// The filters that a job may leave unanswered, as the file names them.
    pub const NAMES: [&str; 8] = [
        "countries",
        "max_km",
        "remote_types",
        "languages",
        "contract_types",
        "seniority",
        "min_salary",
        "must_have_skills",
    ];

    /// Every rule that is on, as `hidden_by` names it.
    pub fn rules(&self) -> Vec<String> {
        let on = [
            !self.countries.is_empty(),
            self.max_km.is_some(),
            !self.remote_types.is_empty(),
            !self.languages.is_empty(),
            !self.contract_types.is_empty(),
            !self.seniority.is_empty(),
            self.min_salary.is_some(),
            !self.must_have_skills.is_empty(),
        ];
        let mut rules: Vec<String> =
            Filters::NAMES.iter().zip(on).filter(|(_, on)| *on).map(|(name, _)| rule(name)).collect();
        rules.extend(self.exclude_title.iter().map(|phrase| entry_rule("exclude_title", &phrase.text)));
        if !self.keywords_any.is_empty() {
            rules.push(rule("keywords_any"));
        }
        rules.extend(self.keywords_none.iter().map(|phrase| entry_rule("keywords_none", &phrase.text)));
        rules
    }
}

/// The name of a filter in `hidden_by`.
pub fn rule(name: &str) -> String {
    format!("filters.{name}")
}

/// The name of one entry of a filter in `hidden_by`.
pub fn entry_rule(name: &str, entry: &str) -> String {
    format!("filters.{name}: {entry}")
}

pub(super) fn compile(
    file: FilterFile,
    location: Option<&LocationWish>,
    taxonomy: &Taxonomy,
) -> anyhow::Result<Filters> {
    let languages = file.languages.iter().map(|code| wishes::language_code(code)).collect::<Result<_, _>>();
    if let Some(km) = file.max_km {
        ensure!(km.is_finite() && km > 0.0, "max_km must be above 0, not {km}");
        let has_place = location.is_some_and(|wish| !wish.places.is_empty());
        ensure!(has_place, "max_km: name a place under location.places to measure from");
    }
    if let Some(pay) = file.min_salary {
        ensure!(pay.is_finite() && pay > 0.0, "min_salary must be above 0, not {pay}");
    }
    let mut filters = Filters {
        countries: wishes::countries(&file.countries, taxonomy, "countries")?,
        max_km: file.max_km,
        remote_types: file.remote_types,
        languages: languages.context("languages")?,
        contract_types: file.contract_types,
        seniority: file.seniority,
        min_salary: file.min_salary,
        must_have_skills: wishes::canonical_skills(&file.must_have_skills, taxonomy)
            .context("must_have_skills")?,
        exclude_title: wishes::phrases(file.exclude_title, fold_singular).context("exclude_title")?,
        keywords_any: wishes::phrases(file.keywords_any, fold).context("keywords_any")?,
        keywords_none: wishes::phrases(file.keywords_none, fold).context("keywords_none")?,
        hide_unknown: Vec::new(),
    };
    let rules = filters.rules();
    for name in file.hide_unknown {
        let Some(known) = Filters::NAMES.into_iter().find(|known| *known == name) else {
            let hint = did_you_mean(&name, Filters::NAMES)
                .unwrap_or_else(|| format!("one of {}", Filters::NAMES.join(", ")));
            bail!("hide_unknown: `{name}` is no filter with an unknown; {hint}");
        };
        ensure!(rules.contains(&rule(known)), "hide_unknown: the filter `{known}` is off; give it a value");
        filters.hide_unknown.push(known);
    }
    Ok(filters)
}
