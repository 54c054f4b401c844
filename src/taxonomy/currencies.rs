//! Currencies as people write them: ISO 4217 codes, signs and words, and what size an ordinary pay has in each. One table
//! for the reader of pay fields and for that of running text. Holds no rates; those are in `money`.

/// What a spelling means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// One currency only, by its ISO 4217 code.
    One(&'static str),
    /// `$`: the dollar or peso of the country.
    Dollar,
    /// `¥`: the yen, or the yuan of China.
    Yen,
    /// `kr`: the krona or krone of the country.
    Krona,
}

/// ISO 4217 codes of currencies in use.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD \
    IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR \
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN \
    SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// Codes that are words too, or names of products: `TOP 100`, `ALL 50 states`, `SOS 112`. Not read in running text.
const ALSO_WORDS: &[&str] = &[
    "ALL", "AMD", "ANG", "BAM", "CUP", "ERN", "GEL", "GIP", "LAK", "MOP", "MUR", "NIO", "PAB", "PEN", "SHP",
    "SOS", "STN", "SVC", "TOP", "TRY", "WST",
];

/// Signs and words, in capitals.
const SPELLINGS: &[(&str, Sign)] = &[
    ("$", Sign::Dollar),
    ("DOLLAR", Sign::Dollar),
    ("DOLLARS", Sign::Dollar),
    ("¥", Sign::Yen),
    ("￥", Sign::Yen),
    ("KR", Sign::Krona),
    ("€", Sign::One("EUR")),
    ("EURO", Sign::One("EUR")),
    ("EUROS", Sign::One("EUR")),
    ("£", Sign::One("GBP")),
    ("POUNDS", Sign::One("GBP")),
    ("₹", Sign::One("INR")),
    ("RS", Sign::One("INR")),
    ("ZŁ", Sign::One("PLN")),
    ("円", Sign::One("JPY")),
    ("元", Sign::One("CNY")),
    ("₴", Sign::One("UAH")),
    ("₽", Sign::One("RUB")),
    ("₺", Sign::One("TRY")),
    ("₪", Sign::One("ILS")),
    ("₩", Sign::One("KRW")),
    ("₫", Sign::One("VND")),
    ("₦", Sign::One("NGN")),
    ("₱", Sign::One("PHP")),
    ("฿", Sign::One("THB")),
    ("US$", Sign::One("USD")),
    ("$US", Sign::One("USD")),
    ("USD$", Sign::One("USD")),
    ("U$S", Sign::One("USD")),
    ("CA$", Sign::One("CAD")),
    ("$CA", Sign::One("CAD")),
    ("$CAD", Sign::One("CAD")),
    ("$CAN", Sign::One("CAD")),
    ("C$", Sign::One("CAD")),
    ("CAD$", Sign::One("CAD")),
    ("CAN$", Sign::One("CAD")),
    ("CDN$", Sign::One("CAD")),
    ("CDN", Sign::One("CAD")),
    ("AU$", Sign::One("AUD")),
    ("A$", Sign::One("AUD")),
    ("AUD$", Sign::One("AUD")),
    ("NZ$", Sign::One("NZD")),
    ("NZD$", Sign::One("NZD")),
    ("SG$", Sign::One("SGD")),
    ("S$", Sign::One("SGD")),
    ("SGD$", Sign::One("SGD")),
    ("HK$", Sign::One("HKD")),
    ("HKD$", Sign::One("HKD")),
    ("NT$", Sign::One("TWD")),
    ("MX$", Sign::One("MXN")),
    ("MXN$", Sign::One("MXN")),
    ("MEX$", Sign::One("MXN")),
    ("R$", Sign::One("BRL")),
    ("CN¥", Sign::One("CNY")),
    ("RMB", Sign::One("CNY")),
    ("JP¥", Sign::One("JPY")),
    ("RM", Sign::One("MYR")),
    ("RP", Sign::One("IDR")),
    ("SFR", Sign::One("CHF")),
    ("NIS", Sign::One("ILS")),
];

/// Currencies whose ordinary yearly pay has seven digits or more.
const SMALL_UNITS: &[&str] = &[
    "AMD", "AOA", "ARS", "BIF", "CDF", "CLP", "COP", "CRC", "DZD", "GNF", "HUF", "IDR", "INR", "IQD", "IRR",
    "ISK", "JMD", "JPY", "KES", "KHR", "KRW", "KZT", "LAK", "LBP", "LKR", "MGA", "MMK", "MNT", "MWK", "NGN",
    "NPR", "PHP", "PKR", "PYG", "RSD", "RUB", "RWF", "SLE", "SOS", "SYP", "TZS", "UGX", "UZS", "VND", "XAF",
    "XOF", "XPF", "YER",
];

/// Amounts from which pay can only be that of a year: above the monthly pay of nearly everybody, below the yearly pay of
/// nearly everybody. Round figures of our own, from the ordinary pay in each currency.
const YEAR_FROM: &[(&str, f64)] = &[
    ("USD", 10_000.0),
    ("CAD", 10_000.0),
    ("AUD", 10_000.0),
    ("NZD", 10_000.0),
    ("GBP", 10_000.0),
    ("EUR", 10_000.0),
    ("CHF", 20_000.0),
    ("SGD", 30_000.0),
    ("ILS", 90_000.0),
    ("MYR", 60_000.0),
    ("PLN", 60_000.0),
    ("BRL", 60_000.0),
    ("RON", 60_000.0),
    ("SAR", 100_000.0),
    ("AED", 100_000.0),
    ("QAR", 100_000.0),
    ("CNY", 120_000.0),
    ("ZAR", 150_000.0),
    ("SEK", 150_000.0),
    ("NOK", 150_000.0),
    ("DKK", 150_000.0),
    ("HKD", 150_000.0),
    ("MXN", 200_000.0),
    ("INR", 200_000.0),
    ("CZK", 300_000.0),
    ("PHP", 300_000.0),
    ("THB", 300_000.0),
    ("TWD", 300_000.0),
    ("TRY", 400_000.0),
    ("RUB", 600_000.0),
    ("JPY", 1_800_000.0),
    ("ISK", 3_000_000.0),
    ("HUF", 3_000_000.0),
    ("CLP", 8_000_000.0),
    ("KRW", 15_000_000.0),
    ("COP", 20_000_000.0),
    ("IDR", 60_000_000.0),
    ("VND", 150_000_000.0),
];

/// The ISO 4217 code that a word in capitals is.
pub fn code(word: &str) -> Option<&'static str> {
    if word.len() != 3 {
        return None;
    }
    CODES.split_ascii_whitespace().find(|code| *code == word)
}

/// The ISO 4217 code that a word in capitals is, but for those that are words as well.
pub fn code_in_text(word: &str) -> Option<&'static str> {
    code(word).filter(|code| !ALSO_WORDS.contains(code))
}

/// What a sign or a word means, whatever its case.
pub fn spelling(word: &str) -> Option<Sign> {
    let is_same = |name: &str| name.eq_ignore_ascii_case(word) || matches!(name, "ZŁ") && word == "zł";
    SPELLINGS.iter().find(|(name, _)| is_same(name)).map(|(_, sign)| *sign)
}

/// The currency of a field: a code, or a sign that means one currency only.
pub fn of_field(word: &str) -> Option<&'static str> {
    let upper = word.to_uppercase();
    match (code(&upper), spelling(&upper)) {
        (Some(code), _) | (None, Some(Sign::One(code))) => Some(code),
        _ => None,
    }
}

/// Whether an ordinary yearly pay has seven digits or more.
pub fn is_small_unit(code: &str) -> bool {
    SMALL_UNITS.contains(&code)
}

/// The amount from which pay can only be that of a year, where that is known.
pub fn year_from(code: &str) -> Option<f64> {
    YEAR_FROM.iter().find(|(known, _)| *known == code).map(|(_, amount)| *amount)
}

/// What `$` means in a country (ISO 3166).
pub fn dollar_of(country: &str) -> Option<&'static str> {
    Some(match country {
        "CA" => "CAD",
        "US" => "USD",
        "AU" => "AUD",
        "NZ" => "NZD",
        "SG" => "SGD",
        "HK" => "HKD",
        "TW" => "TWD",
        "MX" => "MXN",
        "CL" => "CLP",
        "CO" => "COP",
        "AR" => "ARS",
        _ => return None,
    })
}

/// What `kr` means in a country (ISO 3166).
pub fn krona_of(country: &str) -> Option<&'static str> {
    Some(match country {
        "SE" => "SEK",
        "NO" => "NOK",
        "DK" => "DKK",
        "IS" => "ISK",
        _ => return None,
    })
}

/// The currency that pay is mostly stated in, in a country (ISO 3166).
pub fn home_of(country: &str) -> Option<&'static str> {
    dollar_of(country).or_else(|| krona_of(country)).or(match country {
        "GB" => Some("GBP"),
        "CH" => Some("CHF"),
        "PL" => Some("PLN"),
        "IN" => Some("INR"),
        "JP" => Some("JPY"),
        "CN" => Some("CNY"),
        "BR" => Some("BRL"),
        "AT" | "BE" | "DE" | "ES" | "FI" | "FR" | "GR" | "IE" | "IT" | "LU" | "NL" | "PT" => Some("EUR"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_name_one_currency_or_none() {
        let check = |word: &str, expected: Option<&str>| assert_eq!(of_field(word), expected, "{word}");
        check("usd", Some("USD"));
        check("€", Some("EUR"));
        check("zł", Some("PLN"));
        check("CA$", Some("CAD"));
        check("top", Some("TOP"));
        check("$", None);
        check("¥", None);
        check("kr", None);
        check("XQZ", None);
    }

    #[test]
    fn every_code_of_the_tables_is_a_currency() {
        for (known, _) in YEAR_FROM {
            assert_eq!(code(known), Some(*known));
        }
        for known in SMALL_UNITS.iter().chain(ALSO_WORDS) {
            assert_eq!(code(known), Some(*known));
        }
        for (_, sign) in SPELLINGS {
            if let Sign::One(known) = sign {
                assert_eq!(code(known), Some(*known));
            }
        }
        assert_eq!(code_in_text("TOP"), None);
    }
}
