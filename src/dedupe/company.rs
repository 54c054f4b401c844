//! Whether two names are one employer's: equal keys, one the beginning of the other, or misspelt.

use super::title::trigrams;

/// Shorter names say too little to be compared by likeness.
const LEAST: usize = 6;

/// Ends of a domain that names the employer.
const DOMAINS: &[&str] =
    &["com", "io", "ai", "co", "net", "org", "app", "dev", "uk", "au", "ca", "fr", "de", "eu"];
/// What a slug adds to a name that was taken.
const SLUG_ENDINGS: &[&str] =
    &["labs", "hq", "inc", "jobs", "job", "careers", "career", "app", "io", "ai", "tech", "group", "global"];

/// Whether two `company_key`s are one employer's. Divisions and countries behind the name do not matter.
pub fn is_same(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    let (short, long) = if left.len() < right.len() { (left, right) } else { (right, left) };
    if short.len() >= 4 && long.strip_prefix(short).is_some_and(|rest| rest.starts_with(' ')) {
        return true;
    }
    let (short, long) = (squashed(short), squashed(long));
    let (short, long) = if short.len() < long.len() { (short, long) } else { (long, short) };
    if short == long {
        return true;
    }
    if short.len() >= 4 && long.strip_prefix(&short).is_some_and(|rest| SLUG_ENDINGS.contains(&rest)) {
        return true;
    }
    short.len() >= LEAST
        && (trigrams(&short, &long) >= 0.85 || strsim::normalized_levenshtein(&short, &long) >= 0.9)
}

/// The name as the slug of a board has it: words run together, without the end of a domain.
fn squashed(name: &str) -> String {
    let mut words: Vec<&str> = name.split(' ').collect();
    while words.len() > 1 && words.last().is_some_and(|last| DOMAINS.contains(last)) {
        words.pop();
    }
    words.concat().chars().filter(|letter| letter.is_alphanumeric()).collect()
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
        check("clove", "clovelabs", true);
        check("maple ledger", "mapleledger com au", true);
        check("clove", "cloverfield", false);
        check("university of oslo san diego", "university of olso san diego", true);
        check("acme", "acne", false);
        check("north bank", "south bank", false);
        check("university hospital of leeds", "university hospital of derby", false);
        check("", "acme", false);
        check("", "", true);
    }
}
