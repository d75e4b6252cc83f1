//! What the counts of a column say about cleaning it.

use super::finish::share;
use super::report::ColumnQuality;

/// Share of the texts that have to read as numbers or dates before it is taken for a type;
/// invoice numbers of which two in a hundred begin with a letter are text.
const MOST_OF_THEM: f64 = 0.99;

/// What to clean in a column, in the order in which to do it.
///
/// A key, and a code with zeros in front, is no number, even where all of it is digits.
pub(super) fn hints(column: &ColumnQuality, is_key: bool) -> Vec<String> {
    let found = [blank(column), padded(column), suspected(column), variants(column)];
    let flags = flags(column);
    let is_code = is_key || column.n_text_codes.unwrap_or_default() > 0;
    let numbers = column.n_text_numbers.filter(|_| flags.is_none() && !is_code);
    let types = [
        flags,
        typed(column, numbers, "numbers", "ReadNumbers"),
        typed(column, column.n_text_dates, "ISO dates", "ReadDates"),
    ];
    found.into_iter().chain(types).chain([infinite(column), constant(column), empty(column)]).flatten().collect()
}

fn blank(column: &ColumnQuality) -> Option<String> {
    (column.n_blank > 0).then(|| {
        format!("{} cell(s) are blank; make them null with `Text::empty_to_null`, or fill them", column.n_blank)
    })
}

fn padded(column: &ColumnQuality) -> Option<String> {
    let n = column.n_padded;
    (n > 0).then(|| format!("{n} cell(s) have outer blanks; trim them with `Text`"))
}

fn suspected(column: &ColumnQuality) -> Option<String> {
    const SHOWN: usize = 3;
    let n: u64 = column.suspects.iter().map(|suspect| suspect.n_rows).sum();
    let words: Vec<&str> = column.suspects.iter().take(SHOWN).map(|suspect| suspect.placeholder).collect();
    let words = words.join("`, `");
    (n > 0).then(|| format!("{n} cell(s) read like `{words}`; name them in `placeholders` if they mean missing"))
}

fn variants(column: &ColumnQuality) -> Option<String> {
    let (distinct, folded) = (column.n_distinct?, column.n_distinct_folded?);
    (folded < distinct)
        .then(|| format!("{distinct} values are {folded} without case and outer blanks; `Text` can fold them"))
}

/// Text that is of another type, save for what does not read.
fn typed(column: &ColumnQuality, n: Option<u64>, what: &str, rule: &str) -> Option<String> {
    let filled = column.n_rows - column.n_missing;
    let n = n?;
    share(n, filled).filter(|&share| share >= MOST_OF_THEM)?;
    let rest = filled.saturating_sub(n);
    Some(format!("text, but {n} of {filled} filled cell(s) read as {what}, {rest} do not; use `{rule}`"))
}

/// Text that is yes and no. Of 0 and 1 no other number may be among them.
fn flags(column: &ColumnQuality) -> Option<String> {
    let (yes, no) = (column.n_text_yes.filter(|&n| n > 0)?, column.n_text_no.filter(|&n| n > 0)?);
    let filled = column.n_rows - column.n_missing;
    let is_whole = yes + no == filled || column.n_text_numbers == Some(0);
    typed(column, Some(yes + no).filter(|_| is_whole), "yes or no", "ReadFlags")
}

fn infinite(column: &ColumnQuality) -> Option<String> {
    let n = column.n_infinite;
    (n > 0).then(|| format!("{n} cell(s) are infinite; a division by zero before this table makes such"))
}

fn constant(column: &ColumnQuality) -> Option<String> {
    let is_so = column.is_constant == Some(true) && column.n_rows > 1 && column.n_missing == 0;
    is_so.then(|| "one value in every row; it tells no rows apart".to_owned())
}

fn empty(column: &ColumnQuality) -> Option<String> {
    (column.n_rows > 0 && column.n_missing == column.n_rows)
        .then(|| "no cell is filled; leave the column out".to_owned())
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use crate::quality::{DataQuality, QualityParams};

    fn run(frame: DataFrame, params: QualityParams) -> DataQuality {
        params.run(&frame.lazy()).unwrap()
    }

    #[test]
    fn types_hidden_in_text_are_hinted_at() {
        let charges: Vec<String> = (0..99).map(|n| format!("{n}.5")).chain([" ".to_owned()]).collect();
        let report = run(
            df!("charges" => charges, "since" => ["2026-01-31"; 100], "zip" => ["01067"; 100]).unwrap(),
            QualityParams::new(),
        );
        let hints = |place: usize| report.columns[place].hints.join(" | ");
        assert_eq!(
            hints(0),
            "1 cell(s) are blank; make them null with `Text::empty_to_null`, or fill them | \
         text, but 99 of 99 filled cell(s) read as numbers, 0 do not; use `ReadNumbers`"
        );
        assert!(
            hints(1).starts_with("text, but 100 of 100 filled cell(s) read as ISO dates, 0 do not; use `ReadDates` | ")
        );
        assert_eq!(hints(2), "one value in every row; it tells no rows apart");
    }

    #[test]
    fn keys_and_codes_are_no_numbers_and_yes_and_no_are_flags() {
        let numbers: Vec<String> = (0..200).map(|n| n.to_string()).collect();
        let codes = numbers.iter().enumerate().map(|(n, text)| if n == 7 { "007".to_owned() } else { text.clone() });
        let words = |words: [&'static str; 2]| (0..200).map(|n| words[n % 2]).collect::<Vec<_>>();
        let mostly = (0..200).map(|n| if n == 3 { "2" } else { ["0", "1"][n % 2] }).collect::<Vec<_>>();
        let frame = df!(
            "id" => numbers.clone(), "n" => numbers.clone(), "code" => codes.collect::<Vec<_>>(),
            "partner" => words(["Yes", "no "]), "会员" => words(["是", "否"]), "senior" => words(["0", "1"]),
            "visits" => mostly, "all" => words(["yes", "yes"]), "gender" => words(["m", "f"]),
        );
        let report = run(frame.unwrap(), QualityParams::new().key(["id"]));
        let hints = |column: &str| {
            report
                .columns
                .iter()
                .find(|one| one.column == column)
                .unwrap()
                .hints
                .iter()
                .filter(|hint| hint.contains("use"))
                .cloned()
                .collect::<Vec<_>>()
                .join(" | ")
        };
        let numbers = "text, but 200 of 200 filled cell(s) read as numbers, 0 do not; use `ReadNumbers`";
        let flags = "text, but 200 of 200 filled cell(s) read as yes or no, 0 do not; use `ReadFlags`";
        for (column, expected) in
            [("id", ""), ("n", numbers), ("code", ""), ("visits", numbers), ("all", ""), ("gender", "")]
        {
            assert_eq!(hints(column), expected, "{column}");
        }
        for column in ["partner", "会员", "senior"] {
            assert_eq!(hints(column), flags, "{column}");
        }
        assert_eq!((report.columns[2].n_text_codes, report.columns[3].n_text_no), (Some(1), Some(100)));
        assert!(report.to_string().lines().all(|line| line.chars().count() <= 100));
    }
}
