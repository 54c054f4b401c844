//! The program: parse, run, exit code.

/// Postings are parsed into many small texts on all cores, which the system's allocator does not like.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    job_etl::cli::main().into()
}
