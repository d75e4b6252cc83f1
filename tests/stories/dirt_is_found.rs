//! "Before I compute anything I want to know what is wrong with the file, in one look."
//!
//! Real files, whose dirt was counted by other programs. Where the files are absent the
//! tests say so and pass. Tolerance: none, as all are counts.

use customer_analytics::cleaning::{
    Check, Checks, ExactDuplicates, MissingCustomer, NearDuplicates, OnFailure, ReadNumbers, Text, Unreadable,
};
use customer_analytics::frame::{Condition, column};
use customer_analytics::polars::prelude::*;
use customer_analytics::prelude::*;
use customer_analytics::quality::{ColumnQuality, DataQuality, QualityParams, compare};
use serde_json::Value;

use crate::golden::{reference, shared};

/// A CSV file with every column as text.
pub(crate) fn as_text(name: &str) -> Option<LazyFrame> {
    let path = shared(name)?;
    let reader = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap()));
    Some(reader.with_infer_schema_length(Some(0)).finish().unwrap())
}

pub(crate) fn parquet(name: &str) -> Option<LazyFrame> {
    let path = shared(name)?;
    Some(LazyFrame::scan_parquet(PlRefPath::new(path.to_str().unwrap()), ScanArgsParquet::default()).unwrap())
}

pub(crate) fn expected(part: &str) -> Option<Value> {
    Some(reference("cleaning.json")?[part].clone())
}

fn find<'a>(report: &'a DataQuality, name: &str) -> &'a ColumnQuality {
    report.columns.iter().find(|column| column.column == name).unwrap()
}

/// Fit for a terminal: every line of the table within 100 columns, for names in ASCII.
fn assert_readable(report: &DataQuality) {
    let shown = report.to_string();
    assert!(shown.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 100), "{shown}");
}

#[test]
fn eleven_customers_have_blank_total_charges() {
    let (Some(frame), Some(truth)) = (as_text("data/WA_Fn-UseC_-Telco-Customer-Churn.csv"), expected("telco")) else {
        return;
    };
    let n_blank = truth["blank_TotalCharges_rows_0based"].as_array().unwrap().len() as u64;
    let report = QualityParams::new().key(["customerID"]).run(&frame).unwrap();
    assert_eq!((report.n_rows, report.columns.len()), (7_043, 21));
    assert_eq!(report.key.as_ref().unwrap().n_duplicates, truth["duplicate_customerID"]);
    let total = find(&report, "TotalCharges");
    assert_eq!((total.n_blank, total.n_null, total.n_missing), (n_blank, 0, n_blank));
    assert_eq!(total.n_text_numbers, Some(7_043 - n_blank));
    assert_eq!(
        total.hints,
        [
            "11 cell(s) are blank; make them null with `Text::empty_to_null`, or fill them",
            "text, but 7032 of 7032 filled cell(s) read as numbers, 0 do not; use `ReadNumbers`"
        ]
    );
    let others: u64 = report.columns.iter().map(|column| column.n_missing).sum();
    assert_eq!(others, n_blank, "no other cell is missing");
    assert_eq!(find(&report, "customerID").shapes[0].n_rows, 7_043, "one shape of ids");
    assert_readable(&report);
}

#[test]
fn total_charges_are_near_tenure_times_monthly_charges() {
    let Some(frame) = as_text("data/WA_Fn-UseC_-Telco-Customer-Churn.csv") else { return };
    let number = |name: &str| col(name).str().strip_chars(lit(NULL)).cast(DataType::Float64);
    let frame = frame.with_columns([number("tenure"), number("MonthlyCharges"), number("TotalCharges")]);
    let product = || column("tenure") * column("MonthlyCharges");
    let near = (column("TotalCharges") - product()).abs().le(product() * 0.1);
    let report = QualityParams::new().expect("charges add up", near).run(&frame).unwrap();
    let judged = &report.expectations[0];
    // The eleven blanks cannot be judged; the rest by CPython 3 over the same file.
    assert_eq!((judged.n_pass, judged.n_fail, judged.n_unjudged), (6_651, 381, 11));
    assert_eq!(report.scores.consistency, judged.pass_share);
}

#[test]
fn zero_is_no_rating() {
    let Some(frame) = parquet("data/airline_passenger_satisfaction.parquet") else { return };
    let items: Vec<String> = frame.clone().collect_schema().unwrap().iter().filter_map(rated).collect();
    assert_eq!(items.len(), 14, "{items:?}");
    let rated_at_all = items.iter().map(|item| column(item.as_str()).ge(1)).reduce(Condition::and).unwrap();
    let params = items
        .iter()
        .fold(QualityParams::new(), |params, item| params.expect(item.as_str(), column(item.as_str()).between(1, 5)));
    let report = params.expect("every item is rated", rated_at_all).run(&frame).unwrap();
    let every = report.expectations.last().unwrap();
    assert_eq!((every.n_fail, every.n_unjudged, report.n_rows), (10_313, 0, 129_880));
    let worst = report.expectations[..14].iter().map(|one| one.n_fail).max();
    assert_eq!(worst, Some(6_681));
    for (one, item) in report.expectations.iter().zip(&items) {
        assert_eq!(Some(one.n_fail), find(&report, item).n_zero, "{item}: nothing but zero is out of range");
    }
    assert_eq!(find(&report, "Arrival Delay").n_missing, 393);
}

/// The touchpoints: whole numbers that are no ids, ages, distances or delays.
pub(crate) fn rated((name, dtype): (&PlSmallStr, &DataType)) -> Option<String> {
    let other = ["ID", "Age", "Flight Distance", "Departure Delay", "Arrival Delay"];
    (dtype.is_integer() && !other.contains(&name.as_str())).then(|| name.to_string())
}

#[test]
fn a_million_invoice_lines_show_their_dirt() {
    let (Some(frame), Some(truth)) = (parquet("data/online_retail_ii.parquet"), expected("online_retail_ii")) else {
        return;
    };
    let as_of = NaiveDate::from_ymd_opt(2011, 12, 9).unwrap();
    let params = QualityParams::new().time("InvoiceDate", as_of).expect("priced", column("Price").gt(0));
    let report = params.clone().run(&frame).unwrap();
    assert_eq!(report.n_rows, truth["rows"]);
    let n = |name: &str| truth[name].as_u64();
    let description = find(&report, "Description");
    assert_eq!(Some(description.n_null), n("null_description"));
    assert_eq!(Some(description.n_padded), n("descriptions_with_outer_spaces"));
    assert_eq!(Some(find(&report, "Customer ID").n_missing), n("null_customer"));
    let code = find(&report, "StockCode");
    // One more goes with its outer blanks, which the count of the reference leaves on.
    assert!(code.n_padded > 0);
    assert_eq!(code.n_distinct_folded.map(|n| n + 1), n("stockcodes_case_folded"));
    let trimmed = col("StockCode").str().strip_chars(lit(NULL));
    assert_eq!(code.n_distinct_folded, Some(distinct(&frame, trimmed.str().to_lowercase())));
    assert_eq!(n("stockcodes_case_folded"), Some(distinct(&frame, col("StockCode").str().to_lowercase())));
    assert_eq!(find(&report, "Price").n_zero, n("price_eq_0"));
    assert_eq!(find(&report, "Price").n_negative, n("price_lt_0"));
    assert_eq!(Some(report.expectations[0].n_fail), Some(n("price_eq_0").unwrap() + n("price_lt_0").unwrap()));
    assert!(find(&report, "Invoice").hints.is_empty(), "cancellations begin with a C, so invoices are no numbers");
    for (name, count) in truth["distinct"].as_object().unwrap() {
        assert_eq!(find(&report, name).n_distinct, count.as_u64(), "{name}");
    }
    let time = report.timeliness.as_ref().unwrap();
    assert_eq!((time.oldest, time.newest), (NaiveDate::from_ymd_opt(2009, 12, 1), Some(as_of)));
    assert_eq!((time.age_days, time.n_missing, time.n_future), (Some(0), 0, 0));
    assert_readable(&report);
    the_cleaning_shows(frame, &params, &report);
}

/// Distinct values by polars' own count.
#[expect(clippy::disallowed_methods, reason = "an answer of another origin than ours")]
fn distinct(frame: &LazyFrame, of: Expr) -> u64 {
    let counted = frame.clone().select([of.n_unique().alias("n")]).collect().unwrap();
    counted.column("n").unwrap().get(0).unwrap().extract().unwrap()
}

/// The same report after texts were trimmed and folded.
fn the_cleaning_shows(frame: LazyFrame, params: &QualityParams, before: &DataQuality) {
    let columns = TransactionColumns::new("Customer ID", "InvoiceDate")
        .quantity_and_price("Quantity", "Price")
        .order("Invoice")
        .product("StockCode");
    let fold = Text::new().columns(["StockCode", "Description"]).case(customer_analytics::cleaning::Case::Upper);
    let cleaned = CleaningParams::new().rule(fold).roles(&columns).run(frame).unwrap();
    let after = params.clone().run(&cleaned.frame()).unwrap();
    let change = compare(before, &after);
    let of = |name: &str| change.columns.iter().find(|one| one.column == name).unwrap();
    assert_eq!(of("StockCode").n_distinct_before, Some(5_305));
    assert_eq!(of("StockCode").n_distinct_after, find(before, "StockCode").n_distinct_folded);
    assert_eq!((of("Description").n_padded_before, of("Description").n_padded_after), (Some(213_035), Some(0)));
    assert!(change.to_string().contains("213035 -> 0"), "{change}");
}

#[test]
fn free_orders_are_found_and_repeats_of_a_day_are_no_error() {
    let (Some(frame), Some(truth)) = (as_text("data/cdnow_transactions.csv"), expected("cdnow")) else { return };
    let frame = frame.with_column(col("amount").cast(DataType::Float64));
    let report = QualityParams::new().key(["customer_id", "date", "quantity", "amount"]).run(&frame).unwrap();
    assert_eq!(find(&report, "amount").n_zero, truth["amount_eq_0"].as_u64());
    assert_eq!(find(&report, "customer_id").n_distinct, truth["customers"].as_u64());
    assert_eq!(report.key.as_ref().unwrap().n_duplicates, truth["full_duplicates_beyond_the_first"]);
    let ids = &find(&report, "customer_id").hints;
    assert!(!ids.iter().any(|hint| hint.contains("numbers")), "ids with zeros in front are codes: {ids:?}");
}

#[test]
fn words_for_missing_cells_are_pointed_at() {
    let path = "data/nps_garden_retail_fr.csv";
    let Some(path) = shared(path) else { return };
    // Not UTF-8: letters are of no matter here, so that the bytes are replaced.
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let frame = CsvReadOptions::default()
        .with_infer_schema_length(Some(0))
        .into_reader_with_file_handle(std::io::Cursor::new(text))
        .finish()
        .unwrap();
    let report = QualityParams::new().run(&frame.clone().lazy()).unwrap();
    for (name, n_missing) in
        [("nps", 342), ("satisfaction", 61), ("intention", 182), ("explication", 10_116), ("t", 18)]
    {
        // One person wrote `na` herself: 10,115 texts are `NA`.
        let suspects = &find(&report, name).suspects;
        assert_eq!(find(&report, name).n_missing, 0, "{name}: nothing is missing unless the shop says so");
        assert!(suspects.iter().any(|one| one.placeholder == "na" && one.n_rows == n_missing), "{name}: {suspects:?}");
    }
    let told = QualityParams::new().placeholders(["NA"]).run(&frame.lazy()).unwrap();
    assert_eq!((find(&told, "nps").n_missing, find(&told, "t").n_missing), (342, 18));
}

/// Each half of the invoice lines is one sheet of the workbook they came from.
#[test]
fn two_sheets_overlap_and_copies_are_found_across_them() {
    let Some(frame) = parquet("data/online_retail_ii.parquet") else { return };
    let n_copies = |frame: LazyFrame| {
        let plan = CleaningParams::new().rule(ExactDuplicates::new()).check().unwrap().plan(frame).unwrap();
        let report = plan.report().unwrap();
        assert_eq!(report.n_rows_in, report.n_rows_out + report.n_rows_quarantined);
        (report.n_rows_in, report.n_rows_quarantined)
    };
    let (first, second) = (frame.clone().slice(0, 525_461), frame.clone().slice(525_461, IdxSize::MAX));
    let apart = [n_copies(first), n_copies(second)];
    assert_eq!(apart, [(525_461, 6_865), (541_910, 5_268)]);
    let together = n_copies(frame);
    assert_eq!(together, (1_067_371, 34_335));
    assert_eq!(together.1 - apart[0].1 - apart[1].1, 22_202, "lines that are in both sheets");
}

#[test]
fn two_orders_of_a_day_are_counted_and_kept() {
    let (Some(frame), Some(truth)) = (as_text("data/cdnow_transactions.csv"), expected("cdnow")) else { return };
    let columns = TransactionColumns::new("customer_id", "date").amount("amount").time_format("%F");
    let whole = ["customer_id", "date", "quantity", "amount"];
    let counted = Checks::new()
        .with(Check::unique_keep_first(whole).named("copies"))
        .with(Check::unique_keep_first(["customer_id", "date"]).named("orders of one day"))
        .on_failure(OnFailure::Report);
    let cleaned = CleaningParams::new()
        .rule(Text::new())
        .rule(ReadNumbers::new(["quantity", "amount"]).unreadable(Unreadable::Fail))
        .rule(MissingCustomer::new())
        .rule(counted)
        .rule(NearDuplicates::new(whole))
        .roles(&columns)
        .run(frame)
        .unwrap();
    let report = cleaned.report();
    assert_eq!((report.n_rows_in, report.n_rows_out, report.n_rows_quarantined), (69_659, 69_659, 0));
    let n_failed = |name: &str| report.rules[3].check(name).unwrap().n_failed;
    assert_eq!(Some(n_failed("copies")), truth["full_duplicates_beyond_the_first"].as_u64());
    assert_eq!([n_failed("copies"), n_failed("orders of one day")], [255, 2_068]);
    assert_eq!(report.rules[3].n_rows_spared, 2_068, "copies are of one day too, and count once");
    assert_eq!(report.rules[4].n_rows_spared, 0, "copies are written alike, so that none is near");
    assert!(report.rules.iter().all(|rule| rule.n_rows_taken == 0));
    let log = TransactionLog::new(cleaned.frame(), &columns).unwrap();
    let table = ActivityParams::new(NaiveDate::from_ymd_opt(1998, 6, 30).unwrap()).run(&log).unwrap();
    assert_eq!((table.n_customers(), table.counts().n_rows), (23_570, 69_659));
}
