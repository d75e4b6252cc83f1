//! Other tools on the same files in the same run, when a directory of their scripts is named.

use super::files::{DataFile, Files};
use super::is_measured;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// What each peer printed about a file, by script and variant; nothing when no directory of
/// scripts is named.
pub fn run_all(files: &Files, file: &DataFile, k: usize, variants: &[(&str, &str)]) -> Vec<Value> {
    let Some(scripts) = std::env::var_os("CUSTOMER_ANALYTICS_BENCH_PEERS").filter(|_| is_measured()) else {
        return vec![];
    };
    let scripts = PathBuf::from(scripts);
    variants.iter().filter_map(|(script, variant)| run(files, file, k, &scripts.join(script), variant)).collect()
}

/// Runs one script; says why when that does not work.
fn run(files: &Files, file: &DataFile, k: usize, script: &PathBuf, variant: &str) -> Option<Value> {
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

/// A line for a peer, and whether its sums are ours within these tolerances.
pub fn compare(peer: &Value, ours: &Value, our_seconds: f64, tolerances: &[(&str, f64)]) -> String {
    let seconds = peer["seconds"].as_f64().unwrap_or(f64::NAN);
    let agrees = tolerances.iter().all(|(key, tolerance)| match (peer["checksum"][key].as_f64(), ours[key].as_f64()) {
        (Some(theirs), Some(ours)) => (theirs - ours).abs() <= tolerance * ours.abs(),
        _ => false,
    });
    format!(
        "{} {}: {seconds:.3} s, peak {} MB; we take {:.2} of its time; {}",
        peer["peer"].as_str().unwrap_or("?"),
        peer["version"].as_str().unwrap_or("?"),
        peer["peak_rss_mb"],
        our_seconds / seconds,
        if agrees { "the results agree" } else { "THE RESULTS DIFFER" },
    )
}
