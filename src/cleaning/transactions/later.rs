//! Rule: rows dated after the report.

use chrono::NaiveDate;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Flow, Judgement, Take};
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::error::Result;

/// Takes rows dated after a day, so that what happened later changes nothing before it.
///
/// Analyses leave later rows out by themselves; rules that compare rows do not: a
/// cancellation in June would take the purchase of May that it cancels out of the report
/// for May. Put this rule first where a report has to come out the same when it is run
/// again later, and where a score is checked against what followed.
///
/// A row without a readable time stays and is counted as not judged.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, LaterRows, Refunds};
/// use customer_analytics::prelude::*;
///
/// let sales = df!(
///     "id" => [7_i64, 7], "day" => ["2026-05-30", "2026-06-02"], "sku" => ["tea", "tea"], "paid" => [6.0, -6.0],
/// )?;
/// let columns = TransactionColumns::new("id", "day").amount("paid").product("sku").time_format("%Y-%m-%d");
/// let end_of_may = NaiveDate::from_ymd_opt(2026, 5, 31).unwrap();
/// let rules = CleaningParams::new().rule(LaterRows::after(end_of_may)).rule(Refunds::matched());
/// assert_eq!(rules.roles(&columns).run(sales.lazy())?.report().n_rows_out, 1); // bought, as of May
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct LaterRows {
    after: NaiveDate,
}

impl LaterRows {
    /// Takes rows dated after this day; those of the day itself stay.
    pub fn after(day: NaiveDate) -> Self {
        Self { after: day }
    }
}

impl Step for LaterRows {
    fn name(&self) -> &'static str {
        "later_rows"
    }

    fn uses_roles(&self) -> bool {
        true
    }

    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn problems(&self, _table: &Table<'_>) -> Vec<String> {
        vec![]
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let (columns, schema) = flow.columns();
        let day = columns.time_expr(schema).cast(DataType::Date);
        let is_later = day.clone().gt(lit(self.after).cast(DataType::Date));
        let take = vec![Take::new(is_later, format!("dated after {}", self.after))];
        flow.judge(Judgement { take, unjudged: Some(day.is_null()), ..Judgement::default() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleaning::CleaningParams;
    use crate::frame::TransactionColumns;

    #[test]
    fn rows_of_the_day_stay_and_rows_without_a_time_are_not_judged() {
        let times = [Some("2026-05-31 23:59"), Some("2026-06-01 00:00"), None, Some("soon")];
        let frame = df!("who" => [1_i64; 4], "when" => times, "paid" => [1.0; 4]).unwrap();
        let columns = TransactionColumns::new("who", "when").amount("paid").time_format("%F %H:%M");
        let rule = LaterRows::after(NaiveDate::from_ymd_opt(2026, 5, 31).unwrap());
        let cleaned = CleaningParams::new().rule(rule).roles(&columns).run(frame.lazy()).unwrap();
        let report = &cleaned.report().rules[0];
        assert_eq!((report.n_rows_taken, report.n_rows_unjudged, report.n_rows_out), (1, 2, 3));
        assert_eq!(report.reasons[0].reason, "dated after 2026-05-31");
    }
}
