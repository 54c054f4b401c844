//! The hash of an enrichment, by which an equal one is known: of every column in a form without names or quotes, since
//! writing JSON takes longer than hashing it. Equal rows have equal hashes in every version that has the same columns.

use super::core::{Enrichment, JobPlace, Provenance, Provenances, SkillMention};
use crate::posting::Hundredths;
use md5::{Digest, Md5};

/// md5 over every column, as 32 hex digits.
pub fn of(enrichment: &Enrichment) -> String {
    let mut columns = Columns(Vec::with_capacity(2048));
    columns.add(enrichment);
    let digits =
        |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from(b"0123456789abcdef"[usize::from(half)]));
    Md5::digest(columns.0).iter().flat_map(digits).collect()
}

/// What is hashed. Every part has a length of its own or says its length first, so that no two rows are written alike.
struct Columns(Vec<u8>);

impl Columns {
    /// Names every column: one that is added must be hashed too.
    fn add(&mut self, enrichment: &Enrichment) {
        let Enrichment {
            job_title_std,
            occupation_code,
            esco_code,
            seniority,
            years_asked,
            skills,
            skill_mentions,
            location_std,
            location_city,
            location_region,
            location_country,
            location_lat,
            location_lon,
            places,
            remote_type,
            remote_countries,
            salary_min,
            salary_max,
            salary_currency,
            salary_period,
            salary_min_norm,
            salary_max_norm,
            language,
            provenance,
        } = enrichment;
        for text in [job_title_std, occupation_code, esco_code, salary_currency, language] {
            self.option(text.as_deref());
        }
        for text in [location_std, location_city, location_region, location_country] {
            self.option(text.as_deref());
        }
        self.option(seniority.map(|level| level.as_str()));
        self.option(salary_period.map(|period| period.as_str()));
        self.text(remote_type.as_str());
        self.number(years_asked.map(u64::from));
        for amount in [salary_min, salary_max, salary_min_norm, salary_max_norm] {
            self.number(amount.map(|Hundredths(amount)| amount.cast_unsigned()));
        }
        self.degrees([*location_lat, *location_lon]);
        self.texts(skills);
        self.texts(remote_countries);
        self.length(skill_mentions.len());
        skill_mentions.iter().for_each(|mention| self.mention(mention));
        self.length(places.len());
        places.iter().for_each(|place| self.place(place));
        self.provenances(provenance);
    }

    fn mention(&mut self, SkillMention { skill, r#where, start, end, section }: &SkillMention) {
        for text in [skill.as_str(), r#where, section] {
            self.text(text);
        }
        self.0.extend(start.to_le_bytes());
        self.0.extend(end.to_le_bytes());
    }

    fn place(&mut self, JobPlace { city, region, country, lat, lon }: &JobPlace) {
        self.option(city.as_deref());
        self.option(region.as_deref());
        self.text(country);
        self.degrees([*lat, *lon]);
    }

    fn provenances(&mut self, from: &Provenances) {
        let Provenances { title, seniority, skills, location, remote, salary, language } = from;
        for Provenance { origin, confidence } in
            [title, seniority, skills, location, remote, salary, language]
        {
            self.text(origin);
            self.0.extend(confidence.to_bits().to_le_bytes());
        }
    }

    fn texts(&mut self, texts: &[String]) {
        self.length(texts.len());
        texts.iter().for_each(|text| self.text(text));
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn option(&mut self, text: Option<&str>) {
        self.0.push(text.is_some().into());
        self.text(text.unwrap_or_default());
    }

    fn degrees(&mut self, degrees: [Option<f64>; 2]) {
        degrees.iter().for_each(|degrees| self.number(degrees.map(f64::to_bits)));
    }

    fn number(&mut self, number: Option<u64>) {
        self.0.push(number.is_some().into());
        self.0.extend(number.unwrap_or_default().to_le_bytes());
    }

    fn length(&mut self, length: usize) {
        self.0.extend((length as u32).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::core::{EnrichInput, enrich};
    use crate::taxonomy::Taxonomy;

    #[test]
    fn a_row_that_differs_has_another_hash() {
        let input =
            EnrichInput { job_title: "Nurse", location: Some("Toronto, ON"), ..EnrichInput::default() };
        let row = enrich(&input, &Taxonomy::bundled());
        let hash = of(&row);
        assert!(
            hash.len() == 32 && hash == of(&row.clone()) && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        );
        let check = |what: &str, change: fn(&mut Enrichment)| {
            let mut other = row.clone();
            change(&mut other);
            assert_ne!(of(&other), hash, "{what}");
        };
        check("years", |row| row.years_asked = Some(0));
        check("skills", |row| row.skills.push(String::new()));
        check("countries", |row| row.remote_countries.push("CA".to_owned()));
        check("amounts", |row| row.salary_max_norm = Some(Hundredths(0)));
        check("places", |row| row.places[0].lat = None);
        check("language", |row| row.language = Some("xx".to_owned()));
        check("provenance", |row| row.provenance.title.confidence += 0.01);
    }
}
