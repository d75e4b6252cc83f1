//! Rule: text trimmed and case-folded.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::flow::Flow;
use super::rule::{CLEANING, Step, Table, check_distinct};
use crate::error::{Error, Result};
use crate::frame::schema::is_text;

/// Which case text is brought into; by Unicode's rules, without those of a language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Case {
    /// Left as it is.
    #[default]
    Keep,
    /// `85123a` becomes `85123A`.
    Upper,
    /// `85123A` becomes `85123a`.
    Lower,
}

/// Trims and case-folds cells; takes no row.
///
/// White space at both ends goes, the ideographic and the no-break space too; inside a
/// text it stays. A cell of nothing but white space becomes the empty text, not null, and
/// null stays null. A categorical column comes out as text.
///
/// Unless columns are named, the rule works on those among the roles customer, order,
/// product, channel and currency that are text, and leaves the customer's case alone: two
/// ids that differ in case can be two customers. A column that is named gets both.
///
/// Rules that follow see the mended text; the quarantine shows it as read.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{Case, CleaningParams, Text};
/// use customer_analytics::prelude::*;
///
/// let sales = df!("id" => ["a1 ", "a1"], "day" => ["2026-01-01"; 2], "paid" => [1.0, 2.0], "sku" => [" 22a", "22A"])?;
/// let columns = TransactionColumns::new("id", "day").amount("paid").product("sku").time_format("%Y-%m-%d");
/// let cleaned = CleaningParams::new().rule(Text::new().case(Case::Upper)).run(sales.lazy(), &columns)?;
/// assert_eq!(cleaned.report().rules[0].n_cells_changed, 2);
/// assert_eq!(cleaned.into_parts().0.column("sku")?.n_unique()?, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Text {
    #[serde(default)]
    columns: Vec<String>,
    #[serde(default = "yes")]
    trim: bool,
    #[serde(default)]
    case: Case,
}

fn yes() -> bool {
    true
}

impl Default for Text {
    fn default() -> Self {
        Self { columns: vec![], trim: true, case: Case::Keep }
    }
}

impl Text {
    /// Trims the text among the roles and keeps its case.
    pub fn new() -> Self {
        Self::default()
    }

    /// Works on these columns instead, by their raw names.
    pub fn columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.columns = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Whether white space at both ends goes; it does by default.
    pub fn trim(mut self, trim: bool) -> Self {
        self.trim = trim;
        self
    }

    /// Chooses the case; kept by default.
    pub fn case(mut self, case: Case) -> Self {
        self.case = case;
        self
    }

    /// The columns to work on, with the case they get.
    fn targets(&self, flow: &Flow) -> Vec<(String, Case)> {
        if !self.columns.is_empty() {
            return self.columns.iter().map(|column| (column.clone(), self.case)).collect();
        }
        let roles = flow.roles();
        let labels = [&roles.order, &roles.product, &roles.channel, &roles.currency];
        let labels = labels.into_iter().flatten().map(|column| (column.clone(), self.case));
        let with_customer = [(roles.customer.clone(), Case::Keep)].into_iter().chain(labels);
        with_customer.filter(|(column, _)| flow.dtype(column).is_some_and(is_textual)).collect()
    }

    fn mended(&self, text: Expr, case: Case) -> Expr {
        let text = if self.trim { text.str().strip_chars(lit(NULL)) } else { text };
        match case {
            Case::Keep => text,
            Case::Upper => text.str().to_uppercase(),
            Case::Lower => text.str().to_lowercase(),
        }
    }
}

fn is_textual(dtype: &DataType) -> bool {
    is_text(dtype) || matches!(dtype, DataType::Categorical(..) | DataType::Enum(..))
}

impl Step for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn check(&self) -> Result<()> {
        if !self.trim && self.case == Case::Keep {
            return Err(Error::param(
                CLEANING,
                "text.trim",
                "true where `case` is keep, as nothing is left to do",
                false,
            ));
        }
        check_distinct("text.columns", &self.columns)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let problem = |column: &String| match table.schema.get(column) {
            None => table.missing_column(column),
            Some(dtype) if !is_textual(dtype) => Some(format!(
                "needs text or a category, but column `{column}` is {dtype}; leave it out of the rule or cast it"
            )),
            Some(_) => None,
        };
        self.columns.iter().filter_map(problem).collect()
    }

    fn apply(&self, flow: &mut Flow) {
        for (column, case) in self.targets(flow) {
            let mended = self.mended(flow.text(&column), case);
            flow.mend(&column, mended);
        }
    }
}
