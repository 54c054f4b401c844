//! The tables a person reads, and the aims beside what was measured. Measures nothing.
#![expect(clippy::print_stdout, reason = "its result is for a person")]

use crate::dedupe::Figures;
use crate::floor::Floor;
use crate::per_core::{Laps, Sample};
use crate::pipeline::{RunFigures, StageFigures};
use crate::skills::Rates;
use std::time::Duration;

/// Least share of the floor's rows a second that extract reaches.
const EXTRACT_TO_FLOOR: f64 = 0.7;
/// Most times the floor's time that a whole run takes.
const RUN_TO_FLOOR: f64 = 8.0;
/// Least megabytes of JSON a second that one core normalizes.
const NORMALIZE_RATE: f64 = 40.0;
/// Least megabytes of text a second that one core enriches and ranks.
const RANK_RATE: f64 = 60.0;
/// Most times the time of a bare automaton scan that skills take.
const SCAN: f64 = 5.0;
/// Most memory of job-etl at any size, in MiB, but in dedupe.
const PEAK: f64 = 512.0;
/// Most memory of dedupe, which compares the signatures of all jobs at once, in MiB.
const DEDUPE_PEAK: f64 = 2048.0;
/// Most times the time that dedupe takes for ten times the jobs.
const DEDUPE_GROWTH: f64 = 12.0;

/// Everything measured at one size.
pub struct SizeFigures {
    /// How many postings.
    pub postings: u64,
    /// Length of their descriptions, compared with real ones.
    pub scale: f64,
    /// The whole run.
    pub run: RunFigures,
    /// The floor.
    pub floor: Floor,
    /// Bytes of the scratch folder at its fullest.
    pub disk_bytes: u64,
}

/// Each aim and what became of it.
#[derive(Default)]
pub struct Aims(Vec<Aim>);

struct Aim {
    what: String,
    wanted: String,
    figure: String,
    met: bool,
}

impl Aims {
    fn at_least(&mut self, what: String, wanted: f64, figure: f64, unit: &str) {
        self.add(what, format!("≥ {wanted}{unit}"), format!("{figure:.2}{unit}"), figure >= wanted);
    }

    fn at_most(&mut self, what: String, wanted: f64, figure: f64, unit: &str) {
        self.add(what, format!("≤ {wanted}{unit}"), format!("{figure:.2}{unit}"), figure <= wanted);
    }

    fn add(&mut self, what: String, wanted: String, figure: String, met: bool) {
        self.0.push(Aim { what, wanted, figure, met });
    }

    /// Prints all of them, met or missed.
    pub fn print(&self) {
        println!("\n{:<52} {:>12} {:>14}", "aim", "wanted", "measured");
        for Aim { what, wanted, figure, met } in &self.0 {
            println!("{what:<52} {wanted:>12} {figure:>14}  {}", if *met { "met" } else { "missed" });
        }
    }
}

/// Prints one line.
pub fn say(line: &str) {
    println!("{line}");
}

/// Prints what the figures were measured on.
pub fn machine() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let build =
        if cfg!(debug_assertions) { "development build: the figures mean nothing" } else { "release build" };
    println!("{cores} cores, which PostgreSQL, job-etl and the stub server share; {build}");
}

/// Prints how fast one core works through a sample.
pub fn core(sample: &Sample, normalize: &Laps, rank: &Laps, aims: &mut Aims) {
    println!(
        "\none core, no database, {} postings, {:.1} kB of JSON each",
        sample.name,
        sample.mean_bytes() / 1e3
    );
    laps("normalize", "JSON", normalize);
    laps("enrich + rank", "text", rank);
    if let Some(before) = rank.before {
        println!("  before that, dictionaries {:>7.1} ms", before.as_secs_f64() * 1e3);
    }
    let rate = |laps: &Laps| laps.rate(laps.whole);
    let what = format!("normalize, one core, {} postings: JSON", sample.name);
    aims.at_least(what, NORMALIZE_RATE, rate(normalize), " MB/s");
    let what = format!("enrich + rank, one core, {} postings: text", sample.name);
    aims.at_least(what, RANK_RATE, rate(rank), " MB/s");
}

/// Prints how fast skills alone are found.
pub fn skills(sample: &str, rates: &Rates, aims: &mut Aims) {
    let Rates { skills, automaton, found: (mentions, matches) } = rates;
    println!("  skills alone {skills:>31.1} MB/s of text, {mentions} mentions");
    println!("  bare automaton {automaton:>29.1} MB/s of text, {matches} matches, also inside of words");
    aims.at_most(
        format!("skills alone, {sample} postings: a bare automaton's time"),
        SCAN,
        automaton / skills,
        " times",
    );
}

/// Prints how dedupe grows.
pub fn dedupe(sizes: &[Figures; 2], aims: &mut Aims) {
    println!("\ndedupe, all cores, no database, invented jobs");
    for figures in sizes {
        let Figures { jobs, spent, cpu_seconds, peak_bytes, signature_bytes, found, mixed } = figures;
        let [signatures, links, clusters] = spent.map(|part| part.as_secs_f64());
        println!(
            "  {:>9} jobs {:>7.2} s ({signatures:.2} signatures, {links:.2} links, {clusters:.2} clusters), CPU {} s, {:>7} jobs/s, peak {} MiB, {signature_bytes} B a signature",
            thousands(*jobs as u64),
            figures.seconds(),
            optional(*cpu_seconds),
            thousands((*jobs as f64 / figures.seconds()) as u64),
            peak_bytes.map_or_else(|| "–".to_owned(), |peak| format!("{:.0}", mebibytes(peak))),
        );
        println!(
            "            {} of {} copies and reposts found, {mixed} clusters of several openings",
            found.0, found.1
        );
    }
    let growth = sizes[1].seconds() / sizes[0].seconds();
    aims.at_most("dedupe, 1,000,000 jobs ÷ 100,000 in time".to_owned(), DEDUPE_GROWTH, growth, "");
    if let Some(peak) = sizes[1].peak_bytes {
        aims.at_most("dedupe, 1,000,000 jobs: peak memory".to_owned(), DEDUPE_PEAK, mebibytes(peak), " MiB");
    }
}

fn laps(name: &str, of: &str, laps: &Laps) {
    let line = |name: &str, spent: Duration| {
        let each = spent.as_secs_f64() * 1e6 / laps.postings as f64;
        println!("  {name:<22} {each:>8.1} µs each {:>8.1} MB/s of {of}", laps.rate(spent));
    };
    line(name, laps.whole);
    for (part, spent) in &laps.parts {
        line(&format!("  {part}"), *spent);
    }
}

/// Prints the table of one size.
pub fn size(figures: &SizeFigures, aims: &mut Aims) {
    let SizeFigures { postings, scale, run, floor, disk_bytes } = figures;
    let shorter = if *scale < 1.0 {
        format!(", descriptions {scale} times as long as real ones for want of disk")
    } else {
        String::new()
    };
    let mean = floor.bytes as f64 / 1e3 / floor.rows.max(1) as f64;
    println!("{} postings, {mean:.1} kB of JSON each{shorter}", thousands(*postings));
    println!(
        "  {:<12} {:>11} {:>9} {:>10} {:>8} {:>7} {:>9}",
        "stage", "rows", "seconds", "rows/s", "MB/s", "CPU s", "peak MiB"
    );
    for stage in &run.stages {
        row(stage, bytes_of(stage, figures));
    }
    let whole = StageFigures {
        stage: "whole run".to_owned(),
        rows: *postings,
        seconds: run.seconds,
        cpu_seconds: run.cpu_seconds,
        peak_bytes: run.peak_bytes,
        note: None,
    };
    row(&whole, Some(run.received_bytes));
    let floor_row = StageFigures {
        stage: "floor".to_owned(),
        rows: floor.rows,
        seconds: floor.seconds,
        ..StageFigures::default()
    };
    row(&floor_row, Some(floor.bytes));
    for stage in &run.stages {
        if let Some(note) = &stage.note {
            // What follows is advice on the data folder, which is gone when this is read.
            let note = note.split_once(';').map_or(note.as_str(), |(said, _)| said);
            println!("  {}: {note}", stage.stage);
        }
    }
    println!(
        "  CPU seconds: PostgreSQL {} in the run, {} in the floor; the stub server {}",
        optional(run.server_cpu_seconds),
        optional(floor.server_cpu_seconds),
        optional(run.stub_cpu_seconds)
    );
    println!(
        "  MB/s: extract and floor of JSON, normalize of JSON, enrich, dedupe and rank of description text, publish of files"
    );
    println!(
        "  floor: psql \\copy of `select payload from raw.job_postings_raw` into a bare jsonb table (lz4)"
    );
    println!(
        "  extract includes the crawl over HTTP, and the stub server that makes the postings shares these cores"
    );
    println!("  scratch folder {:.1} GB at its fullest", *disk_bytes as f64 / 1e9);
    aims_of(figures, aims);
}

fn aims_of(figures: &SizeFigures, aims: &mut Aims) {
    let SizeFigures { postings, run, floor, .. } = figures;
    let at = |what: &str| format!("{what}, {} postings", thousands(*postings));
    let floor_rate = floor.rows as f64 / floor.seconds;
    if let Some(extract) = run.stages.iter().find(|stage| stage.stage == "extract") {
        let rate = extract.rows as f64 / extract.seconds;
        aims.at_least(at("extract ÷ floor in rows/s"), EXTRACT_TO_FLOOR, rate / floor_rate, "");
    }
    aims.at_most(at("whole run ÷ floor in time"), RUN_TO_FLOOR, run.seconds / floor.seconds, "");
    let peak = |of: fn(&str) -> bool| {
        run.stages.iter().filter(|stage| of(&stage.stage)).filter_map(|stage| stage.peak_bytes).max()
    };
    if let Some(peak) = peak(|stage| stage != "dedupe") {
        aims.at_most(at("peak memory of job-etl"), PEAK, mebibytes(peak), " MiB");
    }
    if let Some(peak) = peak(|stage| stage == "dedupe") {
        aims.at_most(at("peak memory of dedupe"), DEDUPE_PEAK, mebibytes(peak), " MiB");
    }
}

/// Compares what dedupe took at sizes that are ten times as large as the one before.
pub fn growth(measured: &[(u64, f64)], aims: &mut Aims) {
    for pair in measured.windows(2) {
        let ((few, quick), (many, slow)) = (pair[0], pair[1]);
        if many == few * 10 {
            let what = format!("dedupe of {} ÷ {} in time", thousands(many), thousands(few));
            aims.at_most(what, DEDUPE_GROWTH, slow / quick.max(1e-3), "");
        }
    }
}

/// The bytes whose rate says most about a stage.
fn bytes_of(stage: &StageFigures, figures: &SizeFigures) -> Option<u64> {
    match stage.stage.as_str() {
        "extract" => Some(figures.run.received_bytes),
        "normalize" => Some(figures.floor.bytes),
        "enrich" | "dedupe" | "rank" => Some(figures.floor.text_bytes),
        "publish" => Some(figures.run.published_bytes),
        _ => None,
    }
}

fn row(stage: &StageFigures, bytes: Option<u64>) {
    let seconds = stage.seconds.max(1e-3);
    println!(
        "  {:<12} {:>11} {:>9.2} {:>10} {:>8} {:>7} {:>9}",
        stage.stage,
        thousands(stage.rows),
        stage.seconds,
        thousands((stage.rows as f64 / seconds) as u64),
        optional(bytes.map(|bytes| bytes as f64 / 1e6 / seconds)),
        optional(stage.cpu_seconds),
        stage.peak_bytes.map_or_else(|| "–".to_owned(), |peak| format!("{:.0}", mebibytes(peak))),
    );
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn optional(number: Option<f64>) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.1}"))
}

/// A number with commas.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
