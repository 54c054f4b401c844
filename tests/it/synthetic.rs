//! Boards of invented postings for tests and the benchmark: the same seed gives the same bytes, on any machine.
//! Sizes follow real postings: about 14 kB of JSON, 7 kB of it HTML and 6 kB plain text, most between 3 and 10 kB
//! of text.

use std::fmt::Write;

/// Postings of one board.
pub const BOARD: u64 = 500;

/// Lengths of a plain text, one per thirty-second of all postings.
const LENGTHS: [usize; 32] = [
    1472, 1915, 2207, 2448, 2661, 2860, 3049, 3232, 3412, 3590, 3769, 3949, 4132, 4319, 4512, 4711, 4919,
    5136, 5365, 5608, 5868, 6149, 6455, 6793, 7171, 7601, 8103, 8707, 9468, 10499, 12101, 15739,
];

const LEVELS: [&str; 8] =
    ["", "Senior ", "Junior ", "Lead ", "Staff ", "Principal ", "Intermediate ", "Associate "];

#[rustfmt::skip]
const ROLES: [&str; 24] = [
    "Data Engineer", "Data Analyst", "Software Engineer", "Backend Developer", "Frontend Developer",
    "Platform Engineer", "Product Manager", "Project Coordinator", "Business Intelligence Developer",
    "Machine Learning Engineer", "Site Reliability Engineer", "Security Analyst", "Account Executive",
    "Customer Success Manager", "Financial Analyst", "Accountant", "Registered Nurse",
    "Mechanical Engineer", "Electrician", "Marketing Specialist", "Graphic Designer", "Technical Writer",
    "Supply Chain Planner", "Human Resources Advisor",
];

#[rustfmt::skip]
const AREAS: [&str; 16] = [
    "Payments", "Growth", "Logistics", "Search", "Billing", "Mobile", "Infrastructure", "Risk",
    "Marketplace", "Partnerships", "Onboarding", "Reporting", "Claims", "Inventory", "Identity",
    "Field Operations",
];

/// City, region, country, and the same place as displayed.
#[rustfmt::skip]
const PLACES: [(&str, &str, &str); 16] = [
    ("Toronto", "Ontario", "Canada"), ("Vancouver", "British Columbia", "Canada"),
    ("Montréal", "Quebec", "Canada"), ("Calgary", "Alberta", "Canada"), ("Ottawa", "Ontario", "Canada"),
    ("Edmonton", "Alberta", "Canada"), ("Winnipeg", "Manitoba", "Canada"),
    ("Halifax", "Nova Scotia", "Canada"), ("Québec", "Quebec", "Canada"), ("Waterloo", "Ontario", "Canada"),
    ("Victoria", "British Columbia", "Canada"), ("Hamilton", "Ontario", "Canada"),
    ("Saskatoon", "Saskatchewan", "Canada"), ("London", "Ontario", "Canada"),
    ("St. John's", "Newfoundland and Labrador", "Canada"), ("New York", "New York", "United States"),
];

#[rustfmt::skip]
const SKILLS: [&str; 40] = [
    "Python", "SQL", "Rust", "Java", "Go", "TypeScript", "React", "PostgreSQL", "Snowflake", "dbt",
    "Airflow", "Spark", "Kafka", "Docker", "Kubernetes", "Terraform", "AWS", "Azure", "Google Cloud",
    "Tableau", "Power BI", "Excel", "Looker", "Git", "Linux", "GraphQL", "Redis", "MongoDB",
    "Elasticsearch", "TensorFlow", "PyTorch", "Pandas", "Salesforce", "SAP", "Figma", "AutoCAD", "Jira",
    "Agile", "Scrum", "French",
];

#[rustfmt::skip]
const WORDS: [&str; 128] = [
    "the", "a", "our", "your", "this", "every", "team", "teams", "work", "works", "working", "build",
    "builds", "building", "design", "improve", "review", "own", "support", "deliver", "measure", "plan",
    "share", "explain", "customers", "partners", "colleagues", "engineers", "managers", "people", "systems",
    "services", "pipelines", "reports", "models", "tools", "products", "processes", "projects", "decisions",
    "results", "ideas", "plans", "goals", "quality", "growth", "care", "trust", "clear", "simple",
    "reliable", "careful", "useful", "modern", "large", "small", "new", "daily", "weekly", "together",
    "closely", "quickly", "well", "often", "and", "or", "with", "for", "from", "across", "in", "on", "to",
    "of", "by", "as", "at", "into", "over", "while", "when", "where", "so", "that", "which", "because",
    "company", "office", "region", "market", "industry", "community", "experience", "knowledge", "training",
    "feedback", "schedule", "benefits", "equipment", "budget", "safety", "communication", "requirements",
    "stakeholders", "documentation", "performance", "analysis", "operations", "maintenance", "development",
    "delivery", "strategy", "you", "we", "they", "will", "can", "help", "need", "learn", "lead", "join",
    "grow", "make", "keep", "find", "café", "résumé",
];

/// How many boards `postings` postings fill.
pub fn boards(postings: u64) -> u64 {
    postings.div_ceil(BOARD)
}

/// The name of a board.
pub fn board_name(board: u64) -> String {
    format!("synthetic-{board:05}")
}

/// The answer of a board: what the real API would send for its postings. Descriptions are `scale` times as long as
/// real ones.
pub fn answer(seed: u64, board: u64, postings: u64, scale: f64) -> String {
    let first = board * BOARD;
    let last = postings.min(first + BOARD);
    let mut json = String::with_capacity(last.saturating_sub(first) as usize * 15_000 + 64);
    json.push_str("{\"apiVersion\":\"1\",\"jobs\":[");
    for index in first..last {
        if index > first {
            json.push(',');
        }
        write_posting(&mut json, seed, board, index, scale);
    }
    json.push_str("]}");
    json
}

fn write_posting(json: &mut String, seed: u64, board: u64, index: u64, scale: f64) {
    let mut dice = Dice(mix(seed ^ mix(index)));
    let (level, role, area) = (dice.pick(&LEVELS), dice.pick(&ROLES), dice.pick(&AREAS));
    let (city, region, country) = PLACES[(dice.below(20) as usize).min(PLACES.len() - 1)];
    let (high, low) = (dice.next(), dice.next());
    let id = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    );
    let work = ["OnSite", "Hybrid", "Remote"][dice.below(3) as usize];
    let kind = ["FullTime", "FullTime", "FullTime", "Contract", "PartTime", "Intern"][dice.below(6) as usize];
    let (month, day, hour) = (1 + dice.below(9), 1 + dice.below(28), dice.below(24));
    let mut skills = [""; 6];
    skills.fill_with(|| dice.pick(&SKILLS));
    let salary = 40 + dice.below(120);
    let mut text = Text::default();
    let length = LENGTHS[(mix(index) % 32) as usize] as f64 * scale;
    write_text(&mut text, &mut dice, length as usize, &skills, salary);
    let url = format!("https://jobs.example.com/{}/{id}", board_name(board));
    write!(
        json,
        "{{\"id\":\"{id}\",\"title\":\"{level}{role}, {area}\",\"department\":\"{area}\",\"team\":\"{area}\",\
         \"employmentType\":\"{kind}\",\"location\":\"{city}, {region}\",\"shouldDisplayCompensationOnJobPostings\":true,\
         \"secondaryLocations\":[],\"publishedAt\":\"2026-{month:02}-{day:02}T{hour:02}:15:30.125+00:00\",\"isListed\":true,\
         \"isRemote\":{remote},\"workplaceType\":\"{work}\",\"address\":{{\"postalAddress\":{{\"addressRegion\":\"{region}\",\
         \"addressCountry\":\"{country}\",\"addressLocality\":\"{city}\"}}}},\"jobUrl\":\"{url}\",\
         \"applyUrl\":\"{url}/application\",\"descriptionHtml\":\"",
        remote = work == "Remote",
    )
    .expect("writing to a string cannot fail");
    json.push_str(&text.html);
    json.push_str("\",\"descriptionPlain\":\"");
    json.push_str(&text.plain);
    let (low, high) = (salary * 1000, salary * 1250);
    write!(
        json,
        "\",\"compensation\":{{\"compensationTierSummary\":\"CA${salary}K – CA${top}K\",\"summaryComponents\":\
         [{{\"compensationType\":\"Salary\",\"interval\":\"1 YEAR\",\"currencyCode\":\"CAD\",\"minValue\":{low},\
         \"maxValue\":{high}}}]}}}}",
        top = salary * 5 / 4,
    )
    .expect("writing to a string cannot fail");
}

/// The two forms of a description, as they stand in JSON: escaped.
#[derive(Default)]
struct Text {
    html: String,
    plain: String,
}

impl Text {
    fn both(&mut self, text: &str) {
        self.html.push_str(text);
        self.plain.push_str(text);
    }

    fn open(&mut self, tags: &str) {
        self.html.push_str(tags);
    }

    fn close(&mut self, tags: &str) {
        self.html.push_str(tags);
        self.plain.push_str("\\n\\n");
    }
}

fn write_text(text: &mut Text, dice: &mut Dice, length: usize, skills: &[&str], salary: u64) {
    text.html.reserve(length * 3 / 2);
    text.plain.reserve(length + 512);
    for (share, title) in
        [(5, "About the role"), (10, "What you will do"), (15, "What you bring"), (20, "About us")]
    {
        text.open("<h2><strong>");
        text.both(title);
        text.close("</strong></h2>");
        if share == 15 {
            text.open("<p style=\\\"min-height:1.5em\\\">");
            for (index, skill) in skills.iter().enumerate() {
                text.both(if index == 0 { "You know " } else { ", " });
                text.both(skill);
            }
            text.close("</p>");
        }
        let list = share == 10 || share == 15;
        text.open(if list { "<ul style=\\\"min-height:1.5em\\\">" } else { "" });
        while text.plain.len() < length * share / 20 {
            text.open(if list {
                "<li><p style=\\\"min-height:1.5em\\\">"
            } else {
                "<p style=\\\"min-height:1.5em\\\">"
            });
            let sentences = if list { 1 } else { 3 };
            for _ in 0..sentences {
                write_sentence(text, dice);
            }
            text.close(if list { "</p></li>" } else { "</p>" });
        }
        text.open(if list { "</ul>" } else { "" });
    }
    let pay = format!("The salary is ${salary},000 to ${},000 CAD a year.", salary * 5 / 4);
    text.open("<p><em>");
    text.both(&pay);
    text.close("</em></p>");
}

fn write_sentence(text: &mut Text, dice: &mut Dice) {
    let words = 8 + dice.below(14);
    let bold = dice.below(20) == 0;
    text.open(if bold { "<strong>" } else { "" });
    text.both("We ");
    for _ in 0..words {
        let word = dice.pick(&WORDS);
        text.both(word);
        text.both(" ");
    }
    text.both("well. ");
    text.open(if bold { "</strong>" } else { "" });
}

/// A small generator of numbers, spelled out so that no release of a crate changes the bytes.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    fn below(&mut self, limit: u64) -> u64 {
        ((self.next() >> 32) * limit) >> 32
    }

    fn pick(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u64) as usize]
    }
}

fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}
