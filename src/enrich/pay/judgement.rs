//! Weighs what speaks for an amount being the pay of the job and what speaks against: revenue, funding and perks are amounts
//! too. A field that is about pay is believed more easily than a description.

use super::evidence;
use super::ranges::is_plausible;
use super::statement::Stated;
use crate::posting::SalaryPeriod;

/// What follows an amount of a field that is paid beside the salary.
const EXTRAS: &[&str] = &[
    "allowance",
    "location",
    "welcome",
    "incentive",
    "bonus",
    "commission",
    "sign-on",
    "signing",
    "equity",
    "retention",
    "relocation",
    "packaging",
    "prime",
];

/// What a bare number of a field counts, when it is no pay.
const UNITS: &[&str] = &[
    "years old",
    "year old",
    "years",
    "days",
    "day ",
    "hours",
    "hrs",
    "nights",
    "weeks",
    "months",
    "mois",
    "jours",
    "heures",
    "h/",
    "fte",
    "wte",
    "graduated",
    "ans",
];

/// Bytes above a range in which pay may be spoken of, and those of a label at most.
const ABOVE: usize = 300;
const LABEL: usize = 48;

/// How much speaks for a group in a field that is about pay; `None` when it is something else.
pub fn in_field(text: &str, group: &Stated) -> Option<u32> {
    let is_range = group.min.is_some() && group.max.is_some();
    let size = group.max.or(group.min)?;
    let is_whole = group.start == text.len() - text.trim_start().len() && group.end == text.trim_end().len();
    let is_year_of_calendar = !is_range
        && group.currency.is_none()
        && !group.is_period_stated
        && (1_950.0..2_100.0).contains(&size);
    let segment = segment_after(text, group.end);
    let is_counted =
        group.currency.is_none() && size < 1_000.0 && UNITS.iter().any(|unit| segment.starts_with(unit));
    if is_year_of_calendar || is_counted || evidence::has_other_span(&segment) {
        return None;
    }
    let is_money = group.currency.is_some() || group.is_period_stated || size >= 10_000.0 || is_whole;
    if !is_money || (size < 4.0 && !is_whole) {
        return None;
    }
    if EXTRAS.iter().any(|word| segment.starts_with(word)) {
        return Some(1);
    }
    let before = clause_before(text, group.start);
    if evidence::last_refusal(before) > evidence::last_pay_word(before) && !is_whole {
        return Some(1);
    }
    Some(2 + u32::from(group.currency.is_some() || group.is_period_stated) + u32::from(is_range))
}

/// The lower-cased words after a byte, to the end of the clause.
fn segment_after(text: &str, at: usize) -> String {
    let reach = text.floor_char_boundary((at + 40).min(text.len()));
    let rest = text[at..reach].trim_start_matches([' ', '+', '\u{a0}', '(', '-', '*', ',']);
    let end = rest.find(['•', '\n', ';', '|']).unwrap_or(rest.len());
    rest[..end].to_lowercase()
}

/// How much speaks for a group in a description; `None` when too little does or something speaks against it. True beside
/// it when the pay hangs on results.
pub fn in_description(text: &str, group: &Stated) -> Option<(u32, bool)> {
    let size = group.max.or(group.min)?;
    let period = group.period?;
    if !is_plausible(size, period, group.currency) {
        return None;
    }
    let is_range = group.min.is_some() && group.max.is_some();
    let before = clause_before(text, group.start);
    let after = clause_after(text, group.end);
    // The nearest word decides: "$1,000 bonus", "a budget of $1,500", and "salary: $90,000, plus a bonus".
    let pay_word = evidence::last_pay_word(before);
    let refused_before = evidence::last_refusal(before);
    let is_refused_before = refused_before.is_some() && refused_before > pay_word;
    // "$120k – $150k + stock" adds something; "$10,000 – $15,000 in relocation support" is something else.
    let rest = after.strip_prefix('+').unwrap_or(after).trim_start();
    let is_added =
        ["+", "&", ",", ".", ")", "plus", "and", "with", "et"].iter().any(|word| rest.starts_with(word));
    let is_believed = pay_word.is_some() && (is_range || group.is_period_stated);
    let is_refused_after = !(is_believed || is_range && is_added) && evidence::last_refusal(after).is_some();
    let near = &rest[..rest.floor_char_boundary(rest.len().min(16))];
    if is_refused_before || is_refused_after || evidence::has_other_span(near) {
        return None;
    }
    let is_money = group.currency.is_some();
    let is_gross = ["brut", "gross", "ote"].iter().any(|word| near.to_lowercase().starts_with(word));
    let is_named = is_gross || evidence::names_base(near);
    let is_said = pay_word.is_some() || is_named || evidence::last_pay_word(near).is_some();
    let is_year = period == SalaryPeriod::Year;
    let evidence = match (is_range, is_money, is_said) {
        (true, true, true) => 6,
        (true, false, true) if is_year || group.is_period_stated => 5,
        (true, true, false)
            if (is_year && size >= 15_000.0 || group.is_period_stated) && is_set_apart(text, group) =>
        {
            5
        }
        (false, true, true) if is_year && size >= 15_000.0 || group.is_period_stated => 3,
        (false, true, false) if group.is_period_stated && period == SalaryPeriod::Hour => 2,
        _ => return None,
    };
    // Base pay is what compares; targets count on commission.
    let is_target = evidence::is_target(before, after);
    Some((if is_target { evidence / 3 } else { evidence }, is_target))
}

/// Whether a range that no word of its clause calls pay stands where pay stands: alone in its line, after a label such as
/// `Toronto:`, or below a line that speaks of pay.
fn is_set_apart(text: &str, group: &Stated) -> bool {
    let reach = text.ceil_char_boundary(group.start.saturating_sub(ABOVE));
    let before = &text[reach..group.start];
    let line = before.rsplit(['\n', '•']).next().unwrap_or_default();
    let label = line.trim_matches(|c: char| !c.is_alphanumeric() && c != ':');
    label.is_empty()
        || (label.ends_with(':') || line.ends_with('(')) && label.len() <= LABEL
        || evidence::last_pay_word(before).is_some()
}

/// The words before a byte in its line, at most 120 bytes, from the last end of a sentence.
fn clause_before(text: &str, at: usize) -> &str {
    let reach = text.ceil_char_boundary(at.saturating_sub(120));
    let line = text[reach..at].rsplit(['\n', '•']).next().unwrap_or_default();
    line.rsplit(". ").next().unwrap_or_default()
}

/// The few words after a byte in its clause.
fn clause_after(text: &str, at: usize) -> &str {
    let reach = text.floor_char_boundary((at + 28).min(text.len()));
    text[at..reach].split(['•', '\n', ';', '|']).next().unwrap_or_default()
}
