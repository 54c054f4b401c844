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

/// Narrowest evidence column that still holds a sentence.
const EVIDENCE: usize = 24;

/// A table of at most `width` columns (but never narrower than its numbers), a total, and what would raise the score most.
/// The weight shown is the one that counts: `effective_weight`.
pub fn explain_text(explain: &Value, width: usize) -> String {
    let rows = rows(explain);
    let names = rows.iter().map(|row| row.feature.len()).max().unwrap_or_default().max("feature".len());
    let left = names + 2 + 13 + 2 + 6 + 2 + 5 + 2 + 6 + 2;
    let evidence_width = width.saturating_sub(left).max(EVIDENCE);
    let mut text = String::new();
    line(&mut text, names, ["feature", "state", "weight", "value", "points", "evidence"]);
    let dashes = |count: usize| "-".repeat(count);
    let rule =
        [dashes(names), dashes(13), dashes(6), dashes(5), dashes(6), dashes(evidence_width.min(EVIDENCE))];
    line(&mut text, names, rule.each_ref().map(String::as_str));
    for row in &rows {
        let number =
            |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.2}"));
        let share = row.value.map(|_| row.share);
        let numbers = [number(share), number(row.value), format!("{:.2}", row.points)];
        let mut lines = wrapped(row.evidence, evidence_width).into_iter();
        let first = lines.next().unwrap_or_default();
        let state = row.state.replace('_', " ");
        line(&mut text, names, [row.feature, &state, &numbers[0], &numbers[1], &numbers[2], &first]);
        for more in lines {
            line(&mut text, names, ["", "", "", "", "", &more]);
        }
    }
    let shares: f64 = rows.iter().map(|row| row.share).sum();
    let points = rows.iter().map(|row| (row.points * 100.0).round() as i64).sum::<i64>() as f64 / 100.0;
    line(&mut text, names, rule.each_ref().map(String::as_str));
    line(&mut text, names, ["total", "", &format!("{shares:.2}"), "", &format!("{points:.2}"), ""]);
    for note in [scaling(&rows), advice(&rows)].iter().filter(|note| !note.is_empty()) {
        for (index, words) in wrapped(note, width.max(EVIDENCE)).iter().enumerate() {
            let _ = writeln!(text, "{}{words}", if index == 0 { "" } else { "  " });
        }
    }
    text
}

/// The two or three features that speak most for a job, in a few words each.
pub fn reasons(explain: &Value) -> Vec<String> {
    let mut rows = rows(explain);
    rows.retain(|row| matches!(row.state, "match" | "partial") && row.points > 0.0);
    rows.sort_by(|left, right| right.points.total_cmp(&left.points));
    rows.iter().take(3).map(|row| row.evidence.to_owned()).collect()
}

/// Which features dropped out, when some did.
fn scaling(rows: &[Row]) -> String {
    let out: Vec<&str> = rows.iter().filter(|row| row.value.is_none()).map(|row| row.feature).collect();
    if out.is_empty() {
        return String::new();
    }
    format!("No preference for {}; the other weights are scaled to sum to 1.", out.join(", "))
}

/// What would raise the score most: the feature with the most points still to be had.
fn advice(rows: &[Row]) -> String {
    let open = |row: &Row| row.share * (1.0 - row.value.unwrap_or(1.0)) * 100.0;
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

fn line(text: &mut String, names: usize, cells: [&str; 6]) {
    let [feature, state, weight, value, points, evidence] = cells;
    let full = format!("{feature:<names$}  {state:<13}  {weight:>6}  {value:>5}  {points:>6}  {evidence}");
    text.push_str(full.trim_end());
    text.push('\n');
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
