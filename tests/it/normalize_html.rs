//! Descriptions: what may be shown is safe, in one form, and soon done.

use job_etl::normalize::html::{LARGEST, clean, clean_text, description, tidy};
use proptest::prelude::*;

fn check(html: &str, expected: &str) {
    let (safe, _) = clean(html);
    assert_eq!(safe.as_str(), expected, "of {html:?}");
    assert_eq!(clean(expected).0.as_str(), expected, "cleaned twice: {html:?}");
}

fn check_text(html: &str, expected: &str) {
    assert_eq!(
        description(Some(html), None).map(|description| description.text).unwrap_or_default(),
        expected,
        "of {html:?}"
    );
}

#[test]
fn html_takes_one_form() {
    check(
        "<p>One</p>\n\n<p> Two  <strong>three</strong>\nfour </p>",
        "<p>One</p><p>Two <strong>three</strong> four</p>",
    );
    check("text only", "<p>text only</p>");
    check("<div>One</div><div>Two<br><br><br>Three<br></div>", "<p>One</p><p>Two<br><br>Three</p>");
    check("<h1>Title</h1><h5>Small</h5>body", "<h2>Title</h2><h4>Small</h4><p>body</p>");
    check(
        "<ul><li><p>One</p></li><li>Two<p>more</p></li><li>&nbsp;</li></ul>",
        "<ul><li>One</li><li>Two<br>more</li></ul>",
    );
    check(
        "<ul>stray<li>One<ul><li>In</li></ul>after</li></ul>",
        "<ul><li>stray</li><li>One<ul><li>In</li></ul>after</li></ul>",
    );
    check("<p>&nbsp;</p><p><br></p><p><span></span></p>", "");
    check(
        "<p style=\"x\" class=y id=z onclick=alert(1)>Hi <img src=x onerror=alert(1)> you</p>",
        "<p>Hi you</p>",
    );
    check("<b>One<p>Two</p></b>", "<p><b>One</b></p><p><b>Two</b></p>");
    check("<strong>A </strong>B<em> C</em>", "<p><strong>A</strong> B <em>C</em></p>");
    check("<table><tr><td>One</td><td>Two</td></tr></table>", "<p>One</p><p>Two</p>");
    check("<pre>\n  a\n   b</pre>", "<pre>  a\n   b</pre>");
    check("<p>One<hr>Two", "<p>One</p><hr><p>Two</p>");
    check("<blockquote>Quote<p>more</p></blockquote>", "<blockquote><p>Quote</p><p>more</p></blockquote>");
    check("<h2>Head<ul><li>One</li></ul>tail</h2>", "<h2>Head</h2><ul><li>One</li></ul><p>tail</p>");
    check("<li>No list</li>", "<p>No list</p>");
    check("<p>1 < 2 & 3 > 2 &eacute; &amp;lt;</p>", "<p>1 &lt; 2 &amp; 3 &gt; 2 é &amp;lt;</p>");
    check("<p>a\u{200b}b\u{202e}c\u{ad}d\u{0}</p>", "<p>abcd</p>");
    check("<p><object><p>x</p></object></p>y", "<p>y</p>");
}

#[test]
fn links_are_absolute_and_harmless() {
    let rel = "rel=\"noopener noreferrer nofollow\"";
    check(
        "<a href=https://example.com/a?b=1&c=2 target=_blank>x</a>",
        &format!("<p><a href=\"https://example.com/a?b=1&amp;c=2\" {rel}>x</a></p>"),
    );
    check(
        "<a href='mailto:jobs@example.com'>x</a>",
        &format!("<p><a href=\"mailto:jobs@example.com\" {rel}>x</a></p>"),
    );
    for href in [
        "/jobs",
        "//example.com",
        "#top",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "javascript&colon;alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "ftp://x",
    ] {
        check(&format!("<a href=\"{href}\">x</a>"), "<p>x</p>");
    }
    check(&format!("<a href=\"https://example.com/{}\">x</a>", "a".repeat(3000)), "<p>x</p>");
    check(
        "<a href=https://a.example><p>One</p><p>Two</p></a>",
        &format!(
            "<p><a href=\"https://a.example\" {rel}>One</a></p><p><a href=\"https://a.example\" {rel}>Two</a></p>"
        ),
    );
}

const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\"https://a.example\" onmouseover=alert(1)>x</a>",
    "<a href='https://a.example/\"><script>alert(1)</script>'>x</a>",
    "<a href=\"https://a.example/'onclick='alert(1)\">x</a>",
    "<style>@import '//evil.example';</style>",
    "<style>*{background:url(//evil.example)}</style>",
    "<p style=\"background:url(javascript:alert(1))\">x</p>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=\"0;url=//evil.example\">",
    "<link rel=stylesheet href=//evil.example>",
    "<form action=//evil.example><input name=x><button formaction=javascript:alert(1)>x</button></form>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=//evil.example>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<select><option><style></option></select><img src=x onerror=alert(1)></style>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version=\"1.0\"?><img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<p>&lt;img src=x onerror=alert(1)&gt;</p>",
    "<pre>\n<listing>\n<img src=x onerror=alert(1)>",
    "<p><b><p></b><script>alert(1)</script>",
    "<table><td><form><table></form><script>alert(1)</script>",
    "<div id=x name=y data-x=z hx-get=//evil.example>x</div>",
    "<b title='<script>alert(1)</script>'>x</b>",
    "<a/href=\"javascript:alert(1)\">x",
    "<<script>alert(1)//<</script>",
    "<\u{0}script>alert(1)</script>",
    "\u{feff}<script\u{0}>alert(1)</script>",
];

/// Reads the result as a strict grammar of its own, so that nothing needs to be known about payloads.
fn assert_safe(html: &str, from: &str) {
    let mut open = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>']) {
        assert!(rest[at..].starts_with('<'), "a stray > in {html:?} of {from:?}");
        let end = at + rest[at..].find('>').unwrap_or_else(|| panic!("an open tag in {html:?} of {from:?}"));
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "in {html:?} of {from:?}");
            continue;
        }
        let name = tag.split(' ').next().unwrap_or_default();
        assert!(tidy::TAGS.contains(&name), "<{name}> in {html:?} of {from:?}");
        if name == "a" {
            let href = tag
                .strip_prefix("a href=\"")
                .and_then(|rest| rest.strip_suffix("\" rel=\"noopener noreferrer nofollow\""));
            let href = href.unwrap_or_else(|| panic!("<{tag}> in {html:?} of {from:?}"));
            let scheme = href.trim_start().split(':').next().unwrap_or_default().to_ascii_lowercase();
            assert!(
                ["http", "https", "mailto"].contains(&scheme.as_str()) && !href.contains('"'),
                "<{tag}> of {from:?}"
            );
        } else {
            assert_eq!(tag, name, "in {html:?} of {from:?}");
        }
        if !["br", "hr"].contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?} open in {html:?} of {from:?}");
    assert!(!html.contains('\0') && html.len() <= LARGEST);
}

#[test]
fn no_payload_survives() {
    for payload in PAYLOADS {
        for html in [
            payload.to_string(),
            format!("<p>a</p>{payload}<p>b</p>"),
            format!("<ul><li>{payload}</ul>"),
            format!("<a href=\"{payload}\">x</a>"),
        ] {
            let (safe, _) = clean(&html);
            assert_safe(safe.as_str(), &html);
            assert_eq!(clean(safe.as_str()).0, safe, "cleaned twice: {html:?}");
            // Long documents take the other way in.
            let long = format!("{html}{}", "<i>x</i>".repeat(600));
            let (safe, _) = clean(&long);
            assert_safe(safe.as_str(), &html);
            assert_eq!(clean(safe.as_str()).0, safe, "cleaned twice, long: {html:?}");
        }
        assert_safe(clean_text(payload).0.as_str(), payload);
    }
}

#[test]
fn text_has_a_line_for_each_thing() {
    check_text(
        "<h2>About</h2><p>We build<br>things.</p><ul><li>One</li><li>Two<ul><li>Deep</li></ul></li></ul><p>End</p>",
        "About\n\nWe build\nthings.\n\n- One\n- Two\n- Deep\n\nEnd",
    );
    check_text("<div>R&amp;D &lt;5 years&gt; e\u{301}</div>", "R&D <5 years> é");
    check_text("<pre>a\n\n\n\nb  c</pre>", "a\n\nb  c");
    check_text("<p>a</p><hr><p>b</p>", "a\n\nb");
    check_text("<p> </p>", "");
    check_text("plain &amp; simple\nsecond\n\n\n\nthird", "plain & simple\nsecond\n\nthird");
    check_text("&lt;p&gt;escaped &amp;amp; twice&lt;/p&gt;", "escaped & twice");
    check_text("a <5 and b> 3", "a <5 and b> 3");
}

#[test]
fn texts_become_paragraphs() {
    let check = |text: &str, expected: &str| {
        let description = description(None, Some(text)).expect("text");
        assert_eq!(description.html.as_str(), expected);
        assert_eq!(clean(expected).0.as_str(), expected);
    };
    check("One\ntwo\r\n\r\nThree <b>&amp;", "<p>One<br>two</p><p>Three &lt;b&gt;&amp;amp;</p>");
    assert_eq!(description(None, Some(" \n ")), None);
    assert_eq!(description(None, None), None);
    let both = description(Some("<p> </p>"), Some("text")).expect("text");
    assert_eq!(both.text, "text");
}

#[test]
fn size_and_depth_are_bounded() {
    let bounded = |html: &str| {
        let (safe, is_truncated) = clean(html);
        assert_safe(safe.as_str(), &html[..80.min(html.len())]);
        assert_eq!(clean(safe.as_str()).0, safe);
        (safe.as_str().len(), is_truncated)
    };
    assert!(bounded(&"é ".repeat(400_000)).1);
    assert!(bounded(&format!("<p>{}</p>", "&<".repeat(120_000))).0 <= LARGEST);
    assert!(bounded(&format!("{}x", "<div>".repeat(20_000))).1);
    assert!(bounded(&format!("{}x", "<b>".repeat(20_000))).1);
    bounded(&format!("<p {}>x</p>", "a=b ".repeat(60_000)));
    bounded(&format!("<a href=https://example.com/{}>{}", "a".repeat(1900), "<p>x</p>".repeat(20_000)));
    let formats: String = (0..9_000).map(|number| format!("<b {number}>")).collect();
    bounded(&format!("<p>{formats}{}", "<p>x".repeat(30_000)));
    bounded(&"<ul><li>".repeat(20_000));
    bounded(&"<table><tr><td>".repeat(10_000));
    bounded(&format!("<pre>{}", "\n x".repeat(100_000)));
    bounded(&"</p>".repeat(60_000));
    bounded(&"<a".repeat(100_000));
    bounded(&"<a href=".repeat(30_000));
    bounded(&"<!--".repeat(60_000));
    bounded(&"</script".repeat(30_000));
    bounded(&"<script>".repeat(30_000));
    bounded(&"<svg><a>".repeat(30_000));
}

/// Fragments that make parsers disagree, between words.
fn soup() -> impl Strategy<Value = String> {
    let tags = tidy::TAGS.iter().map(|tag| tag.to_string()).chain(
        [
            "div", "span", "table", "tr", "td", "h1", "h5", "object", "svg", "math", "select", "button",
            "template", "form", "font", "dd", "marquee",
        ]
        .map(str::to_owned),
    );
    let names: Vec<String> = tags.collect();
    let fragment = prop_oneof![
        3 => proptest::sample::select(names.clone()).prop_map(|name| format!("<{name}>")),
        3 => proptest::sample::select(names).prop_map(|name| format!("</{name}>")),
        1 => Just("<a href=\"https://example.com/?a=1&b=2\">".to_owned()),
        1 => Just("<a href=\"/relative\">".to_owned()),
        3 => "[a-z &;<>\"'\n]{0,8}",
        1 => Just("&nbsp;".to_owned()),
        1 => Just("&#10;&#32;&Tab;".to_owned()),
        1 => Just("&lt;b&gt;".to_owned()),
        1 => any::<String>(),
        1 => proptest::sample::select(PAYLOADS.to_vec()).prop_map(str::to_owned),
    ];
    proptest::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

proptest! {
    #[test]
    fn cleaning_twice_changes_nothing(html in soup()) {
        let (safe, _) = clean(&html);
        assert_safe(safe.as_str(), &html);
        prop_assert_eq!(clean(safe.as_str()).0, safe);
        let (text, _) = clean_text(&html);
        assert_safe(text.as_str(), &html);
        prop_assert_eq!(clean(text.as_str()).0, text);
    }

    #[test]
    fn long_documents_are_the_same(html in soup()) {
        // Enough tags to be rewritten first.
        let long = format!("{html}{}", "<i>x</i>".repeat(600));
        let (safe, _) = clean(&long);
        assert_safe(safe.as_str(), &html);
        prop_assert_eq!(clean(safe.as_str()).0, safe);
    }

    #[test]
    fn text_has_no_loose_ends(html in soup()) {
        if let Some(description) = description(Some(&html), None) {
            prop_assert!(!description.text.contains("\n\n\n") && description.text.trim() == description.text);
        }
    }
}
