//! The canonical columns.

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
