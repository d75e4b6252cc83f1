//! What became of the columns of every channel.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use crate::frame::{ToDataFrame, columns, frame_of};

/// What became of the columns of every source; no row was read for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ChannelsReport {
    /// The sources, in the order in which they were given.
    pub sources: Vec<SourceReport>,
}

/// What became of the columns of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceReport {
    /// Name of the source.
    pub source: String,
    /// Target and source column, as given.
    pub roles: Vec<(String, String)>,
    /// Targets that the source lacks; null in its records.
    pub missing: Vec<String>,
    /// Columns of the source that no target takes.
    pub left_out: Vec<String>,
    /// Columns whose type was changed to go with the other sources.
    pub cast: Vec<ColumnCast>,
}

/// A column that was cast.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ColumnCast {
    /// The column, by its name in the union.
    pub target: String,
    /// Its type in the source.
    pub from: String,
    /// Its type in the union.
    pub to: String,
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for ChannelsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "channels: {} source(s)", self.sources.len())?;
        for source in &self.sources {
            let (taken, missing, left) = (source.roles.len(), source.missing.len(), source.left_out.len());
            write!(f, "\n  {}: {taken} column(s) taken, {missing} missing, {left} left out", source.source)?;
            for (what, names) in [("missing", &source.missing), ("left out", &source.left_out)] {
                if !names.is_empty() {
                    write!(f, "\n    {what}: {}", list(names))?;
                }
            }
            for cast in &source.cast {
                write!(f, "\n    cast: `{}` from {} to {}", cast.target, cast.from, cast.to)?;
            }
        }
        Ok(())
    }
}

impl ToDataFrame for ChannelsReport {
    /// One row per column of a source: its target, its name in the source, and whether it was
    /// `taken`, `missing` or `left out`; then sources and columns in the order given.
    fn to_dataframe(&self) -> DataFrame {
        let mut rows: Vec<[Option<&str>; 4]> = Vec::new();
        for source in &self.sources {
            let name = Some(source.source.as_str());
            let taken = source.roles.iter().map(|(target, column)| (Some(target.as_str()), Some(column.as_str())));
            rows.extend(taken.map(|(target, column)| [name, target, column, Some("taken")]));
            rows.extend(source.missing.iter().map(|target| [name, Some(target), None, Some("missing")]));
            rows.extend(source.left_out.iter().map(|column| [name, None, Some(column), Some("left out")]));
        }
        let names = [columns::SOURCE, columns::TARGET, columns::COLUMN, columns::STATE];
        let text = |(place, name): (usize, &str)| {
            Series::new(name.into(), rows.iter().map(|row| row[place]).collect::<Vec<_>>())
        };
        frame_of(names.into_iter().enumerate().map(text).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_names_what_is_missing_and_left_out() {
        let report = ChannelsReport {
            sources: vec![SourceReport {
                source: "门店".into(),
                roles: vec![("name".into(), "姓名".into())],
                missing: vec!["email".into()],
                left_out: vec!["备注".into(), "店员".into()],
                cast: vec![ColumnCast { target: "name".into(), from: "cat".into(), to: "str".into() }],
            }],
        };
        let expected = "channels: 1 source(s)\n  门店: 1 column(s) taken, 1 missing, 2 left out\n    missing: `email`\n    \
                        left out: `备注`, `店员`\n    cast: `name` from cat to str";
        assert_eq!(report.to_string(), expected);
        let frame = report.to_dataframe();
        assert_eq!(frame.height(), 4);
        assert_eq!(frame.column("column").unwrap().null_count(), 1);
    }
}
