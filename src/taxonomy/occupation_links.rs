//! What `occupations.tsv` holds besides labels: the telling words of a description, and which occupations of ESCO the titles of
//! one of O*NET are nearest to. Pure: used when the table is made, never at run time.

use super::nearest::{Nearest, stems};
use super::words::fold;
use std::collections::{HashMap, HashSet};

/// How many words of a description are kept.
const WORDS: usize = 10;
/// A word in fewer descriptions is a name or a slip.
const FEWEST: usize = 3;
/// A word in more descriptions tells nothing.
const MOST: usize = 1000;
/// How many occupations of ESCO one of O*NET speaks for.
const LINKS: usize = 5;
/// Least likeness of a title for it to vote.
const VOTES: f32 = 0.75;
/// Titles this much less alike than the best vote too.
const MARGIN: f32 = 0.02;
/// How many votes an occupation's own title has.
const OWN: f32 = 3.0;

/// The rarest words of each description, of those that stand in labels at all.
pub(super) fn telling_words<'a>(
    descriptions: impl Iterator<Item = &'a str>,
    labels: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let known: HashSet<String> =
        labels.flat_map(|label| stems(&fold(label)).map(str::to_owned).collect::<Vec<_>>()).collect();
    let words: Vec<HashSet<String>> = descriptions
        .map(|text| {
            let folded = fold(text);
            stems(&folded).filter(|stem| stem.len() > 2 && known.contains(*stem)).map(str::to_owned).collect()
        })
        .collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in words.iter().flatten() {
        *counts.entry(word).or_default() += 1;
    }
    let kept = |set: &HashSet<String>| {
        let mut kept: Vec<(usize, &str)> = set
            .iter()
            .map(|word| (counts[word.as_str()], word.as_str()))
            .filter(|(count, _)| (FEWEST..=MOST).contains(count))
            .collect();
        kept.sort_unstable();
        kept.iter().take(WORDS).map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
    };
    words.iter().map(kept).collect()
}

/// The owners that an occupation's titles are nearest to, each with its hundredths of the votes.
pub(super) fn links<'a>(titles: impl Iterator<Item = &'a str>, nearest: &Nearest) -> Vec<(u32, u32)> {
    let mut votes: HashMap<u32, f32> = HashMap::new();
    for (number, title) in titles.enumerate() {
        let owners = nearest.owners(&nearest.find(&[(title, 1.0)]));
        let Some(best) = owners.first().filter(|best| best.likeness >= VOTES) else { continue };
        for hit in owners.iter().take(3).filter(|hit| hit.likeness >= best.likeness - MARGIN) {
            let weight = if number == 0 { OWN } else { 1.0 };
            *votes.entry(hit.owner).or_default() += weight * hit.likeness.powi(4);
        }
    }
    let total: f32 = votes.values().sum();
    let mut shares: Vec<(u32, u32)> =
        votes.into_iter().map(|(owner, votes)| (owner, (votes / total * 100.0).round() as u32)).collect();
    shares.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
    shares.retain(|(_, share)| *share > 0);
    shares.truncate(LINKS);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_words_of_a_description_are_kept() {
        let mut descriptions = vec!["They bake bread at night and bread again"; 3];
        descriptions.extend(["They bake pies", "They sing"]);
        let found = telling_words(descriptions.into_iter(), ["bread", "bake", "sing", "pie"].into_iter());
        assert_eq!(found, ["bread bake", "bread bake", "bread bake", "bake", ""]);
    }

    #[test]
    fn titles_vote_for_the_occupations_they_are_nearest_to() {
        let nearest = Nearest::new([("bread baker", 0), ("pastry cook", 1), ("singer", 2)]);
        let check = |titles: &[&str], expected: &[(u32, u32)]| {
            assert_eq!(links(titles.iter().copied(), &nearest), expected, "{titles:?}");
        };
        check(&["Bread Baker", "Pastry Cook"], &[(0, 75), (1, 25)]);
        check(&["Welder"], &[]);
    }
}
