//! Stage dedupe: which jobs are one opening. The files below are pure.

pub mod clusters;
pub mod core;
pub mod links;
pub mod signature;
