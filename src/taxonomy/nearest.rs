//! Finds the labels of a list that are nearest to a text: words weighed by how rare they are, compared by stem and, where
//! they only look alike, by their letters. Knows no language and no taxonomy, so that any list of labels can be searched.

use super::words::fold;
use std::cell::RefCell;
use std::collections::HashMap;

/// Least likeness of letters, as a cosine over groups of three and four, for one word to stand for another.
const LIKENESS: f32 = 0.5;
/// How many words that look alike stand for one.
const ALIKE: usize = 8;
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
/// A word in more labels than this only adds to labels that a rarer word has found.
const COMMON: usize = 800;
/// Groups of letters in more words than this find no word.
const COMMON_GROUP: usize = 400;
/// Words of grammar, in English, French and German, and the signs of "all genders".
const GRAMMAR: [&str; 36] = [
    "a", "and", "at", "au", "aux", "d", "de", "der", "des", "die", "du", "en", "et", "f", "for", "fur", "h",
    "im", "in", "l", "la", "le", "les", "m", "of", "or", "ou", "the", "to", "un", "und", "une", "von", "w",
    "with", "x",
];

/// A list of labels, each of an owner, ready to be searched.
pub struct Nearest {
    words: HashMap<Box<str>, u32>,
    related: HashMap<&'static str, Vec<(u32, f32)>>,
    rarity: Vec<f32>,
    rarest: f32,
    letters_share: f32,
    postings: Lists,
    labels: Lists,
    lengths: Vec<f32>,
    owners: Vec<u32>,
    letters: Vec<Letters>,
    groups: HashMap<u32, u32>,
    group_words: Lists,
    group_rarity: Vec<f32>,
    group_lengths: Vec<f32>,
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

/// Groups of three letters as a set of 256 bits.
type Letters = [u64; 4];

/// Lists of numbers, one after the other.
struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

/// What a search writes on, kept between searches of a thread so that a search allocates little.
#[derive(Default)]
struct Paper {
    sums: Vec<f32>,
    asked: Vec<(u32, f32)>,
    touched: Vec<u32>,
    dots: Vec<f32>,
}

thread_local! {
    static PAPER: RefCell<Paper> = RefCell::default();
}

impl Nearest {
    /// Prepares labels, each with the number of its owner.
    pub fn new<'a>(labels: impl IntoIterator<Item = (&'a str, u32)>) -> Nearest {
        let mut words: HashMap<Box<str>, u32> = HashMap::new();
        let mut names: Vec<Box<str>> = Vec::new();
        let (mut label_words, mut owners, mut letters) = (Lists::new(), Vec::new(), Vec::new());
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
        let lengths = label_words.each().map(|list| length_of(list, &rarity)).collect();
        let groups = Groups::new(&names);
        Nearest {
            rarest: (1.0 + count * 2.0).ln(),
            letters_share: LETTERS,
            words,
            related: HashMap::new(),
            rarity,
            postings,
            labels: label_words,
            lengths,
            owners,
            letters,
            groups: groups.ids,
            group_words: groups.words,
            group_rarity: groups.rarity,
            group_lengths: groups.lengths,
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
        PAPER.with_borrow_mut(|paper| self.find_on(parts, paper))
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

    fn find_on(&self, parts: &[Part], paper: &mut Paper) -> Vec<Hit> {
        paper.sums.resize(self.owners.len().max(paper.sums.len()), 0.0);
        paper.asked.resize(self.owners.len().max(paper.asked.len()), (u32::MAX, 0.0));
        let folded: Vec<(String, f32)> = parts.iter().map(|(text, weight)| (fold(text), *weight)).collect();
        let asked = self.asked(&folded, paper);
        let length = asked.iter().map(|word| word.rarity * word.rarity).sum::<f32>().sqrt();
        for (number, word) in asked.iter().enumerate() {
            self.add(number as u32, word, paper);
        }
        let score =
            |label: u32, sum: f32| sum / (length * self.lengths[label as usize]).max(f32::MIN_POSITIVE);
        let mut hits: Vec<Hit> = Vec::with_capacity(paper.touched.len());
        for label in paper.touched.drain(..) {
            let at = label as usize;
            // Two words may both stand for one of the label.
            let likeness = score(label, paper.sums[at]).min(1.0);
            hits.push(Hit { label, owner: self.owners[at], score: likeness, likeness });
            paper.sums[at] = 0.0;
            paper.asked[at] = (u32::MAX, 0.0);
        }
        if hits.len() > POOL {
            hits.select_nth_unstable_by(POOL, by_score);
            hits.truncate(POOL);
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
    fn asked(&self, parts: &[(String, f32)], paper: &mut Paper) -> Vec<Asked> {
        let mut asked: Vec<Asked> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for (text, weight) in parts {
            let first = asked.len();
            for stem in stems(text) {
                if seen.contains(&stem) {
                    continue;
                }
                let mut finds = self.alike(stem, paper);
                if asked.len() > first
                    && let Some((before, last)) = seen.last().zip(asked.last_mut())
                    && let Some(joined) = self.words.get([*before, stem].concat().as_str())
                {
                    finds.push((*joined, JOINED));
                    last.finds.push((*joined, JOINED));
                }
                seen.push(stem);
                let own = self.words.get(stem).map_or(self.rarest, |word| self.rarity[*word as usize]);
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

    /// Adds what one word of the text gives to the labels that hold it, or a word that looks like it.
    fn add(&self, number: u32, word: &Asked, paper: &mut Paper) {
        let is_first = paper.touched.is_empty();
        let before = paper.touched.len();
        for (found, likeness) in &word.finds {
            let rarity = self.rarity[*found as usize];
            let gain = likeness * word.rarity.min(rarity * word.weight) * rarity;
            let postings = self.postings.of(*found);
            if postings.len() <= COMMON || is_first {
                for label in postings {
                    paper.add(number, *label, gain);
                }
            } else {
                for at in 0..before {
                    let label = paper.touched[at];
                    if self.labels.of(label).contains(found) {
                        paper.add(number, label, gain);
                    }
                }
            }
        }
    }

    /// The known words that mean or look like a word, itself first.
    fn alike(&self, word: &str, paper: &mut Paper) -> Vec<(u32, f32)> {
        let own = self.words.get(word).copied();
        let mut found: Vec<(u32, f32)> = own.iter().map(|word| (*word, 1.0)).collect();
        found.extend(self.related.get(word).into_iter().flatten());
        if word.len() < 4 {
            return found;
        }
        paper.dots.resize(self.rarity.len().max(paper.dots.len()), 0.0);
        let (mut touched, mut length) = (Vec::new(), 0.0);
        for group in groups_of(word) {
            let Some(group) = self.groups.get(&group) else {
                length += self.rarest * self.rarest / 2.0;
                continue;
            };
            let weight = self.group_rarity[*group as usize].powi(2);
            length += weight;
            let words = self.group_words.of(*group);
            if words.len() > COMMON_GROUP {
                continue;
            }
            for word in words {
                let dot = &mut paper.dots[*word as usize];
                if *dot == 0.0 {
                    touched.push(*word);
                }
                *dot += weight;
            }
        }
        let length = f32::sqrt(length);
        let start = found.len();
        for word in touched {
            let likeness = paper.dots[word as usize] / (length * self.group_lengths[word as usize]);
            paper.dots[word as usize] = 0.0;
            if likeness >= LIKENESS && Some(word) != own {
                found.push((word, likeness));
            }
        }
        found[start..].sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        found.truncate(start + ALIKE);
        found
    }
}

/// One word of a text.
struct Asked {
    rarity: f32,
    weight: f32,
    finds: Vec<(u32, f32)>,
}

impl Paper {
    /// A word of the text gives a label its best gain once, however many words of the label look like it.
    fn add(&mut self, number: u32, label: u32, gain: f32) {
        let (by, had) = self.asked[label as usize];
        if by == u32::MAX {
            self.touched.push(label);
        }
        let had = if by == number { had } else { 0.0 };
        if gain > had {
            self.sums[label as usize] += gain - had;
            self.asked[label as usize] = (number, gain);
        }
    }
}

/// The groups of letters of all words.
struct Groups {
    ids: HashMap<u32, u32>,
    words: Lists,
    rarity: Vec<f32>,
    lengths: Vec<f32>,
}

impl Groups {
    fn new(names: &[Box<str>]) -> Groups {
        let mut ids: HashMap<u32, u32> = HashMap::new();
        let mut of_words = Lists::new();
        for name in names {
            for group in groups_of(name) {
                let next = ids.len() as u32;
                of_words.items.push(*ids.entry(group).or_insert(next));
            }
            of_words.end();
        }
        let words = of_words.turned(ids.len());
        let count = names.len() as f32;
        let rarity: Vec<f32> = words.each().map(|list| (1.0 + count / list.len() as f32).ln()).collect();
        let lengths = of_words.each().map(|list| length_of(list, &rarity)).collect();
        Groups { ids, words, rarity, lengths }
    }
}

impl Lists {
    fn new() -> Lists {
        Lists { starts: vec![0], items: Vec::new() }
    }

    fn end(&mut self) {
        self.starts.push(self.items.len() as u32);
    }

    fn of(&self, list: u32) -> &[u32] {
        &self.items[self.starts[list as usize] as usize..self.starts[list as usize + 1] as usize]
    }

    fn each(&self) -> impl Iterator<Item = &[u32]> {
        self.starts.windows(2).map(|pair| &self.items[pair[0] as usize..pair[1] as usize])
    }

    /// For each of `count` items the lists that hold it.
    fn turned(&self, count: usize) -> Lists {
        let mut starts = vec![0_u32; count + 1];
        for item in &self.items {
            starts[*item as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut free = starts.clone();
        let mut items = vec![0; self.items.len()];
        for (list, held) in self.each().enumerate() {
            for item in held {
                items[free[*item as usize] as usize] = list as u32;
                free[*item as usize] += 1;
            }
        }
        Lists { starts, items }
    }
}

fn length_of(list: &[u32], weights: &[f32]) -> f32 {
    list.iter().map(|item| weights[*item as usize].powi(2)).sum::<f32>().sqrt()
}

fn by_score(one: &Hit, other: &Hit) -> std::cmp::Ordering {
    other.score.total_cmp(&one.score).then(other.label.cmp(&one.label))
}

/// Lifts the labels of an owner that several labels speak for.
fn add_company(hits: &mut [Hit]) {
    let mut sums: HashMap<u32, (f32, f32)> = HashMap::with_capacity(hits.len());
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

/// The groups of three and four letters of a word with its ends marked.
fn groups_of(word: &str) -> Vec<u32> {
    let mut bytes = Vec::with_capacity(word.len() + 2);
    bytes.push(b'^');
    bytes.extend(word.bytes());
    bytes.push(b'$');
    let threes = bytes.windows(3).map(|group| u32::from_le_bytes([group[0], group[1], group[2], 0]));
    let fours = bytes.windows(4).map(|group| u32::from_le_bytes([group[0], group[1], group[2], group[3]]));
    let mut groups: Vec<u32> = threes.chain(fours).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn letters_of(folded: &str) -> Letters {
    let mut letters = [0; 4];
    for group in folded.as_bytes().windows(3) {
        let number = u32::from_le_bytes([group[0], group[1], group[2], 0]).wrapping_mul(0x9e37_79b1) >> 24;
        letters[number as usize / 64] |= 1 << (number % 64);
    }
    letters
}

fn cosine(one: &Letters, other: &Letters) -> f32 {
    let count = |letters: &Letters| letters.iter().map(|bits| bits.count_ones()).sum::<u32>() as f32;
    let both = one.iter().zip(other).map(|(one, other)| (one & other).count_ones()).sum::<u32>() as f32;
    both / (count(one) * count(other)).sqrt().max(1.0)
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
