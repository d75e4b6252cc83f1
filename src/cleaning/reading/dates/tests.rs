use chrono::NaiveDate;

use super::*;
use crate::cleaning::{CleaningParams, CleaningReport, LaterRows, Text};
use crate::frame::TransactionColumns;

fn run(rule: ReadDates, frame: DataFrame) -> (Column, CleaningReport) {
    let (clean, _, report) = CleaningParams::new().rule(rule).run(frame).unwrap().into_parts();
    (clean.column("日期").unwrap().clone(), report)
}

fn days(column: &Column) -> Vec<Option<String>> {
    column.cast(&DataType::String).unwrap().str().unwrap().iter().map(|cell| cell.map(str::to_owned)).collect()
}

fn counts(report: &CleaningReport) -> [u64; 4] {
    ["read", "blank", "unreadable", "read both ways"].map(|what| report.rules[0].n_cells("日期", what))
}

#[test]
fn formats_are_tried_in_their_order() {
    let cells = [Some("2021-03-04"), Some("03/04/2021"), Some("13/04/2021"), Some("04/13/2021"), Some(" "), None];
    let frame = || df!("日期" => cells).unwrap();
    let (read, report) = run(ReadDates::new(["日期"]).formats(["%Y-%m-%d", "%d/%m/%Y"]), frame());
    assert_eq!(read.dtype(), &DataType::Date);
    let expected = [Some("2021-03-04"), Some("2021-04-03"), Some("2021-04-13"), None, None, None];
    assert_eq!(days(&read), expected.map(|day| day.map(str::to_owned)));
    assert_eq!(counts(&report), [3, 1, 1, 1]);
    assert_eq!(report.rules[0].cells[2].shapes["99/99/9999"], 1);

    let (read, report) = run(ReadDates::new(["日期"]).formats(["%m/%d/%Y", "%d/%m/%Y"]), frame());
    assert_eq!(days(&read)[1..4], ["2021-03-04", "2021-04-13", "2021-04-13"].map(|day| Some(day.to_owned())));
    assert_eq!(counts(&report), [3, 1, 1, 1]);
}

/// ISO days have one reading, so nothing is looked at twice and nothing is counted.
#[test]
fn only_formats_with_two_readings_are_looked_at() {
    let (_, report) = run(ReadDates::new(["日期"]).formats(["%Y-%m-%d"]), df!("日期" => ["2021-03-04"]).unwrap());
    assert!(report.rules[0].cells.iter().all(|cell| cell.what != "read both ways"));
    let unread = ReadDates::new(["日期"]).formats(["%d.%m.%Y"]);
    let (_, report) = run(unread, df!("日期" => ["03/04/2021", "03.04.2021"]).unwrap());
    assert_eq!(counts(&report), [1, 0, 1, 1], "what is not read depends on no order");
}

#[test]
fn a_time_of_day_makes_datetimes() {
    let frame = df!("日期" => ["1970-01-01 00:00:01", "1970-01-02", "1970-01-01 24:00:00"]).unwrap();
    let (read, report) = run(ReadDates::new(["日期"]).formats(["%Y-%m-%d %H:%M:%S", "%F"]), frame);
    assert_eq!(read.dtype(), &time_dtype());
    let micros: Vec<_> = read.datetime().unwrap().physical().iter().collect();
    assert_eq!(micros, [Some(1_000_000), Some(86_400_000_000), None]);
    assert_eq!(counts(&report), [2, 0, 1, 0]);
}

#[test]
fn days_before_1970_are_days() {
    let (read, _) = run(ReadDates::new(["日期"]).formats(["%F"]), df!("日期" => ["1969-12-31", "1000-01-01"]).unwrap());
    assert_eq!(read.date().unwrap().physical().get(0), Some(-1));
    assert_eq!(days(&read)[1].as_deref(), Some("1000-01-01"));
}

#[test]
fn serial_numbers_are_read_from_numbers_and_from_text() {
    let rule = |dates| ReadDates::new(["日期"]).excel(dates);
    let numbers = df!("日期" => [Some(25_569.5), Some(f64::NAN), None, Some(60.0), Some(-1.0), Some(f64::INFINITY)]);
    let (read, report) = run(rule(ExcelDates::Since1900), numbers.unwrap());
    assert_eq!(read.datetime().unwrap().physical().get(0), Some(43_200_000_000));
    assert_eq!(counts(&report), [1, 1, 3, 0]);

    let (read, _) = run(rule(ExcelDates::Since1904), df!("日期" => [24_107_i32]).unwrap());
    assert_eq!(read.datetime().unwrap().physical().get(0), Some(0));

    let mixed = df!("日期" => ["25569", "01/01/1970", "2e4"]).unwrap();
    let (read, report) = run(rule(ExcelDates::Since1900).formats(["%d/%m/%Y"]), mixed);
    assert_eq!(read.datetime().unwrap().physical().iter().collect::<Vec<_>>(), [Some(0), Some(0), None]);
    assert_eq!(counts(&report), [2, 0, 1, 0]);

    let digits = df!("日期" => [19_700_101_i64, 25_569]).unwrap();
    let (read, _) = run(rule(ExcelDates::Since1900).formats(["%Y%m%d"]), digits);
    assert_eq!(read.datetime().unwrap().physical().iter().collect::<Vec<_>>(), [Some(0), Some(0)]);
}

#[test]
fn times_are_cut_to_days_if_asked_for_and_counted() {
    let rule = ReadDates::new(["日期"]).formats(["%F %H:%M"]).excel(ExcelDates::Since1900).days(true);
    let cells = ["2021-03-04 00:00", "1969-12-31 12:00", "25569", "25569.25", "1900-01-01 23:59", "?"];
    let (read, report) = run(rule, df!("日期" => cells).unwrap());
    assert_eq!(read.dtype(), &DataType::Date);
    let physical: Vec<_> = read.date().unwrap().physical().iter().collect();
    assert_eq!(physical, [Some(18_690), Some(-1), Some(0), Some(0), Some(-25_567), None]);
    assert_eq!((report.rules[0].n_cells("日期", "time cut"), counts(&report)), (3, [5, 0, 1, 0]));
    assert_eq!(report.rules[0].n_cells_changed, 4);
}

#[test]
fn nothing_one_row_and_chunks_are_read_alike() {
    let rule = || ReadDates::new(["日期"]).formats(["%F"]);
    let (read, report) = run(rule(), df!("日期" => Vec::<String>::new()).unwrap());
    assert_eq!((read.len(), read.dtype(), counts(&report)), (0, &DataType::Date, [0; 4]));
    let halves = df!("日期" => ["2021-01-01", "?"]).unwrap();
    let whole = halves.vstack(&df!("日期" => ["", "2021-01-02"]).unwrap()).unwrap();
    let (chunked, of_chunks) = run(rule(), whole.clone());
    let mut one = whole.clone();
    one.rechunk_mut();
    let (single, of_one) = run(rule(), one);
    assert!(chunked.equals_missing(&single));
    assert_eq!(of_chunks, of_one);
    let (reversed, of_reversed) = run(rule(), whole.reverse());
    assert!(reversed.reverse().equals_missing(&chunked));
    assert_eq!(of_reversed, of_one);
}

/// Unlike a value, the form of a cell does not grow with it.
#[test]
fn a_cell_of_a_megabyte_is_unreadable_and_its_form_short() {
    let long = "9".repeat(1 << 20);
    let rule = ReadDates::new(["日期"]).formats(["%d/%m/%Y"]).excel(ExcelDates::Since1900);
    let (_, report) = run(rule, df!("日期" => [long.as_str(), "x"]).unwrap());
    assert_eq!(report.rules[0].cells[2].shapes["999999999999…"], 1);
}

#[test]
fn unreadable_days_are_taken_or_fail_the_job() {
    let frame = || df!("日期" => [Some("2021-02-30"), Some("2021-02-28"), None]).unwrap();
    let rule = |unreadable| CleaningParams::new().rule(ReadDates::new(["日期"]).formats(["%F"]).unreadable(unreadable));
    let cleaned = rule(Unreadable::Quarantine).run(frame()).unwrap();
    assert_eq!((cleaned.report().n_rows_out, cleaned.quarantine().height()), (2, 1));
    assert_eq!(cleaned.report().rules[0].reasons[0].reason, "`日期` cannot be read as a date");
    assert_eq!(cleaned.report().rules[0].reasons[0].shapes["9999-99-99"], 1);
    let refused = rule(Unreadable::Fail).run(frame()).unwrap_err().to_string();
    assert!(refused.contains("rule 1 `read_dates` failed 1 of 3 row(s)"), "{refused}");
    assert!(refused.contains("(`日期` cannot be read as a date: 1); mend the cells, or set `unreadable`"), "{refused}");
    let plan = rule(Unreadable::Fail).check().unwrap().plan(frame()).unwrap();
    assert!(plan.report().unwrap_err().is_data());
}

#[test]
fn later_rules_see_a_date() {
    let frame = df!("who" => [1_i64, 2], "日期" => ["01.06.2026", "31.05.2026"], "paid" => [1.0, 2.0]).unwrap();
    let columns = TransactionColumns::new("who", "日期").amount("paid").time_format("%d.%m.%Y");
    let cleaned = CleaningParams::new()
        .rule(Text::new().columns(["日期"]))
        .rule(ReadDates::new(["日期"]).formats(["%d.%m.%Y"]))
        .rule(LaterRows::after(NaiveDate::from_ymd_opt(2026, 5, 31).unwrap()))
        .roles(&columns)
        .run(frame)
        .unwrap();
    assert_eq!(cleaned.report().n_rows_out, 1);
    assert_eq!(cleaned.quarantine().column("日期").unwrap().str().unwrap().get(0), Some("01.06.2026"));
}

#[test]
fn problems_name_the_column_and_the_remedy() {
    let day = Series::new("d".into(), [1_i32]).cast(&DataType::Date).unwrap();
    let frame = || df!("d" => day.clone(), "n" => [1_i64], "b" => [true]).unwrap();
    let rule = ReadDates::new(["d", "n", "b", "x"]);
    let refused = CleaningParams::new().rule(rule.formats(["%F"])).run(frame()).unwrap_err().to_string();
    for part in [
        "rule 1 `read_dates` reads text, but column `d` is date already; leave it out of the rule",
        "`n` is i64; set `excel` if it holds Excel's serial numbers, or cast it to text",
        "`b` is bool; leave it out",
        "names column `x`",
    ] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    assert!(CleaningParams::new().rule(ReadDates::new(["n"]).excel(ExcelDates::Since1900)).run(frame()).is_ok());
}

#[test]
fn settings_are_checked_and_survive_a_job_file() {
    let refused = |rule: ReadDates| CleaningParams::new().rule(rule).check().unwrap_err().to_string();
    assert!(refused(ReadDates::new(["d"])).contains("`read_dates.formats` must be at least one format"));
    let zoned = refused(ReadDates::new(["d"]).formats(["%FT%T%z"]));
    assert!(zoned.contains("must be formats that determine a day, got format `%FT%T%z` has a zone"), "{zoned}");
    assert!(refused(ReadDates::new(["d", "d"]).formats(["%F"])).contains("`d` twice"));
    let rule = ReadDates::new(["d"]).formats(["%F"]).excel(ExcelDates::Since1904).unreadable(Unreadable::Quarantine);
    let text = serde_json::to_string(&rule).unwrap();
    assert_eq!(serde_json::from_str::<ReadDates>(&text).unwrap(), rule);
    let job = r#"{"columns": ["d"], "formats": ["%d/%m/%Y"]}"#;
    assert_eq!(serde_json::from_str::<ReadDates>(job).unwrap(), ReadDates::new(["d"]).formats(["%d/%m/%Y"]));
    assert!(serde_json::from_str::<ReadDates>(r#"{"columns": ["d"], "day_first": true}"#).is_err());
}
