//! Reads one YAML text into its structure, and says file, line and column when it cannot. Never opens a file.

use serde::de::DeserializeOwned;

/// The structure that `text` holds; `name` is the file as the user knows it.
pub fn read<T: DeserializeOwned>(name: &str, text: &str) -> anyhow::Result<T> {
    serde_saphyr::from_str(text).map_err(|error| {
        let place = match error.location() {
            Some(at) if at.line() > 0 => format!("{name}:{}:{}", at.line(), at.column()),
            _ => name.to_owned(),
        };
        let message = error.without_snippet().to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).trim_end_matches('.').to_owned();
        anyhow::anyhow!("{place}: {message}")
    })
}

/// The entry of `known` that `word` was probably meant to be, as ` (did you mean x?)`, or an empty text.
pub fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let word = word.to_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&word, &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| format!(" (did you mean {candidate}?)"))
        .unwrap_or_default()
}
