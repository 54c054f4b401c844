//! Pay, company size and company names as people write them, against tables of the right answers.

use job_etl::enrich::pay::amounts::Currency;
use job_etl::enrich::pay::statement::{Text, pay};
use job_etl::posting::SalaryPeriod;

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
