//! "A quarter of our customers leave. Who is next, why, how far can I trust that, and with the
//! money I have for calls and discounts: whom do I call, and what do I say?"
//!
//! Telco customers end to end. The model learns from four fifths of the file (rows whose number
//! is no multiple of five) and is judged on the last one. Oracle of all figures: 60-digit
//! arithmetic on the predictions of a 60-digit fit, `reference/metrics.json`.

use customer_analytics::kernel::evaluation::Ties;
use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::calibration::Platt;
use customer_analytics::prediction::customer_model::{CalibrationMethod, CalibrationParams};
use customer_analytics::prediction::encoding::{MissingLabels, UnseenLevel};
use customer_analytics::prediction::evaluation::BinaryEvaluationParams;
use customer_analytics::prediction::model_card::ModelCard;
use customer_analytics::prediction::regression::{ClassWeights, WeightMeaning};
use customer_analytics::prelude::*;

use crate::data::bits;
use crate::golden::{reference, shared};
use crate::golden_regression::{all_columns, collected, complete, merged, telco};

/// Customers to learn from, and customers to judge by.
fn parts() -> Option<(FeatureTable, FeatureTable)> {
    let frame = complete(merged(telco()?));
    let remainder = || col("row") % lit(5);
    let train = all_columns(frame.clone().filter(remainder().neq(lit(0))));
    Some((train, all_columns(frame.filter(remainder().eq(lit(0))))))
}

fn fitted(train: &FeatureTable) -> ChurnModel {
    ChurnParams::new().fit(train).unwrap().training_date(NaiveDate::from_ymd_opt(2026, 6, 30).unwrap())
}

#[track_caller]
fn assert_close(got: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((got - expected).abs() <= tolerance * expected.abs(), "{what}: got {got}, expected {expected}");
}

/// "How far can I trust that?" Tolerance 1e-10: the predictions are known to that.
#[test]
fn the_model_is_as_good_on_unseen_customers_as_the_reference_says() {
    let (Some((train, test)), Some(golden)) = (parts(), reference("metrics.json")) else { return };
    let golden = &golden["telco_test"];
    let of = |name: &str| golden[name].as_f64().unwrap();
    let evaluation = BinaryEvaluationParams::new().thresholds([0.3, 0.5]).ties(Ties::RowOrder).check().unwrap();
    let report = fitted(&train).evaluate_with(&test, &evaluation).unwrap();
    assert_eq!((report.n, report.n_positives, report.n_negatives), (1_406, 372, 1_034));
    assert_close(report.roc_auc.clone().unwrap(), 0.8352727688691999, 1e-10, "AUC");
    for (got, name) in [
        (report.roc_auc_std_error.clone(), "roc_auc_se_delong"),
        (report.average_precision.clone(), "average_precision_step"),
        (report.brier.clone(), "brier"),
        (report.brier_skill.clone(), "brier_skill"),
        (report.log_loss.clone(), "log_loss"),
        (report.separation.clone().map(|apart| apart.ks), "ks_absolute"),
        (report.ece(), "ece_10_equal_width"),
        (report.mce(), "mce_10_equal_width"),
    ] {
        assert_close(got.unwrap(), of(name), 1e-9, name);
    }
    // DeLong's interval on the scale of logits holds the area, about two standard errors each way.
    let ends = report.roc_auc_interval.clone().unwrap();
    assert!((0.810..0.815).contains(&ends.low) && (0.855..0.858).contains(&ends.high), "{ends:?}");
    let at_30 = &report.thresholds[0].confusion;
    assert_eq!((at_30.true_positives, at_30.false_positives), (278, 242));
    let lift = report.lift.clone().unwrap();
    for (bin, expected) in lift.iter().zip(golden["lift_deciles"].as_array().unwrap()) {
        assert_eq!(
            (bin.n, bin.n_positives),
            (expected["n"].as_f64().unwrap(), expected["positives"].as_f64().unwrap())
        );
        assert_close(bin.cumulative_lift.unwrap(), expected["cum_lift"].as_f64().unwrap(), 1e-12, "lift");
    }
    // A logistic regression that fits needs no calibration: a slope of 1 is within the interval.
    let slope = report.calibration_slope.clone().unwrap().interval;
    assert!(slope.low < 1.0 && slope.high > 1.0, "{slope:?}");
    let text = report.to_string();
    assert!(text.contains("1,406 rows, 372 with the event (26.5%)"), "{text}");
}

/// "Why do they leave?"
#[test]
fn drivers_are_odds_ratios_in_words() {
    let Some((train, _)) = parts() else { return };
    let model = fitted(&train);
    let drivers = model.drivers();
    assert_eq!(drivers.drivers[0].term, "tenure");
    let two_year = drivers.get("Contract[Two year]").unwrap();
    let row = model.regression().coefficients().into_iter().find(|row| row.term == two_year.term).unwrap();
    assert_eq!((two_year.ratio, two_year.interval), (row.ratio, row.ratio_interval));
    assert_eq!(two_year.reference.as_deref(), Some("Month-to-month"));
    assert!(two_year.meaning.starts_with("Contract[Two year]: odds of leaving x 0.2"), "{}", two_year.meaning);
    assert!(two_year.meaning.ends_with(" beside Month-to-month"), "{}", two_year.meaning);
    assert_eq!(drivers.to_dataframe().height(), drivers.drivers.len());
    let sizes: Vec<f64> = drivers.drivers.iter().map(|driver| driver.statistic.unwrap().abs()).collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b));
    // The monthly charge is the sum of the prices of the services.
    assert_eq!(drivers.collinear[0].feature, "MonthlyCharges");
    let words = drivers.to_string();
    assert!(words.contains("\nMonthlyCharges, ") && words.contains(" nearly determine each other"), "{words}");
    assert!(model.card().notes.iter().any(|note| note.starts_with("MonthlyCharges, ")), "{:?}", model.card().notes);
}

/// "Who is next?"
#[test]
fn scores_are_probabilities_ranks_and_deciles() {
    let Some((train, test)) = parts() else { return };
    let model = fitted(&train);
    let scores = model.predict(&test).unwrap();
    let path = shared("reference/telco_test_predictions.csv").unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let expected = text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<f64>().unwrap());
    for (got, expected) in scores.values().iter().flatten().zip(expected) {
        assert_close(*got, expected, 1e-10, "probability");
    }
    let frame = scores.to_dataframe();
    assert_eq!(frame.get_column_names(), ["customer", "prob", "rank", "decile"]);
    // All probabilities differ, so that the first decile holds the first 141 ranks of 1,406.
    assert_eq!(scores.ranks().iter().flatten().copied().collect::<std::collections::BTreeSet<u64>>().len(), 1_406);
    let in_first = (0..1_406).filter(|&row| scores.decile(row) == Some(1)).count();
    assert_eq!(in_first, 141);
    // The same numbers inside a plan, and from a file.
    let again = ChurnModel::from_json(&model.to_json()).unwrap();
    assert_eq!(again, model);
    assert_eq!(bits(&again.predict(&test).unwrap().to_dataframe()), bits(&frame));
    let lazily = collected(test.lazy().select([model.score_expr().unwrap()]));
    let lazily: Vec<Option<f64>> = lazily.column("prob").unwrap().f64().unwrap().to_vec();
    assert_eq!(lazily, scores.values());
}

/// A tariff that is new since the training, and a customer of whom nothing is known.
#[test]
fn new_tariffs_and_missing_cells_are_refused_or_counted() {
    let Some((train, test)) = parts() else { return };
    let new = test.lazy().with_column(
        when((col("row") % lit(2)).eq(lit(0))).then(lit("Three year")).otherwise(col("Contract")).alias("Contract"),
    );
    let new = all_columns(new);
    let text = fitted(&train).predict(&new).unwrap_err().to_string();
    assert!(text.contains("702 row(s) of `Contract` have a level that training did not have"), "{text}");
    let lenient = ChurnParams::new().encoding(EncodingParams::new().unseen(UnseenLevel::Reference));
    let scores = lenient.fit(&train).unwrap().predict(&new).unwrap();
    assert_eq!(scores.n_scored(), 1_406);
    let n_unseen: u64 = scores.counts().features.iter().map(|feature| feature.n_unseen).sum();
    assert_eq!(n_unseen, 702);
}

/// "With the money I have: whom do I call, and what do I say?"
#[test]
fn the_contact_list_earns_the_most_and_gives_reasons() {
    let Some((train, test)) = parts() else { return };
    let model = fitted(&train);
    let offer = RetentionOfferParams::new(20.0, 2.0).clv(300.0).acceptance(0.3).check().unwrap();
    let all = model.retention_list(&test, &WinBackParams::new(offer.clone()).check().unwrap()).unwrap();
    // By hand: (20 + 2) / (0.3 (300 - 20) + 20).
    assert_close(all.threshold.unwrap(), 22.0 / 104.0, 1e-15, "threshold");
    let scores = model.predict(&test).unwrap();
    let n_above = scores.values().iter().flatten().filter(|&&prob| prob > 22.0 / 104.0).count();
    assert_eq!(all.customers.len(), n_above);
    let profit = |prob: f64| prob * (0.3 * 280.0 - 2.0) - (1.0 - prob) * 22.0;
    let expected: f64 = all.customers.iter().map(|one| profit(one.prob)).sum();
    assert_close(all.expected_profit, expected, 1e-12, "profit");
    assert!(all.expected_profit > all.expected_profit_of_everybody);
    let some = WinBackParams::new(offer).budget(2_200.0).n_reasons(2).check().unwrap();
    let some = model.retention_list(&test, &some).unwrap();
    assert_eq!((some.customers.len(), some.cost), (100, 2_200.0));
    // With one worth for all, those who are likeliest to leave.
    let ids: Vec<&str> = all.customers[..100].iter().map(|one| one.customer.as_str()).collect();
    assert_eq!(some.customers.iter().map(|one| one.customer.as_str()).collect::<Vec<_>>(), ids);
    for one in &some.customers {
        assert_eq!(one.reasons.len(), 2);
        assert!(one.reasons.iter().all(|reason| reason.value.is_some()));
        assert!(one.reasons[0].contribution >= one.reasons[1].contribution && one.reasons[1].contribution > 0.0);
    }
    // Reasons are parts of the log-odds: all of them together are the distance from the average.
    assert!(some.customers.iter().take(20).any(|one| one.reasons.iter().any(|reason| reason.feature == "tenure")));
    let by_worth = model.retention_list_by_worth(
        &test,
        "MonthlyCharges",
        &WinBackParams::new(RetentionOfferParams::new(20.0, 2.0).acceptance(0.3).check().unwrap()).check().unwrap(),
    );
    let by_worth = by_worth.unwrap();
    assert!(by_worth.customers.iter().all(|one| one.worth > 20.0 && one.expected_profit > 0.0));
}

/// Class weights make probabilities too high; a curve over customers held out mends them.
#[test]
fn calibration_mends_what_class_weights_spoil() {
    let Some((train, test)) = parts() else { return };
    let weighted = || ChurnParams::new().class_weights(ClassWeights::Balanced);
    let spoilt = weighted().fit(&train).unwrap().evaluate(&test).unwrap();
    for calibration in [CalibrationParams::platt().seed(7), CalibrationParams::isotonic().seed(7)] {
        let model = weighted().calibration(calibration).fit(&train).unwrap();
        let mended = model.evaluate(&test).unwrap();
        let off = |report: &customer_analytics::prediction::evaluation::BinaryReport| {
            (report.mean_prob.clone().unwrap() - report.event_rate).abs()
        };
        assert!(off(&spoilt) > 0.1 && off(&mended) < 0.03, "{} {}", off(&spoilt), off(&mended));
        assert!(mended.brier.clone().unwrap() < spoilt.brier.clone().unwrap());
        let calibrator = model.calibrator().unwrap();
        let n_held_out = calibrator.n_positives() + calibrator.n_negatives();
        let n_fitted = model.regression().training_rows().n_fitted;
        assert_eq!(n_held_out + n_fitted, 5_626);
        // A quarter of 5,626, give or take four times 32.5.
        assert!(n_held_out.abs_diff(1_406) < 130, "{n_held_out}");
        // The same in a plan and from a file, whatever the order of the rows.
        let again = ChurnModel::from_json(&model.to_json()).unwrap();
        assert_eq!(again, model);
        let scores = model.predict(&test).unwrap();
        assert_eq!(again.predict(&test).unwrap().values(), scores.values());
        let lazily = collected(test.lazy().select([model.score_expr().unwrap()]));
        assert_eq!(lazily.column("prob").unwrap().f64().unwrap().to_vec(), scores.values());
        let reversed = all_columns(train.lazy().reverse());
        let turned = weighted().calibration(calibration).fit(&reversed).unwrap();
        assert_eq!(turned, model);
        assert!(
            model
                .retention_list(
                    &test,
                    &WinBackParams::new(RetentionOfferParams::of_the_literature().check().unwrap()).check().unwrap()
                )
                .is_ok()
        );
    }
}

/// Leavers were sampled ten times as often as the others; the probabilities are those of all
/// customers, before and after a curve has been learned.
#[test]
fn sampled_customers_count_for_all_in_the_curve() {
    let n = 600_i64;
    let tenure: Vec<f64> = (0..n).map(|row| (row * 29 % 72) as f64).collect();
    let left: Vec<bool> = (0..n).map(|row| (row * 37 % 100) as f64 > 20.0 + tenure[row as usize]).collect();
    let weight: Vec<f64> = left.iter().map(|left| if *left { 1.0 } else { 10.0 }).collect();
    let frame = df!("id" => (0..n).collect::<Vec<_>>(), "tenure" => tenure, "left" => &left, "w" => &weight).unwrap();
    let columns = FeatureColumns::new().customer_id("id").features(["tenure"]).target("left");
    let table = FeatureTable::new(frame.lazy(), &columns).unwrap();
    let calibration = CalibrationParams::new(CalibrationMethod::Platt(Platt::new().smoothing(false)));
    let params = ChurnParams::new().weights("w", WeightMeaning::Sampling).calibration(calibration);
    let model = params.check().unwrap().fit_and_calibrate(&table, &table).unwrap();
    let scores = model.predict(&table).unwrap();
    // Of maximum likelihood: what is expected is what came.
    let of_all = |value: &dyn Fn(usize) -> f64| (0..600).map(|row| weight[row] * value(row)).sum::<f64>();
    let expected = of_all(&|row| scores.values()[row].unwrap());
    let came = of_all(&|row| f64::from(u8::from(left[row])));
    assert_close(expected, came, 1e-9, "leavers");
    let without = FeatureTable::new(table.lazy().select(["id", "tenure", "left"].map(col)), &columns).unwrap();
    let refused = params_of(&model).fit_and_calibrate(&table, &without).unwrap_err().to_string();
    assert!(refused.starts_with("regression: 1 schema problem(s): weights column `w` is not there"), "{refused}");
}

fn params_of(model: &ChurnModel) -> customer_analytics::prediction::churn::Churn {
    model.definition().clone().check().unwrap()
}

/// What is filed with the model.
#[test]
fn the_model_card_says_what_was_trained_on_what() {
    let Some((train, test)) = parts() else { return };
    let model = fitted(&train);
    let report = model.evaluate(&test).unwrap();
    let model = model.evaluated(&report);
    let card = model.card();
    assert_eq!((card.rows.n_read, card.rows.n_fitted, card.rows.n_positive), (5_626, 5_626, Some(1_497)));
    assert_eq!(card.features.len(), 19);
    assert_eq!(card.evaluation.as_ref().unwrap().figures[1].estimate, report.roc_auc.clone().ok());
    let text = card.to_string();
    for part in [
        "# Churn model",
        "Predicts the probability that `Churn` is `Yes`.",
        "| trained on | 2026-06-30 |",
        "| method | logistic regression |",
        "| with the event | 1,497 (26.6%) |",
        "| Contract | 2 | Month-to-month | 0 | 0 |",
        "## Evaluation on 1,406 rows, 372 with the event",
        "| roc_auc | 0.835273 |",
        "| hosmer_lemeshow_p_value_unseen | ",
        "```json",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
    assert!(!text.contains("| hosmer_lemeshow_p_value |"), "{text}");
    let read: ModelCard = serde_json::from_str(&serde_json::to_string(&card).unwrap()).unwrap();
    assert_eq!(read, card);
    assert_eq!(ChurnModel::from_json(&model.to_json()).unwrap().card(), card);
}

/// Customers of the CDNOW sample: who comes back, how often, and what they spend.
#[test]
fn purchases_are_predicted_alike() {
    let Some(path) = shared("reference/cdnow_sample_cal_holdout.csv") else { return };
    let frame = LazyCsvReader::new(PlRefPath::new(path.to_str().unwrap())).finish().unwrap();
    let frame = frame.with_columns([
        (col("t_x_days").cast(DataType::Float64) / lit(7.0)).alias("t_x"),
        (col("T_days").cast(DataType::Float64) / lit(7.0)).alias("T"),
        col("holdout_purchases").gt(lit(0)).alias("returns"),
    ]);
    let table = |target: &str| {
        let columns = FeatureColumns::new().target(target).features(["x", "t_x", "T"]);
        FeatureTable::new(frame.clone(), &columns).unwrap()
    };
    let glm = reference("glm.json").unwrap();
    let count = PurchaseParams::count().fit(&table("holdout_purchases")).unwrap();
    let deviance = |model: &PurchaseModel| model.regression().statistics().deviance;
    assert_close(deviance(&count), glm["poisson_holdout_purchases"]["deviance"].as_f64().unwrap(), 1e-9, "count");
    let spend = PurchaseParams::spend().fit(&table("holdout_amount")).unwrap();
    assert_close(deviance(&spend), glm["tweedie_1.5_log"]["deviance"].as_f64().unwrap(), 1e-9, "spend");
    // Mean deviance of the evaluation on the same rows is that of the fit over its rows.
    let report = spend.evaluate(&table("holdout_amount")).unwrap();
    let mean = report.amount().unwrap().deviances[0].1.clone().unwrap();
    assert_close(mean, deviance(&spend) / 2_357.0, 1e-10, "mean deviance");
    let event = PurchaseParams::event().missing_target(MissingLabels::Drop).fit(&table("returns")).unwrap();
    let area = event.evaluate(&table("returns")).unwrap().event().unwrap().roc_auc.clone().unwrap();
    assert!(area > 0.7, "{area}");
    let buyers = PurchaseParams::spend_of_buyers().fit(&table("holdout_amount")).unwrap();
    let rows = buyers.regression().training_rows();
    assert_eq!(buyers.n_without_purchase() + rows.n_fitted, 2_357);
    // The probability of a purchase times what a buyer spends is close to the spend of all.
    let mean = |model: &PurchaseModel, target: &str| model.predict(&table(target)).unwrap();
    let two_part: f64 = mean(&event, "returns")
        .values()
        .iter()
        .flatten()
        .zip(mean(&buyers, "holdout_amount").values().iter().flatten())
        .map(|(prob, amount)| prob * amount)
        .sum();
    let came = collected(frame.clone().select([col("holdout_amount").sum()]));
    let came = came.column("holdout_amount").unwrap().f64().unwrap().get(0).unwrap();
    assert!((two_part / came - 1.0).abs() < 0.15, "{two_part} {came}");
    for model in [&count, &spend, &event, &buyers] {
        assert_eq!(&PurchaseModel::from_json(&model.to_json()).unwrap(), model);
        let target = model.regression().target().to_owned();
        let expected = model.predict(&table(&target)).unwrap();
        let name = if model == &event { "prob" } else { "mean" };
        let found = collected(frame.clone().select([model.score_expr().unwrap()]));
        assert_eq!(found.column(name).unwrap().f64().unwrap().to_vec(), expected.values());
        assert!(model.card().to_string().starts_with("# Purchase model\n\nPredicts the "));
        assert!(model.to_string().starts_with("purchase model: the "));
    }
    assert!(buyers.card().left_out_before[0].ends_with(" without a purchase"));
}
