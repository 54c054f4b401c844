//! Postings as sent become the rows of staging. This file is the shell; everything below it is pure: no clock, no I/O,
//! and nothing but a missing headline or company can reject a posting.

pub mod canonical;
pub mod core;
pub mod dates;
pub mod html;
pub mod keys;
pub mod links;
pub mod merge;
pub mod pay;
pub mod text;
pub mod words;
