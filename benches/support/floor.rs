//! What no program can undercut here: decoding the columns, and one update per line.
#![allow(clippy::disallowed_methods, reason = "the floor is polars alone")]

use super::Random;
use super::files::DataFile;
use super::repeat::{median, seconds};
use customer_analytics::polars::prelude::*;
use rayon::prelude::*;
use std::hint::black_box;

/// Seconds of the two parts, medians of the repetitions.
pub struct Floor {
    pub decode: f64,
    pub updates: f64,
}

impl Floor {
    /// Measures both for a log with so many customers.
    pub fn measure(file: &DataFile, n_customers: usize, k: usize) -> Self {
        let decode = decode_columns(file, &["customer_id", "ts", "amount"], k);
        let per_second = updates_per_second(n_customers);
        Self { decode, updates: file.n as f64 / per_second }
    }

    pub fn seconds(&self) -> f64 {
        self.decode + self.updates
    }
}

/// Seconds to write a frame as Parquet with zstd, the columns of a row group in parallel.
pub fn encode(frame: &mut DataFrame, k: usize) -> f64 {
    let mut once = || {
        let target = tempfile::tempfile().expect("a temporary file");
        let writer = ParquetWriter::new(target).with_compression(ParquetCompression::Zstd(None));
        writer.finish(frame).expect("room for the file");
    };
    median((0..k).map(|_| seconds(&mut once).1).collect())
}

/// Seconds to decode columns of a file, after a first time.
pub fn decode_columns(file: &DataFile, columns: &[&str], k: usize) -> f64 {
    decode(file, columns);
    median((0..k).map(|_| seconds(|| decode(file, columns)).1).collect())
}

/// Decodes columns into a sink that does nothing.
fn decode(file: &DataFile, columns: &[&str]) {
    let path = file.path.to_str().expect("a path in UTF-8");
    let sink = PlanCallback::new(|batch: DataFrame| {
        black_box(batch);
        Ok(false)
    });
    LazyFrame::scan_parquet(PlRefPath::new(path), ScanArgsParquet::default())
        .map(|plan| plan.select(columns.iter().map(|&name| col(name)).collect::<Vec<_>>()))
        .and_then(|plan| plan.sink_batches(sink, false, None))
        .and_then(|plan| plan.collect_with_engine(Engine::Streaming))
        .expect("a readable file");
}

/// Updates of random lines of 64 bytes, all threads together, each with its share of them.
pub fn updates_per_second(n_lines: usize) -> f64 {
    const UPDATES: usize = 20_000_000;
    let threads = rayon::current_num_threads();
    let mut lines = vec![[1_u64; 8]; n_lines.max(threads)];
    let share = lines.len().div_ceil(threads);
    let per_thread = UPDATES / threads;
    let (_, taken) = seconds(|| {
        lines.par_chunks_mut(share).enumerate().for_each(|(number, lines)| {
            let mut random = Random::new(number as u64);
            for _ in 0..per_thread {
                let line = &mut lines[random.below(lines.len() as u64) as usize];
                line[0] += 1;
                line[7] ^= line[0];
            }
        });
    });
    black_box(&lines);
    (per_thread * threads) as f64 / taken
}
