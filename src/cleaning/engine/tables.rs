//! Other tables that rules look things up in.

use polars::prelude::*;

use crate::analysis::collect_streamed;
use crate::cleaning::engine::flow::Flow;
use crate::cleaning::engine::narrow::numbered;
use crate::cleaning::engine::step::Table;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};

impl Table<'_> {
    /// What is wrong with a table that a rule names, and the types of its columns.
    pub(crate) fn other_table(&self, name: &str, columns: &[&str]) -> (Vec<String>, Option<SchemaRef>) {
        let Some(frame) = self.tables.get(name) else {
            let problem =
                format!("looks things up in table `{name}`, which was not given; add it with `CleaningInput::table`");
            return (vec![problem], None);
        };
        let Ok(schema) = frame.clone().collect_schema() else {
            return (vec![format!("looks things up in table `{name}`, whose schema cannot be read")], None);
        };
        let missing = columns.iter().filter(|column| !schema.contains(column));
        let problem = |column: &&str| format!("needs column `{column}` of table `{name}`, which does not have it");
        (missing.map(problem).collect(), Some(schema))
    }
}

impl Flow {
    /// Reads columns of another table.
    pub(crate) fn read_table(&self, name: &str, inputs: Vec<Expr>) -> Result<Vec<Column>> {
        let Some(frame) = self.tables.get(name) else {
            let reason = format!("table `{name}` was not given; add it with `CleaningInput::table`");
            return Err(Error::Unusable { analysis: CLEANING, reason });
        };
        Ok(collect_streamed(CLEANING, frame.clone().select(numbered(inputs)))?.into_columns())
    }
}
