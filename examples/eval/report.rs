//! One line of figures per task, as a table and as JSON.

use serde::Serialize;

/// Answers by their worth.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Score {
    /// Answers that agree with the label.
    pub right: u64,
    /// Answers that do not.
    pub wrong: u64,
    /// Labels that no right answer met.
    pub missed: u64,
    /// No answer, and none expected.
    pub right_nulls: u64,
}

impl Score {
    /// Whether anything was scored.
    pub fn is_some(&self) -> bool {
        self.right + self.wrong + self.missed + self.right_nulls > 0
    }

    /// Right of all answers.
    pub fn precision(&self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    /// Right of all labels.
    pub fn recall(&self) -> f64 {
        share(self.right, self.right + self.missed)
    }
}

/// One line of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Task {
    /// What is measured.
    pub name: String,
    /// Its counts.
    #[serde(flatten)]
    pub score: Score,
}

/// Prints the table.
#[expect(clippy::print_stdout, reason = "the table is the result")]
pub fn print(tasks: &[Task]) {
    println!("{:<34} {:>8} {:>10} {:>8} {:>8}", "task", "labels", "precision", "recall", "F1");
    for Task { name, score } in tasks {
        let (precision, recall) = (score.precision(), score.recall());
        let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        let labels = score.right + score.missed;
        println!("{name:<34} {labels:>8} {precision:>10.3} {recall:>8.3} {f1:>8.3}");
    }
}

/// Figures that the table has no column for, before it.
#[expect(clippy::print_stdout, reason = "the figures are the result")]
pub fn note(line: &str) {
    println!("{line}");
}

/// Shows one wrong answer.
#[expect(clippy::print_stderr, reason = "asked for with --misses, beside the table")]
pub fn miss(line: &str) {
    eprintln!("{line}");
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
