//! Bands of company size. Reads `company_sizes.yml`.

use super::words::fold;
use crate::yaml;
use anyhow::ensure;
use serde::Deserialize;

/// The compiled file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    bands: Vec<Band>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Band {
    label: String,
    min: u64,
    max: Option<u64>,
    #[serde(default)]
    words: Vec<String>,
}

impl Sizes {
    pub(super) fn read(name: &str, text: &str) -> anyhow::Result<Sizes> {
        let mut sizes: Sizes = yaml::parse(name, text)?;
        for band in &mut sizes.bands {
            ensure!(
                band.max.is_none_or(|max| band.min <= max),
                "{name}: band `{}`: min is above max",
                band.label
            );
            for word in &mut band.words {
                *word = fold(word);
            }
        }
        Ok(sizes)
    }

    /// The label of the band that holds the middle of a stated size.
    pub fn label(&self, text: &str) -> Option<&str> {
        let middle = match employees(text) {
            Some((min, Some(max))) => min.midpoint(max),
            Some((min, None)) => min,
            None => {
                let folded = fold(text);
                let band = self.bands.iter().find(|band| band.words.contains(&folded))?;
                return Some(&band.label);
            }
        };
        let band =
            self.bands.iter().find(|band| band.min <= middle && band.max.is_none_or(|max| middle <= max))?;
        Some(&band.label)
    }
}

/// Fewest and most employees that a text such as `1,001-5,000 employees`, `10001+` or `350` states; no end is open.
pub fn employees(text: &str) -> Option<(u64, Option<u64>)> {
    let mut numbers: Vec<u64> = Vec::new();
    let mut digits = String::new();
    for character in text.chars().chain([' ']) {
        let separator = matches!(character, ',' | '.' | '\u{a0}' | '\u{202f}');
        if character.is_ascii_digit() {
            digits.push(character);
        } else if !separator && !digits.is_empty() {
            let number: u64 = digits.parse().ok()?;
            numbers.push(if matches!(character, 'k' | 'K') { number.saturating_mul(1000) } else { number });
            digits.clear();
        }
    }
    match numbers[..] {
        [number] if text.contains('+') || text.contains('>') => Some((number, None)),
        [number] => Some((number, Some(number))),
        [min, max] if min <= max => Some((min, Some(max))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn employees_are_read() {
        let check = |text: &str, expected| assert_eq!(employees(text), expected, "{text}");
        check("51-200", Some((51, Some(200))));
        check("1,001-5,000 employees", Some((1001, Some(5000))));
        check("10,001+ employees", Some((10001, None)));
        check("350", Some((350, Some(350))));
        check("1 to 50 Employees", Some((1, Some(50))));
        check("5k-10k", Some((5000, Some(10000))));
        check("large", None);
        check("99999999999999999999999", None);
        check("200-51", None);
    }
}
