//! The logs to read: those of a directory, or one made for the occasion.

use super::{Shape, is_measured, log, tag};
use customer_analytics::polars::prelude::*;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A Parquet file with the columns `customer_id`, `ts` and `amount`.
pub struct LogFile {
    /// `tx` for whole-number ids, `txs` for text.
    pub kind: &'static str,
    pub n: usize,
    pub path: PathBuf,
}

impl LogFile {
    fn within(dir: &Path, kind: &'static str, n: usize) -> Self {
        Self { kind, n, path: dir.join(format!("{kind}_{}.parquet", tag(n))) }
    }

    pub fn name(&self) -> String {
        format!("{}/{}", self.kind, tag(self.n))
    }
}

/// The logs, and the temporary directory that some of them are in.
pub struct Files {
    pub dir: PathBuf,
    files: Vec<LogFile>,
    _temporary: Option<tempfile::TempDir>,
}

impl Files {
    /// The files of the data directory, if one is named; otherwise new ones.
    pub fn find_or_make() -> Self {
        if let Some(dir) = std::env::var_os("CUSTOMER_ANALYTICS_BENCH_DATA").filter(|_| is_measured()) {
            let dir = PathBuf::from(dir);
            let known =
                [("tx", 1_000_000), ("txs", 1_000_000), ("tx", 10_000_000), ("txs", 10_000_000), ("tx", 100_000_000)];
            let files = known.into_iter().map(|(kind, n)| LogFile::within(&dir, kind, n));
            return Self { files: files.filter(|file| file.path.exists()).collect(), dir, _temporary: None };
        }
        let temporary = tempfile::tempdir().expect("a temporary directory");
        let dir = temporary.path().to_owned();
        let n = if is_measured() { 1_000_000 } else { 10_000 };
        let files: Vec<LogFile> = ["tx", "txs"].map(|kind| LogFile::within(&dir, kind, n)).into();
        for file in &files {
            let mut frame = log(n, Shape::TenthNull, file.kind == "txs").frame;
            let target = File::create(&file.path).expect("a new file");
            ParquetWriter::new(target).finish(&mut frame).expect("room for the file");
        }
        Self { dir, files, _temporary: Some(temporary) }
    }

    pub fn all(&self) -> &[LogFile] {
        &self.files
    }

    pub fn get(&self, kind: &str, n: usize) -> Option<&LogFile> {
        self.files.iter().find(|file| file.kind == kind && file.n == n)
    }
}
