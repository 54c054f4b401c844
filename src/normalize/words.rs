//! Kind of contract and work model from the words that sources really send. Absence of a word is `unknown`, never a
//! default; descriptions are never read here.

use super::text;
use crate::posting::{ContractType, RemoteType};
use crate::taxonomy::work_model::{self, Terms};
use std::sync::LazyLock;

const INTERN: &str = "\
    intern, interns, internship, internships, praktikum, praktikant, praktikantin, praktika, \
    pflichtpraktikum, coop, co op, apprentice, apprenticeship, apprentissage, professionnalisation, \
    alternance, alternant, ausbildung, azubi, duales studium, trainee, traineeship, werkstudent, \
    werkstudentin, working student, stagiaire, pasantia, practicas, becario, estagio, estagiario, \
    tirocinio";
/// These mean an internship in a field for the contract, and something else in a headline.
const INTERN_FIELD: &str = "stage, student, students, etudiant, placement";
const TEMP: &str = "\
    temporary, temp, casual, per diem, perdiem, prn, seasonal, interim, interimaire, intermittent, \
    saisonnier, temporaire, occasionnel, surnumeraire, aushilfe, minijob, mini job, zeitarbeit, \
    leiharbeit, geringfugig, on call, zero hours, zero hour, temporal, temporario, relief, locum, mis, \
    sai";
const CONTRACT: &str = "\
    contractor, contractors, freelance, freelancer, freelancers, fixed term, fixedterm, limited term, \
    term contract, contract to, self employed, selfemployed, independent contractor, independant, 1099, \
    c2c, corp to corp, b2b, cdd, duree determinee, profession liberale, lib, befristet, befristete, \
    befristeter, freie mitarbeit, freiberuflich, werkvertrag, autonomo, ftc, project based";
/// A permanent contract is a contract too, and in French every employment is a `contrat`.
const CONTRACT_UNLESS_PERMANENT: &str = "contract, contracts, contracted, contractual, contractuel, term";
const PERMANENT: &str = "\
    permanent, permanente, perm, regular, direct hire, cdi, duree indeterminee, indefinido, \
    indeterminato, unbefristet, unbefristete, unbefristeter, festanstellung, feste anstellung";
const FULL_TIME: &str = "\
    full time, fulltime, full, ft, vollzeit, temps plein, temps complet, plein temps, tiempo completo, \
    jornada completa, tempo pieno, tempo integral, voltijd, fulltid, heltid";
const PART_TIME: &str = "\
    part time, parttime, part timer, half time, pt, teilzeit, temps partiel, mi temps, tiempo parcial, \
    media jornada, tempo parziale, deeltijd, deltid, side";
/// What is plain in a headline too, where `full`, `side` or `pt` are not.
const TITLE_FULL_TIME: &str = "\
    full time, fulltime, vollzeit, temps plein, tiempo completo, jornada completa";
const TITLE_PART_TIME: &str = "\
    part time, parttime, teilzeit, temps partiel, mi temps, tiempo parcial, media jornada";
/// A headline with one of these is about interns, not for one.
const NOT_AN_INTERN: &str = "manager, coordinator, recruiter, lead, director, supervisor, head";

/// The kind of contract from the source's word for it, else from a headline that is plain about it.
pub fn contract_type(employment: Option<&str>, title: &str) -> ContractType {
    let stated = employment
        .map_or(ContractType::Unknown, |employment| from_field(&text::words(&separated(employment))));
    if stated != ContractType::Unknown {
        return stated;
    }
    let found = TITLE_CONTRACTS.find(&text::words(title));
    let [intern, about_interns, full, part] = found;
    if intern.is_some() && about_interns.is_none() { ContractType::Intern } else { full_or_part(full, part) }
}

/// The work model from the field made for it, else from the place, else from the headline.
pub fn remote_type(stated: Option<RemoteType>, location: Option<&str>, title: &str) -> RemoteType {
    match stated {
        Some(stated) if stated != RemoteType::Unknown => stated,
        _ => match location.map_or(RemoteType::Unknown, work_model::from_place) {
            RemoteType::Unknown => work_model::from_title(title),
            found => found,
        },
    }
}

static CONTRACTS: LazyLock<Terms<8>> = LazyLock::new(|| {
    Terms::new([
        INTERN,
        INTERN_FIELD,
        TEMP,
        CONTRACT,
        CONTRACT_UNLESS_PERMANENT,
        PERMANENT,
        FULL_TIME,
        PART_TIME,
    ])
});
static TITLE_CONTRACTS: LazyLock<Terms<4>> =
    LazyLock::new(|| Terms::new([INTERN, NOT_AN_INTERN, TITLE_FULL_TIME, TITLE_PART_TIME]));
/// What says least about the hours wins: an internship is one at any hours, a contract too.
fn from_field(words: &str) -> ContractType {
    let [intern, intern_field, temp, contract, contract_unless_permanent, permanent, full, part] =
        CONTRACTS.find(words);
    if intern.or(intern_field).is_some() {
        return ContractType::Intern;
    }
    if temp.is_some() {
        return ContractType::Temp;
    }
    if contract.is_some() || (contract_unless_permanent.is_some() && permanent.is_none()) {
        return ContractType::Contract;
    }
    match full_or_part(full, part) {
        ContractType::Unknown if permanent.is_some() => ContractType::FullTime,
        found => found,
    }
}

/// Where both are offered, the one named first.
fn full_or_part(full: Option<usize>, part: Option<usize>) -> ContractType {
    match (full, part) {
        (None, None) => ContractType::Unknown,
        (Some(full), Some(part)) if part < full => ContractType::PartTime,
        (None, Some(_)) => ContractType::PartTime,
        (Some(_), _) => ContractType::FullTime,
    }
}

/// `FullTime` as `Full Time`.
fn separated(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for character in text.chars() {
        if character.is_uppercase() && out.ends_with(char::is_lowercase) {
            out.push(' ');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_as_sources_write_them() {
        let check = |employment: &str, expected: &str| {
            assert_eq!(contract_type(Some(employment), "").as_str(), expected, "of {employment:?}");
        };
        for word in
            "FullTime | FULLTIME | FULL_TIME | full-time | Full Time | Full-time permanent position | \
            Permanent | Vollzeit | CDI | temps plein | Contrat à durée indéterminée | permanent \
            contract | Regular | FULLTIME, PARTTIME | unbefristeter Vertrag | full"
                .split(" | ")
        {
            check(word, "full_time");
        }
        for word in "PartTime | PARTTIME | part_time | Teilzeit | CDI, Temps partiel | Side | Part-Time, \
            Full-Time | Permanent part time"
            .split(" | ")
        {
            check(word, "part_time");
        }
        for word in "Contract | CONTRACTOR | Contractor | FULLTIME, CONTRACTOR | fixed term | Fixed-Term (12 \
            months) | freelance | CDD - 12 Mois | Contrat à durée déterminée - 6 Mois | Full-time \
            contract | contract-to-hire | befristet, Vollzeit | Profession libérale | term"
            .split(" | ")
        {
            check(word, "contract");
        }
        for word in "INTERN | Internship | stage | co-op | Werkstudent | Full-time, Internship | Contrat \
            apprentissage | Working Student"
            .split(" | ")
        {
            check(word, "intern");
        }
        for word in "Temporary | TEMPORARY | CASUAL | per diem | PER_DIEM | Mission intérimaire - 3 Mois | \
            Temp to perm | Seasonal"
            .split(" | ")
        {
            check(word, "temp");
        }
        for word in
            " | OTHER | VOLUNTEER | Contrat travail | International | external | Internal".split(" | ")
        {
            check(word, "unknown");
        }
    }

    #[test]
    fn headlines_help_where_the_field_is_silent() {
        let check = |title: &str, expected: &str| {
            assert_eq!(contract_type(None, title).as_str(), expected, "of {title:?}")
        };
        check("Software Engineer Intern (Summer 2027)", "intern");
        check("Praktikant Marketing", "intern");
        check("Buchhalter (m/w/d) – Teilzeit", "part_time");
        check("Tax Manager (m/w/d) – Vollzeit", "full_time");
        check("Internship Program Manager", "unknown");
        check("Full Stack Developer", "unknown");
        check("Stage Technician", "unknown");
        check("Internal Auditor", "unknown");
        assert_eq!(contract_type(Some("FullTime"), "Design Intern"), ContractType::FullTime);
    }

    #[test]
    fn a_field_made_for_it_wins() {
        assert_eq!(remote_type(Some(RemoteType::Onsite), Some("Remote"), "X (Remote)"), RemoteType::Onsite);
        assert_eq!(remote_type(Some(RemoteType::Unknown), Some("Remote"), ""), RemoteType::Remote);
        assert_eq!(remote_type(None, Some("Toronto (Hybrid)"), ""), RemoteType::Hybrid);
        assert_eq!(remote_type(None, Some("Toronto"), "Technician, On-site"), RemoteType::Onsite);
    }
}
