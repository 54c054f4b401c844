//! Environment variables and secrets. `X_FILE` names a file that holds the secret, and beats `X`.

use crate::yaml::ConfigError;
use secrecy::SecretString;
use std::path::{Path, PathBuf};

/// Gives the secret of a name, if it is configured.
pub type Keys = dyn Fn(&str) -> anyhow::Result<Option<SecretString>> + Send + Sync;

/// The value of a variable, or `None` when it is unset or empty.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A secret from the file that `NAME_FILE` names, else from `NAME`; `None` when neither is set.
pub fn secret(name: &str) -> Result<Option<SecretString>, ConfigError> {
    let Some(path) = variable(&format!("{name}_FILE")) else {
        return Ok(variable(name).map(SecretString::from));
    };
    let text = std::fs::read_to_string(&path).map_err(|error| ConfigError {
        file: PathBuf::from(&path),
        line: 0,
        column: 0,
        message: format!("cannot read the secret that {name}_FILE names: {error}"),
        suggestion: Some(format!("create the file, or unset {name}_FILE")),
    })?;
    Ok(Some(SecretString::from(text.trim().to_owned())).filter(|_| !text.trim().is_empty()))
}

/// Where job-etl keeps its database and its programs: `JOB_ETL_HOME`, else the user's data folder.
pub fn home(is_root: bool) -> PathBuf {
    if let Some(home) = variable("JOB_ETL_HOME") {
        return PathBuf::from(home);
    }
    if is_root {
        return PathBuf::from("/var/lib/job-etl");
    }
    let data = variable("XDG_DATA_HOME").map(PathBuf::from);
    let data = data.or_else(|| variable("HOME").map(|home| Path::new(&home).join(".local/share")));
    data.unwrap_or_else(|| PathBuf::from(".")).join("job-etl")
}
