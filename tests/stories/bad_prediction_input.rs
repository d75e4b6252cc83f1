//! Bad tables, settings and files for models of churn and purchases: a refusal that names the
//! column or the setting and the remedy, never a cell, or an answer that is documented.

use std::fmt::Debug;

use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::churn::Churn;
use customer_analytics::prediction::customer_model::CalibrationParams;
use customer_analytics::prediction::decision::{PurchaseOfferParams, WinBack};
use customer_analytics::prediction::encoding::{FeatureEncoding, Missing, MissingLabels, UnseenLevel};
use customer_analytics::prediction::regression::{ClassWeights, WeightMeaning};
use customer_analytics::prelude::*;

use crate::data::Dice;

/// What no message may show.
const SECRET: &str = "geheim机密";

/// The error of a call that must fail: one lower-case line and no cell.
#[track_caller]
fn refused<T: Debug>(result: Result<T>) -> String {
    let text = result.expect_err("a refusal").to_string();
    assert!(!text.contains('\n') && !text.starts_with(char::is_uppercase), "one lower-case line: {text:?}");
    assert!(!text.contains(SECRET), "shows a cell: {text}");
    text
}

/// Sixty customers whose tenure and plan go along with leaving, without separating it.
fn frame() -> DataFrame {
    let mut dice = Dice::seeded(5);
    let n = 60;
    let tenure: Vec<f64> = (0..n).map(|_| 1.0 + dice.below(40) as f64).collect();
    let plan: Vec<&str> = (0..n).map(|_| ["basic", SECRET, "pro"][dice.below(3) as usize]).collect();
    let leaves: Vec<bool> = tenure.iter().map(|&tenure| dice.below(60) as f64 > tenure + 10.0).collect();
    let spend: Vec<f64> = tenure.iter().map(|&tenure| (dice.below(2) * (5 + dice.below(50))) as f64 + tenure).collect();
    df!(
        "id" => (0..n).collect::<Vec<i64>>(),
        "tenure" => tenure,
        "plan" => plan,
        "流失" => leaves,
        "spend" => spend,
    )
    .unwrap()
}

fn with(column: Series) -> DataFrame {
    let mut frame = frame();
    frame.with_column(column.into_column()).unwrap();
    frame
}

/// All columns but the number, the target and these are features.
fn table(frame: DataFrame, target: &str, ignored: &[&str]) -> FeatureTable {
    let others = ["spend", "流失"].into_iter().filter(|other| *other != target);
    let ignored = ignored.iter().copied().chain(others.filter(|other| frame.schema().contains(other)));
    let columns = FeatureColumns::new().target(target).customer_id("id").ignore(ignored);
    FeatureTable::new(frame.lazy(), &columns).unwrap()
}

fn churn(frame: DataFrame) -> FeatureTable {
    table(frame, "流失", &[])
}

fn repeated<T: Clone>(name: &str, values: &[T]) -> Series
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Series::new(name.into(), values.iter().cycle().take(60).cloned().collect::<Vec<T>>())
}

fn list() -> WinBack {
    let offer = RetentionOfferParams::new(10.0, 1.0).clv(100.0).acceptance(0.3).check().unwrap();
    WinBackParams::new(offer).check().unwrap()
}

#[test]
fn a_target_that_teaches_nothing_is_refused() {
    let fit = |column: Series| refused(ChurnParams::new().fit(&churn(with(column))));
    assert_eq!(
        fit(repeated("流失", &["No"])),
        "labels: the 60 label(s) of `流失` are of one class, and there is nothing to tell apart"
    );
    assert_eq!(
        refused(ChurnParams::new().fit(&churn(frame().head(Some(1))))),
        "labels: the 1 label(s) of `流失` are of one class, and there is nothing to tell apart"
    );
    assert!(refused(ChurnParams::new().fit(&churn(frame().head(Some(0))))).contains("has no label in 0 row(s)"));
    assert_eq!(
        fit(repeated("流失", &[SECRET, "a", "b"])),
        "labels: `流失` has 3 levels where a label has two; map them to two with `cleaning::Mapping`"
    );
    assert_eq!(
        fit(repeated("流失", &[SECRET, "a"])),
        "labels: the levels of `流失` are no known yes and no; name the one to predict by `LabelParams::positive`"
    );
    assert_eq!(
        fit(repeated("流失", &[Some("Yes"), None, Some("No")])),
        "labels: 20 row(s) lack a label; filter them out, or leave them out by `MissingLabels::Drop`"
    );
    let dropped = ChurnParams::new()
        .missing_target(MissingLabels::Drop)
        .fit(&churn(with(repeated("流失", &[Some("Yes"), None, Some("No")]))))
        .unwrap();
    let rows = dropped.regression().training_rows();
    assert_eq!((rows.n_read, rows.n_missing_target, rows.n_fitted, rows.n_positive), (60, 20, 40, Some(20)));
    let no_target = FeatureTable::new(frame().lazy(), &FeatureColumns::new().features(["tenure"])).unwrap();
    assert_eq!(
        refused(ChurnParams::new().fit(&no_target)),
        "regression: 1 schema problem(s): no target is named; name one by `FeatureColumns::target`"
    );
    let of_spend = |column: Series| refused(PurchaseParams::spend().fit(&table(with(column), "spend", &[])));
    assert_eq!(
        of_spend(repeated("spend", &[1.0, -1.0])),
        "regression: 30 row(s) of the target `spend` are not 0 or above; leave them out, or use another family"
    );
    assert!(of_spend(repeated("spend", &[1.0, f64::INFINITY])).starts_with("regression: 30 row(s) of the target"));
    assert!(of_spend(repeated("spend", &[SECRET])).contains("target `spend` is no number"));
}

#[test]
fn labels_in_any_spelling_give_one_model() {
    let expected = ChurnParams::new().fit(&churn(frame())).unwrap();
    let leaves: Vec<bool> = frame().column("流失").unwrap().bool().unwrap().iter().flatten().collect();
    let numbers = Series::new("流失".into(), leaves.iter().map(|&leaves| i32::from(leaves)).collect::<Vec<_>>());
    let words = |yes: &str, no: &str| {
        let words: Vec<&str> = leaves.iter().map(|&leaves| if leaves { yes } else { no }).collect();
        Series::new("流失".into(), words)
    };
    for column in [numbers, words("Yes", "No"), words("是", "否"), words("1", "0"), words("TRUE", "FALSE")] {
        let model = ChurnParams::new().fit(&churn(with(column))).unwrap();
        assert_eq!(model.regression().coefficients(), expected.regression().coefficients());
    }
    let named = ChurnParams::new().positive("gone").fit(&churn(with(words("gone", "here")))).unwrap();
    assert_eq!(named.regression().coefficients(), expected.regression().coefficients());
    assert!(named.card().predicts.ends_with("is `gone`"));
    // A model of words reads booleans and numbers of other rows.
    let of_words = ChurnParams::new().fit(&churn(with(words("是", "否")))).unwrap();
    assert_eq!(of_words.evaluate(&churn(frame())).unwrap(), expected.evaluate(&churn(frame())).unwrap());
}

#[test]
fn columns_that_separate_the_outcomes_are_named() {
    let tell_tale: Vec<f64> = frame()
        .column("流失")
        .unwrap()
        .bool()
        .unwrap()
        .iter()
        .flatten()
        .enumerate()
        .map(|(row, leaves)| if leaves { 100.0 } else { 0.0 } + row as f64)
        .collect();
    // The columns alone: names of levels are part of those of the columns.
    let table = table(with(Series::new("end of contract".into(), tell_tale)), "流失", &["plan"]);
    let text = refused(ChurnParams::new().fit(&table));
    assert!(text.starts_with("regression: ") && text.contains("`end of contract`"), "{text}");
    assert!(text.contains("separate(s) the outcomes: 60 of 60 row(s) are told apart without error"), "{text}");
    assert!(text.ends_with("leave the column(s) out, pool their levels, or use `firth` or `l2_penalty`"), "{text}");
    for remedy in [ChurnParams::new().firth(true), ChurnParams::new().l2_penalty(1.0)] {
        let model = remedy.fit(&table).unwrap();
        assert!(model.regression().coefficients().iter().all(|row| row.estimate.is_some_and(f64::is_finite)));
        assert!(model.card().notes.len() == 2, "{:?}", model.card().notes);
    }
}

#[test]
fn more_columns_than_rows_are_refused_or_answered_without_errors() {
    let mut few = frame().head(Some(4));
    for place in 0..5 {
        few.with_column(Column::new(format!("x{place}").into(), [1.0, 2.0, 4.0, 8.0].map(|x: f64| x.powi(place + 1))))
            .unwrap();
    }
    few.with_column(Column::new("流失".into(), [true, false, true, false])).unwrap();
    assert!(
        refused(ChurnParams::new().fit(&table(few.clone(), "流失", &["plan"]))).contains("separate(s) the outcomes")
    );
    let model = PurchaseParams::net_spend().fit(&table(few.clone(), "spend", &["plan"])).unwrap();
    let rows = model.regression().coefficients();
    assert!(rows.iter().all(|row| row.std_error.is_none() && row.reason.is_some()), "{rows:?}");
    assert!(!model.regression().aliased().is_empty());
    let predicted = model.predict(&table(few.clone(), "spend", &["plan"])).unwrap();
    let spend: Vec<f64> = few.column("spend").unwrap().f64().unwrap().iter().flatten().collect();
    for (found, expected) in predicted.values().iter().flatten().zip(spend) {
        assert!((found - expected).abs() < 1e-8 * expected, "{found} {expected}");
    }
}

#[test]
fn constant_and_repeated_columns_change_nothing_and_are_named() {
    let plain = ChurnParams::new().fit(&churn(frame())).unwrap();
    let mut more = frame();
    let tenure = more.column("tenure").unwrap().clone();
    more.with_column(tenure.with_name("same again".into())).unwrap();
    more.with_column(repeated("one number", &[7.0]).into_column()).unwrap();
    more.with_column(repeated("one word", &[SECRET]).into_column()).unwrap();
    let model = ChurnParams::new().fit(&churn(more)).unwrap();
    assert_eq!(model.regression().aliased(), ["same again", "one number"]);
    assert_eq!(model.drivers().aliased, ["same again", "one number"]);
    assert_eq!(model.drivers().drivers.len(), plain.drivers().drivers.len());
    let ours = |model: &ChurnModel| model.drivers().get("tenure").unwrap().estimate;
    assert!((ours(&model) / ours(&plain) - 1.0).abs() < 1e-10);
    let notes = model.card().notes.join(" ");
    assert!(notes.contains("determine: same again, one number"), "{notes}");
    assert!(notes.contains("Features of one level, without effect: one word"), "{notes}");
}

#[test]
fn units_do_not_matter() {
    let plain = ChurnParams::new().fit(&churn(frame())).unwrap();
    let expected = plain.predict(&churn(frame())).unwrap();
    for unit in [1e-8, 1e8] {
        let tenure: Vec<f64> =
            frame().column("tenure").unwrap().f64().unwrap().iter().flatten().map(|x| x * unit).collect();
        let table = churn(with(Series::new("tenure".into(), tenure)));
        let model = ChurnParams::new().fit(&table).unwrap();
        let found = model.predict(&table).unwrap();
        for (found, expected) in found.values().iter().flatten().zip(expected.values().iter().flatten()) {
            assert!((found / expected - 1.0).abs() < 1e-10, "{unit}");
        }
        let z = |model: &ChurnModel| model.drivers().get("tenure").unwrap().statistic.unwrap();
        assert!((z(&model) / z(&plain) - 1.0).abs() < 1e-10, "{unit}");
    }
}

#[test]
fn columns_without_values_and_with_infinite_ones_are_refused() {
    let fit = |column: Series| refused(ChurnParams::new().fit(&churn(with(column))));
    assert_eq!(
        fit(repeated("mail", &[None::<f64>])),
        "encoding: `mail` has no value in any of 60 row(s); leave it out by `FeatureColumns::ignore`"
    );
    assert!(fit(repeated("mail", &[None::<&str>])).contains("`mail` has no value in any of 60 row(s)"));
    assert_eq!(
        fit(repeated("mail", &[f64::INFINITY, 1.0, 2.0])),
        "encoding: 20 row(s) of `mail` are infinite; filter them out, or bound them by `cleaning::Outliers`"
    );
}

#[test]
fn weights_that_cannot_be_are_refused() {
    let fit = |weights: Series| {
        let table = table(with(weights), "流失", &["w"]);
        refused(ChurnParams::new().weights("w", WeightMeaning::Frequency).fit(&table))
    };
    assert_eq!(
        fit(repeated("w", &[0.0])),
        "regression: all weights in `w` are 0, so no row counts; give some rows a weight"
    );
    let negative = fit(repeated("w", &[1.0, -1.0]));
    assert!(negative.starts_with("regression: 30 ") && negative.contains("`w`"), "{negative}");
    assert!(fit(repeated("w", &[1.0, f64::INFINITY])).contains("30 "));
    assert!(fit(repeated("w", &[Some(1.0), None])).starts_with("regression: 30 row(s) lack a weight"));
    let both = ChurnParams::new().weights("w", WeightMeaning::Frequency).class_weights(ClassWeights::Balanced);
    assert!(refused(both.check()).contains("`class_weights` must be unset where rows have weights"));
}

#[test]
fn unseen_levels_and_missing_cells_are_refused_or_counted() {
    let strict = ChurnParams::new().fit(&churn(frame())).unwrap();
    let new = with(repeated("plan", &["basic", "student"]));
    assert_eq!(
        refused(strict.predict(&churn(new.clone()))),
        "encoding: 30 row(s) of `plan` have a level that training did not have; list them by \
         `encoder().unseen_levels(..)`, or fit again with `UnseenLevel::Reference` or `UnseenLevel::Other`"
    );
    let encoding = EncodingParams::new()
        .unseen(UnseenLevel::Reference)
        .feature("tenure", FeatureEncoding::numeric().missing(Missing::Drop));
    let lenient = ChurnParams::new().encoding(encoding).fit(&churn(frame())).unwrap();
    let scores = lenient.predict(&churn(new)).unwrap();
    assert_eq!((scores.n_scored(), scores.counts().features[1].n_unseen), (60, 30));
    assert!(scores.to_string().contains("30 of an unseen level"), "{scores}");
    let gaps = with(repeated("tenure", &[Some(3.0), None, Some(f64::NAN)]));
    let scores = lenient.predict(&churn(gaps.clone())).unwrap();
    assert_eq!((scores.n_scored(), scores.values()[1], scores.ranks()[2]), (20, None, None));
    let report = lenient.evaluate(&churn(gaps.clone())).unwrap();
    assert_eq!((report.n, report.n_missing_predictions), (20, 40));
    let left = lenient.retention_list(&churn(gaps.clone()), &list()).unwrap();
    assert_eq!(left.n_customers, 60);
    assert!(left.to_string().contains("40 without a probability"), "{left}");
    // The median stands in where nothing else was asked for.
    assert_eq!(strict.predict(&churn(gaps)).unwrap().counts().features[0].n_imputed, 40);
    let without = frame().drop("plan").unwrap();
    let columns = FeatureColumns::new().features(["tenure"]).target("流失");
    let without = FeatureTable::new(without.lazy(), &columns).unwrap();
    let expected = "regression: 1 schema problem(s): column `plan` of the model is not there; add it to the table";
    assert!(refused(strict.predict(&without)).starts_with(expected));
    assert!(refused(strict.evaluate(&without)).starts_with(expected));
    // New customers, with the roles of the training.
    let new = frame().drop("流失").unwrap();
    let roles = FeatureColumns::new().target("流失").customer_id("id").ignore(["spend"]);
    let text = refused(FeatureTable::new(new.clone().lazy(), &roles));
    assert!(text.contains("1 schema problem(s): role `target` names column `流失`, which is not among "), "{text}");
    assert!(text.ends_with("; to predict new customers, leave the target out"), "{text}");
    let roles = FeatureColumns::new().customer_id("id").ignore(["spend"]);
    assert_eq!(strict.predict(&FeatureTable::new(new.lazy(), &roles).unwrap()).unwrap().n_scored(), 60);
}

#[test]
fn lists_that_would_mislead_are_refused() {
    let weighted = ChurnParams::new().class_weights(ClassWeights::Balanced);
    let model = weighted.fit(&churn(frame())).unwrap();
    assert_eq!(
        refused(model.retention_list(&churn(frame()), &list())),
        "churn: classes were weighted, so that the probabilities are not those of customers and no money can be \
         counted with them; set `calibration`, or leave `class_weights` out"
    );
    assert!(model.card().notes[0].starts_with("Classes were weighted"));
    let plain = ChurnParams::new().fit(&churn(frame())).unwrap();
    let to_buyers = WinBackParams::new(PurchaseOfferParams::new(1.0).margin(5.0).check().unwrap()).check().unwrap();
    assert_eq!(
        refused(plain.retention_list(&churn(frame()), &to_buyers)),
        "churn: `offer` must be a `RetentionOffer`, got a `PurchaseOffer`"
    );
    let nameless = FeatureColumns::new().features(["tenure", "plan"]).target("流失");
    let nameless = FeatureTable::new(frame().lazy(), &nameless).unwrap();
    assert_eq!(
        refused(plain.retention_list(&nameless, &list())),
        "churn: 1 schema problem(s): no customer_id is named for the list; name one by `FeatureColumns::customer_id`"
    );
    let twice = with(repeated("id", &[1_i64]));
    assert!(refused(plain.retention_list(&churn(twice), &list())).contains("59 row(s) repeat a customer"));
    let spend = PurchaseParams::net_spend().fit(&table(frame(), "spend", &[])).unwrap();
    assert_eq!(
        refused(spend.contact_list(&table(frame(), "spend", &[]), &to_buyers)),
        "purchase: `kind` must be event for a list of whom to contact, got another"
    );
}

#[test]
fn calibrations_without_rows_to_learn_from_are_refused() {
    let params = || ChurnParams::new().calibration(CalibrationParams::platt());
    let nameless = FeatureColumns::new().features(["tenure", "plan"]).target("流失");
    let nameless = FeatureTable::new(frame().lazy(), &nameless).unwrap();
    assert_eq!(
        refused(params().fit(&nameless)),
        "churn: 1 schema problem(s): no customer_id is named to hold customers out for the calibration; name one by \
         `FeatureColumns::customer_id`"
    );
    let gaps = with(repeated("id", &[Some(1_i64), Some(2), None]));
    assert!(refused(params().fit(&churn(gaps))).starts_with("churn: 20 row(s) lack a customer's number"));
    let all_stay = with(repeated("流失", &[false]));
    assert!(
        refused(params().check().unwrap().fit_and_calibrate(&churn(frame()), &churn(all_stay)))
            .starts_with("calibration: the 60 row(s) with weight are of one class")
    );
    assert_eq!(
        refused(ChurnParams::new().check().unwrap().fit_and_calibrate(&churn(frame()), &churn(frame()))),
        "churn: `calibration` must be set where rows are given for it, got unset"
    );
    assert_eq!(
        refused(ChurnParams::new().calibration(CalibrationParams::platt().holdout_share(1.0)).check()),
        "churn: `holdout_share` must be above 0 and below 1, got 1"
    );
    assert_eq!(
        refused(PurchaseParams::spend().calibration(CalibrationParams::platt()).check()),
        "purchase: `calibration` must be unset but for the kind event, got set"
    );
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let params = ChurnParams::new;
    assert_eq!(
        refused(params().conf_level(1.0).check()),
        "regression: `conf_level` must be above 0 and below 1, got 1"
    );
    assert_eq!(refused(params().l2_penalty(f64::NAN).check()), "regression: `l2_penalty` must be 0 or above, got NaN");
    assert!(refused(PurchaseParams::count().firth(true).check()).contains("`firth` must be false but for logistic"));
    for text in [r#"{"l2": 1.0}"#, r#"{"conf_level": 1.0}"#, r#"{"encoding": {"level": 3}}"#, "[]"] {
        assert!(serde_json::from_str::<Churn>(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<PurchaseParams>(r#"{"kind": "lottery"}"#).is_err());
    assert!(toml::from_str::<ChurnParams>("conf_level = 0.9\nseed = 1").is_err());
    let both = "conf_level = 0.9\n[calibration]\nmethod = { isotonic = {} }\nseed = 1";
    assert_eq!(
        toml::from_str::<ChurnParams>(both).unwrap(),
        params().conf_level(0.9).calibration(CalibrationParams::isotonic().seed(1))
    );
}

#[test]
fn damaged_files_and_those_of_other_versions_are_refused() {
    let params = ChurnParams::new().calibration(CalibrationParams::platt());
    let saved = params.fit(&churn(frame())).unwrap().to_json();
    let read = |text: &str| refused(ChurnModel::from_json(text));
    assert_eq!(
        read(&saved.replacen("\"format\": 1", "\"format\": 9", 1)),
        "churn model: saved in format 9, but this version reads format 1; fit it again"
    );
    assert!(read("").starts_with("churn model: no saved churn model: "));
    assert!(read("{}").contains("missing field `format`"));
    for cut in (0..saved.len()).step_by(977).filter(|&cut| saved.is_char_boundary(cut)) {
        assert!(read(&saved[..cut]).starts_with("churn model: "), "{cut}");
    }
    assert!(read(&saved.replacen("\"definition\"", "\"settings\"", 1)).contains("unknown field `settings`"));
    assert!(read(&saved.replacen("\"target\": \"流失\",", "", 1)).contains("missing field `target`"));
    let line = saved.lines().find(|line| line.contains("\"calibrated_on\"")).unwrap();
    assert!(read(&saved.replacen(line, "", 1)).starts_with("churn model: "));
    assert!(read(&saved.replacen(line, "\"calibrated_on\": null,", 1)).contains("do not go together"));
    let of_spend = PurchaseParams::spend().fit(&table(frame(), "spend", &[])).unwrap();
    assert!(read(&of_spend.to_json()).starts_with("churn model: "));
    let other = of_spend.to_json().replacen("\"power\": 1.5", "\"power\": 1.6", 1);
    let text = refused(PurchaseModel::from_json(&other));
    assert!(text.contains("purchase model: its regression is of another family than its settings say"), "{text}");
    assert!(refused(PurchaseModel::from_json(&saved)).starts_with("purchase model: "));
}
