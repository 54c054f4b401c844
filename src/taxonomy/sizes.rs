//! Bands of company size. Reads `company_sizes.yml`.

use super::headcount::{Headcount, headcount};
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

    /// The label of the band that a stated size falls into: the band of the middle of a range, also where it crosses bands
    /// (50 to 99 is 51-200, 250 to 999 is 501-1000); the first band above an open least (5000+ is 5001+, plus de 500 is
    /// 501-1000); the band of the most where there is no least (fewer than 50 is 11-50). A text without numbers goes by the
    /// words of the file.
    pub fn label(&self, text: &str) -> Option<&str> {
        let size = match headcount(text) {
            // More than 500 are 501 at least, and `500+` means the same.
            Some((least, None)) => least.saturating_add(1),
            Some((1, Some(most))) if is_most(text) => most,
            Some((least, Some(most))) => least.midpoint(most),
            None if text.contains(|c: char| c.is_ascii_digit()) => return None,
            None => return self.by_word(text),
        };
        let band =
            self.bands.iter().find(|band| band.min <= size && band.max.is_none_or(|max| size <= max))?;
        Some(&band.label)
    }

    fn by_word(&self, text: &str) -> Option<&str> {
        let folded = fold(text);
        let bare: Vec<&str> = folded.split_ascii_whitespace().filter(|word| !NOISE.contains(word)).collect();
        let bare = format!(" {} ", bare.join(" "));
        let band =
            self.bands.iter().find(|band| band.words.contains(&folded) || band.words.contains(&bare))?;
        Some(&band.label)
    }
}

/// Fewest and most people that a text such as `1,001-5,000 employees`, `10001+` or `350` states; no most is an open end.
pub fn employees(text: &str) -> Option<Headcount> {
    headcount(text)
}

/// Whether a text states a most only.
fn is_most(text: &str) -> bool {
    let folded = fold(text);
    let is_word = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    text.contains(['<', '≤'])
        || is_word(&[" less than ", " fewer than ", " under ", " below ", " up to ", " max ", " maximum "])
        || is_word(&[" moins de ", " jusqu a ", " inferieur a "])
}

/// Words beside those of a band that say nothing of the size.
const NOISE: &[&str] = &["company", "companies", "business", "firm", "societe", "taille", "a", "une", "un"];
