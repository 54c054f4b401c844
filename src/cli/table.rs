//! Lists of jobs and key-value tables, as wide as the terminal and no wider.

use crate::db::audit::RuleCount;
use crate::db::outcome::{ListedJob, Sort};
use crate::posting::Hundredths;
use crate::rank::explain::reasons;
use console::{Style, measure_text_width, truncate_str};

/// Columns when the width is unknown, such as in a pipe.
const DEFAULT_WIDTH: usize = 100;

/// Columns of the terminal on stdout.
pub fn width() -> usize {
    let (_, columns) = console::Term::stdout().size_checked().unwrap_or((0, DEFAULT_WIDTH as u16));
    usize::from(columns).clamp(40, 160)
}

/// Two lines a job: rank, score, title and company; then place, pay, hash and reasons.
pub fn jobs(jobs: &[ListedJob], sort: Sort, width: usize) -> String {
    let (bold, dim, cyan) = (Style::new().bold(), Style::new().dim(), Style::new().cyan());
    let mut lines = Vec::new();
    for (index, job) in jobs.iter().enumerate() {
        let score =
            job.score().map_or_else(|| "  –  ".to_owned(), |score| format!("{:>6.2}", score.as_f64()));
        let title = truncate_str(
            &job.job_title,
            width.saturating_sub(14 + measure_text_width(&job.company)).max(20),
            "…",
        );
        let head =
            format!("{:>3}  {}  {}  {}", index + 1, cyan.apply_to(score), bold.apply_to(title), job.company);
        lines.push(truncate_str(&head, width, "…").into_owned());
        let detail = format!("{}  {}", dim.apply_to(&job.hash_key[..8]), facts(job, sort));
        lines.push(truncate_str(&format!("     {detail}"), width, "…").into_owned());
        if let Some(explain) = &job.rank_explain {
            let why = reasons(explain).join(" · ");
            lines.push(
                truncate_str(&format!("               {}", dim.apply_to(why)), width, "…").into_owned(),
            );
        }
    }
    lines.join("\n")
}

/// A line a rule: its counts and what it hides best.
pub fn rules(rules: &[RuleCount], width: usize) -> String {
    let names = rules.iter().map(|rule| measure_text_width(&rule.rule)).max().unwrap_or_default();
    let names = names.clamp("rule".len(), (width / 2).max(20));
    let head = format!("{:<names$}  {:>7}  {:>7}  {}", "rule", "hidden", "only", "such as");
    let mut lines = vec![head];
    for rule in rules {
        let count = |count: i64| super::progress::thousands(count as u64);
        let name = truncate_str(&rule.rule, names, "…").into_owned();
        let space = " ".repeat(names.saturating_sub(measure_text_width(&name)));
        let examples = rule.examples.join("; ");
        let line = format!("{name}{space}  {:>7}  {:>7}  {examples}", count(rule.hidden), count(rule.only));
        lines.push(truncate_str(line.trim_end(), width, "…").into_owned());
    }
    lines.join("\n")
}

/// Two lines a hidden job: hash, score, title and company; then why it is hidden.
pub fn hidden_jobs(jobs: &[ListedJob], width: usize) -> String {
    let dim = Style::new().dim();
    let mut lines = Vec::new();
    for job in jobs {
        let score = job.score().map_or(0.0, |score| score.as_f64());
        let head = format!("{}  {score:>6.2}  {} · {}", &job.hash_key[..8], job.job_title, job.company);
        lines.push(truncate_str(&head, width, "…").into_owned());
        for hiding in job.rank_explain.iter().flat_map(|explain| explain["hidden"].as_array()).flatten() {
            let text = |key: &str| hiding[key].as_str().unwrap_or_default().to_owned();
            let why = format!("                  {} ({})", text("rule"), text("evidence"));
            lines.push(truncate_str(&dim.apply_to(why).to_string(), width, "…").into_owned());
        }
    }
    lines.join("\n")
}

/// How old a job is: since it was posted, or since it was first seen.
pub fn age(job: &ListedJob) -> String {
    let seen = if job.posted_at.is_some() { "" } else { " or more" };
    match job.age_days as i64 {
        0 => "today".to_owned(),
        days => format!("{days} d old{seen}"),
    }
}

fn facts(job: &ListedJob, sort: Sort) -> String {
    let mut facts = vec![job.location.clone().unwrap_or_else(|| "place not stated".to_owned())];
    if job.remote_type != "unknown" {
        facts.push(job.remote_type.clone());
    }
    facts.push(pay(job).unwrap_or_else(|| "pay not stated".to_owned()));
    if job.openings > 1 {
        facts.push(format!("{} openings", job.openings));
    }
    if job.cluster_size > 1 {
        facts.push(format!("+{}", job.cluster_size - 1));
    }
    facts.push(match (sort, job.score()) {
        (Sort::Fresh, Some(score)) => {
            format!("{} × {:.2} = {:.2}", age(job), job.freshness, score.as_f64() * job.freshness)
        }
        _ => age(job),
    });
    facts.push(job.source.clone());
    facts.join(" · ")
}

/// Pay as the source's fields state it, else as its words were read.
fn pay(job: &ListedJob) -> Option<String> {
    if let Some(range) = range(job.salary_min_cents, job.salary_max_cents) {
        let currency = job.salary_currency.as_deref().map(|currency| format!(" {currency}"));
        let period = job.salary_period.as_deref().map(|period| format!(" a {period}"));
        return Some(format!("{range}{}{}", currency.unwrap_or_default(), period.unwrap_or_default()));
    }
    let whole = |cents: Option<i64>| cents.map(|cents| (cents + 50) / 100 * 100);
    let read = range(whole(job.salary_min_norm_cents), whole(job.salary_max_norm_cents))?;
    Some(format!("about {read} CAD a year, from the text"))
}

fn range(min: Option<i64>, max: Option<i64>) -> Option<String> {
    let amount = |cents: Option<i64>| cents.map(|cents| thousands_of(Hundredths(cents)));
    match (amount(min), amount(max)) {
        (Some(min), Some(max)) if min == max => Some(min),
        (Some(min), Some(max)) => Some(format!("{min}–{max}")),
        (Some(min), None) => Some(format!("from {min}")),
        (None, Some(max)) => Some(format!("up to {max}")),
        (None, None) => None,
    }
}

fn thousands_of(amount: Hundredths) -> String {
    if amount.0 % 100 == 0 {
        super::progress::thousands((amount.0 / 100) as u64)
    } else {
        format!("{:.2}", amount.as_f64())
    }
}
