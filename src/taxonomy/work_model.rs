//! How the place of work reads in a place or a headline: remote, hybrid or on site. The words that stages share; running
//! text is read elsewhere. Absence of a word is `unknown`, never a default.

use super::words::fold;
use crate::posting::RemoteType;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::HashSet;
use std::sync::LazyLock;

const HYBRID: &str = "\
    hybrid, hybride, hybrides, hybrider, hybrido, hibrido, hibrida, ibrido, partially remote, partly \
    remote, semi remote, some remote, teilweise remote, teilweise homeoffice";
const REMOTE: &str = "\
    remote, remotely, work from home, working from home, wfh, home based, homebased, home office, \
    homeoffice, teletravail, telework, teleworking, telecommute, telecommuting, teletrabajo, a distance, \
    distanciel, remoto, remota, anywhere, home working, thuiswerken";
const ONSITE: &str = "\
    onsite, on site, in office, in person, office based, sur site, sur place, presentiel, presencial, \
    vor ort, in store";
const NOT_REMOTE: &str = "not remote, non remote, no remote, kein homeoffice, no telework";
/// A place that consists of one of these and nothing else.
const REMOTE_ALONE: &str = "virtual, worldwide, distributed, global, work from anywhere, telecommute";
/// Trades and things, not work models.
const OTHER_MEANINGS: &str = "\
    remote sensing, remote monitoring, remote support, remote control, remote pilot, remote access, \
    hybrid cloud, hybrid it, hybrid vehicle, hybrid electric, hybrid mobile, hybrid app";
/// Words that may stand beside a work model in a part of a headline that states nothing else.
const BESIDE: &str = "\
    fully, 100, or, and, based, only, first, position, role, in, us, usa, uk, eu, emea, apac, latam, \
    canada, europe, germany, worldwide, global, optional, possible, available, friendly";

/// Longest part of a headline that may state nothing but a model, folded.
const LONGEST_PART: usize = 60;

static MODELS: LazyLock<Terms<5>> =
    LazyLock::new(|| Terms::new([HYBRID, REMOTE, ONSITE, NOT_REMOTE, OTHER_MEANINGS]));

/// The words of the models, and those that may stand beside them.
static PERMITTED: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let terms = [HYBRID, REMOTE, ONSITE, BESIDE].into_iter().flat_map(each);
    terms.flat_map(str::split_ascii_whitespace).collect()
});

/// Groups of terms, found as whole words in one pass.
pub struct Terms<const GROUPS: usize> {
    automaton: AhoCorasick,
    groups: Vec<usize>,
}

impl<const GROUPS: usize> Terms<GROUPS> {
    /// Builds the groups, each a list with `, ` between its folded terms.
    ///
    /// # Panics
    /// When the terms do not fit into an automaton, which constant lists do.
    pub fn new(groups: [&'static str; GROUPS]) -> Terms<GROUPS> {
        let terms = groups
            .iter()
            .enumerate()
            .flat_map(|(group, terms)| each(terms).map(move |term| (group, format!(" {term} "))));
        let (groups, patterns): (Vec<usize>, Vec<String>) = terms.unzip();
        Terms {
            automaton: AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::DFA))
                .build(patterns)
                .expect("a few hundred short patterns fit any automaton"),
            groups,
        }
    }

    /// Per group, where its first term begins in folded text.
    pub fn find(&self, words: &str) -> [Option<usize>; GROUPS] {
        let mut found = [None; GROUPS];
        for term in self.automaton.find_overlapping_iter(words) {
            let first = &mut found[self.groups[term.pattern().as_usize()]];
            *first = Some(first.map_or(term.start(), |earlier: usize| earlier.min(term.start())));
        }
        found
    }
}

fn each(terms: &'static str) -> impl Iterator<Item = &'static str> {
    terms.split(", ")
}

/// The work model that a displayed place states.
pub fn from_place(location: &str) -> RemoteType {
    let parts = location.split(['-', '–', '—', '|', ',', ';', '/', '(', ')']);
    let is_remote_alone =
        parts.map(str::trim).any(|part| each(REMOTE_ALONE).any(|alone| alone.eq_ignore_ascii_case(part)));
    model(&fold(location), is_remote_alone)
}

/// The work model that a headline states: only brackets and parts of it that state nothing but a work model are believed.
pub fn from_title(title: &str) -> RemoteType {
    from_folded_title(title, &fold(title))
}

/// The same of a headline that is folded already.
pub fn from_folded_title(title: &str, folded: &str) -> RemoteType {
    let [hybrid, remote, onsite, ..] = MODELS.find(folded);
    if hybrid.or(remote).or(onsite).is_none() {
        return RemoteType::Unknown;
    }
    let mut stated = String::from(" ");
    let mut depth = 0_usize;
    let mut part = String::new();
    for character in title.chars().chain(['|']) {
        let ends = matches!(character, '(' | ')' | '[' | ']' | '|' | ',' | ';' | ':' | '–' | '—')
            || (character == '-' && part.ends_with(' '));
        if !ends {
            part.push(character);
            continue;
        }
        let words = fold(&part);
        let [.., other_meanings] = MODELS.find(&words);
        if (depth > 0 && other_meanings.is_none()) || is_only_a_model(&words) {
            stated.push_str(words.trim_start());
        }
        part.clear();
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    model(&stated, false)
}

fn is_only_a_model(words: &str) -> bool {
    let [hybrid, remote, onsite, ..] = MODELS.find(words);
    // A part with many words states more than a model.
    if hybrid.or(remote).or(onsite).is_none() || words.len() > LONGEST_PART {
        return false;
    }
    // A word of neither kind stays whatever is taken away, and most parts have one.
    if !words.split_ascii_whitespace().all(|word| PERMITTED.contains(word)) {
        return false;
    }
    let mut rest = words.to_owned();
    for term in [HYBRID, REMOTE, ONSITE].into_iter().flat_map(each) {
        rest = rest.replace(&format!(" {term} "), " ");
    }
    rest.split_ascii_whitespace().all(|word| each(BESIDE).any(|beside| beside == word))
}

/// Two models offered side by side are a mixed one.
fn model(words: &str, is_remote_alone: bool) -> RemoteType {
    let [hybrid, remote, onsite, not_remote, _] = MODELS.find(words);
    if not_remote.is_some() {
        return RemoteType::Onsite;
    }
    match (hybrid.is_some(), is_remote_alone || remote.is_some(), onsite.is_some()) {
        (true, _, _) | (_, true, true) => RemoteType::Hybrid,
        (_, true, _) => RemoteType::Remote,
        (_, _, true) => RemoteType::Onsite,
        _ => RemoteType::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_state_the_work_model() {
        let check =
            |place: &str, expected: &str| assert_eq!(from_place(place).as_str(), expected, "of {place:?}");
        for place in "Remote | Remote - Canada | US-Remote | Toronto - Remote | Montréal (télétravail) | \
            Homeoffice | Home based - EMEA | Anywhere in the US | Virtual | Work From Home | À \
            distance | Worldwide"
            .split(" | ")
        {
            check(place, "remote");
        }
        for place in
            "Toronto (Hybrid) | San Francisco-Hybrid | Hybrid (2-3 days on-site) | San Francisco, CA \
            (Hybrid) OR Remote-Global | New York Office (on-site or Remote) | Lyon, hybride | Leeds \
            with options for some remote working"
                .split(" | ")
        {
            check(place, "hybrid");
        }
        for place in
            "Los Angeles, CA (On-site) | In-Office | Curitiba – On-site | Non-remote, Boston | Paris \
            (présentiel)"
                .split(" | ")
        {
            check(place, "onsite");
        }
        for place in "Toronto, ON, Canada |  | Austin Office | Virtual Preparatory Academy of Georgia | \
            Remotetown"
            .split(" | ")
        {
            check(place, "unknown");
        }
    }

    #[test]
    fn headlines_state_the_work_model_only_apart() {
        let check =
            |title: &str, expected: &str| assert_eq!(from_title(title).as_str(), expected, "of {title:?}");
        check("Data Engineer (Remote)", "remote");
        check("Data Engineer - Remote", "remote");
        check("Remote - Data Engineer", "remote");
        check("Product Designer, Remote", "remote");
        check("Data Engineer (Remote, US only)", "remote");
        check("Designer, fully remote", "remote");
        check("Account Executive (Remote or Hybrid NYC)", "hybrid");
        check("Software Engineer (Hybrid)", "hybrid");
        check("Technician, On-site", "onsite");
        check("Remote Sensing Scientist", "unknown");
        check("Architect (Hybrid Cloud)", "unknown");
        check("Remote Support Engineer", "unknown");
        check("Hybrid Vehicle Mechanic", "unknown");
    }
}
