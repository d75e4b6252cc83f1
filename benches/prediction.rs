//! Regressions of whole tables, beside the floor of the machine and the peers.
//!
//! ```text
//! cargo bench --bench prediction                             10^6 customers, made here
//! CUSTOMER_ANALYTICS_BENCH_DATA=dir cargo bench ...          customers_1e6.parquet, where it is there
//! CUSTOMER_ANALYTICS_BENCH_PEERS=dir                         with the scripts t4_churn_*.py and t5_glm_*.py
//! CUSTOMER_ANALYTICS_BENCH_PYTHON=python                     the interpreter that has their packages
//! ```
//! Churn: read, impute, encode, fit with full inference, predict, AUC. The peers begin with columns
//! in memory, so it is timed from there too. The other regressions begin with the encoded columns,
//! as those of the peers do. The floor is the arithmetic of `X'WX` in each step at the rate of a
//! product of matrices that both cores reach here. Seconds are medians over the repetitions after
//! a first one, which warms up.

mod support;

use customer_analytics::frame::{FeatureColumns, FeatureTable};
use customer_analytics::kernel::evaluation::{RankedScores, roc_auc};
use customer_analytics::kernel::weight::WeightKind;
use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::encoding::{Encoding, EncodingParams, FeatureEncoding};
use customer_analytics::prediction::regression::{RegressionModel, RegressionParams};
use customer_analytics::prelude::{CleaningParams, Fill};
use customer_analytics::solver::design::DesignBlock;
use customer_analytics::solver::regression::{
    Family, Observations, Outcomes, RegressionOptions, SandwichKind, fit, sandwich,
};
use serde_json::{Value, json};
use support::customers::customers;
use support::files::{DataFile, Files};
use support::floor::decode_columns;
use support::repeat::{median, repeat, seconds};
use support::{Random, is_measured, option, peers};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The targets of the customers, by what they are called.
const CHURN: &str = "churn";
const TARGETS: [&str; 5] = [CHURN, "y_ols", "y_count", "y_gamma", "y_tweedie"];

/// Customers with targets that depend on some of their columns.
fn with_targets(n: usize) -> DataFrame {
    let mut frame = customers(n);
    let mut random = Random::new(n as u64 ^ 0x7a6e);
    let numbers = |name: &str| -> Vec<f64> {
        frame.column(name).expect("a column").f64().expect("numbers").iter().map(Option::unwrap_or_default).collect()
    };
    let (a, b) = (numbers("x00"), numbers("x01"));
    let predictors: Vec<f64> = a.iter().zip(&b).map(|(a, b)| -0.8 + 0.5 * a - 0.3 * b.min(5.0)).collect();
    let mut column = |name: &str, value: fn(f64, f64) -> f64| {
        let cells: Vec<f64> = predictors.iter().map(|&eta| value(eta, random.unit())).collect();
        Series::new(name.into(), cells)
    };
    let targets = [
        column(CHURN, |eta, unit| f64::from(u8::from(unit < 1.0 / (1.0 + (-eta).exp())))),
        column("y_ols", |eta, unit| eta + unit),
        column("y_count", |eta, unit| (3.0 * eta.exp() * unit).round()),
        column("y_gamma", |eta, unit| eta.exp() * (0.1 + unit)),
        column("y_tweedie", |eta, unit| eta.exp() * (unit - 0.4).max(0.0)),
    ];
    for target in targets {
        frame.with_column(target.into()).expect("a column of the same height");
    }
    frame
}

fn names(frame: &DataFrame, prefix: &str) -> Vec<String> {
    frame.get_column_names().into_iter().filter(|name| name.starts_with(prefix)).map(ToString::to_string).collect()
}

/// Numbers standardised once their gaps are filled, as the peers have them.
fn encoding(features: &[String]) -> EncodingParams {
    let numbers = features.iter().filter(|name| name.starts_with('x'));
    numbers.fold(EncodingParams::new(), |params, name| params.feature(name, FeatureEncoding::numeric().standardise()))
}

fn features() -> Vec<String> {
    let numbers = (0..20).map(|at| format!("x{at:02}"));
    numbers.chain((0..5).map(|at| format!("cat{at}"))).collect()
}

fn churn_columns() -> FeatureColumns {
    FeatureColumns::new().target(CHURN).features(features())
}

/// The columns of a file that churn is told from.
#[allow(clippy::disallowed_methods, reason = "read once, for the fit and for the predictions")]
fn read(file: &DataFile) -> DataFrame {
    let path = PlRefPath::new(file.path.to_str().expect("a path in UTF-8"));
    let scan = LazyFrame::scan_parquet(path, ScanArgsParquet::default()).expect("a file that can be scanned");
    let columns: Vec<Expr> = features().iter().map(String::as_str).chain([CHURN]).map(col).collect();
    scan.select(columns).collect().expect("columns that can be read")
}

/// From the columns to the model and the area under its curve.
fn churn(frame: DataFrame) -> (RegressionModel, f64) {
    let labels: Vec<bool> = {
        let labels = frame.column(CHURN).expect("labels").cast(&DataType::Float64).expect("labels");
        labels.f64().expect("labels").iter().map(|label| label == Some(1.0)).collect()
    };
    let table = FeatureTable::new(frame.lazy(), &churn_columns()).expect("a table of features");
    let model = RegressionParams::logistic().fit(&table).expect("a model");
    let predicted = model.predict(&table).expect("predictions");
    let probs = predicted.complete().expect("a probability for each row");
    let auc = roc_auc(&RankedScores::of(&labels, probs).expect("scores")).expect("both classes");
    (model, auc)
}

/// The sums by which the peers are compared.
fn sums_of_model(model: &RegressionModel, auc: f64) -> Value {
    let rows = model.coefficients();
    let categories = || rows.iter().filter(|row| row.level.is_some());
    assert!(categories().all(|row| row.p_value.is_some() && row.interval.is_some() && row.ratio_interval.is_some()));
    json!({ "auc": auc })
}

/// Flops in a second of a product of matrices that both cores work on.
fn product_rate() -> f64 {
    use customer_analytics::solver::add_product;
    use rayon::prelude::*;
    const N: usize = 256;
    let matrix = vec![1.0 / N as f64; N * N];
    let once = || {
        let all = || {
            (0..32).into_par_iter().for_each(|_| {
                let mut sums = vec![0.0; N * N];
                add_product(&matrix, &matrix, &mut sums, N, N, N);
                assert!(sums[0] > 0.0);
            });
        };
        32.0 * 2.0 * (N * N * N) as f64 / seconds(all).1
    };
    median((0..5).map(|_| once()).collect())
}

fn predict_churn(files: &Files, file: &DataFile, k: usize) {
    let (model, auc) = churn(read(file));
    assert!(auc > 0.5 && auc < 1.0);
    let sums = |(model, auc): (RegressionModel, f64)| sums_of_model(&model, auc);
    let names = features();
    let names: Vec<&str> = names.iter().map(String::as_str).chain([CHURN]).collect();
    let decode = decode_columns(file, &names, k.min(3));
    let (n_steps, n_columns) = (model.statistics().iterations, model.coefficients().len());
    let flops = f64::from(n_steps) * file.n as f64 * (n_columns * (n_columns + 1)) as f64;
    let floor = format!("floor {n_steps} steps {:.3} s", flops / product_rate());
    let scripts = [("t4_churn_numpy.py", ""), ("t4_churn_glum.py", "dense"), ("t4_churn_sklearn.py", "newton-none")];
    let peers = peers::run_all(files, file, k.min(3), &scripts);
    let whole = repeat(k, || sums(churn(read(file))));
    let frame = read(file);
    let in_memory = repeat(k, || sums(churn(frame.clone())));
    let tasks = [("churn", whole, format!("{floor} + decode {decode:.3} s")), ("churn_in_memory", in_memory, floor)];
    for (task, ours, floor) in tasks {
        ours.print(&format!("F4/prediction/{task}/{}", file.name()), &floor);
        for peer in &peers {
            println!("  {}", peers::compare(peer, &ours.result, ours.seconds, &[("auc", 1e-6)]));
        }
    }
    score(&model, file, k);
}

/// Rows scored from memory, in batches and inside a plan.
fn score(model: &RegressionModel, file: &DataFile, k: usize) {
    let source = std::fs::File::open(&file.path).expect("a readable file");
    let frame = ParquetReader::new(source).finish().expect("a Parquet file").select(features()).expect("the features");
    let times = if is_measured() { 10_000_000_usize.div_ceil(file.n) } else { 1 };
    let mut many = frame.clone();
    (1..times).for_each(|_| drop(many.vstack_mut(&frame)));
    many.rechunk_mut_par();
    let ours = repeat(k.min(3), || {
        let predicted = model.predict_frame(&many).expect("predictions");
        json!({ "mean": predicted.complete().expect("a number for each row").iter().sum::<f64>() })
    });
    let n_bytes = many.height() * (20 * size_of::<f64>() + 5 * 16 + size_of::<f64>());
    let floor = format!("floor {:.3} s to read {} MB", n_bytes as f64 / BYTES_PER_SECOND, n_bytes / 1_000_000);
    ours.print(&format!("F4/prediction/score/{}", many.height()), &floor);
}

/// A regression on the encoded columns, with the script and variant that answer the same.
struct Question {
    variant: &'static str,
    target: &'static str,
    family: Family,
    is_robust: bool,
    peers: &'static [&'static str],
}

const QUESTIONS: [Question; 4] = [
    Question {
        variant: "ols_hc1",
        target: "y_ols",
        family: Family::Gaussian,
        is_robust: true,
        peers: &["t5_glm_numpy.py", "t5_glm_polars_ds.py"],
    },
    Question {
        variant: "poisson",
        target: "y_count",
        family: Family::Poisson,
        is_robust: false,
        peers: &["t5_glm_numpy.py", "t5_glm_glum.py"],
    },
    Question {
        variant: "gamma",
        target: "y_gamma",
        family: Family::Gamma,
        is_robust: false,
        peers: &["t5_glm_numpy.py", "t5_glm_glum.py"],
    },
    Question {
        variant: "tweedie",
        target: "y_tweedie",
        family: Family::Tweedie { power: 1.5 },
        is_robust: false,
        peers: &["t5_glm_numpy.py", "t5_glm_glum.py"],
    },
];

/// The sums by which the peers are compared.
fn sums_of_fit(blocks: &[DesignBlock<'_>], response: &[f64], question: &Question) -> Value {
    let outcomes = Outcomes { response, ..Outcomes::default() };
    let observations = Observations::new(blocks, true, &outcomes).expect("columns of one height");
    let fitted = fit(&observations, question.family, &RegressionOptions::default()).expect("a fit");
    let n = fitted.coefficients.len();
    let std_errors: Vec<f64> = if question.is_robust {
        let covariance = sandwich(&observations, question.family, &fitted, SandwichKind::Hc1, WeightKind::Frequency);
        let covariance = covariance.expect("a covariance");
        (0..n).map(|at| covariance.get(at, at).sqrt()).collect()
    } else {
        let dispersion = match question.family {
            Family::Poisson => 1.0,
            _ => fitted.pearson_chi2 / (observations.n_rows() - n) as f64,
        };
        (0..n).map(|at| (dispersion * fitted.covariance.get(at, at)).sqrt()).collect()
    };
    json!({
        "b0": fitted.coefficients[0],
        "bsum": fitted.coefficients[1..].iter().map(|slope| slope.abs()).sum::<f64>(),
        "se": std_errors.iter().sum::<f64>(),
        "iters": fitted.iterations,
    })
}

fn regress(files: &Files, file: &DataFile, k: usize) {
    let source = std::fs::File::open(&file.path).expect("a readable file");
    let frame = ParquetReader::new(source).finish().expect("a Parquet file");
    assert!(TARGETS.iter().all(|target| frame.column(target).is_ok()), "customers with their targets");
    let features = features();
    let (numbers, categories) = (names(&frame, "x"), names(&frame, "cat"));
    assert_eq!(numbers.len() + categories.len(), features.len());
    let filled = CleaningParams::new().rule(Fill::new(numbers).median()).rule(Fill::new(categories).mode());
    let frame = filled.run(frame.lazy()).expect("a table that can be filled").into_parts().0;
    let encoding: Encoding = encoding(&features).check().expect("an encoding");
    let encoder = encoding.fit_frame(&frame, &features, None).expect("an encoder");
    let encoded = encoder.encode(&frame).expect("columns");
    let blocks = encoded.into_blocks();
    let rate = product_rate();
    for question in &QUESTIONS {
        let response = frame.column(question.target).expect("a target").cast(&DataType::Float64).expect("numbers");
        let response: Vec<f64> = response.f64().expect("numbers").iter().map(|cell| cell.expect("a number")).collect();
        let ours = repeat(k, || sums_of_fit(&blocks, &response, question));
        let n_columns = encoder.terms().len() + 1;
        let passes = if question.is_robust { 2.0 } else { ours.result["iters"].as_f64().expect("a count") };
        let flops = passes * file.n as f64 * (n_columns * (n_columns + 1)) as f64;
        let floor = format!("floor {passes} products {:.3} s", flops / rate);
        ours.print(&format!("F1/solver/{}/{}", question.variant, file.name()), &floor);
        let keys = ["b0", "bsum", "se"].map(|key| (key, 1e-6));
        let scripts: Vec<(&str, &str)> = question.peers.iter().map(|&script| (script, question.variant)).collect();
        for peer in peers::run_all(files, file, k.min(3), &scripts) {
            println!("  {}", peers::compare(&peer, &ours.result, ours.seconds, &keys));
        }
    }
}

/// What two cores read from memory at the least; a machine that reads faster has a lower floor.
const BYTES_PER_SECOND: f64 = 1e10;

fn main() {
    let files = Files::find_or_make(&[("customers", 1_000_000)], |_, n| with_targets(n));
    let k = option("--k").map_or(5, |k| k.parse().expect("--k takes a number"));
    let k = if is_measured() { k } else { 1 };
    for file in files.all() {
        predict_churn(&files, file, k);
        regress(&files, file, k);
    }
}
