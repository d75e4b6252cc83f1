//! "Every morning: clean the sales, score the customers, write the files, tell me what happened."
//!
//! ```text
//! cargo run --example customer_report                        on the bundled data
//! cargo run --example customer_report -- --help              on yours
//! cargo run --example customer_report -- --job examples/data/job.toml --as-of 2026-05-31
//! ```
//!
//! Prints a summary for a person, and writes into the output directory `scores.parquet` (one
//! row per customer), `quarantine.parquet` (the rows that cleaning took, as they were, with the
//! reason), `model.json` (the thresholds, for `--model` next month) and `report.json`.

mod cleaned;
mod failure;
mod job;
mod job_file;
mod number;
mod options;
mod output;
mod progress;
mod report;
mod run;
mod summary;
mod table;
mod totals;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;

use failure::{Failure, While};
use job::Job;
use options::Options;
use progress::Progress;

/// Frames come and go in large pieces, and the system's allocator gives each back to the
/// kernel, which has to clear every fresh page again. This one keeps them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match report(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.chain());
            ExitCode::FAILURE
        }
    }
}

fn report(options: Options) -> Result<(), Failure> {
    let job = Job::of(options)?;
    let progress = Progress::new();
    let outcome = run::run(&job, &progress)?;
    drop(progress);
    print(&summary::summary(&job, &outcome))
}

/// Prints the summary; a reader who has seen enough (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).doing(|| "cannot print the summary".to_owned())
        }
        _ => Ok(()),
    }
}
