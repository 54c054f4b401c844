//! Reads one YAML text into a type, and turns every mistake into a sentence with line, column and a suggestion.

use serde::de::DeserializeOwned;
use std::fmt;
use std::path::{Path, PathBuf};

/// A mistake in a configuration file. Exit code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// Line from 1, or 0 when the whole file is meant.
    pub line: u64,
    /// Column from 1, or 0.
    pub column: u64,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do next.
    pub suggestion: Option<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; {suggestion}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Reads and parses `file`; returns the value and the text it came from.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<(T, String), ConfigError> {
    let text = std::fs::read_to_string(file).map_err(|error| ConfigError {
        file: file.to_owned(),
        line: 0,
        column: 0,
        message: format!("cannot be read: {error}"),
        suggestion: Some("name the folder with --config DIR".to_owned()),
    })?;
    parse(file, &text).map(|value| (value, text))
}

/// Parses `text`, which came from `file`.
pub fn parse<T: DeserializeOwned>(file: impl AsRef<Path>, text: &str) -> Result<T, ConfigError> {
    serde_saphyr::from_str(text).map_err(|error| explain(file.as_ref(), &error))
}

/// The nearest of `known` to `word`, when it is near enough to be a slip of the finger.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)
        .min()
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

fn explain(file: &Path, error: &serde_saphyr::Error) -> ConfigError {
    let (line, column) = error.location().map_or((0, 0), |location| (location.line(), location.column()));
    let (message, suggestion) = match error.without_snippet() {
        serde_saphyr::Error::SerdeUnknownField { field, expected, .. } => {
            let known = format!("known here: {}", expected.join(", "));
            (format!("unknown key `{field}`"), did_you_mean(field, expected.iter().copied()).or(Some(known)))
        }
        serde_saphyr::Error::SerdeUnknownVariant { variant, expected, .. } => {
            let known = format!("one of {}", expected.join(", "));
            (
                format!("unknown value `{variant}`"),
                did_you_mean(variant, expected.iter().copied()).or(Some(known)),
            )
        }
        other => (one_line(&other.to_string()), None),
    };
    ConfigError { file: file.to_owned(), line, column, message, suggestion }
}

/// The first line of a message: the rest draws the YAML around the place, which the reader has open anyway.
fn one_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}
