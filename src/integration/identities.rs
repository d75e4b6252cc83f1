//! Records of one person brought together: plan, reduce, finish.

use polars::prelude::*;

use super::disagreement::conflicts_of;
use super::identity_params::{Identities, IdentityParams, Oversize};
use super::identity_report::{IdentityReport, SizeCount};
use super::links::Linked;
use super::match_key::IDENTITIES;
use super::record_order::{refuse_nulls, refuse_repeats, repeats, sort_key};
use super::resolution::{Members, Resolution, audit_of};
use crate::analysis::{Analysis, collect};
use crate::error::{Error, Result};
use crate::frame::columns::{IDENTITY, KEY, LINKED, MERGED, N_RECORDS, N_SOURCES, SHAPE, SIMILARITY};
use crate::frame::schema::{column_remedy, is_written};

impl Analysis for Identities {
    type Input = LazyFrame;
    type Reduced = DataFrame;
    type Output = Resolution;
    const NAME: &'static str = IDENTITIES;

    /// Sorts the records by source and record columns, so that nothing depends on the order
    /// in which they came.
    ///
    /// # Errors
    /// `Schema` with every column that is missing, of a type that no key can have, or of a
    /// name that the result needs; `Query` when the schema cannot be had.
    fn plan(&self, records: &LazyFrame) -> Result<LazyFrame> {
        let schema = records.clone().collect_schema().map_err(Error::query(Self::NAME))?;
        let problems = problems(&self.0, &schema);
        if !problems.is_empty() {
            return Err(Error::Schema { table: Self::NAME, problems });
        }
        let by: Vec<Expr> = self.0.record_columns().into_iter().map(|column| sort_key(column, &schema)).collect();
        Ok(records.clone().sort_by_exprs(by, SortMultipleOptions::default()))
    }

    fn reduce(&self, plan: LazyFrame) -> Result<DataFrame> {
        collect(Self::NAME, plan)
    }

    /// Links the records, which are sorted as by the plan.
    ///
    /// # Errors
    /// `Incomplete` when a record column has nulls; `Unusable` when two records have the same
    /// record columns, or when an identity has more than `max_component` records and such are
    /// to be refused.
    fn finish(&self, records: DataFrame) -> Result<Resolution> {
        let starts = self.source_starts(&records)?;
        let linked = Linked::of(&records, &self.0)?;
        let identities = linked.identities();
        let members = Members::of(&identities, &starts);
        let conflicts = conflicts_of(&records, &identities, &members, &self.0.conflicts)?;
        let audit = audit_of(&records, &linked, &identities, &members, &self.0)?;
        let report = self.report(&records, linked, &members, &conflicts);
        if report.n_oversize > 0 && self.0.oversize == Oversize::Refuse {
            return Err(self.too_large(&report));
        }
        Resolution::new(records, identities, audit, conflicts.frame, report)
    }
}

impl Identities {
    /// For every record whether it is the first of its source; refuses records that cannot be
    /// told apart.
    fn source_starts(&self, records: &DataFrame) -> Result<Vec<bool>> {
        let columns = self.0.record_columns();
        let remedy = "name other columns by `source` and `record`, or fill them";
        refuse_nulls(IDENTITIES, records, &columns, "a source or what tells the record in it", remedy)?;
        refuse_repeats(IDENTITIES, records, &columns)?;
        let Some(source) = &self.0.source else { return Ok(vec![false; records.height()]) };
        let same = repeats(IDENTITIES, records, &[source])?;
        Ok(same.iter().map(|same| same != Some(true)).collect())
    }

    fn report(
        &self,
        records: &DataFrame,
        linked: Linked,
        members: &Members,
        conflicts: &super::disagreement::Conflicts,
    ) -> IdentityReport {
        let n_records = records.height() as u64;
        let n_identities = members.sizes.len() as u64;
        let mut sizes = members.sizes.clone();
        sizes.sort_unstable();
        let sizes: Vec<SizeCount> = sizes
            .chunk_by(|a, b| a == b)
            .map(|equal| SizeCount { n_records: equal[0].into(), n_identities: equal.len() as u64 })
            .collect();
        let most = u64::from(self.0.max_component);
        IdentityReport {
            n_records,
            n_identities,
            n_merges: n_records - n_identities,
            n_across_sources: members.n_sources.iter().filter(|&&n| n > 1).count() as u64,
            n_oversize: sizes.iter().filter(|size| size.n_records > most).map(|size| size.n_identities).sum(),
            keys: linked.keys,
            fuzzy: linked.fuzzy,
            conflicts: conflicts.counts.clone(),
            sizes,
        }
    }

    fn too_large(&self, report: &IdentityReport) -> Error {
        let largest = report.sizes.last().map_or(0, |size| size.n_records);
        let reason = format!(
            "{} identity(ies) have more than {} records, the largest {largest}; lower `max_records_per_key`, add \
             placeholders, drop the key that glues, raise `max_component`, or choose `Oversize::Report`",
            report.n_oversize, self.0.max_component
        );
        Error::Unusable { analysis: IDENTITIES, reason }
    }
}

/// What is wrong with the columns.
fn problems(params: &IdentityParams, schema: &Schema) -> Vec<String> {
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
    const NEEDS: &str = "text, whole numbers, dates or booleans; cast others";
    for column in params.record_columns() {
        check("the record", column, is_key, NEEDS);
    }
    for key in &params.keys {
        let role = format!("key `{}`", key.name());
        key.columns().for_each(|column| check(&role, column, is_key, NEEDS));
    }
    for fuzzy in &params.fuzzy {
        let role = format!("comparison `{}`", fuzzy.name());
        check(&role, &fuzzy.column, is_text, "text");
        fuzzy.block_on.iter().for_each(|column| check(&role, column, is_key, NEEDS));
    }
    for column in &params.conflicts {
        check("the list of conflicts", column, is_key, NEEDS);
    }
    if schema.contains(IDENTITY) {
        problems.push(format!("column `{IDENTITY}` is there already; drop or rename it"));
    }
    let taken = params.record_columns().into_iter().filter(|name| is_of_audit(name));
    problems.extend(taken.map(|name| format!("the record column `{name}` is a name of the audit; rename it")));
    problems
}

/// Whether the audit gives a column of its own this name; it would have two of the name.
fn is_of_audit(name: &str) -> bool {
    name.starts_with(LINKED) || [KEY, SHAPE, SIMILARITY, MERGED, N_RECORDS, N_SOURCES].contains(&name)
}

fn is_text(dtype: &DataType) -> bool {
    is_written(dtype) || dtype.is_null()
}

/// Types whose values are equal when they look equal; fractions are not.
fn is_key(dtype: &DataType) -> bool {
    is_text(dtype) || dtype.is_integer() || matches!(dtype, DataType::Date | DataType::Datetime(..) | DataType::Boolean)
}
