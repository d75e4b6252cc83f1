//! What happens to a batch of flagged rows: counted, and parted into rows left and taken.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use polars::prelude::*;

use crate::cleaning::engine::legend::Legend;
use crate::cleaning::report::CleaningReport;
use crate::error::{Error, Result};
use crate::frame::columns::{PARTNER_ROW, RULE, RULE_NUMBER, RULE_REASON, SOURCE_ROW};

/// The columns of a flagged frame.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) legend: Legend,
    /// The column with the code of the reason.
    pub(crate) state: String,
    pub(crate) partners: Vec<String>,
    pub(crate) all_reasons: Vec<String>,
    pub(crate) raw: Vec<String>,
    /// Names of the columns left, with the columns that hold them.
    pub(crate) output: Vec<(String, String)>,
}

/// What batches have shown so far; batches may come in any order.
#[derive(Debug)]
struct Seen {
    report: CleaningReport,
    /// Rows taken, by batch, with the source row of the first.
    taken: Vec<(IdxSize, DataFrame)>,
}

/// Parts batches and remembers what they held.
#[derive(Clone, Debug)]
pub(crate) struct Splitter {
    layout: Arc<Layout>,
    seen: Arc<Mutex<Seen>>,
}

impl Splitter {
    pub(crate) fn new(layout: Arc<Layout>) -> Self {
        let seen = Seen { report: CleaningReport::none(&layout.legend), taken: vec![] };
        Self { layout, seen: Arc::new(Mutex::new(seen)) }
    }

    /// The rows left of a flagged plan; running it fills the splitter.
    pub(crate) fn split(&self, flagged: LazyFrame, schema: SchemaRef) -> LazyFrame {
        let of_query = self.clone();
        let split = move |batch: DataFrame| of_query.part(batch);
        // Nothing may be pushed below or pruned: every row and column is looked at.
        let schema = Arc::new(move |_: &Schema| Ok(Arc::clone(&schema)));
        flagged.map(split, AllowedOptimizations::STREAMING, Some(schema), Some("split"))
    }

    /// Counts a batch, keeps the rows taken and gives the rows left.
    fn part(&self, batch: DataFrame) -> PolarsResult<DataFrame> {
        let layout = &self.layout;
        let report = CleaningReport::of(&batch, layout).map_err(|error| polars_err!(ComputeError: "{error}"))?;
        let state = batch.column(&layout.state)?;
        let left = state.is_null();
        let taken = if report.n_rows_quarantined > 0 { Some(self.taken(&batch, &!&left)?) } else { None };
        let mut seen = lock(&self.seen);
        seen.report.add(&report);
        seen.taken.extend(taken);
        drop(seen);
        let output = layout.output.iter();
        let columns = output.map(|(name, current)| Ok(batch.column(current)?.clone().with_name(name.as_str().into())));
        let clean = DataFrame::new(batch.height(), columns.collect::<PolarsResult<_>>()?)?;
        if report.n_rows_quarantined > 0 { clean.filter_seq(&left) } else { Ok(clean) }
    }

    /// The rows taken, as read, with the helpers that say why.
    fn taken(&self, batch: &DataFrame, mask: &BooleanChunked) -> PolarsResult<(IdxSize, DataFrame)> {
        let taken = batch.select(self.layout.kept_of_taken())?.filter_seq(mask)?;
        let first = taken.column(SOURCE_ROW)?.idx()?.get(0).unwrap_or_default();
        Ok((first, taken))
    }

    /// The report and the quarantine, once the query has run.
    pub(crate) fn finish(&self, schema: &Schema) -> Result<(CleaningReport, DataFrame)> {
        let mut seen = lock(&self.seen);
        let report = seen.report.clone();
        let mut taken = std::mem::take(&mut seen.taken);
        drop(seen);
        taken.sort_unstable_by_key(|&(first, _)| first);
        let step = "the quarantine";
        let mut pieces = taken.into_iter().map(|(_, piece)| piece);
        let helpers = pieces.next().unwrap_or_else(|| DataFrame::empty_with_schema(schema));
        let mut all = pieces.try_fold(helpers, |all, piece| all.vstack(&piece)).map_err(Error::query(step))?;
        all.rechunk_mut();
        Ok((report, self.layout.quarantine(&all).map_err(Error::query(step))?))
    }
}

impl Layout {
    /// What is kept of the rows taken: all that the quarantine is made of.
    pub(crate) fn kept_of_taken(&self) -> impl Iterator<Item = &str> {
        let helpers = [&self.partners, &self.all_reasons, &self.raw].into_iter().flatten().map(String::as_str);
        [SOURCE_ROW, self.state.as_str()].into_iter().chain(helpers)
    }

    /// The columns of the quarantine.
    pub(crate) fn quarantine_schema(&self, taken: &Schema) -> Schema {
        let text = |name: &str| Field::new(name.into(), DataType::String);
        let number = Field::new(RULE_NUMBER.into(), DataType::UInt32);
        let partner = Field::new(PARTNER_ROW.into(), IDX_DTYPE);
        let added = [Field::new(SOURCE_ROW.into(), IDX_DTYPE), number, text(RULE), text(RULE_REASON), partner];
        let raw = self.raw.iter().filter_map(|name| Some(Field::new(name.as_str().into(), taken.get(name)?.clone())));
        added.into_iter().chain(raw).collect()
    }

    /// The quarantine out of the rows taken and their helpers.
    pub(crate) fn quarantine(&self, taken: &DataFrame) -> PolarsResult<DataFrame> {
        let height = taken.height();
        let codes: Vec<usize> =
            taken.column(&self.state)?.u32()?.iter().map(|code| code.unwrap_or_default() as usize).collect();
        let reasons = &self.legend.reasons;
        let number: UInt32Chunked = codes.iter().map(|&code| Some(reasons[code].rule as u32 + 1)).collect();
        let rule: StringChunked = codes.iter().map(|&code| Some(self.legend.rules[reasons[code].rule])).collect();
        let first: StringChunked = codes.iter().map(|&code| Some(reasons[code].text.as_str())).collect();
        let mut reason = first.into_series();
        for all in &self.all_reasons {
            let all = taken.column(all)?.as_materialized_series();
            reason = all.zip_with(&all.is_not_null(), &reason)?;
        }
        let mut partner = IdxCa::full_null(PARTNER_ROW.into(), height).into_series();
        for column in &self.partners {
            let found = taken.column(column)?.as_materialized_series();
            partner = partner.zip_with(&partner.is_not_null(), found)?;
        }
        let mut columns = vec![
            taken.column(SOURCE_ROW)?.clone(),
            number.with_name(RULE_NUMBER.into()).into_column(),
            rule.with_name(RULE.into()).into_column(),
            reason.with_name(RULE_REASON.into()).into_column(),
            partner.with_name(PARTNER_ROW.into()).into_column(),
        ];
        columns.extend(taken.select(self.raw.iter().map(String::as_str))?.into_columns());
        DataFrame::new(height, columns)
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
