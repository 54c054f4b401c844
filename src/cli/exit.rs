//! From an error to what a person reads and to the exit code.

use crate::db::cluster::Unavailable;
use crate::db::schema::SchemaTooNew;
use crate::publish::files::CannotWrite;
use crate::run::Busy;
use crate::yaml::ConfigError;
use anyhow::Error;

/// A mistake in the arguments that clap cannot know.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Several mistakes of a configuration at once.
#[derive(Debug)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl std::fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ConfigError::to_string).collect();
        f.write_str(&lines.join("\n       "))
    }
}

impl std::error::Error for ConfigErrors {}

/// Prints the chain of the error once, on stderr, and returns its exit code.
#[expect(clippy::print_stderr, reason = "the last word of the program")]
pub fn report(error: &Error) -> u8 {
    let red = console::Style::new().for_stderr().red().bold();
    eprintln!("{} {error:#}", red.apply_to("error:"));
    code(error)
}

/// The exit code of an error; the table is in `job-etl --help`.
pub fn code(error: &Error) -> u8 {
    for cause in error.chain() {
        if cause.is::<ConfigError>()
            || cause.is::<ConfigErrors>()
            || cause.is::<Usage>()
            || cause.is::<SchemaTooNew>()
        {
            return 2;
        }
        if cause.is::<Unavailable>() {
            return 69;
        }
        if cause.is::<CannotWrite>() {
            return 73;
        }
        if cause.is::<Busy>() {
            return 75;
        }
        if let Some(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) = cause.downcast_ref::<sqlx::Error>() {
            return 69;
        }
    }
    1
}
