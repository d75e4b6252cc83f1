//! "Our sales come as a folder of files, with ids and dates in whatever form the shop
//! system writes them."

use std::path::Path;

use customer_analytics::activity::ActivityTable;
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::{
    ActivityParams, Analysis, Error, NaiveDate, Period, TransactionColumns, TransactionLog,
};

fn date(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn columns() -> TransactionColumns {
    TransactionColumns::new("客户", "日期").amount("金额")
}

fn sales(ids: &[i64]) -> DataFrame {
    let days: Vec<NaiveDate> = ids.iter().map(|id| date(1, *id as u32)).collect();
    let amounts: Vec<f64> = ids.iter().map(|id| *id as f64 + 0.1).collect();
    df!("客户" => ids, "日期" => days, "金额" => amounts).unwrap()
}

fn write_parquet(path: &Path, frame: &mut DataFrame) {
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(frame).unwrap();
}

fn activity(log: &TransactionLog) -> ActivityTable {
    ActivityParams::new(date(2, 1)).run(log).unwrap()
}

fn ids(table: &ActivityTable) -> Vec<String> {
    table.customers().iter().map(|id| id.str_value().to_string()).collect()
}

#[test]
fn a_glob_of_parquet_files_reads_like_one_file() {
    let folder = tempfile::tempdir().unwrap();
    write_parquet(&folder.path().join("a.parquet"), &mut sales(&[3, 1, 2]));
    write_parquet(&folder.path().join("b.parquet"), &mut sales(&[2, 5]));
    let glob = folder.path().join("*.parquet");
    let both = activity(&TransactionLog::scan(glob.to_str().unwrap(), &columns()).unwrap());
    assert_eq!(ids(&both), ["1", "2", "3", "5"]);
    assert_eq!(both.net_value(), [1.1, 4.2, 3.1, 5.1]);
    assert_eq!(both.counts().n_rows, 5);
}

#[test]
fn readings_of_two_files_merge_into_the_reading_of_both() {
    let analysis = ActivityParams::new(date(2, 1)).count_periods(Period::Week).check().unwrap();
    let log = |frame: DataFrame| TransactionLog::new(frame.lazy(), &columns()).unwrap();
    let read = |frame: DataFrame| analysis.reduce(analysis.plan(&log(frame)).unwrap()).unwrap();
    let merged = read(sales(&[3, 1, 2])).merge(read(sales(&[2, 9, 2]))).unwrap();
    let whole = read(sales(&[3, 1, 2, 2, 9, 2]));
    let (merged, whole) = (analysis.finish(merged).unwrap(), analysis.finish(whole).unwrap());
    assert_eq!(serde_json::to_string(&merged).unwrap(), serde_json::to_string(&whole).unwrap());
}

#[test]
fn ids_in_csv_files_keep_their_leading_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.csv");
    std::fs::write(&path, "客户,日期,金额\r\n00042,2026-01-01,5\r\n42,2026-01-02,7.5\r\n").unwrap();
    let table = activity(&TransactionLog::scan(path.to_str().unwrap(), &columns()).unwrap());
    assert_eq!(ids(&table), ["00042", "42"]);
    assert_eq!(table.net_value(), [5.0, 7.5]);
}

#[test]
fn day_first_dates_are_read_as_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sales.csv");
    std::fs::write(&path, "客户,日期,金额\na,02/01/2026 23:59,5\na,31/01/2026 00:00,5\n").unwrap();
    let columns = columns().time_format("%d/%m/%Y %H:%M");
    let table = activity(&TransactionLog::scan(path.to_str().unwrap(), &columns).unwrap());
    assert_eq!(table.recency_days().collect::<Vec<_>>(), [Some(1)]);
    assert_eq!(table.tenure_days().collect::<Vec<_>>(), [Some(30)]);
}

#[test]
fn ids_of_any_usual_type_give_the_same_customers() {
    let frame = sales(&[3, 1, 2, 3]);
    let expected = activity(&TransactionLog::new(frame.clone().lazy(), &columns()).unwrap());
    let text = col("客户").cast(DataType::String);
    let forms = [
        col("客户").cast(DataType::UInt64),
        col("客户").cast(DataType::Int16),
        text.clone(),
        text.cast(DataType::from_categories(Categories::global())),
    ];
    for form in forms {
        let log = TransactionLog::new(frame.clone().lazy().with_column(form), &columns()).unwrap();
        let table = activity(&log);
        assert_eq!(ids(&table), ids(&expected));
        assert_eq!(table.net_value(), expected.net_value());
    }
}

#[test]
fn a_day_is_the_day_on_the_shop_clock() {
    // 23:30 in Shanghai on 10 January is 15:30 of the same day in UTC; 00:30 on the 11th is
    // still the 10th in UTC.
    const HALF_HOUR: i64 = 1_800_000;
    let midnight = i64::from(date(1, 10).to_epoch_days()) * 48 * HALF_HOUR;
    let instants = [midnight + 31 * HALF_HOUR, midnight + 33 * HALF_HOUR];
    let frame = df!("客户" => [1_i64, 2], "日期" => instants, "金额" => [1.0, 1.0]).unwrap().lazy();
    let zone = |name| TimeZone::opt_try_new(Some(name)).unwrap();
    let utc = col("日期").cast(DataType::Datetime(TimeUnit::Milliseconds, zone("UTC")));
    let zoned = frame.with_column(utc.dt().convert_time_zone(zone("Asia/Shanghai").unwrap()));
    let table = activity(&TransactionLog::new(zoned, &columns()).unwrap());
    assert_eq!(table.recency_days().collect::<Vec<_>>(), [Some(22), Some(21)]);
}

#[test]
fn an_id_too_large_for_64_bits_is_an_error_not_another_customer() {
    let frame = df!("客户" => [u64::MAX], "日期" => [date(1, 1)], "金额" => [1.0]).unwrap();
    let log = TransactionLog::new(frame.lazy(), &columns()).unwrap();
    let refused = ActivityParams::new(date(2, 1)).run(&log).unwrap_err();
    assert!(matches!(refused, Error::Query { .. }), "{refused}");
}
