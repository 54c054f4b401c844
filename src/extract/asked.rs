//! Which sources a run asks, and for what: all that are enabled or those named; of a past day only what can be asked
//! of it. Pure.

use super::Asked;
use crate::config::sources::{SourceConfig, SourcesFile};
use crate::sources;
use anyhow::{Context, Result};
use chrono::NaiveDate;

/// The day of a run.
#[derive(Debug, Clone, Copy)]
pub enum Day {
    /// The run is for this day, and asks as it is used to.
    Current(NaiveDate),
    /// The run fills in a past day.
    Past {
        /// The day.
        day: NaiveDate,
        /// How many days ago it was.
        days_ago: i64,
    },
}

/// The sources to ask, in the order of their names; one that can tell nothing of a past day is left without searches.
pub fn asked(config: &SourcesFile, only: &[String], day: Day) -> Result<Vec<Asked>> {
    let mut asked = Vec::new();
    for (name, config) in &config.sources {
        let source = sources::by_name(name).with_context(|| format!("unknown source {name}"))?;
        let wanted = if only.is_empty() { config.enabled } else { only.contains(name) };
        if !wanted {
            continue;
        }
        let search = |search| match day {
            Day::Current(day) => Some(sources::Search::dated(search, day)),
            Day::Past { day, days_ago } => source.search_of_day(search, day, days_ago),
        };
        let searches = config.searches.iter().filter_map(search).collect();
        asked.push(Asked { source, config: SourceConfig { searches, ..config.clone() } });
    }
    Ok(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: &str = r#"{"sources": {
        "files": {"searches": [{"path": "in/{date}.csv"}, {"path": "in/all.csv"}]},
        "jsearch": {"searches": [{"query": "nurse", "date_posted": "all"}]},
        "lever": {"searches": [{"board": "acme"}]},
        "remotive": {"enabled": false, "searches": [{}]}
    }}"#;

    fn check(only: &[&str], day: Day, expected: &[&str]) {
        let config: SourcesFile = serde_json::from_str(SOURCES).expect("a configuration");
        let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
        let asked = asked(&config, &only, day).expect("known sources");
        let told = |asked: &Asked| {
            let search = |search: &sources::Search| {
                [search.label(), search.date_posted.clone().unwrap_or_default()].join(" ").trim().to_owned()
            };
            let searches: Vec<String> = asked.config.searches.iter().map(search).collect();
            format!("{}: {}", asked.source.name(), searches.join(", "))
        };
        assert_eq!(asked.iter().map(told).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_past_day_is_asked_of_those_who_can_tell_it() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 3).expect("a date");
        let today = ["files: in/2026-11-03.csv, in/all.csv", "jsearch: nurse all", "lever: acme"];
        check(&[], Day::Current(day), &today);
        check(&["remotive", "lever"], Day::Current(day), &["lever: acme", "remotive: all"]);
        let past = |days_ago| Day::Past { day, days_ago };
        check(&[], past(1), &["files: in/2026-11-03.csv", "jsearch: nurse 3days", "lever: "]);
        check(&[], past(6), &["files: in/2026-11-03.csv", "jsearch: nurse week", "lever: "]);
        check(&["jsearch"], past(29), &["jsearch: nurse month"]);
        check(&["jsearch"], past(30), &["jsearch: "]);
    }
}
