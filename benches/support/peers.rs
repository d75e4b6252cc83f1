//! Other tools on the same files in the same run, when a directory of their scripts is named.

use super::files::{Files, LogFile};
use super::is_measured;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// What each peer printed about a log; nothing when no scripts are named.
pub fn run_all(files: &Files, file: &LogFile, k: usize) -> Vec<Value> {
    let Some(scripts) = std::env::var_os("CUSTOMER_ANALYTICS_BENCH_PEERS").filter(|_| is_measured()) else {
        return vec![];
    };
    let scripts = PathBuf::from(scripts);
    let variants =
        [("t6_rfm_polars.py", format!("{}-streaming", file.kind)), ("t6_rfm_duckdb.py", file.kind.to_owned())];
    variants.iter().filter_map(|(script, variant)| run(files, file, k, &scripts.join(script), variant)).collect()
}

/// Runs one script; says why when that does not work.
fn run(files: &Files, file: &LogFile, k: usize, script: &PathBuf, variant: &str) -> Option<Value> {
    let python = std::env::var_os("CUSTOMER_ANALYTICS_BENCH_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(python)
        .arg(script)
        .args(["--n", &file.n.to_string(), "--k", &k.to_string(), "--variant", variant])
        .env("BENCH_DATA", &files.dir)
        .output();
    let output = match output {
        Ok(output) if output.status.success() => output,
        Ok(output) => {
            println!("  {}: {}", script.display(), String::from_utf8_lossy(&output.stderr).trim());
            return None;
        }
        Err(error) => {
            println!("  {}: {error}", script.display());
            return None;
        }
    };
    serde_json::from_slice(output.stdout.trim_ascii()).ok()
}
