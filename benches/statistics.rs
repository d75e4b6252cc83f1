//! Descriptions and correlations of whole tables and scores of surveys, beside the floor of the
//! machine and the peers.
//!
//! ```text
//! cargo bench --bench statistics                             10^6 customers and responses, made here
//! CUSTOMER_ANALYTICS_BENCH_DATA=dir cargo bench ...          customers_1e6, tx_1e7 and survey_1e7.parquet, where there
//! CUSTOMER_ANALYTICS_BENCH_PEERS=dir                         with the scripts t2_describe_*.py, t3_corr_*.py and t7_survey_*.py
//! CUSTOMER_ANALYTICS_BENCH_PYTHON=python                     the interpreter that has their packages
//! ```
//! A file of responses takes `-- --task csi` or `nps` for one task alone, as memory of the one before is
//! not all given back.
//! Descriptions and scores begin with a Parquet file, correlations with columns in memory, as those
//! of the peers do. Seconds are medians over the repetitions after a first one, which warms up.

mod support;

use customer_analytics::correlation::{CorrelationParams, Method, Pair};
use customer_analytics::descriptive::{DescribeParams, Description, NumericSummary};
use customer_analytics::frame::Question as SurveyQuestion;
use customer_analytics::polars::prelude::{ParquetReader, PlRefPath, ScanArgsParquet, SerReader};
use customer_analytics::prelude::*;
use customer_analytics::satisfaction::csi::{CsiGroup, CsiParams, CsiReport};
use customer_analytics::satisfaction::nps::NpsGroup;
use serde_json::{Value, json};
use support::customers::customers;
use support::files::{DataFile, Files};
use support::floor::decode_columns;
use support::repeat::{median, repeat, seconds};
use support::surveys::survey;
use support::{Random, Shape, is_measured, log, option, peers};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The quantiles that the peers give.
const SHARES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// The description of all columns of a file, or of the amounts of a log.
fn described(file: &DataFile) -> Description {
    let path = PlRefPath::new(file.path.to_str().expect("a path in UTF-8"));
    let frame = LazyFrame::scan_parquet(path, ScanArgsParquet::default()).expect("a file that can be scanned");
    let params = DescribeParams::new().quantiles(SHARES);
    let params = if file.kind == "tx" { params.columns(["amount"]) } else { params };
    params.run(&frame).expect("a table that can be described")
}

/// The sums over all columns by which the peers are compared.
fn sums(described: &Description) -> Value {
    let numbers: Vec<&NumericSummary> = described.columns.iter().filter_map(|column| column.numeric.as_ref()).collect();
    let sum = |of: fn(&NumericSummary) -> Option<f64>| numbers.iter().filter_map(|one| of(one)).sum::<f64>();
    let quantiles = numbers.iter().flat_map(|one| &one.quantiles).filter_map(|one| one.value).sum::<f64>();
    let levels = described.columns.iter().filter(|column| column.numeric.is_none());
    let levels = levels.filter_map(|column| column.categorical.as_ref()).map(|one| one.n_levels).sum::<u64>();
    let distinct = numbers.iter().map(|one| one.n_distinct).sum::<u64>() + levels;
    json!({
        "mean": sum(|one| one.mean),
        "sd": sum(|one| one.sd),
        "skew": sum(|one| one.skewness),
        "kurt": sum(|one| one.excess_kurtosis),
        "q": quantiles,
        "nu": distinct,
        "nulls": described.columns.iter().map(|column| column.n_null).sum::<u64>(),
    })
}

/// Seconds to sort so many random doubles, and to read them once, by one thread.
fn sort_floor(n: usize) -> f64 {
    let mut random = Random::new(1);
    let values: Vec<f64> = (0..n).map(|_| random.unit()).collect();
    let once = || {
        let mut own = values.clone();
        seconds(|| own.sort_unstable_by(f64::total_cmp)).1
    };
    median((0..3).map(|_| once()).collect())
}

fn describe(files: &Files, file: &DataFile, k: usize) {
    let once = described(file);
    assert_eq!(once.n_rows, file.n as u64);
    let ours = repeat(k, || sums(&described(file)));
    let names: Vec<&str> = once.columns.iter().map(|column| column.column.as_str()).collect();
    let n_numeric = once.columns.iter().filter(|column| column.numeric.is_some()).count();
    let decode = decode_columns(file, &names, k.min(3));
    let threads = rayon::current_num_threads() as f64;
    let sorts = sort_floor(file.n.min(1_000_000)) * (file.n as f64 / 1e6).max(1.0) * n_numeric as f64 / threads;
    let floor = format!("floor decode {decode:.3} s; comparing sorts alone would take {sorts:.3} s");
    ours.print(&format!("F4/descriptive/describe/{}", file.name()), &floor);
    let keys = ["mean", "sd", "skew", "kurt", "q", "nu", "nulls"].map(|key| (key, 1e-6));
    let scripts =
        ["t2_describe_numpy.py", "t2_describe_duckdb.py", "t2_describe_polars.py"].map(|script| (script, file.kind));
    for peer in peers::run_all(files, file, k, &scripts) {
        println!("  {}", peers::compare(&peer, &ours.result, ours.seconds, &keys));
    }
}

/// The columns of a file, each in one piece of memory.
fn table(file: &DataFile) -> DataFrame {
    let source = std::fs::File::open(&file.path).expect("a readable file");
    let mut frame = ParquetReader::new(source).finish().expect("a Parquet file");
    frame.rechunk_mut_par();
    frame
}

/// The same with missing numbers replaced by the median of their column.
fn complete(frame: &DataFrame, numbers: &[String]) -> DataFrame {
    let cleaned = CleaningParams::new().rule(Fill::new(numbers.to_vec()).median()).run(frame.clone().lazy());
    cleaned.expect("a table that can be filled").into_parts().0
}

/// The sums over the pairs by which the peers are compared.
fn sums_of_pairs(pairs: &[Pair]) -> Value {
    let estimates = || pairs.iter().filter_map(|pair| pair.estimate);
    json!({
        "r": estimates().sum::<f64>(),
        "absr": estimates().map(f64::abs).sum::<f64>(),
        "sig": pairs.iter().filter(|pair| pair.p_value.is_some_and(|p| p.value() < 0.05)).count(),
        "tau": estimates().sum::<f64>(),
        "v": estimates().sum::<f64>(),
    })
}

/// Correlations of one sort, and the peer that answers the same question quickest.
struct Question {
    name: &'static str,
    params: Vec<CorrelationParams>,
    is_complete: bool,
    peers: &'static [(&'static str, &'static str)],
    keys: &'static [&'static str],
}

fn questions(numbers: &[String], categories: &[String]) -> Vec<Question> {
    let of = |columns: &[String], method| CorrelationParams::new().columns(columns.to_vec()).method(method);
    // Four pairs: continuous with continuous, with few values, and few with few.
    let kendall =
        [(0, 1), (5, 8), (8, 9), (2, 12)].map(|(x, y)| of(&[numbers[x].clone(), numbers[y].clone()], Method::Kendall));
    vec![
        Question {
            name: "pearson",
            params: vec![of(numbers, Method::Pearson)],
            is_complete: false,
            peers: &[("t3_corr_polars.py", "pearson"), ("t3_corr_numpy.py", "pearson")],
            keys: &["r", "absr", "sig"],
        },
        Question {
            name: "spearman_complete",
            params: vec![of(numbers, Method::Spearman)],
            is_complete: true,
            peers: &[("t3_corr_numpy.py", "spearman-complete")],
            keys: &["r", "absr", "sig"],
        },
        Question {
            name: "spearman",
            params: vec![of(numbers, Method::Spearman)],
            is_complete: false,
            peers: &[],
            keys: &[],
        },
        Question {
            name: "kendall",
            params: kendall.to_vec(),
            is_complete: false,
            peers: &[("t3_corr_pandas.py", "kendall")],
            keys: &["tau"],
        },
        Question {
            name: "cramer",
            params: vec![of(categories, Method::CramersV)],
            is_complete: false,
            peers: &[("t3_corr_polars.py", "cramer")],
            keys: &["v"],
        },
    ]
}

/// Correlations of columns in memory.
fn correlate(files: &Files, file: &DataFile, k: usize) {
    let with_gaps = table(file);
    let names = |prefix: &str| {
        let own = with_gaps.get_column_names().into_iter().filter(|name| name.starts_with(prefix));
        own.map(ToString::to_string).collect::<Vec<_>>()
    };
    let (numbers, categories) = (names("x"), names("cat"));
    let without_gaps = complete(&with_gaps, &numbers);
    // Reading every number once, beside which all that is done with it is work.
    let n_bytes = numbers.len() * file.n * size_of::<f64>();
    for question in questions(&numbers, &categories) {
        let frame = if question.is_complete { &without_gaps } else { &with_gaps }.clone().lazy();
        let run = || -> Vec<Pair> {
            let pairs = |params: &CorrelationParams| params.clone().run(&frame).expect("columns that correlate").pairs;
            question.params.iter().flat_map(pairs).collect()
        };
        assert!(run().iter().all(|pair| pair.estimate.is_some_and(|estimate| estimate.abs() <= 1.0)));
        let ours = repeat(k, || sums_of_pairs(&run()));
        let floor = format!("floor {:.3} s to read {} MB", n_bytes as f64 / BYTES_PER_SECOND, n_bytes / 1_000_000);
        ours.print(&format!("F4/correlation/{}/{}", question.name, file.name()), &floor);
        let keys: Vec<(&str, f64)> = question.keys.iter().map(|&key| (key, 1e-6)).collect();
        for peer in peers::run_all(files, file, k.min(3), question.peers) {
            println!("  {}", peers::compare(&peer, &ours.result, ours.seconds, &keys));
        }
    }
}

/// What two cores read from memory at the least; a machine that reads faster has a lower floor.
const BYTES_PER_SECOND: f64 = 1e10;

/// Net promoter scores of all segments in all waves.
fn scored(file: &DataFile, is_weighted: bool, interval: NpsInterval) -> NpsReport {
    let path = PlRefPath::new(file.path.to_str().expect("a path in UTF-8"));
    let frame = LazyFrame::scan_parquet(path, ScanArgsParquet::default()).expect("a file that can be scanned");
    let score = SurveyQuestion::new("score", Scale::ZERO_TO_TEN);
    let columns = SurveyColumns::new().score(score).segments(["segment"]).wave("wave");
    let columns = if is_weighted { columns.weight("weight") } else { columns };
    let survey = SurveyResponses::new(frame, &columns).expect("a survey with these roles");
    let params = NpsParams::new().by(["segment"]).period(SurveyPeriod::Wave).interval(interval);
    params.run(&survey).expect("scores that can be had")
}

/// The sums over the groups by which the peers are compared.
fn sums_of_scores(report: &NpsReport) -> Value {
    let sum = |of: fn(&NpsGroup) -> Option<f64>| report.groups.iter().filter_map(of).sum::<f64>();
    let (nps, se) = if report.is_weighted { ("wnps", "wse") } else { ("nps", "se") };
    json!({ "n": report.overall.n, nps: sum(|group| group.nps), se: sum(|group| group.std_error) })
}

/// Scores with analytic intervals, with weights, and with replicates.
fn scores(files: &Files, file: &DataFile, k: usize) {
    let drawn = NpsInterval::Bootstrap { n_replicates: 1_000, seed: 1 };
    let tasks = [
        ("nps", false, NpsInterval::default(), ["n", "nps", "se"]),
        ("nps_weighted", true, NpsInterval::default(), ["n", "wnps", "wse"]),
        ("nps_bootstrap", false, drawn, ["n", "nps", "se"]),
    ];
    let decode = decode_columns(file, &["segment", "wave", "weight", "score"], k.min(3));
    let peers = peers::run_all(files, file, k, &[("t7_survey_duckdb.py", "nps"), ("t7_survey_polars.py", "nps")]);
    for (name, is_weighted, interval, keys) in tasks {
        let once = scored(file, is_weighted, interval);
        assert_eq!(once.rows.n_rows, file.n as u64);
        assert_eq!(once.groups.iter().map(|group| group.n).sum::<u64>(), once.rows.n_used);
        let ours = repeat(k, || sums_of_scores(&scored(file, is_weighted, interval)));
        ours.print(&format!("F4/satisfaction/{name}/{}", file.name()), &format!("floor decode {decode:.3} s"));
        for peer in &peers {
            println!("  {}", peers::compare(peer, &ours.result, ours.seconds, &keys.map(|key| (key, 1e-6))));
        }
    }
}

/// An index of ten items for all segments in all waves.
fn indexed(file: &DataFile) -> CsiReport {
    let path = PlRefPath::new(file.path.to_str().expect("a path in UTF-8"));
    let frame = LazyFrame::scan_parquet(path, ScanArgsParquet::default()).expect("a file that can be scanned");
    let items = (0..10).map(|item| SurveyQuestion::new(format!("a{item:02}"), Scale::ONE_TO_FIVE));
    let columns = SurveyColumns::new().items(items).segments(["segment"]).wave("wave");
    let survey = SurveyResponses::new(frame, &columns).expect("a survey with these roles");
    let params = CsiParams::new().by(["segment"]).period(SurveyPeriod::Wave);
    params.run(&survey).expect("indexes that can be had")
}

/// Indexes of ten items with standard errors, beside the peers.
fn indexes(files: &Files, file: &DataFile, k: usize) {
    let items: Vec<String> = (0..10).map(|item| format!("a{item:02}")).collect();
    let columns: Vec<&str> = ["segment", "wave"].into_iter().chain(items.iter().map(String::as_str)).collect();
    let decode = decode_columns(file, &columns, k.min(3));
    let peers = peers::run_all(files, file, k, &[("t7_survey_duckdb.py", "csi"), ("t7_survey_polars.py", "csi")]);
    let sums = |report: &CsiReport| {
        let sum = |of: fn(&CsiGroup) -> Option<f64>| report.groups.iter().filter_map(of).sum::<f64>();
        // The peers take the quantile of a normal distribution.
        let half = |group: &CsiGroup| group.std_error.map(|error| 1.959_963_984_540_054 * error);
        json!({ "n": report.rows.n_used, "mean": sum(|group| group.csi), "half": sum(half) })
    };
    let once = indexed(file);
    assert_eq!(once.rows.n_rows, file.n as u64);
    assert_eq!(once.groups.iter().map(|group| group.n).sum::<u64>(), once.rows.n_used);
    let ours = repeat(k, || sums(&indexed(file)));
    ours.print(&format!("F4/satisfaction/csi/{}", file.name()), &format!("floor decode {decode:.3} s"));
    for peer in &peers {
        let keys = ["n", "mean", "half"].map(|key| (key, 1e-6));
        println!("  {}", peers::compare(peer, &ours.result, ours.seconds, &keys));
    }
}

fn main() {
    const KNOWN: [(&str, usize); 3] = [("customers", 1_000_000), ("survey", 10_000_000), ("tx", 10_000_000)];
    let make = |kind: &str, n| match kind {
        "tx" => log(n, Shape::TenthNull, false).frame,
        "survey" => survey(n),
        _ => customers(n),
    };
    let files = Files::find_or_make(&KNOWN, make);
    let k = option("--k").map_or(5, |k| k.parse().expect("--k takes a number"));
    let k = if is_measured() { k } else { 1 };
    let is_asked = |task: &str| option("--task").is_none_or(|asked| asked == task);
    for file in files.all() {
        if file.kind == "survey" {
            if is_asked("nps") {
                scores(&files, file, k);
            }
            if is_asked("csi") {
                indexes(&files, file, k);
            }
            continue;
        }
        describe(&files, file, k);
        if file.kind == "customers" {
            correlate(&files, file, k);
        }
    }
}
