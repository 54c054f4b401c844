//! Pay from text: the amounts, period and currency that a text states against those that its source or a person gave.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::enrich::pay::statement::{self, Stated, Text};
use job_etl::posting::SalaryPeriod;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Amounts that differ by less are the same: sources round, and write an hour's pay as a year's.
const TOLERANCE: f64 = 0.011;

/// Scores every labelled row of `labels-salary-text`.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let folder = data.join("labels-salary-text");
    let mut tasks = Vec::new();
    let mut fields: BTreeMap<String, Score> = BTreeMap::new();
    let mut descriptions = Score::default();
    for row in rows::read(&folder.join("salary_pairs.jsonl"))? {
        let source = row["src"].as_str().unwrap_or("?").to_owned();
        let truth = Truth::of(&row);
        let text = row["text"].as_str().unwrap_or_default();
        // A row without the key was not labelled; only a text without any digit is known to state nothing.
        if row.get("min").is_none() && text.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let found = statement::pay(text, Text::Field);
        judge(fields.entry(source).or_default(), &truth, found.as_ref(), text, misses);
        if let Some(lines) = row["description_money_lines"].as_array().filter(|lines| !lines.is_empty()) {
            let text = lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n");
            let found = statement::pay(&text, Text::Description);
            // Many texts state other pay than the field, or none; then only what cannot be pay at all is wrong.
            let is_judged = truth.is_in(&text) || found.as_ref().is_some_and(|found| !truth.is_near(found));
            if is_judged {
                judge(&mut descriptions, &truth, found.as_ref(), &text, misses);
            }
        }
    }
    for (source, score) in fields {
        tasks.push(Task { name: format!("pay, field of {source}"), score });
    }
    if descriptions.is_some() {
        tasks.push(Task { name: "pay, description".to_owned(), score: descriptions });
    }
    let mut cases = Score::default();
    for row in rows::read(&folder.join("unit_test_cases.jsonl"))? {
        let text = row["text"].as_str().unwrap_or_default();
        judge(&mut cases, &Truth::of(&row), statement::pay(text, Text::Field).as_ref(), text, misses);
    }
    if cases.is_some() {
        tasks.push(Task { name: "pay, test cases".to_owned(), score: cases });
    }
    Ok(tasks)
}

/// Whole descriptions of `postings-ashby` against the board's own pay fields.
pub fn evaluate_postings(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let mut score = Score::default();
    for row in rows::read(&data.join("postings-ashby/ashby_jobs.jsonl"))? {
        let parts = row["compensation"]["summaryComponents"].as_array();
        let salary = parts.into_iter().flatten().find(|part| part["compensationType"] == "Salary");
        let Some(salary) = salary else { continue };
        let label = serde_json::json!({
            "min": salary["minValue"],
            "max": salary["maxValue"],
            "unit": salary["interval"],
            "currency": salary["currencyCode"],
        });
        let truth = Truth::of(&label);
        let text = row["descriptionPlain"].as_str().unwrap_or_default();
        let found = statement::pay(text, Text::Description);
        if truth.is_in(text) || found.as_ref().is_some_and(|found| !truth.is_near(found)) {
            judge(&mut score, &truth, found.as_ref(), text, misses);
        }
    }
    if !score.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![Task { name: "pay, whole descriptions of ashby".to_owned(), score }])
}

/// What the label says.
struct Truth {
    min: Option<f64>,
    max: Option<f64>,
    period: Option<SalaryPeriod>,
    currency: Option<String>,
}

impl Truth {
    fn of(row: &Value) -> Truth {
        let (min, max) = (row["min"].as_f64(), row["max"].as_f64());
        let unit = row["unit"].as_str().unwrap_or_default();
        let period = match unit.trim_start_matches("1 ") {
            "YEAR" => Some(SalaryPeriod::Year),
            "MONTH" => Some(SalaryPeriod::Month),
            "WEEK" => Some(SalaryPeriod::Week),
            "DAY" => Some(SalaryPeriod::Day),
            "HOUR" => Some(SalaryPeriod::Hour),
            _ => None,
        };
        Truth { min, max, period, currency: row["currency"].as_str().map(str::to_owned) }
    }

    fn ends(&self) -> Option<(f64, f64)> {
        let low = self.min.or(self.max)?;
        Some((low, self.max.unwrap_or(low)))
    }

    /// Whether the text holds both of the label's numbers, in full or in thousands.
    fn is_in(&self, text: &str) -> bool {
        let plain = text.to_lowercase().replace([',', ' ', '\u{a0}', '\u{202f}'], "");
        let holds = |amount: f64| {
            let in_full = format!("{}", amount.round());
            let in_thousands = format!("{}k", amount / 1_000.0);
            plain.contains(&in_full) || amount >= 1_000.0 && plain.contains(&in_thousands)
        };
        self.ends().is_some_and(|(low, high)| holds(low) && holds(high))
    }

    /// Whether an answer overlaps the label's range widened by half: pay for another place, level or share of target.
    fn is_near(&self, found: &Stated) -> bool {
        let Some((low, high)) = self.ends() else { return false };
        let found_low = found.min.or(found.max).unwrap_or_default();
        let found_high = found.max.unwrap_or(found_low);
        found.period == self.period && found_low <= high * 1.5 && found_high * 1.5 >= low
    }

    fn agrees(&self, found: &Stated) -> bool {
        let Some((low, high)) = self.ends() else { return false };
        let found_low = found.min.or(found.max).unwrap_or_default();
        let found_high = found.max.unwrap_or(found_low);
        let same = |one: f64, other: f64| (one - other).abs() <= TOLERANCE * one.abs().max(other.abs());
        let is_period = self.period.is_none() || found.period.is_none() || found.period == self.period;
        if is_period && same(low, found_low) && same(high, found_high) {
            return true;
        }
        // Some sources turn the pay of an hour or a day into that of a year, each with its own number of hours.
        let working_year = match found.period {
            Some(SalaryPeriod::Hour) => 1_600.0..=2_100.0,
            Some(SalaryPeriod::Day) => 210.0..=262.0,
            Some(SalaryPeriod::Week) => 50.0..=53.0,
            Some(SalaryPeriod::Month) => 11.9..=12.1,
            _ => return false,
        };
        self.period == Some(SalaryPeriod::Year)
            && [low / found_low, high / found_high].iter().all(|times| working_year.contains(times))
    }
}

fn judge(score: &mut Score, truth: &Truth, found: Option<&Stated>, text: &str, misses: bool) {
    let verdict = match (truth.ends(), found) {
        (None, None) => {
            score.right_nulls += 1;
            return;
        }
        (Some(_), None) => {
            score.missed += 1;
            "missed"
        }
        (None, Some(_)) => {
            score.wrong += 1;
            "invented"
        }
        (Some(_), Some(found)) if truth.agrees(found) => {
            score.right += 1;
            return;
        }
        (Some(_), Some(_)) => {
            score.wrong += 1;
            score.missed += 1;
            "wrong"
        }
    };
    if misses {
        let said = found
            .map(|found| format!("{:?}-{:?} {:?} {:?}", found.min, found.max, found.currency, found.period));
        let said = said.unwrap_or_default();
        let around = found.map_or(0, |found| text.floor_char_boundary(found.start.saturating_sub(150)));
        let text = &text[around..];
        report::miss(&format!(
            "{verdict}\t{:?}-{:?} {:?} {:?}\t{said}\t{}",
            truth.min,
            truth.max,
            truth.period,
            truth.currency,
            text.replace('\n', " ⏎ ").chars().take(400).collect::<String>()
        ));
    }
}
