//! Stage dedupe: which jobs are one opening. The files below are pure.

mod address;
mod bytes;
mod candidates;
pub mod clusters;
mod company;
pub mod core;
mod facts;
mod hash;
pub mod links;
mod place;
pub mod signature;
mod text;
mod title;
mod verdict;
