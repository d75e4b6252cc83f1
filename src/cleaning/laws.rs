//! Laws that hold for every set of rules, and stories that need several rules.

use std::collections::BTreeSet;

use polars::prelude::*;

use super::*;
use crate::analysis::collect;
use crate::error::Error;
use crate::frame::columns::{PARTNER_ROW, RULE, RULE_REASON, SOURCE_ROW};
use crate::frame::{ToDataFrame, TransactionColumns, TransactionLog, column};

fn columns() -> TransactionColumns {
    TransactionColumns::new("客户", "时间")
        .quantity_and_price("数量", "单价")
        .order("订单")
        .product("货号")
        .time_format("%F")
}

/// Lines with every kind of dirt, from a fixed recurrence; small values make many ties.
fn dirty(n: usize) -> DataFrame {
    let mut state = 42_u64;
    let mut next = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let customers = [Some("王"), Some("李 "), Some("李"), Some("  "), None];
    let orders = [Some("1"), Some("2"), Some("C3"), Some(" c4"), Some("C5"), None];
    let products = [Some("85123a"), Some("85123A "), Some("POST"), Some("post"), None];
    let prices = [Some(2.5), Some(0.1), Some(0.0), Some(-1.0), Some(f64::NAN), None];
    let times = [Some("2026-01-01"), Some("2026-01-02"), Some("2026-01-03"), Some("?"), None];
    let quantities = [Some(1_i64), Some(1), Some(2), Some(-1), Some(-1), Some(-2), Some(0), None];
    let id: Vec<i64> = (0..n as i64).map(|row| row / 2).collect();
    let mut pick = |len: usize| -> Vec<usize> { (0..n).map(|_| next(len as u64) as usize).collect() };
    df!(
        "客户" => pick(5).into_iter().map(|i| customers[i]).collect::<Vec<_>>(),
        "时间" => pick(5).into_iter().map(|i| times[i]).collect::<Vec<_>>(),
        "数量" => pick(8).into_iter().map(|i| quantities[i]).collect::<Vec<_>>(),
        "单价" => pick(6).into_iter().map(|i| prices[i]).collect::<Vec<_>>(),
        "订单" => pick(6).into_iter().map(|i| orders[i]).collect::<Vec<_>>(),
        "货号" => pick(5).into_iter().map(|i| products[i]).collect::<Vec<_>>(),
        "备注" => id,
    )
    .unwrap()
}

/// Sets of rules that use everything.
fn all_rules() -> Vec<CleaningParams> {
    let start = || {
        CleaningParams::new()
            .rule(Text::new().case(Case::Upper))
            .rule(ExactDuplicates::new().columns(["客户", "时间", "数量", "单价", "订单", "货号"]))
            .rule(NonProducts::new().codes(["post"]).pattern("^BANK"))
    };
    vec![
        CleaningParams::new(),
        CleaningParams::retail(),
        start().rule(Checks::new().not_null(["时间"]).unique(["备注", "订单"])).rule(Refunds::matched()),
        start().rule(MissingCustomer::new()).rule(Prices::new()).rule(Refunds::drop().order_prefix("C")),
        start().rule(Refunds::keep()).rule(Refunds::net_per_order()),
        start().rule(Refunds::matched().order_prefix("C").unmatched(Unmatched::Drop)),
        start().rule(Refunds::matched()).rule(Refunds::matched().order_prefix("C")).rule(Prices::new().missing(true)),
    ]
}

fn rows(frame: &DataFrame, name: &str) -> Vec<Option<IdxSize>> {
    frame.column(name).unwrap().idx().unwrap().iter().collect()
}

fn texts(frame: &DataFrame, name: &str) -> Vec<Option<String>> {
    frame.column(name).unwrap().str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn rows_in_are_rows_out_and_quarantined() {
    for n in [0, 1, 2, 300] {
        for rules in all_rules() {
            let cleaned = rules.roles(&columns()).run(dirty(n).lazy()).unwrap();
            let report = cleaned.report().clone();
            let (clean, quarantine, _) = cleaned.into_parts();
            assert_eq!(clean.height() + quarantine.height(), n);
            assert_eq!((report.n_rows_in, report.n_rows_out), (n as u64, clean.height() as u64));
            assert_eq!(report.n_rows_quarantined, quarantine.height() as u64);
            for (rule, next) in report.rules.iter().zip(report.rules.iter().skip(1)) {
                assert_eq!(rule.n_rows_out, next.n_rows_in);
            }
            for rule in &report.rules {
                assert_eq!(rule.n_rows_in, rule.n_rows_taken + rule.n_rows_out);
                assert!(rule.n_rows_spared + rule.n_rows_unjudged <= rule.n_rows_out, "{rule:?}");
            }
        }
    }
}

#[test]
fn no_column_is_added_lost_or_moved_and_quarantined_rows_are_as_read() {
    let raw = dirty(200);
    for rules in all_rules() {
        let (clean, quarantine, _) = rules.roles(&columns()).run(raw.clone().lazy()).unwrap().into_parts();
        assert_eq!(clean.schema(), raw.schema());
        let taken = IdxCa::from_iter_options("".into(), rows(&quarantine, SOURCE_ROW).into_iter());
        let as_read = raw.take(&taken).unwrap();
        let kept = quarantine.select(raw.get_column_names_owned()).unwrap();
        assert!(kept.equals_missing(&as_read));
        assert_eq!(quarantine.column(RULE_REASON).unwrap().null_count(), 0);
        assert!(rows(&quarantine, SOURCE_ROW).is_sorted());
    }
}

/// The remark makes every row distinct but for pairs, so that rows can be told apart.
#[test]
fn no_order_of_rows_changes_what_row_wise_and_netting_rules_take() {
    let raw = dirty(200);
    let rules = || {
        CleaningParams::new()
            .rule(Text::new().case(Case::Upper))
            .rule(MissingCustomer::new())
            .rule(NonProducts::new().codes(["POST"]))
            .rule(Prices::new())
            .rule(Refunds::net_per_order())
    };
    let straight = rules().roles(&columns()).run(raw.clone().lazy()).unwrap();
    let reversed = rules().roles(&columns()).run(raw.clone().reverse().lazy()).unwrap();
    assert_eq!(straight.report(), reversed.report());
    let mirrored: BTreeSet<_> =
        rows(reversed.quarantine(), SOURCE_ROW).into_iter().flatten().map(|row| 199 - row).collect();
    assert_eq!(rows(straight.quarantine(), SOURCE_ROW).into_iter().flatten().collect::<BTreeSet<_>>(), mirrored);
    let again = rules().roles(&columns()).run(straight.frame()).unwrap();
    assert_eq!(again.report().n_rows_quarantined, 0, "cleaning what is clean takes nothing");
}

#[test]
fn no_order_of_rows_changes_which_instants_match() {
    let raw = df!(
        "客户" => ["王"; 5],
        "时间" => ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05"],
        "数量" => [2_i64, 2, -2, 2, -2],
        "单价" => [0.5; 5],
        "订单" => ["1", "2", "C3", "4", "C5"],
        "货号" => ["茶"; 5],
    )
    .unwrap();
    for raw in [raw.clone(), raw.reverse()] {
        let (clean, quarantine, _) =
            CleaningParams::new().rule(Refunds::matched()).roles(&columns()).run(raw.lazy()).unwrap().into_parts();
        assert_eq!(texts(&clean, "订单"), [Some("1".to_owned())]);
        let partner_of = |order: &str| {
            let place = texts(&quarantine, "订单").iter().position(|text| text.as_deref() == Some(order)).unwrap();
            let partner = rows(&quarantine, PARTNER_ROW)[place];
            let place = rows(&quarantine, SOURCE_ROW).iter().position(|&row| row == partner).unwrap();
            texts(&quarantine, "订单")[place].clone().unwrap()
        };
        assert_eq!([partner_of("C3"), partner_of("C5"), partner_of("2"), partner_of("4")], ["2", "4", "C3", "C5"]);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the engines are compared")]
fn lazy_and_streamed_plans_give_what_collecting_gives() {
    let raw = dirty(300);
    for rules in all_rules() {
        let plan = rules.roles(&columns()).check().unwrap().plan(raw.clone().lazy()).unwrap();
        let cleaned = plan.collect().unwrap();
        assert_eq!(&plan.report().unwrap(), cleaned.report());
        let (clean, quarantine, _) = cleaned.into_parts();
        assert!(collect("test", plan.clean()).unwrap().equals_missing(&clean));
        assert!(collect("test", plan.quarantine()).unwrap().equals_missing(&quarantine));
        let streamed = plan.clean().collect_with_engine(Engine::Streaming).unwrap().unwrap_single();
        assert!(streamed.equals_missing(&clean));
    }
}

/// A filter that slipped below a rule would let a later duplicate pass for the first.
#[test]
fn a_query_on_top_does_not_reach_below_the_rules() {
    let raw = df!("id" => [1_i64, 1, 1], "day" => ["2026-01-01"; 3], "paid" => [1.0, -1.0, 1.0], "sku" => ["a"; 3], "no" => [1_i64, 2, 3]);
    let columns = TransactionColumns::new("id", "day").amount("paid").product("sku").time_format("%F");
    let rules = [
        CleaningParams::new().rule(ExactDuplicates::new().columns(["id", "paid"])),
        CleaningParams::new().rule(Refunds::matched()),
    ];
    for (rules, (no, left)) in rules.into_iter().zip([(3, 0), (2, 0)]) {
        let plan = rules.roles(&columns).check().unwrap().plan(raw.as_ref().unwrap().clone().lazy()).unwrap();
        let filtered = collect("test", plan.clean().filter(col("no").eq(lit(no)))).unwrap();
        assert_eq!(filtered.height(), left);
        assert_eq!(collect("test", plan.clean().slice(0, 1).select([col("no")])).unwrap().height(), 1);
    }
}

#[test]
fn rules_see_what_earlier_rules_left() {
    let raw = || df!("id" => ["a", " A", "a"], "day" => ["2026-01-01"; 3], "paid" => [1.0; 3]).unwrap().lazy();
    let columns = TransactionColumns::new("id", "day").amount("paid").time_format("%F");
    let fold = || Text::new().columns(["id"]).case(Case::Lower);
    let before = CleaningParams::new().rule(fold()).rule(ExactDuplicates::new()).roles(&columns).run(raw()).unwrap();
    assert_eq!(rows(before.quarantine(), SOURCE_ROW), [Some(1), Some(2)]);
    assert_eq!(texts(before.quarantine(), "id"), [Some(" A".to_owned()), Some("a".to_owned())]);
    let after = CleaningParams::new().rule(ExactDuplicates::new()).rule(fold()).roles(&columns).run(raw()).unwrap();
    assert_eq!(rows(after.quarantine(), SOURCE_ROW), [Some(2)]);
    assert_eq!(after.report().rules[1].n_cells_changed, 1);
}

#[test]
fn text_keeps_null_and_a_customers_case() {
    let raw = df!("id" => [Some(" a\u{3000}"), None, Some(" ")], "day" => ["2026-01-01"; 3], "paid" => [1.0; 3], "sku" => ["é ", "É", "茶"]);
    let columns = TransactionColumns::new("id", "day").amount("paid").product("sku").time_format("%F");
    let cleaned =
        CleaningParams::new().rule(Text::new().case(Case::Upper)).roles(&columns).run(raw.unwrap().lazy()).unwrap();
    assert_eq!(cleaned.report().rules[0].n_cells_changed, 3);
    let (clean, ..) = cleaned.into_parts();
    assert_eq!(texts(&clean, "id"), [Some("a".to_owned()), None, Some(String::new())]);
    assert_eq!(texts(&clean, "sku"), ["É", "É", "茶"].map(|text| Some(text.to_owned())));
}

#[test]
fn a_category_is_mended_as_text() {
    let ids = Series::new("id".into(), ["a ", "b"]).cast(&DataType::from_categories(Categories::global())).unwrap();
    let raw = df!("id" => ids, "day" => ["2026-01-01"; 2], "paid" => [1.0; 2]).unwrap();
    let columns = TransactionColumns::new("id", "day").amount("paid").time_format("%F");
    let (clean, ..) = CleaningParams::new().rule(Text::new()).roles(&columns).run(raw.lazy()).unwrap().into_parts();
    assert_eq!(texts(&clean, "id"), [Some("a".to_owned()), Some("b".to_owned())]);
}

#[test]
fn every_way_of_handling_refunds_takes_its_own_rows() {
    let raw = df!(
        "客户" => ["王"; 6],
        "时间" => ["2026-01-01", "2026-01-01", "2026-01-02", "2026-01-02", "2026-01-03", "2026-01-04"],
        "数量" => [Some(3_i64), Some(-3), Some(5), Some(-2), None, Some(1)],
        "单价" => [Some(2.0), Some(2.0), Some(1.0), Some(1.0), Some(1.0), Some(0.0)],
        "订单" => ["1", "1", "2", "2", "3", "4"],
        "货号" => ["茶"; 6],
    )
    .unwrap();
    let run = |rule: Refunds| {
        let cleaned = CleaningParams::new().rule(rule).roles(&columns()).run(raw.clone().lazy()).unwrap();
        let report = &cleaned.report().rules[0];
        let taken: Vec<IdxSize> = rows(cleaned.quarantine(), SOURCE_ROW).into_iter().flatten().collect();
        (taken, report.n_rows_spared, report.n_rows_unjudged)
    };
    assert_eq!(run(Refunds::keep()), (vec![], 2, 1));
    assert_eq!(run(Refunds::drop()), (vec![1, 3], 0, 1));
    assert_eq!(run(Refunds::net_per_order()), (vec![0, 1], 1, 1));
    assert_eq!(run(Refunds::matched()), (vec![0, 1], 1, 1));
    assert_eq!(run(Refunds::matched().unmatched(Unmatched::Drop)), (vec![0, 1, 3], 0, 1));
    assert_eq!(run(Refunds::drop().negative(false).order_prefix("2")), (vec![2, 3], 0, 0));
}

#[test]
fn matching_wants_the_same_quantity_price_customer_and_product() {
    let raw = df!(
        "客户" => [Some("王"), Some("王"), Some("王"), Some("李"), Some(" "), None, Some("王")],
        "时间" => ["2026-01-01", "2026-01-02", "2026-01-02", "2026-01-02", "2026-01-02", "2026-01-02", "2026-01-02"],
        "数量" => [2_i64, -1, -2, -2, -2, -2, -2],
        "单价" => [0.5, 0.5, 0.6, 0.5, 0.5, 0.5, 0.5],
        "订单" => ["1"; 7],
        "货号" => ["茶", "茶", "茶", "茶", "茶", "茶", "米"],
    )
    .unwrap();
    let cleaned = CleaningParams::new().rule(Refunds::matched()).roles(&columns()).run(raw.lazy()).unwrap();
    assert_eq!((cleaned.report().n_rows_quarantined, cleaned.report().rules[0].n_rows_spared), (0, 6));
}

#[test]
fn lines_with_a_blank_order_are_not_one_order() {
    let raw = df!("id" => [1_i64; 3], "day" => ["2026-01-01"; 3], "paid" => [5.0, -5.0, 1.0], "no" => ["", " ", "7"]);
    let columns = TransactionColumns::new("id", "day").amount("paid").order("no").time_format("%F");
    let cleaned =
        CleaningParams::new().rule(Refunds::net_per_order()).roles(&columns).run(raw.unwrap().lazy()).unwrap();
    assert_eq!(rows(cleaned.quarantine(), SOURCE_ROW), [Some(1)]);
}

#[test]
fn prices_may_be_decimals_and_times_may_have_zones() {
    let raw = df!("id" => [1_i64; 3], "at" => [1_i64, 2, 3], "n" => [1_i64, -1, 1], "price" => [2.55, 2.55, 0.0], "sku" => ["a"; 3]);
    let zone = DataType::Datetime(TimeUnit::Milliseconds, TimeZone::opt_try_new(Some("Europe/Berlin")).unwrap());
    let raw = raw.unwrap().lazy().with_columns([col("at").cast(zone), col("price").cast(DataType::Decimal(10, 2))]);
    let columns = TransactionColumns::new("id", "at").quantity_and_price("n", "price").product("sku");
    let rules = CleaningParams::new().rule(Prices::new()).rule(Refunds::matched());
    let cleaned = rules.roles(&columns).run(raw).unwrap();
    assert_eq!(rows(cleaned.quarantine(), PARTNER_ROW), [Some(1), Some(0), None]);
}

#[test]
fn the_rows_left_make_a_log() {
    let cleaned = CleaningParams::retail().roles(&columns()).run(dirty(50).lazy()).unwrap();
    assert!(TransactionLog::new(cleaned.frame(), &columns()).is_ok());
}

#[test]
fn all_schema_problems_are_told_at_once() {
    let raw = df!("id" => [1_i64], "day" => ["2026-01-01"], "paid" => ["1"], "rule" => ["x"]).unwrap();
    let columns = TransactionColumns::new("id", "day").amount("paid").time_format("%F");
    let rules = CleaningParams::new()
        .rule(Text::new().columns(["id", "name"]))
        .rule(ExactDuplicates::new().columns(["客户"]))
        .rule(NonProducts::new().codes(["POST"]))
        .rule(Refunds::matched().order_prefix("C"));
    let refused = rules.roles(&columns).run(raw.lazy()).unwrap_err();
    let Error::Schema { problems, .. } = &refused else { panic!("{refused}") };
    assert_eq!(problems.len(), 8, "{refused}");
    for part in [
        "role `amount` needs",
        "column `rule` has a name that the quarantine needs",
        "rule 1 `text` needs text or a category, but column `id` is i64",
        "rule 1 `text` names column `name`, which",
        "rule 2 `exact_duplicates` names column `客户`",
        "rule 3 `non_products` needs role `product`; name its column with `TransactionColumns::product`",
        "rule 4 `refunds` needs role `order`",
        "rule 4 `refunds` needs role `product`",
    ] {
        assert!(refused.to_string().contains(part), "{part}: {refused}");
    }
}

#[test]
fn reports_of_two_files_add_up() {
    let rules = || CleaningParams::new().rule(MissingCustomer::new()).rule(Prices::new());
    let raw = dirty(100);
    let report = |frame: DataFrame| rules().roles(&columns()).run(frame.lazy()).unwrap().report().clone();
    let halves = report(raw.slice(0, 40)).merge(&report(raw.slice(40, 60))).unwrap();
    assert_eq!(halves, report(raw.clone()));
    let other = CleaningParams::retail().roles(&columns()).run(raw.lazy()).unwrap();
    assert!(halves.merge(other.report()).unwrap_err().is_data());
}

#[test]
fn a_report_reads_as_a_table_and_names_no_customer() {
    let cleaned = CleaningParams::retail().roles(&columns()).run(dirty(100).lazy()).unwrap();
    let (shown, debugged) = (cleaned.report().to_string(), format!("{cleaned:?}"));
    assert!(!shown.contains('王') && !debugged.contains('王'));
    let table: Vec<&str> =
        shown.lines().filter(|line| line.contains("  ") && !line.trim_end().ends_with(char::is_alphabetic)).collect();
    assert!(table.iter().all(|line| line.len() == table[0].len()), "{shown}");
    let frame = cleaned.report().to_dataframe();
    assert_eq!(frame.height(), 4);
    assert_eq!(texts(&frame, RULE)[0].as_deref(), Some("exact_duplicates"));
}

#[test]
fn a_share_of_failures_is_passed_when_it_is_exceeded_and_not_before() {
    let rows: Vec<i64> = (0..100).collect();
    let run = |share| {
        let rule = Checks::new().check("large", column("n").ge(29)).fail_above(share);
        CleaningParams::new().rule(rule).run(df!("n" => &rows).unwrap())
    };
    assert!(run(0.29).is_ok(), "29 of 100 rows are a share of 0.29");
    assert!(run(0.28).is_err());
}

#[test]
fn roles_are_looked_at_again_once_a_rule_has_changed_their_type() {
    let roles = TransactionColumns::new("c", "d").amount("a").time_format("%Y-%m-%d");
    let frame = df!("c" => ["x", "y"], "d" => ["2026-01-01", "2026-01-02"], "a" => [1.0, 200.0]).unwrap();
    let rules = CleaningParams::new().rule(MissingCustomer::new()).rule(Bins::new("a", [100.0]).to("a"));
    let refused = rules.rule(Prices::new().missing(true)).roles(&roles).run(frame).unwrap_err().to_string();
    assert!(refused.contains("`a`"), "{refused}");
}

#[test]
fn one_name_for_both_files_and_names_of_no_format_are_refused_before_any_work() {
    let folder = std::env::temp_dir().join(format!("cleaning_names_{}", std::process::id()));
    std::fs::create_dir_all(folder.join("taken.csv")).unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let params = CleaningParams::new().rule(ExactDuplicates::new()).check().unwrap();
    let plan = params.plan(df!("a" => [1, 1, 2]).unwrap()).unwrap();
    assert!(plan.write(&path("one.csv"), Some(&path("one.csv"))).is_err());
    assert!(plan.write(&path("clean.csv"), Some(&path("taken.txt"))).is_err());
    assert!(plan.write(&path("taken.csv"), None).is_err(), "a folder of that name");
    let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(left, ["taken.csv"]);
}
