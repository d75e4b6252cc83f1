//! Bad files, tables, rows and settings: a clear refusal, or a counted exclusion; never a
//! panic, never a silent loss.

use std::fmt::Debug;
use std::fs;

use customer_analytics::cleaning::{ExactDuplicates, MissingCustomer, NonProducts, Prices, Refunds, Text};
use customer_analytics::frame::scan;
use customer_analytics::integration::{IdentityParams, MatchKey, Oversize};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::segmentation::{
    Concentration, CustomerMeasures, Dimension, HighBy, HoldoutParams, Measure, MigrationMatrix, PerDimension,
    SegmentMap, Segments, ValueGroups, ValueScoreParams,
};

use crate::data::{Line, as_of, columns, frame_of, log, shop};

/// The error of a call that must fail, as one line that contains all the parts.
#[track_caller]
fn refused<T: Debug>(result: Result<T>, parts: &[&str]) -> Error {
    let error = result.expect_err("a refusal");
    let text = error.to_string();
    assert!(!text.contains('\n'), "one line: {text:?}");
    assert!(!text.starts_with(char::is_uppercase), "lower case: {text}");
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    error
}

fn one(line: Line) -> DataFrame {
    frame_of(&[line])
}

fn good() -> Line {
    Line { who: Some(1), age: 3, paid: Some(9.99), invoice: 1, sku: "tea" }
}

fn rfm() -> RfmParams {
    RfmParams::new(as_of())
}

fn activity() -> ActivityParams {
    ActivityParams::new(as_of())
}

#[test]
fn every_problem_of_a_table_is_told_in_one_error() {
    let table =
        df!("id" => [1.5, 2.5], "day" => ["2026-01-01", "2026-01-02"], "paid" => ["1", "2"], "x" => [true, false]);
    let columns = TransactionColumns::new("id", "day").amount("paid").order("x").product("x").channel("缺失");
    let error = refused(
        TransactionLog::new(table.unwrap().lazy(), &columns),
        &[
            "transactions: 7 schema problem(s): ",
            "role `customer` needs a whole number, text or category (cast decimals like 17850.0 to Int64), but column `id` is f64",
            "role `time` needs a Date or Datetime (for text, give the time format), but column `day` is str",
            "role `amount` needs a whole number, Float64 or Decimal",
            "role `order` needs",
            "role `product` needs",
            "role `channel` names column `缺失`, which is not among `id`, `day`, `paid`, `x`",
            "column `x` plays 2 roles: order, product",
        ],
    );
    assert!(error.is_data());
}

#[test]
fn a_column_in_two_roles_is_refused() {
    let columns = TransactionColumns::new("who", "when").amount("paid").order("who");
    refused(TransactionLog::new(one(good()).lazy(), &columns), &["column `who` plays 2 roles: customer, order"]);
}

#[test]
fn an_amount_is_one_column_or_quantity_and_price() {
    let frame = || one(good()).lazy();
    let neither = TransactionColumns::new("who", "when");
    let both = TransactionColumns::new("who", "when").amount("paid").quantity_and_price("invoice", "paid");
    for columns in [neither, both] {
        refused(
            TransactionLog::new(frame(), &columns),
            &["role `amount` needs one column, or else both `quantity` and `unit_price`"],
        );
    }
}

#[test]
fn a_time_that_is_no_text_needs_no_format() {
    let columns = columns().time_format("%Y-%m-%d");
    refused(
        TransactionLog::new(one(good()).lazy(), &columns),
        &["role `time` needs text, as a time format is given, but column `when` is date"],
    );
}

#[test]
fn an_id_beyond_64_bits_with_sign_is_a_failed_query_and_no_other_id() {
    let mut frame = one(good());
    frame.with_column(Column::new("who".into(), [u64::MAX])).unwrap();
    refused(activity().run(&log(frame)), &["activity: query failed"]);
}

#[test]
fn an_empty_table_has_no_customers_and_nobody_to_score() {
    let table = activity().run(&log(frame_of(&[]))).unwrap();
    assert_eq!((table.n_customers(), table.counts().n_rows), (0, 0));
    assert_eq!(table.to_dataframe().height(), 0);
    let error = refused(
        rfm().run(&log(frame_of(&[]))),
        &["none of 0 customer(s) has every dimension (0 of 0 rows read were used); nobody can be scored"],
    );
    assert!(error.is_data());
    refused(Concentration::of_net_value(&table), &["concentration: none of 0 customer(s) has a value above zero"]);
}

#[test]
fn rows_that_lack_something_are_refused_with_their_number_and_a_remedy() {
    let cases: [(Line, &str); 4] = [
        (Line { who: None, ..good() }, "1 row(s) lack a customer"),
        (Line { paid: None, ..good() }, "1 row(s) lack an amount that can be read"),
        (Line { paid: Some(f64::NAN), ..good() }, "1 row(s) lack a finite amount of at most 10^15"),
        (Line { paid: Some(-1e16), ..good() }, "1 row(s) lack a finite amount of at most 10^15"),
    ];
    for (line, lacks) in cases {
        let remedy = "exclude and count them with `Incomplete::Exclude`";
        let error = refused(activity().run(&log(frame_of(&[good(), line.clone()]))), &["activity: ", lacks, remedy]);
        assert!(error.is_data() && !error.is_param());
        let table = activity().incomplete(Incomplete::Exclude).run(&log(frame_of(&[good(), line]))).unwrap();
        assert_eq!((table.counts().n_rows, table.counts().n_used, table.counts().n_incomplete()), (2, 1, 1));
    }
}

#[test]
fn a_log_without_any_customer_is_refused_or_counted_out() {
    let nobodys: Vec<Line> = shop(1, 50).into_iter().map(|line| Line { who: None, ..line }).collect();
    refused(rfm().run(&log(frame_of(&nobodys))), &["50 row(s) lack a customer"]);
    let excluded = rfm().incomplete(Incomplete::Exclude).run(&log(frame_of(&nobodys)));
    refused(
        excluded,
        &["none of 0 customer(s) has every dimension (0 of 50 rows read were used, 50 without a customer)"],
    );
    let counts = *activity().incomplete(Incomplete::Exclude).run(&log(frame_of(&nobodys))).unwrap().counts();
    assert_eq!((counts.n_missing_customer, counts.n_used), (50, 0));
}

#[test]
fn rows_after_the_date_of_the_report_are_left_out_and_counted() {
    let future = Line { age: -1, ..good() };
    let table = activity().run(&log(frame_of(&[good(), future.clone()]))).unwrap();
    assert_eq!((table.counts().n_after_as_of, table.counts().n_used), (1, 1));
    refused(rfm().run(&log(one(future))), &["none of 0 customer(s)", "0 of 1 rows read were used"]);
}

#[test]
fn text_that_is_no_time_is_a_missing_time() {
    let frame = || {
        df!("who" => [1_i64; 4], "when" => ["2026-01-05", "05/01/2026", "2026-02-30", ""], "paid" => [1.0; 4]).unwrap()
    };
    let columns = TransactionColumns::new("who", "when").amount("paid").time_format("%Y-%m-%d");
    let log = TransactionLog::new(frame().lazy(), &columns).unwrap();
    refused(activity().run(&log), &["3 row(s) lack a time that can be read"]);
    let counts = *activity().incomplete(Incomplete::Exclude).run(&log).unwrap().counts();
    assert_eq!((counts.n_missing_time, counts.n_used), (3, 1));
    let nonsense = TransactionColumns::new("who", "when").amount("paid").time_format("%Q nonsense");
    refused(TransactionLog::new(frame().lazy(), &nonsense), &["`%Q nonsense`, which is not one of strftime codes"]);
    // The day of an instant depends on the zone, which a text does not tell.
    let with_offset = TransactionColumns::new("who", "when").amount("paid").time_format("%Y-%m-%dT%H:%M:%S%z");
    refused(TransactionLog::new(frame().lazy(), &with_offset), &["with a zone or offset; parse it into a Datetime"]);
}

#[test]
fn days_at_the_ends_of_the_number_range_do_not_wrap_around() {
    let days: Int32Chunked = [i32::MIN, i32::MIN + 1, i32::MAX, 0].into_iter().map(Some).collect();
    let millis: Int64Chunked = [i64::MIN, i64::MIN + 1, i64::MAX, 0].into_iter().map(Some).collect();
    let times = [
        days.into_date().into_series(),
        millis.clone().into_datetime(TimeUnit::Milliseconds, None).into_series(),
        millis.clone().into_datetime(TimeUnit::Microseconds, None).into_series(),
        millis.into_datetime(TimeUnit::Nanoseconds, None).into_series(),
    ];
    for times in times {
        let frame = df!("who" => [1_i64, 2, 3, 4], "when" => times, "paid" => [1.0; 4], "invoice" => [1_i64; 4], "sku" => ["tea"; 4]);
        let log = log(frame.unwrap());
        for period in [Period::Day, Period::Week, Period::Month] {
            let table = activity().incomplete(Incomplete::Exclude).count_periods(period).run(&log).unwrap();
            assert!(
                table.recency_days().flatten().all(|days| days >= 0),
                "{:?}",
                table.recency_days().collect::<Vec<_>>()
            );
            assert_eq!(table.to_dataframe().height(), table.n_customers());
            table.btyd().unwrap();
        }
    }
}

#[test]
fn amounts_of_two_currencies_are_not_added_up() {
    let frame =
        df!("who" => [1_i64, 1], "when" => ["2026-01-05"; 2], "paid" => [1.0; 2], "unit" => ["EUR", "CNY"]).unwrap();
    let columns = TransactionColumns::new("who", "when").amount("paid").currency("unit").time_format("%F");
    let log = TransactionLog::new(frame.lazy(), &columns).unwrap();
    refused(
        activity().run(&log),
        &["activity: amounts in more than one currency; convert them to one, or filter the log"],
    );
}

#[test]
fn totals_beyond_their_range_are_refused() {
    let large = vec![Line { paid: Some(1e15), ..good() }; 200_000];
    refused(activity().run(&log(frame_of(&large))), &["activity: a customer's total exceeds"]);
}

#[test]
fn counting_orders_needs_the_role() {
    let columns = TransactionColumns::new("who", "when").amount("paid");
    let log = TransactionLog::new(one(good()).lazy(), &columns).unwrap();
    for result in [activity().count_orders().run(&log).map(|_| ()), rfm().run(&log).map(|_| ())] {
        refused(result, &["role `order`"]);
    }
}

/// A log file is read by many.
#[test]
fn no_refusal_and_no_debug_output_shows_a_customers_data() {
    let ids = ["SECRET-1", "SECRET-2", "SECRET-1"];
    let frame = df!("who" => ids, "when" => ["2026-01-05", "SECRET", ""], "paid" => [4242.5, f64::NAN, 1e16]).unwrap();
    let columns = TransactionColumns::new("who", "when").amount("paid").time_format("%F");
    let log = TransactionLog::new(frame.clone().lazy(), &columns).unwrap();
    let (_folder, csv) = file("sales.csv", b"who,when,paid\nSECRET-1,2026-01-01,4242.5\nSECRET-2,2026-01-02,SECRET\n");
    let unread = TransactionLog::scan(&csv, &TransactionColumns::new("who", "when").amount("paid")).unwrap();
    let texts = [
        format!("{log:?}"),
        format!("{unread:?}"),
        activity().run(&log).unwrap_err().to_string(),
        activity().run(&unread).unwrap_err().to_string(),
        CustomerMeasures::from_frame(frame.clone().lazy(), "who", &["paid"]).unwrap_err().to_string(),
        CustomerMeasures::from_frame(frame.clone().lazy(), "who", &["when"]).unwrap_err().to_string(),
        format!("{:?}", CleaningParams::retail().roles(&columns).check().unwrap().plan(frame.lazy()).unwrap()),
    ];
    for text in texts {
        assert!(!text.contains("SECRET") && !text.contains("4242"), "{text}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    for path in
        ["nowhere/sales.parquet", "nowhere/sales.csv", "nowhere/*.csv", "nowhere/*.parquet", "nowhere/sales.csv.gz"]
    {
        refused(TransactionLog::scan(path, &columns()), &["opening transactions: cannot use file", path]);
    }
    for path in ["sales.xlsx", "sales", ""] {
        refused(TransactionLog::scan(path, &columns()), &["the name must end in .parquet, .csv or .csv.gz"]);
    }
}

/// Writes a file and gives its path; the folder has to be kept.
fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn parquet(n: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame_of(&shop(3, n))).unwrap();
    bytes
}

#[test]
fn a_parquet_file_that_is_cut_short_is_refused() {
    let whole = parquet(2_000);
    let (_folder, path) = file("whole.parquet", &whole);
    assert_eq!(activity().run(&TransactionLog::scan(&path, &columns()).unwrap()).unwrap().counts().n_rows, 2_000);
    for len in [0, 3, 8, whole.len() / 2, whole.len() - 1] {
        let (_folder, path) = file("cut.parquet", &whole[..len]);
        refused(TransactionLog::scan(&path, &columns()), &["opening transactions: cannot use file", "cut.parquet"]);
    }
}

/// The end of the file says where the data are; a hole in the data shows when they are read.
#[test]
fn a_parquet_file_with_damaged_data_is_refused_when_it_is_read() {
    let mut bytes = parquet(2_000);
    let middle = 4..bytes.len() / 2;
    bytes[middle].fill(0xff);
    let (_folder, path) = file("damaged.parquet", &bytes);
    let log = TransactionLog::scan(&path, &columns()).unwrap();
    refused(activity().run(&log), &["activity: query failed"]);
}

#[test]
fn text_that_is_no_table_is_refused() {
    let (_folder, path) = file("letter.parquet", "Dear customer,\nthank you.\n".as_bytes());
    refused(TransactionLog::scan(&path, &columns()), &["opening transactions: cannot use file", "letter.parquet"]);
    let (_folder, path) = file("letter.csv", "Dear customer,\nthank you.\n".as_bytes());
    refused(
        TransactionLog::scan(&path, &columns()),
        &["role `customer` names column `who`, which is not among `Dear customer`"],
    );
    let (_folder, path) =
        file("picture.csv", &[0x89, b'P', b'N', b'G', 0xff, 0xfe, 0, 0, 0xc3, 0x28, b'\n', 0xff, 0xff]);
    refused(TransactionLog::scan(&path, &columns()).and_then(|log| activity().run(&log)), &["transactions"]);
    let (_folder, path) = file("empty.csv", b"");
    refused(TransactionLog::scan(&path, &columns()), &["empty.csv"]);
}

#[test]
fn a_csv_cell_that_is_no_number_is_a_missing_amount() {
    let (_folder, path) =
        file("sales.csv", b"who,when,paid,invoice,sku\n1,2026-01-01,9.99,1,tea\n2,2026-01-02,n/a,2,tea\n");
    let log = TransactionLog::scan(&path, &columns()).unwrap();
    refused(activity().run(&log), &["1 row(s) lack an amount that can be read"]);
    let (_folder, path) = file("sales.csv", b"who,when,paid,invoice,sku\n1,01/02/2026,9.99,1,tea\n");
    let log = TransactionLog::scan(&path, &columns()).unwrap();
    refused(activity().run(&log), &["1 row(s) lack a time that can be read", "check the time format"]);
    let (_folder, path) =
        file("sales.csv", b"who,when,paid,invoice,sku\n007,2026-01-01,9.99,1,tea\n,2026-01-02,,2,tea\n");
    let log = TransactionLog::scan(&path, &columns()).unwrap();
    let table = activity().incomplete(Incomplete::Exclude).run(&log).unwrap();
    assert_eq!((table.counts().n_rows, table.counts().n_used, table.counts().n_missing_customer), (2, 1, 1));
    assert_eq!(table.customers().str().unwrap().get(0), Some("007"));
}

/// A line break in a text, or a comma without quotes: cells that are read must not move.
#[test]
fn a_csv_row_with_too_many_cells_is_refused_and_one_with_too_few_lacks_them() {
    let columns = TransactionColumns::new("who", "when").amount("paid");
    let read = |text: &str| {
        let (_folder, path) = file("ragged.csv", text.as_bytes());
        activity().incomplete(Incomplete::Exclude).run(&TransactionLog::scan(&path, &columns)?)
    };
    let result = read("who,when,paid\n1,2026-01-01,9.99\n2,2026-01-02,1.0,2.0\n");
    refused(result, &["activity: query failed"]);
    let table = read("who,when,paid\n1,2026-01-01,9.99\n2,2026-01-02\n").unwrap();
    assert_eq!((table.counts().n_rows, table.counts().n_missing_amount), (2, 1));
}

#[test]
fn a_csv_file_with_a_head_only_is_an_empty_table() {
    let (_folder, path) = file("head.csv", b"who,when,paid,invoice,sku\n");
    let columns = columns().time_format("%F");
    let log = TransactionLog::new(scan(&path, &columns).unwrap(), &columns).unwrap();
    assert_eq!(activity().run(&log).unwrap().n_customers(), 0);
}

#[test]
fn settings_outside_their_range_are_refused_by_name() {
    let score = |dimension: Dimension| ValueScoreParams::new(as_of(), [dimension]).check();
    let spend = || Dimension::of("spend", Measure::NetValue);
    refused(rfm().n_bins(1).check(), &["rfm: `n_bins` must be in 2..=10, got 1"]);
    refused(rfm().n_bins(11).check(), &["rfm: `n_bins` must be in 2..=10, got 11"]);
    refused(rfm().n_bins(4).check(), &["rfm: `n_bins` must be such as to make 5 bins", "got 4 bins of recency"]);
    refused(rfm().weights([1.0, f64::NAN, 1.0]).check(), &["`weight` must be 0, or in 1e-9..=1e9, got NaN"]);
    refused(rfm().weights([0.0; 3]).check(), &["`weight` must be above 0 for at least one dimension"]);
    refused(
        rfm().cuts(PerDimension { recency: Some(vec![3.0, 2.0]), ..PerDimension::default() }).check(),
        &["`cuts` must be 1 to 9 finite numbers in ascending order"],
    );
    refused(
        rfm().window_days(PerDimension { recency: Some(0), ..PerDimension::default() }).check(),
        &["`window_days` must be at least 1, got 0"],
    );
    refused(activity().window_days(0).check(), &["activity: `window_days` must be at least 1"]);
    refused(
        activity().window_days(u32::MAX).check(),
        &["activity: `window_days` must be at least 1 and within the calendar"],
    );
    refused(ValueScoreParams::new(as_of(), []).check(), &["value_score: `dimensions` must be 1 to 9 in number, got 0"]);
    refused(
        ValueScoreParams::new(as_of(), [spend(), spend()]).check(),
        &["`dimensions` must be named differently, got `spend` twice"],
    );
    refused(score(Dimension::own("")), &["`name` must be a name for every dimension"]);
    refused(score(Dimension::own("x").window_days(3)), &["`window_days` must be left out for an own dimension"]);
    refused(score(spend().cuts([f64::NAN])), &["`cuts` must be 1 to 9 finite numbers"]);
    refused(score(spend().cuts([1.0]).n_bins(5)), &["`n_bins` must be one more than the number of cuts"]);
    refused(
        HoldoutParams::new(rfm().to_value_score(), 0).run(&log(one(good()))),
        &["holdout: `horizon_days` must be at least 1"],
    );
    refused(
        HoldoutParams::new(rfm().to_value_score(), u32::MAX).run(&log(one(good()))),
        &["holdout: `horizon_days` must be"],
    );
    let error = refused(
        CleaningParams::new().rule(NonProducts::new().pattern("(")).check(),
        &["cleaning: `non_products.pattern` must be a regular expression"],
    );
    assert!(error.is_param() && !error.is_data());
}

/// Two columns of one name would leave no frame, or one dimension with the other's numbers.
#[test]
fn dimensions_whose_columns_would_share_a_name_are_refused() {
    let recency = || Dimension::of("recency", Measure::RecencyDays);
    for (dimensions, shared) in [
        (vec![recency(), Dimension::own("recency_days")], "`recency_days`"),
        (vec![recency(), Dimension::own("recency_score")], "`recency_score`"),
        (vec![Dimension::own("customer")], "`customer`"),
        (vec![recency(), Dimension::own("score")], "`score`"),
        (vec![recency(), Dimension::own("code")], "`code`"),
        (vec![recency(), Dimension::own("segment")], "`segment`"),
    ] {
        let checked = ValueScoreParams::new(as_of(), dimensions).check();
        refused(checked, &["value_score: `dimensions` must be named so that no two columns share a name, got", shared]);
    }
    let frame = df!("id" => [1_i64], "customer" => [1.0]).unwrap().lazy();
    refused(CustomerMeasures::from_frame(frame, "id", &["customer"]), &["measure `customer` has the name of the id"]);
}

#[test]
fn rules_of_a_cleaning_that_lack_a_role_or_column_are_all_told() {
    let frame = one(good()).select(["who", "when", "paid"]).unwrap();
    let columns = TransactionColumns::new("who", "when").amount("paid");
    let rules = CleaningParams::new()
        .rule(Text::new().columns(["name"]))
        .rule(ExactDuplicates::new().columns(["row"]))
        .rule(NonProducts::new().codes(["POST"]))
        .rule(Refunds::net_per_order());
    refused(
        rules.roles(&columns).run(frame.lazy()),
        &["cleaning: 4 schema problem(s)", "`name`", "`row`", "needs role `product`", "needs role `order`"],
    );
}

#[test]
fn a_cleaning_of_nothing_or_of_nothing_but_dirt_loses_no_row() {
    let rules = || CleaningParams::new().rule(MissingCustomer::new()).rule(Prices::new().missing(true));
    let dirt = [Line { who: None, ..good() }, Line { paid: None, ..good() }, Line { paid: Some(f64::NAN), ..good() }];
    for (lines, n) in [(&dirt[..0], 0), (&dirt[..], 3)] {
        let cleaned = rules().roles(&columns()).run(frame_of(lines).lazy()).unwrap();
        assert_eq!((cleaned.report().n_rows_out, cleaned.quarantine().height()), (0, n));
    }
}

#[test]
fn records_that_cannot_be_resolved_are_refused_and_no_value_is_shown() {
    let records = df!(
        "source" => [Some("店"), Some("店"), None], "source_row" => [0_u32, 0, 1],
        "电话" => ["13912345678", "13912345678", "none"], "x" => [1.5, f64::NAN, f64::INFINITY],
    );
    let records = records.unwrap().lazy();
    let by_phone = || IdentityParams::new().key(MatchKey::new("电话").phone("CN"));
    let wrong = by_phone().key(MatchKey::new("x")).key(MatchKey::new("缺")).conflicts(["没有"]);
    refused(
        wrong.run(records.clone()),
        &[
            "identities: 3 schema problem(s)",
            "key `x` needs text, whole numbers, dates or booleans; cast others, but column `x` is f64",
            "key `缺` names column `缺`, which is not there",
            "the list of conflicts names column `没有`",
        ],
    );
    refused(by_phone().run(records.clone()), &["identities: 1 row(s) lack a source or what tells the record in it"]);
    let told = records.filter(col("source").is_not_null());
    let error = refused(by_phone().run(told.clone()), &["1 of 2 record(s) repeat the `source`, `source_row`"]);
    assert!(!format!("{error:?}").contains("139"));
    let told = told.with_row_index("n", None);
    let glued = by_phone().without_source().record(["n"]).max_component(1);
    let error = refused(glued.clone().run(told.clone()), &["1 identity(ies) have more than 1 records, the largest 2"]);
    assert!(!format!("{error:?}").contains("139"));
    let resolved = glued.oversize(Oversize::Report).run(told).unwrap();
    let shown = format!("{resolved:?}{}{}", resolved.report(), serde_json::to_string(resolved.report()).unwrap());
    assert!(!shown.contains("139") && !shown.contains('店'), "{shown}");
}

fn model() -> ValueModel {
    rfm().run(&log(frame_of(&shop(5, 300)))).unwrap().model().unwrap().clone()
}

/// The saved model with one piece of JSON put in place of another.
#[track_caller]
fn damaged(pointer: &str, value: serde_json::Value) -> Result<ValueModel> {
    let mut saved: serde_json::Value = serde_json::from_str(&model().to_json()).unwrap();
    *saved.pointer_mut(pointer).expect("the piece exists") = value;
    ValueModel::from_json(&saved.to_string())
}

#[test]
fn a_model_that_is_damaged_is_refused() {
    use serde_json::json;
    assert_eq!(ValueModel::from_json(&model().to_json()).unwrap(), model());
    refused(ValueModel::from_json(""), &["value model: not a saved model"]);
    refused(ValueModel::from_json("[1, 2]"), &["value model: not a saved model"]);
    refused(ValueModel::from_json("{\"definition\": {}}"), &["value model: not a saved model", "`format`"]);
    refused(ValueModel::from_json(&model().to_json()[..200]), &["value model: not a saved model"]);
    refused(
        damaged("/format", json!(2)),
        &["value model: saved in format 2, but this version reads format 1; fit it again"],
    );
    refused(damaged("/definition/n_bins", json!(99)), &["`n_bins` must be in 2..=10, got 99"]);
    refused(damaged("/definition/as_of", json!("soon")), &["value model: "]);
    refused(damaged("/thresholds", json!([])), &["value model: 3 dimension(s) but thresholds for 0"]);
    refused(damaged("/thresholds/1", json!({})), &["value model: dimension `frequency` has no thresholds"]);
    let ascend = "thresholds must ascend to an open end, with scores in 1..=5";
    let steps = |steps: [(Option<&str>, u8); 2]| -> serde_json::Value {
        steps.iter().map(|(up_to, score)| json!({"up_to": up_to, "score": score})).collect()
    };
    for wrong in [
        steps([(Some("5"), 1), (Some("4"), 2)]),
        steps([(Some("5"), 1), (Some("6"), 2)]),
        steps([(None, 1), (None, 2)]),
        steps([(Some("5"), 0), (None, 2)]),
        steps([(Some("5"), 1), (None, 6)]),
        json!([]),
    ] {
        refused(damaged("/thresholds/2/", wrong), &["value model: dimension `monetary`", ascend]);
    }
    refused(damaged("/thresholds/2/", steps([(Some("NaN"), 1), (None, 2)])), &["a threshold is not a number"]);
    refused(damaged("/thresholds/2/", steps([(Some("five"), 1), (None, 2)])), &["value model: "]);
}

#[test]
fn a_segment_map_that_does_not_name_every_cell_once_is_refused() {
    let map = |rules: &str| SegmentMap::from_json(&format!(r#"{{"rules": {rules}}}"#)).unwrap();
    let checked = |map: SegmentMap| rfm().segments(Segments::Own(map)).check();
    let must = "rfm: `segments` must be a map that names every cell of the grid once, or left out, got a ";
    let gap = map(r#"[{"segment": "a", "scores": {"recency": [1, 3]}}]"#);
    refused(checked(gap), &[must, "map without a name for 2 cell(s), such as recency 4"]);
    let overlap =
        map(r#"[{"segment": "a", "scores": {"recency": [1, 3]}}, {"segment": "b", "scores": {"recency": [3, 5]}}]"#);
    refused(checked(overlap), &[must, "map with 1 cell(s) that several rules claim, such as recency 3"]);
    let unknown = map(r#"[{"segment": "a", "scores": {"profit": [1, 5]}}]"#);
    refused(checked(unknown), &[must, "rule for `a` on dimension `profit`, which is not scored"]);
    for range in ["[0, 5]", "[1, 6]", "[4, 3]"] {
        let outside = map(&format!(r#"[{{"segment": "a", "scores": {{"recency": {range}}}}}]"#));
        refused(checked(outside), &[must, "no range within 1..=5"]);
    }
    refused(checked(map("[]")), &[must, "map without a name for 1 cell(s)"]);
    refused(SegmentMap::from_json("{"), &["segment map: "]);
    refused(SegmentMap::from_json(r#"{"rules": [], "else": "a"}"#), &["segment map: ", "`else`"]);
}

#[test]
fn own_measures_must_have_one_finite_number_per_customer() {
    let table = |ids: Vec<Option<i64>>, x: Vec<f64>| df!("id" => ids, "x" => x).unwrap().lazy();
    let taken = |frame: LazyFrame| CustomerMeasures::from_frame(frame, "id", &["x"]);
    refused(taken(table(vec![Some(1), None], vec![1.0, 2.0])), &["customer_measures: 1 row(s) lack a customer"]);
    refused(taken(table(vec![Some(1), Some(1)], vec![1.0, 2.0])), &["1 row(s) repeat a customer"]);
    refused(taken(table(vec![Some(1)], vec![f64::INFINITY])), &["measure `x` is infinite for 1 customer(s)"]);
    refused(
        CustomerMeasures::from_frame(table(vec![Some(1)], vec![1.0]), "who", &["y"]),
        &["customer measures: 2 schema problem(s)", "`who`", "`y`"],
    );
    let numbers = taken(table(vec![Some(1)], vec![1.0])).unwrap();
    let texts = CustomerMeasures::from_frame(df!("id" => ["1"], "y" => [1.0]).unwrap().lazy(), "id", &["y"]).unwrap();
    refused(numbers.clone().join(texts), &["customer ids are numbers on one side and text on the other"]);
    refused(numbers.clone().join(numbers.clone()), &["measure `x` is on both sides"]);
    let score = ValueScoreParams::new(as_of(), [Dimension::own("z")]);
    refused(score.clone().score(&numbers), &["dimension `z` has no measure `z`; join it to the measures first"]);
    refused(score.run(&log(one(good()))), &["no dimension is measured in the transactions"]);
}

#[test]
fn results_that_do_not_fit_together_are_refused() {
    let scores = |params: RfmParams| params.run(&log(frame_of(&shop(5, 300)))).unwrap();
    let with = scores(rfm());
    let without = scores(rfm().segments(Segments::None));
    refused(MigrationMatrix::between(&with, &without), &["migration: scores without a segment map have no segments"]);
    let one_dimension = ValueScoreParams::new(as_of(), [Dimension::of("spend", Measure::NetValue)]);
    let one_dimension = one_dimension.run(&log(frame_of(&shop(5, 300)))).unwrap();
    refused(
        ValueGroups::of(&one_dimension, HighBy::ScoreAboveMean),
        &["value_groups: eight groups need three dimensions, got 1"],
    );
    refused(activity().run(&log(one(good()))).unwrap().btyd(), &["activity: `count_periods` must be set"]);
}
