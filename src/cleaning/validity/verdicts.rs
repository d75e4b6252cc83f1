//! Many checks of a row at once: what it fails, and what follows.
//!
//! Each check has one Boolean column: true where a row fails it, null where it cannot be
//! judged, false where it passes or was out already. Everything else is read off those.

use polars::prelude::*;

use crate::cleaning::engine::flow::{Decision, FAIL_ABOVE, Flow};
use crate::cleaning::engine::legend::{CheckColumn, Limit};
use crate::cleaning::validity::check::OnFailure;
use crate::frame::Condition;

/// What joins the checks that a row failed.
const BETWEEN: &str = "; ";

/// A check as the plan needs it.
pub(crate) struct RowCheck {
    pub(crate) name: String,
    pub(crate) on_failure: OnFailure,
    /// The share of failing rows beyond which the job stops.
    pub(crate) most: Option<f64>,
    /// Null where the row cannot be judged.
    pub(crate) passes: Expr,
    /// The raw column whose failing cells the report shows the form of.
    pub(crate) shape_of: Option<String>,
}

impl Flow {
    /// A condition over raw names, asked of the columns as mended so far.
    pub(crate) fn holds(&self, condition: &Condition, schema: &Schema) -> Expr {
        condition.to_expr(schema).map_expr(|expr| match expr {
            Expr::Column(raw) => self.value(&raw),
            other => other,
        })
    }

    /// Carries out checks; returns the column with the names of all that a row failed.
    pub(crate) fn judge_checks(&mut self, checks: Vec<RowCheck>) -> String {
        let (mut taking, mut noting) = (vec![], vec![]);
        let mut exprs = vec![];
        let rule = self.rule();
        for (place, check) in checks.into_iter().enumerate() {
            let column = self.helper("fails");
            let fails = when(self.is_in()).then(check.passes.not()).otherwise(lit(false));
            exprs.push(fails.cast(DataType::Boolean).alias(column.as_str()));
            if let Some(most) = check.most {
                self.legend.limits.push(Limit { rule, check: Some(place), most, remedy: FAIL_ABOVE });
            }
            let shape_of = check.shape_of.map(|raw| self.current(&raw).to_owned());
            let RowCheck { name: check, on_failure, .. } = check;
            let followed = if on_failure == OnFailure::Quarantine { &mut taking } else { &mut noting };
            followed.push((check.clone(), column.clone()));
            self.legend.checks.push(CheckColumn { rule, check, on_failure, column, shape_of });
        }
        self.frame = std::mem::take(&mut self.frame).with_columns(exprs);
        self.follow(taking, noting)
    }

    /// Takes or notes rows by the columns that say what they fail.
    fn follow(&mut self, taking: Vec<(String, String)>, noting: Vec<(String, String)>) -> String {
        let n_taking = taking.len();
        let reasons: Vec<String> = taking.iter().map(|(name, _)| name.clone()).collect();
        let (names, columns): (Vec<String>, Vec<Expr>) =
            taking.into_iter().chain(noting).map(|(name, column)| (name, col(column))).unzip();
        let code = of_all(columns.clone(), DataType::UInt32, move |fails| codes(fails, n_taking));
        let text = of_all(columns, DataType::String, move |fails| joined(fails, &names));
        let (code, text) = (col(self.derive("code", code)), self.derive("failed", text));
        let is_taken = code.clone().lt(lit(n_taking as u32));
        if n_taking > 0 {
            // Null where the rule left the row in: another one may take it.
            let of_taken = when(is_taken.clone()).then(col(text.as_str())).otherwise(lit(NULL));
            let of_taken = self.derive("all_reasons", of_taken.cast(DataType::String));
            self.all_reasons.push(of_taken);
        }
        let first = self.legend.reasons.len() as u32;
        let verdict = when(is_taken).then(code.clone() + lit(first)).otherwise(lit(NULL)).cast(DataType::UInt32);
        self.decide(Decision {
            verdict,
            reasons: reasons.into_iter().map(|reason| (reason, None)).collect(),
            spare: Some(code.clone().eq(lit(n_taking as u32))),
            unjudged: Some(code.eq(lit(n_taking as u32 + 1))),
        });
        text
    }
}

/// A column made of what a row fails.
fn of_all(
    fails: Vec<Expr>,
    dtype: DataType,
    function: impl Fn(&mut [Column]) -> PolarsResult<Column> + Send + Sync + 'static,
) -> Expr {
    map_multiple(function, fails, move |_: &Schema, _: &[Field]| Ok(Field::new("of_all".into(), dtype.clone())))
}

/// The place of the first check that takes a row; then one number for rows that fail
/// others only, and one for rows that fail none but could not be judged by one; else null.
fn codes(fails: &mut [Column], n_taking: usize) -> PolarsResult<Column> {
    let mut codes: Vec<Option<u32>> = vec![None; fails.first().map_or(0, Column::len)];
    for (place, fails) in fails.iter().enumerate() {
        let fails = fails.bool()?;
        if fails.num_trues() > 0 {
            let failed = codes.iter_mut().zip(fails.iter()).filter(|(_, fails)| *fails == Some(true));
            failed.for_each(|(code, _)| *code = code.or(Some(place.min(n_taking) as u32)));
        }
    }
    for fails in fails.iter().filter(|fails| fails.null_count() > 0) {
        let open = codes.iter_mut().zip(fails.bool()?.iter()).filter(|(_, fails)| fails.is_none());
        open.for_each(|(code, _)| *code = code.or(Some(n_taking as u32 + 1)));
    }
    Ok(UInt32Chunked::from_iter_options("code".into(), codes.into_iter()).into_column())
}

/// The names of the checks that each row failed; null for none.
fn joined(fails: &mut [Column], names: &[String]) -> PolarsResult<Column> {
    let height = fails.first().map_or(0, Column::len);
    let flags: Vec<&BooleanChunked> = fails.iter().map(Column::bool).collect::<PolarsResult<_>>()?;
    if flags.iter().all(|fails| fails.num_trues() == 0) {
        return Ok(StringChunked::full_null("failed".into(), height).into_column());
    }
    let mut texts: Vec<Option<String>> = vec![None; height];
    for (fails, name) in flags.iter().zip(names).filter(|(fails, _)| fails.num_trues() > 0) {
        for (text, _) in texts.iter_mut().zip(fails.iter()).filter(|(_, fails)| *fails == Some(true)) {
            let text = text.get_or_insert_default();
            if !text.is_empty() {
                text.push_str(BETWEEN);
            }
            text.push_str(name);
        }
    }
    Ok(StringChunked::from_iter_options("failed".into(), texts.iter().map(Option::as_deref)).into_column())
}
