//! The files to read: those of a directory, or some made for the occasion.

use super::{is_measured, tag};
use customer_analytics::polars::prelude::*;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A Parquet file of one kind: the first part of its name.
pub struct DataFile {
    pub kind: &'static str,
    pub n: usize,
    pub path: PathBuf,
}

impl DataFile {
    fn within(dir: &Path, kind: &'static str, n: usize) -> Self {
        Self { kind, n, path: dir.join(format!("{kind}_{}.parquet", tag(n))) }
    }

    pub fn name(&self) -> String {
        format!("{}/{}", self.kind, tag(self.n))
    }
}

/// The files, and the temporary directory that some of them are in.
pub struct Files {
    pub dir: PathBuf,
    files: Vec<DataFile>,
    _temporary: Option<tempfile::TempDir>,
}

impl Files {
    /// The known files of the data directory, if one is named; otherwise one new file of
    /// each kind, with what `make` gives for a kind and a number of rows.
    pub fn find_or_make(known: &[(&'static str, usize)], make: impl Fn(&str, usize) -> DataFrame) -> Self {
        if let Some(dir) = std::env::var_os("CUSTOMER_ANALYTICS_BENCH_DATA").filter(|_| is_measured()) {
            let dir = PathBuf::from(dir);
            let files = known.iter().map(|&(kind, n)| DataFile::within(&dir, kind, n));
            return Self { files: files.filter(|file| file.path.exists()).collect(), dir, _temporary: None };
        }
        let temporary = tempfile::tempdir().expect("a temporary directory");
        let dir = temporary.path().to_owned();
        let n = if is_measured() { 1_000_000 } else { 10_000 };
        let kinds: BTreeSet<&'static str> = known.iter().map(|&(kind, _)| kind).collect();
        let files: Vec<DataFile> = kinds.into_iter().map(|kind| DataFile::within(&dir, kind, n)).collect();
        for file in &files {
            let target = File::create(&file.path).expect("a new file");
            ParquetWriter::new(target).finish(&mut make(file.kind, n)).expect("room for the file");
        }
        Self { dir, files, _temporary: Some(temporary) }
    }

    pub fn all(&self) -> &[DataFile] {
        &self.files
    }

    pub fn get(&self, kind: &str, n: usize) -> Option<&DataFile> {
        self.files.iter().find(|file| file.kind == kind && file.n == n)
    }
}
