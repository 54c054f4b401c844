//! Pay, company size and company names as people write them, against tables of the right answers.

use job_etl::enrich::pay::amounts::Currency;
use job_etl::enrich::pay::statement::{Text, pay};
use job_etl::normalize::company::company_key;
use job_etl::posting::SalaryPeriod;
use job_etl::taxonomy::Taxonomy;
use job_etl::taxonomy::headcount::headcount;
use proptest::prelude::*;

/// Rows of a table without its comments, as columns.
fn rows(table: &str) -> Vec<Vec<&str>> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect()).collect()
}

#[test]
fn every_stated_pay_is_read_and_every_other_amount_refused() {
    let rows = rows(include_str!("../fixtures/labels/pay_cases.tsv"));
    let mut wrong = Vec::new();
    let mut refusals = 0;
    for row in &rows {
        let [kind, text, expected @ ..] = &row[..] else { panic!("{row:?} has six columns") };
        let kind = if *kind == "f" { Text::Field } else { Text::Description };
        let text = text.replace("\\n", "\n");
        let amount = |amount: Option<f64>| amount.map_or("-".to_owned(), |amount| amount.to_string());
        let found = pay(&text, kind).map_or(vec!["-".to_owned(); 4], |pay| {
            let currency = match pay.currency {
                None => "-",
                Some(Currency::Code(code)) => code,
                Some(Currency::Dollar { .. }) => "$",
                Some(Currency::Yen) => "¥",
                Some(Currency::Krona) => "kr",
            };
            let period = pay.period.map_or("-", SalaryPeriod::as_str);
            vec![amount(pay.min), amount(pay.max), currency.to_owned(), period.to_owned()]
        });
        refusals += usize::from(expected[..2] == ["-", "-"]);
        if found != expected {
            wrong.push(format!("{text:?}: {found:?}, not {expected:?}"));
        }
    }
    assert!(rows.len() >= 300 && refusals * 3 >= rows.len(), "{} rows, {refusals} refusals", rows.len());
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn every_company_size_falls_into_its_band() {
    let taxonomy = Taxonomy::bundled();
    let mut wrong = Vec::new();
    let rows = rows(include_str!("../fixtures/labels/company_sizes.tsv"));
    for row in &rows {
        let found = taxonomy.company_size(row[0]).unwrap_or("-");
        if found != row[1] {
            wrong.push(format!("{:?}: {found}, not {}", row[0], row[1]));
        }
    }
    assert!(
        rows.len() >= 80 && wrong.is_empty(),
        "{} of {} rows:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

/// Pieces of texts about money, in an order that nobody would write.
const PIECES: &[&str] = &[
    "1",
    "12",
    "250",
    "000",
    "45,50",
    "120,000",
    "80 000",
    "1,20,000",
    "2024",
    "99999999999999999999",
    "0",
    ".",
    ",",
    " ",
    " ",
    " ",
    "\n",
    "-",
    "–",
    "/",
    "à",
    " to ",
    " et ",
    " entre ",
    "$",
    "€",
    "£",
    "₹",
    "¥",
    "円",
    "万",
    "kr",
    "zł",
    "EUR",
    "USD",
    "CAD",
    " CA",
    "R",
    "Rs.",
    "Fr.",
    "k",
    "K",
    "M",
    "L",
    " LPA",
    " lakh",
    "T€",
    ".-",
    "%",
    "per hour",
    "/h",
    "par an",
    "pr. ",
    "salary",
    "Salaire : ",
    "range",
    "base",
    "OTE",
    "bonus",
    "Zone A:",
    "up to ",
    "é",
    "\u{a0}",
    "\u{202f}",
    "(",
    ")",
    "+",
    "plus de ",
    " employees",
    " salariés",
    "Inc.",
    " d/b/a ",
    ", a division of ",
    "Ville d'",
    "The ",
    "•",
    "Ø",
    "ł",
    "’",
];

proptest! {
    /// Whatever the text, reading it ends, and what is read is in order.
    #[test]
    fn no_text_breaks_a_reader(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..24)) {
        let text = pieces.concat();
        for kind in [Text::Field, Text::Description] {
            if let Some(pay) = pay(&text, kind) {
                let (least, most) = (pay.min.or(pay.max), pay.max.or(pay.min));
                prop_assert!(least.is_some() && least <= most, "{pay:?}");
                prop_assert!(pay.start < pay.end && pay.end <= text.len());
            }
        }
        if let Some((least, Some(most))) = headcount(&text) {
            prop_assert!(least <= most);
        }
        let key = company_key(&text);
        prop_assert!(!text.trim().is_empty() == !key.is_empty());
        prop_assert_eq!(company_key(&key), key);
    }
}
