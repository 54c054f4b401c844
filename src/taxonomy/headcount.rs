//! Reads how many people a company has from what is said of it, in English and French: `1,001-5,000 employees`, `10K+`, `de 51
//! à 200 employés`, `une équipe de 25 personnes`, `moins de 10 salariés`. Knows no bands; those are in `sizes`.

/// Fewest and most people; no most is an open end.
pub type Headcount = (u64, Option<u64>);

/// Words that say a number counts people, folded to lower case.
const PEOPLE: &[&str] = &[
    "employee",
    "employé",
    "employe",
    "salarié",
    "salarie",
    "people",
    "person",
    "staff",
    "worker",
    "colleague",
    "collaborat",
    "coworker",
    "team member",
    "teammate",
    "membre",
    "member",
    "fte",
    "etp",
    "headcount",
    "effectif",
    "mitarbeiter",
    "empleado",
    "dipendent",
    "medewerker",
    "professional",
    "expert",
    "développeur",
    "developer",
    "engineer",
    "talents",
    "team of",
    "équipe de",
    "company of",
    "startup of",
];

/// Words right before a number after which it is the least.
const OVER: &[&str] =
    &[">", "more than", "over", "above", "plus de", "au-delà de", "upwards of", "supérieur à"];
/// Words right before a number after which it is no longer reached.
const UNDER: &[&str] = &["<", "less than", "fewer than", "under", "below", "moins de", "inférieur à"];
/// Words right before a number after which it is the most.
const UP_TO: &[&str] = &["up to", "jusqu'à", "jusqu’à", "maximum", "max", "≤", "<="];
/// Words right after a number after which it is the least.
const OR_MORE: &[&str] =
    &["+", "plus ", "and more", "or more", "et plus", "ou plus", "and over", "and up", "or over"];
const BETWEEN: &[&str] = &["-", "–", "—", "‑", "to", "à", "a", "and", "et", "bis", "..", "/"];

/// One number of a text.
struct Number {
    value: u64,
    start: usize,
    end: usize,
}

/// How many people a text says there are. Where words count people, their number; else the only number or range there is.
/// Two numbers that are no range, such as a year and a count, say nothing.
pub fn headcount(text: &str) -> Option<Headcount> {
    let lower = text.to_lowercase();
    let found = counts(&lower)?;
    let is_people = PEOPLE.iter().any(|word| lower.contains(word));
    let mut named = found.iter().filter(|(_, _, end)| is_followed_by_people(&lower, *end));
    let (count, start, _) = match (named.next(), &found[..]) {
        (Some(named), _) => named,
        (None, [only]) => only,
        // `Effectif : 120, fondée en 1998`
        (None, several) if is_people => {
            several.iter().find(|(_, start, _)| is_preceded_by_people(&lower, *start))?
        }
        (None, _) => return None,
    };
    let before = lower[..*start].trim_end();
    let is_year = matches!(count, (1_900..=2_100, Some(1_900..=2_100))) && !is_people;
    let is_nobody = count.1 == Some(0) && !is_people;
    let is_money = before.ends_with(['$', '€', '£', '#']);
    (!is_year && !is_nobody && !is_money).then_some((count.0.max(1), count.1.map(|most| most.max(1))))
}

/// Every number and range with the bytes it takes; none when a number is too large or a range runs downwards.
fn counts(text: &str) -> Option<Vec<(Headcount, usize, usize)>> {
    let numbers = numbers(text)?;
    let mut counts = Vec::new();
    let mut at = 0;
    while let Some(number) = numbers.get(at) {
        at += 1;
        let before = text[..number.start].trim_end_matches([' ', '~', '\u{a0}']);
        let after = text[number.end..].trim_start();
        if let Some(next) = numbers.get(at)
            && BETWEEN.contains(&text[number.end..next.start].trim())
        {
            at += 1;
            if next.value < number.value {
                return None;
            }
            counts.push(((number.value, Some(next.value)), number.start, next.end));
            continue;
        }
        let is = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
        let count = if OR_MORE.iter().any(|word| after.starts_with(word)) || is(OVER) {
            (number.value, None)
        } else if is(UNDER) {
            (1, Some(number.value.saturating_sub(1)))
        } else if is(UP_TO) {
            (1, Some(number.value))
        } else {
            (number.value, Some(number.value))
        };
        counts.push((count, number.start, number.end));
    }
    (!counts.is_empty()).then_some(counts)
}

fn is_followed_by_people(text: &str, end: usize) -> bool {
    let reach = text.floor_char_boundary((end + 24).min(text.len()));
    let after = &text[end..reach];
    let clause = after.split([',', ';', '(', '|', '/']).next().unwrap_or_default();
    let clause = clause.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default();
    PEOPLE.iter().any(|word| clause.contains(word))
}

fn is_preceded_by_people(text: &str, start: usize) -> bool {
    let reach = text.ceil_char_boundary(start.saturating_sub(20));
    let clause = text[reach..start].rsplit([',', ';', '|', '.']).next().unwrap_or_default();
    PEOPLE.iter().any(|word| clause.contains(word))
}

/// The whole numbers of a text, with groups of three digits and a `k` for thousands; none when one is too large.
fn numbers(text: &str) -> Option<Vec<Number>> {
    let bytes = text.as_bytes();
    let mut numbers = Vec::new();
    let mut at = 0;
    while let Some(offset) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + offset;
        let mut digits = String::new();
        at = start;
        loop {
            let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            digits.push_str(&text[at..at + run]);
            at += run;
            let Some(separator) = text[at..].chars().next() else { break };
            let next = at + separator.len_utf8();
            let following = bytes[next..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let is_group =
                matches!(separator, ',' | '.' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}') && following == 3;
            if !is_group || digits.len() > 3 && run != 3 {
                break;
            }
            at = next;
        }
        let mut value: u64 = digits.parse().ok()?;
        let is_thousands =
            text[at..].starts_with('k') && !text[at + 1..].starts_with(|c: char| c.is_alphabetic());
        if is_thousands {
            value = value.checked_mul(1_000)?;
            at += 1;
        }
        let is_inside_word = text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if !is_inside_word {
            numbers.push(Number { value, start, end: at });
        }
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted() {
        let check = |text: &str, expected| assert_eq!(headcount(text), expected, "{text}");
        check("51-200", Some((51, Some(200))));
        check("1,001-5,000 employees", Some((1_001, Some(5_000))));
        check("10,001+ employees", Some((10_001, None)));
        check("10 001+", Some((10_001, None)));
        check("350", Some((350, Some(350))));
        check("1 to 50 Employees", Some((1, Some(50))));
        check("5k-10k", Some((5_000, Some(10_000))));
        check("plus de 500 salariés", Some((500, None)));
        check("moins de 10 salariés", Some((1, Some(9))));
        check("jusqu'à 50 employés", Some((1, Some(50))));
        check("startup of 30 people, founded in 2019", Some((30, Some(30))));
        check("Fondée en 1998, 250 employés", Some((250, Some(250))));
        check("Effectif : 120, depuis 1998", Some((120, Some(120))));
        check("0 salarié", Some((1, Some(1))));
        check("0", None);
        check("large", None);
        check("founded 1998 in 12 countries", None);
        check("$5M revenue", None);
        check("99999999999999999999999", None);
        check("200-51", None);
    }
}
