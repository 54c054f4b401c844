//! The house rules that a line can check, run over every text file of the tree. A rule is one function: a file in,
//! complaints out. Never judges taste; that is what review is for.

use std::fs;
use std::path::Path;

struct File {
    path: String,
    text: String,
}

/// What stands above the complaints of a rule, and the rule: the numbers of the lines that break it (0 = the file).
struct Rule {
    says: &'static str,
    broken_by: fn(&File) -> Vec<usize>,
}

const RULES: &[Rule] = &[
    Rule {
        says: "a source does no I/O and reads no clock, configuration or database",
        broken_by: sources_are_pure,
    },
    Rule {
        says: "the core of a stage is pure: async, db and http stay in its mod.rs",
        broken_by: cores_are_pure,
    },
    Rule { says: "stages meet only in PostgreSQL: none imports another", broken_by: stages_are_strangers },
    Rule { says: "db knows no stage and no source", broken_by: db_looks_down },
    Rule { says: "SQL stands in src/db only", broken_by: sql_is_in_db },
    Rule { says: "reqwest is used in src/http and src/notify only", broken_by: reqwest_is_in_http },
    Rule {
        says: "the environment is read in src/config, src/cli and main.rs only",
        broken_by: environment_is_in_config,
    },
    Rule { says: "time is an argument: only src/cli and main.rs read the clock", broken_by: clock_is_in_cli },
    Rule {
        says: "a module begins with //!: what it owns, what it never does",
        broken_by: modules_say_what_they_own,
    },
    Rule {
        says: "a lint is expected with a reason, never allowed; nothing is left to do",
        broken_by: no_loose_ends,
    },
    Rule { says: "a file has at most 500 lines (400 is the aim)", broken_by: files_are_short },
    Rule { says: "no module is a drawer for leftovers", broken_by: modules_have_real_names },
    Rule { says: "no function is named get_, handle_ or process_", broken_by: functions_have_real_names },
    Rule { says: "a test runs always, alone, and without waiting", broken_by: tests_do_not_wait },
    Rule { says: "a migration is NNNN_what.sql, in lower case", broken_by: migrations_are_named },
    Rule {
        says: "schemas and roles are made by scripts/bootstrap_db.sql alone",
        broken_by: migrations_make_tables_only,
    },
    Rule {
        says: "dbt owns intermediate and marts: no migration names them",
        broken_by: migrations_leave_views_alone,
    },
    Rule { says: "no table is unlogged: a crash would empty it", broken_by: tables_are_logged },
    Rule { says: "crates come from crates.io", broken_by: crates_come_from_the_registry },
    Rule { says: "nothing names the machine it was written on", broken_by: no_machine_is_named },
];

const STAGES: &[&str] = &["extract", "normalize", "enrich", "dedupe", "rank", "publish", "notify", "serve"];

#[test]
fn the_tree_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(root, root, &mut files);
    assert!(files.iter().any(|file| file.path == "src/main.rs"), "the walk found no src/main.rs");
    let mut complaints = Vec::new();
    for rule in RULES {
        for file in &files {
            for line in (rule.broken_by)(file) {
                complaints.push(format!("{}:{line}: {}", file.path, rule.says));
            }
        }
    }
    complaints.extend(dependencies_without_a_sentence(&files));
    assert!(complaints.is_empty(), "{} lines are not tidy:\n{}", complaints.len(), complaints.join("\n"));
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    let mut entries: Vec<_> = fs::read_dir(folder).expect("the tree can be read").flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().expect("an entry that was listed has a type");
        if kind.is_dir() {
            let is_made = path.join("CACHEDIR.TAG").exists() || path.join("pyvenv.cfg").exists();
            let is_hidden = name.starts_with('.') && ![".ci", ".github", ".cargo"].contains(&name.as_str());
            let is_ignored =
                ["target", "artifacts", "logs", "node_modules", "__pycache__"].contains(&name.as_str());
            if !is_made && !is_hidden && !is_ignored {
                collect(root, &path, files);
            }
        } else if kind.is_file()
            && name != ".git"
            && let Ok(text) = fs::read_to_string(&path)
        {
            let path =
                path.strip_prefix(root).expect("the walk begins at the root").to_string_lossy().into_owned();
            files.push(File { path, text });
        }
    }
}

fn sources_are_pure(file: &File) -> Vec<usize> {
    let outside = ["sqlx", "reqwest", "tokio", "std::env", "std::fs", "Utc::now", "SystemTime", "async fn"];
    let inside = ["crate::db", "crate::http", "crate::config", "crate::extract"];
    code_lines(
        file,
        |path| path.starts_with("src/sources/"),
        |line| has_any(line, &outside) || has_any(line, &inside),
    )
}

fn cores_are_pure(file: &File) -> Vec<usize> {
    let is_core = |path: &str| {
        let pure = ["src/normalize/", "src/enrich/", "src/dedupe/", "src/rank/", "src/taxonomy/"];
        pure.iter().any(|folder| path.starts_with(folder)) && !path.ends_with("/mod.rs")
    };
    let banned = ["async fn", "sqlx", "reqwest", "tokio", "crate::db", "crate::http", "Utc::now", "std::fs"];
    code_lines(file, is_core, |line| has_any(line, &banned))
}

fn stages_are_strangers(file: &File) -> Vec<usize> {
    let Some(own) = stage_of(&file.path) else { return Vec::new() };
    let others: Vec<String> =
        STAGES.iter().filter(|stage| **stage != own).map(|stage| module(stage)).collect();
    code_lines(file, |_| true, |line| names_any(line, &others))
}

fn db_looks_down(file: &File) -> Vec<usize> {
    let mut above: Vec<String> = STAGES.iter().map(|stage| module(stage)).collect();
    above.extend([module("sources"), module("http"), module("cli")]);
    code_lines(file, |path| path.starts_with("src/db/"), |line| names_any(line, &above))
}

/// The rows that a stage makes and db writes are words they share, kept where they are made.
fn names_any(line: &str, modules: &[String]) -> bool {
    if !line.contains("crate::") {
        return false;
    }
    let shared = ["crate::normalize::canonical::", "crate::enrich::core::Enrichment"];
    let line = shared.iter().fold(line.to_owned(), |line, name| line.replace(name, ""));
    modules.iter().any(|module| line.contains(module))
}

fn sql_is_in_db(file: &File) -> Vec<usize> {
    let calls = ["sqlx::query", "sqlx::raw_sql", "QueryBuilder", "copy_in_raw"];
    let words = [
        "\"select ",
        "\"insert into ",
        "\"delete from ",
        "\"update ops.",
        "\"update staging.",
        "\"truncate ",
    ];
    let is_elsewhere = |path: &str| {
        // hyperd speaks an SQL of its own, to a file and not to our database.
        path.starts_with("src/") && !path.starts_with("src/db/") && path != "src/publish/tableau.rs"
    };
    code_lines(file, is_elsewhere, |line| has_any(line, &calls) || has_any(line, &words))
}

fn reqwest_is_in_http(file: &File) -> Vec<usize> {
    let is_elsewhere =
        |path: &str| path.starts_with("src/") && !is_in(path, "http") && !is_in(path, "notify");
    code_lines(file, is_elsewhere, |line| line.contains("reqwest"))
}

fn environment_is_in_config(file: &File) -> Vec<usize> {
    let banned = ["env::var", "env::set_var"];
    code_lines(file, |path| is_below_cli(path) && !is_in(path, "config"), |line| has_any(line, &banned))
}

fn clock_is_in_cli(file: &File) -> Vec<usize> {
    let banned = ["Utc::now", "Local::now", "SystemTime::now", "Uuid::now_v7", "Timestamp::now"];
    code_lines(file, is_below_cli, |line| has_any(line, &banned))
}

fn modules_say_what_they_own(file: &File) -> Vec<usize> {
    let is_module =
        file.path.ends_with(".rs") && (file.path.starts_with("src/") || file.path.starts_with("tests/"));
    if is_module && !file.text.starts_with("//! ") { vec![1] } else { Vec::new() }
}

fn no_loose_ends(file: &File) -> Vec<usize> {
    let banned = ["#[allow", "#![allow", "todo!(", "unimplemented!(", "dbg!(", "TODO", "FIXME"];
    let is_code = |path: &str| has_ending(path, &["rs", "py", "sql", "sh"]) && path != file!();
    lines(file, is_code, |line| has_any(line, &banned))
}

fn files_are_short(file: &File) -> Vec<usize> {
    let is_logic = has_ending(&file.path, &["rs", "py", "sql", "sh"]);
    // Tables of words and of rows may be long.
    let is_data = file.path.starts_with("samples/words/") || file.path.starts_with("tests/fixtures/");
    let count = file.text.lines().count() - lines_of_tables(&file.text);
    if is_logic && !is_data && count > 500 { vec![count] } else { Vec::new() }
}

/// Lines of constant lists, which are data.
fn lines_of_tables(text: &str) -> usize {
    let mut is_inside = false;
    let mut count = 0;
    for line in text.lines() {
        let words = line.trim_start().trim_start_matches("pub ");
        is_inside |= has_any_prefix(words, &["const ", "static "]) && line.ends_with('[');
        count += usize::from(is_inside);
        is_inside &= line.trim() != "];";
    }
    count
}

fn modules_have_real_names(file: &File) -> Vec<usize> {
    let drawers =
        ["util", "utils", "common", "helper", "helpers", "types", "manager", "service", "misc", "prelude"];
    let is_drawer = Path::new(&file.path).iter().any(|part| {
        let stem = Path::new(part).file_stem().unwrap_or(part).to_string_lossy();
        drawers.contains(&stem.as_ref())
    });
    let is_code = has_ending(&file.path, &["rs", "py"]);
    if is_code && is_drawer { vec![0] } else { Vec::new() }
}

fn functions_have_real_names(file: &File) -> Vec<usize> {
    let banned = ["fn get_", "fn handle_", "fn process_", "def get_", "def handle_", "def process_"];
    // A library calls our receiver of mails by this name.
    let given = |line: &str| line.contains("def handle_DATA");
    lines(
        file,
        |path| has_ending(path, &["rs", "py"]) && path != file!(),
        |line| has_any(line, &banned) && !given(line),
    )
}

fn tests_do_not_wait(file: &File) -> Vec<usize> {
    let banned = ["#[ignore", "thread::sleep(", "time::sleep("];
    // What tests stand on, such as a server they share, may have to wait for a process.
    let is_test = |path: &str| {
        path.starts_with("tests/it/") && !path.starts_with("tests/it/support/") && path != file!()
    };
    lines(file, is_test, |line| has_any(line, &banned))
}

fn migrations_are_named(file: &File) -> Vec<usize> {
    if !is_migration(&file.path) {
        return Vec::new();
    }
    let name = file.path.trim_start_matches("migrations/");
    let (number, rest) = name.split_at_checked(4).unwrap_or((name, ""));
    let is_named = number.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('_');
    let mut broken = if is_named { Vec::new() } else { vec![0] };
    let keywords = ["CREATE ", "ALTER ", "DROP ", "SELECT ", "INSERT ", "NOT NULL"];
    broken.extend(code_lines(file, |_| true, |line| has_any(line, &keywords)));
    broken
}

fn migrations_make_tables_only(file: &File) -> Vec<usize> {
    let banned = ["create schema", "create role", "create user", "alter role", "grant ", "create extension"];
    code_lines(file, is_migration, |line| has_any(line, &banned))
}

fn migrations_leave_views_alone(file: &File) -> Vec<usize> {
    code_lines(file, is_migration, |line| {
        has_any(line, &["intermediate.", "marts.", "create view", "create or replace view"])
    })
}

fn tables_are_logged(file: &File) -> Vec<usize> {
    let is_sql = |path: &str| is_migration(path) || path.starts_with("src/db/");
    code_lines(file, is_sql, |line| line.to_lowercase().contains("unlogged"))
}

fn crates_come_from_the_registry(file: &File) -> Vec<usize> {
    let registry = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    lines(file, |path| path == "Cargo.lock", |line| line.starts_with("source = ") && line != registry)
}

fn no_machine_is_named(file: &File) -> Vec<usize> {
    let banned = ["/root/", "/Users/", ".pyenv", "index-url", "find-links"];
    lines(file, |path| path != file!(), |line| has_any(line, &banned))
}

/// Every direct crate has a sentence in ARCHITECTURE.md: the name in backquotes.
fn dependencies_without_a_sentence(files: &[File]) -> Vec<String> {
    let text = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str());
    let reasons = text("ARCHITECTURE.md");
    let mut in_dependencies = false;
    let mut complaints = Vec::new();
    for line in text("Cargo.toml").lines() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once(" =")
            && in_dependencies
            && !reasons.contains(&format!("`{name}`"))
        {
            complaints.push(format!("ARCHITECTURE.md: the crate `{name}` has no sentence"));
        }
    }
    complaints
}

/// Numbers of the lines that break a rule, in files whose path it applies to.
fn lines(file: &File, applies: impl Fn(&str) -> bool, is_broken: impl Fn(&str) -> bool) -> Vec<usize> {
    if !applies(&file.path) {
        return Vec::new();
    }
    let numbered = file.text.lines().enumerate();
    numbered.filter(|(_, line)| is_broken(line)).map(|(index, _)| index + 1).collect()
}

/// The same without comments, and without the tests at the end of a module.
fn code_lines(file: &File, applies: impl Fn(&str) -> bool, is_broken: impl Fn(&str) -> bool) -> Vec<usize> {
    let end = file
        .text
        .lines()
        .position(|line| line.trim() == "#[cfg(test)]")
        .map_or(usize::MAX, |index| index + 1);
    let is_comment = |line: &str| has_any_prefix(line.trim_start(), &["//", "--", "comment on "]);
    let broken = lines(file, applies, |line| !is_comment(line) && is_broken(line));
    broken.into_iter().filter(|number| *number < end).collect()
}

fn has_any(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.contains(word))
}

fn has_any_prefix(line: &str, words: &[&str]) -> bool {
    words.iter().any(|word| line.starts_with(word))
}

fn has_ending(path: &str, endings: &[&str]) -> bool {
    Path::new(path).extension().is_some_and(|ending| endings.iter().any(|one| ending == *one))
}

fn is_migration(path: &str) -> bool {
    path.starts_with("migrations/")
}

fn is_below_cli(path: &str) -> bool {
    path.starts_with("src/") && path != "src/main.rs" && !is_in(path, "cli")
}

fn is_in(path: &str, module: &str) -> bool {
    path.strip_prefix("src/")
        .and_then(|path| path.strip_prefix(module))
        .is_some_and(|rest| rest.starts_with(['/', '.']))
}

fn stage_of(path: &str) -> Option<&'static str> {
    STAGES.iter().copied().find(|stage| is_in(path, stage))
}

fn module(name: &str) -> String {
    format!("crate::{name}::")
}

#[track_caller]
fn check(rule: fn(&File) -> Vec<usize>, path: &str, text: &str, expected: &[usize]) {
    let file = File { path: path.to_owned(), text: text.to_owned() };
    assert_eq!(rule(&file), expected, "{path}:\n{text}");
}

#[test]
fn rules_on_layers_can_fail() {
    check(sources_are_pure, "src/sources/acme.rs", "use tokio::fs;\n// tokio is not for us\n", &[1]);
    check(sources_are_pure, "src/extract/mod.rs", "use tokio::fs;\n", &[]);
    check(cores_are_pure, "src/rank/score.rs", "//! x\npub async fn rank() {}\n", &[2]);
    check(cores_are_pure, "src/rank/mod.rs", "pub async fn rank() {}\n", &[]);
    check(
        stages_are_strangers,
        "src/rank/mod.rs",
        "use crate::enrich::Skills;\nuse crate::rank::score;\n",
        &[1],
    );
    check(stages_are_strangers, "src/rank.rs", "use crate::normalize::canonical::Canonical;\n", &[]);
    check(db_looks_down, "src/db/raw.rs", "use crate::sources::Record;\n", &[1]);
    check(sql_is_in_db, "src/rank/mod.rs", "let all = sqlx::query(\"select 1\");\n", &[1]);
    check(
        sql_is_in_db,
        "src/rank/mod.rs",
        "#[cfg(test)]\nmod tests { const SQL: &str = \"select 1\"; }\n",
        &[],
    );
    check(sql_is_in_db, "src/db/rank.rs", "let all = sqlx::query(\"select 1\");\n", &[]);
    check(reqwest_is_in_http, "src/publish/mod.rs", "use reqwest::Client;\n", &[1]);
    check(reqwest_is_in_http, "src/http.rs", "use reqwest::Client;\n", &[]);
    check(environment_is_in_config, "src/db/mod.rs", "std::env::var(\"X\")\n", &[1]);
    check(environment_is_in_config, "src/config/environment.rs", "std::env::var(\"X\")\n", &[]);
    check(clock_is_in_cli, "src/run.rs", "let now = Utc::now();\n", &[1]);
    check(clock_is_in_cli, "src/cli/mod.rs", "let now = Utc::now();\n", &[]);
}

#[test]
fn rules_on_files_can_fail() {
    check(modules_say_what_they_own, "src/a.rs", "use std::fs;\n", &[1]);
    check(no_loose_ends, "src/a.rs", "#[allow(dead_code)]\nfn a() { todo!() }\n", &[1, 2]);
    check(files_are_short, "src/a.rs", &"\n".repeat(501), &[501]);
    check(files_are_short, "src/a.rs", &"\n".repeat(500), &[]);
    let table = format!("const WORDS: &[&str] = &[\n{}];\n", "    \"word\",\n".repeat(900));
    check(files_are_short, "src/a.rs", &table, &[]);
    check(files_are_short, "src/a.rs", &format!("{table}{}", "\n".repeat(501)), &[501]);
    check(modules_have_real_names, "src/http/utils.rs", "", &[0]);
    check(modules_have_real_names, "src/types/mod.rs", "", &[0]);
    check(functions_have_real_names, "src/a.rs", "fn get_jobs() {}\nfn forget_jobs() {}\n", &[1]);
    check(tests_do_not_wait, "tests/it/a.rs", "#[ignore]\nstd::thread::sleep(second);\n", &[1, 2]);
    check(no_machine_is_named, "README.md", "see /root/design.md\n", &[1]);
    check(crates_come_from_the_registry, "Cargo.lock", "source = \"git+https://example.com/a\"\n", &[1]);
    let manifest =
        File { path: "Cargo.toml".into(), text: "[dependencies]\nserde = \"1\"\n[lints]\na = 1\n".into() };
    assert_eq!(dependencies_without_a_sentence(&[manifest]).len(), 1);
}

#[test]
fn rules_on_migrations_can_fail() {
    let path = "migrations/0002_more.sql";
    check(migrations_are_named, "migrations/2_more.sql", "", &[0]);
    check(migrations_are_named, path, "CREATE TABLE raw.a ();\n", &[1]);
    check(
        migrations_make_tables_only,
        path,
        "create table raw.a ();\ngrant select on raw.a to public;\n",
        &[2],
    );
    check(migrations_leave_views_alone, path, "-- marts.a reads it\nalter view marts.a rename to b;\n", &[2]);
    check(tables_are_logged, path, "create unlogged table raw.a ();\n", &[1]);
}
