//! Words around an amount that say whether it is pay, in English and French.

use crate::taxonomy::periods;
use crate::taxonomy::phrases::any_case;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

static REFUSALS: LazyLock<AhoCorasick> = LazyLock::new(|| any_case(REFUSED));
static PAY: LazyLock<AhoCorasick> = LazyLock::new(|| any_case(PAY_WORDS));
static TARGETS: LazyLock<AhoCorasick> = LazyLock::new(|| any_case(TARGET_WORDS));
static BASES: LazyLock<AhoCorasick> = LazyLock::new(|| any_case(BASE_WORDS));
static SPANS: LazyLock<AhoCorasick> = LazyLock::new(|| any_case(periods::OTHER_SPANS));

/// Where the last word ends that says an amount is pay.
pub fn last_pay_word(text: &str) -> Option<usize> {
    ends(&PAY, text).max()
}

/// Where the last word ends that says an amount is something else.
pub fn last_refusal(text: &str) -> Option<usize> {
    ends(&REFUSALS, text).max()
}

/// Whether the words around an amount say that it hangs on results: the word right after it decides, then the nearest
/// before it, then the first after it.
pub fn is_target(before: &str, after: &str) -> bool {
    if names_base(after.trim_start_matches(['+', ' '])) {
        return false;
    }
    let (target, base) = (ends(&TARGETS, before).max(), ends(&BASES, before).max());
    if target.is_some() || base.is_some() {
        return target > base;
    }
    let target = ends(&TARGETS, after).min();
    target.is_some_and(|target| ends(&BASES, after).min().is_none_or(|base| target < base))
}

/// Whether a text begins with a word for base pay.
pub fn names_base(text: &str) -> bool {
    BASES.find_iter(text).next().is_some_and(|found| found.start() == 0)
}

/// Whether an amount is paid for a span that is none of our periods.
pub fn has_other_span(text: &str) -> bool {
    SPANS.is_match(text)
}

fn ends<'a>(automaton: &'a AhoCorasick, text: &'a str) -> impl Iterator<Item = usize> + 'a {
    let found = automaton.find_overlapping_iter(text).filter(|found| {
        // A short word stands alone; a longer one may be the beginning of another.
        let is_short = found.end() - found.start() <= 4;
        let touches = text[..found.start()].ends_with(char::is_alphabetic);
        let after = text[found.end()..].trim_start_matches('s');
        !is_short || !touches && !after.starts_with(char::is_alphabetic)
    });
    found.map(|found| found.end())
}

/// Pay that hangs on results, or counts what is paid beside the base.
const TARGET_WORDS: &[&str] = &[
    "ote",
    "on-target",
    "on target",
    "earning potential",
    "earnings",
    "variable",
    "commissions of",
    "in commission",
    "total comp",
    "total cash",
    "total target",
    "total annual comp",
    "total package",
    "rémunération totale",
    "rémunération variable",
];

/// Pay that does not.
const BASE_WORDS: &[&str] = &["base", "fixed", "guaranteed", "fixe"];

/// What follows or precedes amounts that are no pay.
const REFUSED: &[&str] = &[
    "raised",
    "raising",
    "funding",
    "funded",
    "series ",
    "revenue",
    "arr",
    "mrr",
    "valuation",
    "valued at",
    "assets",
    "aum",
    "under management",
    "market",
    "industry",
    "budget",
    "stipend",
    "reimburs",
    "allowance",
    "credit",
    "wellness",
    "relocation",
    "sign-on",
    "sign on",
    "signing",
    "referral",
    "hsa",
    "fsa",
    "deductible",
    "acv",
    "tcv",
    "deal",
    "quota",
    "customers",
    "savings",
    "gift",
    "laptop",
    "learning",
    "tuition",
    "commuter",
    "donat",
    "match",
    "insurance",
    "coverage",
    "portfolio",
    "gmv",
    "contract value",
    "contracts",
    "investment",
    "invest",
    "net worth",
    "loan",
    "grant",
    "prize",
    "award",
    "fertility",
    "401",
    "retirement",
    "pension",
    "per diem",
    "home office",
    "setup",
    "set-up",
    "equipment",
    "education",
    "training",
    "professional development",
    "spend",
    "transactions",
    "payments",
    "sales of",
    "in sales",
    "pipeline",
    "equity value",
    "stock",
    "rsu",
    "worth of",
    "coworking",
    "internet",
    "phone",
    "childcare",
    "adoption",
    "lifestyle",
    "perk",
    "benefit of",
    "for use",
    "fundraising",
    "financing",
    "raise",
    "fine",
    "penalt",
    "processed",
    "volume",
    "chiffre d'affaires",
    "levée",
    "levé",
    "prime",
    "budget",
    "allocation",
    "remboursement",
    "crédit",
    "worth",
    "donor",
    "scholarship",
    "rrsp",
    "reer",
    "sous gestion",
    "actifs",
    "portefeuille",
    "subvention",
    "ventes",
    "indemnité",
    "cotisation",
    "assurance",
    "mieux-être",
    "scolarité",
    "cooptation",
    "financement",
];

/// Words that say an amount is pay.
const PAY_WORDS: &[&str] = &[
    "salary",
    "salaries",
    "compensation",
    "pay range",
    "pay rate",
    "pay scale",
    "base pay",
    "paying",
    "pay:",
    "pay is",
    "pays",
    "wage",
    "hourly rate",
    "rate of pay",
    "remuneration",
    "base range",
    "base:",
    "earn",
    "ote",
    "on-target",
    "on target",
    "hiring range",
    "range for this",
    "range of",
    "rate:",
    "rate is",
    "range:",
    "range is",
    "cash",
    "total comp",
    "pay for",
    "day rate",
    "annual rate",
    "salaire",
    "rémunération",
    "remuneration",
    "taux horaire",
    "échelle salariale",
    "fourchette",
    "traitement",
    "compris entre",
    "paid",
    "budgeted",
    "target range",
    "gehalt",
    "salario",
    "pay band",
    "annual base",
    "base annual",
    "monthly rate",
    "starting at",
    "weekly pay",
    "pay",
];
