//! Whether two names are one employer's: equal keys, one the beginning of the other, or misspelt.

use super::title::trigrams;

/// Shorter names say too little to be compared by likeness.
const LEAST: usize = 6;

/// Whether two `company_key`s are one employer's. Divisions and countries behind the name do not matter.
pub fn is_same(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    let (short, long) = if left.len() < right.len() { (left, right) } else { (right, left) };
    if short.len() >= 4 && long.strip_prefix(short).is_some_and(|rest| rest.starts_with(' ')) {
        return true;
    }
    // Board slugs run words together.
    let squashed =
        |name: &str| -> String { name.chars().filter(|letter| letter.is_alphanumeric()).collect() };
    let (short, long) = (squashed(short), squashed(long));
    if short == long {
        return true;
    }
    short.len() >= LEAST
        && (trigrams(&short, &long) >= 0.85 || strsim::normalized_levenshtein(&short, &long) >= 0.9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_employer() {
        let check = |left: &str, right: &str, expected: bool| {
            assert_eq!(is_same(left, right), expected, "{left} | {right}");
            assert_eq!(is_same(right, left), expected);
        };
        check("acme", "acme", true);
        check("maple ledger", "mapleledger", true);
        check("acme", "acme canada", true);
        check("university of oslo san diego", "university of olso san diego", true);
        check("acme", "acne", false);
        check("north bank", "south bank", false);
        check("university hospital of leeds", "university hospital of derby", false);
        check("", "acme", false);
        check("", "", true);
    }
}
