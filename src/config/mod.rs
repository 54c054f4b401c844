//! Reads the YAML files and the environment, and says exactly what is wrong with them. Only this module reads
//! environment variables.

pub mod check;
pub mod environment;
pub mod ranking;
pub mod sources;
