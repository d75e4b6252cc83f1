//! Scores, models, maps and comparisons on hand-made customers.

use chrono::NaiveDate;
use polars::prelude::{ChunkAgg, DataFrame, IntoLazy, df};

use super::*;
use crate::activity::{ActivityParams, Incomplete, ZeroAmount};
use crate::analysis::{Analysis, collect};
use crate::error::Error;
use crate::frame::{ToDataFrame, TransactionColumns, TransactionLog};

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

/// Customers 1..=60 with distinct recency, frequency and spend, made by a rule.
fn sales() -> DataFrame {
    let (mut who, mut when, mut order, mut paid) = (vec![], vec![], vec![], vec![]);
    for customer in 1..=60_i64 {
        for purchase in 0..=(customer * 7 % 11) {
            let days = (customer * 13 + purchase * 5) % 90;
            who.push(customer);
            when.push((day(1, 1) + chrono::Days::new(days as u64)).to_string());
            order.push(customer * 100 + purchase);
            paid.push((customer * 31 % 97) as f64 + 0.35 * purchase as f64);
        }
    }
    df!("who" => who, "when" => when, "order" => order, "paid" => paid).unwrap()
}

fn log_of(frame: DataFrame) -> TransactionLog {
    let columns = TransactionColumns::new("who", "when").amount("paid").order("order").time_format("%Y-%m-%d");
    TransactionLog::new(frame.lazy(), &columns).unwrap()
}

fn measures(values: &[f64]) -> CustomerMeasures {
    let ids: Vec<i64> = (1..=values.len() as i64).collect();
    let frame = df!("id" => ids, "value" => values).unwrap();
    CustomerMeasures::from_frame(frame.lazy(), "id", &["value"]).unwrap()
}

fn value_score() -> ValueScoreParams {
    ValueScoreParams::new(day(4, 1), [Dimension::own("value")])
}

#[test]
fn a_model_applied_to_the_customers_it_was_fitted_to_gives_their_scores() {
    let log = log_of(sales());
    for ties in [TieRule::MidRank, TieRule::AverageRank, TieRule::QuantileCut] {
        for scheme in [Scheme::Independent, Scheme::Nested] {
            let scores = RfmParams::new(day(4, 1)).ties(ties).scheme(scheme).run(&log).unwrap();
            let model = ValueModel::from_json(&scores.model().unwrap().to_json()).unwrap();
            assert_eq!(Some(&model), scores.model());
            let again = model.run(&log, day(4, 1)).unwrap();
            assert!(again.to_dataframe().equals_missing(&scores.to_dataframe()));
        }
    }
}

#[test]
fn the_expressions_of_a_model_give_the_same_scores() {
    let log = log_of(sales());
    for scheme in [Scheme::Independent, Scheme::Nested] {
        let scores = RfmParams::new(day(4, 1)).scheme(scheme).run(&log).unwrap();
        let frame = scores.to_dataframe();
        let exprs = scores.model().unwrap().score_exprs();
        let lazily = collect("test", scores.measures().to_dataframe().lazy().select(exprs)).unwrap();
        for name in ["recency_score", "frequency_score", "monetary_score", "segment"] {
            assert!(lazily.column(name).unwrap().equals_missing(frame.column(name).unwrap()), "{scheme:?} {name}");
        }
    }
}

#[test]
fn expressions_score_nobody_who_lacks_a_dimension() {
    let scores = value_score().n_bins(2).score(&measures(&[1.0, 2.0, f64::NAN])).unwrap();
    let table = df!("value" => [Some(1.0), Some(2.0), Some(f64::NAN), None]).unwrap();
    let lazily = collect("test", table.lazy().select(scores.model().unwrap().score_exprs())).unwrap();
    assert_eq!(lazily.column("value_score").unwrap().u8().unwrap().to_vec(), [Some(1), Some(2), None, None]);
    assert_eq!((scores.n_scored, scores.unscored[0].n_customers), (2, 1));
}

#[test]
fn nested_scores_fill_the_cells_evenly() {
    let log = log_of(sales());
    let scores = RfmParams::new(day(4, 1))
        .n_bins(2)
        .segments(Segments::None)
        .scheme(Scheme::Nested)
        .ties(TieRule::FirstById)
        .run(&log)
        .unwrap();
    let codes: Vec<u64> = scores.codes().flatten().collect();
    for code in [111, 112, 121, 122, 211, 212, 221, 222] {
        let n = codes.iter().filter(|&&c| c == code).count();
        assert!((7..=8).contains(&n), "{code}: {n}");
    }
}

#[test]
fn fixed_cuts_are_taken_as_they_are() {
    let dimension = Dimension::own("value").cuts([10.0, 20.0]);
    let params = ValueScoreParams::new(day(4, 1), [dimension]);
    let scores = params.score(&measures(&[10.0, 10.5, 20.0, 21.0])).unwrap();
    assert_eq!(scores.scores("value").unwrap(), [Some(1), Some(2), Some(2), Some(3)]);
    assert_eq!(scores.bins[0].cuts, Some(vec![10.0, 20.0]));
}

#[test]
fn weights_make_the_overall_score() {
    let ids = df!("id" => [1_i64, 2], "a" => [1.0, 2.0], "b" => [2.0, 1.0]).unwrap();
    let measures = CustomerMeasures::from_frame(ids.lazy(), "id", &["a", "b"]).unwrap();
    let dimensions = [Dimension::own("a").weight(3.0), Dimension::own("b")];
    let scores = ValueScoreParams::new(day(4, 1), dimensions).n_bins(2).score(&measures).unwrap();
    assert_eq!(scores.overall().collect::<Vec<_>>(), [Some(1.25), Some(1.75)]);
    assert_eq!(scores.codes().collect::<Vec<_>>(), [Some(12), Some(21)]);
}

#[test]
fn a_dimension_of_ten_bins_takes_two_digits_in_the_code() {
    let values: Vec<f64> = (1..=20).map(f64::from).collect();
    let scores = value_score().n_bins(10).score(&measures(&values)).unwrap();
    assert_eq!(scores.codes().last(), Some(Some(10)));
    assert_eq!(scores.bins[0].sizes, [2; 10]);
    assert_eq!(scores.bins_to_dataframe().column("n_customers").unwrap().u64().unwrap().sum(), Some(20));
}

#[test]
fn own_numbers_join_the_transactions_by_customer() {
    let log = log_of(sales());
    let dimensions = [Dimension::of("recency", Measure::RecencyDays), Dimension::own("推荐人数")];
    let score = ValueScoreParams::new(day(4, 1), dimensions).check().unwrap();
    let own = df!("客户" => [60_i64, 1, 999], "推荐人数" => [5.0, 2.0, 9.0]).unwrap();
    let own = CustomerMeasures::from_frame(own.lazy(), "客户", &["推荐人数"]).unwrap();
    let scores = score.score(&score.measure(&log).unwrap().join(own).unwrap()).unwrap();
    assert_eq!((scores.n_customers, scores.n_scored), (60, 2));
    assert_eq!(scores.unscored[0].dimension, "推荐人数");
}

#[test]
fn measures_over_different_windows_come_from_one_pass() {
    let log = log_of(sales());
    let dimensions = [
        Dimension::of("recency", Measure::RecencyDays),
        Dimension::of("orders_30d", Measure::Frequency(PurchaseUnit::Order)).window_days(30),
        Dimension::of("days", Measure::Frequency(PurchaseUnit::Day)),
        Dimension::of("spend_30d", Measure::NetValue).window_days(30),
    ];
    let scores = ValueScoreParams::new(day(4, 1), dimensions).run(&log).unwrap();
    let frame = scores.to_dataframe();
    let narrow = ActivityParams::new(day(4, 1)).window_days(30).count_orders().run(&log).unwrap();
    let orders: f64 = narrow.n_orders().unwrap().iter().map(|&n| f64::from(n)).sum();
    assert_eq!(frame.column("orders_30d").unwrap().f64().unwrap().sum(), Some(orders));
    assert_eq!(scores.n_scored, 60, "who bought nothing in the window has zero, not nothing");
}

#[test]
fn customers_with_only_refunds_are_listed_without_score() {
    let frame = df!(
        "who" => [1_i64, 2, 2], "when" => ["2026-01-01", "2026-01-02", "2026-01-03"],
        "order" => [1_i64, 2, 3], "paid" => [-5.0, 8.0, -3.0]
    );
    let scores = RfmParams::new(day(2, 1)).run(&log_of(frame.unwrap())).unwrap();
    let frame = scores.to_dataframe();
    assert_eq!((scores.n_customers, scores.n_scored), (2, 1));
    assert_eq!(frame.column("monetary").unwrap().f64().unwrap().to_vec(), [Some(-5.0), Some(5.0)]);
    assert_eq!(frame.column("recency_score").unwrap().null_count(), 1);
    assert_eq!(frame.column("segment").unwrap().null_count(), 1);
}

#[test]
fn the_ten_usual_names_cover_the_grid() {
    let map = SegmentMap::ten_usual();
    let dimensions = [Dimension::own("recency"), Dimension::own("frequency")];
    assert!(map.check("test", &dimensions, 5).is_ok());
    let refused = map.check("test", &dimensions, 6).unwrap_err().to_string();
    assert!(refused.contains("a map without a name for 11 cell(s)"), "{refused}");
}

#[test]
fn maps_with_gaps_overlaps_or_idle_rules_are_refused() {
    let dimensions = [Dimension::own("recency")];
    let rule = |segment: &str, range| SegmentRule {
        segment: segment.to_owned(),
        scores: [("recency".to_owned(), range)].into(),
    };
    let check = |map: SegmentMap| map.check("test", &dimensions, 5).map_err(|error| error.to_string());
    let gap = check(SegmentMap::new([rule("a", [1, 3])])).unwrap_err();
    assert!(gap.contains("2 cell(s), such as recency 4"), "{gap}");
    let overlap = check(SegmentMap::new([rule("a", [1, 3]), rule("b", [3, 5])])).unwrap_err();
    assert!(overlap.contains("1 cell(s) that several rules claim, such as recency 3"), "{overlap}");
    let first_wins = SegmentMap::new([rule("a", [1, 3]), rule("b", [3, 5])]).overlaps(Overlaps::FirstWins);
    assert!(check(first_wins).is_ok());
    let idle = SegmentMap::new([rule("a", [1, 5]), rule("b", [2, 2])]).overlaps(Overlaps::FirstWins);
    assert!(check(idle).unwrap_err().contains("rule 2 (`b`) names no cell"));
    let outside = check(SegmentMap::new([rule("a", [1, 6])])).unwrap_err();
    assert!(outside.contains("no range within 1..=5"), "{outside}");
    let unknown = SegmentMap::new([rule("a", [1, 5])]).check("test", &[Dimension::own("x")], 5);
    assert!(unknown.unwrap_err().to_string().contains("dimension `recency`, which is not scored"));
    assert!(check(SegmentMap::new([rule("a", [1, 3])]).otherwise("其他")).is_ok());
}

#[test]
fn a_saved_model_that_cannot_be_trusted_is_refused() {
    let model = value_score().score(&measures(&[1.0, 2.0, 3.0, 4.0, 5.0])).unwrap().model().unwrap().to_json();
    let refusal = |text: &str| match ValueModel::from_json(text) {
        Err(Error::Format { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    assert!(refusal("").contains("not a saved model"));
    assert!(refusal(&model.replace("\"format\": 1", "\"format\": 9")).contains("saved in format 9"));
    assert!(refusal(&model.replace("n_fitted", "n_fited")).contains("n_fited"));
    let descending = model.replace("\"up_to\": \"1\"", "\"up_to\": \"99\"");
    assert!(refusal(&descending).contains("thresholds must ascend"));
    assert!(refusal(&model.replace("\"up_to\": \"1\"", "\"up_to\": \"one\"")).contains("invalid float"));
    assert!(refusal(&model.replace("\"n_bins\": 5", "\"n_bins\": 50")).contains("`n_bins` must be in 2..=10"));
}

#[test]
fn migration_counts_every_customer_of_either_date_once() {
    let frame = sales();
    let early = RfmParams::new(day(2, 15)).run(&log_of(frame.clone())).unwrap();
    let late = early.model().unwrap().run(&log_of(frame), day(4, 1)).unwrap();
    let moved = MigrationMatrix::between(&early, &late).unwrap();
    let total: usize = moved.counts.iter().flatten().sum();
    assert_eq!(total, late.n_customers, "nobody disappears from the log");
    let n_new: usize = moved.counts.last().unwrap().iter().sum();
    assert_eq!(n_new, late.n_customers - early.n_customers);
    for (row, segment) in moved.counts.iter().zip(&early.segments) {
        assert_eq!(row.iter().sum::<usize>(), segment.n_customers);
    }
    assert!(moved.to_string().contains("champions"));
    assert_eq!(moved.to_dataframe().height(), 11 * 11);
}

#[test]
fn segments_of_scores_without_a_map_cannot_be_compared() {
    let scores = value_score().score(&measures(&[1.0, 2.0])).unwrap();
    assert!(MigrationMatrix::between(&scores, &scores).is_err());
}

/// Oracle: customers 1 and 2 score 2 and 1; the first then spends 30, the second 10.
#[test]
fn gains_follow_what_customers_did_next() {
    let frame = df!(
        "who" => [1_i64, 1, 2, 1, 1, 2, 3], "order" => [1_i64, 2, 3, 4, 5, 6, 7],
        "when" => ["2026-01-01", "2026-01-05", "2026-01-02", "2026-01-10", "2026-01-11", "2026-01-11", "2026-01-11"],
        "paid" => [5.0, 5.0, 5.0, 10.0, 20.0, 10.0, 99.0]
    );
    let score = RfmParams::new(day(1, 9)).n_bins(2).segments(Segments::None).to_value_score();
    let params = HoldoutParams::new(score, 7);
    assert_eq!(serde_json::from_str::<HoldoutParams>(&serde_json::to_string(&params).unwrap()).unwrap(), params);
    let report = params.run(&log_of(frame.unwrap())).unwrap();
    assert_eq!((report.n_customers, report.n_unscored_buyers, report.spend), (2, 1, 40.0));
    assert_eq!(report.gains.iter().map(|row| row.spend).collect::<Vec<_>>(), [30.0, 10.0]);
    assert_eq!(report.gains[0].cumulative_spend_share, Some(0.75));
    assert_eq!(report.rank_correlation, Some(1.0));
    assert_eq!(report.last_purchase, Some(day(1, 11)));
    assert!(!report.is_horizon_complete);
}

#[test]
fn nobody_to_score_is_an_error_with_the_counts() {
    let frame = sales();
    let refused = RfmParams::new(day(1, 1) - chrono::Days::new(400)).run(&log_of(frame)).unwrap_err();
    let rows = sales().height();
    let why = format!("(0 of {rows} rows read were used, {rows} after the date of the report)");
    assert!(refused.to_string().contains(&why), "{refused}");
    assert!(refused.is_data());
}

#[test]
fn own_tables_with_repeated_or_missing_customers_are_refused() {
    let read = |ids: Vec<Option<i64>>| {
        let n = ids.len();
        let frame = df!("id" => ids, "value" => vec![1.0; n]).unwrap();
        CustomerMeasures::from_frame(frame.lazy(), "id", &["value"]).map_err(|error| error.to_string())
    };
    assert!(read(vec![Some(1), Some(1), Some(2)]).unwrap_err().contains("1 row(s) repeat a customer"));
    assert!(read(vec![Some(1), None]).unwrap_err().contains("1 row(s) lack a customer"));
    let infinite = df!("id" => [1_i64], "value" => [f64::INFINITY]).unwrap();
    assert!(CustomerMeasures::from_frame(infinite.lazy(), "id", &["value"]).is_err());
}

#[test]
fn settings_outside_their_range_are_refused_by_name() {
    let refused = |params: ValueScoreParams| params.check().unwrap_err().to_string();
    let own = || Dimension::own("value");
    let with = |dimension| ValueScoreParams::new(day(4, 1), [dimension]);
    assert!(refused(with(own()).n_bins(11)).contains("`n_bins` must be in 2..=10, got 11"));
    assert!(refused(with(own().weight(f64::NAN))).contains("`weight`"));
    assert!(refused(with(own().weight(0.0))).contains("above 0 for at least one"));
    assert!(refused(with(own().cuts([2.0, 1.0]))).contains("ascending order"));
    assert!(refused(with(own().cuts([1.0]).n_bins(3))).contains("one more than the number of cuts"));
    assert!(refused(with(own().window_days(3))).contains("own dimension"));
    assert!(refused(ValueScoreParams::new(day(4, 1), [])).contains("1 to 9"));
    assert!(refused(ValueScoreParams::new(day(4, 1), [own(), own()])).contains("`value` twice"));
    let ten_usual = RfmParams::new(day(4, 1)).n_bins(4).check().unwrap_err().to_string();
    assert!(ten_usual.contains("5 bins for the ten usual segments") && ten_usual.contains("got 4 bins"), "{ten_usual}");
}

#[test]
fn settings_survive_a_job_file_and_cannot_skip_the_check() {
    let rfm = RfmParams::new(day(4, 1)).frequency(PurchaseUnit::Week).incomplete(Incomplete::Exclude).check().unwrap();
    let text = serde_json::to_string(&rfm).unwrap();
    assert_eq!(serde_json::from_str::<Rfm>(&text).unwrap(), rfm);
    let bad = serde_json::from_str::<Rfm>(r#"{"as_of": "2026-04-01", "n_bins": 1}"#).unwrap_err();
    assert!(bad.to_string().contains("n_bins"));
    assert!(serde_json::from_str::<Rfm>(r#"{"as_of": "2026-04-01", "bins": 5}"#).is_err());
    assert_eq!(Rfm::NAME, "rfm");
}

#[test]
fn concentration_leaves_negative_and_missing_values_out_and_counts_them() {
    let report = Concentration::of(&[1.0, 2.0, 3.0, 4.0, -1.0, f64::NAN]).unwrap();
    assert_eq!((report.n_customers, report.n_negative, report.n_missing, report.total), (4, 1, 1, 10.0));
    assert!((report.gini - 0.25).abs() < 1e-15);
    assert_eq!(report.pareto_curve(3).iter().map(|p| p.customer_share).collect::<Vec<_>>(), [0.0, 0.5, 1.0]);
    assert!(report.to_string().contains("left out: 1 negative, 1 missing"));
    assert_eq!(report.to_dataframe().height(), report.tops.len());
    assert!(Concentration::of(&[-1.0, 0.0]).is_err());
}

#[test]
fn counting_orders_needs_orders() {
    let columns = TransactionColumns::new("who", "when").amount("paid").time_format("%Y-%m-%d");
    let log = TransactionLog::new(sales().lazy(), &columns).unwrap();
    let refused = RfmParams::new(day(4, 1)).run(&log).unwrap_err().to_string();
    let expected = "value_score: `frequency` must be `line`, `day`, `week` or `month` for a log without the role `order`, got order";
    assert_eq!(refused, expected);
    assert!(RfmParams::new(day(4, 1)).frequency(PurchaseUnit::Day).run(&log).is_ok());
}

/// Oracle: decimal arithmetic: 89.70 / 3 = 29.90 / 1.
#[test]
fn customers_with_the_same_mean_order_score_the_same() {
    let frame = df!(
        "who" => [1_i64, 1, 1, 2], "order" => [1_i64, 2, 3, 4], "when" => ["2026-01-01"; 4], "paid" => [29.9; 4]
    );
    let score = RfmParams::new(day(2, 1)).monetary(Monetary::Mean).segments(Segments::None).n_bins(2);
    let scores = score.run(&log_of(frame.unwrap())).unwrap();
    assert_eq!(scores.measures().get("monetary"), Some(&[29.9, 29.9][..]));
    let of_both = scores.scores("monetary").unwrap();
    assert_eq!(of_both[0], of_both[1]);
}

#[test]
fn equal_overall_scores_are_equal_to_the_bit() {
    let cells: Vec<[f64; 3]> = (0..125).map(|i| [i / 25, i / 5 % 5, i % 5].map(f64::from)).collect();
    let column = |at: usize| cells.iter().map(|cell| cell[at]).collect::<Vec<f64>>();
    let ids: Vec<i64> = (0..125).collect();
    let frame = df!("id" => ids, "a" => column(0), "b" => column(1), "c" => column(2)).unwrap();
    let measures = CustomerMeasures::from_frame(frame.lazy(), "id", &["a", "b", "c"]).unwrap();
    let cuts = [0.0, 1.0, 2.0, 3.0];
    let dimension = |name: &str, weight| Dimension::own(name).cuts(cuts).weight(weight);
    let dimensions = [dimension("a", 0.5), dimension("b", 0.3), dimension("c", 0.2)];
    let scores = ValueScoreParams::new(day(4, 1), dimensions).score(&measures).unwrap();
    let mut overall: Vec<f64> = scores.overall().flatten().collect();
    overall.sort_by(f64::total_cmp);
    overall.dedup();
    // Fifths, threes and twos of whole scores: 10 to 50 tenths, but for two that cannot be.
    assert_eq!(overall.len(), 39);
}

#[test]
fn customers_who_are_all_alike_are_not_above_their_mean() {
    let ids = df!("id" => [1_i64, 2, 3], "a" => [29.9; 3], "b" => [0.1; 3], "c" => [9.99; 3]).unwrap();
    let measures = CustomerMeasures::from_frame(ids.lazy(), "id", &["a", "b", "c"]).unwrap();
    let dimensions = ["a", "b", "c"].map(Dimension::own);
    let scores = ValueScoreParams::new(day(4, 1), dimensions).score(&measures).unwrap();
    let groups = ValueGroups::of(&scores, HighBy::ValueBetterThanMean).unwrap();
    assert_eq!(groups.sizes[0], ("一般挽留客户".to_owned(), 3));
}

#[test]
fn a_free_line_that_is_nothing_makes_no_buyer_of_the_horizon() {
    let frame = df!(
        "who" => [1_i64, 2, 1, 2], "order" => [1_i64, 2, 3, 4], "paid" => [5.0, 9.0, 0.0, 3.0],
        "when" => ["2026-01-01", "2026-01-02", "2026-01-10", "2026-01-10"]
    );
    let score = RfmParams::new(day(1, 5)).n_bins(2).segments(Segments::None).zero_amount(ZeroAmount::IsNothing);
    let report = HoldoutParams::new(score.to_value_score(), 7).run(&log_of(frame.unwrap())).unwrap();
    assert_eq!(report.gains.iter().map(|row| row.n_buyers).sum::<usize>(), 1);
    assert_eq!(report.gains.last().unwrap().cumulative_spend_share, Some(1.0));
    assert!(report.to_string().contains("it may be cut short after 2026-01-10"), "{report}");
}

#[test]
fn a_model_cannot_be_read_past_its_check() {
    let model = value_score().n_bins(2).score(&measures(&[1.0, 2.0])).unwrap().model().unwrap().to_json();
    let read = |text: &str| serde_json::from_str::<ValueModel>(text).map_err(|error| error.to_string());
    assert!(read(&model).is_ok());
    assert!(read(&model.replace("\"score\": 2", "\"score\": 9")).unwrap_err().contains("scores in 1..=2"));
    assert!(read(&model.replace("\"\": [", "\"7\": [")).unwrap_err().contains("there can be no cell `7`"));
}

#[test]
fn a_model_comes_back_bit_by_bit() {
    let dimension = Dimension::own("value").weight(0.030_617_283_950_617_28).cuts([9_944.642_416_440_875, 1e5]);
    let scores = ValueScoreParams::new(day(4, 1), [dimension]).score(&measures(&[1.0, 1e4, 2e5])).unwrap();
    let model = scores.model().unwrap();
    assert_eq!(ValueModel::from_json(&model.to_json()).unwrap(), *model);
}

#[test]
fn columns_of_the_result_never_share_a_name() {
    let check = |name: &str, measure| ValueScoreParams::new(day(4, 1), [Dimension::of(name, measure)]).check();
    assert!(check("customer", Measure::RecencyDays).is_err(), "its share is the share of the customers");
    assert!(check("segment", Measure::NetValue).is_err());
    assert!(check("spend", Measure::NetValue).is_ok());
}

#[test]
fn settings_can_be_written_as_toml() {
    let rfm = RfmParams::new(day(4, 1)).window_days(PerDimension { frequency: Some(90), ..PerDimension::default() });
    let rfm =
        rfm.segments(Segments::None).cuts(PerDimension { recency: Some(vec![30.0, 90.0]), ..PerDimension::default() });
    let text = toml::to_string(&rfm).unwrap();
    assert_eq!(toml::from_str::<RfmParams>(&text).unwrap(), rfm);
    let direction = serde_json::from_str::<Dimension>(r#"{"name": "r", "measure": "recency_days"}"#).unwrap();
    assert_eq!(direction, Dimension::of("r", Measure::RecencyDays));
}
