//! What a canonical link says about which advertisement it leads to: the number that an applicant system gave it, or the
//! address without what differs between the page and its form. Never fetches anything, and is never shown.

use super::hash;

/// A link as it is compared. The lowest bit of the hash tells whether it names one advertisement (1) or may be a page
/// that lists many (0).
pub type Address = u64;

/// Ends of a path that lead to the form of the advertisement before them.
const FORMS: &[&str] = &["apply", "application", "job", "applynow", "login", "form", "thanks"];

/// Parameters that do not tell advertisements apart, where the address stands for itself.
const IDLE: &[&str] = &[
    "codes",
    "embed",
    "hub",
    "iis",
    "iisn",
    "in_iframe",
    "lang",
    "language",
    "locale",
    "mobile",
    "mode",
    "needsredirect",
    "origin",
    "recommendation",
    "ref",
    "referer",
    "referrer",
    "source",
    "sourcetype",
    "src",
    "tags",
    "user",
    "formvalues",
    "from",
    "bid",
    "width",
    "height",
    "cc",
    "jobpipeline",
    "jobsource",
    "sid",
    "ss",
    "state",
    "tm_job",
    "tm_event",
    "channel",
    "campaign",
    "medium",
];

/// Whether the link names one advertisement.
pub fn names_one(address: Address) -> bool {
    address & 1 == 1
}

/// The link as it is compared, or `None` when it is no web address.
pub fn address(link: &str) -> Option<Address> {
    let (scheme, rest) = link.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = place.split_once('/').unwrap_or((place, ""));
    let host = host.trim_start_matches("www.").to_ascii_lowercase();
    let path = path.to_ascii_lowercase();
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    while segments.len() > 1 && segments.last().is_some_and(|last| FORMS.contains(last)) {
        segments.pop();
    }
    let parameters: Vec<(String, &str)> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    if let Some((system, number)) = system_number(&host, &segments, &parameters) {
        return Some(hash::of(&format!("{system}:{number}")) | 1);
    }
    Some(plain(&host, &segments, &parameters, fragment))
}

/// The applicant system that the link belongs to and its number of the advertisement. The numbers are unique in each
/// system, so that an employer's own page and the system's page of one advertisement agree.
fn system_number(host: &str, segments: &[&str], parameters: &[(String, &str)]) -> Option<(String, String)> {
    let below =
        |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let parameter =
        |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| (*value).to_owned());
    let numeric = |text: &str| text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let found = |system: &str, number: String| Some((system.to_owned(), number));
    if let Some(number) = parameter("gh_jid").filter(|number| numeric(number)) {
        return found("greenhouse", number);
    }
    if let Some(number) = parameter("ashby_jid") {
        return found("uuid", number.to_ascii_lowercase());
    }
    if below("greenhouse.io") {
        let last = segments.last().filter(|last| numeric(last)).map(|last| (*last).to_owned());
        return last.or(parameter("token")).and_then(|number| found("greenhouse", number));
    }
    if let Some(uuid) = segments.iter().rev().find(|segment| is_uuid(segment)) {
        return found("uuid", (*uuid).to_owned());
    }
    if below("smartrecruiters.com") {
        let number: String = segments.last()?.chars().take_while(char::is_ascii_digit).collect();
        return (number.len() >= 9).then_some(("smartrecruiters".to_owned(), number));
    }
    if below("linkedin.com") {
        let digits = |segment: &&str| {
            segment.rsplit('-').next().filter(|last| last.len() >= 8 && numeric(last)).map(str::to_owned)
        };
        return segments
            .iter()
            .find_map(digits)
            .or(parameter("currentjobid"))
            .and_then(|number| found("linkedin", number));
    }
    if below("indeed.com") {
        return parameter("jk").or(parameter("vjk")).and_then(|number| found("indeed", number));
    }
    if below("myworkdayjobs.com") || below("myworkdaysite.com") {
        // The name of the site and the language may differ; the last word is the requisition.
        let (_, requisition) = segments.last()?.rsplit_once('_')?;
        // A second page of one requisition is numbered behind a hyphen.
        let (first, page) = requisition.rsplit_once('-').unwrap_or((requisition, "0"));
        let is_page =
            page.len() <= 2 && numeric_or_empty(page) && first.bytes().any(|byte| byte.is_ascii_digit());
        return Some((host.to_owned(), if is_page { first } else { requisition }.to_owned()));
    }
    // Anywhere else, a number in the path is the advertisement's, whatever language or headline stands around it.
    let number = segments.iter().rev().find_map(|segment| {
        let (first, _) = segment.split_once('-').unwrap_or((segment, ""));
        let is_year = first.len() == 4 && (first.starts_with("19") || first.starts_with("20"));
        (numeric(first) && !is_year).then(|| first.to_owned())
    })?;
    Some((host.to_owned(), number))
}

fn numeric_or_empty(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// The address itself, without idle parameters.
fn plain(host: &str, segments: &[&str], parameters: &[(String, &str)], fragment: &str) -> Address {
    let is_idle = |name: &str| IDLE.contains(&name) || name.starts_with("rx_") || name.starts_with("utm_");
    let mut kept: Vec<String> = parameters
        .iter()
        .filter(|(name, _)| !is_idle(name))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    // An advertisement's number stands in the path and again as a parameter.
    kept.retain(|pair| pair.split_once('=').is_none_or(|(_, value)| !segments.contains(&value)));
    kept.sort();
    let names_one = segments.iter().any(|segment| is_name(segment))
        || kept.iter().any(|pair| pair.split_once('=').is_some_and(|(_, value)| is_name(value)))
        || fragment.bytes().filter(u8::is_ascii_digit).count() >= 3;
    let hash = hash::of(&format!("{host}/{}?{}#{fragment}", segments.join("/"), kept.join("&")));
    if names_one { hash | 1 } else { hash & !1 }
}

/// A number of three digits and more, or a headline of four words and more.
fn is_name(segment: &str) -> bool {
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let words = segment.split(['-', '_', '+']).filter(|word| word.len() > 1).count();
    digits >= 3 || words >= 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(left: &str, right: &str, same: bool) {
        let (left_address, right_address) = (address(left).expect(left), address(right).expect(right));
        assert_eq!(left_address == right_address, same, "{left} {right}");
        if same {
            assert!(names_one(left_address), "{left} names one");
        }
    }

    #[test]
    fn pages_of_one_advertisement_agree() {
        let uuid = "2e33570a-f495-44ef-9d7d-a0c5a7fd8190";
        check(
            &format!("https://jobs.lever.co/acme/{uuid}"),
            &format!("https://jobs.lever.co/acme/{uuid}/apply"),
            true,
        );
        check(
            &format!("https://jobs.ashbyhq.com/acme/{uuid}"),
            &format!("https://acme.example/careers?ashby_jid={uuid}"),
            true,
        );
        check(
            "https://boards.greenhouse.io/acme/jobs/4958459007",
            "https://job-boards.greenhouse.io/acme/jobs/4958459007",
            true,
        );
        check(
            "https://acme.example/jobs/?gh_jid=4958459",
            "https://boards.greenhouse.io/embed/job_app?for=acme&token=4958459",
            true,
        );
        check(
            "https://careers-acme.icims.com/jobs/9312/job",
            "https://careers-acme.icims.com/jobs/9312/job?mobile=true&needsRedirect=false",
            true,
        );
        check(
            "https://jobs.smartrecruiters.com/Acme/744000092795107-cook",
            "https://jobs.smartrecruiters.com/Acme/744000092795107",
            true,
        );
        check(
            "https://acme.wd1.myworkdayjobs.com/en-US/Site/job/Oslo/Cook_Req_48497",
            "https://acme.wd1.myworkdayjobs.com/site/job/Oslo/Cook_Req_48497",
            true,
        );
        check(
            "https://acme.example/job/7762726?gh_jid=7762726",
            "https://boards.greenhouse.io/acme/jobs/7762726",
            true,
        );
        check(
            "https://acme.example/details/quantitative-research-analyst-intern/",
            "http://www.acme.example/details/quantitative-research-analyst-intern",
            true,
        );
    }

    #[test]
    fn different_advertisements_do_not() {
        check(
            "https://acme.example/jobs/?gh_jid=4958459",
            "https://acme.example/jobs/?gh_jid=4958460",
            false,
        );
        check(
            "https://acme.example/JobDetail?jobId=53118&source=x",
            "https://acme.example/JobDetail?jobId=55372",
            false,
        );
        check("https://acme.example/careers?id=7", "https://acme.example/careers?id=8", false);
        check(
            "https://boards.greenhouse.io/embed/job_app?token=243853",
            "https://boards.greenhouse.io/embed/job_app?token=5878111003",
            false,
        );
    }

    #[test]
    fn a_page_that_lists_names_none() {
        for link in [
            "https://acme.example/careers",
            "https://acme.example/",
            "https://acme.example/open-positions?lang=fr",
        ] {
            assert!(!names_one(address(link).expect(link)), "{link}");
        }
        assert_eq!(address("mailto:a@acme.example"), None);
        assert_eq!(address(""), None);
    }
}
