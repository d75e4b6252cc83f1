//! The cleaning as one query that has not run yet.

use std::fmt;

use polars::prelude::*;

use super::cleaned::Cleaned;
use super::flow::{Flow, Legend};
use super::report::CleaningReport;
use super::rule::{CLEANING, Rule, Table};
use crate::analysis::{collect, collect_all, stream};
use crate::error::{Error, Result};
use crate::frame::TransactionColumns;
use crate::frame::columns::{PARTNER_ROW, RULE, RULE_NUMBER, RULE_REASON, SOURCE_ROW};

const TABLE: &str = "transactions";
/// Columns that the quarantine adds to the raw ones.
const ADDED: [&str; 5] = [SOURCE_ROW, RULE_NUMBER, RULE, RULE_REASON, PARTNER_ROW];

/// A cleaning over one frame, described but not run.
///
/// [`collect`](Self::collect) runs it once and gives everything. A batch job that only
/// needs the rows left takes [`clean`](Self::clean), a plain `LazyFrame` to filter, join or
/// sink: rules that judge a row by itself then run batch by batch, while duplicates,
/// netting and matching hold their own columns in memory. Source rows are counted in 32
/// bits, so one frame has at most 4.29 x 10^9 rows; polars refuses more.
#[derive(Clone)]
pub struct CleaningPlan {
    flagged: LazyFrame,
    legend: Legend,
    state: String,
    partners: Vec<String>,
    /// Raw names with the columns that hold them mended.
    output: Vec<(String, String)>,
}

impl fmt::Debug for CleaningPlan {
    /// The rules only: a plan over a frame can show customers' data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CleaningPlan").field("rules", &self.legend.rules).finish_non_exhaustive()
    }
}

impl CleaningPlan {
    pub(crate) fn new(rules: &[Rule], mut frame: LazyFrame, columns: &TransactionColumns) -> Result<Self> {
        let schema = frame.collect_schema().map_err(Error::query("reading the schema of the transactions"))?;
        let problems = problems(rules, &Table { schema: &schema, columns })?;
        if !problems.is_empty() {
            return Err(Error::Schema { table: TABLE, problems });
        }
        let mut flow = Flow::new(frame, &schema, columns);
        for rule in rules {
            flow.begin(rule.name());
            rule.step().apply(&mut flow);
        }
        let output = flow.raw.iter().map(|raw| (raw.clone(), flow.current(raw).to_owned())).collect();
        Ok(Self { flagged: flow.frame, legend: flow.legend, state: flow.state, partners: flow.partners, output })
    }

    /// The rows left, with mended text, under the raw names, in source order.
    pub fn clean(&self) -> LazyFrame {
        self.clean_of(self.flagged.clone())
    }

    /// The rows taken, as read and in source order, after `source_row` (from 0),
    /// `rule_number` (from 1), `rule`, `rule_reason` and `partner_row`: the `source_row`
    /// of the row that a matched one cancels or is cancelled by, else null.
    pub fn quarantine(&self) -> LazyFrame {
        self.quarantine_of(self.flagged.clone())
    }

    /// Runs the rules for their counts only, batch by batch like [`clean`](Self::clean).
    ///
    /// # Errors
    /// `Query` when polars fails.
    pub fn report(&self) -> Result<CleaningReport> {
        let counted = self.legend.tallies.iter().map(|tally| col(tally.column.as_str()));
        let counted: Vec<Expr> = counted.chain([col(self.state.as_str())]).collect();
        let (state, legend) = (self.state.clone(), self.legend.clone());
        let none = CleaningReport::none(&self.legend);
        stream(CLEANING, self.flagged.clone().select(counted), none, move |so_far, batch| {
            so_far.add(&CleaningReport::of(&batch, &state, &legend)?);
            Ok(())
        })
    }

    /// Runs the rules once: rows left, rows taken, and the report.
    ///
    /// # Errors
    /// `Query` when polars fails.
    pub fn collect(&self) -> Result<Cleaned> {
        let flagged = collect(CLEANING, self.flagged.clone())?;
        let report = CleaningReport::of(&flagged, &self.state, &self.legend)?;
        let flagged = flagged.lazy();
        let both = collect_all(CLEANING, vec![self.clean_of(flagged.clone()), self.quarantine_of(flagged)])?;
        let [clean, quarantine] = <[DataFrame; 2]>::try_from(both).unwrap_or_default();
        if clean.height() as u64 != report.n_rows_out || quarantine.height() as u64 != report.n_rows_quarantined {
            let verdict =
                format!("{} row(s) left and {} taken do not add up to the report", clean.height(), quarantine.height());
            return Err(Error::Numeric { analysis: CLEANING, verdict });
        }
        Ok(Cleaned::new(clean, quarantine, report))
    }

    fn clean_of(&self, flagged: LazyFrame) -> LazyFrame {
        let columns: Vec<Expr> =
            self.output.iter().map(|(raw, current)| col(current.as_str()).alias(raw.as_str())).collect();
        flagged.filter(col(self.state.as_str()).is_null()).select(columns)
    }

    fn quarantine_of(&self, flagged: LazyFrame) -> LazyFrame {
        let rules = &self.legend.rules;
        let nobody = lit(NULL).cast(IDX_DTYPE);
        let partners: Vec<Expr> = self.partners.iter().map(|column| col(column.as_str())).chain([nobody]).collect();
        let mut columns = vec![
            col(SOURCE_ROW),
            self.by_reason(DataType::UInt32, |reason| lit(reason.rule as u32 + 1)).alias(RULE_NUMBER),
            self.by_reason(DataType::String, |reason| lit(rules[reason.rule])).alias(RULE),
            self.by_reason(DataType::String, |reason| lit(reason.text.as_str())).alias(RULE_REASON),
            coalesce(&partners).alias(PARTNER_ROW),
        ];
        columns.extend(self.output.iter().map(|(raw, _)| col(raw.as_str())));
        flagged.filter(col(self.state.as_str()).is_not_null()).select(columns)
    }

    /// A value for every reason code, looked up row by row.
    fn by_reason(&self, dtype: DataType, value: impl Fn(&super::flow::Reason) -> Expr) -> Expr {
        let otherwise = lit(NULL).cast(dtype);
        let coded = self.legend.reasons.iter().enumerate();
        coded.fold(otherwise, |rest, (code, reason)| {
            when(col(self.state.as_str()).eq(lit(code as u32))).then(value(reason)).otherwise(rest)
        })
    }
}

/// Everything that is wrong with roles and rules.
fn problems(rules: &[Rule], table: &Table<'_>) -> Result<Vec<String>> {
    let mut problems = match table.columns.check(table.schema) {
        Ok(()) => vec![],
        Err(Error::Schema { problems, .. }) => problems,
        Err(other) => return Err(other),
    };
    let reserved = ADDED.into_iter().filter(|name| table.schema.contains(name));
    problems.extend(reserved.map(|name| format!("column `{name}` has a name that the quarantine needs; rename it")));
    for (place, rule) in rules.iter().enumerate() {
        let of_rule = rule.step().problems(table);
        problems.extend(of_rule.into_iter().map(|problem| format!("rule {} `{}` {problem}", place + 1, rule.name())));
    }
    Ok(problems)
}
