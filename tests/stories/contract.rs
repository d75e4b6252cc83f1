//! The promises every analysis keeps, each checked once and for all of them.
//!
//! An analysis that cannot keep a promise is exempt from it with a reason; an exemption
//! that is no longer needed fails.

use std::fmt::{Debug, Display};
use std::process::Command;

use chrono::Days;
use customer_analytics::activity::Activity;
use customer_analytics::cleaning::{
    Case, Cleaning, ExactDuplicates, MissingCustomer, NonProducts, Prices, Refunds, Text,
};
use customer_analytics::correlation::{
    Correlation, CorrelationParams, ImportanceMethod, KeyDrivers, KeyDriversParams, Method, Missing, Threshold,
};
use customer_analytics::descriptive::compare::{Compare, CompareParams, TestName};
use customer_analytics::descriptive::{Describe, DescribeParams, Reading};

use customer_analytics::frame::column;
use customer_analytics::integration::{Fuzzy, Identities, IdentityParams, MatchKey, Oversize};
use customer_analytics::kernel::moments::MomentType;
use customer_analytics::kernel::multiplicity::Multiplicity;
use customer_analytics::kernel::quantile::QuantileType;
use customer_analytics::kernel::weight::WeightKind;
use customer_analytics::polars::prelude::*;
use customer_analytics::prediction::snapshot::{SnapshotParams, SnapshotPlan, SnapshotTarget};
use customer_analytics::prelude::*;
use customer_analytics::quality::{Quality, QualityParams};
use customer_analytics::satisfaction::csi::{CsiParams, MissingItems};
use customer_analytics::satisfaction::paired::{PairedParams, Repeated};
use customer_analytics::satisfaction::raking::{MissingLevels, RakingParams};
use customer_analytics::satisfaction::response::ResponseParams;
use customer_analytics::segmentation::{
    Dimension, HoldoutParams, Measure, Monetary, Rfm, Scheme, Segments, TieRule, ValueScore, ValueScoreParams,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::data::{Line, as_of, bits, columns, day, frame_of, log, shop, shuffled};

/// What came of one run, as text that differs when a bit does.
#[derive(Clone, Debug, PartialEq)]
struct Outcome {
    /// The result as a frame.
    table: String,
    /// The result as JSON, counts of rows and all.
    json: String,
}

/// One analysis with its settings, as far as the promises need to know it.
trait Entry: Send + Sync {
    fn name(&self) -> &'static str;
    fn run(&self, frame: DataFrame) -> Result<Outcome>;
    fn settings(&self) -> Value;
    /// Reads settings: the same entry again, or the reason of the refusal.
    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String>;
}

/// An analysis of transactions.
struct OfLog<A>(A);

impl<A> Entry for OfLog<A>
where
    A: Analysis<Input = TransactionLog>
        + Clone
        + Debug
        + PartialEq
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static,
    A::Output: Clone + Debug + Serialize + ToDataFrame,
{
    fn name(&self) -> &'static str {
        A::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let result = self.0.run(&log(frame))?;
        let outcome = |result: &A::Output| Outcome {
            table: bits(&result.to_dataframe()),
            json: serde_json::to_string(result).unwrap(),
        };
        assert_eq!(outcome(&result.clone()), outcome(&result), "a clone is the same result");
        assert!(!format!("{result:?}").is_empty());
        Ok(outcome(&result))
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: A = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// A cleaning: frames in, frames out.
struct OfRows(Cleaning);

impl Entry for OfRows {
    fn name(&self) -> &'static str {
        Cleaning::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let n_rows = frame.height();
        let cleaned = self.0.run(frame.lazy())?;
        assert!(!format!("{cleaned:?}").is_empty());
        let (clean, quarantine, report) = cleaned.clone().into_parts();
        assert_eq!(clean.height() + quarantine.height(), n_rows, "no row is lost");
        assert_eq!(&report, cleaned.report(), "a clone is the same result");
        let json = format!("{}{}", serde_json::to_string(&report).unwrap(), bits(&quarantine));
        Ok(Outcome { table: bits(&clean), json })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: Cleaning = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// A holdout check.
struct OfHoldout(HoldoutParams);

impl Entry for OfHoldout {
    fn name(&self) -> &'static str {
        "holdout"
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let report = self.0.clone().run(&log(frame))?;
        assert!(!format!("{report:?}{report}").is_empty());
        Ok(Outcome { table: bits(&report.to_dataframe()), json: serde_json::to_string(&report).unwrap() })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: HoldoutParams = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// A data quality report of any table.
struct OfTable(Quality);

impl Entry for OfTable {
    fn name(&self) -> &'static str {
        Quality::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let report = self.0.run(&frame.lazy())?;
        assert!(!format!("{report:?}{report}").is_empty());
        Ok(Outcome { table: bits(&report.to_dataframe()), json: serde_json::to_string(&report).unwrap() })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: Quality = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// A description of any table.
struct OfDescription(Describe);

impl Entry for OfDescription {
    fn name(&self) -> &'static str {
        Describe::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let description = self.0.run(&frame.lazy())?;
        assert!(!format!("{description:?}{description}").is_empty());
        let frames = [description.to_dataframe(), description.levels(), description.months()];
        let json = serde_json::to_string(&description).unwrap();
        assert_eq!(serde_json::to_string(&description.clone()).unwrap(), json, "a clone is the same result");
        Ok(Outcome { table: frames.map(|frame| bits(&frame)).concat(), json })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: Describe = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// Correlations of what a line says: numbers, a flag and two columns of categories.
struct OfColumns(Correlation);

impl Entry for OfColumns {
    fn name(&self) -> &'static str {
        Correlation::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let day = col("when").cast(DataType::Int32);
        let columns = frame.lazy().select([
            col("paid"),
            day.clone().alias("age"),
            (day % lit(7) + lit(1)).alias("weekday"),
            col("invoice").cast(DataType::Int64),
            col("paid").gt(lit(1.0)).alias("is_large"),
            col("sku"),
            col("when"),
        ]);
        let found = self.0.run(&columns)?;
        assert!(!format!("{found:?}{found}").is_empty());
        let tables = [found.to_dataframe(), found.matrix()].each_ref().map(bits).concat();
        Ok(Outcome { table: tables, json: serde_json::to_string(&found).unwrap() })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: Correlation = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// What drives the amount of a line: its customer, invoice and product.
struct OfDrivers(KeyDrivers);

impl Entry for OfDrivers {
    fn name(&self) -> &'static str {
        KeyDrivers::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let number = |name: &str| col(name).cast(DataType::Int64);
        let rows = frame.lazy().select([
            col("paid"),
            // Unknown where the amount is no number: NaN would count as larger than all.
            when(col("paid").is_finite()).then(col("paid").gt(lit(1.0))).otherwise(lit(NULL)).alias("is_large"),
            number("who"),
            number("invoice"),
            (number("invoice") % lit(5)).alias("shelf"),
            col("sku"),
        ]);
        let report = self.0.run(&rows)?;
        assert!(!format!("{report:?}{report}").is_empty());
        assert_eq!(report.clone(), report, "a clone is the same result");
        Ok(Outcome { table: bits(&report.to_dataframe()), json: serde_json::to_string(&report).unwrap() })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: KeyDrivers = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// Segments of any table compared.
struct OfSegments(Compare);

impl Entry for OfSegments {
    fn name(&self) -> &'static str {
        Compare::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let comparison = self.0.run(&frame.lazy())?;
        assert!(!format!("{comparison:?}{comparison}").is_empty());
        let frames = [comparison.to_dataframe(), comparison.summaries(), comparison.levels()];
        let json = serde_json::to_string(&comparison).unwrap();
        assert_eq!(serde_json::to_string(&comparison.clone()).unwrap(), json, "a clone is the same result");
        Ok(Outcome { table: frames.map(|frame| bits(&frame)).concat(), json })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: Compare = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// A survey made of lines: scores, waves and weights out of invoices, segments out of products.
struct OfSurvey<A> {
    analysis: A,
    is_weighted: bool,
}

fn survey(frame: DataFrame, is_weighted: bool) -> SurveyResponses {
    let invoice = || col("invoice").cast(DataType::Int64);
    let day = col("when").cast(DataType::Int32).cast(DataType::Int64);
    let is_amount = col("paid").is_finite();
    let score = when(is_amount).then((invoice() * lit(7) + day) % lit(11)).otherwise(lit(NULL));
    let answers = frame.lazy().select([
        score.alias("score"),
        ((invoice() * lit(3) + col("when").cast(DataType::Int32)) % lit(6)).alias("quality"),
        (invoice() % lit(5) + lit(1)).alias("price"),
        (invoice() % lit(4)).alias("wave"),
        (invoice() % lit(3)).cast(DataType::Float64).alias("weight") + lit(0.3),
        col("sku"),
        col("when"),
        col("who"),
    ]);
    let columns = SurveyColumns::new()
        .respondent("who")
        .score(Question::new("score", Scale::ZERO_TO_TEN).not_applicable([5]))
        .items(["quality", "price"].map(|item| Question::new(item, Scale::ONE_TO_FIVE).not_applicable([0])))
        .segments(["sku"])
        .wave("wave")
        .time("when");
    SurveyResponses::new(answers, &if is_weighted { columns.weight("weight") } else { columns }).unwrap()
}

impl<A> Entry for OfSurvey<A>
where
    A: Analysis<Input = SurveyResponses>
        + Clone
        + Debug
        + PartialEq
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static,
    A::Output: Clone + Debug + Display + Serialize + ToDataFrame,
{
    fn name(&self) -> &'static str {
        A::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let report = self.analysis.run(&survey(frame, self.is_weighted))?;
        assert!(!format!("{report:?}{report}").is_empty());
        let json = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::to_string(&report.clone()).unwrap(), json, "a clone is the same result");
        Ok(Outcome { table: bits(&report.to_dataframe()), json })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.analysis).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let analysis: A = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self { analysis, is_weighted: self.is_weighted }))
    }
}

/// Records of people brought together; a record is a distinct line without its amount.
struct OfRecords(Identities);

impl Entry for OfRecords {
    fn name(&self) -> &'static str {
        Identities::NAME
    }

    fn run(&self, frame: DataFrame) -> Result<Outcome> {
        let records = frame.lazy().select(["who", "invoice", "sku", "when"].map(col));
        let resolved = self.0.run(&records.unique(None, UniqueKeepStrategy::Any))?;
        assert!(!format!("{resolved:?}{}", resolved.report()).is_empty());
        let (n_identities, n_records) = (resolved.report().n_identities, resolved.report().n_records);
        let merged = resolved.audit().column("merged").unwrap().bool().unwrap().num_trues() as u64;
        assert_eq!(merged, n_records - n_identities, "every merge is in the audit");
        let json = serde_json::to_string(resolved.report()).unwrap();
        let identities = format!("{:?}", resolved.identities());
        let frames = [resolved.audit(), resolved.conflicts()].map(bits).concat();
        Ok(Outcome { table: format!("{identities}\n{frames}"), json })
    }

    fn settings(&self) -> Value {
        serde_json::to_value(&self.0).unwrap()
    }

    fn read(&self, settings: &Value) -> std::result::Result<Box<dyn Entry>, String> {
        let read: Identities = serde_json::from_value(settings.clone()).map_err(|error| error.to_string())?;
        Ok(Box::new(Self(read)))
    }
}

/// Every analysis of the crate, with settings that use all it has.
fn registry() -> Vec<Box<dyn Entry>> {
    let activity = || ActivityParams::new(as_of()).incomplete(Incomplete::Exclude);
    let rfm = || RfmParams::new(as_of()).incomplete(Incomplete::Exclude);
    let activities: [Activity; 3] = [
        activity().check().unwrap(),
        activity().count_orders().count_periods(Period::Month).window_days(90).check().unwrap(),
        activity().count_periods(Period::Week).zero_amount(ZeroAmount::IsNothing).check().unwrap(),
    ];
    let rfms: [Rfm; 3] = [
        rfm().check().unwrap(),
        rfm().frequency(PurchaseUnit::Day).scheme(Scheme::Nested).weights([1.0, 0.5, 0.1]).check().unwrap(),
        rfm().monetary(Monetary::Mean).ties(TieRule::FirstById).n_bins(10).segments(Segments::None).check().unwrap(),
    ];
    let dimensions = [
        Dimension::of("recency", Measure::RecencyDays),
        Dimension::of("tenure", Measure::TenureDays).cuts([30.0, 90.5]),
        Dimension::of("orders", Measure::Frequency(PurchaseUnit::Order)).window_days(120).weight(2.0),
        Dimension::of("spend", Measure::NetValue).n_bins(4),
        Dimension::of("refunds", Measure::RefundShare),
    ];
    let score = ValueScoreParams::new(as_of(), dimensions).ties(TieRule::QuantileCut).incomplete(Incomplete::Exclude);
    let scores: [ValueScore; 1] = [score.check().unwrap()];
    let snapshots: [SnapshotPlan; 2] = [
        SnapshotParams::new(as_of() - Days::new(30))
            .horizon_days(25)
            .gap_days(2)
            .observed_until(as_of())
            .target(SnapshotTarget::NetSpend)
            .incomplete(Incomplete::Exclude)
            .check()
            .unwrap(),
        SnapshotParams::new(as_of())
            .window_days(120)
            .eligible_days(90)
            .horizon_days(30)
            .without_target()
            .zero_amount(ZeroAmount::IsNothing)
            .incomplete(Incomplete::Exclude)
            .check()
            .unwrap(),
    ];
    let cleanings = [
        CleaningParams::retail(),
        CleaningParams::new()
            .rule(Text::new().columns(["sku"]).case(Case::Lower))
            .rule(ExactDuplicates::new().columns(["who", "when", "paid"]))
            .rule(MissingCustomer::new().placeholders(["100"]))
            .rule(NonProducts::new().codes(["post"]))
            .rule(Prices::new().missing(true))
            .rule(Refunds::matched()),
    ];
    let mut entries: Vec<Box<dyn Entry>> = Vec::new();
    entries.extend(activities.map(|analysis| Box::new(OfLog(analysis)) as Box<dyn Entry>));
    entries.extend(rfms.map(|analysis| Box::new(OfLog(analysis)) as Box<dyn Entry>));
    entries.extend(scores.map(|analysis| Box::new(OfLog(analysis)) as Box<dyn Entry>));
    entries.extend(snapshots.map(|analysis| Box::new(OfLog(analysis)) as Box<dyn Entry>));
    let earlier = RfmParams::new(day(5, 31)).incomplete(Incomplete::Exclude).to_value_score();
    entries.push(Box::new(OfHoldout(HoldoutParams::new(earlier, 30))));
    entries
        .extend(cleanings.map(|params| Box::new(OfRows(params.roles(&columns()).check().unwrap())) as Box<dyn Entry>));
    let quality = QualityParams::new()
        .key(["who", "invoice"])
        .placeholders(["post"])
        .time("when", as_of())
        .max_age_days(30)
        .expect("a product of ours", column("sku").is_in(["tea", "jam", "茶"]).or(column("sku").matches("[A-Z]+")))
        .expect("paid", (column("paid") * 100 - 1).abs().ge(column("paid")));
    entries.push(Box::new(OfTable(quality.check().unwrap())));
    let descriptions = [
        DescribeParams::new(),
        DescribeParams::new()
            .columns(["paid", "sku", "when", "invoice"])
            .by(["sku", "who"])
            .quantiles([0.0, 0.1, 0.5, 1.0])
            .quantile_type(QuantileType::Type8)
            .moment_type(MomentType::Type1)
            .conf_level(0.9)
            .fence_multiplier(3.0)
            .n_levels(2)
            .rare_share(0.26),
        DescribeParams::new().by(["sku"]).weights("invoice", WeightKind::Sampling),
        DescribeParams::new().columns(["paid", "sku", "when"]).weights("invoice", WeightKind::Frequency),
        DescribeParams::new().reading(Reading::Streamed { max_distinct: 5 }),
        DescribeParams::new().by(["sku", "who"]).reading(Reading::streamed()),
    ];
    entries.extend(descriptions.map(|params| Box::new(OfDescription(params.check().unwrap())) as Box<dyn Entry>));
    let correlation = CorrelationParams::new;
    let correlations = [
        correlation().multiplicity(Multiplicity::Holm).categorical(["weekday"]),
        correlation().missing(Missing::Listwise).weights("weekday", WeightKind::Sampling).conf_level(0.9),
        correlation().method(Method::AutoPlain).with("sku").weights("weekday", WeightKind::Frequency).max_levels(10),
        correlation().method(Method::Spearman).with("paid"),
        correlation().method(Method::Kendall).columns(["paid", "age", "is_large"]),
        correlation().method(Method::Pearson).columns(["paid", "age"]).given(["weekday", "invoice"]),
        correlation().method(Method::Spearman).columns(["age"]).with("paid").semi_partial(["weekday"]),
        correlation().method(Method::CramersVCorrected).categorical(["when", "weekday"]).max_levels(200),
    ];
    entries.extend(correlations.map(|params| Box::new(OfColumns(params.check().unwrap())) as Box<dyn Entry>));
    let drivers = |target: &str| KeyDriversParams::new(target, ["who", "sku"]);
    let driven = [
        drivers("paid").group("where", ["invoice", "shelf"]).bootstrap(100, 5).conf_level(0.9),
        drivers("paid")
            .reference("sku", "tea")
            .scale_of("who", 1e9, -1e9)
            .threshold(Threshold::Median)
            .weights("invoice", WeightKind::Sampling)
            .bootstrap(100, 6),
        drivers("paid").methods([ImportanceMethod::Last]).scale(-1e9, 1e9).weights("invoice", WeightKind::Frequency),
        drivers("is_large").methods([ImportanceMethod::RelativeWeights]).logit(true).bootstrap(100, 7),
    ];
    entries.extend(driven.map(|params| Box::new(OfDrivers(params.check().unwrap())) as Box<dyn Entry>));
    let comparisons = [
        CompareParams::new("sku"),
        CompareParams::new("sku")
            .columns(["paid", "who", "when"])
            .event("when", "2026-06-01")
            .tests([TestName::OneWayAnova, TestName::StudentT, TestName::ChiSquare, TestName::TwoProportions])
            .multiplicity(Multiplicity::BenjaminiHochberg)
            .conf_level(0.9)
            .min_rows(3)
            .pairwise(true),
        CompareParams::by(["when", "sku"]).columns(["paid"]).min_rows(1).n_levels(2),
    ];
    entries.extend(comparisons.map(|params| Box::new(OfSegments(params.check().unwrap())) as Box<dyn Entry>));
    let nps = |params: NpsParams, is_weighted: bool| {
        Box::new(OfSurvey { analysis: params.check().unwrap(), is_weighted }) as Box<dyn Entry>
    };
    entries.extend([
        nps(NpsParams::new(), false),
        nps(NpsParams::new().by(["sku"]).period(SurveyPeriod::Week).min_n(2).conf_level(0.9), true),
        nps(
            NpsParams::new()
                .by(["sku"])
                .period(SurveyPeriod::Wave)
                .interval(NpsInterval::Bootstrap { n_replicates: 200, seed: 3 }),
            false,
        ),
        nps(
            NpsParams::new().period(SurveyPeriod::Month).population(5_000).interval(NpsInterval::Wald).cuts(3, 10),
            true,
        ),
        nps(NpsParams::new().by(["sku"]).interval(NpsInterval::Exact), false),
    ]);
    let csi = |params: CsiParams, is_weighted: bool| {
        Box::new(OfSurvey { analysis: params.check().unwrap(), is_weighted }) as Box<dyn Entry>
    };
    entries.extend([
        csi(CsiParams::new(), false),
        csi(CsiParams::new().by(["sku"]).period(SurveyPeriod::Week).min_n(2).conf_level(0.9), true),
        csi(
            CsiParams::new()
                .by(["sku"])
                .period(SurveyPeriod::Wave)
                .missing_items(MissingItems::Renormalize { min_answered: 2 }),
            false,
        ),
        csi(CsiParams::new().period(SurveyPeriod::Quarter).missing_items(MissingItems::CompleteOnly), true),
    ]);
    let margins = || RakingParams::new().margin("sku", [("tea", 4.0), ("jam", 3.0), ("茶", 2.0), ("POST", 1.0)]);
    let raking = |params: RakingParams, is_weighted: bool| {
        Box::new(OfSurvey { analysis: params.check().unwrap(), is_weighted }) as Box<dyn Entry>
    };
    entries.extend([
        raking(margins(), false),
        raking(margins().bounds(0.1, 9.0).missing_levels(MissingLevels::LeaveOut), true),
    ]);
    let csat = |params: CsatParams, is_weighted: bool| {
        Box::new(OfSurvey { analysis: params.check().unwrap(), is_weighted }) as Box<dyn Entry>
    };
    entries.extend([
        csat(CsatParams::effort().by(["sku"]).period(SurveyPeriod::Month).as_of(day(6, 20)).min_n(3), false),
        csat(CsatParams::new().top_box(1).bottom_box(4).conf_level(0.9).period(SurveyPeriod::Wave), true),
    ]);
    let paired = |params: PairedParams| {
        let analysis = params.repeated(Repeated::LeaveOut).check().unwrap();
        Box::new(OfSurvey { analysis, is_weighted: false }) as Box<dyn Entry>
    };
    entries.extend([
        paired(PairedParams::new(SurveyPeriod::Wave).cuts(3, 8).conf_level(0.9)),
        paired(PairedParams::new(SurveyPeriod::Month).as_of(day(6, 20))),
    ]);
    let response = ResponseParams::new(["sku"]).conf_level(0.9).check().unwrap();
    entries.push(Box::new(OfSurvey { analysis: response, is_weighted: false }));
    let identities = || IdentityParams::new().without_source().record(["who", "invoice", "sku", "when"]);
    let linked = [
        identities().key(MatchKey::new("who")).conflicts(["sku"]),
        identities()
            .key(MatchKey::new("invoice").digits().and("sku").text())
            .key(MatchKey::new("who").phone("CN"))
            .fuzzy(Fuzzy::new("sku").block_on(["invoice"]).threshold(0.8))
            .placeholders(["7"])
            .max_records_per_key(3)
            .oversize(Oversize::Report),
    ];
    entries.extend(linked.map(|params| Box::new(OfRecords(params.check().unwrap())) as Box<dyn Entry>));
    entries
}

/// Promise, analysis, and why the analysis cannot keep it.
const EXEMPT: [(&str, &str, &str); 20] = [
    ("one row", "key_drivers", "one row has no spread that could be explained"),
    (
        "null, NaN and infinite cells",
        "correlation",
        "such rows are counted for each pair, and pairs of their other cells have them",
    ),
    ("shuffled rows", "cleaning", "rows keep the order they were read in, and of equal rows the first one stays"),
    ("null, NaN and infinite cells", "quality", "such cells are what it counts"),
    ("ids as text", "quality", "the types of the columns are what it reports"),
    ("null, NaN and infinite cells", "describe", "such cells are what it counts"),
    ("ids as text", "describe", "the types of the columns are what it goes by"),
    (
        "null, NaN and infinite cells",
        "compare",
        "such cells are counted, and the other cells of their rows are compared",
    ),
    ("ids as text", "compare", "the types of the columns are what it goes by"),
    ("null, NaN and infinite cells", "nps", "rows without an answer are counted as rows of their segment"),
    ("null, NaN and infinite cells", "csi", "rows without an answer are counted as rows of their segment"),
    ("null, NaN and infinite cells", "csat", "rows without an answer are counted as rows of their segment"),
    ("null, NaN and infinite cells", "response", "rows without an answer are what it counts"),
    ("as_of is asked for", "csat", "it only says which periods are over; else the last day seen does, and no clock"),
    ("as_of is asked for", "paired", "it only says which periods are over; else the last day seen does, and no clock"),
    ("null, NaN and infinite cells", "raking", "an answer plays no part in it, so such rows are raked as all others"),
    ("one row", "raking", "one row has one level of each margin, and all of them need a response"),
    ("unknown keys", "raking", "levels of margins are named by the data, and not by the settings"),
    (
        "null, NaN and infinite cells",
        "identities",
        "such rows are records too, and those without a customer are refused",
    ),
    ("ids as text", "identities", "identities are numbered in the order of the record columns, and text has its own"),
];

/// Checks one promise for every entry of the registry.
fn all_keep(promise: &str, check: impl Fn(&dyn Entry) -> std::result::Result<(), String>) {
    let mut failures = Vec::new();
    let mut broken_by_exempt = Vec::new();
    for entry in registry() {
        let is_exempt = EXEMPT.iter().any(|(of, name, _)| *of == promise && *name == entry.name());
        match check(entry.as_ref()) {
            Err(_) if is_exempt => broken_by_exempt.push(entry.name()),
            Err(reason) => failures.push(format!("{} {}: {reason}", entry.name(), entry.settings())),
            Ok(()) => {}
        }
    }
    assert!(failures.is_empty(), "{promise}:\n{}", failures.join("\n"));
    for (_, name, reason) in EXEMPT.iter().filter(|(of, ..)| *of == promise) {
        assert!(broken_by_exempt.contains(name), "{promise}: the exemption of {name} is stale ({reason})");
        println!("{promise}: {name} is exempt, as {reason}");
    }
}

fn same(expected: &Outcome, got: &Outcome) -> std::result::Result<(), String> {
    if expected == got { Ok(()) } else { Err(format!("the result differs:\n{expected:?}\n{got:?}")) }
}

/// A result, or an error about the data that names the analysis (or the summary under it).
fn result_or_data_error(entry: &dyn Entry, frame: DataFrame) -> std::result::Result<(), String> {
    let Err(error) = entry.run(frame) else { return Ok(()) };
    let text = error.to_string();
    let owners = [entry.name(), "value_score", "activity"];
    let is_named = owners.iter().any(|owner| text.starts_with(&format!("{owner}: ")));
    if error.is_data() && is_named && !text.contains('\n') { Ok(()) } else { Err(format!("{error:?}")) }
}

/// Lines of which every row can be used.
fn lines() -> Vec<Line> {
    shop(7, 400)
}

fn in_pool(n_threads: usize, entry: &dyn Entry) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
    pool.install(|| entry.run(frame_of(&lines())).unwrap())
}

#[test]
fn an_empty_frame_gives_a_result_or_a_data_error() {
    all_keep("empty frame", |entry| result_or_data_error(entry, frame_of(&[])));
}

#[test]
fn one_row_is_enough() {
    let one = [Line { who: Some(1), age: 60, paid: Some(9.99), invoice: 1, sku: "tea" }];
    all_keep("one row", |entry| entry.run(frame_of(&one)).map(|_| ()).map_err(|error| error.to_string()));
}

#[test]
fn nobody_as_the_customer_of_every_row_gives_a_result_or_a_data_error() {
    let nobodys: Vec<Line> = lines().into_iter().map(|line| Line { who: None, ..line }).collect();
    all_keep("all-null customer", |entry| result_or_data_error(entry, frame_of(&nobodys)));
}

#[test]
fn no_amount_at_all_gives_a_result_or_a_data_error() {
    let unpaid: Vec<Line> = lines().into_iter().map(|line| Line { paid: None, ..line }).collect();
    all_keep("all-null amount", |entry| result_or_data_error(entry, frame_of(&unpaid)));
}

/// Rows that are left out leave no trace but in the counts.
#[test]
fn rows_without_a_usable_amount_or_customer_change_no_other_row() {
    let unusable = [None, Some(f64::NAN), Some(f64::INFINITY), Some(f64::NEG_INFINITY)];
    let mut dirty = lines();
    for (place, &paid) in unusable.iter().cycle().take(80).enumerate() {
        let who = Some(100 + place as i64 / 2);
        dirty.insert(place * 5, Line { who, age: place as i32, paid, invoice: place as i64, sku: "jam" });
        dirty.insert(
            place * 3,
            Line { who: None, age: place as i32, paid: Some(1.0), invoice: place as i64, sku: "jam" },
        );
    }
    all_keep("null, NaN and infinite cells", |entry| {
        let expected = entry.run(frame_of(&lines())).map_err(|error| error.to_string())?;
        let got = entry.run(frame_of(&dirty)).map_err(|error| error.to_string())?;
        if expected.table == got.table { Ok(()) } else { Err(format!("{}\n{}", expected.table, got.table)) }
    });
}

#[test]
fn no_order_of_rows_changes_a_bit() {
    all_keep("shuffled rows", |entry| {
        let expected = entry.run(frame_of(&lines())).unwrap();
        (1..=3).try_for_each(|seed| same(&expected, &entry.run(frame_of(&shuffled(seed, &lines()))).unwrap()))
    });
}

#[test]
fn no_chunks_of_a_frame_change_a_bit() {
    all_keep("many chunks", |entry| {
        let whole = frame_of(&lines());
        let expected = entry.run(whole.clone()).unwrap();
        [1, 7, 150].into_iter().try_for_each(|len| {
            let mut chunked = whole.slice(0, 0);
            for start in (0..whole.height()).step_by(len) {
                chunked.vstack_mut(&whole.slice(start as i64, len)).unwrap();
            }
            same(&expected, &entry.run(chunked).unwrap())
        })
    });
}

#[test]
fn no_number_of_threads_changes_a_bit() {
    all_keep("threads of a pool", |entry| {
        let expected = entry.run(frame_of(&lines())).unwrap();
        [1, 4].into_iter().try_for_each(|n_threads| same(&expected, &in_pool(n_threads, entry)))
    });
}

#[test]
fn runs_at_the_same_time_do_not_meet() {
    all_keep("concurrent runs", |entry| {
        let expected = entry.run(frame_of(&lines())).unwrap();
        let outcomes = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| entry.run(frame_of(&lines())).unwrap())).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect::<Vec<_>>()
        });
        outcomes.iter().try_for_each(|outcome| same(&expected, outcome))
    });
}

/// All results of the registry, for another process to compare.
fn digest() -> String {
    let outcomes: Vec<Outcome> = registry().iter().map(|entry| entry.run(frame_of(&lines())).unwrap()).collect();
    format!("{outcomes:?}")
}

#[test]
#[ignore = "run in processes of their own by the next test"]
fn the_digest_of_this_process() {
    std::fs::write(std::env::var_os("DIGEST_TO").unwrap(), digest()).unwrap();
}

/// The pools of polars and rayon are sized once per process.
#[test]
fn no_number_of_threads_of_a_process_changes_a_bit() {
    let expected = digest();
    let folder = tempfile::tempdir().unwrap();
    for n_threads in ["1", "4"] {
        let path = folder.path().join(n_threads);
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "contract::the_digest_of_this_process", "--include-ignored"])
            .env("POLARS_MAX_THREADS", n_threads)
            .env("RAYON_NUM_THREADS", n_threads)
            .env("DIGEST_TO", &path)
            .output()
            .unwrap();
        assert!(status.status.success(), "{status:?}");
        assert!(std::fs::read_to_string(path).unwrap() == expected, "{n_threads} thread(s)");
    }
}

#[test]
fn settings_come_back_from_json_and_run_the_same() {
    all_keep("serde round trip", |entry| {
        let again = entry.read(&entry.settings())?;
        assert_eq!(again.settings(), entry.settings());
        same(&entry.run(frame_of(&lines())).unwrap(), &again.run(frame_of(&lines())).unwrap())
    });
}

#[test]
fn an_unknown_key_anywhere_in_the_settings_is_refused() {
    all_keep("unknown keys", |entry| {
        for place in places_of_objects(&entry.settings()) {
            let mut settings = entry.settings();
            let object = settings.pointer_mut(&place).and_then(Value::as_object_mut).unwrap();
            object.insert("surprise".to_owned(), Value::from(1));
            if entry.read(&settings).is_ok() {
                return Err(format!("`surprise` was accepted at `{place}`"));
            }
        }
        Ok(())
    });
}

#[test]
fn a_missing_date_is_not_taken_from_the_clock() {
    all_keep("as_of is asked for", |entry| {
        let mut settings = entry.settings();
        let had_date = settings.as_object_mut().is_some_and(|fields| fields.remove("as_of").is_some());
        match entry.read(&settings) {
            Err(_) => Ok(()),
            Ok(_) if !had_date => Ok(()),
            Ok(_) => Err("settings without a date were accepted".to_owned()),
        }
    });
}

/// JSON pointers to every object in a value.
fn places_of_objects(value: &Value) -> Vec<String> {
    let inside = |key: String, value: &Value| -> Vec<String> {
        places_of_objects(value).into_iter().map(|rest| format!("/{key}{rest}")).collect()
    };
    match value {
        Value::Object(fields) => {
            let deeper =
                fields.iter().flat_map(|(key, value)| inside(key.replace('~', "~0").replace('/', "~1"), value));
            [String::new()].into_iter().chain(deeper).collect()
        }
        Value::Array(items) => items.iter().enumerate().flat_map(|(at, item)| inside(at.to_string(), item)).collect(),
        _ => Vec::new(),
    }
}

/// Ids are names: what they are written in does not matter.
#[test]
fn ids_as_text_give_the_same_numbers_as_ids_as_numbers() {
    const IDS: [&str; 3] = ["customer ", "who ", "invoice "];
    let without_ids = |outcome: &Outcome| -> Vec<String> {
        let lines = outcome.table.lines().filter(|line| !IDS.iter().any(|id| line.starts_with(id)));
        lines.map(str::to_owned).collect()
    };
    let numbers = frame_of(&lines());
    let mut texts = numbers.clone();
    for name in ["who", "invoice"] {
        // All customers have three digits, so that the order is the same too.
        let ids = numbers.column(name).unwrap().cast(&DataType::String).unwrap();
        texts.with_column(ids).unwrap();
    }
    all_keep("ids as text", |entry| {
        let expected = without_ids(&entry.run(numbers.clone()).unwrap());
        let got = without_ids(&entry.run(texts.clone()).map_err(|error| error.to_string())?);
        if expected == got { Ok(()) } else { Err(format!("{expected:?}\n{got:?}")) }
    });
}
