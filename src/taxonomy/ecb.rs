//! Renews `fx_rates.yml` from the euro reference rates that the European Central Bank publishes: `eurofxref.csv`,
//! `eurofxref-hist.csv` or their XML. Pure: text in, text out. Used when the rates are renewed, never at run time.

use super::money::Money;
use anyhow::{Context, bail, ensure};
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const WHERE: &str = "give eurofxref.csv or eurofxref-hist.csv, unpacked, as \
    https://www.ecb.europa.eu/stats/eurofxref/eurofxref.zip and eurofxref-hist.zip hold them, or eurofxref-daily.xml";

/// How much of each currency a euro buys, on one day.
struct Day {
    on: NaiveDate,
    per_euro: BTreeMap<String, f64>,
}

/// The text of `fx_rates.yml` with the rates of a file of the bank. Of a file with many days the last is taken, or the last
/// that is not after `on`. Everything of `current` but its rates and their date stays as it is.
pub fn renewed(current: &str, published: &str, on: Option<NaiveDate>) -> anyhow::Result<String> {
    let days = if published.contains("<Cube") { days_of_xml(published)? } else { days_of_csv(published)? };
    let newest = days.iter().map(|day| day.on).max().with_context(|| format!("no day of rates; {WHERE}"))?;
    let wanted = on.unwrap_or(newest);
    let day = days.iter().filter(|day| day.on <= wanted).max_by_key(|day| day.on).with_context(|| {
        format!("the file has no day up to {wanted}; take eurofxref-hist.csv, which begins in 1999")
    })?;
    // The bank publishes on working days; Christmas to New Year is the longest gap.
    ensure!(
        (wanted - day.on).num_days() <= 7,
        "the last day up to {wanted} is {}; take a newer eurofxref-hist.csv",
        day.on
    );
    let text = filled(current, day)?;
    Money::read("fx_rates.yml", &text)?;
    Ok(text)
}

/// The current file with other rates.
fn filled(current: &str, day: &Day) -> anyhow::Result<String> {
    let cad = *day.per_euro.get("CAD").with_context(|| format!("no rate of CAD on {}; {WHERE}", day.on))?;
    let head: Vec<&str> = current.lines().take_while(|line| !line.starts_with("date:")).collect();
    let rest = current.lines().skip_while(|line| !line.starts_with("cad_per_unit:")).skip(1);
    let tail: Vec<&str> = rest.skip_while(|line| line.starts_with(' ')).collect();
    ensure!(!tail.is_empty(), "the current fx_rates.yml has no `cad_per_unit` with other keys after it");
    let mut out = String::new();
    for line in head {
        writeln!(out, "{}", with_dollar(line, day, cad))?;
    }
    writeln!(out, "date: {}\ncad_per_unit:\n  CAD: 1\n  EUR: {}", day.on, rounded(cad))?;
    for (currency, per_euro) in &day.per_euro {
        if currency != "CAD" {
            writeln!(out, "  {currency}: {}", rounded(cad / per_euro))?;
        }
    }
    for line in tail {
        writeln!(out, "{line}")?;
    }
    Ok(out)
}

/// The line of the head that names the rate of the dollar, brought up to date.
fn with_dollar(line: &str, day: &Day, cad: f64) -> String {
    let (Some(start), Some(usd)) = (line.find("1 USD = "), day.per_euro.get("USD")) else {
        return line.to_owned();
    };
    let Some(end) = line[start..].find(" CAD") else { return line.to_owned() };
    format!("{}1 USD = {}{}", &line[..start], rounded(cad / usd), &line[start + end..])
}

/// Six digits, as many as the bank gives.
fn rounded(rate: f64) -> f64 {
    format!("{rate:.5e}").parse().unwrap_or(rate)
}

fn days_of_csv(text: &str) -> anyhow::Result<Vec<Day>> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty());
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').map(str::trim).collect();
    ensure!(head.first() == Some(&"Date"), "this is no file of reference rates of the ECB; {WHERE}");
    let mut days = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        let on = date(cells[0])?;
        let mut per_euro = BTreeMap::new();
        for (currency, cell) in head.iter().zip(&cells).skip(1) {
            // Currencies that joined the euro, and the empty column after the last comma.
            if !currency.is_empty() && !matches!(*cell, "" | "N/A") {
                per_euro.insert((*currency).to_owned(), rate(currency, cell)?);
            }
        }
        days.push(Day { on, per_euro });
    }
    Ok(days)
}

fn days_of_xml(text: &str) -> anyhow::Result<Vec<Day>> {
    let mut days: Vec<Day> = Vec::new();
    for tag in text.split('<').filter(|tag| tag.starts_with("Cube ")) {
        if let Some(on) = attribute(tag, "time") {
            days.push(Day { on: date(on)?, per_euro: BTreeMap::new() });
        } else if let (Some(currency), Some(cell), Some(day)) =
            (attribute(tag, "currency"), attribute(tag, "rate"), days.last_mut())
        {
            day.per_euro.insert(currency.to_owned(), rate(currency, cell)?);
        }
    }
    Ok(days)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let value = tag.split_once(&format!(" {name}="))?.1;
    let quote = value.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    value[1..].split_once(quote).map(|(value, _)| value)
}

fn rate(currency: &str, cell: &str) -> anyhow::Result<f64> {
    match cell.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => bail!("the rate of {currency} is `{cell}`, not a number above 0; {WHERE}"),
    }
}

/// `30 October 2026` in the file of one day, `2026-10-30` in the others.
fn date(cell: &str) -> anyhow::Result<NaiveDate> {
    let formats = ["%Y-%m-%d", "%d %B %Y"];
    let found = formats.iter().find_map(|format| NaiveDate::parse_from_str(cell, format).ok());
    found.with_context(|| format!("`{cell}` is no day; {WHERE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURRENT: &str = "# Head (1 USD = 9.9 CAD), kept.\ndate: 2020-01-01\ncad_per_unit:\n  CAD: 1\n  EUR: 9\n  XXX: 7\n# Why.\nplausible: { min: 5000, max: 5000000 }\n";
    const DAY: &str = "Date, USD, JPY, CAD, \n30 October 2026, 1.1172, 175.68, 1.5606, \n";
    const MANY: &str =
        "Date,USD,JPY,CYP,CAD,\n2026-10-30,1.1172,175.68,N/A,1.5606,\n2026-10-29,1.2,180,N/A,1.5,\n";
    const XML: &str = "<gesmes:Envelope><Cube><Cube time='2026-10-30'><Cube currency='USD' rate='1.1172'/>\
        <Cube currency=\"CAD\" rate=\"1.5606\"/></Cube></Cube></gesmes:Envelope>";

    fn on(day: &str) -> Option<NaiveDate> {
        day.parse().ok()
    }

    #[test]
    fn rates_and_date_change_and_nothing_else() {
        let expected = "# Head (1 USD = 1.39689 CAD), kept.\ndate: 2026-10-30\ncad_per_unit:\n  CAD: 1\n  EUR: 1.5606\n  JPY: 0.0088832\n  USD: 1.39689\n# Why.\nplausible: { min: 5000, max: 5000000 }\n";
        assert_eq!(renewed(CURRENT, DAY, None).expect("a file of one day"), expected);
        assert_eq!(renewed(CURRENT, MANY, None).expect("the last day"), expected);
        assert_eq!(renewed(expected, DAY, None).expect("again"), expected);
        let xml = renewed(CURRENT, XML, None).expect("xml");
        assert!(xml.contains("date: 2026-10-30") && xml.contains("  USD: 1.39689\n"), "{xml}");
    }

    #[test]
    fn a_day_is_chosen() {
        let day = |wanted: &str| renewed(CURRENT, MANY, on(wanted)).map_err(|error| error.to_string());
        assert!(day("2026-10-29").expect("that day").contains("date: 2026-10-29\n"));
        assert!(day("2026-11-01").expect("a Sunday").contains("date: 2026-10-30\n"));
        assert!(day("2026-10-28").expect_err("too early").contains("eurofxref-hist.csv"));
        assert!(day("2026-12-24").expect_err("too late").contains("newer"));
    }

    #[test]
    fn a_wrong_file_says_what_to_do() {
        for wrong in
            ["", "PK\u{3}\u{4}", "a,b\n1,2\n", "Date,USD,\n2026-10-30,1.1,\n", "Date,CAD,\nsoon,1.5,\n"]
        {
            let error = renewed(CURRENT, wrong, None).expect_err(wrong);
            assert!(format!("{error:#}").contains("eurofxref.csv"), "{error:#}");
        }
        assert!(renewed(CURRENT, "Date,CAD,\n2026-10-30,-1,\n", None).is_err());
    }
}
