//! Rule: text trimmed, brought to one Unicode form and case-folded.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::step::{Step, Table, check_distinct};
use crate::cleaning::learned::Learned;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::schema::is_written;
use crate::text::{Case, Normalise};

/// Trims and folds cells; takes no row.
///
/// White space at both ends goes, the ideographic and the no-break space too. On request
/// runs of inner blanks become one blank, full-width forms become half-width ones (Unicode
/// form NFKC: `ＡＢＣ　１２` is `ABC 12`), the case is folded, and a cell that is left empty
/// becomes null; else it is the empty text. Null stays null. A categorical column comes out
/// as text. Applied twice, the rule changes nothing more.
///
/// Unless columns are named, the rule works on every column of text. Where the roles of
/// transactions are given, it works on those among customer, order, product, channel and
/// currency that are text, and leaves the customer's case alone: two ids that differ in
/// case can be two customers. A column that is named gets everything.
///
/// Rules that follow see the mended text; the quarantine shows it as read.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{Case, CleaningParams, Text};
/// use customer_analytics::polars::prelude::*;
///
/// let sales = df!("code" => [" 22a", "２２A ", "22A"], "channel" => ["web", " ", "Web"])?;
/// let cleaned = CleaningParams::new().rule(Text::new().nfkc(true).case(Case::Upper).empty_to_null(true)).run(sales)?;
/// assert_eq!(cleaned.report().rules[0].n_cells("code", "changed"), 2);
/// let (clean, _, _) = cleaned.into_parts();
/// assert_eq!(clean.column("code")?.n_unique()?, 1);
/// assert_eq!(clean.column("channel")?.null_count(), 1);
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
    inner_blanks: bool,
    #[serde(default)]
    nfkc: bool,
    #[serde(default)]
    case: Case,
    #[serde(default)]
    empty_to_null: bool,
}

fn yes() -> bool {
    true
}

impl Default for Text {
    fn default() -> Self {
        Self { columns: vec![], trim: true, inner_blanks: false, nfkc: false, case: Case::Keep, empty_to_null: false }
    }
}

impl Text {
    /// Trims text and leaves the rest as it is.
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

    /// Whether a run of white space inside a text becomes one blank.
    pub fn inner_blanks(mut self, collapse: bool) -> Self {
        self.inner_blanks = collapse;
        self
    }

    /// Whether full-width, circled and other compatible forms become the plain ones.
    pub fn nfkc(mut self, nfkc: bool) -> Self {
        self.nfkc = nfkc;
        self
    }

    /// Chooses the case; kept by default.
    pub fn case(mut self, case: Case) -> Self {
        self.case = case;
        self
    }

    /// Whether a cell that is empty once it is trimmed becomes null.
    pub fn empty_to_null(mut self, empty_to_null: bool) -> Self {
        self.empty_to_null = empty_to_null;
        self
    }

    /// The columns to work on, with the case they get.
    fn targets(&self, flow: &Flow) -> Vec<(String, Case)> {
        let with_case = |columns: Vec<String>| columns.into_iter().map(|column| (column, self.case)).collect();
        if !self.columns.is_empty() {
            return with_case(self.columns.clone());
        }
        let schema = flow.schema();
        let is_text = |column: &String| schema.get(column).is_some_and(is_written);
        if !flow.has_roles() {
            return with_case(schema.iter_names().map(PlSmallStr::to_string).filter(is_text).collect());
        }
        let roles = flow.roles();
        let labels = [roles.order, roles.product, roles.channel, roles.currency];
        let labels = labels.into_iter().flatten().map(|column| (column, self.case));
        let with_customer = [(roles.customer, Case::Keep)].into_iter().chain(labels);
        with_customer.filter(|(column, _)| is_text(column)).collect()
    }

    /// How a cell is brought into form.
    fn form(&self, case: Case) -> Normalise {
        Normalise::nothing().nfkc(self.nfkc).trim(self.trim).inner_blanks(self.inner_blanks).case(case)
    }
}

/// Text in its form, cell by cell.
pub(crate) fn in_form(text: Expr, form: Normalise, empty_to_null: bool) -> Expr {
    let mend = move |text: Column| {
        let text = text.str()?;
        let mut mended = StringChunkedBuilder::new(text.name().clone(), text.len());
        let mut room = String::new();
        for cell in text.iter() {
            let cell = cell.map(|cell| form.write(cell, &mut room));
            mended.append_option(cell.filter(|cell| !(empty_to_null && cell.is_empty())));
        }
        Ok(mended.finish().into_column())
    };
    text.map(mend, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::String)))
}

impl Step for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn check(&self) -> Result<()> {
        if self.form(self.case).is_nothing() && !self.empty_to_null {
            let expected = "true where nothing else is asked for, as nothing is left to do";
            return Err(Error::param(CLEANING, "text.trim", expected, false));
        }
        check_distinct("text.columns", &self.columns)
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let problem = |column: &String| match table.schema.get(column) {
            None => table.missing_column(column),
            Some(dtype) if !is_written(dtype) => Some(format!(
                "needs text or a category, but column `{column}` is {dtype}; leave it out of the rule or cast it"
            )),
            Some(_) => None,
        };
        self.columns.iter().filter_map(problem).collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        for (column, case) in self.targets(flow) {
            let mended = in_form(flow.text(&column), self.form(case), self.empty_to_null);
            flow.mend_text(&column, mended);
        }
        Ok(())
    }
}
