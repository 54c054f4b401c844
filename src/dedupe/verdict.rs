//! One pair of jobs: are they one opening, and why. The thresholds stand here, each with its reason. Symmetric: the order of
//! the two never matters.

use super::address;
use super::company;
use super::core::{Verdict, Why};
use super::facts;
use super::place::Where;
use super::signature::{self, Signature};
use super::text::Overlap;
use super::title::{self, Comparison};
use std::collections::HashSet;

/// One employer, headline and place: texts that agree by this much are one opening that was edited. Reposts keep most of
/// their own text; two openings with one headline share little once boilerplate is gone.
const SAME_TEXT: f32 = 0.7;
/// The same where no name of a team, ward or product is in one text only: it was reworded, and nothing else changed.
const REWORDED_TEXT: f32 = 0.45;
/// The same where the place is near or not known well.
const SAME_TEXT_SOMEWHERE: f32 = 0.9;
/// A headline that was changed needs a text that was not.
const EDITED_TEXT: f32 = 0.9;
/// Another company: the copy must be nearly whole.
const COPIED_TEXT: f32 = 0.75;
/// Names that a copy without its advertiser's name may exchange.
const AGENCY_NAMES: usize = 3;
/// Names that a copy under another name may exchange: with the same headline in the same town, and otherwise.
const COPY_NAMES: (usize, usize) = (2, 1);
/// A copy under another name is often cut: the share of the shorter text that the longer one must hold.
const COPIED_PART: f32 = 0.75;
/// A copy without the advertiser's name may hide the town, when nearly all of it is in the other; and in one town, boards and
/// agencies put a headline of their own above it.
const WHOLE_COPY: f32 = 0.85;
/// Two employers who advertise one shared post each describe themselves; the rest must be one text.
const SHARED_POST: f32 = 0.9;
/// Openings beside each other are advertised together. What comes back after this many days with nearly the same text is
/// the same opening, and the person to ask may be another: two names and a title.
const REPOST_DAYS: u32 = 28;
const REPOST_NAMES: usize = 3;
/// The text of such a repost.
const REPOSTED_TEXT: f32 = 0.8;
/// The shorter text is cut out of the longer one from this containment on, and then counts as agreeing by it.
const CUT_OUT: f32 = 0.85;
/// Own shingles that a text must have before containment is believed, and before another company's copy is.
const LONG: u16 = 40;
const LONG_COPY: u16 = 32;
/// Headlines below this have nothing to do with each other.
const NEAR_TITLE: f32 = 0.5;
/// A pair with this agreement of headline or text is worth reporting when it stays apart.
const NEAR_MISS: f32 = 0.75;

/// What was found of one pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// The reason that holds, or that was looked into.
    pub why: Why,
    /// How sure.
    pub similarity: f32,
    /// Agreement of the headlines.
    pub title: f32,
    /// Agreement of the texts.
    pub text: Option<f32>,
    /// One opening or not.
    pub verdict: Verdict,
}

/// Everything that is compared of a pair.
struct Pair<'a> {
    left: &'a Signature,
    right: &'a Signature,
    title: Comparison,
    place: Where,
    one_source: bool,
    text: Option<Overlap>,
}

/// Judges a pair; `None` when it is not even near.
pub fn judge(left: &Signature, right: &Signature, crowded: &HashSet<u64>) -> Option<Finding> {
    // An advertiser without a name may be anybody.
    let one_employer = !left.company.is_empty() && company::is_same(&left.company, &right.company);
    let one_source = left.sources.iter().any(|source| right.sources.contains(source));
    let link =
        shared(&left.links, &right.links).filter(|link| !crowded.contains(link)).max_by_key(|link| link & 1);
    let title = title::compare(&left.title, &right.title);
    let telling = left.sketch.is_telling() && right.sketch.is_telling();
    let pair = Pair {
        left,
        right,
        title,
        place: left.spots.relation(&right.spots, one_source),
        one_source,
        text: telling.then(|| left.sketch.overlap(&right.sketch)),
    };
    // One form may serve the advertisements for several towns, which a source then numbers one by one.
    let is_listed_apart = one_source
        && pair.place == Where::Apart
        && has_own_number(&left.links, &right.links)
        && has_own_number(&right.links, &left.links);
    if link.is_some_and(address::names_one) && !is_listed_apart {
        return Some(pair.merged(Why::SameLink, 0.99));
    }
    if one_employer && shared(&left.requisitions, &right.requisitions).next().is_some() {
        return Some(pair.of_requisition());
    }
    if !one_employer {
        return pair.of_agency();
    }
    let found = pair.of_employer()?;
    // One page for both adds to one headline; alone it proves nothing.
    let by_page = link.is_some()
        && pair.title.is_same
        && pair.place != Where::Apart
        && pair.agreement().is_none_or(|text| text >= 0.3);
    Some(if by_page && found.verdict == Verdict::Retained { pair.merged(Why::SameLink, 0.8) } else { found })
}

fn shared<'a>(left: &'a [u64], right: &'a [u64]) -> impl Iterator<Item = u64> + 'a {
    left.iter().copied().filter(|item| right.contains(item))
}

/// Whether one of `links` names an advertisement, and `others` lacks it.
fn has_own_number(links: &[u64], others: &[u64]) -> bool {
    links.iter().any(|link| address::names_one(*link) && !others.contains(link))
}

impl Pair<'_> {
    /// One requisition may be advertised for several places, and an employer may use one number for everything: place,
    /// and headline or text, must agree.
    fn of_requisition(&self) -> Finding {
        let by_title = !self.title.is_conflict && self.title.similarity >= NEAR_TITLE;
        let by_text = self.agreement().is_some_and(|text| text >= 0.4);
        if self.place != Where::Apart && (by_title || by_text) {
            self.merged(Why::SameRequisition, 0.95)
        } else {
            self.retained(Why::SameRequisition)
        }
    }

    /// One employer: the headline decides which agreement of the texts is asked for.
    fn of_employer(&self) -> Option<Finding> {
        let why = if self.title.is_same { Why::SamePosting } else { Why::EditedRepost };
        if self.title.is_conflict || self.place == Where::Apart {
            return self.near_miss(why);
        }
        let remote_differs = self.one_source && self.left.spots.is_remote != self.right.spots.is_remote;
        let differ = if self.is_translation() {
            self.numbers_differ()
        } else {
            self.terms_differ(self.names_of_repost())
        };
        if differ || remote_differs {
            return self.near_miss(why);
        }
        let similarity = if self.title.is_same { self.same_headline() } else { self.changed_headline() };
        match similarity {
            Some(similarity) => Some(self.merged(why, similarity)),
            None => self.near_miss(why),
        }
    }

    fn same_headline(&self) -> Option<f32> {
        if self.place == Where::Near && self.one_source {
            // Another site or suburb: a source writes one opening down once for each.
            return None;
        }
        let somewhere = self.place != Where::Same;
        match self.agreement() {
            _ if !somewhere && self.is_translation() => Some(0.75),
            Some(text) => {
                let one_site = self.left.spots.words == self.right.spots.words;
                let least = match (somewhere, one_site && self.names_agree()) {
                    (true, _) => SAME_TEXT_SOMEWHERE,
                    (false, true) => REWORDED_TEXT,
                    (false, false) => SAME_TEXT,
                };
                (text >= least).then_some(text)
            }
            None if self.left.has_text() && self.right.has_text() => {
                // Nothing but boilerplate in both is one text; in one only, they differ.
                let neither = !self.left.sketch.is_telling() && !self.right.sketch.is_telling();
                (neither && (!somewhere || self.left.digest == self.right.digest)).then_some(0.85)
            }
            None => (!somewhere && self.one_language() && !self.numbered_apart()).then_some(0.7),
        }
    }

    /// Words in a headline that one has and the other lacks are another product, client or language more often than an edit,
    /// however much the texts agree. Only two boards may spell one headline in two ways.
    fn changed_headline(&self) -> Option<f32> {
        let (left, right) = self.title.only;
        // Two accounts of one employer at one board are as good as two boards.
        let two_channels = !self.one_source || self.left.company != self.right.company;
        let likely = left.min(right) == 0 && two_channels;
        let at_place = self.place == Where::Same || self.place == Where::Open && self.names_agree();
        let text = self.agreement()?;
        let holds = likely && text >= EDITED_TEXT && self.title.similarity >= NEAR_TITLE && at_place;
        holds.then_some(text * 0.95)
    }

    /// Another company with the same words for the same place: an agency, or a copy under another name.
    fn of_agency(&self) -> Option<Finding> {
        let overlap = self.text?;
        let is_long = self.left.sketch.count.min(self.right.sketch.count) >= LONG_COPY;
        let is_anonymous = self.left.company.is_empty() || self.right.company.is_empty();
        // Of two copies without a name, neither is the other's.
        let one_anonymous = self.left.company.is_empty() != self.right.company.is_empty();
        let at_place = match self.place {
            Where::Same => true,
            Where::Open => self.title.is_same || overlap.containment >= WHOLE_COPY,
            Where::Near => one_anonymous && overlap.containment >= WHOLE_COPY,
            Where::Apart => false,
        };
        let is_own_text = one_anonymous || !is_anonymous && overlap.jaccard >= COPIED_TEXT;
        let is_whole = self.place == Where::Same && is_own_text && overlap.containment >= WHOLE_COPY;
        let by_title = !self.title.is_conflict && (is_whole || self.title.similarity >= NEAR_TITLE);
        let is_shared = self.title.is_same && overlap.jaccard >= SHARED_POST;
        let names = match (is_anonymous || is_shared, self.title.is_same && self.place == Where::Same) {
            (true, _) => AGENCY_NAMES,
            (false, true) => COPY_NAMES.0,
            (false, false) => COPY_NAMES.1,
        };
        let text = overlap.jaccard.max(overlap.containment);
        let is_copy = overlap.jaccard >= COPIED_TEXT || overlap.containment >= COPIED_PART;
        if is_copy && is_long && at_place && by_title && !self.terms_differ(names) {
            Some(self.merged(Why::AgencyCopy, text * 0.9))
        } else {
            (text >= NEAR_MISS).then(|| self.retained(Why::AgencyCopy))
        }
    }

    /// Agreement of the texts: of shingles, or of the shorter text where it was cut out of the longer one.
    fn agreement(&self) -> Option<f32> {
        let overlap = self.text?;
        let is_long = self.left.sketch.count.min(self.right.sketch.count) >= LONG;
        Some(if is_long && overlap.containment >= CUT_OUT {
            overlap.jaccard.max(overlap.containment * 0.95)
        } else {
            overlap.jaccard
        })
    }

    /// One headline stands above openings of several bands, wards or contracts: what is stated decides.
    fn terms_differ(&self, names_allowed: usize) -> bool {
        let (left, right) = (self.left, self.right);
        let contract = left.contract != right.contract && left.contract != 0 && right.contract != 0;
        let pay = left.pay != right.pay && left.pay != 0 && right.pay != 0;
        // A text that was cut may have lost its terms, and another board may leave them out.
        let is_whole = self.text.is_some_and(|overlap| overlap.jaccard >= SAME_TEXT);
        let one_sided = self.one_source && is_whole && left.facts.one_is_temporary(&right.facts);
        // Each of two advertisers names itself, and the place in its own way.
        let known: Vec<u16> = if company::is_same(&left.company, &right.company) && !left.company.is_empty() {
            Vec::new()
        } else {
            let names = [left, right].into_iter().flat_map(|job| job.company.split(' ')).map(facts::name_of);
            let places = [left, right].into_iter().flat_map(|job| &job.spots.words).map(|word| *word as u16);
            names.chain(places).collect()
        };
        // A source numbers what it advertises side by side; what comes again later has a new number.
        let numbered = self.one_source && !self.is_later() && left.facts.references_differ(&right.facts);
        contract || pay || one_sided || numbered || left.facts.differ(&right.facts, names_allowed, &known)
    }

    fn is_later(&self) -> bool {
        let (left, right) = (self.left.posted_on, self.right.posted_on);
        left != i32::MIN && right != i32::MIN && left.abs_diff(right) >= REPOST_DAYS
    }

    /// Names that a later repost may exchange.
    fn names_of_repost(&self) -> usize {
        let is_text = self.text.is_some_and(|overlap| overlap.jaccard >= REPOSTED_TEXT);
        if self.is_later() && is_text && self.title.is_same { REPOST_NAMES } else { 0 }
    }

    /// Texts in two languages say nothing by their words. English is on one side of nearly every translation; German and French
    /// texts under one headline are openings for two markets.
    fn is_translation(&self) -> bool {
        let (left, right) = (self.left.language, self.right.language);
        left != right && left != 0 && right != 0 && [left, right].contains(&signature::language("en"))
    }

    /// What a translation keeps: numbers, pay, contract.
    fn numbers_differ(&self) -> bool {
        let (left, right) = (self.left, self.right);
        let contract = left.contract != right.contract && left.contract != 0 && right.contract != 0;
        let pay = left.pay != right.pay && left.pay != 0 && right.pay != 0;
        contract || pay || left.facts.numbers_differ(&right.facts)
    }

    /// Whether one of the texts has no name of its own.
    fn names_agree(&self) -> bool {
        let (left, right) = (&self.left.facts, &self.right.facts);
        left.own_names(right, &[]).min(right.own_names(left, &[])) == 0
    }

    fn one_language(&self) -> bool {
        self.left.language == self.right.language || self.left.language == 0 || self.right.language == 0
    }

    /// Both have links that name one advertisement each, and no text tells whether these are one.
    fn numbered_apart(&self) -> bool {
        let names = |job: &Signature| job.links.iter().any(|link| address::names_one(*link));
        names(self.left)
            && names(self.right)
            && !self.left.sources.is_empty()
            && self.left.sources == self.right.sources
    }

    fn near_miss(&self, why: Why) -> Option<Finding> {
        let by_text = self.agreement().is_some_and(|text| text >= NEAR_MISS);
        let by_title = self.title.similarity >= NEAR_MISS && self.place != Where::Apart;
        (by_text || by_title).then(|| self.retained(why))
    }

    fn merged(&self, why: Why, similarity: f32) -> Finding {
        self.finding(why, similarity, Verdict::Merged)
    }

    fn retained(&self, why: Why) -> Finding {
        let similarity = 0.5 * self.title.similarity + 0.5 * self.agreement().unwrap_or(0.0);
        self.finding(why, similarity, Verdict::Retained)
    }

    fn finding(&self, why: Why, similarity: f32, verdict: Verdict) -> Finding {
        let similarity = similarity.clamp(0.0, 1.0);
        Finding { why, similarity, title: self.title.similarity, text: self.agreement(), verdict }
    }
}

/// Whether two jobs contradict each other so plainly that no third may join them: levels or numbers of one employer's
/// headlines, or places.
pub fn contradict(left: &Signature, right: &Signature) -> bool {
    left.spots.relation(&right.spots, false) == Where::Apart
        || title::compare(&left.title, &right.title).is_conflict
}
