//! Tells cargo that a new migration file is a reason to build: `sqlx::migrate!` reads the folder at compile time.

#[expect(clippy::print_stdout, reason = "cargo reads instructions from stdout")]
fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
