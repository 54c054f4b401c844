//! Tells cargo what the macros read at compile time: `sqlx::migrate!` the migrations, `sqlx::query!` the prepared queries.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=.sqlx");
    // scripts/prepare_queries.sh names another folder each time, and the macros must run each time.
    println!("cargo:rerun-if-env-changed=SQLX_OFFLINE_DIR");
}
