//! Brings a short text (a title, a place, a preference) to words that can be compared: lower case, no accents, no
//! punctuation, single spaces with one at each end. Never used on whole descriptions: it copies.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// ` montreal quebec ` for `Montréal (Québec)`: a phrase folded in the same way is found on word boundaries by plain search.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    if text.is_ascii() {
        for byte in text.bytes() {
            push(&mut folded, byte.to_ascii_lowercase() as char);
        }
    } else {
        for character in
            text.nfkd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase)
        {
            push(&mut folded, character);
        }
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
    folded
}

/// Like [`fold`], and without the `s` of a plural, so that `Systems Administrators` and `system administrator` agree.
pub fn fold_singular(text: &str) -> String {
    let folded = fold(text);
    let mut singular = String::with_capacity(folded.len());
    singular.push(' ');
    for word in folded.split_ascii_whitespace() {
        let plural = word.len() > 3
            && word.ends_with('s')
            && !["ss", "us", "is"].iter().any(|end| word.ends_with(end));
        singular.push_str(if plural { &word[..word.len() - 1] } else { word });
        singular.push(' ');
    }
    singular
}

fn push(folded: &mut String, character: char) {
    if character.is_alphanumeric() {
        folded.push(character);
    } else if !folded.ends_with(' ') {
        folded.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded() {
        let check = |text: &str, expected: &str| assert_eq!(fold(text), expected, "{text}");
        check("Montréal (Québec)", " montreal quebec ");
        check("", " ");
        check("--", " ");
        check("Ingénieur·e d'études", " ingenieur e d etudes ");
        check("São Paulo", " sao paulo ");
    }

    #[test]
    fn plurals_are_singular() {
        let check = |text: &str, expected: &str| assert_eq!(fold_singular(text), expected, "{text}");
        check("Systems & Analytics", " system analytic ");
        check("Business Analysis", " business analysis ");
        check("AWS Données", " aws donnee ");
    }
}
