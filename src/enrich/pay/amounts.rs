//! Reads amounts of money out of running text: the number in any of the world's ways of writing it, its scale (`K`, `M€`)
//! and its currency on either side. Knows nothing of pay; revenue and funding are amounts too.

/// One number that may be money.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// The number with its scale applied.
    pub value: f64,
    /// Its currency, if a sign or a code touches it.
    pub currency: Option<Currency>,
    /// What follows the digits.
    pub scale: Scale,
    /// First byte, of a currency before the number if there is one.
    pub start: usize,
    /// Byte after the last, of a scale or currency after the number if there is one.
    pub end: usize,
}

/// A currency as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Currency {
    /// An ISO 4217 code, or a sign that means one currency only.
    Code(&'static str),
    /// `$`: the dollar of the country; and whether it stood after the number, as in French.
    Dollar {
        /// True in `80 000 $`.
        is_after: bool,
    },
    /// `kr`, the krona of the country.
    Krona,
}

/// What multiplies a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Nothing.
    One,
    /// `K`.
    Thousand,
    /// `M`, `million`, `bn`: never somebody's pay.
    Huge,
    /// `%`, `+ years`, a clock: not money at all.
    NotMoney,
}

/// Words before or after a number, longest first where one begins another.
const WORDS: &[(&str, Currency)] = &[
    ("US$", Currency::Code("USD")),
    ("USD$", Currency::Code("USD")),
    ("USD", Currency::Code("USD")),
    ("CA$", Currency::Code("CAD")),
    ("C$", Currency::Code("CAD")),
    ("CAD$", Currency::Code("CAD")),
    ("CDN$", Currency::Code("CAD")),
    ("CAN$", Currency::Code("CAD")),
    ("CAD", Currency::Code("CAD")),
    ("CDN", Currency::Code("CAD")),
    ("AU$", Currency::Code("AUD")),
    ("AUD$", Currency::Code("AUD")),
    ("A$", Currency::Code("AUD")),
    ("AUD", Currency::Code("AUD")),
    ("NZ$", Currency::Code("NZD")),
    ("NZD", Currency::Code("NZD")),
    ("SG$", Currency::Code("SGD")),
    ("S$", Currency::Code("SGD")),
    ("SGD", Currency::Code("SGD")),
    ("HK$", Currency::Code("HKD")),
    ("HKD", Currency::Code("HKD")),
    ("NT$", Currency::Code("TWD")),
    ("TWD", Currency::Code("TWD")),
    ("MX$", Currency::Code("MXN")),
    ("MXN", Currency::Code("MXN")),
    ("R$", Currency::Code("BRL")),
    ("BRL", Currency::Code("BRL")),
    ("EUR", Currency::Code("EUR")),
    ("EUROS", Currency::Code("EUR")),
    ("EURO", Currency::Code("EUR")),
    ("GBP", Currency::Code("GBP")),
    ("POUNDS", Currency::Code("GBP")),
    ("CHF", Currency::Code("CHF")),
    ("PLN", Currency::Code("PLN")),
    ("ZŁ", Currency::Code("PLN")),
    ("SEK", Currency::Code("SEK")),
    ("NOK", Currency::Code("NOK")),
    ("DKK", Currency::Code("DKK")),
    ("KR", Currency::Krona),
    ("JPY", Currency::Code("JPY")),
    ("CNY", Currency::Code("CNY")),
    ("RMB", Currency::Code("CNY")),
    ("INR", Currency::Code("INR")),
    ("RS", Currency::Code("INR")),
    ("ILS", Currency::Code("ILS")),
    ("ZAR", Currency::Code("ZAR")),
    ("CZK", Currency::Code("CZK")),
    ("HUF", Currency::Code("HUF")),
    ("RON", Currency::Code("RON")),
    ("PHP", Currency::Code("PHP")),
    ("MYR", Currency::Code("MYR")),
    ("DOLLARS", Currency::Dollar { is_after: false }),
    ("DOLLAR", Currency::Dollar { is_after: false }),
];

const SIGNS: &[(char, Currency)] = &[
    ('$', Currency::Dollar { is_after: false }),
    ('€', Currency::Code("EUR")),
    ('£', Currency::Code("GBP")),
    ('₹', Currency::Code("INR")),
    ('¥', Currency::Code("JPY")),
    ('₪', Currency::Code("ILS")),
    ('₺', Currency::Code("TRY")),
    ('₩', Currency::Code("KRW")),
    ('₱', Currency::Code("PHP")),
];

/// Every amount of a text, in order.
pub fn amounts(text: &str) -> impl Iterator<Item = Amount> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(offset) = text.as_bytes()[at..].iter().position(u8::is_ascii_digit) {
            let start = at + offset;
            let (number, end) = number(text, start);
            at = end;
            if !is_inside_word(text, start)
                && let Some(value) = number
            {
                let amount = amount(text, start, end, value);
                at = amount.end;
                return Some(amount);
            }
        }
        None
    })
}

/// Whether letters or a decimal point touch the digits on the left, as in `B2B` or `v1.5`; a currency may.
fn is_inside_word(text: &str, start: usize) -> bool {
    let before = &text[..start];
    let letters = before.len() - before.trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
    if letters > 0 {
        return currency_before(text, start).is_none();
    }
    before.ends_with(['#', '@', '_']) || before.ends_with(char::is_alphanumeric)
}

/// The number whose first digit is at `start`, and where it ends; none when it is no plain number, such as a date.
fn number(text: &str, start: usize) -> (Option<f64>, usize) {
    let bytes = text.as_bytes();
    let mut digits = String::new();
    let mut end = start;
    let mut groups = 0;
    let mut separators: Vec<char> = Vec::new();
    loop {
        let run = bytes[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits.push_str(&text[end..end + run]);
        end += run;
        groups += 1;
        let Some((separator, next)) = separator(text, end) else { break };
        let following = bytes[next..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let first_group = groups > 1 || run <= 3;
        let is_group = following == 3 && first_group && separators.iter().all(|known| *known == separator);
        // A point or comma before one, two or four digits is a decimal one, and ends the number.
        let is_decimal = matches!(separator, '.' | ',') && following != 3 && following > 0;
        if is_group {
            separators.push(separator);
            end = next;
        } else if is_decimal {
            let fraction = &text[next..next + following];
            let value = format!("{digits}.{fraction}").parse().ok();
            return (value, next + following);
        } else {
            break;
        }
    }
    (digits.parse().ok(), end)
}

/// A character that may part groups of digits, and where the digits after it begin.
fn separator(text: &str, at: usize) -> Option<(char, usize)> {
    let character = text[at..].chars().next()?;
    let is_separator = matches!(character, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{2009}');
    let next = at + character.len_utf8();
    (is_separator && text.as_bytes().get(next).is_some_and(u8::is_ascii_digit)).then_some((character, next))
}

fn amount(text: &str, start: usize, end: usize, value: f64) -> Amount {
    let before = currency_before(text, start);
    let (scale, scale_end) = scale_after(text, end);
    let after = currency_after(text, scale_end);
    // `120$K`: the scale may follow the sign.
    let (scale, after) = match after {
        Some((currency, end)) if scale == Scale::One => {
            let (scale, end) = scale_after(text, end);
            (scale, Some((currency, end)))
        }
        _ => (scale, after),
    };
    let (first, currency) = match (before, after) {
        (Some((first, _)), Some((code @ Currency::Code(_), _))) => (first, Some(code)),
        (Some((first, currency)), _) => (first, Some(currency)),
        (None, Some((Currency::Dollar { .. }, _))) => (start, Some(Currency::Dollar { is_after: true })),
        (None, Some((currency, _))) => (start, Some(currency)),
        (None, None) => (start, None),
    };
    let value = if scale == Scale::Thousand { value * 1_000.0 } else { value };
    Amount { value, currency, scale, start: first, end: after.map_or(scale_end, |(_, end)| end) }
}

/// The currency that ends just before `at`, and where it begins.
fn currency_before(text: &str, at: usize) -> Option<(usize, Currency)> {
    let before = text[..at].trim_end_matches([' ', '\u{a0}', '\u{202f}', ':', '~']);
    let sign = SIGNS.iter().find(|(sign, _)| before.ends_with(*sign));
    let stem = before.len() - sign.map_or(0, |(sign, _)| sign.len_utf8());
    let letters = before[..stem].bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let is_dollar = sign.is_some_and(|(sign, _)| *sign == '$');
    if letters > 0 && letters <= 7 && (sign.is_none() || is_dollar) {
        let begin = stem - letters;
        let word = &before[begin..];
        // A code is written in capitals, or it is a word such as "can" or "rs".
        let known = WORDS.iter().find(|(name, _)| *name == word);
        let is_currency = |name: &str| !matches!(name, "KR" | "DOLLAR" | "DOLLARS" | "POUNDS" | "EUROS");
        if let Some((_, currency)) = known.filter(|(name, _)| is_currency(name)) {
            return Some((begin, *currency));
        }
        if word.eq_ignore_ascii_case("rs") || word == "kr" {
            let currency = if word == "kr" { Currency::Krona } else { Currency::Code("INR") };
            return Some((begin, currency));
        }
    }
    sign.map(|(_, currency)| (stem, *currency))
}

/// The currency that begins just after `at`, and where it ends.
fn currency_after(text: &str, at: usize) -> Option<(Currency, usize)> {
    let rest = text[at..].trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let begin = text.len() - rest.len();
    if let Some((sign, currency)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(*sign)) {
        let end = begin + sign.len_utf8();
        // `$50 - $60`: the second sign belongs to the second number.
        if text[end..].starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let country = text[end..].trim_start_matches([' ', '\u{a0}']);
        let country_end = |word: &str| text.len() - country.len() + word.len();
        for (word, code) in [("CAD", "CAD"), ("CAN", "CAD"), ("CA", "CAD"), ("USD", "USD"), ("US", "USD")] {
            if *sign == '$' && country.starts_with(word) && is_word_end(country, word.len()) {
                return Some((Currency::Code(code), country_end(word)));
            }
        }
        return Some((*currency, end));
    }
    let letters: usize =
        rest.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum::<usize>().min(rest.len());
    if letters == 0 || letters > 8 {
        return None;
    }
    let word = &rest[..letters];
    let upper = word.to_uppercase();
    let is_lower_word = word != upper;
    let (name, currency) = WORDS.iter().find(|(name, _)| *name == upper)?;
    // "rs" and "can" are words; "euros", "dollars", "kr" and "zł" are written small.
    if is_lower_word
        && !matches!(*name, "EUROS" | "EURO" | "DOLLARS" | "DOLLAR" | "POUNDS" | "KR" | "ZŁ" | "EUR")
    {
        return None;
    }
    Some((*currency, begin + letters))
}

fn is_word_end(text: &str, at: usize) -> bool {
    !text[at..].starts_with(char::is_alphanumeric)
}

/// The scale that follows a number, and where it ends.
fn scale_after(text: &str, at: usize) -> (Scale, usize) {
    let rest = text[at..].trim_start_matches([' ', '\u{a0}', '\u{202f}']);
    let begin = text.len() - rest.len();
    let is_glued = begin == at;
    if rest.starts_with(['%', '°']) || rest.starts_with("\u{ba}") {
        return (Scale::NotMoney, begin);
    }
    let letters = rest.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum::<usize>();
    let word = &rest[..letters];
    let scale = match word {
        "K" | "k" => Scale::Thousand,
        "kEUR" | "KEUR" | "kUSD" | "kCAD" | "kCHF" | "kGBP" => return (Scale::Thousand, begin + 1),
        "M" | "MM" | "mm" | "B" | "b" | "bn" | "Bn" | "BN" | "T" | "mn" | "Mn" | "MRR" | "ARR" | "Mio"
        | "Md" | "Mds" => Scale::Huge,
        "m" if is_glued => Scale::Huge,
        _ => match word.to_lowercase().as_str() {
            "thousand" | "mille" => Scale::Thousand,
            "million" | "millions" | "billion" | "billions" | "trillion" | "milliard" | "milliards"
            | "mil" | "lakh" | "lakhs" | "lpa" | "crore" | "crores" => Scale::Huge,
            "th" | "st" | "nd" | "rd" | "am" | "x" | "e" | "eme" | "ème" | "er" if is_glued => {
                Scale::NotMoney
            }
            _ => return (Scale::One, at),
        },
    };
    (scale, begin + letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let said: Vec<String> = amounts(text)
            .map(|amount| {
                let currency = match amount.currency {
                    None => "?",
                    Some(Currency::Code(code)) => code,
                    Some(Currency::Dollar { is_after: true }) => "after$",
                    Some(Currency::Dollar { .. }) => "$",
                    Some(Currency::Krona) => "kr",
                };
                let scale = match amount.scale {
                    Scale::Huge => " huge",
                    Scale::NotMoney => " not",
                    _ => "",
                };
                format!("{} {currency}{scale}", amount.value)
            })
            .collect();
        assert_eq!(said.join("; "), expected, "{text}");
    }

    #[test]
    fn numbers_are_read_in_every_style() {
        check("$120,000.50", "120000.5 $");
        check("80 000 $", "80000 after$");
        check("80\u{a0}000 à 95\u{202f}000 $ CA", "80000 ?; 95000 CAD");
        check("45,50 $/h", "45.5 after$");
        check("£28,407 to £34,581", "28407 GBP; 34581 GBP");
        check("25.000", "25000 ?");
        check("1.234,56 €", "1234.56 EUR");
        check("CHF 120'000", "120000 CHF");
        check("2100.0 Euros", "2100 EUR");
        check("$118.8K – $198K", "118800 $; 198000 $");
        check("CA$95,000 - $110,000", "95000 CAD; 110000 $");
        check("USD 50k, 60 k€, 70K EUR", "50000 USD; 60000 EUR; 70000 EUR");
        check("SGD 9K", "9000 SGD");
        check("$5M+ and €2 million, 15 %", "5 $ huge; 2 EUR huge; 15 ? not");
        check("30- 45 K", "30 ?; 45000 ?");
        check("B2B v1.5 in 2024", "2024 ?");
        check("$50 - $60", "50 $; 60 $");
        check("2024 100 people", "2024 ?; 100 ?");
    }
}
