//! Links to advertisements: only the web, without tracking parameters, in one spelling. Never fetches anything.

use url::{Host, Url};

/// Longest link that is kept, before and after cleaning.
const LONGEST: usize = 2048;

/// Parameters that only tell where a visitor came from, on any host. A trailing `*` is any ending.
const TRACKING: &[&str] = &[
    "utm_*",
    "mtm_*",
    "pk_campaign",
    "pk_kwd",
    "pk_source",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "hsctatracking",
    "oly_*",
    "vero_*",
    "wickedid",
    "s_cid",
    "cmpid",
    "gh_src",
    "lever-source*",
    "lever-origin",
    "lever-via",
    "ashby_src",
    "ashby_source",
    "ashby_department_id",
    "jobboardsource",
];

/// The same, where the name means something else elsewhere: domain, then names.
const TRACKING_ON: &[(&str, &[&str])] = &[
    ("ashbyhq.com", &["source", "src", "ref"]),
    ("bamboohr.com", &["source"]),
    ("breezy.hr", &["source", "ref"]),
    ("greenhouse.io", &["source", "t", "ref"]),
    ("indeed.com", &["from", "tk", "advn", "sjdu", "acatk", "camk", "vjs"]),
    ("lever.co", &["source", "ref"]),
    (
        "linkedin.com",
        &["trk", "refid", "trackingid", "position", "pagenum", "ebp", "originalsubdomain", "trackingtoken"],
    ),
    ("myworkdayjobs.com", &["source", "src"]),
    ("myworkdaysite.com", &["source", "src"]),
    ("recruitee.com", &["source", "src"]),
    ("smartrecruiters.com", &["trid", "source", "sourcetypeid", "oga", "dcr_ci"]),
    ("teamtailor.com", &["promotion", "source"]),
    ("workable.com", &["source", "src", "ref"]),
];

/// The link without what only tracks, or `None` when it is no plain web address.
///
/// Everything that may identify the advertisement stays byte for byte. Applying it twice changes nothing.
pub fn link(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let mut url = Url::parse(&without_entities(text)).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    if !is_web || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let host = match url.host()? {
        Host::Domain(domain) => domain.trim_end_matches('.').to_owned(),
        Host::Ipv4(_) | Host::Ipv6(_) => String::new(),
    };
    if let Some(query) = url.query() {
        let kept: Vec<&str> =
            query.split('&').filter(|pair| !pair.is_empty() && !is_tracking(&host, pair)).collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(kept.as_str()));
    }
    if url.fragment().is_some_and(|fragment| !identifies(fragment)) {
        url.set_fragment(None);
    }
    (url.as_str().len() <= LONGEST).then(|| url.into())
}

/// `&amp;` is the one entity that is left in links, sometimes twice; no address means it literally.
fn without_entities(text: &str) -> String {
    let mut text = text.to_owned();
    while text.contains("&amp;") {
        text = text.replace("&amp;", "&");
    }
    text
}

fn is_tracking(host: &str, pair: &str) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = name.to_ascii_lowercase().replace("%5b%5d", "").replace("[]", "");
    if TRACKING.iter().any(|pattern| matches(pattern, &name)) {
        return true;
    }
    let here = TRACKING_ON.iter().find(|(domain, _)| is_below(host, domain));
    // A number may be a job's, whatever the parameter is called.
    here.is_some_and(|(_, names)| names.contains(&name.as_str()))
        && !value.bytes().all(|byte| byte.is_ascii_digit())
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A fragment names the advertisement when it is a route of a page that runs in the browser, or holds a number.
fn identifies(fragment: &str) -> bool {
    if fragment.starts_with(":~:") || fragment.starts_with("utm_") {
        return false;
    }
    let digits = fragment.bytes().filter(u8::is_ascii_digit).count();
    (fragment.starts_with(['/', '!']) && fragment.len() > 1) || digits >= 3 || fragment.contains("id=")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(link(text).as_deref().unwrap_or("none"), expected, "of {text:?}");
    }

    #[test]
    fn tracking_goes_and_identity_stays() {
        check(
            " HTTPS://Jobs.Example.com/a?utm_source=x&id=7&UTM_Medium=y&gclid=1 ",
            "https://jobs.example.com/a?id=7",
        );
        check("https://example.com/a?utm_source=x", "https://example.com/a");
        check("https://example.com/a?", "https://example.com/a");
        check("https://example.com/careers?gh_jid=12&gh_src=abc", "https://example.com/careers?gh_jid=12");
        check(
            "https://jobs.lever.co/x/1?lever-source=LinkedIn&lever-origin=applied",
            "https://jobs.lever.co/x/1",
        );
        check("https://jobs.lever.co/x/1?lever-source%5B%5D=LinkedIn", "https://jobs.lever.co/x/1");
        check("https://example.com/a?source=feed&ref=9", "https://example.com/a?source=feed&ref=9");
        check("https://a.wd3.myworkdayjobs.com/j/1?source=Board", "https://a.wd3.myworkdayjobs.com/j/1");
        check(
            "https://a.example/careers?ashby_jid=7-1&ashby_src=x",
            "https://a.example/careers?ashby_jid=7-1",
        );
        check("https://notlever.co/x?source=Board", "https://notlever.co/x?source=Board");
        check("https://ca.indeed.com/viewjob?jk=d9&from=serp", "https://ca.indeed.com/viewjob?jk=d9");
        check("https://example.com/a?x=1&amp;utm_source=y&amp;amp;z=2", "https://example.com/a?x=1&z=2");
        check("https://example.com/a?q=a%20b+c&e=", "https://example.com/a?q=a%20b+c&e=");
        check("http://127.0.0.1:8080/jobs/1", "http://127.0.0.1:8080/jobs/1");
    }

    #[test]
    fn fragments_stay_where_they_identify() {
        check("https://example.com/#/job/a", "https://example.com/#/job/a");
        check("https://example.com/jobs#job-4711", "https://example.com/jobs#job-4711");
        check("https://example.com/jobs#apply", "https://example.com/jobs");
        check("https://example.com/jobs#:~:text=senior%202026", "https://example.com/jobs");
    }

    #[test]
    fn only_plain_web_addresses() {
        for text in [
            "",
            "example.com/a",
            "//evil.example/a",
            "/a",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://example.com",
            "mailto:a@example.com",
            "https://user:pw@example.com/",
            "https://user@example.com/",
            "https://",
            "https:// /",
            "http://[::1",
            "N/A",
        ] {
            check(text, "none");
        }
        check(&format!("https://example.com/{}", "a".repeat(64_000)), "none");
        check("https://p\u{430}ypal.com/", "https://xn--pypal-4ve.com/");
    }
}
