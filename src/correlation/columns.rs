//! Columns as kernels take them: numbers with the rows that are there, or codes.

use std::borrow::Cow;

use polars::prelude::*;
use rayon::prelude::*;

use super::matrix::{CorrelatedColumn, LeftOutColumn};
use super::method::{ColumnKind, LeftOut, Missing, Reading};
use super::params::{CORRELATION, Correlation};
use super::rows::{and, has, n_in_all, rows_where};
use super::weights::RowWeights;
use crate::error::{Error, Result};
use crate::frame::codes::{Codes, NO_CODE, few_codes_of};
use crate::frame::numbers::{Aligned, CellCounts, Numbers};
use crate::kernel::masked::Masked;

/// One column out of a frame.
enum Cells<'a> {
    Numbers(Numbers<'a>),
    Codes(Codes),
}

/// The columns out of a frame, those that are held fixed last.
pub(super) struct ColumnsRead<'a> {
    names: Vec<(String, DataType)>,
    cells: Vec<Cells<'a>>,
    n_given: usize,
    n_rows: usize,
    pub(super) left_out: Vec<LeftOutColumn>,
}

impl<'a> ColumnsRead<'a> {
    pub(super) fn of(settings: &Correlation, frame: &'a DataFrame) -> Result<Self> {
        let schema = frame.schema();
        let of_pairs = settings.columns_of(schema);
        let names: Vec<&String> = of_pairs.iter().chain(settings.given()).collect();
        let read = |(at, name): (usize, &&String)| -> Result<(DataType, std::result::Result<Cells<'a>, LeftOut>)> {
            let dtype = frame.column(name).map_err(Error::query(CORRELATION))?.dtype().clone();
            let reading = if at < of_pairs.len() { settings.reading(name, &dtype) } else { Ok(Reading::Numbers) };
            let cells = match reading {
                Err(reason) => Err(reason),
                Ok(Reading::Numbers) => Ok(Cells::Numbers(Numbers::of(CORRELATION, frame, name)?)),
                Ok(Reading::Categories) => categories(settings, frame, name)?.map(Cells::Codes),
            };
            Ok((dtype, cells))
        };
        let read: Vec<_> = names.par_iter().enumerate().map(read).collect::<Result<_>>()?;
        let n_given = settings.given().len();
        let mut all = Self { names: vec![], cells: vec![], n_given, n_rows: frame.height(), left_out: vec![] };
        for (name, (dtype, cells)) in names.into_iter().zip(read) {
            match cells {
                Ok(cells) => {
                    all.names.push((name.clone(), dtype));
                    all.cells.push(cells);
                }
                Err(reason) => all.left_out.push(LeftOutColumn { column: name.clone(), reason }),
            }
        }
        all.check_target(settings)?;
        Ok(all)
    }

    /// A target without which there is nothing to correlate.
    fn check_target(&self, settings: &Correlation) -> Result<()> {
        let target = self.left_out.iter().find(|one| settings.target() == Some(&one.column));
        target.map_or(Ok(()), |one| {
            let reason = format!("target `{}` cannot be correlated: {}", one.column, one.reason);
            Err(Error::Unusable { analysis: CORRELATION, reason })
        })
    }

    /// The numbers of each column, `None` for categories.
    pub(super) fn aligned(&self) -> Vec<Option<Aligned<'_>>> {
        self.cells
            .par_iter()
            .map(|cells| match cells {
                Cells::Numbers(numbers) => Some(numbers.aligned()),
                Cells::Codes(_) => None,
            })
            .collect()
    }
}

/// The categories of a column, or why it has none that can be used.
fn categories(settings: &Correlation, frame: &DataFrame, name: &str) -> Result<std::result::Result<Codes, LeftOut>> {
    let max_levels = settings.max_levels();
    let Some(codes) = few_codes_of(CORRELATION, frame, name, max_levels)? else {
        return Ok(Err(LeftOut::TooManyLevels { max_levels }));
    };
    let is_id = codes.labels.len() > 2 && codes.counts.iter().all(|&n| n == 1);
    Ok(if is_id { Err(LeftOut::AllDistinct) } else { Ok(codes) })
}

/// A column with the rows of it that are used.
pub(super) struct Column<'a> {
    pub(super) about: CorrelatedColumn,
    /// Empty for categories.
    values: &'a [f64],
    /// Rows that are used, as far as this column and what holds for all go.
    pub(super) used: Option<Vec<u64>>,
    /// Rows whose cell is not null.
    present: Option<Vec<u64>>,
    /// A code for each row, or none; empty where no pair needs them.
    pub(super) codes: Cow<'a, [u32]>,
}

/// The rows that can be used at all.
pub(super) struct Base {
    n_rows: usize,
    /// Rows of a weight above 0.
    pub(super) n_weighted: u64,
    /// Those whose cells are not null, where a cell of every pair is looked at.
    present: Option<Vec<u64>>,
}

impl<'a> Column<'a> {
    /// All columns of pairs, those held fixed, and what holds for every pair.
    pub(super) fn all_of(
        settings: &Correlation,
        read: &'a ColumnsRead<'_>,
        aligned: &'a [Option<Aligned<'_>>],
        weights: Option<&RowWeights>,
    ) -> (Vec<Self>, Vec<Self>, Base) {
        let sides = read.names.par_iter().zip(&read.cells).zip(aligned);
        let mut columns: Vec<Self> =
            sides.map(|((name, cells), aligned)| Self::of(name, cells, aligned.as_ref())).collect();
        let (n_columns, is_listwise) = (columns.len(), settings.missing() == Missing::Listwise);
        let n_pairs = n_columns - read.n_given;
        let of_all = if is_listwise { &columns[..] } else { &columns[n_pairs..] };
        let weighted = weights.and_then(|weights| weights.weighted.clone());
        let mut used = weighted.clone();
        let mut present = weighted.clone();
        for column in of_all {
            used = and(used.as_deref(), column.used.as_deref());
            present = and(present.as_deref(), column.present.as_deref());
        }
        columns.par_iter_mut().for_each(|column| column.keep(used.as_deref()));
        columns.par_iter_mut().for_each(Column::look);
        if columns[..n_pairs].iter().any(|column| column.about.kind == ColumnKind::Categorical) {
            columns.par_iter_mut().for_each(Self::encode_binary);
        }
        let given = columns.split_off(n_pairs);
        let n_weighted = n_in_all(read.n_rows as u64, &[weighted.as_deref()]);
        (columns, given, Base { n_rows: read.n_rows, n_weighted, present })
    }

    fn of((name, dtype): &(String, DataType), cells: &'a Cells<'_>, aligned: Option<&'a Aligned<'_>>) -> Self {
        let about = |kind, n_levels, counts: CellCounts| CorrelatedColumn {
            column: name.clone(),
            dtype: dtype.to_string(),
            kind,
            n_levels,
            n_null: counts.n_null,
            n_not_finite: counts.n_nan + counts.n_infinite,
            n_rounded: counts.n_rounded,
            varies: false,
        };
        match (cells, aligned) {
            (Cells::Codes(codes), _) => {
                let counts = CellCounts { n_null: codes.n_missing(), ..CellCounts::default() };
                let n_rows = if counts.n_null > 0 { codes.codes.len() } else { 0 };
                let used = rows_where(n_rows, |row| codes.codes[row] != NO_CODE);
                let about = about(ColumnKind::Categorical, Some(codes.labels.len() as u64), counts);
                Self { about, values: &[], present: used.clone(), used, codes: Cow::Borrowed(&codes.codes) }
            }
            (Cells::Numbers(_), Some(aligned)) => {
                let kind = if *dtype == DataType::Boolean { ColumnKind::Binary } else { ColumnKind::Numeric };
                let masked = aligned.masked();
                Self {
                    about: about(kind, None, aligned.counts),
                    values: masked.values,
                    used: masked.valid.map(<[u64]>::to_vec),
                    present: aligned.present().map(<[u64]>::to_vec),
                    codes: Cow::Borrowed(&[]),
                }
            }
            (Cells::Numbers(_), None) => Self {
                about: about(ColumnKind::Numeric, None, CellCounts::default()),
                values: &[],
                used: None,
                present: None,
                codes: Cow::Borrowed(&[]),
            },
        }
    }

    /// Leaves out rows that are not used by any pair.
    fn keep(&mut self, rows: Option<&[u64]>) {
        if rows.is_none() {
            return;
        }
        self.used = and(self.used.as_deref(), rows);
        if self.codes.is_empty() {
            return;
        }
        for (row, code) in self.codes.to_mut().iter_mut().enumerate() {
            if !has(self.used.as_deref(), row) {
                *code = NO_CODE;
            }
        }
    }

    /// Sees whether the rows that are used have more than one value, and more than two.
    fn look(&mut self) {
        if self.about.kind == ColumnKind::Categorical {
            let mut codes = self.codes.iter().filter(|code| **code != NO_CODE);
            let first = codes.next();
            self.about.varies = codes.any(|code| Some(code) != first);
            return;
        }
        let first = self.masked().present().next();
        let varies = self.masked().present().any(|value| Some(value) != first);
        let is_flag = |value: f64| value == 0.0 || value == 1.0;
        let is_binary = varies && self.masked().present().all(is_flag);
        self.about.varies = varies;
        if is_binary {
            self.about.kind = ColumnKind::Binary;
        }
    }

    /// Gives zeros and ones the codes that tables of counts take.
    fn encode_binary(&mut self) {
        if self.about.kind == ColumnKind::Binary {
            let code =
                |row: usize| if has(self.used.as_deref(), row) { u32::from(self.values[row] != 0.0) } else { NO_CODE };
            self.codes = (0..self.values.len()).map(code).collect();
        }
    }

    pub(super) fn masked(&self) -> Masked<'_> {
        Masked { values: self.values, valid: self.used.as_deref() }
    }
}

impl Base {
    /// The rows of a pair, those left out for a null, and those for a number that is not finite.
    pub(super) fn rows_of(&self, x: &Column<'_>, y: &Column<'_>) -> (u64, u64, u64) {
        let n_rows = self.n_rows as u64;
        let n = n_in_all(n_rows, &[x.used.as_deref(), y.used.as_deref()]);
        let present = [x.present.as_deref(), y.present.as_deref(), self.present.as_deref()];
        let n_present = n_in_all(n_rows, &present);
        (n, self.n_weighted - n_present, n_present - n)
    }
}
