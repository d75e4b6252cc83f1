//! The comparison as tidy frames.

use polars::prelude::*;

use super::comparison::{ColumnComparison, ComparedSegment, Comparison, Contrast};
use super::findings::{EffectResult, Findings, TestResult};
use super::test_name::TestName;
use crate::frame::{ToDataFrame, columns, frame_of};
use crate::kernel::hypothesis::EffectName;
use crate::kernel::p_value::PValue;

/// One test or effect of a column.
struct Row<'a> {
    column: &'a ColumnComparison,
    contrast: Option<Contrast>,
    test: TestName,
    effect: Option<EffectName>,
    result: Answer<'a>,
}

enum Answer<'a> {
    Test(&'a TestResult),
    Effect(&'a EffectResult),
    None(String),
}

impl<'a> Row<'a> {
    fn test(&self) -> Option<&'a TestResult> {
        if let Answer::Test(test) = self.result { Some(test) } else { None }
    }

    fn effect(&self) -> Option<&'a EffectResult> {
        if let Answer::Effect(effect) = self.result { Some(effect) } else { None }
    }

    /// Values of the segments that were tested.
    fn n(&self) -> u64 {
        let tested = |at: usize| self.column.segments.get(at).filter(|segment| segment.left_out.is_none());
        let n = |at: usize| tested(at).map_or(0, |segment| segment.n);
        match self.contrast {
            Some(Contrast { segment, reference }) => n(segment) + n(reference),
            None => (0..self.column.segments.len()).map(n).sum(),
        }
    }
}

impl ToDataFrame for Comparison {
    /// One row for each test and one for each effect of a column, those of all segments before
    /// those of pairs; what has no answer has a row with the reason.
    ///
    /// `segment` and `reference` are the two segments of which one is compared with the other, and
    /// null in rows of more than two.
    fn to_dataframe(&self) -> DataFrame {
        let rows = self.rows();
        let names = names(&self.segments);
        let side = |of: fn(Contrast) -> usize| {
            let name = |row: &Row<'_>| row.contrast.map(|contrast| names[of(contrast)].as_str());
            rows.iter().map(name).collect::<Vec<_>>()
        };
        let tests = |of: fn(&TestResult) -> Option<f64>| numbers(&rows, |row| of(row.test()?));
        let effects = |of: fn(&EffectResult) -> Option<f64>| numbers(&rows, |row| of(row.effect()?));
        let texts = |name: &str, of: fn(&Row<'_>) -> Option<&'static str>| {
            Series::new(name.into(), rows.iter().map(of).collect::<Vec<_>>())
        };
        let own: Vec<&str> = rows.iter().map(|row| row.column.column.as_str()).collect();
        let is_primary: Vec<bool> = rows.iter().map(Row::is_primary).collect();
        let n: Vec<u64> = rows.iter().map(Row::n).collect();
        let reasons =
            rows.iter().map(|row| if let Answer::None(reason) = &row.result { Some(reason.as_str()) } else { None });
        frame_of(vec![
            Series::new(columns::COLUMN.into(), own),
            texts(columns::KIND, |row| Some(row.column.kind.as_str())),
            Series::new(columns::SEGMENT.into(), side(|contrast| contrast.segment)),
            Series::new(columns::REFERENCE.into(), side(|contrast| contrast.reference)),
            texts(columns::TEST, |row| Some(row.test.as_str())),
            texts(columns::EFFECT, |row| row.effect.map(EffectName::as_str)),
            Series::new(columns::IS_PRIMARY.into(), is_primary),
            Series::new(columns::N.into(), n),
            tests(|test| Some(test.statistic)).with_name(columns::STATISTIC.into()),
            tests(|test| test.df).with_name(columns::DF.into()),
            tests(|test| test.df_residual).with_name(columns::DF_DENOMINATOR.into()),
            tests(|test| Some(test.p_value.value())).with_name(columns::P_VALUE.into()),
            tests(|test| Some(test.p_value.log10())).with_name(columns::LOG10_P.into()),
            tests(|test| test.p_adjusted.map(PValue::value)).with_name(columns::P_ADJUSTED.into()),
            tests(|test| test.p_adjusted.map(PValue::log10)).with_name(columns::LOG10_P_ADJUSTED.into()),
            effects(|effect| Some(effect.estimate)).with_name(columns::ESTIMATE.into()),
            effects(|effect| effect.interval.map(|ends| ends.low)).with_name(columns::CONF_LOW.into()),
            effects(|effect| effect.interval.map(|ends| ends.high)).with_name(columns::CONF_HIGH.into()),
            texts(columns::MAGNITUDE, |row| row.effect()?.size.map(|size| size.magnitude.as_str())),
            Series::new(columns::REASON.into(), reasons.collect::<Vec<_>>()),
        ])
    }
}

impl Row<'_> {
    fn is_primary(&self) -> bool {
        let is_of_all = self.column.pairs.iter().all(|pair| Some(pair.contrast) != self.contrast);
        is_of_all && self.effect.is_none() && self.column.primary == Some(self.test)
    }
}

fn numbers(rows: &[Row<'_>], of: impl Fn(&Row<'_>) -> Option<f64>) -> Series {
    Series::new("".into(), rows.iter().map(of).collect::<Vec<_>>())
}

fn names(segments: &[ComparedSegment]) -> Vec<String> {
    segments.iter().map(ComparedSegment::name).collect()
}

impl Comparison {
    /// What there is of every column in every segment, one row for each.
    #[must_use]
    pub fn summaries(&self) -> DataFrame {
        let names = names(&self.segments);
        let rows =
            || self.columns.iter().flat_map(|column| column.segments.iter().zip(&names).map(move |row| (column, row)));
        let counts = |name: &str, of: &dyn Fn(&super::SegmentSummary) -> Option<u64>| {
            Series::new(name.into(), rows().map(|(_, (one, _))| of(one)).collect::<Vec<_>>())
        };
        let numbers = |name: &str, of: &dyn Fn(&super::SegmentSummary) -> Option<f64>| {
            Series::new(name.into(), rows().map(|(_, (one, _))| of(one)).collect::<Vec<_>>())
        };
        let interval = |one: &super::SegmentSummary| {
            let of_mean = one.numbers.as_ref().and_then(|numbers| numbers.mean_interval);
            of_mean.or_else(|| one.event.and_then(|event| event.share_interval))
        };
        let events = rows().map(|(column, _)| column.event.as_deref());
        let reasons = rows().map(|(_, (one, _))| one.left_out.as_ref().map(ToString::to_string));
        frame_of(vec![
            Series::new(columns::COLUMN.into(), rows().map(|(column, _)| column.column.as_str()).collect::<Vec<_>>()),
            Series::new(columns::KIND.into(), rows().map(|(column, _)| column.kind.as_str()).collect::<Vec<_>>()),
            Series::new(columns::SEGMENT.into(), rows().map(|(_, (_, name))| name.as_str()).collect::<Vec<_>>()),
            counts(columns::N, &|one| Some(one.n)),
            counts(columns::N_NULL, &|one| Some(one.n_null)),
            counts(columns::N_NAN, &|one| Some(one.n_nan)),
            counts(columns::N_INFINITE, &|one| Some(one.n_infinite)),
            numbers(columns::MEAN, &|one| one.numbers.as_ref()?.mean),
            numbers(columns::SD, &|one| one.numbers.as_ref()?.sd),
            numbers(columns::MEDIAN, &|one| one.numbers.as_ref()?.median),
            Series::new(columns::EVENT.into(), events.collect::<Vec<_>>()),
            counts(columns::N_EVENT, &|one| one.event.map(|event| event.n)),
            numbers(columns::SHARE, &|one| one.event?.share),
            numbers(columns::CONF_LOW, &|one| interval(one).map(|ends| ends.low)),
            numbers(columns::CONF_HIGH, &|one| interval(one).map(|ends| ends.high)),
            Series::new(columns::REASON.into(), reasons.collect::<Vec<_>>()),
        ])
    }

    /// The levels that are listed, one row for each in each segment.
    #[must_use]
    pub fn levels(&self) -> DataFrame {
        let names = names(&self.segments);
        let rows = || {
            let parts =
                self.columns.iter().flat_map(|column| column.segments.iter().zip(&names).map(move |row| (column, row)));
            parts.flat_map(|(column, (one, name))| one.levels.iter().map(move |level| (column, name, level)))
        };
        frame_of(vec![
            Series::new(columns::COLUMN.into(), rows().map(|(column, ..)| column.column.as_str()).collect::<Vec<_>>()),
            Series::new(columns::SEGMENT.into(), rows().map(|(_, name, _)| name.as_str()).collect::<Vec<_>>()),
            Series::new(columns::LEVEL.into(), rows().map(|(.., level)| level.level.as_str()).collect::<Vec<_>>()),
            Series::new(columns::N.into(), rows().map(|(.., level)| level.n).collect::<Vec<_>>()),
            Series::new(columns::SHARE.into(), rows().map(|(.., level)| level.share).collect::<Vec<_>>()),
        ])
    }

    /// The tests and effects of every column.
    fn rows(&self) -> Vec<Row<'_>> {
        let mut rows = Vec::new();
        for column in &self.columns {
            rows.extend(found(column, self.contrast, &column.findings));
            rows.extend(column.not_applicable.iter().map(|&test| Row {
                column,
                contrast: self.contrast,
                test,
                effect: None,
                result: Answer::None("the test does not fit the column or the number of segments".to_owned()),
            }));
            rows.extend(column.pairs.iter().flat_map(|pair| found(column, Some(pair.contrast), &pair.findings)));
        }
        rows
    }
}

fn found<'a>(
    column: &'a ColumnComparison,
    contrast: Option<Contrast>,
    findings: &'a Findings,
) -> impl Iterator<Item = Row<'a>> {
    let row = move |test, effect, result| Row { column, contrast, test, effect, result };
    let tests = findings.tests.iter().map(move |test| row(test.name, None, Answer::Test(test)));
    let effects = findings.effects.iter().map(move |one| row(one.test, Some(one.name), Answer::Effect(one)));
    let others =
        findings.undefined.iter().map(move |one| row(one.test, one.effect, Answer::None(one.reason.to_string())));
    tests.chain(effects).chain(others)
}
