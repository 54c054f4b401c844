//! What running text says about the place of work: remote, hybrid, on site, or plainly not remote. Finds the few sentences
//! with a word for it in one pass over the bytes and reads only those. Which source is believed is decided in `remote`.

use crate::posting::RemoteType;
use crate::taxonomy::words::fold;
use crate::taxonomy::work_model::{self, Terms};
use aho_corasick::packed::Searcher;
use std::sync::LazyLock;

/// What a text says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Said {
    /// Statements about the job: it is done remotely.
    pub remote: u32,
    /// Statements about the employer: remote-first, a distributed team.
    pub remote_culture: u32,
    /// Some days here and some there.
    pub hybrid: u32,
    /// On site only.
    pub onsite: u32,
    /// "This is not a remote role."
    pub not_remote: u32,
}

/// Most sentences that are read.
const SENTENCES: usize = 16;
/// How far a sentence is followed from the word for it, in bytes.
const REACH: usize = 110;

/// Parts of words that some such sentence has, in the case of a word's beginning and in capitals; the rarer letters of
/// each, so that few other words are met.
const STEMS: [&str; 39] = [
    "emote",
    "EMOTE",
    "ybrid",
    "YBRID",
    "nsite",
    "n-site",
    "n site",
    "N-SITE",
    "NSITE",
    "n-Site",
    "N SITE",
    "-office",
    "n office",
    "-Office",
    "N-OFFICE",
    "r office",
    "the office",
    "n-person",
    "n person",
    "N-PERSON",
    "from home",
    "From Home",
    "WFH",
    "letravail",
    "létravail",
    "LÉTRAVAIL",
    "LETRAVAIL",
    "distance",
    "sentiel",
    "ur place",
    "ur site",
    "meoffice",
    "me office",
    "me Office",
    "elework",
    "rom anywhere",
    "days per w",
    "days a w",
    "days/w",
];
static FINDER: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(STEMS));

const REMOTE: &str = "\
    li remote, fully remote, full remote, 100 remote, remote role, remote position, remote job, remote \
    opportunity, remote contract, remote freelance, remote internship, is remote, is a remote, is fully \
    remote, is primarily remote, work remotely, working remotely, performed remotely, done remotely, \
    remotely from, hired remotely, hiring remotely, work from anywhere, working from anywhere, can be \
    remote, open to remote, remote within, remote across, remote anywhere, location remote, remote only, \
    remote eligible, primarily remote, predominantly remote, entirely remote, completely remote, \
    permanently remote, remote full time, full time remote, based remotely, 100 from home, permanent wfh, permanent work from home, position \
    remote, role remote, remote us, remote usa, remote canada, remote uk, remote europe, remote eu, \
    remote emea, remote in the us, remote in the uk, remote in canada, remote position in, work 100 \
    remotely, home based role, home based position, virtual position, 100 teletravail, 100 en \
    teletravail, teletravail 100, teletravail a 100, full teletravail, teletravail complet, teletravail \
    total, teletravail integral, entierement en teletravail, entierement a distance, 100 a distance, \
    poste a distance, travail a distance, komplett remote, vollstandig remote, 100 homeoffice";
const CULTURE: &str = "\
    remote first, remote company, all remote, fully distributed, distributed team, distributed company, \
    globally distributed, remote team, remote teams, remote culture, remote work, remote working, remote \
    environment, remote friendly, remote flexible, remote setup, remote set up, remote workplace, work \
    from home, working from home, remote, remotely, telework, homeoffice, home office";
const HYBRID: &str = "\
    li hybrid, hybrid role, hybrid position, hybrid job, hybrid work, hybrid working, hybrid schedule, \
    hybrid model, hybrid environment, hybrid basis, hybrid office, hybrid arrangement, hybrid setup, \
    hybrid set up, hybrid policy, hybrid opportunity, hybrid approach, hybrid format, hybrid workplace, \
    hybrid culture, hybrid rhythm, hybrid team, hybrid in, hybrid from, hybrid remote, hybrid onsite, \
    hybrid on site, hybrid flexible, hybrid flexibility, hybrid workweek, hybrid contract, hybrid first, \
    hybrid way, hybrid mode, hybrid structure, is hybrid, are hybrid, flexible hybrid, location hybrid, \
    workplace hybrid, a hybrid, hybrides arbeiten, hybrid arbeiten, travail hybride, poste hybride, mode hybride, \
    modele hybride, format hybride, formule hybride, organisation hybride, rythme hybride, facon hybride, \
    modelo hibrido, trabajo hibrido, modalidad hibrida, formato hibrido, lavoro ibrido, partially remote, partly remote, remote hybrid, teletravail, teletravailler, teletravaillable, \
    teletravailles, remote office, office remote, remote or hybrid, days in office, \
    days in the office, days in our office, days in person, days on site, days onsite, days at the \
    office, days from the office, in office days, onsite days, days remote, days from home, home office \
    days";
const ONSITE: &str = "\
    li onsite, li on site, on site role, on site position, on site job, on site only, onsite role, onsite \
    position, onsite job, onsite only, in person role, in person position, in person job, in person \
    team, in person culture, in person company, in person only, in person in, in person at our, in \
    office role, in office position, in office job, in office culture, in office company, in office team, \
    in office only, is on site, is onsite, is in person, is in office, is fully in, is 100 in, is an in \
    person, is an in office, are an in person, are an in office, are in person, are in office, re in \
    person, re in office, re an in person, re an in office, role onsite, role on site, location onsite, \
    location on site, work on site, work onsite, work in person, working in person, working on site, \
    works in person, fully on site, fully onsite, fully in person, fully in office, 100 on site, 100 \
    onsite, 100 in person, 100 in office, be on site, be onsite, based on site, based onsite, required \
    on site, required onsite, full time in office, full time on site, full time onsite, full time in \
    person, primarily in person, in office full time, on site full time, 100 presentiel, poste en \
    presentiel, travail en presentiel, uniquement en presentiel, presentiel uniquement, exclusivement en \
    presentiel, 100 sur site, 100 presence, poste sur site, travail sur site";
const NOT_REMOTE: &str = "\
    not remote, not a remote, not a fully remote, no remote, non remote, not be remote, cannot be remote, \
    can not be remote, remote is not, remote work is not, remote work not, remote not, not offer remote, \
    not currently offer remote, not offering remote, not open to remote, not eligible for remote, not \
    available for remote, not support remote, not considering remote, not able to offer remote, not \
    accept remote, not accepting remote, unable to offer remote, no telework, no wfh, no work from home, \
    pas de teletravail, pas teletravail, sans teletravail, teletravail impossible, teletravail non, pas en teletravail, \
    aucun teletravail, pas possible en teletravail, kein homeoffice, not work from home, not hybrid";
/// Other things of the same words; where one stands the sentence says nothing.
const OTHER: &str = "\
    remote sensing, remote monitoring, remote support, remote control, remote pilot, remote access, \
    remote patient, remote desktop, remote sites, remote areas, remote locations, remote communities, \
    remote procedure, remote server, remote servers, remote hands, remote cultures, hybrid cloud, hybrid \
    it, hybrid vehicle, hybrid vehicles, hybrid electric, hybrid mobile, hybrid app, hybrid apps, hybrid \
    search, hybrid infrastructure, hybrid multi cloud, on site interview, onsite interview, onsite \
    interviews, in person interview, in person interviews, on site gym, on site parking, onsite gym, \
    onsite parking, onsite childcare, on site childcare, on site childcare, in person events, in person \
    meetups, in person offsites, in person gatherings, in person team events, company onsites, formation \
    a distance, formation en presentiel, cloud hybride, environnement hybride, environnements hybrides, \
    systemes hybrides, infrastructure hybride, infrastructures hybrides, architecture hybride, vehicule \
    hybride, vehicules hybrides, cours en presentiel, enseignement a distance";

/// Where a French task is done, which says nothing about the post.
const TASKS: [&str; 3] = [" sur site ", " sur place ", " a distance "];
/// With words for remote work: all of it.
const FULL: [&str; 7] = [" 100 ", " full ", " complet ", " integral ", " total ", " entierement ", " fully "];

static TERMS: LazyLock<Terms<6>> =
    LazyLock::new(|| Terms::new([REMOTE, CULTURE, HYBRID, ONSITE, NOT_REMOTE, OTHER]));

/// Reads the [`sentences`] of a text.
pub fn read(sentences: &[&str]) -> Said {
    let mut said = Said::default();
    for sentence in sentences {
        add(&mut said, sentence, &fold(sentence));
    }
    said
}

/// The sentences in which a word for the place of work stands, each once.
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let Some(finder) = FINDER.as_ref() else { return found };
    let mut end = 0;
    for hit in finder.find_iter(text) {
        if hit.start() < end {
            continue;
        }
        let from = begin_of(text, hit.start(), end);
        end = end_of(text, hit.end());
        found.push(&text[from..end]);
        if found.len() == SENTENCES {
            break;
        }
    }
    found
}

fn begin_of(text: &str, hit: usize, least: usize) -> usize {
    let least = text.ceil_char_boundary(least.max(hit.saturating_sub(REACH)));
    let hit = text.floor_char_boundary(hit).max(least);
    let before = text.as_bytes()[least..hit].iter().rposition(|byte| ends_sentence(*byte));
    before.map_or(least, |at| least + at + 1)
}

fn end_of(text: &str, hit: usize) -> usize {
    let most = text.floor_char_boundary((hit + REACH).min(text.len()));
    let hit = text.ceil_char_boundary(hit).min(most);
    let after = text.as_bytes()[hit..most].iter().position(|byte| ends_sentence(*byte));
    after.map_or(most, |at| hit + at)
}

fn ends_sentence(byte: u8) -> bool {
    matches!(byte, b'\n' | b'.' | b'!' | b'?' | b';')
}

fn add(said: &mut Said, sentence: &str, words: &str) {
    let [remote, culture, hybrid, onsite, not_remote, other] = TERMS.find(words);
    let days = days_in_office(words);
    let in_full =
        remote.is_some() && FULL.iter().any(|word| words.contains(word)) && !words.contains(" partiel ");
    if let Some(days) = days {
        match days {
            0 => said.remote += 2,
            1..5 => said.hybrid += 2,
            _ => said.onsite += 2,
        }
    } else if not_remote.is_some() {
        said.not_remote += 1;
    } else if in_full {
        said.remote += 1;
    } else if other.is_none() {
        let none = remote.or(hybrid).or(onsite).is_none();
        let apart = if none && !TASKS.iter().any(|task| words.contains(task)) {
            work_model::from_folded_title(sentence, words)
        } else {
            RemoteType::Unknown
        };
        said.hybrid += u32::from(hybrid.is_some() || apart == RemoteType::Hybrid);
        said.remote += u32::from((remote.is_some() && hybrid.is_none()) || apart == RemoteType::Remote);
        said.onsite += u32::from((onsite.is_some() && hybrid.is_none()) || apart == RemoteType::Onsite);
        said.remote_culture += u32::from(culture.is_some() && none && apart == RemoteType::Unknown);
    }
}

/// Days of the week that a sentence asks for in the office, or five less those at home.
fn days_in_office(words: &str) -> Option<u32> {
    const OFFICE: [&str; 9] = [
        " office ",
        " onsite ",
        " on site ",
        " in person ",
        " bureau ",
        " bureaux ",
        " presentiel ",
        " sur site ",
        " sur place ",
    ];
    const HOME: [&str; 6] = [" home ", " remote ", " remotely ", " teletravail ", " a distance ", " wfh "];
    if ![" day", " jour", " tage ", "x ", " times "].iter().any(|word| words.contains(word)) {
        return None;
    }
    let holds = |list: &[&str]| list.iter().any(|word| words.contains(word));
    let (office, home) = (holds(&OFFICE), holds(&HOME));
    if !office && !home {
        return None;
    }
    let mut before = "";
    let mut earlier = "";
    for word in words.split_ascii_whitespace() {
        let is_times = word.len() == 2 && word.ends_with('x');
        if is_times || matches!(word, "days" | "day" | "jours" | "jour" | "tage" | "x" | "times") {
            let count = number(if is_times { word } else { before })
                .or_else(|| number(earlier).filter(|_| matches!(before, "full" | "or" | "week")));
            let by_week = [" week ", " weekly ", " semaine ", " woche ", " hebdo "]
                .iter()
                .any(|word| words.contains(word));
            let is_place = [
                "in office",
                "in the office",
                "onsite",
                "on site",
                "in person",
                "remote",
                "de teletravail",
                "from home",
            ];
            let is_near = || is_place.iter().any(|place| words.contains(&format!(" {word} {place} ")));
            if let Some(count) = count.filter(|count| (1..=7).contains(count) && (by_week || is_near())) {
                return Some(match (office, home) {
                    (true, true) => count.min(4),
                    (true, false) => count,
                    _ => 5 - count.min(5),
                });
            }
        }
        earlier = before;
        before = word;
    }
    None
}

fn number(word: &str) -> Option<u32> {
    const WORDS: [(&str, u32); 16] = [
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("un", 1),
        ("deux", 2),
        ("trois", 3),
        ("quatre", 4),
        ("cinq", 5),
        ("zwei", 2),
        ("drei", 3),
        ("vier", 4),
        ("once", 1),
        ("twice", 2),
        ("1x", 1),
    ];
    let digits = word.trim_start_matches('x').trim_end_matches(['x', 'j']);
    let known = WORDS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number);
    known.or_else(|| digits.parse().ok())
}

impl Said {
    /// The work model that the text states of the job, and whether it says so plainly.
    pub fn model(&self) -> (RemoteType, bool) {
        let Said { remote, remote_culture, hybrid, onsite, not_remote } = *self;
        if not_remote > 0 {
            return (if hybrid > 0 { RemoteType::Hybrid } else { RemoteType::Onsite }, true);
        }
        match (remote > 0, hybrid > 0, onsite > 0) {
            (true, false, false) => (RemoteType::Remote, true),
            (true, true, _) if remote > hybrid => (RemoteType::Remote, false),
            (_, true, _) => (RemoteType::Hybrid, remote == 0),
            (true, _, true) => (RemoteType::Hybrid, false),
            (_, _, true) => (RemoteType::Onsite, remote_culture == 0),
            _ if remote_culture > 1 => (RemoteType::Remote, false),
            _ => (RemoteType::Unknown, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_say_where_the_work_is_done() {
        let check = |text: &str, expected: &str| {
            assert_eq!(
                read(&sentences(text)).model().0.as_str(),
                expected,
                "{text} {:?}",
                read(&sentences(text))
            );
        };
        check("This position is fully remote within Canada.", "remote");
        check("You can work from anywhere.", "remote");
        check("Poste en télétravail complet.", "remote");
        check("100 % télétravail possible", "remote");
        check("#LI-Remote", "remote");
        check("We work three days a week in the office.", "hybrid");
        check("You will be in our Toronto office 2 days per week.", "hybrid");
        check("Télétravail : 2 jours par semaine", "hybrid");
        check("Un accord de télétravail et un restaurant", "hybrid");
        check("Location: Paris (Hybrid)", "hybrid");
        check("Our hybrid model gives you flexibility", "hybrid");
        check("An on-site position with up to 2 days per week of remote work", "hybrid");
        check("Five days a week in the office.", "onsite");
        check("This role is on-site in Halifax.", "onsite");
        check("Lieu du poste : en présentiel", "onsite");
        check("This is not a remote role.", "onsite");
        check("Télétravail : pas de télétravail sur ce poste", "onsite");
        check("We are not able to offer remote work.", "onsite");
        check("This is not a remote role; we follow a hybrid schedule.", "hybrid");
        check("Remote sensing and hybrid cloud", "unknown");
        check("Remote support of users, remote monitoring", "unknown");
        check("Support à distance ou sur site des utilisateurs", "unknown");
        check("On-site interviews and in-person interviews", "unknown");
        check("Formation en présentiel", "unknown");
        check("25 days of holiday a year, an office gym", "unknown");
        check("A remote-first company", "unknown");
        check("", "unknown");
    }

    #[test]
    fn sentences_are_cut_at_characters() {
        let check = |text: &str, expected: &[&str]| assert_eq!(sentences(text), expected, "{text}");
        check("Un. Télétravail oui. Deux", &[" Télétravail oui"]);
        check("remote", &["remote"]);
        check("nothing", &[]);
        assert!(sentences(&"é remote. ".repeat(200)).len() == SENTENCES);
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]
        #[test]
        fn any_text_is_read(text in "(é|remote|hybrid| |\\.|5 days a week|office|télétravail|\u{301}|.){0,80}") {
            let said = read(&sentences(&text));
            proptest::prop_assert_eq!(said, read(&sentences(&text)));
        }
    }
}
