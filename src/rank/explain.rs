//! Shows an explanation as text for a terminal, and as short reasons for lists. Reads only the JSON that `rank` made.

use serde_json::Value;
use std::fmt::Write;

/// One feature of an explanation.
struct Row<'a> {
    feature: &'a str,
    state: &'a str,
    share: f64,
    value: Option<f64>,
    points: f64,
    evidence: &'a str,
}

/// One line of the boost list, or one rule that hides.
struct Note<'a> {
    name: &'a str,
    points: f64,
    evidence: &'a str,
}

/// Narrowest evidence column that still holds a sentence.
const EVIDENCE: usize = 22;
/// Widest name of a feature or an adjustment in the first column.
const NAMES: usize = 18;
/// How many features speak for and against a job.
const SPEAKERS: usize = 3;

/// A table of at most `width` columns (but never narrower than its numbers), a total, what speaks for the job and against
/// it, what would raise the score, and what hides it. The weight shown is the one that counts: `effective_weight`.
pub fn explain_text(explain: &Value, width: usize) -> String {
    let rows = rows(explain);
    let adjustments = notes(explain, "adjustments", "adjustment");
    let names = rows.iter().map(|row| row.feature.len()).max().unwrap_or_default().max("feature".len());
    let longest = adjustments.iter().map(|note| note.name.chars().count()).max().unwrap_or_default();
    let names = names.max(longest.min(NAMES));
    let mut table = Table { text: String::new(), names, width };
    table.head();
    for row in &rows {
        let number =
            |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.2}"));
        let share = row.value.map(|_| row.share);
        let state = row.state.replace('_', " ");
        table.row([row.feature, &state, &number(share), &number(row.value)], row.points, row.evidence);
    }
    for note in &adjustments {
        let state = if note.points < 0.0 { "lowers" } else { "raises" };
        table.row([note.name, state, "", ""], note.points, note.evidence);
    }
    let all = rows.iter().map(|row| row.points).chain(adjustments.iter().map(|note| note.points));
    let points = all.map(|points| (points * 100.0).round() as i64).sum::<i64>() as f64 / 100.0;
    table.total(rows.iter().map(|row| row.share).sum(), points);
    let mut text = table.text;
    let mut remarks = vec![scaling(&rows), speakers(&rows), losses(&rows), advice(&rows)];
    for note in notes(explain, "hidden", "rule") {
        remarks.push(format!("Hidden: {} ({})", note.evidence, note.name));
    }
    for remark in remarks.iter().filter(|remark| !remark.is_empty()) {
        for (index, words) in wrapped(remark, width.max(EVIDENCE) - 2).iter().enumerate() {
            let _ = writeln!(text, "{}{words}", if index == 0 { "" } else { "  " });
        }
    }
    text
}

/// The two or three things that speak most for a job, in a few words each.
pub fn reasons(explain: &Value) -> Vec<String> {
    let rows = rows(explain);
    let fits = rows.iter().filter(|row| matches!(row.state, "match" | "partial"));
    let mut spoken: Vec<(f64, &str)> = fits.map(|row| (row.points, row.evidence)).collect();
    spoken
        .extend(notes(explain, "adjustments", "adjustment").iter().map(|note| (note.points, note.evidence)));
    spoken.retain(|(points, _)| *points > 0.0);
    spoken.sort_by(|left, right| right.0.total_cmp(&left.0));
    spoken.iter().take(SPEAKERS).map(|(_, evidence)| (*evidence).to_owned()).collect()
}

/// The table under way.
struct Table {
    text: String,
    names: usize,
    width: usize,
}

impl Table {
    fn evidence_width(&self) -> usize {
        let left = self.names + 2 + 13 + 2 + 6 + 2 + 5 + 2 + 6 + 2;
        self.width.saturating_sub(left).max(EVIDENCE)
    }

    fn head(&mut self) {
        self.line(["feature", "state", "weight", "value", "points", "evidence"]);
        self.rule();
    }

    fn rule(&mut self) {
        let evidence = self.evidence_width().min(EVIDENCE);
        let dashes = [self.names, 13, 6, 5, 6, evidence].map(|count| "-".repeat(count));
        self.line(dashes.each_ref().map(String::as_str));
    }

    /// A row of as many lines as its evidence and its name take.
    fn row(&mut self, [name, state, weight, value]: [&str; 4], points: f64, evidence: &str) {
        let mut names = wrapped(name, self.names).into_iter();
        let mut evidence = wrapped(evidence, self.evidence_width()).into_iter();
        let points = format!("{points:.2}");
        let first = names.next().unwrap_or_default();
        self.line([&first, state, weight, value, &points, &evidence.next().unwrap_or_default()]);
        loop {
            let (name, words) = (names.next(), evidence.next());
            if name.is_none() && words.is_none() {
                return;
            }
            self.line([&name.unwrap_or_default(), "", "", "", "", &words.unwrap_or_default()]);
        }
    }

    fn total(&mut self, shares: f64, points: f64) {
        self.rule();
        self.line(["total", "", &format!("{shares:.2}"), "", &format!("{points:.2}"), ""]);
    }

    fn line(&mut self, [name, state, weight, value, points, evidence]: [&str; 6]) {
        let names = self.names;
        let full = format!("{name:<names$}  {state:<13}  {weight:>6}  {value:>5}  {points:>6}  {evidence}");
        self.text.push_str(full.trim_end());
        self.text.push('\n');
    }
}

/// Which features dropped out, when some did.
fn scaling(rows: &[Row]) -> String {
    let out: Vec<&str> = rows.iter().filter(|row| row.value.is_none()).map(|row| row.feature).collect();
    if out.is_empty() {
        return String::new();
    }
    format!("No preference for {}; the other weights are scaled to sum to 1.", out.join(", "))
}

/// The features that brought most.
fn speakers(rows: &[Row]) -> String {
    let fits = rows.iter().filter(|row| matches!(row.state, "match" | "partial"));
    list("Speaks for it:", "+", fits.map(|row| (row.points, row.feature)).collect())
}

/// The features that lost most; what is unknown lost half of its points too.
fn losses(rows: &[Row]) -> String {
    list("Speaks against it:", "-", rows.iter().map(|row| (open(row), row.feature)).collect())
}

fn list(title: &str, sign: &str, mut spoken: Vec<(f64, &str)>) -> String {
    spoken.retain(|(points, _)| *points >= 0.005);
    spoken.sort_by(|left, right| right.0.total_cmp(&left.0));
    let parts: Vec<String> =
        spoken.iter().take(SPEAKERS).map(|(points, name)| format!("{name} {sign}{points:.2}")).collect();
    if parts.is_empty() { String::new() } else { format!("{title} {}", parts.join(", ")) }
}

/// Points still to be had.
fn open(row: &Row) -> f64 {
    row.share * (1.0 - row.value.unwrap_or(1.0)) * 100.0
}

/// What would raise the score most: the feature with the most points still to be had.
fn advice(rows: &[Row]) -> String {
    let Some(row) = rows.iter().max_by(|left, right| open(left).total_cmp(&open(right))) else {
        return String::new();
    };
    if open(row) < 0.005 {
        return "Nothing would raise it: every wish is met.".to_owned();
    }
    let what = match row.state {
        "unknown" => "it is not known yet",
        "partial" => "it fits in part",
        _ => "it does not fit",
    };
    format!("What would raise it most: {} (up to +{:.2}; {what}: {})", row.feature, open(row), row.evidence)
}

fn rows(explain: &Value) -> Vec<Row<'_>> {
    let features = explain["features"].as_array().map(Vec::as_slice).unwrap_or_default();
    features.iter().filter_map(row).collect()
}

fn row(feature: &Value) -> Option<Row<'_>> {
    Some(Row {
        feature: feature["feature"].as_str()?,
        state: feature["state"].as_str()?,
        share: feature["effective_weight"].as_f64()?,
        value: feature["value"].as_f64(),
        points: feature["points"].as_f64()?,
        evidence: feature["evidence"].as_str().unwrap_or_default(),
    })
}

fn notes<'a>(explain: &'a Value, list: &str, name: &str) -> Vec<Note<'a>> {
    let notes = explain[list].as_array().map(Vec::as_slice).unwrap_or_default();
    let note = |note: &'a Value| {
        Some(Note {
            name: note[name].as_str()?,
            points: note["points"].as_f64().unwrap_or_default(),
            evidence: note["evidence"].as_str().unwrap_or_default(),
        })
    };
    notes.iter().filter_map(note).collect()
}

/// A text in lines of at most `width` characters, broken at spaces where it can.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines.push(std::mem::take(&mut current));
            used = 0;
        }
        if used > 0 {
            current.push(' ');
            used += 1;
        }
        current.push_str(word);
        used += length;
    }
    if !current.is_empty() {
        lines.push(current);
    }
    lines
}
