//! What identity resolution counted.

use std::fmt;

use polars::prelude::*;
use serde::Serialize;

use super::count_table::write_counts;
use crate::frame::{ToDataFrame, columns, frame_of};

/// What identity resolution counted; never a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IdentityReport {
    /// Records that came in; each is in exactly one identity.
    pub n_records: u64,
    /// Identities that they are of.
    pub n_identities: u64,
    /// Links that made one identity of two: records less identities.
    pub n_merges: u64,
    /// Identities with records of more than one source.
    pub n_across_sources: u64,
    /// Identities with more records than `max_component`.
    pub n_oversize: u64,
    /// What each key did, in order.
    pub keys: Vec<KeyReport>,
    /// What each comparison of texts did, in order.
    pub fuzzy: Vec<FuzzyReport>,
    /// Identities whose records differ where they should not.
    pub conflicts: Vec<ConflictCount>,
    /// Identities by their number of records, ascending.
    pub sizes: Vec<SizeCount>,
}

/// What one key did.
///
/// Records with a value, nulls, blanks, placeholders and unreadable ones are all records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeyReport {
    /// The key, by its columns.
    pub key: String,
    /// Records with a value.
    pub n_records: u64,
    /// Distinct values.
    pub n_values: u64,
    /// Records that a value ties to an earlier one.
    pub n_links: u64,
    /// Links that made one identity of two; the others confirmed one.
    pub n_merges: u64,
    /// Records in which it is null.
    pub n_nulls: u64,
    /// Records in which it is nothing but white space.
    pub n_blanks: u64,
    /// Records in which it stands for a missing value.
    pub n_placeholders: u64,
    /// Records in which it cannot be read in its form.
    pub n_unreadable: u64,
    /// Values that more than `max_records_per_key` records share; they link nothing.
    pub n_glued_values: u64,
    /// Records with such a value.
    pub n_glued_records: u64,
    /// Shapes of such values, those of most records first, ten at the most.
    pub glued: Vec<GluedShape>,
    /// Shapes of cells that cannot be read, those of most records first, ten at the most.
    pub unreadable: Vec<UnreadableShape>,
}

impl KeyReport {
    pub(super) fn none() -> Self {
        Self {
            key: String::new(),
            n_records: 0,
            n_values: 0,
            n_links: 0,
            n_merges: 0,
            n_nulls: 0,
            n_blanks: 0,
            n_placeholders: 0,
            n_unreadable: 0,
            n_glued_values: 0,
            n_glued_records: 0,
            glued: vec![],
            unreadable: vec![],
        }
    }

    fn counts(&self) -> [(&'static str, &'static str, u64); 10] {
        [
            ("records with it", columns::N_RECORDS, self.n_records),
            ("values", columns::N_VALUES, self.n_values),
            ("links", columns::N_LINKS, self.n_links),
            ("merges", columns::N_MERGES, self.n_merges),
            ("null", columns::N_NULLS, self.n_nulls),
            ("blank", columns::N_BLANKS, self.n_blanks),
            ("placeholder", columns::N_PLACEHOLDERS, self.n_placeholders),
            ("unreadable", columns::N_UNREADABLE, self.n_unreadable),
            ("shared by too many", columns::N_GLUED_VALUES, self.n_glued_values),
            ("records of those", columns::N_GLUED_RECORDS, self.n_glued_records),
        ]
    }
}

/// Values of one shape that too many records share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GluedShape {
    /// The shape; see [`shape`](crate::text::shape).
    pub shape: String,
    /// Values of this shape.
    pub n_values: u64,
    /// Records that have them.
    pub n_records: u64,
    /// Records of the most frequent one.
    pub n_most: u64,
}

impl GluedShape {
    pub(super) fn add(&mut self, n_records: u64) {
        self.n_values += 1;
        self.n_records += n_records;
        self.n_most = self.n_most.max(n_records);
    }
}

/// Cells of one shape that cannot be read in the form of their key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnreadableShape {
    /// The shape; see [`shape`](crate::text::shape).
    pub shape: String,
    /// Records with such a cell.
    pub n_records: u64,
}

/// What one comparison of texts did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FuzzyReport {
    /// The comparison, by its columns.
    pub name: String,
    /// Blocks of two records and more that were compared.
    pub n_blocks: u64,
    /// Blocks that were too large.
    pub n_blocks_skipped: u64,
    /// Records in them.
    pub n_records_skipped: u64,
    /// Texts that more than `max_records_per_key` records of one block have; they link nothing.
    pub n_glued_values: u64,
    /// Records with such a text.
    pub n_glued_records: u64,
    /// Pairs compared.
    pub n_pairs: u64,
    /// Links kept.
    pub n_links: u64,
    /// Links that made one identity of two.
    pub n_merges: u64,
}

/// Identities whose records differ in a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConflictCount {
    /// The column.
    pub column: String,
    /// Identities with more than one value in it.
    pub n_identities: u64,
}

/// Identities of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SizeCount {
    /// Records of each.
    pub n_records: u64,
    /// Identities of this size.
    pub n_identities: u64,
}

/// Sizes that are shown one by one.
const SHOWN_SIZES: usize = 6;

/// What two heads of the keys mean.
const LEGEND: &str =
    "\n  shared by too many: by more than `max_records_per_key`; unreadable: not in the form of the key; neither links";

impl fmt::Display for IdentityReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "identities: {} record(s) of {} identity(ies), {} merge(s), {} across sources",
            self.n_records, self.n_identities, self.n_merges, self.n_across_sources
        )?;
        self.fmt_keys(f)?;
        for fuzzy in &self.fuzzy {
            let FuzzyReport { n_pairs, n_blocks, n_links, n_merges, .. } = fuzzy;
            write!(f, "\n  {n_links} link(s), {n_merges} merge(s) of {n_pairs} pair(s) in {n_blocks} block(s)")?;
            write!(f, ", {} too large skipped: {}", fuzzy.n_blocks_skipped, fuzzy.name)?;
            if fuzzy.n_glued_values > 0 {
                let FuzzyReport { n_glued_values, n_glued_records, .. } = fuzzy;
                write!(
                    f,
                    "\n    left out: {n_glued_values} text(s) of {n_glued_records} record(s), too many in a block"
                )?;
            }
        }
        write!(f, "\n  identities by records:")?;
        f.write_str(&self.size_parts().join(","))?;
        for conflict in &self.conflicts {
            write!(f, "\n  {} identity(ies) with different `{}`", conflict.n_identities, conflict.column)?;
        }
        Ok(())
    }
}

impl IdentityReport {
    fn fmt_keys(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = KeyReport::none().counts().map(|(head, ..)| head);
        let row = |key: &KeyReport| (key.counts().map(|(.., count)| count).to_vec(), key.label());
        write_counts(f, &heads, "key", &self.keys.iter().map(row).collect::<Vec<_>>())?;
        if self.keys.iter().any(|key| key.n_glued_values > 0 || key.n_unreadable > 0) {
            f.write_str(LEGEND)?;
        }
        Ok(())
    }

    /// ` 6 identities of 1 record`, ` 2 of 3`.
    fn size_parts(&self) -> Vec<String> {
        let shown = self.sizes.iter().take(SHOWN_SIZES).enumerate().map(|(place, size)| {
            let SizeCount { n_records, n_identities } = *size;
            let several = |n: u64, one: &'static str, more: &'static str| if n == 1 { one } else { more };
            let identities = several(n_identities, "identity", "identities");
            match place {
                0 => format!(" {n_identities} {identities} of {n_records} {}", several(n_records, "record", "records")),
                _ => format!(" {n_identities} of {n_records}"),
            }
        });
        let more: u64 = self.sizes.iter().skip(SHOWN_SIZES).map(|size| size.n_identities).sum();
        let rest = self.sizes.last().filter(|_| more > 0);
        shown.chain(rest.map(|last| format!(" {more} of more, up to {}", last.n_records))).collect()
    }
}

impl KeyReport {
    /// The key, with what it left out below.
    fn label(&self) -> String {
        let left_out = |glued: &GluedShape| {
            let GluedShape { shape, n_values, n_records, n_most } = glued;
            format!("\n    left out: {n_values} value(s) like `{shape}` of {n_records} record(s), {n_most} of one")
        };
        let unread = |unreadable: &UnreadableShape| {
            format!("\n    unreadable: {} record(s) like `{}`", unreadable.n_records, unreadable.shape)
        };
        let below = self.glued.iter().map(left_out).chain(self.unreadable.iter().map(unread));
        [self.key.clone()].into_iter().chain(below).collect()
    }
}

impl ToDataFrame for IdentityReport {
    /// One row per key, in order; comparisons, conflicts and sizes are left out.
    fn to_dataframe(&self) -> DataFrame {
        let names: Vec<&str> = self.keys.iter().map(|key| key.key.as_str()).collect();
        let mut series = vec![Series::new(columns::KEY.into(), names)];
        series.extend(KeyReport::none().counts().iter().enumerate().map(|(place, (_, name, _))| {
            let counts: Vec<u64> = self.keys.iter().map(|key| key.counts()[place].2).collect();
            Series::new((*name).into(), counts)
        }));
        frame_of(series)
    }
}
