//! Shows the events of a run: one moving line per source on a terminal, one line per stage elsewhere, NDJSON with
//! `--json`. Talk goes to stderr, data to stdout.

use super::Global;
use crate::db::ledger::StageStatus;
use crate::run::events::{CountsView, Event};
use console::Style;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

/// Where events are shown.
pub struct Progress {
    json: bool,
    quiet: bool,
    bars: MultiProgress,
    lines: Mutex<HashMap<String, ProgressBar>>,
}

/// Starts the log on stderr at the level the options ask for.
pub fn start_log(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (1.., _) => "error",
        (_, 0) => "warn",
        (_, 1) => "job_etl=info,warn",
        (_, 2) => "job_etl=debug,info",
        _ => "trace",
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .with_target(global.verbose > 1)
        .with_ansi(console::colors_enabled_stderr())
        .init();
}

impl Progress {
    /// A display fit for the terminal, or for a pipe.
    pub fn new(global: &Global) -> Progress {
        let animated = console::Term::stderr().features().is_attended() && !global.json && global.quiet == 0;
        let target = if animated { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Progress {
            json: global.json,
            quiet: global.quiet > 0,
            bars: MultiProgress::with_draw_target(target),
            lines: Mutex::default(),
        }
    }

    /// Shows one event.
    #[expect(clippy::print_stdout, reason = "events are the data of --json")]
    pub fn show(&self, event: &Event) {
        if self.json {
            println!("{}", serde_json::to_string(event).unwrap_or_default());
            return;
        }
        match event {
            Event::Waiting { reason, at_most_s } => {
                self.say(&format!("{reason} (waiting for it, at most {at_most_s} s)"));
            }
            Event::RunStarted { logical_date, as_of, .. } => {
                self.say(&format!("run for {logical_date}, as of {as_of}"));
            }
            Event::StageStarted { stage } if *stage != "extract" => self.line(stage).set_message("…"),
            Event::StageStarted { .. } => {}
            Event::SourceProgress { source, records, bytes } => {
                self.line(source).set_message(format!("{} records, {}", thousands(*records), size(*bytes)));
            }
            Event::SourceFinished { source, status, counts, closed, fill_rates, error } => {
                self.end_line(source);
                self.say(&source_line(source, *status, counts, *closed, error.as_deref()));
                if !fill_rates.is_empty() {
                    self.say(&format!("                    {}", fill_line(fill_rates)));
                }
            }
            Event::StageProgress { stage, done } => self.line(stage).set_message(thousands(*done)),
            Event::StageFinished { stage, status, counts, duration_ms, note } => {
                self.end_line(stage);
                self.say(&stage_line(stage, *status, counts, *duration_ms, note.as_deref()));
            }
            Event::Published { path, rows, bytes } => {
                self.say(&format!(
                    "            {} ({} rows, {})",
                    path.display(),
                    thousands(*rows),
                    size(*bytes)
                ));
            }
            Event::RunFinished { status, rows_written, duration_ms, .. } => {
                let rows = thousands(*rows_written);
                self.say(&format!("{} in {}, {rows} rows written", colored(status), seconds(*duration_ms)));
            }
        }
    }

    /// Says one line on stderr.
    #[expect(clippy::print_stderr, reason = "talk goes to stderr")]
    pub fn say(&self, line: &str) {
        if !self.quiet && !self.json {
            self.bars.suspend(|| eprintln!("{line}"));
        }
    }

    /// Removes what moves.
    pub fn finish(&self) {
        self.bars.clear().ok();
    }

    fn line(&self, name: &str) -> ProgressBar {
        let mut lines = self.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        lines
            .entry(name.to_owned())
            .or_insert_with(|| {
                let bar = self.bars.add(ProgressBar::new_spinner());
                let style = ProgressStyle::with_template("  {spinner} {prefix:<15.bold} {msg}  {elapsed}");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
                bar.set_prefix(name.to_owned());
                bar.enable_steady_tick(Duration::from_millis(120));
                bar
            })
            .clone()
    }

    fn end_line(&self, name: &str) {
        let mut lines = self.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = lines.remove(name) {
            bar.finish_and_clear();
        }
    }
}

fn source_line(
    source: &str,
    status: StageStatus,
    counts: &CountsView,
    closed: u64,
    error: Option<&str>,
) -> String {
    let mut line = format!("  {} {source:<15} {}", mark(status), counted(counts));
    if closed > 0 {
        line.push_str(&format!(", {} closed", thousands(closed)));
    }
    if let Some(error) = error {
        line.push_str(&format!("\n                    {error}"));
    }
    line
}

fn stage_line(
    stage: &str,
    status: StageStatus,
    counts: &CountsView,
    duration_ms: u64,
    note: Option<&str>,
) -> String {
    let mut line =
        format!("{} {stage:<9} {:>7}  {}", mark(status), seconds(duration_ms), counted_by(stage, counts));
    if let Some(note) = note {
        line.push_str(&format!("\n            {note}"));
    }
    line
}

/// The counts in the words of the stage.
fn counted_by(stage: &str, counts: &CountsView) -> String {
    match stage {
        "dedupe" => worded(counts, "openings", "duplicates"),
        _ => counted(counts),
    }
}

fn counted(counts: &CountsView) -> String {
    worded(counts, "new or changed", "known")
}

fn worded(counts: &CountsView, written: &str, duplicate: &str) -> String {
    let mut parts =
        vec![format!("{} in", thousands(counts.seen)), format!("{} {written}", thousands(counts.written))];
    if counts.duplicate > 0 {
        parts.push(format!("{} {duplicate}", thousands(counts.duplicate)));
    }
    if counts.rejected > 0 {
        parts.push(format!("{} rejected", thousands(counts.rejected)));
    }
    parts.join(", ")
}

/// The share of records that filled each field, emptiest first, so that what is missing stands in front.
fn fill_line(rates: &std::collections::BTreeMap<&'static str, f64>) -> String {
    let mut rates: Vec<(&str, f64)> = rates.iter().map(|(field, rate)| (*field, *rate)).collect();
    rates.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let full: Vec<&str> = rates.iter().filter(|(_, rate)| *rate >= 0.995).map(|(field, _)| *field).collect();
    let part = rates.iter().filter(|(_, rate)| *rate > 0.0 && *rate < 0.995);
    let part: Vec<String> = part.map(|(field, rate)| format!("{field} {:.0} %", rate * 100.0)).collect();
    let dim = Style::new().for_stderr().dim();
    let filled = if full.is_empty() { String::new() } else { format!("always {}", full.join(" ")) };
    let parts: Vec<String> = [filled, part.join(", ")].into_iter().filter(|part| !part.is_empty()).collect();
    dim.apply_to(format!("filled: {}", parts.join("; "))).to_string()
}

fn mark(status: StageStatus) -> String {
    let style = Style::new().for_stderr();
    match status {
        StageStatus::Ok => style.green().apply_to("✓").to_string(),
        StageStatus::Partial => style.yellow().apply_to("!").to_string(),
        StageStatus::Failed | StageStatus::Interrupted => style.red().apply_to("✗").to_string(),
        StageStatus::Skipped => style.dim().apply_to("-").to_string(),
    }
}

fn colored(status: &str) -> String {
    let style = Style::new().for_stderr().bold();
    let style = match status {
        "ok" => style.green(),
        "partial" => style.yellow(),
        _ => style.red(),
    };
    style.apply_to(status).to_string()
}

/// Digits in groups of three.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number of bytes for people.
pub fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}

/// Milliseconds as seconds with one decimal.
pub fn seconds(milliseconds: u64) -> String {
    format!("{:.1} s", milliseconds as f64 / 1000.0)
}
