//! Duplicates at the boundary of the pure core: jobs in, clusters out. Texts are made of invented words.

use job_etl::dedupe::clusters::clusters;
use job_etl::dedupe::core::{DedupeJob, Link, Member, Verdict, Why};
use job_etl::dedupe::links::links;
use job_etl::dedupe::signature::{Signature, signatures};
use job_etl::posting::{ContractType, Hundredths, Place, RemoteType};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A job that owns what `DedupeJob` borrows.
#[derive(Debug, Clone)]
struct Job {
    key: String,
    company: String,
    title: String,
    city: Option<&'static str>,
    remote: bool,
    links: Vec<String>,
    requisitions: Vec<String>,
    text: Option<String>,
    day: i64,
    source: &'static str,
    pay: Option<i64>,
    language: &'static str,
}

fn job(key: &str, company: &str, title: &str, text: Option<String>) -> Job {
    Job {
        key: key.to_owned(),
        company: company.to_owned(),
        title: title.to_owned(),
        city: Some("Toronto"),
        remote: false,
        links: vec![format!("https://{}.example/jobs/{key}", company.replace(' ', ""))],
        requisitions: Vec::new(),
        text,
        day: 0,
        source: "greenhouse",
        pay: None,
        language: "en",
    }
}

/// `count` words that no other `topic` has, in sentences.
fn words(topic: &str, count: usize) -> String {
    (0..count).map(|at| format!("{topic}{at}{}", if at % 12 == 11 { ". " } else { " " })).collect()
}

fn text(parts: &[&str]) -> Option<String> {
    Some(parts.join(" "))
}

/// Signatures as the stage makes them: company by company, then in the order of the jobs.
fn signed(jobs: &[Job]) -> Vec<Signature> {
    let places: Vec<Vec<Place>> = jobs.iter().map(places).collect();
    let sources: Vec<[String; 1]> = jobs.iter().map(|job| [job.source.to_owned()]).collect();
    let mut blocks: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, job) in jobs.iter().enumerate() {
        blocks.entry(&job.company).or_default().push(index);
    }
    let mut all: Vec<Option<Signature>> = vec![None; jobs.len()];
    for block in blocks.values() {
        let read = |index: &usize| dedupe_job(&jobs[*index], &places[*index], &sources[*index]);
        let block_jobs: Vec<DedupeJob> = block.iter().map(read).collect();
        for (index, signature) in block.iter().zip(signatures(&block_jobs)) {
            // What is stored is what is compared.
            all[*index] = Signature::from_bytes(&signature.to_bytes());
        }
    }
    all.into_iter().map(|signature| signature.expect("bytes that were written can be read")).collect()
}

fn places(job: &Job) -> Vec<Place> {
    let place = |city: &str| Place {
        city: Some(city.to_owned()),
        region: None,
        country: Some("CA".to_owned()),
        lat: None,
        lon: None,
    };
    job.city.map(place).into_iter().collect()
}

fn dedupe_job<'a>(job: &'a Job, places: &'a [Place], sources: &'a [String]) -> DedupeJob<'a> {
    DedupeJob {
        hash_key: &job.key,
        company: &job.company,
        company_key: &job.company,
        job_title: &job.title,
        language: Some(job.language),
        places,
        location: job.city,
        remote_type: if job.remote { RemoteType::Remote } else { RemoteType::Unknown },
        links: &job.links,
        requisition_ids: &job.requisitions,
        description_text: job.text.as_deref(),
        contract_type: ContractType::Unknown,
        pay: (job.pay.map(Hundredths), None),
        posted_at: chrono::DateTime::from_timestamp(1_760_000_000 + job.day * 86_400, 0),
        sources,
    }
}

fn grouped(jobs: &[Job], kept_apart: &[(&str, &str)]) -> (Vec<Link>, Vec<Member>) {
    let signatures = signed(jobs);
    let found = links(&signatures);
    let apart: Vec<(String, String)> =
        kept_apart.iter().map(|(left, right)| ((*left).to_owned(), (*right).to_owned())).collect();
    let members = clusters(&signatures, &found, &apart);
    (found, members)
}

/// Asserts which jobs share a cluster: `expected` names each job's cluster by its smallest key.
#[track_caller]
fn check(jobs: &[Job], expected: &[&str]) -> Vec<Member> {
    let (links, members) = grouped(jobs, &[]);
    let found: Vec<&str> = members.iter().map(|member| member.cluster_id.as_str()).collect();
    assert_eq!(found, expected, "{links:#?}");
    members
}

/// Jobs of other headlines that show what a company's boilerplate is.
fn others(company: &str, boilerplate: &str) -> Vec<Job> {
    let each = |(at, title): (usize, &str)| {
        let own = words(&format!("{company}other{at}x").replace(' ', ""), 80);
        job(&format!("z{company}{at}"), company, title, text(&[&own, boilerplate]))
    };
    ["Cook", "Driver", "Painter"].into_iter().enumerate().map(each).collect()
}

#[test]
fn the_same_posting_twice_is_one() {
    let own = words("pump", 120);
    let mut again = job("b", "acme", "Pump Engineer (m/f/d)", text(&[&own, "Apply now. #J-18808-Ljbffr"]));
    again.source = "jsearch";
    let members =
        check(&[job("a", "acme", "Pump engineer", text(&[&own, "Apply now."])), again], &["a", "a"]);
    assert_eq!(members[1].why, Some(Why::SamePosting));
    assert!(members[0].is_canonical && !members[1].is_canonical, "the employer's own board stands for both");
}

#[test]
fn two_openings_of_one_employer_stay_apart() {
    let role = words("role", 150);
    let one = |key: &str, title: &str, more: &str| job(key, "acme", title, text(&[&role, more]));
    for (left, right) in [
        ("Software Engineer II", "Software Engineer III"),
        ("Nurse Band 5", "Nurse Band 6"),
        ("Guard, day shift", "Guard, night shift"),
        ("Cook, part-time", "Cook, full time"),
        ("Analyst (German)", "Analyst (Dutch)"),
        ("Technical Manager, Electrical", "Technical Manager, Mechanical"),
    ] {
        check(&[one("a", left, ""), one("b", right, "")], &["a", "b"]);
    }
    let (heron, linnet) = ("You will join Heron ward today.", "You will join Linnet ward today.");
    check(&[one("a", "Nurse", heron), one("b", "Nurse", linnet)], &["a", "b"]);
    check(&[one("a", "Nurse", "for 37.5 hours"), one("b", "Nurse", "for 22.5 hours")], &["a", "b"]);
    let mut paid = [one("a", "Nurse", ""), one("b", "Nurse", "")];
    paid[0].pay = Some(3_000_000);
    paid[1].pay = Some(4_000_000);
    check(&paid, &["a", "b"]);
}

#[test]
fn a_translation_is_one_unless_its_numbers_differ() {
    let mut jobs = [
        job("a", "acme", "Fleet Manager", text(&[&words("duty", 120)])),
        job("b", "acme", "Fleet Manager (m/f/d)", text(&[&words("tache", 120)])),
    ];
    check(&jobs, &["a", "b"]);
    jobs[1].language = "fr";
    check(&jobs, &["a", "a"]);
    jobs[0].language = "de";
    check(&jobs, &["a", "b"]);
    jobs[0].language = "en";
    (jobs[0].pay, jobs[1].pay) = (Some(3_000_000), Some(4_000_000));
    check(&jobs, &["a", "b"]);
}

#[test]
fn a_reworded_repost_is_one_unless_a_name_changed() {
    let own = words("duty", 100);
    let one = |key: &str, more: &str| job(key, "acme", "Nurse", text(&[&own, &words(key, 35), more]));
    check(&[one("a", ""), one("b", "")], &["a", "a"]);
    check(&[one("a", "Join Heron ward."), one("b", "Join Linnet ward.")], &["a", "b"]);
    let late = |key: &str, more: &str, day: i64| {
        let text = text(&[&words("duty", 150), more]);
        Job { day, ..job(key, "acme", "Nurse", text) }
    };
    let (heron, linnet) = ("Join Heron ward.", "Join Linnet ward.");
    check(&[late("a", heron, 0), late("b", linnet, 3)], &["a", "b"]);
    check(&[late("a", heron, 0), late("b", linnet, 40)], &["a", "a"]);
}

#[test]
fn one_form_for_several_towns_is_no_proof() {
    let form = "https://forms.example/apply/48213".to_owned();
    let mut jobs = [job("a", "acme", "Cook", None), job("b", "acme", "Cook", None)];
    jobs[1].city = Some("Montréal");
    let own = jobs.clone().map(|job| job.links[0].replace("jobs/", "jobs/773"));
    for (job, own) in jobs.iter_mut().zip(own) {
        job.links = vec![form.clone(), own];
    }
    check(&jobs, &["a", "b"]);
    jobs[1].links.truncate(1);
    check(&jobs, &["a", "a"]);
}

#[test]
fn one_headline_in_two_cities_is_two_jobs() {
    let mut jobs = ["a", "b", "c"].map(|key| job(key, "acme", "Cook", text(&[&words("cook", 120)])));
    jobs[1].city = Some("Montréal");
    check(&jobs, &["a", "b", "a"]);
    // Clusters refuse to join two places whatever the verdict was, so the verdict is asked for itself.
    let (links, _) = grouped(&jobs, &[]);
    let verdict = |link: &Link| (link.left, link.right, link.verdict);
    let found: Vec<(u32, u32, Verdict)> = links.iter().map(verdict).collect();
    assert!(found.contains(&(0, 2, Verdict::Merged)), "{found:?}");
    assert!(
        !found
            .iter()
            .any(|(left, right, verdict)| *verdict == Verdict::Merged && [*left, *right].contains(&1))
    );
}

#[test]
fn boilerplate_alone_merges_nothing() {
    let boilerplate = words("about", 300);
    let mut jobs = others("acme", &boilerplate);
    // One headline and place, and nine words of ten are the employer's; what is left differs.
    jobs.push(job("a", "acme", "Engineer", text(&[&words("pumps", 40), &boilerplate])));
    jobs.push(job("b", "acme", "Engineer", text(&[&words("roads", 40), &boilerplate])));
    let (_, members) = grouped(&jobs, &[]);
    assert_ne!(members[3].cluster_id, members[4].cluster_id);
    jobs[4].text = text(&[&words("pumps", 38), &boilerplate]);
    let (_, members) = grouped(&jobs, &[]);
    assert_eq!(members[3].cluster_id, members[4].cluster_id, "the same words of its own are one opening");
}

#[test]
fn an_edited_repost_is_found_by_its_requisition() {
    let old = words("duty", 120);
    let new = format!("{} {}", words("duty", 80), words("fresh", 50));
    let mut jobs = [
        job("a", "acme", "Quality Inspector", text(&[&old])),
        job("b", "acme", "Inspector, Quality Control", text(&[&new])),
    ];
    jobs[1].day = 90;
    check(&jobs, &["a", "b"]);
    jobs.iter_mut().for_each(|job| job.requisitions = vec!["R-10432".to_owned()]);
    let members = check(&jobs, &["a", "a"]);
    assert_eq!((members[1].why, members[1].is_repost), (Some(Why::SameRequisition), true));
    assert!(!members[0].is_repost);
    jobs[1].city = Some("Montréal");
    check(&jobs, &["a", "b"]);
}

#[test]
fn a_changed_headline_is_an_edit_on_another_board_only() {
    let own = words("duty", 120);
    let mut jobs = [
        job("a", "acme", "Quality Inspector", text(&[&own])),
        job("b", "acme", "Quality Inspector Welding", text(&[&own])),
    ];
    check(&jobs, &["a", "b"]);
    jobs[1].source = "jsearch";
    let members = check(&jobs, &["a", "a"]);
    assert_eq!(members[1].why, Some(Why::EditedRepost));
}

#[test]
fn an_agency_copy_is_found_without_both_boilerplates() {
    let (about, agency) = (words("about", 150), words("agency", 150));
    let role = words("turbine", 150);
    let mut jobs = others("acme", &about);
    jobs.extend(others("temp people", &agency));
    jobs.push(job("a", "acme", "Turbine Fitter", text(&[&role, &about])));
    jobs.push(job("b", "temp people", "Turbine Fitter", text(&[&role, &agency])));
    let (_, members) = grouped(&jobs, &[]);
    assert_eq!(members[7].cluster_id, members[6].cluster_id);
    assert_eq!(members[7].why, Some(Why::AgencyCopy));
    jobs[7].city = Some("Montréal");
    let (_, members) = grouped(&jobs, &[]);
    assert_ne!(members[7].cluster_id, members[6].cluster_id, "another city is another job");
}

#[test]
fn a_copy_may_have_a_headline_of_its_own_or_be_cut() {
    let role = words("turbine", 150);
    let mut jobs = [
        job("a", "acme", "Turbine Fitter for the Harbour", text(&[&role, &words("about", 40)])),
        job("b", "", "Mechanic", text(&[&role])),
    ];
    check(&jobs, &["a", "a"]);
    jobs[1].city = Some("Montréal");
    check(&jobs, &["a", "b"]);
    jobs[1].city = Some("Toronto");
    jobs[0].company = String::new();
    check(&jobs, &["a", "b"]);
    // A quarter of the text meets the whole in no band, but under one headline in one town it is looked for.
    let mut jobs = [
        job("a", "acme", "Turbine Fitter", text(&[&words("turbine", 400)])),
        job("b", "temp people", "Turbine Fitter", text(&[&words("turbine", 100)])),
    ];
    check(&jobs, &["a", "a"]);
    jobs[1].city = Some("Montréal");
    check(&jobs, &["a", "b"]);
}

#[test]
fn a_repost_may_name_another_person_to_ask() {
    let own = words("duty", 150);
    let asks = |key: &str, who: &str, day: i64| {
        let who = format!("Please contact {who} about it.");
        Job { day, ..job(key, "acme", "Nurse", text(&[&own, &who])) }
    };
    check(&[asks("a", "Ward Sister Wren Alder", 0), asks("b", "Mr Robin Birch", 40)], &["a", "a"]);
    check(&[asks("a", "Ward Sister Wren Alder", 0), asks("b", "Mr Robin Birch", 5)], &["a", "b"]);
}

#[test]
fn numbers_of_advertisements_side_by_side_tell_apart() {
    let own = words("duty", 150);
    let one = |key: &str, number: &str, day: i64| Job {
        day,
        ..job(key, "acme", "Nurse", text(&[&own, &format!("Ref: {number}.")]))
    };
    check(&[one("a", "nx-36025", 0), one("b", "nx-36014", 2)], &["a", "b"]);
    check(&[one("a", "nx-36025", 0), one("b", "nx-36014", 60)], &["a", "a"]);
    check(&[one("a", "nx-36025", 0), one("b", "nx-36025", 2)], &["a", "a"]);
}

#[test]
fn links_tie_unless_many_share_them() {
    let link =
        |jobs: &mut [Job], link: &str| jobs.iter_mut().for_each(|job| job.links = vec![link.to_owned()]);
    let mut jobs = [job("a", "acme", "Cook", None), job("b", "other", "Chef de partie", None)];
    check(&jobs, &["a", "b"]);
    link(&mut jobs, "https://boards.greenhouse.io/acme/jobs/4958459007");
    jobs[1].links = vec!["https://acme.example/careers?gh_jid=4958459007".to_owned()];
    let members = check(&jobs, &["a", "a"]);
    assert_eq!(members[1].why, Some(Why::SameLink));
    link(&mut jobs, "https://acme.example/careers");
    check(&jobs, &["a", "b"]);
    // However much it looks like one advertisement: thirty jobs share it.
    let mut many: Vec<Job> = (0..30)
        .map(|at| job(&format!("{at:02}"), "acme", &format!("Job {}", words("t", at + 2)), None))
        .collect();
    link(&mut many, "https://acme.example/apply/48213");
    let (links, _) = grouped(&many, &[]);
    assert!(links.iter().all(|link| link.verdict == Verdict::Retained), "{links:?}");
}

#[test]
fn a_readers_not_the_same_is_kept_through_a_third() {
    let own = words("pump", 120);
    let jobs = ["a", "b", "c"].map(|key| job(key, "acme", "Pump engineer", text(&[&own])));
    check(&jobs, &["a", "a", "a"]);
    for (left, right) in [("a", "c"), ("c", "a"), ("b", "c"), ("a", "b")] {
        let (_, members) = grouped(&jobs, &[(left, right), ("a", "no such job")]);
        let cluster =
            |key: &str| members.iter().find(|member| member.hash_key == key).map(|member| &member.cluster_id);
        assert_ne!(cluster(left), cluster(right));
        let third =
            ["a", "b", "c"].into_iter().find(|key| *key != left && *key != right).expect("three keys");
        assert!(
            [cluster(left), cluster(right)].contains(&cluster(third)),
            "the third stays with one of them"
        );
    }
}

#[test]
fn near_misses_are_reported_with_their_figures() {
    let own = words("role", 150);
    let jobs = [
        job("a", "acme", "Software Engineer II", text(&[&own])),
        job("b", "acme", "Software Engineer III", text(&[&own])),
    ];
    let (links, members) = grouped(&jobs, &[]);
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].verdict, Verdict::Retained);
    assert!(links[0].title_similarity > 0.7 && links[0].text_similarity.is_some_and(|text| text > 0.99));
    assert!(members.iter().all(|member| member.is_canonical && member.why.is_none()));
}

#[test]
fn a_bucket_of_thousands_stays_near_linear() {
    let own = words("cook", 60);
    let mut jobs: Vec<Job> =
        (0..4_000).map(|at| job(&format!("{at:05}"), "acme", "Cook", text(&[&own]))).collect();
    // One headline, one text, one company, no place: every pair is a candidate.
    jobs.iter_mut().for_each(|job| job.city = None);
    let signatures = signed(&jobs);
    let found = links(&signatures);
    assert!(found.len() < jobs.len() * 40, "{} links of {} jobs", found.len(), jobs.len());
    let members = clusters(&signatures, &found, &[]);
    assert!(members.iter().all(|member| member.cluster_id == "00000"), "neighbours tie the whole bucket");
}

#[test]
fn stored_bytes_that_are_cut_or_foreign_are_refused() {
    let bytes = signed(&[job("a", "acme", "Cook", text(&[&words("cook", 80)]))])[0].to_bytes();
    assert!(bytes.len() < 900, "{} bytes", bytes.len());
    for end in 0..bytes.len() {
        assert_eq!(Signature::from_bytes(&bytes[..end]), None);
    }
    assert_eq!(Signature::from_bytes(&[&bytes[..], &[0]].concat()), None);
    assert_eq!(Signature::from_bytes(&[&[99], &bytes[1..]].concat()), None);
}

/// Jobs that come near each other in every way.
fn any_job() -> impl Strategy<Value = Job> {
    let titles = prop::sample::select(vec!["Cook", "Cook II", "Sous Cook", "Night Cook", "Driver"]);
    let cities = prop::sample::select(vec![Some("Toronto"), Some("Montréal"), None]);
    let companies = prop::sample::select(vec!["acme", "acme canada", "temp people"]);
    let topics = (0..4_usize, 20..120_usize, prop::bool::ANY);
    let rest = (0..3_u8, prop::bool::ANY, 0..60_i64);
    (titles, cities, companies, topics, rest).prop_map(
        |(title, city, company, (topic, count, has_text), (link, requisition, day))| {
            let words = words(["pan", "pot", "oven", "road"][topic], count);
            let mut made = job("", company, title, has_text.then_some(words));
            made.city = city;
            made.links = vec![format!("https://acme.example/jobs/10{link}")];
            made.requisitions = if requisition { vec!["R100".to_owned()] } else { Vec::new() };
            made.day = day;
            made
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_jobs_never_matters(
        jobs in prop::collection::vec(any_job(), 2..24),
        seed in prop::collection::vec(0..1_000_u32, 24),
        apart in prop::collection::vec((0..24_usize, 0..24_usize), 0..4),
    ) {
        let mut jobs = jobs;
        for (at, job) in jobs.iter_mut().enumerate() {
            job.key = format!("key{at:02}");
            if at % 3 > 0 {
                job.links.clear();
            }
        }
        let names: Vec<(String, String)> =
            apart.iter().map(|(left, right)| (format!("key{left:02}"), format!("key{right:02}"))).collect();
        let apart: Vec<(&str, &str)> =
            names.iter().filter(|(left, right)| left != right).map(|(left, right)| (left.as_str(), right.as_str())).collect();
        let mut shuffled: Vec<(u32, Job)> = seed.into_iter().zip(jobs.clone()).collect();
        shuffled.sort_by_key(|(at, _)| *at);
        let shuffled: Vec<Job> = shuffled.into_iter().map(|(_, job)| job).collect();
        let sorted = |jobs: &[Job]| {
            let (_, mut members) = grouped(jobs, &apart);
            members.sort_by(|left, right| left.hash_key.cmp(&right.hash_key));
            members
        };
        let members = sorted(&jobs);
        prop_assert_eq!(&members, &sorted(&shuffled));
        let cluster = |key: &str| members.iter().find(|member| member.hash_key == key).map(|member| &member.cluster_id);
        for (left, right) in apart {
            prop_assert!(cluster(left).is_none() || cluster(left) != cluster(right));
        }
        for member in &members {
            let of_cluster = || members.iter().filter(|other| other.cluster_id == member.cluster_id);
            prop_assert_eq!(of_cluster().filter(|other| other.is_canonical).count(), 1);
            prop_assert_eq!(of_cluster().map(|other| &other.hash_key).min(), Some(&member.cluster_id));
        }
    }
}
