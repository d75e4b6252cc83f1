//! Readings of parts put together, in any order, with weights of any size.

use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::frame::{Question, Scale, SurveyColumns, SurveyResponses};
use crate::kernel::exact_sum::ExactSum;
use crate::satisfaction::cells::CellSettings;
use crate::satisfaction::period::SurveyPeriod;

fn reading(table: &DataFrame, is_weighted: bool) -> SurveyReading {
    let mut columns = SurveyColumns::new().score(Question::new("q", Scale::ZERO_TO_TEN)).segments(["who"]).wave("wave");
    if is_weighted {
        columns = columns.weight("w");
    }
    let survey = SurveyResponses::new(table.clone().lazy(), &columns).unwrap();
    let cells =
        CellSettings { analysis: "test", by: vec!["who".to_owned()], period: Some(SurveyPeriod::Wave), as_of: None };
    let mut plan = TallySettings::plan(&cells, &survey).unwrap();
    let settings = TallySettings::of(cells, &mut plan, |score| u8::from(score > 6) + u8::from(score > 8)).unwrap();
    read(settings, plan).unwrap()
}

/// Everything there is to know, cell by cell and of all cells.
fn all(reading: &SurveyReading) -> (Vec<CellTally>, CellTally, SurveyRows) {
    let cells: Vec<usize> = reading.in_order().unwrap().cells.iter().map(|cell| cell.cell).collect();
    let each = cells.iter().map(|&cell| reading.tally(&[cell])).collect();
    (each, reading.tally(&cells), reading.rows())
}

type Row = (Option<i32>, Option<&'static str>, Option<i32>, Option<f64>);

fn table(rows: &[Row]) -> DataFrame {
    df!(
        "q" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
        "who" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
        "wave" => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
        "w" => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
    )
    .unwrap()
}

/// By hand.
#[test]
fn every_row_is_counted_once_and_every_reason_has_its_place() {
    let rows = [
        (Some(10), Some("a"), Some(1), Some(2.0)),
        (Some(0), Some("a"), Some(1), Some(0.5)),
        (Some(7), None, Some(1), Some(1.0)),
        (None, Some("a"), Some(1), Some(1.0)),
        (Some(9), Some("a"), None, Some(1.0)),
        (Some(8), Some("a"), Some(1), None),
        (Some(8), Some("a"), Some(2), Some(0.0)),
        (None, Some("a"), Some(2), None),
    ];
    let (cells, whole, counted) = all(&reading(&table(&rows), true));
    assert_eq!(
        (
            counted.n_rows,
            counted.n_used,
            counted.n_without_period,
            counted.n_null,
            counted.n_without_weight,
            counted.n_zero_weight
        ),
        (8, 3, 1, 2, 1, 1)
    );
    let n: Vec<u64> = cells.iter().map(|cell| cell.n_rows).collect();
    assert_eq!(n, [4, 2, 1], "of a in wave 1, a in wave 2, and those without a segment");
    assert_eq!(cells[0].weights, Some(vec![[0.5, 0.25], [0.0, 0.0], [2.0, 4.0]]));
    assert_eq!(whole.weights, Some(vec![[0.5, 0.25], [1.0, 1.0], [2.0, 4.0]]));
    assert_eq!(whole.by_score, [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
    let (_, unweighted, counted) = all(&reading(&table(&rows), false));
    assert_eq!((unweighted.weights, counted.n_used), (None, 5));
    assert_eq!(counted.to_string(), "5 of 8 row(s) used; left out: 1 without a period, 2 without an answer");
}

#[test]
fn weights_that_are_none_are_refused_with_their_number() {
    for weight in [-1.0, f64::NAN, f64::INFINITY, 1e200, 1e-200] {
        let rows = [(Some(10), Some("a"), Some(1), Some(weight)), (Some(10), Some("a"), Some(1), Some(1.0))];
        let error = reading(&table(&rows), true).check().unwrap_err().to_string();
        assert!(error.contains("1 response(s) have a weight that is negative, NaN, infinite or beyond"), "{error}");
    }
}

#[test]
fn readings_of_other_settings_do_not_merge() {
    let rows = [(Some(10), Some("a"), Some(1), Some(1.0))];
    let (weighted, plain) = (reading(&table(&rows), true), reading(&table(&rows), false));
    let error = weighted.merge(plain).unwrap_err().to_string();
    assert_eq!(error, "test: readings made with other settings or roles");
}

#[test]
fn no_rows_leave_nothing() {
    let (cells, whole, rows) = all(&reading(&table(&[]), true));
    assert_eq!((cells.len(), whole.n_rows, rows), (0, 0, SurveyRows::default()));
}

/// More cells than threads share states for, each of one response.
#[test]
fn a_hundred_thousand_segments_of_one_response_are_as_many_cells() {
    let n = 100_000_u32;
    let frame = df!(
        "q" => (0..n).map(|k| (k % 11) as i32).collect::<Vec<_>>(),
        "who" => (0..n).map(|k| format!("客户{k}")).collect::<Vec<_>>(),
        "wave" => vec![1_i32; n as usize],
        "w" => (0..n).map(|k| f64::from(k % 7) + 0.5).collect::<Vec<_>>(),
    );
    let frame = frame.unwrap();
    for is_weighted in [false, true] {
        let (cells, whole, _) = all(&reading(&frame, is_weighted));
        assert_eq!((cells.len(), whole.n_rows), (100_000, 100_000));
        assert!(cells.iter().all(|cell| cell.by_score.iter().sum::<u64>() == 1));
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let score = prop::option::weighted(0.9, 0..=10_i32);
    let who = prop::sample::select(vec![Some("a"), Some("b"), Some("上海"), Some("a name beyond twelve"), None]);
    let weight = prop::option::weighted(0.9, prop_oneof![0.1..3.0, Just(0.0), 1e-12..1e-9, 1e9..1e12]);
    prop::collection::vec((score, who, prop::option::weighted(0.9, 1..4_i32), weight), 1..80)
}

proptest! {
    #[test]
    fn order_parts_and_merging_change_no_bit(rows in rows(), at in 0..80_usize) {
        for is_weighted in [false, true] {
            let frame = table(&rows);
            let whole = all(&reading(&frame, is_weighted));
            prop_assert_eq!(&all(&reading(&frame.reverse(), is_weighted)), &whole);
            let (head, tail) = frame.split_at(at.min(rows.len()) as i64);
            let merged = reading(&tail, is_weighted).merge(reading(&head, is_weighted)).unwrap();
            prop_assert_eq!(&all(&merged), &whole);
            let in_chunks = head.vstack(&tail).unwrap();
            prop_assert_eq!(&all(&reading(&in_chunks, is_weighted)), &whole);
        }
    }

    /// Oracle: exact sums row by row.
    #[test]
    fn sums_of_weights_are_exact(rows in rows()) {
        let (_, whole, _) = all(&reading(&table(&rows), true));
        for class in 0..3_usize {
            let is_of = |score: i32| usize::from(score > 6) + usize::from(score > 8) == class;
            let of_class = rows.iter().filter(|row| row.2.is_some() && row.0.is_some_and(is_of));
            let weights: Vec<f64> = of_class.filter_map(|row| row.3).collect();
            let squares: Vec<f64> = weights.iter().map(|weight| weight * weight).collect();
            let expected = [weights, squares].map(|terms| ExactSum::of(&terms).value().unwrap());
            prop_assert_eq!(whole.weights.as_ref().unwrap()[class], expected);
        }
    }
}
