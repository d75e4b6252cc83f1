//! Cells of small tables, in any order and in parts.

use polars::df;
use proptest::prelude::*;

use super::*;
use crate::frame::columns::{TIME, WAVE};

fn settings(by: usize, period: Option<SurveyPeriod>, as_of: Option<NaiveDate>) -> CellSettings {
    let by = (0..by).map(|at| format!("b{at}")).collect();
    CellSettings { analysis: "test", by, period, as_of }
}

fn date(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

/// A row as text, and cells as text in order.
fn shown(ordered: &OrderedCells, cell: &OrderedCell) -> String {
    let segment: Vec<&str> =
        ordered.segments[cell.segment].iter().map(|value| value.as_deref().unwrap_or("-")).collect();
    let period = ordered.periods[cell.period].as_ref().map_or("", |period| &period.label);
    format!("{} {period}", segment.join("/"))
}

/// What each row's cell stands for, and all cells in order; read as a whole, and in two parts.
fn read(settings: &CellSettings, table: &DataFrame, at: usize) -> [(Vec<Option<String>>, Vec<String>, WithoutCell); 2] {
    let named = |cells: &Cells, numbers: Vec<u32>| {
        let ordered = cells.in_order().unwrap();
        let of_cell = |number: u32| {
            let found = ordered.cells.iter().find(|cell| cell.cell == number as usize);
            (number != NO_CELL).then(|| shown(&ordered, found.unwrap()))
        };
        let all = ordered.cells.iter().map(|cell| shown(&ordered, cell)).collect();
        (numbers.into_iter().map(of_cell).collect(), all, cells.without_cell())
    };
    let mut whole = Cells::new(settings.clone());
    let numbers = whole.add(table).unwrap();
    let (head, tail) = table.split_at(at as i64);
    let [mut left, mut right] = [Cells::new(settings.clone()), Cells::new(settings.clone())];
    let of_tail = right.add(&tail).unwrap();
    let mut parts = left.add(&head).unwrap();
    let renumbered = left.merge(&right).unwrap();
    parts.extend(of_tail.iter().map(|&cell| if cell == NO_CELL { NO_CELL } else { renumbered[cell as usize] }));
    [named(&whole, numbers), named(&left, parts)]
}

fn table() -> DataFrame {
    let days =
        [Some("2026-01-31"), Some("2026-02-01"), None, Some("2026-03-31"), Some("2025-12-01"), Some("2026-01-01")];
    let frame = df!(
        "segment_0" => [Some("北京"), Some("北京"), Some("a"), None, Some("a"), Some("a")],
        "segment_1" => [10_i64, 9, 10, 9, 10, 10],
        WAVE => [Some(2_i8), Some(1), None, Some(2), Some(1), Some(10)],
        TIME => days,
    );
    let options = StrptimeOptions { format: Some("%Y-%m-%d".into()), ..Default::default() };
    crate::analysis::collect("test", frame.unwrap().lazy().with_column(col(TIME).str().to_date(options))).unwrap()
}

#[track_caller]
fn assert_cells(settings: &CellSettings, rows: [&str; 6], cells: &[&str], without: (u64, u64)) {
    for at in 0..=6 {
        for (found, all, missing) in read(settings, &table(), at) {
            let found: Vec<&str> = found.iter().map(|row| row.as_deref().unwrap_or("none")).collect();
            assert_eq!(found, rows, "split at {at}");
            assert_eq!(all, cells, "split at {at}");
            assert_eq!(missing, WithoutCell { n_without_period: without.0, n_unreadable_time: 0, n_later: without.1 });
        }
    }
}

#[test]
fn without_settings_all_rows_are_one_cell() {
    assert_cells(&settings(0, None, None), [" "; 6], &[" "], (0, 0));
}

#[test]
fn segments_are_combinations_in_the_order_of_their_values() {
    let rows = ["北京 ", "北京 ", "a ", "- ", "a ", "a "];
    assert_cells(&settings(1, None, None), rows, &["a ", "北京 ", "- "], (0, 0));
    let rows = ["北京/10 ", "北京/9 ", "a/10 ", "-/9 ", "a/10 ", "a/10 "];
    assert_cells(&settings(2, None, None), rows, &["a/10 ", "北京/9 ", "北京/10 ", "-/9 "], (0, 0));
}

#[test]
fn waves_go_by_size_and_a_missing_one_is_no_cell() {
    let wave = Some(SurveyPeriod::Wave);
    assert_cells(&settings(0, wave, None), [" 2", " 1", "none", " 2", " 1", " 10"], &[" 1", " 2", " 10"], (1, 0));
    assert_cells(
        &settings(1, wave, None),
        ["北京 2", "北京 1", "none", "- 2", "a 1", "a 10"],
        &["a 1", "a 10", "北京 1", "北京 2", "- 2"],
        (1, 0),
    );
}

#[test]
fn periods_are_those_of_the_calendar_up_to_the_date() {
    let month = Some(SurveyPeriod::Month);
    let rows = [" 2026-01", " 2026-02", "none", " 2026-03", " 2025-12", " 2026-01"];
    assert_cells(&settings(0, month, None), rows, &[" 2025-12", " 2026-01", " 2026-02", " 2026-03"], (1, 0));
    assert_cells(
        &settings(1, Some(SurveyPeriod::Year), Some(date(2026, 2, 28))),
        ["北京 2026", "北京 2026", "none", "none", "a 2025", "a 2026"],
        &["a 2025", "a 2026", "北京 2026"],
        (1, 1),
    );
    let rows = [" ", " ", "none", "none", " ", " "];
    assert_cells(&settings(0, None, Some(date(2026, 2, 28))), rows, &[" "], (1, 1));
    assert_cells(
        &settings(1, None, Some(date(2026, 2, 28))),
        ["北京 ", "北京 ", "none", "none", "a ", "a "],
        &["a ", "北京 "],
        (1, 1),
    );
    let rows = [" 2", " 1", "none", "none", " 1", " 10"];
    assert_cells(&settings(0, Some(SurveyPeriod::Wave), Some(date(2026, 2, 28))), rows, &[" 1", " 2", " 10"], (1, 1));
}

/// The only row without a first segment column is that of March, and so is the only one of wave 2 without a column.
#[test]
fn segments_and_waves_after_the_date_are_none() {
    let as_of = Some(date(2026, 2, 28));
    for (settings, segments, periods) in [
        (settings(1, None, as_of), vec!["a", "北京"], vec![]),
        (settings(1, Some(SurveyPeriod::Month), as_of), vec!["a", "北京"], vec!["2025-12", "2026-01", "2026-02"]),
        (settings(1, Some(SurveyPeriod::Wave), Some(date(2026, 1, 30))), vec!["a"], vec!["1", "10"]),
        (settings(0, Some(SurveyPeriod::Wave), Some(date(2026, 1, 30))), vec![], vec!["1", "10"]),
        (settings(2, Some(SurveyPeriod::Wave), Some(date(2025, 1, 1))), vec![], vec![]),
        (settings(0, Some(SurveyPeriod::Wave), Some(date(2025, 1, 1))), vec![], vec![]),
    ] {
        for at in 0..=6 {
            let (head, tail) = table().split_at(at);
            let [mut cells, mut right] = [Cells::new(settings.clone()), Cells::new(settings.clone())];
            cells.add(&head).unwrap();
            right.add(&tail).unwrap();
            cells.merge(&right).unwrap();
            let ordered = cells.in_order().unwrap();
            let found: Vec<&str> = ordered.segments.iter().flatten().flatten().map(String::as_str).collect();
            assert_eq!(found, segments, "{settings:?} split at {at}");
            let labels: Vec<&str> = ordered.periods.iter().flatten().map(|period| period.label.as_str()).collect();
            assert_eq!(labels, periods, "{settings:?} split at {at}");
            let are_places =
                |cell: &OrderedCell| cell.segment < ordered.segments.len() && cell.period < ordered.periods.len();
            assert!(ordered.cells.iter().all(are_places));
        }
    }
}

#[test]
fn a_period_at_the_edge_of_the_days_seen_is_not_complete() {
    let complete = |as_of| {
        let mut cells = Cells::new(settings(0, Some(SurveyPeriod::Month), as_of));
        cells.add(&table()).unwrap();
        let periods = cells.in_order().unwrap().periods;
        periods.into_iter().map(|period| period.unwrap().is_complete.unwrap()).collect::<Vec<bool>>()
    };
    // From 2025-12-01 to 2026-03-31.
    assert_eq!(complete(None), [true; 4]);
    assert_eq!(complete(Some(date(2026, 3, 30))), [true, true, true], "2026-02 ends before the date");
    assert_eq!(complete(Some(date(2026, 2, 27))), [true, true, false]);
    let mut cells = Cells::new(settings(0, Some(SurveyPeriod::Month), None));
    cells.add(&table().head(Some(2))).unwrap();
    let periods = cells.in_order().unwrap().periods;
    assert!(periods.iter().all(|period| period.as_ref().unwrap().is_complete == Some(false)));
}

#[test]
fn no_rows_have_no_cells_but_the_whole() {
    for (by, period, n) in
        [(0, None, 1), (1, None, 0), (0, Some(SurveyPeriod::Wave), 0), (2, Some(SurveyPeriod::Day), 0)]
    {
        let mut cells = Cells::new(settings(by, period, None));
        assert!(cells.add(&table().clear()).unwrap().is_empty());
        assert_eq!((cells.len(), cells.in_order().unwrap().cells.len()), (n, n), "{by} {period:?}");
    }
}

proptest! {
    #[test]
    fn order_and_parts_change_no_cell(rows in prop::collection::vec((0..5_u8, 0..40_i32, 0..4_i8), 1..60), at in 0..60_usize) {
        let frame = df!(
            "segment_0" => rows.iter().map(|row| ["x", "y", "a text beyond twelve", "城", ""][usize::from(row.0)]).collect::<Vec<_>>(),
            "segment_1" => rows.iter().map(|row| (row.1 != 7).then_some(row.1)).collect::<Vec<_>>(),
            WAVE => rows.iter().map(|row| (row.2 != 3).then_some(row.2)).collect::<Vec<_>>(),
        ).unwrap();
        let settings = settings(2, Some(SurveyPeriod::Wave), None);
        let [whole, parts] = read(&settings, &frame, at.min(rows.len()));
        prop_assert_eq!(&whole, &parts);
        let reversed = frame.reverse();
        let [mut turned, _] = read(&settings, &reversed, 0);
        turned.0.reverse();
        prop_assert_eq!(turned, whole);
    }
}

#[test]
fn waves_of_texts_go_by_number_where_all_read_as_one() {
    let settings = settings(0, Some(SurveyPeriod::Wave), None);
    let order = |waves: &[Option<&str>]| {
        let table = df!(WAVE => waves).unwrap();
        let found: Vec<[Vec<String>; 2]> =
            (0..=waves.len()).map(|at| read(&settings, &table, at).map(|(_, all, _)| all)).collect();
        assert!(found.iter().flatten().all(|one| *one == found[0][0]), "{found:?}");
        found[0][0].iter().map(|one| one.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(order(&[Some("10"), Some("2"), None, Some("-1"), Some("02"), Some("0")]), ["-1", "0", "02", "2", "10"]);
    assert_eq!(order(&[Some("10"), Some("W2"), Some("2")]), ["10", "2", "W2"], "one is no number");
    assert_eq!(order(&[Some("10"), Some("2.5")]), ["10", "2.5"], "no whole number");
}
