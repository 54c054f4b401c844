//! Reads amounts of money out of running text: the number in any of the world's ways of writing it, its scale (`K`, `lakh`,
//! `万`) and its currency on either side. Knows nothing of pay; revenue and funding are amounts too.

use super::numbers::{Number, number};
use crate::taxonomy::currencies::{self, Sign};

/// One number that may be money.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// The number with its scale applied.
    pub value: f64,
    /// Its currency, if a sign or a code touches it.
    pub currency: Option<Currency>,
    /// What follows the digits.
    pub scale: Scale,
    /// True for `$160,00`, which is more likely a slip than a decimal.
    pub is_doubtful: bool,
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
    /// `¥`, the yen, or in China the yuan.
    Yen,
    /// `kr`, the krona of the country.
    Krona,
}

/// What multiplies a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Nothing.
    One,
    /// `K`, `lakh`, `万`.
    Times(f64),
    /// `M`, `million`, `bn`: never somebody's pay.
    Huge,
    /// `%`, `+ years`, a clock: not money at all.
    NotMoney,
}

const THOUSAND: Scale = Scale::Times(1_000.0);
const LAKH: Scale = Scale::Times(100_000.0);

const SPACES: [char; 4] = [' ', '\u{a0}', '\u{202f}', '\u{2009}'];

/// Every amount of a text, in order.
pub fn amounts(text: &str) -> impl Iterator<Item = Amount> {
    let (mut at, mut taken) = (0, 0);
    std::iter::from_fn(move || {
        while let Some(start) = next_digit(text.as_bytes(), at) {
            let number = number(text, start);
            at = number.end;
            if let Some(value) = number.value
                && !is_inside_word(text, start)
            {
                let amount = amount(text, taken, start, number, value);
                (at, taken) = (amount.end, amount.end);
                return Some(amount);
            }
        }
        None
    })
}

/// The first digit from a byte on. Looks at whole blocks first, which the compiler does with SIMD.
fn next_digit(text: &[u8], mut from: usize) -> Option<usize> {
    while let Some(block) = text[from..].first_chunk::<32>() {
        if block.iter().fold(false, |any, byte| any | byte.is_ascii_digit()) {
            break;
        }
        from += block.len();
    }
    text[from..].iter().position(u8::is_ascii_digit).map(|offset| from + offset)
}

/// Whether letters or a decimal point touch the digits on the left, as in `B2B` or `v1.5`; a currency may.
fn is_inside_word(text: &str, start: usize) -> bool {
    let before = &text[..start];
    let Some(last) = before.chars().next_back() else { return false };
    if last.is_alphabetic() {
        // Japanese and Chinese are written without spaces.
        return last.is_ascii_alphabetic() && currency_before(text, start).is_none()
            || matches!(last, '\u{80}'..='\u{24f}') && last != 'ł';
    }
    last.is_numeric() || matches!(last, '#' | '@' | '_')
}

/// The amount whose digits begin at `start`; up to `taken` the text belongs to the one before.
fn amount(text: &str, taken: usize, start: usize, number: Number, value: f64) -> Amount {
    let before = currency_before(text, start).filter(|(first, _)| *first >= taken);
    let (mut value, mut end) = (value, number.end);
    // `£32, 478`: a blank after the comma of thousands.
    if before.is_some()
        && value < 1_000.0
        && let Some(thousands) = blank_group(text, end)
    {
        value = value * 1_000.0 + thousands;
        end += 5;
    }
    end = after_dash(text, end);
    let (scale, scale_end) = scale_after(text, end, before.map(|(_, currency)| currency));
    let after = currency_after(text, scale_end);
    // `120$K`: the scale may follow the sign.
    let (scale, after) = match after {
        Some((currency, end)) if scale == Scale::One => {
            let (scale, end) = scale_after(text, end, Some(currency));
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
    // A lakh is counted in India alone.
    let currency = if scale == LAKH { currency.or(Some(Currency::Code("INR"))) } else { currency };
    let is_sign_first = matches!(before, Some((_, Currency::Dollar { .. } | Currency::Code("GBP"))));
    let value = if let Scale::Times(times) = scale { value * times } else { value };
    Amount {
        value,
        currency,
        scale,
        is_doubtful: number.is_comma_decimal && is_sign_first && value >= 100.0,
        start: first,
        end: after.map_or(scale_end, |(_, end)| end),
    }
}

/// The three digits after a comma and a blank, when no further digit follows.
fn blank_group(text: &str, at: usize) -> Option<f64> {
    let group = text.as_bytes().get(at..at + 5)?;
    let is_group = group.starts_with(b", ") && group[2..].iter().all(u8::is_ascii_digit);
    let is_longer = text.as_bytes().get(at + 5).is_some_and(|next| next.is_ascii_digit() || *next == b',');
    if is_group && !is_longer { text[at + 2..at + 5].parse().ok() } else { None }
}

/// The end of a `.-` or `,-` that says there are no cents: `CHF 5'000.-`.
fn after_dash(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    for dash in [".--", ",--", ".-", ",-", ".–", ",–", ".—"] {
        if let Some(after) = rest.strip_prefix(dash)
            && !after.starts_with(|c: char| c.is_ascii_digit())
        {
            return at + dash.len();
        }
    }
    at
}

/// The currency that ends just before `at`, and where it begins.
fn currency_before(text: &str, at: usize) -> Option<(usize, Currency)> {
    let before = text[..at].trim_end_matches([' ', '\u{a0}', '\u{202f}', ':', '~', '.']);
    let last = before.chars().next_back()?;
    let is_word = last.is_ascii_alphabetic();
    let sign = if is_word || matches!(last, '円' | '元') { None } else { sign(last) };
    // `. ` ends a sentence, unless it ends `Rs.` or `Fr.`.
    if !is_word && (sign.is_none() || text[before.len()..at].contains('.')) {
        return None;
    }
    let stem = before.len() - if is_word { 0 } else { last.len_utf8() };
    let letters = before[..stem].bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let is_compound = matches!(sign, None | Some(Sign::Dollar | Sign::Yen));
    let is_alone = !before[..stem - letters].ends_with(|c: char| c.is_alphanumeric());
    if (1..=7).contains(&letters) && is_compound && is_alone {
        let begin = stem - letters;
        if let Some(currency) = word_before(&before[begin..], &text[before.len()..at]) {
            return Some((begin, currency));
        }
    }
    sign.map(|sign| (stem, currency(sign)))
}

/// What a single sign means.
fn sign(character: char) -> Option<Sign> {
    match character {
        '$' => Some(Sign::Dollar),
        _ if character.is_ascii() => None,
        _ => currencies::spelling(character.encode_utf8(&mut [0; 4])),
    }
}

/// The currency that a word before a number is. A code is written in capitals, or it is a word such as "can".
fn word_before(word: &str, between: &str) -> Option<Currency> {
    match word {
        "Rs" | "rs" | "Re" => return Some(Currency::Code("INR")),
        "kr" => return Some(Currency::Krona),
        "Fr" if between.starts_with('.') => return Some(Currency::Code("CHF")),
        "Rp" => return Some(Currency::Code("IDR")),
        // `R450,000`: the rand touches its number.
        "R" if between.is_empty() => return Some(Currency::Code("ZAR")),
        _ => {}
    }
    if between.contains('.') || word.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let is_noun = matches!(word, "KR" | "DOLLAR" | "DOLLARS" | "POUNDS" | "EURO" | "EUROS" | "RP" | "FR");
    let sign = currencies::code_in_text(word).map(Sign::One).or_else(|| currencies::spelling(word));
    sign.filter(|_| !is_noun).map(currency)
}

fn currency(sign: Sign) -> Currency {
    match sign {
        Sign::One(code) => Currency::Code(code),
        Sign::Dollar => Currency::Dollar { is_after: false },
        Sign::Yen => Currency::Yen,
        Sign::Krona => Currency::Krona,
    }
}

/// The currency that begins just after `at`, and where it ends.
fn currency_after(text: &str, at: usize) -> Option<(Currency, usize)> {
    let rest = text[at..].trim_start_matches(SPACES);
    let begin = text.len() - rest.len();
    let first = rest.chars().next()?;
    if !first.is_alphabetic() || matches!(first, '円' | '元') {
        let sign = sign(first)?;
        let end = begin + first.len_utf8();
        // `$50 - $60`: the second sign belongs to the second number.
        if text[end..].starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let country = text[end..].trim_start_matches([' ', '\u{a0}']);
        let country_end = |word: &str| text.len() - country.len() + word.len();
        for (word, code) in [("CAD", "CAD"), ("CAN", "CAD"), ("CA", "CAD"), ("USD", "USD"), ("US", "USD")] {
            if first == '$' && country.starts_with(word) && is_word_end(country, word.len()) {
                return Some((Currency::Code(code), country_end(word)));
            }
        }
        return Some((currency(sign), end));
    }
    let letters: usize = rest.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum();
    if letters > 8 {
        return None;
    }
    let word = &rest[..letters];
    let end = begin + letters;
    // "can" and "all" are words; "euros", "dollars", "kr" and "zł" are written small.
    let is_capitals = word.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_capitals {
        // `95,000 CAD $`
        if let Some(code) = currencies::code_in_text(word) {
            let dollar = text[end..].trim_start_matches(' ');
            let after = dollar.strip_prefix('$').filter(|_| code.ends_with('D'));
            let is_followed = after.is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_digit()));
            let end = if is_followed { text.len() - dollar.len() + 1 } else { end };
            return Some((Currency::Code(code), end));
        }
    }
    if word.eq_ignore_ascii_case("pln") || word.eq_ignore_ascii_case("eur") {
        return currencies::code(&word.to_ascii_uppercase()).map(|code| (Currency::Code(code), end));
    }
    let is_noun = matches!(
        word.to_lowercase().as_str(),
        "euros" | "euro" | "dollars" | "dollar" | "pounds" | "kr" | "zł" | "rmb" | "cdn" | "nis"
    );
    let sign = currencies::spelling(word).filter(|_| is_noun)?;
    Some((currency(sign), end))
}

fn is_word_end(text: &str, at: usize) -> bool {
    !text[at..].starts_with(char::is_alphanumeric)
}

/// The scale that follows a number, and where it ends.
fn scale_after(text: &str, at: usize, currency: Option<Currency>) -> (Scale, usize) {
    let rest = text[at..].trim_start_matches(SPACES);
    let begin = text.len() - rest.len();
    let is_glued = begin == at;
    if rest.starts_with(['%', '°', '\u{ba}', '％']) {
        return (Scale::NotMoney, begin);
    }
    if rest.starts_with('万') {
        return (Scale::Times(10_000.0), begin + '万'.len_utf8());
    }
    let letters = rest.chars().take_while(|c| c.is_alphabetic()).map(char::len_utf8).sum::<usize>();
    let word = &rest[..letters];
    let scale = match word {
        "K" | "k" => THOUSAND,
        "kEUR" | "KEUR" | "kUSD" | "kCAD" | "kCHF" | "kGBP" | "TEUR" => return (THOUSAND, begin + 1),
        "T" if rest[1..].starts_with('€') => THOUSAND,
        "L" | "l" if currency == Some(Currency::Code("INR")) => LAKH,
        "LPA" | "lpa" => return (LAKH, begin),
        "M" | "MM" | "mm" | "B" | "b" | "bn" | "Bn" | "BN" | "T" | "mn" | "Mn" | "MRR" | "ARR" | "Mio"
        | "Md" | "Mds" | "Cr" => Scale::Huge,
        "m" if is_glued => Scale::Huge,
        _ if letters > 10 || word.is_empty() => return (Scale::One, at),
        _ => match word.to_lowercase().as_str() {
            "thousand" | "mille" | "tsd" | "tys" => THOUSAND,
            "lakh" | "lakhs" | "lac" | "lacs" => LAKH,
            "million" | "millions" | "billion" | "billions" | "trillion" | "milliard" | "milliards"
            | "mil" | "crore" | "crores" => Scale::Huge,
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
                    Some(Currency::Yen) => "¥",
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

    #[test]
    fn the_world_writes_money_in_many_ways() {
        check("₹1,20,000 and Rs. 12,00,000", "120000 INR; 1200000 INR");
        check("12-18 LPA", "12 ?; 1800000 INR");
        check("₹70L – ₹90L", "7000000 INR; 9000000 INR");
        check("8 lakhs", "800000 INR");
        check("年収400万円〜600万円", "4000000 JPY; 6000000 JPY");
        check("¥5,000,000", "5000000 ¥");
        check("CN¥7K", "7000 CNY");
        check("CHF 5'000.- bis 6'000.-", "5000 CHF; 6000 ?");
        check("€ 3.500,- bruto", "3500 EUR");
        check("60 T€, 70 TEUR", "60000 EUR; 70000 EUR");
        check("R$ 8.000,00", "8000 BRL");
        check("R450,000", "450000 ZAR");
        check("RM 3,500 and Rp 10.000.000", "3500 MYR; 10000000 IDR");
        check("12 000 zł, 12 tys. zł", "12000 PLN; 12000 ?");
        check("35 000 kr", "35000 kr");
        check("SAR 70K, TOP 100", "70000 SAR; 100 ?");
        check("£32, 478 of 2020, 300", "32478 GBP; 2020 ?; 300 ?");
        check("95,000 CAD $", "95000 CAD");
        check("140,0000 and £49,32.00", "");
        check("$17.3077", "17.3077 $");
    }
}
