//! One row per identity: plan, reduce, finish.

use std::collections::BTreeMap;
use std::fmt;

use polars::prelude::*;

use super::exact_totals::{Numbers, total_of};
use super::order_codes::{Coded, coded, is_comparable, times};
use super::picking::{by_value, disagree, first_known, highest, most_frequent};
use super::record_order::{Runs, refuse_nulls, refuse_repeats, repeats, sort_key};
use super::survivor_report::{FieldReport, SurvivorReport, UnlistedSource};
use super::survivorship::{Field, Keep, SURVIVORSHIP, Survivorship, SurvivorshipParams, source_column};
use crate::analysis::{Analysis, collect};
use crate::error::{Error, Result};
use crate::frame::columns::{N_RECORDS, N_SOURCES};
use crate::frame::frame_of;
use crate::frame::schema::{column_remedy, is_text, is_time};

/// Sources that the list lacks and a report shows.
const SHOWN_SOURCES: usize = 10;

impl Analysis for Survivorship {
    type Input = LazyFrame;
    type Reduced = DataFrame;
    type Output = Survivors;
    const NAME: &'static str = SURVIVORSHIP;

    /// Takes the columns that are needed and sorts the records: by identity, by the order of
    /// sources, by record.
    ///
    /// # Errors
    /// `Schema` with every column that is missing or of a type that its rule cannot use;
    /// `Query` when the schema cannot be had.
    fn plan(&self, records: &LazyFrame) -> Result<LazyFrame> {
        let schema = records.clone().collect_schema().map_err(Error::query(Self::NAME))?;
        let problems = problems(&self.0, &schema);
        if !problems.is_empty() {
            return Err(Error::Schema { table: Self::NAME, problems });
        }
        let mut by = vec![col(self.0.identity.as_str())];
        // A literal alone would be one row to polars.
        if let Some(source) = self.0.source.as_ref().filter(|_| !self.0.sources.is_empty()) {
            by.push(priority(source, &self.0.sources));
        }
        by.extend(self.0.record_columns().into_iter().map(|column| sort_key(column, &schema)));
        let columns: Vec<Expr> = self.needed().into_iter().map(col).collect();
        Ok(records.clone().select(columns).sort_by_exprs(by, SortMultipleOptions::default()))
    }

    fn reduce(&self, plan: LazyFrame) -> Result<DataFrame> {
        collect(Self::NAME, plan)
    }

    /// Keeps one value per identity and field; records are sorted as by the plan.
    ///
    /// # Errors
    /// `Incomplete` when an identity or a record column is null; `Unusable` when two records
    /// of one identity have the same record columns; `Numeric` when a sum leaves its range.
    fn finish(&self, records: DataFrame) -> Result<Survivors> {
        let told_by: Vec<&str> = [self.0.identity.as_str()].into_iter().chain(self.0.record_columns()).collect();
        let remedy = "resolve identities first, and name the columns by `identity`, `source` and `record`";
        refuse_nulls(SURVIVORSHIP, &records, &told_by, "an identity, a source or what tells the record in it", remedy)?;
        refuse_repeats(SURVIVORSHIP, &records, &told_by)?;
        let runs = Runs::of(SURVIVORSHIP, &records, &self.0.identity)?;
        let mut columns = self.head(&records, &runs)?;
        let coded = self.0.fields.iter().map(|field| coded(SURVIVORSHIP, &records, &field.column));
        let coded = coded.collect::<Result<Vec<Coded>>>()?;
        let mut fields = Vec::with_capacity(coded.len());
        for (field, values) in self.0.fields.iter().zip(&coded) {
            columns.extend(self.kept(field, values, &coded, &records, &runs)?);
            fields.push(report_of(field, values, &runs));
        }
        let n_records = records.height() as u64;
        let (unseen_sources, mut unlisted_sources) = self.sources(&records)?;
        let report = SurvivorReport {
            n_records,
            n_identities: runs.len() as u64,
            unseen_sources,
            n_unlisted_sources: unlisted_sources.len() as u64,
            n_unlisted_records: unlisted_sources.iter().map(|one| one.n_records).sum(),
            unlisted_sources: {
                unlisted_sources.truncate(SHOWN_SOURCES);
                unlisted_sources
            },
            fields,
        };
        Ok(Survivors { data: frame_of(columns), report })
    }
}

impl Survivorship {
    /// Every column that the settings name, once.
    fn needed(&self) -> Vec<&str> {
        let times = self.0.fields.iter().filter_map(|field| match &field.keep {
            Keep::MostRecent { time } => Some(time.as_str()),
            _ => None,
        });
        let fields = self.0.fields.iter().map(|field| field.column.as_str());
        let all = [self.0.identity.as_str()].into_iter().chain(self.0.record_columns()).chain(fields).chain(times);
        let mut needed = Vec::new();
        for name in all {
            if !needed.contains(&name) {
                needed.push(name);
            }
        }
        needed
    }

    /// Listed sources without a record, and the sources that the list lacks, those of most
    /// records first.
    fn sources(&self, records: &DataFrame) -> Result<(Vec<String>, Vec<UnlistedSource>)> {
        let listed = &self.0.sources;
        let Some(source) = self.0.source.as_ref().filter(|_| !listed.is_empty()) else { return Ok((vec![], vec![])) };
        let names = records.column(source).and_then(|column| column.cast(&DataType::String));
        let names = names.map_err(Error::query(SURVIVORSHIP))?;
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        for name in names.str().map_err(Error::query(SURVIVORSHIP))?.iter().flatten() {
            *seen.entry(name).or_default() += 1;
        }
        let unseen = listed.iter().filter(|name| !seen.contains_key(name.as_str())).cloned().collect();
        for name in listed {
            seen.remove(name.as_str());
        }
        let unlisted = seen.into_iter().map(|(name, n_records)| UnlistedSource { source: name.to_owned(), n_records });
        let mut unlisted: Vec<UnlistedSource> = unlisted.collect();
        // Of equally many records they stay in the order of their names.
        unlisted.sort_by_key(|one| std::cmp::Reverse(one.n_records));
        Ok((unseen, unlisted))
    }

    /// Identity, number of records and number of sources.
    fn head(&self, records: &DataFrame, runs: &Runs) -> Result<Vec<Series>> {
        let identity = taken(records, &self.0.identity, &runs.starts)?;
        let sizes: Vec<u32> = runs.iter().map(|rows| rows.len() as u32).collect();
        let told_by: Vec<&str> = [self.0.identity.as_str()].into_iter().chain(self.0.source.as_deref()).collect();
        let same: Vec<bool> = repeats(SURVIVORSHIP, records, &told_by)?.iter().map(|same| same == Some(true)).collect();
        // Records of one source lie side by side in an identity.
        let n_sources = |rows: std::ops::Range<usize>| same[rows].iter().filter(|&&same| !same).count() as u32;
        let n_sources: Vec<u32> = runs.iter().map(n_sources).collect();
        Ok(vec![identity, Series::new(N_RECORDS.into(), sizes), Series::new(N_SOURCES.into(), n_sources)])
    }

    /// The values kept of a field and, if asked for, their sources.
    fn kept(
        &self,
        field: &Field,
        values: &Coded,
        all: &[Coded],
        records: &DataFrame,
        runs: &Runs,
    ) -> Result<Vec<Series>> {
        let name = PlSmallStr::from_str(&field.name);
        match &field.keep {
            Keep::Sum => return Ok(vec![sums(values, runs, &field.column)?.with_name(name)]),
            Keep::Distinct { separator } => return Ok(vec![joined(values, runs, separator)?.with_name(name)]),
            _ => {}
        }
        let rows = picked(field, values, all, records, runs)?;
        let picked = IdxCa::from_iter(rows.iter().map(|row| row.map(|row| row as IdxSize)));
        let kept = values.values.take(&picked).map_err(Error::query(SURVIVORSHIP))?.with_name(name);
        let Some(source) = self.0.source.as_ref().filter(|_| self.0.provenance) else { return Ok(vec![kept]) };
        let sources = records.column(source).and_then(|column| column.take(&picked));
        let sources = sources.map_err(Error::query(SURVIVORSHIP))?.as_materialized_series().clone();
        Ok(vec![kept, sources.with_name(source_column(&field.name).into())])
    }
}

/// The row of every identity whose value is kept.
fn picked(
    field: &Field,
    values: &Coded,
    all: &[Coded],
    records: &DataFrame,
    runs: &Runs,
) -> Result<Vec<Option<usize>>> {
    let codes = &values.codes;
    Ok(match &field.keep {
        Keep::MostRecent { time } => {
            // A record without time comes before all others, as `None` does.
            let times = times(SURVIVORSHIP, records, time)?;
            runs.iter().map(|rows| highest(rows, codes, |row| times[row])).collect()
        }
        Keep::MostComplete => {
            let known = |row: usize| all.iter().filter(|field| field.codes[row] > 0).count();
            runs.iter().map(|rows| highest(rows, codes, known)).collect()
        }
        Keep::Longest => {
            let texts = values.compared.str().map_err(Error::query(SURVIVORSHIP))?;
            let lengths: Vec<usize> = texts.iter().map(|text| text.map_or(0, |text| text.chars().count())).collect();
            runs.iter().map(|rows| highest(rows, codes, |row| lengths[row])).collect()
        }
        Keep::MostFrequent => {
            let mut known = Vec::new();
            runs.iter().map(|rows| most_frequent(rows, codes, &mut known)).collect()
        }
        Keep::Smallest => runs.iter().map(|rows| highest(rows, codes, |row| std::cmp::Reverse(codes[row]))).collect(),
        Keep::Largest => runs.iter().map(|rows| highest(rows, codes, |row| codes[row])).collect(),
        // Records are sorted by the order of their sources.
        _ => runs.iter().map(|rows| first_known(rows, codes)).collect(),
    })
}

fn sums(values: &Coded, runs: &Runs, column: &str) -> Result<Series> {
    let numbers = Numbers::of(SURVIVORSHIP, &values.compared)?;
    let totals = runs.iter().map(|rows| total_of(SURVIVORSHIP, &numbers, rows, &values.codes, column));
    numbers.series(totals.collect::<Result<_>>()?)
}

/// All texts of an identity that differ, in the order of the texts.
fn joined(values: &Coded, runs: &Runs, separator: &str) -> Result<Series> {
    let texts = values.compared.str().map_err(Error::query(SURVIVORSHIP))?;
    let mut known = Vec::new();
    let of_run = |rows| {
        by_value(rows, &values.codes, &mut known);
        known.dedup_by_key(|(code, _)| *code);
        let distinct: Vec<&str> = known.iter().filter_map(|&(_, row)| texts.get(row)).collect();
        (!distinct.is_empty()).then(|| distinct.join(separator))
    };
    Ok(runs.iter().map(of_run).collect::<StringChunked>().into_series())
}

fn report_of(field: &Field, values: &Coded, runs: &Runs) -> FieldReport {
    let n_known = runs.iter().filter(|rows| first_known(rows.clone(), &values.codes).is_some()).count() as u64;
    FieldReport {
        field: field.name.clone(),
        rule: field.keep.name(),
        n_known,
        n_missing: runs.len() as u64 - n_known,
        n_disagreeing: runs.iter().filter(|rows| disagree(rows.clone(), &values.codes)).count() as u64,
    }
}

fn taken(records: &DataFrame, name: &str, rows: &[IdxSize]) -> Result<Series> {
    let rows = IdxCa::from_slice("".into(), rows);
    let column = records.column(name).and_then(|column| column.take(&rows)).map_err(Error::query(SURVIVORSHIP))?;
    Ok(column.as_materialized_series().clone())
}

/// Place of a source in the list; those not in it come behind.
fn priority(source: &str, sources: &[String]) -> Expr {
    let last = lit(sources.len() as u32);
    let name = col(source).cast(DataType::String);
    sources.iter().enumerate().rev().fold(last, |behind, (place, known)| {
        when(name.clone().eq(lit(known.clone()))).then(lit(place as u32)).otherwise(behind)
    })
}

/// What is wrong with the columns.
fn problems(params: &SurvivorshipParams, schema: &Schema) -> Vec<String> {
    let mut problems = Vec::new();
    let mut check = |role: &str, column: &str, accepts: fn(&DataType) -> bool, needs: &str| match schema.get(column) {
        None => {
            let remedy = column_remedy(column, schema);
            problems.push(format!("{role} names column `{column}`, which is not there; {remedy}"));
        }
        Some(dtype) if !accepts(dtype) => {
            problems.push(format!("{role} needs {needs}, but column `{column}` is {dtype}"));
        }
        Some(_) => {}
    };
    const NO_LISTS: &str = "values that can be compared";
    check("the identity", &params.identity, is_comparable, NO_LISTS);
    for column in params.record_columns() {
        check("the record", column, is_comparable, NO_LISTS);
    }
    for field in &params.fields {
        let role = format!("field `{}`", field.name);
        let (accepts, needs): (fn(&DataType) -> bool, &str) = match &field.keep {
            Keep::Longest | Keep::Distinct { .. } => (is_texts, "text"),
            Keep::Sum => (Numbers::accepts, Numbers::NEEDS),
            _ => (is_comparable, NO_LISTS),
        };
        check(&role, &field.column, accepts, needs);
        if let Keep::MostRecent { time } = &field.keep {
            check(&role, time, is_time, "a date or datetime; parse text first");
        }
    }
    problems
}

fn is_texts(dtype: &DataType) -> bool {
    is_text(dtype) || matches!(dtype, DataType::Categorical(..) | DataType::Enum(..))
}

/// One row per identity, and the report.
#[derive(Clone)]
pub struct Survivors {
    data: DataFrame,
    report: SurvivorReport,
}

impl Survivors {
    /// `identity`, `n_records`, `n_sources` and the fields, one row per identity, sorted by it.
    #[must_use]
    pub fn data(&self) -> &DataFrame {
        &self.data
    }

    /// The same, to go on with. Costs no copy.
    pub fn frame(&self) -> LazyFrame {
        self.data.clone().lazy()
    }

    /// What was counted.
    #[must_use]
    pub fn report(&self) -> &SurvivorReport {
        &self.report
    }
}

impl fmt::Debug for Survivors {
    /// Counts only: the frame holds customers' data, which does not belong in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Survivors").field("report", &self.report).finish_non_exhaustive()
    }
}
