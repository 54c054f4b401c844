//! Reads one number in any of the world's ways of grouping digits: `120,000.50`, `80 000`, `1.234,56`, `120'000`, `1,20,000`.

/// A run of digits with its separators.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// Its value; none when it is no plain number, such as a slip of the pen.
    pub value: Option<f64>,
    /// True when a comma parts the decimals.
    pub is_comma_decimal: bool,
    /// Byte after the last digit.
    pub end: usize,
}

/// The number whose first digit is at `start`.
pub fn number(text: &str, start: usize) -> Number {
    let bytes = text.as_bytes();
    let mut end = start + digits(bytes, start);
    let mut value = decimal(&text[start..end]);
    let mut grouped_by = None;
    while let Some((separator, next)) = separator(text, end) {
        let following = digits(bytes, next);
        let is_first = grouped_by.is_none() && end - start <= 3;
        if following == 3 && (is_first || grouped_by == Some(separator)) {
            grouped_by = Some(separator);
            end = next + 3;
            value =
                value.map(|value| value * 1_000.0).zip(decimal(&text[next..end])).map(|(one, two)| one + two);
        } else if grouped_by.is_none()
            && end - start <= 2
            && separator == ','
            && let Some((indian, after)) = indian(text, start, end)
        {
            (value, end) = (Some(indian), after);
            break;
        } else if matches!(separator, '.' | ',') && grouped_by != Some(separator) && following > 0 {
            let most = if separator == '.' { 4 } else { 2 };
            let after = next + following;
            let rest = rest_of_slip(text, after);
            let is_broken = following > most || following == 3 || rest > after;
            let fraction = decimal(&text[next..after]).map(|digits| digits / 10_f64.powi(following as i32));
            let value = value.zip(fraction).map(|(whole, fraction)| whole + fraction);
            return Number {
                value: value.filter(|_| !is_broken),
                is_comma_decimal: separator == ',',
                end: rest,
            };
        } else {
            // `140,0000` and `1,23,4` are slips; `2024 100` is two numbers.
            let is_slip = matches!(separator, '.' | ',') && grouped_by == Some(separator);
            let end = if is_slip { next + following } else { end };
            return Number { value: value.filter(|_| !is_slip), is_comma_decimal: false, end };
        }
    }
    Number { value, is_comma_decimal: false, end }
}

/// Digits in groups of two and a last one of three, as India writes them.
fn indian(text: &str, start: usize, first: usize) -> Option<(f64, usize)> {
    let bytes = text.as_bytes();
    let mut value = decimal(&text[start..first])?;
    let mut end = first;
    while bytes.get(end) == Some(&b',') {
        let following = digits(bytes, end + 1);
        let group = decimal(&text[end + 1..end + 1 + following])?;
        end += 1 + following;
        match following {
            2 => value = value * 100.0 + group,
            3 => return Some((value * 1_000.0 + group, end)),
            _ => return None,
        }
    }
    None
}

/// Where a number ends that goes on after its decimals, as a date or a slip does: `49,32.00`.
fn rest_of_slip(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while matches!(bytes.get(at), Some(b'.' | b',')) && digits(bytes, at + 1) > 0 {
        at += 1 + digits(bytes, at + 1);
    }
    at
}

fn digits(bytes: &[u8], at: usize) -> usize {
    bytes.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count()
}

/// The value of up to fifteen digits, which a float holds exactly.
fn decimal(digits: &str) -> Option<f64> {
    if digits.len() > 15 { None } else { digits.parse().ok() }
}

/// A character that may part groups of digits, and where the digits after it begin.
fn separator(text: &str, at: usize) -> Option<(char, usize)> {
    let character = text[at..].chars().next()?;
    let is_separator = matches!(character, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{2009}');
    let next = at + character.len_utf8();
    (is_separator && text.as_bytes().get(next).is_some_and(u8::is_ascii_digit)).then_some((character, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_decimals() {
        let check = |text: &str, expected: Option<f64>| {
            let number = number(text, 0);
            assert_eq!((number.value, number.end), (expected, text.len()), "{text}");
        };
        check("120,000.50", Some(120_000.5));
        check("80 000", Some(80_000.0));
        check("1.234.567,8", Some(1_234_567.8));
        check("120'000", Some(120_000.0));
        check("1,20,000", Some(120_000.0));
        check("12,00,000", Some(1_200_000.0));
        check("45,50", Some(45.5));
        check("17.3077", Some(17.3077));
        check("25.000", Some(25_000.0));
        check("49,32.00", None);
        check("12.05.2024", None);
        check("140,0000", None);
        check("99999999999999999999", None);
        assert_eq!(number("2024 100", 0).end, 4);
        assert_eq!(number("12.5.", 0).end, 4);
    }
}
