//! What the helper columns of a flagged frame mean.

use crate::cleaning::validity::check::OnFailure;
use std::collections::BTreeMap;

/// Why a row was taken.
#[derive(Clone, Debug)]
pub(crate) struct Reason {
    /// Place of the rule, from 0.
    pub(crate) rule: usize,
    pub(crate) text: String,
    /// The column whose cells show the form of what failed.
    pub(crate) shape_of: Option<String>,
}

/// What a Boolean helper column counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Rows that the rule recognised and left in, as it was told.
    Spared,
    /// Rows that lack what the rule judges by.
    Unjudged,
    /// Cells of one column to which one thing happened.
    Cells(CellEvent),
}

/// What a rule did to cells of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CellEvent {
    /// The column, by its raw name.
    pub(crate) column: String,
    /// What happened, in one or two words: `filled`, `raised`, `unreadable`.
    pub(crate) what: String,
    /// Whether the cell holds another value afterwards, rather than one in another form.
    pub(crate) is_change: bool,
}

/// A Boolean helper column.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) rule: usize,
    pub(crate) counted: Counted,
    pub(crate) column: String,
    /// The column whose cells show the form of what was counted.
    pub(crate) shape_of: Option<String>,
}

/// A Boolean helper column of a check: true where a row fails it, null where it cannot be
/// judged.
#[derive(Clone, Debug)]
pub(crate) struct CheckColumn {
    pub(crate) rule: usize,
    pub(crate) check: String,
    pub(crate) on_failure: OnFailure,
    pub(crate) column: String,
    /// The column whose cells show the form of what failed.
    pub(crate) shape_of: Option<String>,
}

/// A rule that stops the job when it takes or counts too many rows.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) rule: usize,
    /// Place of one check of the rule, from 0; none for all that the rule does.
    pub(crate) check: Option<usize>,
    /// The largest share of the rows that came to the rule, 0..=1.
    pub(crate) most: f64,
    /// What can be done about it.
    pub(crate) remedy: &'static str,
}

/// What the helper columns mean.
#[derive(Clone, Debug, Default)]
pub(crate) struct Legend {
    pub(crate) rules: Vec<&'static str>,
    /// Indexed by the code in the state column.
    pub(crate) reasons: Vec<Reason>,
    pub(crate) tallies: Vec<Tally>,
    pub(crate) checks: Vec<CheckColumn>,
    pub(crate) limits: Vec<Limit>,
    /// New names of columns in what is left, where they differ.
    pub(crate) renamed: BTreeMap<String, String>,
}
