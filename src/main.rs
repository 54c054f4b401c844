//! The program: parse, run, exit code.

fn main() -> std::process::ExitCode {
    job_etl::cli::main().into()
}
