//! What the boost list adds to a score or takes from it: a line for each entry that meets the job, and one for the limit
//! where there is more than a score can hold.

use super::core::Adjustment;
use super::input::{RankInput, Words};
use super::keywords::Found;
use crate::config::ranking::lists::{BOOST_LIMIT, Entry, Lists, Subject};
use crate::posting::Hundredths;

/// Hundredths of a full score.
const FULL: i64 = 100_00;

/// The adjusted score in hundredths, and the lines that lead there from `base`.
pub(super) fn of(
    base: i64,
    input: &RankInput,
    words: &Words,
    found: &Found,
    lists: &Lists,
) -> (i64, Vec<Adjustment>) {
    let mut lines = Vec::new();
    let mut sum = 0;
    for (entry, points) in &lists.boost {
        if meets(entry, input, words, found) {
            sum += points.0;
            let evidence = met(entry);
            lines.push(Adjustment {
                adjustment: format!("boost.{entry}"),
                points: points.as_f64(),
                evidence,
            });
        }
    }
    let limited = sum.clamp(-BOOST_LIMIT.0, BOOST_LIMIT.0).clamp(-base, FULL - base);
    if limited != sum {
        let evidence = match limited {
            _ if limited == FULL - base => "a score is at most 100".to_owned(),
            _ if limited == -base => "a score is at least 0".to_owned(),
            _ => format!("all boosts together count for at most {} points", BOOST_LIMIT.as_f64()),
        };
        let points = Hundredths(limited - sum).as_f64();
        lines.push(Adjustment { adjustment: "limit".to_owned(), points, evidence });
    }
    (base + limited, lines)
}

/// Whether an entry of a list meets a job.
pub(super) fn meets(entry: &Entry, input: &RankInput, words: &Words, found: &Found) -> bool {
    let phrase = &entry.phrase;
    match entry.subject {
        Subject::Company => input.company_key == phrase.folded,
        Subject::Title => words.title.contains(&phrase.folded) && input.speaks(phrase.language.as_deref()),
        Subject::Keyword => found.has(phrase, input),
        Subject::Skill => input.skills.contains(&phrase.folded),
    }
}

/// What it met, in words.
pub(super) fn met(entry: &Entry) -> String {
    let text = &entry.phrase.text;
    match entry.subject {
        Subject::Company => format!("the company is {text}"),
        Subject::Title => format!("title has \"{text}\""),
        Subject::Keyword => format!("text has \"{text}\""),
        Subject::Skill => format!("asks for {text}"),
    }
}
