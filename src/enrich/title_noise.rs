//! Takes out of a title what is not the job: genders, requisition numbers, marks of republishers, contract and work model,
//! inclusive endings; and tells its head from the rest. Never decides what the job is.

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

static GENDERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)[(\[]\s*(?:[mfwdhxnv]\s*[/|,.*]\s*){1,3}(?:[mfwdhxnv]|gn|all|divers)\s*[)\]]|\b[hfmw]\s?/\s?[hfmw](?:\s?/\s?[dxn])?\b")
        .expect("a constant expression, compiled by a test")
});
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)#\S+|\b(?:ref|réf|req|requisition|job id|jr|id)\b[-–:. #n°]*\w*\d[\w/-]*|\b[a-z]{0,4}[-_]?\d{3,}[\w/-]*")
        .expect("a constant expression, compiled by a test")
});
static TERMS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)[(\[][^)\]]*\b(?:remote|hybrid|on-?site|télétravail|hybride|months?|mois|contract|contrat|cdi|cdd|temporary|temporaire|full[ -]time|part[ -]time|temps (?:plein|partiel)|permanent|maternity|bilingual|bilingue|évolutif|urgent)\b[^)\]]*[)\]]",
    )
    .expect("a constant expression, compiled by a test")
});
static ENDINGS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)([a-zà-ÿ]{3})(?:[·•.(-]|\s?/\s?-?)(?:e|es|ne|nes|se|ses|euse|euses|rice|trice|trices|ère|ière|ice)\b\)?(?:[·.]s\b)?")
        .expect("a constant expression, compiled by a test")
});

/// A title without noise. `Développeur` stands for `Développeur·euse`, `Développeur(euse)` and `Développeur/euse`.
pub fn clean(title: &str) -> Cow<'_, str> {
    let mut clean = Cow::Borrowed(title);
    let mut replace = |pattern: &Regex, by: &str| {
        if let Cow::Owned(replaced) = pattern.replace_all(&clean, by) {
            clean = Cow::Owned(replaced);
        }
    };
    let holds = |signs: &[char]| title.contains(signs);
    if holds(&['#', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        replace(&NUMBERS, " ");
    }
    if holds(&['/', '|', ',', '*', '.']) {
        replace(&GENDERS, " ");
    }
    if holds(&['(', '[']) {
        replace(&TERMS, " ");
    }
    if holds(&['·', '•', '.', '(', '-', '/']) {
        replace(&ENDINGS, "$1");
    }
    match without_feminine(&clean) {
        Some(shorter) => Cow::Owned(shorter),
        None => clean,
    }
}

/// `Administrateur système` for `Administrateur / Administratrice système`.
fn without_feminine(title: &str) -> Option<String> {
    let (before, after) = title.split_once('/')?;
    let (before, after) = (before.trim_end(), after.trim_start());
    let masculine = before.rsplit(char::is_whitespace).next()?.to_lowercase();
    let end = after.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(after.len());
    let feminine = after[..end].to_lowercase();
    let shared = masculine.chars().zip(feminine.chars()).take_while(|(one, other)| one == other).count();
    let is_feminine = feminine == format!("{masculine}e")
        || ["trice", "euse", "ère", "enne"].iter().any(|ending| feminine.ends_with(ending));
    (shared >= 5 && is_feminine).then(|| format!("{before}{}", &after[end..]))
}

/// The first part of a title, which is what the job is; the rest is the team, the product or the place.
pub fn head(title: &str) -> &str {
    let title = title.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let head = title.split([',', '(', '|', '–', '—', '/', ':', '@', '[']).next().unwrap_or(title);
    let head = head.split(" - ").next().unwrap_or(head);
    if head.trim().len() < 3 { title } else { head }
}

/// The words of a folded title that name the job, abbreviations written out, and those that only name a rank.
pub fn words(folded: &str) -> (String, String) {
    let (mut job, mut rank) = (String::with_capacity(folded.len() + 8), String::new());
    for word in folded.split_ascii_whitespace() {
        if STATES.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let into = if RANKS.contains(&word) { &mut rank } else { &mut job };
        let written = SHORT.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| *long);
        into.push_str(written);
        into.push(' ');
    }
    if job.is_empty() {
        (if rank.is_empty() { folded.to_owned() } else { rank }, String::new())
    } else {
        (job, rank)
    }
}

/// Words of level, contract and urgency, folded and singular.
const STATES: &[&str] = &[
    "senior",
    "junior",
    "sr",
    "snr",
    "jr",
    "intern",
    "internship",
    "trainee",
    "apprentice",
    "apprenticeship",
    "graduate",
    "stagiaire",
    "stage",
    "alternance",
    "alternant",
    "alternante",
    "apprenti",
    "apprentie",
    "lead",
    "principal",
    "staff",
    "ii",
    "iii",
    "iv",
    "i",
    "mid",
    "intermediate",
    "experienced",
    "confirme",
    "confirmee",
    "debutant",
    "debutante",
    "expert",
    "remote",
    "hybrid",
    "fresh",
    "urgent",
    "urgently",
    "hiring",
    "immediate",
    "temporary",
    "permanent",
    "seasonal",
    "casual",
    "part",
    "time",
    "full",
    "male",
    "female",
    "vacancy",
    "cdi",
    "cdd",
    "interim",
    "protege",
    "entry",
    "level",
];

/// Words that name a rank rather than a trade, in one country or another.
const RANKS: &[&str] = &["executive", "officer", "personnel", "crew", "member", "associate", "person"];

/// Abbreviations of titles.
const SHORT: &[(&str, &str)] = &[
    ("mgr", "manager"),
    ("mngr", "manager"),
    ("eng", "engineer"),
    ("engr", "engineer"),
    ("dev", "developer"),
    ("acct", "accountant"),
    ("exec", "executive"),
    ("asst", "assistant"),
    ("tech", "technician"),
    ("op", "operations"),
    ("ops", "operations"),
    ("hr", "human resources"),
    ("rn", "registered nurse"),
    ("lpn", "licensed practical nurse"),
    ("cna", "certified nursing assistant"),
    ("rep", "representative"),
    ("coord", "coordinator"),
    ("spec", "specialist"),
    ("supv", "supervisor"),
    ("sup", "supervisor"),
    ("dir", "director"),
    ("vp", "vice president"),
    ("admin", "administrative"),
    ("mktg", "marketing"),
    ("svc", "service"),
    ("cust", "customer"),
    ("qa", "quality assurance"),
    ("qc", "quality control"),
    ("it", "ict"),
    ("pm", "project manager"),
    ("swe", "software engineer"),
    ("pt", "physiotherapist"),
    ("rh", "ressources humaines"),
    ("attorney", "lawyer"),
    ("fb", "food and beverage"),
    ("biz", "business"),
    ("maint", "maintenance"),
    ("mfg", "manufacturing"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_taken_out() {
        let check = |title: &str, expected: &str| {
            let cleaned = clean(title);
            let found = cleaned.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(found.trim_end_matches([' ', '-', '|']), expected, "{title}");
        };
        check("Accountant (m/w/d)", "Accountant");
        check("Comptable (H/F)", "Comptable");
        check("Soudeur H/F", "Soudeur");
        check("Data Engineer - R12345", "Data Engineer");
        check("Data Engineer #J-18808-Ljbffr", "Data Engineer");
        check("Welder REF-4411A", "Welder");
        check("Nurse [Remote]", "Nurse");
        check("Clerk (12 months contract)", "Clerk");
        check("Développeur·euse web", "Développeur web");
        check("Directeur/trice des ventes", "Directeur des ventes");
        check("Infirmier(e)", "Infirmier");
        check("Employé(e) de bureau", "Employé de bureau");
        check("Vendeur / Vendeuse en magasin", "Vendeur en magasin");
        check("Administrateur / Administratrice système", "Administrateur système");
        check("Developer / Development Manager", "Developer / Development Manager");
        check("C++ / C# developer", "C++ / C# developer");
        check("", "");
    }

    #[test]
    fn the_head_is_the_job() {
        let check = |title: &str, expected: &str| assert_eq!(head(title).trim(), expected, "{title}");
        check("Cook | Toronto", "Cook");
        check("Cook - nights", "Cook");
        check("Sous-chef", "Sous-chef");
        check("(Sr) Cook", "Sr) Cook");
        check("", "");
    }

    #[test]
    fn abbreviations_are_written_out() {
        let check = |folded: &str, job: &str, rank: &str| {
            let (found, beside) = words(folded);
            assert_eq!((found.trim_end(), beside.trim_end()), (job, rank), "{folded}");
        };
        check(" sr acct mgr ", "accountant manager", "");
        check(" marketing executive ", "marketing", "executive");
        check(" executive ", "executive", "");
        check(" intern ", " intern", "");
    }
}
