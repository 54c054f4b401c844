//! Finds the labels of a list that are nearest to a text: words weighed by how rare they are, compared by stem and, where
//! they only look alike, by their letters. Knows no language and no taxonomy, so that any list of labels can be searched.

use super::letters::{Groups, Letters, cosine, length_of, letters_of};
use super::lists::Lists;
use super::scatter::Table;
use super::words::fold;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::OnceLock;

/// What the last word of several weighs: "manager" and "assistant" say less than what is managed.
const LAST: f32 = 0.85;
/// The share of the letters in the score, if nothing else is said; the rest are the words.
const LETTERS: f32 = 0.3;
/// How much further labels of one owner add to its best one.
const COMPANY: f32 = 0.05;
/// How much of a word two words written apart are: "house keeping" for "housekeeping".
const JOINED: f32 = 0.9;
/// How many labels are compared by letters.
const POOL: usize = 100;
/// How many where only the best is asked for.
const FEW: usize = 24;
/// A word in more labels than this only adds to labels that a rarer word has found.
const COMMON: usize = 800;
/// Words of grammar, in English, French and German, and the signs of "all genders".
const GRAMMAR: [&str; 36] = [
    "a", "and", "at", "au", "aux", "d", "de", "der", "des", "die", "du", "en", "et", "f", "for", "fur", "h",
    "im", "in", "l", "la", "le", "les", "m", "of", "or", "ou", "the", "to", "un", "und", "une", "von", "w",
    "with", "x",
];

/// Words, each with how much it stands for another.
type Finds = Box<[(u32, f32)]>;

/// A list of labels, each of an owner, ready to be searched.
pub struct Nearest {
    words: Table<Box<str>, u32>,
    related: Table<&'static str, Vec<(u32, f32)>>,
    /// Of each word those that mean or look like it, worked out when it is first asked for.
    alike: Vec<OnceLock<Finds>>,
    rarity: Vec<f32>,
    rarest: f32,
    letters_share: f32,
    postings: Lists,
    labels: Lists,
    /// Of each label 1 over its length.
    inverse_lengths: Vec<f32>,
    owners: Vec<u32>,
    /// Of each word its bit among those in more labels than [`COMMON`], and of each label the bits of its words.
    common: (Vec<u64>, Vec<u64>),
    letters: Vec<Letters>,
    groups: Groups,
}

/// One label found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its number in the list.
    pub label: u32,
    /// Whom it belongs to.
    pub owner: u32,
    /// 0 to 1 for the likeness of the label itself, and a little more for the company of its owner's other labels.
    pub score: f32,
    /// 0 to 1: the likeness of the label itself.
    pub likeness: f32,
}

/// Part of a text, and how much its words weigh.
pub type Part<'a> = (&'a str, f32);

/// What a search writes on, kept between searches of a thread so that a search allocates little.
#[derive(Default)]
struct Paper {
    labels: Vec<Tally>,
    touched: Vec<u32>,
    /// Scores with labels behind them, to be sorted as numbers.
    scores: Vec<u64>,
    dots: Vec<f32>,
}

/// What a label has so far.
#[derive(Clone, Copy)]
struct Tally {
    /// What the words of the text give it.
    sum: f32,
    /// The word of the text that gave last, and how much.
    by: u32,
    gain: f32,
}

/// Of a label that no word has found.
const NOTHING: Tally = Tally { sum: 0.0, by: u32::MAX, gain: 0.0 };

thread_local! {
    static PAPER: RefCell<Paper> = RefCell::default();
}

impl Nearest {
    /// Prepares labels, each with the number of its owner.
    pub fn new<'a>(labels: impl IntoIterator<Item = (&'a str, u32)>) -> Nearest {
        let mut words: Table<Box<str>, u32> = Table::default();
        let mut names: Vec<Box<str>> = Vec::new();
        let (mut label_words, mut owners, mut letters) = (Lists::empty(), Vec::new(), Vec::new());
        for (text, owner) in labels {
            let folded = fold(text);
            let start = label_words.items.len();
            for stem in stems(&folded) {
                let id = words.get(stem).copied().unwrap_or_else(|| {
                    let id = names.len() as u32;
                    words.insert(stem.into(), id);
                    names.push(stem.into());
                    id
                });
                if !label_words.items[start..].contains(&id) {
                    label_words.items.push(id);
                }
            }
            label_words.end();
            owners.push(owner);
            letters.push(letters_of(&folded));
        }
        let postings = label_words.turned(names.len());
        let count = owners.len() as f32;
        let rarity: Vec<f32> =
            postings.each().map(|list| (1.0 + count / (list.len() as f32 + 0.5)).ln()).collect();
        let inverse_lengths =
            label_words.each().map(|list| length_of(list, &rarity).max(f32::MIN_POSITIVE).recip()).collect();
        let groups = Groups::new(&names);
        let common = common(&postings, &label_words);
        Nearest {
            rarest: (1.0 + count * 2.0).ln(),
            alike: vec![OnceLock::new(); names.len()],
            letters_share: LETTERS,
            words,
            related: Table::default(),
            rarity,
            postings,
            labels: label_words,
            inverse_lengths,
            owners,
            common,
            letters,
            groups,
        }
    }

    /// Sets the share of the letters in the score.
    pub fn letters_share(mut self, share: f32) -> Nearest {
        self.letters_share = share;
        self
    }

    /// Lets words find others that mean much the same, each pair with how much the second stands for the first.
    pub fn related(mut self, pairs: &[(&'static str, &str, f32)]) -> Nearest {
        for (word, other, weight) in pairs {
            if let Some(id) = self.words.get(*other) {
                self.related.entry(word).or_default().push((*id, *weight));
            }
        }
        self
    }

    /// The labels nearest to a text, the best first, at most [`POOL`]; of equals the later one first.
    pub fn find(&self, parts: &[Part]) -> Vec<Hit> {
        PAPER.with_borrow_mut(|paper| self.find_on(parts, 0.0, POOL, paper))
    }

    /// The few nearest of the labels that can be as alike as `least`: much faster, since those that hold a frequent word
    /// alone ("engineer" of "flight test engineer") are never looked at.
    pub fn find_close(&self, parts: &[Part], least: f32) -> Vec<Hit> {
        let by_words = (least - self.letters_share) / (1.0 - self.letters_share);
        PAPER.with_borrow_mut(|paper| self.find_on(parts, by_words, FEW, paper))
    }

    /// The best label of each owner, the best owner first.
    pub fn owners(&self, hits: &[Hit]) -> Vec<Hit> {
        let mut found: Vec<Hit> = Vec::new();
        for hit in hits {
            if !found.iter().any(|other| other.owner == hit.owner) {
                found.push(*hit);
            }
        }
        found
    }

    /// `by_words` is the least cosine of the words of a label with those of the text; `most` is how many labels are returned.
    fn find_on(&self, parts: &[Part], by_words: f32, most: usize, paper: &mut Paper) -> Vec<Hit> {
        paper.labels.resize(self.owners.len().max(paper.labels.len()), NOTHING);
        let folded: Vec<(String, f32)> = parts.iter().map(|(text, weight)| (fold(text), *weight)).collect();
        let asked = self.asked(&folded, paper);
        let mut left: f32 = asked.iter().map(|word| word.rarity * word.rarity).sum();
        let (needed, length) = (left * by_words * by_words, left.sqrt().max(f32::MIN_POSITIVE));
        for (number, word) in asked.iter().enumerate() {
            left -= word.rarity * word.rarity;
            self.add(number as u32, word, needed - left, paper);
        }
        paper.scores.clear();
        for label in paper.touched.drain(..) {
            let sum = std::mem::replace(&mut paper.labels[label as usize], NOTHING).sum;
            // Two words may both stand for one of the label. Positive numbers are in the order of their bits.
            let likeness = (sum / length * self.inverse_lengths[label as usize]).min(1.0);
            if likeness >= by_words {
                paper.scores.push(u64::from(likeness.to_bits()) << 32 | u64::from(label));
            }
        }
        if paper.scores.len() > most {
            paper.scores.select_nth_unstable_by(most, |one, other| other.cmp(one));
            paper.scores.truncate(most);
        }
        let mut hits: Vec<Hit> = Vec::with_capacity(paper.scores.len());
        for scored in &paper.scores {
            let (label, likeness) = (*scored as u32, f32::from_bits((scored >> 32) as u32));
            hits.push(Hit { label, owner: self.owners[label as usize], score: likeness, likeness });
        }
        let heaviest = folded.iter().max_by(|one, other| one.1.total_cmp(&other.1));
        let letters = letters_of(heaviest.map_or("", |(text, _)| text));
        for hit in &mut hits {
            let alike = cosine(&letters, &self.letters[hit.label as usize]);
            hit.likeness = (1.0 - self.letters_share) * hit.likeness + self.letters_share * alike;
            hit.score = hit.likeness;
        }
        add_company(&mut hits);
        hits.sort_unstable_by(by_score);
        hits
    }

    /// The words of the parts, the rarest first, each with the words that it finds.
    fn asked(&self, parts: &[(String, f32)], paper: &mut Paper) -> Vec<Asked<'_>> {
        let mut asked: Vec<Asked> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (text, weight) in parts {
            let first = asked.len();
            for stem in stems(text) {
                if seen.contains(&stem) {
                    continue;
                }
                let own = self.words.get(stem).copied();
                let mut finds = match own {
                    Some(word) => {
                        let known = || self.alike(stem, own, paper).into_boxed_slice();
                        Cow::Borrowed(&**self.alike[word as usize].get_or_init(known))
                    }
                    None => Cow::Owned(self.alike(stem, own, paper)),
                };
                if asked.len() > first
                    && let Some((before, last)) = seen.last().zip(asked.last_mut())
                    && let Some(joined) = self.words.get([*before, stem].concat().as_str())
                {
                    finds.to_mut().push((*joined, JOINED));
                    last.finds.to_mut().push((*joined, JOINED));
                }
                seen.push(stem);
                let own = own.map_or(self.rarest, |word| self.rarity[word as usize]);
                asked.push(Asked { rarity: own * weight, weight: *weight, finds });
            }
            if asked.len() > first + 1
                && let Some(last) = asked.last_mut()
            {
                last.rarity *= LAST;
                last.weight *= LAST;
            }
        }
        let postings =
            |word: &Asked| word.finds.iter().map(|(found, _)| self.postings.of(*found).len()).max();
        asked.sort_by_cached_key(|word| postings(word));
        asked
    }

    /// Adds what one word of the text gives to the labels that hold it, or a word that looks like it. Labels that no rarer
    /// word has found are only added to by what squares to `opens` at least.
    fn add(&self, number: u32, word: &Asked, opens: f32, paper: &mut Paper) {
        let is_first = paper.touched.is_empty();
        let before = paper.touched.len();
        for (found, likeness) in &*word.finds {
            let rarity = self.rarity[*found as usize];
            let gain = likeness * word.rarity.min(rarity * word.weight) * rarity;
            let postings = self.postings.of(*found);
            let is_open = is_first || postings.len() <= COMMON && (likeness * word.rarity).powi(2) >= opens;
            if is_open {
                for label in postings {
                    paper.add(number, *label, gain);
                }
            } else if postings.len() <= before {
                for label in postings {
                    if paper.labels[*label as usize].by != u32::MAX {
                        paper.add(number, *label, gain);
                    }
                }
            } else {
                self.add_to_touched(number, *found, gain, before, paper);
            }
        }
    }

    /// Adds what a word in many labels gives to those that others have found.
    fn add_to_touched(&self, number: u32, found: u32, gain: f32, before: usize, paper: &mut Paper) {
        let bit = self.common.0[found as usize];
        for at in 0..before {
            let label = paper.touched[at];
            let holds = match bit {
                0 => self.labels.of(label).contains(&found),
                bit => self.common.1[label as usize] & bit != 0,
            };
            if holds {
                paper.add(number, label, gain);
            }
        }
    }

    /// The known words that mean or look like a word, itself first.
    fn alike(&self, word: &str, own: Option<u32>, paper: &mut Paper) -> Vec<(u32, f32)> {
        let mut found: Vec<(u32, f32)> = own.iter().map(|word| (*word, 1.0)).collect();
        found.extend(self.related.get(word).into_iter().flatten());
        if word.len() < 4 {
            return found;
        }
        found.extend(self.groups.alike(word, own, self.rarest, &mut paper.dots));
        found
    }
}

/// One word of a text.
struct Asked<'a> {
    rarity: f32,
    weight: f32,
    finds: Cow<'a, [(u32, f32)]>,
}

impl Paper {
    /// A word of the text gives a label its best gain once, however many words of the label look like it.
    fn add(&mut self, number: u32, label: u32, gain: f32) {
        let tally = &mut self.labels[label as usize];
        if tally.by == u32::MAX {
            self.touched.push(label);
        }
        let had = if tally.by == number { tally.gain } else { 0.0 };
        if gain > had {
            *tally = Tally { sum: tally.sum + (gain - had), by: number, gain };
        }
    }
}

/// The first 64 common words by their bits, and the bits of each label; others are looked for.
fn common(postings: &Lists, labels: &Lists) -> (Vec<u64>, Vec<u64>) {
    let mut next = 1_u64;
    let bits: Vec<u64> = postings
        .each()
        .map(|list| {
            let bit = if list.len() > COMMON { next } else { 0 };
            next = if bit == 0 { next } else { next << 1 };
            bit
        })
        .collect();
    let of_labels = labels
        .each()
        .map(|words| words.iter().map(|word| bits[*word as usize]).fold(0, |all, bit| all | bit));
    let of_labels = of_labels.collect();
    (bits, of_labels)
}

fn by_score(one: &Hit, other: &Hit) -> std::cmp::Ordering {
    other.score.total_cmp(&one.score).then(other.label.cmp(&one.label))
}

/// Lifts the labels of an owner that several labels speak for.
fn add_company(hits: &mut [Hit]) {
    let mut sums: Table<u32, (f32, f32)> = Table::with_capacity_and_hasher(hits.len(), Default::default());
    for hit in &*hits {
        let square = hit.likeness * hit.likeness;
        let (best, rest) = sums.entry(hit.owner).or_default();
        *rest += square.min(*best);
        *best = best.max(square);
    }
    for hit in hits {
        hit.score += COMPANY * (1.0 + sums[&hit.owner].1).ln();
    }
}

/// The words of a folded text without grammar, each without the `s` of a plural.
pub(super) fn stems(folded: &str) -> impl Iterator<Item = &str> {
    folded.split_ascii_whitespace().filter(|word| GRAMMAR.binary_search(word).is_err()).map(stem)
}

fn stem(word: &str) -> &str {
    let is_plural =
        word.len() > 3 && word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    if is_plural { &word[..word.len() - 1] } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_label_is_first() {
        assert!(GRAMMAR.is_sorted(), "the words of grammar are looked up by halves");
        let labels =
            ["baker", "pastry cook", "software developer", "developer of games", "boucher-charcutier"];
        let nearest = Nearest::new(labels.iter().enumerate().map(|(at, label)| (*label, at as u32)));
        let check = |text: &str, expected: Option<&str>| {
            let hits = nearest.find(&[(text, 1.0)]);
            assert_eq!(hits.first().map(|hit| labels[hit.label as usize]), expected, "{text}");
            assert_eq!(hits, nearest.find(&[(text, 1.0)]), "{text}: a search leaves something behind");
            assert!(hits.iter().all(|hit| (0.0..=1.001).contains(&hit.likeness)), "{text}");
        };
        check("Bakers", Some("baker"));
        check("Software Development", Some("software developer"));
        check("Games developer", Some("developer of games"));
        check("Soft ware writer", Some("software developer"));
        check("Bouchère", Some("boucher-charcutier"));
        check("", None);
        check("???", None);
        check("of the", None);
        check("zzz", None);
    }

    #[test]
    fn related_words_find_each_other() {
        let nearest = Nearest::new([("dough cook", 0), ("boat builder", 1)]);
        assert!(nearest.find(&[("chef", 1.0)]).is_empty());
        let both = nearest.find(&[("boatbuilder boat builder", 1.0)]);
        assert!(both.iter().all(|hit| hit.likeness <= 1.001), "{both:?}");
        let nearest = nearest.related(&[("chef", "cook", 0.6), ("chef", "no such word", 1.0)]);
        assert_eq!(nearest.find(&[("Chefs", 1.0)]).first().map(|hit| hit.owner), Some(0));
    }
}
