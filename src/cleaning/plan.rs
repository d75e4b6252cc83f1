//! The cleaning as one query that has not run yet.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use polars::prelude::*;

use crate::analysis::{check_file_name, collect, collect_streamed, stream, write};
use crate::cleaning::cleaned::Cleaned;
use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::narrow::reads_alike;
use crate::cleaning::engine::split::{Layout, Splitter};
use crate::cleaning::fitted::FittedCleaning;
use crate::cleaning::input::{CleaningInput, Tables};
use crate::cleaning::learned::Learned;
use crate::cleaning::params::CleaningParams;
use crate::cleaning::reading::column_names::collisions;
use crate::cleaning::report::CleaningReport;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::columns::{PARTNER_ROW, RULE, RULE_NUMBER, RULE_REASON, SOURCE_ROW};

const TABLE: &str = "cleaning";
/// Columns that the quarantine adds to the raw ones.
const ADDED: [&str; 5] = [SOURCE_ROW, RULE_NUMBER, RULE, RULE_REASON, PARTNER_ROW];

/// A cleaning over one frame, described but not run.
///
/// [`collect`](Self::collect) runs it once and gives everything; [`write`](Self::write) runs
/// it once into files and holds only the rows taken. A batch job that only needs the rows
/// left takes [`clean`](Self::clean), a plain `LazyFrame` to filter, join or sink. All work
/// batch by batch. What rules had to compare or learn is known by now: a plan holds four
/// bytes per row for each rule that compares rows, and little else.
///
/// Source rows are counted in 32 bits, so one frame has at most 4.29 x 10^9 rows; polars
/// refuses more.
#[derive(Clone)]
pub struct CleaningPlan {
    flagged: LazyFrame,
    layout: Arc<Layout>,
    /// The flagged frame, and the rows left.
    flagged_schema: SchemaRef,
    clean_schema: SchemaRef,
    fitted: FittedCleaning,
}

impl fmt::Debug for CleaningPlan {
    /// The rules only: a plan over a frame can show customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CleaningPlan").field("rules", &self.layout.legend.rules).finish_non_exhaustive()
    }
}

impl CleaningPlan {
    pub(crate) fn new(params: &CleaningParams, input: CleaningInput, known: Option<&[Learned]>) -> Result<Self> {
        let CleaningInput { mut frame, mut tables } = input;
        let schema = frame.collect_schema().map_err(Error::query("reading the schema to clean"))?;
        let problems = rehearse(params, &schema, without_rows(&mut tables)?, known)?;
        if !problems.is_empty() {
            return Err(Error::Schema { table: TABLE, problems });
        }
        let is_narrow = |rule: &crate::cleaning::Rule| rule.compares_rows() || (rule.learns() && known.is_none());
        if params.rules.iter().any(is_narrow) && !reads_alike(&frame.logical_plan) {
            frame = collect(CLEANING, frame)?.lazy();
        }
        let mut flow = Flow::new(frame, &schema, params.roles.as_ref(), tables);
        let mut all_learned = vec![];
        for (place, rule) in params.rules.iter().enumerate() {
            flow.begin(rule.name());
            let learned = match known.and_then(|known| known.get(place)) {
                Some(known) => known.clone(),
                None => rule.step().learn(&mut flow)?,
            };
            rule.step().apply(&mut flow, &learned)?;
            all_learned.push(learned);
        }
        Self::of(flow, FittedCleaning::new(params.clone(), all_learned))
    }

    fn of(flow: Flow, fitted: FittedCleaning) -> Result<Self> {
        let named = |name: &String| {
            let shown = flow.renamed.get(name).unwrap_or(name);
            (shown.clone(), flow.current(name).to_owned())
        };
        let output: Vec<(String, String)> = flow.raw.iter().chain(&flow.added).map(named).collect();
        let mut flagged = flow.frame;
        let schema = flagged.collect_schema().map_err(Error::query(CLEANING))?;
        let fields = output
            .iter()
            .filter_map(|(name, current)| Some(Field::new(name.as_str().into(), schema.get(current)?.clone())));
        let clean_schema = Arc::new(fields.collect());
        let Flow { mut legend, state, partners, all_reasons, raw, renamed, .. } = flow;
        legend.renamed = renamed.into_iter().filter(|(column, name)| column != name).collect();
        let layout = Arc::new(Layout { legend, state, partners, all_reasons, raw, output });
        Ok(Self { flagged, layout, flagged_schema: schema, clean_schema, fitted })
    }

    /// The rules with what they learned, to be saved or applied to another frame.
    pub fn fitted(&self) -> &FittedCleaning {
        &self.fitted
    }

    /// The rows left, as mended, under their own names, in source order.
    ///
    /// Limits that rules were given are not looked at; [`report`](Self::report),
    /// [`collect`](Self::collect) and [`write`](Self::write) keep them.
    pub fn clean(&self) -> LazyFrame {
        let output = self.layout.output.iter();
        let columns: Vec<Expr> = output.map(|(name, current)| col(current.as_str()).alias(name.as_str())).collect();
        self.flagged.clone().filter(col(self.layout.state.as_str()).is_null()).select(columns)
    }

    /// The rows taken, as read and in source order, after `source_row` (from 0),
    /// `rule_number` (from 1), `rule`, `rule_reason` and `partner_row`: the `source_row` of
    /// the row that a matched one cancels or is cancelled by, else null.
    pub fn quarantine(&self) -> LazyFrame {
        let layout = Arc::clone(&self.layout);
        let helpers: Vec<Expr> = layout.kept_of_taken().map(col).collect();
        let taken = self.flagged.clone().filter(col(layout.state.as_str()).is_not_null()).select(helpers);
        let of_rows = Arc::clone(&layout);
        let schema = move |taken: &Schema| Ok(Arc::new(layout.quarantine_schema(taken)));
        let explain = move |taken: DataFrame| of_rows.quarantine(&taken);
        taken.map(explain, AllowedOptimizations::STREAMING, Some(Arc::new(schema)), Some("quarantine"))
    }

    /// Runs the rules for their counts only, batch by batch.
    ///
    /// # Errors
    /// `Unusable` when more rows fail a rule than its limit allows, `Query` when polars fails.
    pub fn report(&self) -> Result<CleaningReport> {
        let legend = &self.layout.legend;
        let tallies = legend.tallies.iter().map(|tally| &tally.column);
        let tallies = tallies.chain(legend.checks.iter().map(|check| &check.column));
        let shapes = legend.tallies.iter().filter_map(|tally| tally.shape_of.as_ref());
        let shapes = shapes.chain(legend.checks.iter().filter_map(|check| check.shape_of.as_ref()));
        let shapes = shapes.chain(legend.reasons.iter().filter_map(|reason| reason.shape_of.as_ref()));
        let mut counted: Vec<&String> = tallies.chain(shapes).chain([&self.layout.state]).collect();
        counted.sort_unstable();
        counted.dedup();
        let counted: Vec<Expr> = counted.into_iter().map(|column| col(column.as_str())).collect();
        let layout = Arc::clone(&self.layout);
        let none = CleaningReport::none(legend);
        let report = stream(CLEANING, self.flagged.clone().select(counted), none, move |so_far, batch| {
            so_far.add(&CleaningReport::of(&batch, &layout)?);
            Ok(())
        })?;
        report.within(&legend.limits)
    }

    /// Runs the rules once: rows left, rows taken, and the report.
    ///
    /// # Errors
    /// `Unusable` when more rows fail a rule than its limit allows, `Query` when polars fails.
    pub fn collect(&self) -> Result<Cleaned> {
        let splitter = Splitter::new(Arc::clone(&self.layout));
        let left = splitter.split(self.flagged.clone(), Arc::clone(&self.clean_schema));
        let clean = collect_streamed(CLEANING, left)?;
        let (report, quarantine) = splitter.finish(&self.flagged_schema)?;
        let report = report.within(&self.layout.legend.limits)?;
        if clean.height() as u64 != report.n_rows_out || quarantine.height() as u64 != report.n_rows_quarantined {
            let verdict =
                format!("{} row(s) left and {} taken do not add up to the report", clean.height(), quarantine.height());
            return Err(Error::Numeric { analysis: CLEANING, verdict });
        }
        Ok(Cleaned::new(clean, quarantine, report, self.fitted.clone()))
    }

    /// Runs the rules once into files: the rows left, and the rows taken if a path is given.
    ///
    /// The names end in `.parquet` (compressed with zstd) or `.csv`. Memory holds a few
    /// batches and the rows taken. A file appears under its name once it is complete; one
    /// that is there already is replaced. When a limit is passed, both files are there to be
    /// looked at and the error says so.
    ///
    /// # Errors
    /// `File` when a file cannot be written, or both have one name; those of [`collect`](Self::collect).
    pub fn write(&self, clean: &str, quarantine: Option<&str>) -> Result<CleaningReport> {
        // Before hours of work rather than after them.
        [Some(clean), quarantine].into_iter().flatten().try_for_each(|path| check_file_name(CLEANING, path))?;
        if quarantine == Some(clean) {
            let reason = "the rows taken would replace the rows left; name another file".to_owned();
            return Err(Error::File { step: CLEANING, path: clean.to_owned(), reason });
        }
        let splitter = Splitter::new(Arc::clone(&self.layout));
        write(CLEANING, splitter.split(self.flagged.clone(), Arc::clone(&self.clean_schema)), clean)?;
        let (report, taken) = splitter.finish(&self.flagged_schema)?;
        if let Some(path) = quarantine {
            write(CLEANING, taken.lazy(), path)?;
        }
        report.within(&self.layout.legend.limits)
    }
}

/// Tables of the same columns without a row, so that rehearsing reads none.
fn without_rows(tables: &mut Tables) -> Result<Tables> {
    let hollow = |(name, table): (&String, &mut LazyFrame)| {
        let schema =
            table.collect_schema().map_err(Error::query("reading the schema of a table to look things up in"))?;
        Ok((name.clone(), DataFrame::empty_with_schema(&schema).lazy()))
    };
    tables.iter_mut().map(hollow).collect()
}

/// Everything that is wrong with roles and rules: they are tried on a frame without rows.
fn rehearse(
    params: &CleaningParams,
    schema: &Schema,
    tables: Tables,
    known: Option<&[Learned]>,
) -> Result<Vec<String>> {
    let reserved = ADDED.into_iter().filter(|name| schema.contains(name));
    let mut problems: Vec<String> =
        reserved.map(|name| format!("column `{name}` has a name that the quarantine needs; rename it")).collect();
    if schema.is_empty() {
        return Ok(vec!["there is no column to clean; give a table with at least one".to_owned()]);
    }
    let nothing = DataFrame::empty_with_schema(schema).lazy();
    let mut flow = Flow::new(nothing, schema, params.roles.as_ref(), tables);
    let mut roles = Roles::Unchecked;
    for (place, rule) in params.rules.iter().enumerate() {
        flow.begin(rule.name());
        let step = rule.step();
        if step.uses_roles() {
            roles = roles.check(&flow, &mut problems)?;
        }
        let schema = flow.schema();
        let mut of_rule = step.problems(&flow.table(&schema));
        if step.uses_roles() && params.roles.is_none() {
            of_rule.insert(0, "needs the roles of transactions; name them with `CleaningParams::roles`".to_owned());
        }
        let learned = known.and_then(|known| known.get(place));
        of_rule.extend(learned.into_iter().flat_map(|learned| of_other_type(learned, &schema)));
        if of_rule.is_empty() && !(step.uses_roles() && roles == Roles::Wrong) {
            step.apply(&mut flow, &Learned::default())?;
        }
        problems.extend(of_rule.into_iter().map(|problem| format!("rule {} `{}` {problem}", place + 1, rule.name())));
    }
    if params.roles.is_some() && roles == Roles::Unchecked {
        roles.check(&flow, &mut problems)?;
    }
    problems.extend(collisions(&flow));
    Ok(problems)
}

/// What is known of the roles; every rule that uses them has them looked at again, as the
/// earlier rules left them, until they are wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Roles {
    Unchecked,
    Fine,
    Wrong,
}

impl Roles {
    fn check(self, flow: &Flow, problems: &mut Vec<String>) -> Result<Self> {
        if self == Self::Wrong || !flow.has_roles() {
            return Ok(self);
        }
        let mut roles = flow.roles();
        if flow.dtype(&roles.time).is_some_and(|dtype| *dtype != DataType::String)
            && flow.current(&roles.time) != roles.time
        {
            roles.time_format = None;
        }
        match roles.check(&flow.schema()) {
            Ok(()) => Ok(Self::Fine),
            Err(Error::Schema { problems: found, .. }) => {
                problems.extend(found);
                Ok(Self::Wrong)
            }
            Err(other) => Err(other),
        }
    }
}

/// Columns whose type is not the one that was learned from.
fn of_other_type(learned: &Learned, schema: &Schema) -> Vec<String> {
    let mut problems = vec![];
    let of_columns = learned.columns.iter().map(|learned| (&learned.column, &learned.dtype));
    let of_keys = learned.columns.iter().flat_map(|learned| &learned.by);
    for (column, fitted) in of_columns.chain(of_keys).collect::<BTreeSet<_>>() {
        if let Some(dtype) = schema.get(column).filter(|dtype| dtype.to_string() != *fitted) {
            problems.push(format!(
                "learned from column `{column}` as {fitted}, but here it is {dtype}; cast it, or fit the cleaning again"
            ));
        }
    }
    problems
}
