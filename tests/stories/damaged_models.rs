//! "The model file came through three systems; I want an error, or the model, and nothing else."
//!
//! Files of other versions, cut short, or with one value that is another: a refusal in one line,
//! or a model that still does all that a model does.

use std::fmt::Debug;

use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::calibration::{Calibrator, Isotonic, Platt};
use customer_analytics::prediction::customer_model::CalibrationParams;
use customer_analytics::prediction::encoding::{EncodingParams, FeatureEncoding, Missing, Reference, UnseenLevel};
use customer_analytics::prediction::regression::{ClassWeights, RegressionModel, RegressionParams};
use customer_analytics::prelude::*;
use serde_json::{Value, json};

use crate::data::Dice;
use crate::golden_regression::collected;

/// One line, whatever is wrong.
#[track_caller]
fn refused<T: Debug>(result: Result<T>, of: &str) -> String {
    let text = result.expect_err("a refusal").to_string();
    assert!(text.starts_with(&format!("{of}: ")) && !text.contains('\n'), "{text:?}");
    text
}

/// Ninety customers with a feature of every kind.
fn frame() -> DataFrame {
    let mut dice = Dice::seeded(8);
    const N: usize = 90;
    let mut numbers = |below: u64| (0..N).map(|_| dice.below(below) as f64 / 8.0).collect::<Vec<_>>();
    let (tenure, calls, tail) = (numbers(400), numbers(90), numbers(5_000));
    let plan: Vec<&str> = (0..N).map(|_| ["basic", "pro", "rare 少", "team"][dice.below(19) as usize / 6]).collect();
    let since: Vec<i32> = (0..N).map(|_| 18_000 + dice.below(900) as i32).collect();
    let left: Vec<bool> = tenure.iter().map(|tenure| dice.below(60) as f64 > tenure + 10.0).collect();
    let gaps: Vec<Option<f64>> = calls.iter().map(|calls| (*calls != 3.0).then_some(*calls)).collect();
    df!(
        "id" => (0..N as i64).collect::<Vec<_>>(), "tenure" => &tenure, "calls" => gaps, "tail" => &tail,
        "bin" => &tail, "plan" => plan, "since" => Series::new("".into(), since).cast(&DataType::Date).unwrap(),
        "Partner" => left.iter().map(|left| if *left { "yes" } else { "no" }).rev().collect::<Vec<_>>(),
        "years" => calls.iter().map(|calls| 1.0 + calls).collect::<Vec<_>>(), "left" => left,
        "spend" => tenure.iter().zip(&tail).map(|(a, b)| a + b + 1.0).collect::<Vec<_>>(),
    )
    .unwrap()
}

fn table(target: &str) -> FeatureTable {
    let features = ["tenure", "calls", "tail", "bin", "plan", "since", "Partner"];
    let columns = FeatureColumns::new().target(target).customer_id("id").features(features);
    FeatureTable::new(frame().lazy(), &columns).unwrap()
}

fn encoding() -> EncodingParams {
    EncodingParams::new()
        .unseen(UnseenLevel::Reference)
        .feature("tenure", FeatureEncoding::spline(3))
        .feature("calls", FeatureEncoding::numeric().missing(Missing::ImputeWithIndicator))
        .feature("tail", FeatureEncoding::log().standardise())
        .feature("bin", FeatureEncoding::quantile_bins(3).reference(Reference::MostFrequent))
        .feature("plan", FeatureEncoding::categorical().min_count(8).unseen(UnseenLevel::Other))
        .feature("since", FeatureEncoding::date().weekday())
        .interaction("plan", "calls")
        .interaction("plan", "Partner")
}

fn churn() -> ChurnModel {
    let params = ChurnParams::new().encoding(encoding()).l2_penalty(0.7).class_weights(ClassWeights::Balanced);
    params.calibration(CalibrationParams::platt().holdout_share(0.4)).fit(&table("left")).unwrap()
}

fn spend() -> PurchaseModel {
    PurchaseParams::spend().encoding(encoding()).l2_penalty(0.3).fit(&table("spend")).unwrap()
}

fn regression() -> RegressionModel {
    RegressionParams::linear().encoding(encoding()).fit(&table("spend")).unwrap()
}

fn calibrators() -> [Calibrator; 2] {
    let (labels, scores) = ([true, false, true, true, false, false], [0.9, 0.8, 0.7, 0.6, 0.3, 0.1]);
    [Platt::new().fit(&labels, &scores, None).unwrap(), Isotonic::new().fit(&labels, &scores, None).unwrap()]
}

/// A sort of file: how it is named in errors, one that is sound, and what reads it and then does
/// all that can be done with it.
struct SavedModel {
    name: &'static str,
    text: String,
    read: fn(&str) -> Result<()>,
}

/// The regression of a model, told in every way.
fn tell(model: &RegressionModel, table: &FeatureTable) {
    let _ = format!("{model}");
    assert_eq!(model.coefficients_frame().height(), model.coefficients().len());
    let _ = (model.statistics().overall_test(), model.aliased(), model.labels());
    for row in model.coefficients() {
        let numbers =
            [row.estimate, row.std_error, row.statistic, row.ratio, row.vif, row.interval.map(|ends| ends.low)];
        assert!(numbers.iter().flatten().all(|number| !number.is_nan()), "{row:?}");
    }
    // The numbers or an error, in batches as inside a plan, where means beyond doubles are null.
    let predicted = model.predict(table);
    #[allow(clippy::disallowed_methods, reason = "a plan of the caller's own")]
    let lazily = table.lazy().select([model.score_expr().unwrap()]).collect();
    let is_beyond = matches!(&predicted, Err(Error::Numeric { .. }));
    assert!(predicted.is_ok() == lazily.is_ok() || is_beyond, "{:?} {:?}", predicted.err(), lazily.err());
    let values = predicted.map_or_else(|_| Vec::new(), |predicted| predicted.values());
    assert!(values.iter().flatten().all(|value| !value.is_nan()));
    let _ = model.contributions(table);
}

fn saved() -> Vec<SavedModel> {
    let of_calibrator = |text: &str| {
        let calibrator = Calibrator::from_json(text)?;
        let found = calibrator.apply(&[0.0, 0.2, 0.5, 1.0])?;
        assert!(found.iter().all(|prob| (0.0..=1.0).contains(prob)), "{found:?}");
        let _ = (format!("{calibrator}"), calibrator.to_dataframe());
        Ok(())
    };
    let mut saved = vec![
        SavedModel {
            name: "churn model",
            text: churn().to_json(),
            read: |text| {
                let model = ChurnModel::from_json(text)?;
                let table = table("left");
                let _ = (
                    format!("{model} {}", model.drivers()),
                    model.card(),
                    model.predict(&table),
                    model.evaluate(&table),
                );
                tell(model.regression(), &table);
                Ok(())
            },
        },
        SavedModel {
            name: "purchase model",
            text: spend().to_json(),
            read: |text| {
                let model = PurchaseModel::from_json(text)?;
                let table = table("spend");
                let _ = (
                    format!("{model} {}", model.drivers()),
                    model.card(),
                    model.predict(&table),
                    model.evaluate(&table),
                );
                tell(model.regression(), &table);
                Ok(())
            },
        },
        SavedModel {
            name: "regression model",
            text: regression().to_json(),
            read: |text| {
                tell(&RegressionModel::from_json(text)?, &table("spend"));
                Ok(())
            },
        },
    ];
    saved.extend(calibrators().map(|one| SavedModel { name: "calibrator", text: one.to_json(), read: of_calibrator }));
    saved
}

#[test]
fn files_of_other_versions_and_cut_ones_are_refused() {
    for SavedModel { name, text, read } in saved() {
        read(&text).unwrap();
        let other = refused(read(&text.replacen("\"format\": 1", "\"format\": 9", 1)), name);
        assert_eq!(other, format!("{name}: saved in format 9, but this version reads format 1; fit it again"));
        // What a later version has added is no unknown key: the version is told first.
        let later = text.replacen("\"format\": 1", "\"format\": 2, \"tariffs\": []", 1);
        assert!(refused(read(&later), name).contains("saved in format 2"));
        for none in ["", "{}", "[]", "null", "{\"format\": \"1\"}", "{\"format\": -1}"] {
            let told = refused(read(none), name);
            assert!(
                told.contains(&format!("saved {}", name.split(' ').next().unwrap())) || told.contains("saved cal"),
                "{told}"
            );
        }
        let unknown = text.replacen("\"format\": 1", "\"format\": 1, \"tariffs\": []", 1);
        assert!(refused(read(&unknown), name).contains("unknown field `tariffs`"));
        for cut in (0..text.len()).step_by(977).filter(|&cut| text.is_char_boundary(cut)) {
            refused(read(&text[..cut]), name);
        }
    }
}

/// Everything inside a value, by the way to it.
fn places(value: &Value, way: &str, found: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Array(values) => values.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        _ => Vec::new(),
    };
    // Of long lists the ends say enough.
    let last = inside.len().saturating_sub(2);
    for (at, (name, value)) in inside.into_iter().enumerate() {
        if at < 2 || at > last || name.parse::<usize>().is_err() {
            let way = format!("{way}/{}", name.replace('~', "~0").replace('/', "~1"));
            found.push(way.clone());
            places(value, &way, found);
        }
    }
}

/// What could stand in the place of a value.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(number) => {
            let mut others =
                vec![json!(0), json!(-1), json!(4_294_967_295_u32), json!(1e308), json!(-1e308), Value::Null];
            others.extend([json!("NaN"), json!("inf"), json!("1e-320"), json!(-number.as_f64().unwrap_or(0.5))]);
            others
        }
        Value::String(_) => vec![json!(""), json!("x"), json!("1e308"), json!("NaN"), json!(7), Value::Null],
        Value::Bool(is) => vec![json!(!is), Value::Null],
        Value::Null => vec![json!(1), json!("x"), json!({}), json!([])],
        Value::Array(values) => {
            let fewer = values.split_last().map(|(_, others)| others.to_vec()).unwrap_or_default();
            let more: Vec<Value> = values.iter().chain(values.last()).cloned().collect();
            vec![json!(fewer), json!(more), json!([]), Value::Null]
        }
        Value::Object(_) => vec![json!({}), Value::Null],
    }
}

/// No value that is another makes a model panic, or promise probabilities that are none.
#[test]
fn one_wrong_value_is_refused_or_harmless() {
    // A purchase model has no part that the others do not have.
    for SavedModel { name, text, read } in saved().into_iter().filter(|saved| saved.name != "purchase model") {
        let sound: Value = serde_json::from_str(&text).unwrap();
        let mut all = Vec::new();
        places(&sound, "", &mut all);
        let (mut n_refused, mut n_read) = (0, 0);
        for way in &all {
            for other in others(sound.pointer(way).unwrap()) {
                let mut damaged = sound.clone();
                *damaged.pointer_mut(way).unwrap() = other;
                match read(&damaged.to_string()) {
                    Ok(()) => n_read += 1,
                    Err(error) => {
                        let told = error.to_string();
                        assert!(!told.contains('\n') && matches!(error, Error::Format { .. }), "{way}: {error:?}");
                        n_refused += 1;
                    }
                }
            }
        }
        assert!(n_refused > 100.min(all.len()) && n_read > 0, "{name}: {n_refused} {n_read}");
    }
}

/// A model that is read back says what it said, in the digits it said it.
#[test]
fn models_that_are_read_back_are_the_same() {
    let (model, table) = (churn(), table("left"));
    let again = ChurnModel::from_json(&model.to_json()).unwrap();
    assert_eq!((again.to_json(), &again), (model.to_json(), &model));
    let bits = |model: &ChurnModel| {
        let scores = model.predict(&table).unwrap();
        scores.values().iter().map(|value| value.map(f64::to_bits)).collect::<Vec<_>>()
    };
    assert_eq!(bits(&again), bits(&model));
    let planned = collected(table.lazy().select([again.score_expr().unwrap()]));
    let planned: Vec<Option<u64>> =
        planned.column("prob").unwrap().f64().unwrap().iter().map(|value| value.map(f64::to_bits)).collect();
    assert_eq!(planned, bits(&model));
    let model = spend();
    let again = PurchaseModel::from_json(&model.to_json()).unwrap();
    assert_eq!((again.to_json(), &again), (model.to_json(), &model));
}
