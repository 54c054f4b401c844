//! Which keywords of a profile stand in a title or description: one pass of an automaton over folded text. A profile
//! without keywords costs nothing.

use super::input::RankInput;
use crate::config::ranking::Profile;
use crate::config::ranking::lists::Subject;
use crate::config::ranking::wishes::Phrase;
use crate::taxonomy::phrases::Phrases;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Every distinct keyword of a profile.
pub(super) struct Keywords {
    folded: Vec<String>,
    automaton: Option<Phrases>,
}

/// Which of the keywords one job has.
pub(super) struct Found<'k> {
    keywords: &'k Keywords,
    has: Vec<bool>,
    has_text: bool,
}

impl Keywords {
    pub(super) fn of(profile: &Profile) -> Keywords {
        let filters = profile.filters.keywords_any.iter().chain(&profile.filters.keywords_none);
        let lists = profile.lists.block.iter().chain(profile.lists.boost.iter().map(|(entry, _)| entry));
        let listed = lists.filter(|entry| entry.subject == Subject::Keyword).map(|entry| &entry.phrase);
        let mut folded: Vec<String> = filters.chain(listed).map(|phrase| phrase.folded.clone()).collect();
        folded.sort();
        folded.dedup();
        let numbered: Vec<(String, usize)> = folded.iter().cloned().zip(0..).collect();
        // Too many keywords for an automaton would be gigabytes of ranking.yml; they would then never match.
        let automaton = if folded.is_empty() { None } else { Phrases::new(&numbered).ok() };
        Keywords { folded, automaton }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.automaton.is_none()
    }

    pub(super) fn found_in(&self, input: &RankInput) -> Found<'_> {
        let mut has = Vec::new();
        if let Some(automaton) = &self.automaton {
            has.resize(self.folded.len(), false);
            for text in [Some(input.job_title), input.description_text].into_iter().flatten() {
                for found in automaton.find(&folded(text)) {
                    has[found.owner] = true;
                }
            }
        }
        Found { keywords: self, has, has_text: input.description_text.is_some() }
    }
}

impl Found<'_> {
    /// Whether the job has this keyword, in a language the keyword is for.
    pub(super) fn has(&self, phrase: &Phrase, input: &RankInput) -> bool {
        if !input.speaks(phrase.language.as_deref()) {
            return false;
        }
        let index = self.keywords.folded.binary_search(&phrase.folded);
        index.is_ok_and(|index| self.has.get(index).copied().unwrap_or_default())
    }

    /// Whether there was a description to look at.
    pub(super) fn has_text(&self) -> bool {
        self.has_text
    }
}

/// As `taxonomy::words::fold` does it, and made for long texts: most of their bytes are ASCII.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + 2);
    folded.push(' ');
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        for byte in rest[..ascii].bytes() {
            push(&mut folded, byte.to_ascii_lowercase() as char);
        }
        rest = &rest[ascii..];
        let Some(character) = rest.chars().next() else { break };
        rest = &rest[character.len_utf8()..];
        match character {
            // Dashes, quotes, bullets and hard spaces, the commonest of all.
            '\u{2010}'..='\u{2027}' | '\u{a0}' => push(&mut folded, ' '),
            _ => {
                let plain =
                    std::iter::once(character).nfkd().filter(|character| !is_combining_mark(*character));
                plain.flat_map(char::to_lowercase).for_each(|character| push(&mut folded, character));
            }
        }
    }
    if !folded.ends_with(' ') {
        folded.push(' ');
    }
    folded
}

fn push(folded: &mut String, character: char) {
    if character.is_alphanumeric() {
        folded.push(character);
    } else if folded.as_bytes().last() != Some(&b' ') {
        folded.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy::words::fold;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn long_texts_fold_as_short_ones(text in "[a-zA-Z0-9 .,é’–\u{301}ÀçœŒß½ﬁ\u{a0}Ⅷİ漢]{0,60}") {
            prop_assert_eq!(folded(&text), fold(&text));
        }
    }
}
