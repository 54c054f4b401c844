//! Pay from text: what is read out of a text against what its source or a person gave beside it.
//!
//! What a right answer is: the base pay that the text states for the job, in the period it states it for. Both ends within
//! 1.1 % of the label's (boards round to thousands, or write an hour's pay as a year's), the same period, and no other
//! currency. Where a text gives a range for each of several places or levels, the label must be all of them together.
//!
//! Which rows are asked: those whose label can be pay (not 24.04 dollars a year), and of descriptions those that state the
//! label's own range, number next to number, or its single number by itself; texts and fields often state different pay,
//! and then the label says nothing about the text. A description where the label's range is marked as on-target earnings is
//! not asked either: the label is then no base pay. But an answer far from the label counts as wrong in any description.

use super::report::{self, Score, Task};
use super::rows;
use anyhow::Result;
use job_etl::enrich::pay::amounts::Currency;
use job_etl::enrich::pay::statement::{self, Stated, Text};
use job_etl::posting::SalaryPeriod;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Amounts that differ by less are the same.
const TOLERANCE: f64 = 0.011;

/// Scores every labelled row of `labels-salary-text`.
pub fn evaluate(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let folder = data.join("labels-salary-text");
    let mut tasks = Vec::new();
    let mut fields: BTreeMap<String, Score> = BTreeMap::new();
    let mut descriptions = Score::default();
    let mut cases = Score::default();
    for row in rows::in_folder(&folder)? {
        if row.get("id").is_none() {
            let text = row["text"].as_str().unwrap_or_default();
            judge(&mut cases, &Truth::of(&row), statement::pay(text, Text::Field).as_ref(), text, misses);
            continue;
        }
        let source = row["src"].as_str().unwrap_or("?").to_owned();
        let truth = Truth::of(&row);
        let text = row["text"].as_str().unwrap_or_default();
        // A row without the key was not labelled; only a text without any digit is known to state nothing.
        let is_labelled =
            row.get("min").is_some() || truth.is_middle || !text.contains(|c: char| c.is_ascii_digit());
        if !is_labelled || !truth.is_pay() {
            continue;
        }
        let found = statement::pay(text, Text::Field);
        judge(fields.entry(source).or_default(), &truth, found.as_ref(), text, misses);
        if let Some(lines) = row["description_money_lines"].as_array().filter(|lines| !lines.is_empty()) {
            let text = lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n");
            judge_description(&mut descriptions, &truth, &text, misses);
        }
    }
    for (source, score) in fields {
        tasks.push(Task { name: format!("pay, field of {source}"), score });
    }
    if descriptions.is_some() {
        tasks.push(Task { name: "pay, description".to_owned(), score: descriptions });
    }
    if cases.is_some() {
        tasks.push(Task { name: "pay, test cases".to_owned(), score: cases });
    }
    Ok(tasks)
}

/// Whole descriptions of `postings-ashby` against the board's own pay fields.
pub fn evaluate_postings(data: &Path, misses: bool) -> Result<Vec<Task>> {
    let mut score = Score::default();
    for row in rows::in_folder(&data.join("postings-ashby"))? {
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
        if truth.is_pay() {
            let text = row["descriptionPlain"].as_str().unwrap_or_default();
            judge_description(&mut score, &truth, text, misses);
        }
    }
    if !score.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![Task { name: "pay, whole descriptions of ashby".to_owned(), score }])
}

/// What the label says.
pub struct Truth {
    min: Option<f64>,
    max: Option<f64>,
    period: Option<SalaryPeriod>,
    currency: Option<String>,
    /// True when the label is the middle of a year's pay only.
    is_middle: bool,
}

impl Truth {
    /// Reads `min`, `max`, `unit` and `currency`, or `annual_mid`.
    pub fn of(row: &Value) -> Truth {
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
        let currency = row["currency"].as_str().map(str::to_owned);
        match row["annual_mid"].as_f64().filter(|_| min.is_none() && max.is_none()) {
            Some(middle) => Truth {
                min: Some(middle),
                max: None,
                period: Some(SalaryPeriod::Year),
                currency,
                is_middle: true,
            },
            None => Truth { min, max, period, currency, is_middle: false },
        }
    }

    fn ends(&self) -> Option<(f64, f64)> {
        let low = self.min.or(self.max)?;
        Some((low, self.max.unwrap_or(low)))
    }

    /// Whether the label can be pay at all: ends of one unit, and for a year more than a thousand.
    fn is_pay(&self) -> bool {
        let Some((low, high)) = self.ends() else { return true };
        let least = if self.period == Some(SalaryPeriod::Year) { 1_000.0 } else { 0.0 };
        low >= 0.0 && high >= low && high >= least && (low == 0.0 || high <= low * 20.0)
    }

    /// Where the text states the label's range, or the label's one number by itself.
    fn place(&self, text: &str) -> Place {
        let Some((low, high)) = self.ends() else { return Place::Nowhere };
        let numbers = numbers(text);
        let same = |one: f64, other: f64| (one - other).abs() <= 0.5_f64.min(one * TOLERANCE);
        // `$130-180K` leaves out the first K.
        let is =
            |number: &Number, amount: f64| same(number.value, amount) || same(number.value * 1_000.0, amount);
        let is_joined = |one: &Number, next: &Number| text[one.end..next.start].trim().chars().count() <= 12;
        let mut place = Place::Nowhere;
        for (index, number) in numbers.iter().enumerate() {
            let next = numbers.get(index + 1).filter(|next| is_joined(number, next));
            let earlier = index.checked_sub(1).map(|index| &numbers[index]);
            let is_here = if low == high {
                let is_end =
                    |text: &str| text.trim_matches(['$', '£', '€', ' ']).trim().starts_with(['-', '–', '—']);
                let is_range = next.is_some_and(|next| is_end(&text[number.end..next.start]))
                    || earlier.is_some_and(|earlier| is_end(&text[earlier.end..number.start]));
                same(number.value, low) && !is_range && is_money(text, number)
            } else {
                is(number, low) && next.is_some_and(|next| same(next.value, high))
            };
            if is_here {
                let end = next.map_or(number.end, |next| next.end);
                if !is_target(text, number.start, end) {
                    return Place::Base;
                }
                place = Place::Target;
            }
        }
        place
    }

    /// Whether an answer overlaps the label's range or its double or half: pay for another place or level, or the base of
    /// what is usually twice as much on target.
    fn is_near(&self, found: &Stated) -> bool {
        let Some((low, high)) = self.ends() else { return false };
        let found_low = found.min.or(found.max).unwrap_or_default();
        let found_high = found.max.unwrap_or(found_low);
        found.period == self.period && found_low <= high * 2.0 && found_high * 2.0 >= low
    }

    /// Whether the answer names no other currency than the label.
    fn is_currency(&self, found: &Stated) -> bool {
        match (self.currency.as_deref(), found.currency) {
            (Some(label), Some(Currency::Code(code))) => label == code,
            (Some(label), Some(Currency::Dollar { .. })) => label.ends_with('D') || label == "MXN",
            (Some(label), Some(Currency::Yen)) => matches!(label, "JPY" | "CNY"),
            (Some(label), Some(Currency::Krona)) => label.ends_with('K'),
            (None, _) | (_, None) => true,
        }
    }

    fn agrees(&self, found: &Stated) -> bool {
        let Some((low, high)) = self.ends() else { return false };
        let mut found_low = found.min.or(found.max).unwrap_or_default();
        let mut found_high = found.max.unwrap_or(found_low);
        if self.is_middle {
            found_low = (found_low + found_high) / 2.0;
            found_high = found_low;
        }
        let same = |one: f64, other: f64| (one - other).abs() <= TOLERANCE * one.abs().max(other.abs());
        let is_period = self.period.is_none() || found.period.is_none() || found.period == self.period;
        if !self.is_currency(found) {
            return false;
        }
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

/// How a text states the pay of the label.
#[derive(PartialEq)]
enum Place {
    Base,
    /// As on-target earnings only.
    Target,
    Nowhere,
}

/// A number of a text, read without the readers that are judged.
struct Number {
    value: f64,
    start: usize,
    end: usize,
}

/// The numbers of a text as English writes them, with a `k` for thousands.
fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let inside = |at: usize| {
            bytes[at].is_ascii_digit()
                || matches!(bytes[at], b',' | b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
        };
        while at < bytes.len() && inside(at) {
            at += 1;
        }
        let digits = text[start..at].replace(',', "");
        let rest = text[at..].trim_start_matches([' ', '\u{a0}']);
        let is_thousands = rest.starts_with(['k', 'K']) && !rest[1..].starts_with(char::is_alphanumeric);
        let end = if is_thousands { text.len() - rest.len() + 1 } else { at };
        if let Ok(value) = digits.parse::<f64>() {
            numbers.push(Number { value: if is_thousands { value * 1_000.0 } else { value }, start, end });
        }
        at = end;
    }
    numbers
}

fn is_money(text: &str, number: &Number) -> bool {
    text[..number.start].trim_end().ends_with(['$', '£', '€'])
}

/// Whether the words around a place in a text say that the amount hangs on results.
fn is_target(text: &str, start: usize, end: usize) -> bool {
    let from = text.ceil_char_boundary(start.saturating_sub(60));
    let to = text.floor_char_boundary((end + 30).min(text.len()));
    let before = text[from..start].rsplit('\n').next().unwrap_or_default().to_lowercase();
    let after = text[end..to].split('\n').next().unwrap_or_default().to_lowercase();
    ["ote", "on-target", "on target", "earnings", "reach", "total comp"]
        .iter()
        .any(|word| before.contains(word) || after.contains(word))
}

fn judge_description(score: &mut Score, truth: &Truth, text: &str, misses: bool) {
    let found = statement::pay(text, Text::Description);
    let is_far = found.as_ref().is_some_and(|found| !truth.is_near(found));
    match truth.place(text) {
        Place::Base => judge(score, truth, found.as_ref(), text, misses),
        Place::Nowhere if is_far => judge(score, truth, found.as_ref(), text, misses),
        Place::Target | Place::Nowhere => {}
    }
}

/// Counts one answer, and shows it when it is wrong.
pub fn judge(score: &mut Score, truth: &Truth, found: Option<&Stated>, text: &str, misses: bool) {
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
