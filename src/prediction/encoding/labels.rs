//! Labels: a target of two classes in any spelling.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::flags::{flags, number_of};
use crate::error::{Error, Result};
use crate::frame::codes::{Codes, NO_CODE, few_codes_of, has_categories};
use crate::frame::numbers::Numbers;
use crate::frame::schema::column_remedy;

const STEP: &str = "labels";
/// Levels beyond which no spelling of two classes is looked for.
const MOST_LEVELS: u32 = 64;

/// What becomes of rows without a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingLabels {
    /// They are refused, with their number. The default.
    #[default]
    Error,
    /// They are left out and counted.
    Drop,
}

/// How labels are read out of a column.
///
/// Booleans, 0 and 1, and the words of [`FlagWords`](crate::text::FlagWords) (Yes/No, True/False,
/// 是/否, oui/non and more, in any case and spelling, side by side too) are known: yes is the
/// positive class, the one that is predicted. For any other two levels say which one it is by
/// [`positive`](Self::positive).
///
/// # Examples
///
/// ```
/// use customer_analytics::polars::prelude::*;
/// use customer_analytics::prediction::encoding::LabelParams;
///
/// let frame = df!("流失" => ["是", "否", "是"], "state" => ["gone", "here", "here"])?;
/// let labels = LabelParams::new().read(&frame, "流失")?;
/// assert_eq!(labels.values(), [true, false, true]);
/// let labels = LabelParams::new().positive("gone").read(&frame, "state")?;
/// assert_eq!((labels.n_positive(), labels.coding().negative()), (1, "here"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct LabelParams {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    positive: Option<String>,
    #[serde(default)]
    missing: MissingLabels,
}

impl LabelParams {
    /// Yes is the positive class; missing labels are refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the level that is predicted, as it is written in the column.
    pub fn positive(mut self, level: impl Into<String>) -> Self {
        self.positive = Some(level.into());
        self
    }

    /// Chooses what becomes of rows without a label; they are refused by default.
    pub fn missing(mut self, missing: MissingLabels) -> Self {
        self.missing = missing;
        self
    }

    /// Reads the labels to learn from: both classes must be there.
    ///
    /// Null and NaN are missing.
    ///
    /// # Errors
    /// `Schema` when the column is not there or of a type without classes; `Incomplete` for
    /// missing labels that are not to be dropped; `Unusable` for infinite ones, for one class
    /// or more than two, and for two that are no yes and no when none is named.
    pub fn read(&self, frame: &DataFrame, column: &str) -> Result<Labels> {
        let codes = codes_of_labels(frame, column)?;
        let known: Vec<usize> = (0..codes.labels.len()).filter(|&code| codes.counts[code] > 0).collect();
        let meanings = self.meanings(column, &codes.labels)?;
        let of_class = |class: bool| known.iter().copied().filter(|&code| meanings[code] == class).collect::<Vec<_>>();
        let (positive, negative) = (of_class(true), of_class(false));
        if positive.is_empty() || negative.is_empty() {
            return Err(one_class(column, &codes));
        }
        let coding =
            LabelCoding { positive: most_frequent(&positive, &codes), negative: most_frequent(&negative, &codes) };
        let meanings: Vec<Option<bool>> = meanings.into_iter().map(Some).collect();
        gathered(column, &codes, &meanings, coding, self.missing)
    }

    /// The class of each level.
    fn meanings(&self, column: &str, levels: &[String]) -> Result<Vec<bool>> {
        let flags = flags(STEP)?;
        let unusable = |reason: String| Err(Error::Unusable { analysis: STEP, reason });
        let words: Option<Vec<bool>> = levels.iter().map(|level| flags.read(level)).collect();
        let stated = self.positive.as_deref();
        if let Some(words) = words {
            return match stated.map(|level| flags.read(level)) {
                None | Some(Some(true)) => Ok(words),
                Some(Some(false)) => Ok(words.into_iter().map(|word| !word).collect()),
                Some(None) => unusable(format!("`{column}` does not have the level named by `positive`")),
            };
        }
        if levels.len() > 2 {
            return unusable(format!(
                "`{column}` has {} levels where a label has two; map them to two with `cleaning::Mapping`",
                levels.len()
            ));
        }
        let Some(stated) = stated else {
            return unusable(format!(
                "the levels of `{column}` are no known yes and no; name the one to predict by `LabelParams::positive`"
            ));
        };
        let is_stated: Vec<bool> = levels.iter().map(|level| is_same(level, stated)).collect();
        if is_stated.contains(&true) {
            Ok(is_stated)
        } else {
            unusable(format!("`{column}` does not have the level named by `positive`"))
        }
    }
}

/// Which level is which class, as it was learned; reads further rows in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelCoding {
    positive: String,
    negative: String,
}

impl LabelCoding {
    /// The level that is predicted, in its most frequent spelling.
    #[must_use]
    pub fn positive(&self) -> &str {
        &self.positive
    }

    /// The other level.
    #[must_use]
    pub fn negative(&self) -> &str {
        &self.negative
    }

    /// Reads the labels of other rows, where one class may be absent.
    ///
    /// Where both levels are a yes and a no, any other spelling of them is read too.
    ///
    /// # Errors
    /// As [`LabelParams::read`]; `Unusable` for rows of a third level, with their number.
    pub fn read(&self, frame: &DataFrame, column: &str, missing: MissingLabels) -> Result<Labels> {
        let codes = codes_of_labels(frame, column)?;
        let flags = flags(STEP)?;
        let are_words = flags.read(&self.positive).zip(flags.read(&self.negative));
        let meaning = |level: &String| {
            if is_same(level, &self.positive) {
                return Some(true);
            }
            if is_same(level, &self.negative) {
                return Some(false);
            }
            let (positive, negative) = are_words.filter(|(positive, negative)| positive != negative)?;
            flags.read(level).map(|word| word == positive && word != negative)
        };
        let meanings: Vec<Option<bool>> = codes.labels.iter().map(meaning).collect();
        gathered(column, &codes, &meanings, self.clone(), missing)
    }
}

/// A class for each row that has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    values: Vec<bool>,
    kept: Option<Vec<u32>>,
    n_missing: u64,
    coding: LabelCoding,
}

impl Labels {
    /// The classes of the rows that are kept, in their order; true is the positive one.
    #[must_use]
    pub fn values(&self) -> &[bool] {
        &self.values
    }

    /// The classes as they are.
    #[must_use]
    pub fn into_values(self) -> Vec<bool> {
        self.values
    }

    /// The rows that have a label, ascending; `None` when all have one.
    #[must_use]
    pub fn kept(&self) -> Option<&[u32]> {
        self.kept.as_deref()
    }

    /// Rows without a label, which were left out.
    #[must_use]
    pub fn n_missing(&self) -> u64 {
        self.n_missing
    }

    /// Rows of the positive class.
    #[must_use]
    pub fn n_positive(&self) -> u64 {
        self.values.iter().map(|&value| u64::from(value)).sum()
    }

    /// Rows of the negative class.
    #[must_use]
    pub fn n_negative(&self) -> u64 {
        self.values.len() as u64 - self.n_positive()
    }

    /// Which level is which class, for reading further rows.
    #[must_use]
    pub fn coding(&self) -> &LabelCoding {
        &self.coding
    }
}

/// Whether two levels are written alike, or are the same number.
fn is_same(level: &str, stated: &str) -> bool {
    let is_number = || number_of(level).zip(number_of(stated)).is_some_and(|(a, b)| a == b);
    level == stated || level.trim() == stated.trim() || is_number()
}

/// The levels of a column of labels.
fn codes_of_labels(frame: &DataFrame, column: &str) -> Result<Codes> {
    let schema = frame.schema();
    let problem = match schema.get(column) {
        None => Some(format!("target `{column}` is not there; {}", column_remedy(column, schema))),
        Some(dtype) if !has_categories(dtype) => {
            Some(format!("target `{column}` is {dtype}; give a boolean, a number or text"))
        }
        Some(_) => None,
    };
    if let Some(problem) = problem {
        return Err(Error::Schema { table: "features", problems: vec![problem] });
    }
    let unusable = |reason: String| Err(Error::Unusable { analysis: STEP, reason });
    if schema.get(column).is_some_and(DataType::is_float) {
        let n_infinite = Numbers::of(STEP, frame, column)?.aligned().counts.n_infinite;
        if n_infinite > 0 {
            return unusable(format!("{n_infinite} row(s) of `{column}` are infinite; filter them out"));
        }
    }
    match few_codes_of(STEP, frame, column, MOST_LEVELS)? {
        Some(codes) => Ok(codes),
        None => unusable(format!("`{column}` has more than {MOST_LEVELS} levels where a label has two")),
    }
}

fn one_class(column: &str, codes: &Codes) -> Error {
    let n = codes.counts.iter().sum::<u64>();
    let reason = if n == 0 {
        format!("`{column}` has no label in {} row(s)", codes.codes.len())
    } else {
        format!("the {n} label(s) of `{column}` are of one class, and there is nothing to tell apart")
    };
    Error::Unusable { analysis: STEP, reason }
}

/// The spelling of a class that most rows have, the first by its bytes of several.
fn most_frequent(of_class: &[usize], codes: &Codes) -> String {
    let best = of_class.iter().copied().reduce(|a, b| if codes.counts[b] > codes.counts[a] { b } else { a });
    best.map(|code| codes.labels[code].clone()).unwrap_or_default()
}

/// The class of each row; `None` stands for a level that is neither.
fn gathered(
    column: &str,
    codes: &Codes,
    meanings: &[Option<bool>],
    coding: LabelCoding,
    missing: MissingLabels,
) -> Result<Labels> {
    let unknown = meanings.iter().zip(&codes.counts).filter(|(meaning, _)| meaning.is_none());
    let n_unknown = unknown.map(|(_, n)| n).sum::<u64>();
    if n_unknown > 0 {
        let reason = format!(
            "{n_unknown} row(s) of `{column}` have a level that is none of the two classes; \
             map it to one of them with `cleaning::Mapping`"
        );
        return Err(Error::Unusable { analysis: STEP, reason });
    }
    let n_missing = codes.n_missing();
    let classes: Vec<bool> = meanings.iter().map(|meaning| *meaning == Some(true)).collect();
    if n_missing == 0 {
        let values = codes.codes.iter().map(|&code| classes[code as usize]).collect();
        return Ok(Labels { values, kept: None, n_missing, coding });
    }
    if missing == MissingLabels::Error {
        return Err(Error::Incomplete {
            analysis: STEP,
            rows: n_missing,
            needed: "a label",
            remedy: "filter them out, or leave them out by `MissingLabels::Drop`",
        });
    }
    let labelled = || codes.codes.iter().enumerate().filter(|(_, code)| **code != NO_CODE);
    let values = labelled().map(|(_, &code)| classes[code as usize]).collect();
    let kept = labelled().map(|(row, _)| row as u32).collect();
    Ok(Labels { values, kept: Some(kept), n_missing, coding })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_as(params: &LabelParams, series: Series) -> Result<Labels> {
        let frame = DataFrame::new(series.len(), vec![series.with_name("流失".into()).into()]).unwrap();
        params.read(&frame, "流失")
    }

    fn read(series: Series) -> Result<Labels> {
        read_as(&LabelParams::new(), series)
    }

    fn series<T, Phantom: ?Sized>(values: T) -> Series
    where
        Series: NamedFrom<T, Phantom>,
    {
        Series::new("x".into(), values)
    }

    #[test]
    fn yes_is_positive_in_every_spelling() {
        let spellings = [
            series([true, false, true]),
            series([1_i64, 0, 1]),
            series([1.0, -0.0, 1.0]),
            series([1_u64, 0, 1]),
            series(["Yes", "No", "Yes"]),
            series(["是", "否", "是"]),
            series(["True", "False", "TRUE"]),
            series(["oui", "non", " Oui "]),
            series(["1", "0", "1"]),
            series(["Y", "n", "yes"]),
        ];
        for spelling in spellings {
            let labels = read(spelling.clone()).unwrap();
            assert_eq!(labels.values(), [true, false, true], "{spelling}");
            assert_eq!((labels.n_positive(), labels.n_negative(), labels.kept()), (2, 1, None));
        }
        let texts = series(["Yes", "No", "Yes"]);
        let categories = texts.cast(&DataType::from_categories(Categories::global())).unwrap();
        assert_eq!(read(categories).unwrap(), read(texts).unwrap());
    }

    #[test]
    fn a_stated_level_is_the_positive_one() {
        let of = |level: &str, series: Series| read_as(&LabelParams::new().positive(level), series);
        assert_eq!(of("gone", series(["gone", "here", "gone"])).unwrap().values(), [true, false, true]);
        assert_eq!(of("2", series([2_i64, 1, 2])).unwrap().values(), [true, false, true]);
        assert_eq!(of("2.0", series([2.0, 1.0])).unwrap().values(), [true, false]);
        assert_eq!(of("-1", series([1, -1])).unwrap().values(), [false, true]);
        assert_eq!(of("No", series(["Yes", "No"])).unwrap().values(), [false, true]);
        assert_eq!(of("no", series(["Yes", "No"])).unwrap().coding().positive(), "No");
        let refused = of("away", series(["gone", "here"])).unwrap_err().to_string();
        assert_eq!(refused, "labels: `流失` does not have the level named by `positive`");
    }

    #[test]
    fn what_is_no_two_classes_is_refused() {
        let refused = |series: Series| read(series).unwrap_err().to_string();
        assert_eq!(
            refused(series(["gone", "here"])),
            "labels: the levels of `流失` are no known yes and no; name the one to predict by `LabelParams::positive`"
        );
        assert_eq!(
            refused(series(["Yes", "No", "perhaps"])),
            "labels: `流失` has 3 levels where a label has two; map them to two with `cleaning::Mapping`"
        );
        let one = "labels: the 2 label(s) of `流失` are of one class, and there is nothing to tell apart";
        assert_eq!(refused(series(["Yes", "yes"])), one);
        assert_eq!(refused(series([0, 0])), one);
        assert_eq!(
            refused(Series::full_null("x".into(), 3, &DataType::String)),
            "labels: `流失` has no label in 3 row(s)"
        );
        assert_eq!(
            refused(Series::new_empty("x".into(), &DataType::Boolean)),
            "labels: `流失` has no label in 0 row(s)"
        );
        let ids: Vec<f64> = (0..70).map(f64::from).collect();
        assert_eq!(refused(series(ids)), "labels: `流失` has more than 64 levels where a label has two");
        assert_eq!(
            refused(series([0.0, f64::INFINITY, 1.0])),
            "labels: 1 row(s) of `流失` are infinite; filter them out"
        );
        assert!(refused(Series::new("x".into(), [series([1])])).contains("target `流失` is list[i32]"));
        let frame = df!("Churn" => ["Yes"]).unwrap();
        let gone = LabelParams::new().read(&frame, "Chrun").unwrap_err().to_string();
        assert!(gone.contains("target `Chrun` is not there; did you mean `Churn`?"), "{gone}");
    }

    #[test]
    fn missing_labels_are_refused_or_left_out_and_counted() {
        let cells = || series([Some(1.0), None, Some(0.0), Some(f64::NAN)]);
        let refused = read(cells()).unwrap_err().to_string();
        assert_eq!(
            refused,
            "labels: 2 row(s) lack a label; filter them out, or leave them out by `MissingLabels::Drop`"
        );
        let labels = read_as(&LabelParams::new().missing(MissingLabels::Drop), cells()).unwrap();
        assert_eq!((labels.values(), labels.kept(), labels.n_missing()), (&[true, false][..], Some(&[0, 2][..]), 2));
    }

    #[test]
    fn what_was_learned_reads_other_rows() {
        let coding = read(series(["Yes", "No"])).unwrap().coding().clone();
        let read = |series: Series, missing| {
            let frame = DataFrame::new(series.len(), vec![series.with_name("y".into()).into()]).unwrap();
            coding.read(&frame, "y", missing)
        };
        assert_eq!(read(series(["No", "否"]), MissingLabels::Error).unwrap().values(), [false, false]);
        assert_eq!(read(series([true, false]), MissingLabels::Error).unwrap().values(), [true, false]);
        assert!(read(series([Some("No"), None]), MissingLabels::Error).is_err());
        assert_eq!(read(series([Some("No"), None]), MissingLabels::Drop).unwrap().n_missing(), 1);
        let refused = read(series(["No", "gone"]), MissingLabels::Drop).unwrap_err().to_string();
        assert!(
            refused.starts_with("labels: 1 row(s) of `y` have a level that is none of the two classes"),
            "{refused}"
        );
        let stated = read_as(&LabelParams::new().positive("gone"), series(["gone", "here"])).unwrap();
        let text = serde_json::to_string(stated.coding()).unwrap();
        assert_eq!(text, r#"{"positive":"gone","negative":"here"}"#);
        assert_eq!(serde_json::from_str::<LabelCoding>(&text).unwrap(), *stated.coding());
    }

    #[test]
    fn row_order_and_chunks_change_nothing() {
        let cells: Vec<&str> = (0..200).map(|row| ["Yes", "No", "yes", "是"][row * 7 % 4]).collect();
        let whole = read(series(&cells[..])).unwrap();
        let mut parts = series(&cells[..77]);
        parts.append(&series(&cells[77..])).unwrap();
        assert_eq!(read(parts).unwrap(), whole);
        let reversed: Vec<&str> = cells.iter().rev().copied().collect();
        let mut expected: Vec<bool> = whole.values().to_vec();
        expected.reverse();
        let read = read(series(&reversed[..])).unwrap();
        assert_eq!((read.values(), read.coding()), (&expected[..], whole.coding()));
    }
}
