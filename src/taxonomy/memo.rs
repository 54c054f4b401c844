//! Remembers what was found for a text: job boards say the same few places and titles over and over.

use super::scatter::Table;
use std::sync::Mutex;

/// Texts remembered at most; then all are forgotten, which costs less than keeping account of which are old.
const MOST: usize = 2_048;

/// What was found for texts. Shared by threads.
pub struct Memo<V>(Mutex<Table<Box<str>, V>>);

impl<V> Default for Memo<V> {
    fn default() -> Memo<V> {
        Memo(Mutex::default())
    }
}

impl<V: Clone> Memo<V> {
    /// What was found for a text, or `find`s it now.
    pub fn get(&self, text: &str, find: impl FnOnce() -> V) -> V {
        // A thread that panicked while it held the table left it whole: nothing is found while it is held.
        let known = || self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(found) = known().get(text) {
            return found.clone();
        }
        let found = find();
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(text.into(), found.clone());
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_looked_up_once() {
        let memo = Memo::default();
        assert_eq!(memo.get("a", || 1), 1);
        assert_eq!(memo.get("a", || 2), 1);
        assert_eq!(memo.get("b", || 2), 2);
        for number in 0..2 * MOST {
            assert_eq!(memo.get(&number.to_string(), || number), number);
        }
        assert_eq!(memo.get("a", || 3), 3, "old texts are kept for ever");
    }
}
