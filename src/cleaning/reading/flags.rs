//! Rule: yes and no out of words.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::reading::unreadable::{Cells, Unreadable, check_columns, is_written, place, read_text};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::text::{FlagWords, Flags};

/// Reads yes and no, in words of many languages and as 1 and 0, into Booleans.
///
/// The words are those of [`FlagWords::standard`] (Yes/No, 是/否, true/false, 1/0 and more) and
/// those added here; case, outer blanks and full-width forms do not matter. Whole numbers are
/// read by their digits, so that a column of 0 and 1 becomes a flag like the others.
///
/// Cells of white space alone are missing: null, counted as `blank`. Any other word is counted
/// with its shape and becomes null unless another [`Unreadable`] is chosen: no word means no
/// by default. Null stays null.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, ReadFlags};
/// use customer_analytics::polars::prelude::*;
///
/// let customers = df!("会员" => ["是", "否", "也许"], "senior" => [0, 1, 2])?;
/// let cleaned = CleaningParams::new().rule(ReadFlags::new(["会员", "senior"])).run(customers)?;
/// assert_eq!(cleaned.report().rules[0].n_cells("会员", "unreadable"), 1);
/// let (clean, _, _) = cleaned.into_parts();
/// assert_eq!(clean.column("senior")?.bool()?.get(1), Some(true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ReadFlags {
    columns: Vec<String>,
    #[serde(default = "yes")]
    standard: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    yes: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    no: Vec<String>,
    #[serde(default)]
    unreadable: Unreadable,
}

fn yes() -> bool {
    true
}

impl ReadFlags {
    /// Reads these columns, by their raw names, by the standard words.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Self { columns, standard: true, yes: vec![], no: vec![], unreadable: Unreadable::Null }
    }

    /// Whether the standard words count; they do by default.
    pub fn standard(mut self, standard: bool) -> Self {
        self.standard = standard;
        self
    }

    /// Adds words that mean yes.
    pub fn yes<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.yes.extend(words.into_iter().map(Into::into));
        self
    }

    /// Adds words that mean no.
    pub fn no<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.no.extend(words.into_iter().map(Into::into));
        self
    }

    /// Chooses what becomes of cells that cannot be read; null by default.
    pub fn unreadable(mut self, unreadable: Unreadable) -> Self {
        self.unreadable = unreadable;
        self
    }

    fn flags(&self) -> Result<Flags> {
        let start = if self.standard { FlagWords::standard() } else { FlagWords::none() };
        let words = start.yes(self.yes.iter().cloned()).no(self.no.iter().cloned());
        words.check().map_err(|problem| Error::param(CLEANING, "read_flags.yes", "words that mean one thing", problem))
    }
}

/// What each cell means; a column of flags has few words, which are looked up once each.
fn read(text: &StringChunked, flags: &Flags) -> Series {
    const REMEMBERED: usize = 16;
    let mut known: Vec<(&str, Option<bool>)> = Vec::with_capacity(REMEMBERED);
    let meanings = text.iter().map(|cell| {
        let cell = cell?;
        if let Some(&(_, meaning)) = known.iter().find(|&&(word, _)| word == cell) {
            return meaning;
        }
        let meaning = flags.read(cell);
        if known.len() < REMEMBERED {
            known.push((cell, meaning));
        }
        meaning
    });
    BooleanChunked::from_iter_options(text.name().clone(), meanings).into_series()
}

impl Step for ReadFlags {
    fn name(&self) -> &'static str {
        "read_flags"
    }

    fn check(&self) -> Result<()> {
        check_columns("read_flags.columns", &self.columns)?;
        self.flags().map(|_| ())
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let problem = |column: &String| match table.schema.get(column) {
            None => table.missing_column(column),
            Some(dtype) if is_written(dtype) || dtype.is_integer() => None,
            Some(dtype) => {
                let remedy = if dtype.is_bool() { "leave it out of the rule" } else { "cast it to a whole number" };
                Some(format!("needs text or whole numbers, but column `{column}` is {dtype}; {remedy}"))
            }
        };
        self.columns.iter().filter_map(problem).collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let flags = self.flags()?;
        let read_column = |column: &String| {
            let (text, flags) = (flow.text(column), flags.clone());
            let value = read_text(text.clone(), DataType::Boolean, move |text| read(text, &flags));
            Cells::read(flow, column, text, value, "means neither yes nor no")
        };
        let columns = self.columns.iter().map(read_column).collect();
        place(flow, columns, self.unreadable.into(), "unreadable");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::CleaningParams;

    fn run(rule: ReadFlags, frame: DataFrame) -> (Vec<Option<bool>>, crate::cleaning::CleaningReport) {
        let (clean, _, report) = CleaningParams::new().rule(rule).run(frame).unwrap().into_parts();
        (clean.column("f").unwrap().bool().unwrap().iter().collect(), report)
    }

    #[test]
    fn words_and_digits_are_read_and_the_rest_is_counted() {
        let texts = [Some("Yes"), Some(" 否"), Some("TRUE"), Some("０"), Some(""), None, Some("perhaps")];
        let (flags, report) = run(ReadFlags::new(["f"]), df!("f" => texts).unwrap());
        assert_eq!(flags, [Some(true), Some(false), Some(true), Some(false), None, None, None]);
        let rule = &report.rules[0];
        assert_eq!(["read", "blank", "unreadable"].map(|what| rule.n_cells("f", what)), [4, 1, 1]);
    }

    #[test]
    fn whole_numbers_are_flags_by_their_digits() {
        let frame = || df!("f" => [Some(0_i8), Some(1), Some(2), None]).unwrap();
        assert_eq!(run(ReadFlags::new(["f"]), frame()).0, [Some(false), Some(true), None, None]);
        let coded = ReadFlags::new(["f"]).standard(false).yes(["1"]).no(["2"]);
        assert_eq!(run(coded, frame()).0, [None, Some(true), Some(false), None]);
    }

    /// More distinct words than are remembered.
    #[test]
    fn many_distinct_words_are_read_alike() {
        let texts: Vec<String> =
            (0..100_000).map(|n| if n % 7 == 0 { "ja".to_owned() } else { format!("w{n}") }).collect();
        let (flags, report) = run(ReadFlags::new(["f"]), df!("f" => texts).unwrap());
        assert!(flags.iter().enumerate().all(|(n, &flag)| flag == (n % 7 == 0).then_some(true)));
        assert_eq!(report.rules[0].n_cells("f", "unreadable"), 85_714);
        assert_eq!(report.rules[0].cells[2].shapes["a99999"], 77_143, "forms, not words");
    }

    #[test]
    fn problems_and_settings_are_told() {
        let frame = df!("f" => [true], "x" => [1.0]).unwrap();
        let refused = CleaningParams::new().rule(ReadFlags::new(["f", "x", "y"])).run(frame).unwrap_err().to_string();
        for part in ["`f` is bool; leave it out", "`x` is f64; cast it to a whole number", "names column `y`"] {
            assert!(refused.contains(part), "{part}: {refused}");
        }
        let both = CleaningParams::new().rule(ReadFlags::new(["f"]).no(["Yes"])).check().unwrap_err().to_string();
        let expected =
            "cleaning: `read_flags.yes` must be words that mean one thing, got word `yes` means both yes and no";
        assert_eq!(both, expected);
        assert!(CleaningParams::new().rule(ReadFlags::new(["f"]).standard(false)).check().is_err());
        let rule = ReadFlags::new(["f"]).yes(["abonné"]).unreadable(Unreadable::Quarantine);
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(serde_json::from_str::<ReadFlags>(&text).unwrap(), rule);
    }
}
