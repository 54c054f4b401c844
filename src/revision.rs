//! The revision of a stage: a short hash of its logic's version and of everything its logic reads besides the rows.

use md5::{Digest, Md5};

/// Hash of `parts`, 16 hex digits; no two lists of parts that differ share one by concatenation.
pub fn revision<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Md5::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
