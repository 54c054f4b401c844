//! The canonical columns.
pub mod canonical;
