//! CSV files as lazy frames of text, with their encoding and rows checked.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use polars::prelude::*;
use serde::Serialize;

use super::csv_check::{CellCount, FileCheck, check_file, check_text};
use super::csv_options::CsvOptions;
use crate::error::{Error, Result};
use crate::text::{Decoded, Detected, DetectedBy, EncodingCount, TextEncoding, decode, detect, snake_case_all};

/// What was met while a CSV file was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CsvReport {
    /// Rows behind the head; a blank line is one without cells.
    pub n_rows: u64,
    /// Columns of the head.
    pub n_columns: u64,
    /// Rows with fewer cells than the head, whose missing cells are null.
    pub n_short_rows: u64,
    /// Letters beyond ASCII by encoding; empty for UTF-8, whose letters are not counted.
    pub by_encoding: Vec<EncodingCount>,
    /// Lines with letters from more than one encoding.
    pub n_mixed_lines: u64,
}

impl fmt::Display for CsvReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "csv: {} row(s), {} column(s)", self.n_rows, self.n_columns)?;
        if self.n_short_rows > 0 {
            write!(f, "\n  {} row(s) with fewer cells than the head, the rest of them null", self.n_short_rows)?;
        }
        let shown = |one: &EncodingCount| format!("{} {}", one.encoding, one.n_letters);
        let encodings: Vec<String> = self.by_encoding.iter().map(shown).collect();
        if !encodings.is_empty() {
            write!(f, "\n  letters beyond ASCII by encoding: {}", encodings.join(", "))?;
        }
        if self.n_mixed_lines > 0 {
            write!(f, "\n  {} line(s) with letters of more than one encoding", self.n_mixed_lines)?;
        }
        Ok(())
    }
}

/// Opens a CSV file as a lazy frame in which every column is text.
///
/// Types are not guessed: what is a number, a date or a flag is for later rules to say.
/// An empty cell is null, in quotes too, and so is a cell that equals one of the null values.
///
/// The file is read through once to check its encoding and the cells of its rows. A file in
/// UTF-8 is then scanned lazily; of another encoding, it is decoded as a whole and kept in
/// memory. A byte order mark goes.
///
/// # Errors
/// `Param` when a setting cannot work. `File` when the file cannot be read or is compressed;
/// when bytes are not of the encoding, with their count, the first line and the encoding that
/// might be meant; when rows have more cells than the head, with their count; when a quote
/// never ends; when the head has one column and another separator would make several.
///
/// # Examples
///
/// ```
/// use customer_analytics::frame::{CsvOptions, read_csv};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("survey.csv");
/// std::fs::write(&path, "Customer ID;Note\n007;NA\n008;très bien\n")?;
/// let options = CsvOptions::new().separator(';').null_values(["NA"]).snake_case(true);
/// let (mut frame, report) = read_csv(&path, &options)?;
/// assert_eq!(report.n_rows, 2);
/// assert!(frame.collect_schema()?.contains("customer_id"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_csv(path: impl AsRef<Path>, options: &CsvOptions) -> Result<(LazyFrame, CsvReport)> {
    let path = path.as_ref();
    options.check()?;
    let opened = Opened { path, options };
    let start = opened.start()?;
    if is_compressed(&start) {
        return Err(opened.refused("it is compressed; unpack it first"));
    }
    if options.encoding == TextEncoding::Utf8 { opened.scanned() } else { opened.decoded() }
}

/// Refuses a file that is not UTF-8, from its beginning.
///
/// Of a long file the first MiB is looked at, so that opening stays quick; a byte behind it
/// is refused by polars when it is read. Files that do not exist and globs are left to polars.
pub(super) fn check_start(step: &'static str, path: &str) -> Result<()> {
    const LOOKED_AT: u64 = 1 << 20;
    let mut start = vec![];
    let read = File::open(path).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut start));
    if read.is_err() || is_compressed(&start) {
        return Ok(());
    }
    match std::str::from_utf8(&start) {
        Err(problem) if problem.error_len().is_some() || (start.len() as u64) < LOOKED_AT => {
            Err(Error::File { step, path: path.to_owned(), reason: not_utf8(&start, "read it with `read_csv` and ") })
        }
        _ => Ok(()),
    }
}

/// Marks of gzip and zstd files.
fn is_compressed(start: &[u8]) -> bool {
    start.starts_with(b"\x1f\x8b") || start.starts_with(b"\x28\xb5\x2f\xfd")
}

/// Why bytes are not UTF-8, and which setting might read them.
fn not_utf8(bytes: &[u8], remedy: &str) -> String {
    let found = detect(bytes);
    let wrong = found.not_utf8.map_or_else(String::new, |wrong| wrong.to_string());
    format!("not UTF-8 in {wrong}; {}", stated_instead(&found, remedy))
}

/// What an encoding seems to be, and how to state it in Rust and in a job file.
fn stated_instead(found: &Detected, remedy: &str) -> String {
    let variant = |one: &TextEncoding| format!("TextEncoding::{one:?}");
    let (names, in_rust, in_job) = match &found.encoding {
        TextEncoding::Mixed(parts) => {
            let names: Vec<&str> = parts.iter().map(TextEncoding::name).collect();
            let variants: Vec<String> = parts.iter().map(variant).collect();
            let in_rust = format!("TextEncoding::Mixed(vec![{}])", variants.join(", "));
            (names.join(" and "), in_rust, format!("{{ mixed = [\"{}\"] }}", names.join("\", \"")))
        }
        single => (single.name().to_owned(), variant(single), format!("\"{}\"", single.name())),
    };
    let by = match found.reason {
        DetectedBy::ByteOrderMark => "by its byte order mark it is",
        DetectedBy::Validity => "all of it is valid",
        DetectedBy::Mixture => "it seems to mix",
        DetectedBy::Frequencies => "it might be",
    };
    format!(
        "{by} {names}: {remedy}state `CsvOptions::new().encoding({in_rust})`, or `encoding = {in_job}` in a job file, \
         if so"
    )
}

struct Opened<'a> {
    path: &'a Path,
    options: &'a CsvOptions,
}

impl Opened<'_> {
    fn refused(&self, reason: impl ToString) -> Error {
        Error::File { step: "opening CSV", path: self.path.display().to_string(), reason: reason.to_string() }
    }

    /// The first bytes of the file.
    fn start(&self) -> Result<Vec<u8>> {
        let mut start = vec![];
        let file = File::open(self.path).map_err(|problem| self.refused(problem))?;
        file.take(4).read_to_end(&mut start).map_err(|problem| self.refused(problem))?;
        Ok(start)
    }

    fn cells(&self) -> CellCount {
        let quote = self.options.quote.map(|quote| quote as u8);
        CellCount::new(self.options.separator as u8, quote, self.options.has_header)
    }

    /// A file in UTF-8, checked and left where it is.
    fn scanned(&self) -> Result<(LazyFrame, CsvReport)> {
        let file = File::open(self.path).map_err(|problem| self.refused(problem))?;
        let found = check_file(file, self.cells()).map_err(|problem| self.refused(problem))?;
        if !found.is_utf8 {
            let bytes = std::fs::read(self.path).map_err(|problem| self.refused(problem))?;
            return Err(self.refused(not_utf8(&bytes, "")));
        }
        let path = self.path.to_str().ok_or_else(|| self.refused("its name is not UTF-8; rename it"))?;
        let report = self.report(&found, None)?;
        let reader = LazyCsvReader::new(PlRefPath::new(path)).with_glob(false);
        self.framed(reader, report)
    }

    /// A file in another encoding, decoded in memory.
    fn decoded(&self) -> Result<(LazyFrame, CsvReport)> {
        let bytes = std::fs::read(self.path).map_err(|problem| self.refused(problem))?;
        let decoded = decode(&bytes, &self.options.encoding);
        if let Some(wrong) = decoded.undecodable {
            let (stated, guess) = (&self.options.encoding, detect(&bytes));
            let instead = if guess.encoding == *stated {
                "no other encoding seems to fit; mend these places, or ask for the file in UTF-8".to_owned()
            } else {
                stated_instead(&guess, "")
            };
            return Err(self.refused(format!("not {stated} in {wrong}; {instead}")));
        }
        let found = check_text(&decoded.text, self.cells());
        let report = self.report(&found, Some(&decoded))?;
        let sources = ScanSources::Buffers(vec![decoded.text.into_bytes().into()].into());
        self.framed(LazyCsvReader::new_with_sources(sources), report)
    }

    /// What was met, if the file can be used.
    fn report(&self, found: &FileCheck, decoded: Option<&Decoded>) -> Result<CsvReport> {
        if let Some(line) = found.open_quote_line {
            return Err(self.refused(format!(
                "the quote in line {line} never ends; mend it, or set `quote` to none if quotes mean nothing"
            )));
        }
        if found.n_long_rows > 0 {
            return Err(self.refused(format!(
                "{} row(s) have more cells than the head, first in line {}; mend them, or state the right `separator` \
                 and `quote`",
                found.n_long_rows, found.first_long_line
            )));
        }
        Ok(CsvReport {
            n_rows: found.n_rows,
            // Told by the frame.
            n_columns: 0,
            n_short_rows: found.n_short_rows,
            by_encoding: decoded.map(|decoded| decoded.by_encoding.clone()).unwrap_or_default(),
            n_mixed_lines: decoded.map_or(0, |decoded| decoded.n_mixed_lines),
        })
    }

    fn framed(&self, reader: LazyCsvReader, report: CsvReport) -> Result<(LazyFrame, CsvReport)> {
        let nulls: Vec<PlSmallStr> = self.options.null_values.iter().map(|text| text.as_str().into()).collect();
        let frame = reader
            .with_infer_schema_length(Some(0))
            .with_has_header(self.options.has_header)
            .with_separator(self.options.separator as u8)
            .with_quote_char(self.options.quote.map(|quote| quote as u8))
            .with_null_values((!nulls.is_empty()).then_some(NullValues::AllColumns(nulls)))
            .finish();
        let mut frame = frame.map_err(|problem| self.refused(problem))?;
        let schema = frame.collect_schema().map_err(|problem| self.refused(problem))?;
        let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
        self.check_separator(&names)?;
        let report = CsvReport { n_columns: names.len() as u64, ..report };
        if !self.options.snake_case {
            return Ok((frame, report));
        }
        let snake = snake_case_all(&names);
        Ok((frame.rename(names, snake, true), report))
    }

    /// Refuses a head of one column that another separator would split.
    fn check_separator(&self, names: &[String]) -> Result<()> {
        let [only] = names else { return Ok(()) };
        let others = [';', '\t', '|', ','].into_iter().filter(|&other| other != self.options.separator);
        let better = others.max_by_key(|&other| (only.matches(other).count(), u32::MAX - other as u32));
        match better.map(|other| (other, only.matches(other).count())) {
            Some((other, n)) if n > 0 && self.options.has_header => Err(self.refused(format!(
                "its head is one column with separator {:?}, but {} with {other:?}; set `separator` to {other:?} if so",
                self.options.separator,
                n + 1
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
