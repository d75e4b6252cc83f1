//! "Our survey was put together from two systems. Half of the accents come out wrong, a blank
//! answer is NA here and empty there, and some sales are below zero. What is in it?"
//!
//! The survey of a French chain of garden stores; counts by other programs. Where the file is
//! absent the tests say so and pass.

use customer_analytics::cleaning::{ColumnNames, ReadNumbers, Text, Unreadable};
use customer_analytics::frame::{CsvOptions, read_csv};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::text::TextEncoding;

use crate::golden::shared;

/// Cells of the column, and how many of them are null.
const NULLS: [(&str, u64); 5] = [("nps", 342), ("satisfaction", 61), ("intention", 182), ("NbPassageKS", 0), ("t", 18)];

fn survey() -> Option<LazyFrame> {
    let path = shared("data/nps_garden_retail_fr.csv")?;
    let refused = read_csv(&path, &CsvOptions::new()).err().unwrap().to_string();
    assert!(refused.contains("not UTF-8 in"), "{refused}");
    assert!(refused.contains("it seems to mix windows1252 and cp850: "), "{refused}");
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let (frame, report) = read_csv(&path, &CsvOptions::new().encoding(mixture).null_values(["NA"])).unwrap();
    assert_eq!((report.n_rows, report.by_encoding.len()), (13_954, 2));
    Some(frame)
}

fn rules() -> CleaningParams {
    CleaningParams::new()
        .rule(Text::new().columns(["explication"]).inner_blanks(true).empty_to_null(true))
        .rule(ReadNumbers::new(NULLS.map(|(column, _)| column)).whole(true).unreadable(Unreadable::Fail))
        .rule(ReadNumbers::new(["CaTicket"]).unreadable(Unreadable::Fail))
}

#[test]
fn scores_are_whole_numbers_and_missing_answers_are_null() {
    let Some(frame) = survey() else { return };
    let (clean, _, report) = rules().run(frame).unwrap().into_parts();
    for (column, n_null) in NULLS {
        let cells = clean.column(column).unwrap();
        assert_eq!((cells.dtype(), cells.null_count() as u64), (&DataType::Int64, n_null), "{column}");
        assert_eq!(report.rules[1].n_cells(column, "read"), 13_954 - n_null, "{column}");
        assert_eq!(report.rules[1].n_cells(column, "blank"), 0, "{column}");
    }
    for column in ["nps", "satisfaction", "intention"] {
        let scores = clean.column(column).unwrap().i64().unwrap();
        assert_eq!((scores.min(), scores.max()), (Some(1), Some(10)), "{column}");
    }
    let answers = clean.column("explication").unwrap().str().unwrap();
    let n_acute = answers.iter().flatten().map(|answer| answer.matches('é').count()).sum::<usize>();
    assert_eq!((answers.null_count(), n_acute), (10_115, 6_075));
}

#[test]
fn sales_below_zero_are_counted_and_kept() {
    let Some(frame) = survey() else { return };
    let cleaned = rules().rule(ColumnNames::new()).run(frame).unwrap();
    assert_eq!(cleaned.report().n_rows_quarantined, 0);
    let quality = QualityParams::new().run(&cleaned.frame()).unwrap();
    let sales = quality.columns.iter().find(|column| column.column == "ca_ticket").unwrap();
    assert_eq!((sales.n_negative, sales.n_zero, sales.n_missing), (Some(220), Some(26), 0));
}
