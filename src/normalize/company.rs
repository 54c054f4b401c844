//! The key that companies are known and compared by. Two spellings of one company should share it; two companies must not.
//! So a country stays where it may be part of the name: Air Canada is not Air, and Google Canada stays beside Google.
//! Changing it re-keys every row: raise `VERSION` with it.

use super::keys::collapsed;
use super::text::words;

/// Words that only say what kind of legal person a company is, accents removed.
const LEGAL_FORMS: &[&str] = &[
    "inc",
    "incorporated",
    "incorporee",
    "ltd",
    "limited",
    "ltee",
    "limitee",
    "llc",
    "llp",
    "lllp",
    "lp",
    "plc",
    "pllc",
    "pc",
    "corp",
    "corporation",
    "co",
    "company",
    "cie",
    "gmbh",
    "mbh",
    "ggmbh",
    "ag",
    "se",
    "kg",
    "kgaa",
    "ohg",
    "ug",
    "ev",
    "sa",
    "sas",
    "sasu",
    "sarl",
    "sprl",
    "srl",
    "spa",
    "sl",
    "slu",
    "bv",
    "nv",
    "cv",
    "ab",
    "as",
    "asa",
    "oy",
    "oyj",
    "aps",
    "pty",
    "pvt",
    "pte",
    "bhd",
    "sdn",
    "kk",
    "sro",
    "doo",
    "zrt",
    "kft",
    "ltda",
    "eireli",
    "senc",
    "ulc",
    "enr",
    "sencrl",
    "sec",
    "scop",
    "scs",
    "snc",
    "coop",
    "gie",
    "spzoo",
    "ooo",
];

/// What stands between the name in the register and the name on the door; the second is the one that postings use.
const ALSO_KNOWN_AS: &[&str] = &[
    " dba ",
    " doing business as ",
    " operating as ",
    " trading as ",
    " faisant affaire sous le nom de ",
    " faisant affaires sous le nom de ",
    " faisant affaire sous ",
];

/// What begins a remark after a name: `Acme, a division of Globex`. Folded, with a space at each end.
const REMARKS: &[&str] = &[
    " a division of ",
    " division of ",
    " a subsidiary of ",
    " a member of ",
    " part of ",
    " an affiliate of ",
    " une division de ",
    " une division du ",
    " une filiale de ",
    " une filiale du ",
    " une societe de ",
    " une societe du ",
    " membre de ",
    " membre du ",
    " formerly ",
    " fka ",
    " previously ",
    " anciennement ",
    " ex ",
    " via ",
    " on behalf of ",
    " acquired by ",
    " yc ",
    " nyse ",
    " nasdaq ",
    " tsx ",
];

/// Words of a remark that only say which part of a company it is.
const PARTS: &[&str] = &[
    "canada",
    "usa",
    "us",
    "united",
    "states",
    "uk",
    "kingdom",
    "france",
    "quebec",
    "ontario",
    "north",
    "america",
    "americas",
    "emea",
    "apac",
    "europe",
    "international",
    "global",
    "worldwide",
    "india",
    "germany",
    "australia",
    "ireland",
    "division",
    "branch",
    "office",
    "offices",
    "headquarters",
    "hq",
    "head",
    "bureau",
    "succursale",
    "siege",
    "social",
    "amerique",
    "du",
    "nord",
    "of",
    "the",
    "and",
    "remote",
    "careers",
    "jobs",
    "corporate",
];

/// Ways of saying that an employer is a city, in both languages.
const CITIES: &[&str] =
    &["corporation of the city of ", "city of ", "mairie de ", "ville de ", "la ville de ", "commune de "];

/// The key of a company: lower case, no accents of Latin letters, no punctuation, no legal form, no remark about the part
/// of the company or its owner; never empty.
pub fn company_key(company: &str) -> String {
    let bare = without_remarks(company);
    let spelled = bare.replace('&', " and ").replace('+', " plus ").replace('’', "'");
    let spelled = without_slashes(with_whole_de(&spelled)).replace('\'', "");
    let folded = words(&without_initial_dots(&spelled));
    let door = ALSO_KNOWN_AS.iter().find_map(|mark| folded.rsplit_once(mark));
    let folded = door.map(|(_, name)| name).filter(|name| !name.trim().is_empty()).unwrap_or(&folded);
    let folded = without_the(folded.trim_start());
    let city = CITIES.iter().find_map(|prefix| folded.strip_prefix(prefix));
    let mut kept: Vec<&str> = match city {
        Some(city) if !city.trim().is_empty() => {
            ["city", "of"].into_iter().chain(city.split_whitespace()).collect()
        }
        _ => folded.split_whitespace().collect(),
    };
    while kept.len() > 1 && kept.last().is_some_and(|last| LEGAL_FORMS.contains(last)) {
        kept.pop();
        while kept.len() > 1 && kept.last().is_some_and(|last| ["and", "de"].contains(last)) {
            kept.pop();
        }
    }
    // `Sp. z o.o.`
    if kept.len() > 3 && kept.ends_with(&["sp", "z", "oo"]) {
        kept.truncate(kept.len() - 3);
    }
    if kept.is_empty() { collapsed(company) } else { kept.join(" ") }
}

/// The name without what stands in brackets, after a dash or after a comma, where that is a remark.
fn without_remarks(company: &str) -> String {
    let mut name = company.trim().to_owned();
    while let Some((start, end)) = remark(&name) {
        let rest = format!("{}{}", name[..start].trim_end(), &name[end..]);
        if words(&rest).trim().is_empty() {
            break;
        }
        name = rest;
    }
    name
}

/// The first part of a name that is a remark.
fn remark(name: &str) -> Option<(usize, usize)> {
    if let Some(open) = name.find(['(', '[']) {
        let close = name[open..].find([')', ']']).map_or(name.len(), |close| open + close + 1);
        if is_remark(&name[open..close]) {
            return Some((open, close));
        }
    }
    for mark in [" - ", " – ", " — ", " | ", ", "] {
        if let Some(at) = name.rfind(mark)
            && is_remark(&name[at + mark.len()..])
        {
            return Some((at, name.len()));
        }
    }
    None
}

fn is_remark(text: &str) -> bool {
    let folded = words(&without_initial_dots(text));
    let mut parts = folded.split_whitespace().peekable();
    let is_part = parts.peek().is_some()
        && folded.split_whitespace().all(|word| PARTS.contains(&word) || LEGAL_FORMS.contains(&word))
        && folded.split_whitespace().any(|word| PARTS.contains(&word));
    is_part || REMARKS.iter().any(|mark| folded.starts_with(mark))
}

/// A name without its articles, unless it is nothing else.
fn without_the(mut name: &str) -> &str {
    while let Some(rest) = name.strip_prefix("the ").map(str::trim_start)
        && !rest.is_empty()
    {
        name = rest;
    }
    name
}

/// `d/b/a`, `o/a` and `t/a` as one word that no name has.
fn without_slashes(name: String) -> String {
    if !name.contains("/a") && !name.contains("/A") {
        return name;
    }
    let mut name = name;
    for mark in ["d/b/a", "D/B/A", "o/a", "O/A", "t/a", "T/A"] {
        name = name.replace(&format!(" {mark} "), " dba ");
    }
    name
}

/// `Ville d'Ottawa` as `Ville de Ottawa`, whose apostrophe would go unseen.
fn with_whole_de(name: &str) -> String {
    let lower = name.to_lowercase();
    let bare = without_the(lower.trim_start_matches(|c: char| !c.is_alphanumeric()));
    let is_city =
        ["ville d'", "la ville d'", "mairie d'", "commune d'"].iter().any(|city| bare.starts_with(city));
    if is_city { lower.replacen(" d'", " de ", 1) } else { name.to_owned() }
}

/// `S.A.` as `SA`: a dot after a single letter is no boundary between words.
fn without_initial_dots(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = 0;
    for character in text.chars() {
        if character == '.' && letters == 1 {
            letters = 0;
            continue;
        }
        letters = if character.is_alphanumeric() { letters + 1 } else { 0 };
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn company_keys() {
        let check =
            |company: &str, expected: &str| assert_eq!(company_key(company), expected, "of {company:?}");
        check("Acme Inc.", "acme");
        check("ACME, Incorporated", "acme");
        check("Érablière Tremblay Ltée", "erabliere tremblay");
        check("Müller GmbH & Co. KG", "muller");
        check("Banco Sur S.A. de C.V.", "banco sur");
        check("Limited", "limited");
        check("Johnson & Johnson", "johnson and johnson");
        check("Moody's Corporation", "moodys");
        check("C3.ai, LLC", "c3 ai");
        check("株式会社ガ", "株式会社ガ");
        check("🚀", "🚀");
        check("!!!", "!!!");
    }

    #[test]
    fn spellings_of_one_company_share_a_key() {
        let check = |names: &[&str]| {
            for name in names {
                assert_eq!(company_key(name), company_key(names[0]), "{name} and {}", names[0]);
            }
        };
        check(&[
            "Acme",
            "ACME Inc.",
            "The Acme Company",
            "Acme, Inc., a division of Globex",
            "Acme (Canada)",
            "Acme - Canada Division",
        ]);
        check(&["Deloitte", "Deloitte (Canada)", "Deloitte LLP", "DELOITTE S.E.N.C.R.L."]);
        check(&[
            "Tremblay Construction",
            "Tremblay Construction Ltée",
            "Tremblay Construction (Québec) Inc.",
            "Tremblay Construction S.E.N.C.",
        ]);
        check(&[
            "Joe's Pizza",
            "Smith Holdings LLC d/b/a Joe's Pizza",
            "12345 Ontario Inc. o/a Joe’s Pizza",
            "Smith Foods DBA Joes Pizza",
        ]);
        check(&[
            "Globex",
            "Globex (via Hooli Talent)",
            "Globex – via Hooli Talent",
            "Globex [formerly Initech]",
            "Globex (YC W21)",
        ]);
        check(&["Ville de Montréal", "City of Montreal", "VILLE DE MONTREAL"]);
        check(&["Ville d'Ottawa", "Ville d’Ottawa", "The City of Ottawa"]);
        check(&["Mairie de Lyon", "Ville de Lyon"]);
        check(&[
            "Initech",
            "Initech Sp. z o.o.",
            "Initech S.A.S.",
            "Initech GmbH",
            "Initech Pty Ltd",
            "Initech, S.p.A.",
        ]);
        check(&["Nestlé", "Nestle\u{301}", "NESTLÉ S.A."]);
        check(&["İstanbul Tekstil", "Istanbul Tekstil"]);
        check(&["acme", "ＡＣＭＥ", "  Acme  ,  Inc.  "]);
    }

    #[test]
    fn different_companies_keep_different_keys() {
        let names = [
            "Air Canada",
            "Air",
            "Bell Canada",
            "Bell",
            "Google",
            "Google Canada",
            "Skoda",
            "Koda",
            "Bank of Canada",
            "Bank of America",
            "Johnson",
            "Johnson and Johnson",
            "Amazon.com Services LLC",
            "Amazon Web Services",
            "Ville de Laval",
            "Université Laval",
            "The Limited",
            "日本電産",
            "Statistics Canada",
            "Parks Canada",
            "Canada Post",
            "Globex Health",
            "Globex",
            "Town of Ajax",
        ];
        let keys: std::collections::BTreeSet<String> = names.iter().map(|name| company_key(name)).collect();
        assert_eq!(keys.len(), names.len(), "{keys:?}");
    }

    #[test]
    fn keys_are_keys_of_themselves() {
        let names = [
            "Acme, Inc., a division of X",
            "Smith d/b/a Joe's",
            "(via X)",
            "The The",
            "City of Ottawa",
            "Inc. Inc.",
        ];
        for name in names {
            let key = company_key(name);
            assert_eq!(company_key(&key), key, "{name}");
        }
    }
}
