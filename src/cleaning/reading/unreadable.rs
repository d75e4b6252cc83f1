//! Columns that are read into another form: what was blank, what could not be read, and what
//! becomes of it.
//!
//! A cell is read once: its value is a helper column, and whether it was blank or could not
//! be read follows from the value being missing.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Event, Flow, Judgement, Take};
use crate::cleaning::engine::step::check_distinct;
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::frame::schema;
use crate::text::trimmed;

/// What becomes of a cell that cannot be read as what its column is said to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unreadable {
    /// It becomes null and is counted, with its shape.
    #[default]
    Null,
    /// Its row goes into the quarantine.
    Quarantine,
    /// The job fails, and says how many rows have such cells. Where it writes files, the rows
    /// are in the quarantine to be looked at.
    Fail,
}

/// What becomes of a cell that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Null,
    /// Stays as it was; the column keeps its type.
    Keep,
    Quarantine,
    Fail,
}

impl From<Unreadable> for Fate {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Null => Self::Null,
            Unreadable::Quarantine => Self::Quarantine,
            Unreadable::Fail => Self::Fail,
        }
    }
}

/// A column of which the cells were read.
pub(crate) struct Cells {
    column: String,
    dtype: DataType,
    source: Expr,
    value: String,
    blank: String,
    failed: String,
    /// Behind the name of the column, why a row was taken.
    reason: &'static str,
    more: Vec<Event>,
}

impl Cells {
    /// Reads a column out of its source; what is null in `value` and not in the source was
    /// blank or could not be read.
    pub(crate) fn read(
        flow: &mut Flow,
        column: &str,
        source: Expr,
        (value, dtype): (Expr, DataType),
        reason: &'static str,
    ) -> Self {
        let value = flow.derive("value", value);
        let blank = flow.derive("blank", blanks(source.clone(), col(value.as_str())));
        let is_left = source.clone().is_not_null().and(col(value.as_str()).is_null());
        let failed = flow.derive("failed", is_left.and(col(blank.as_str()).not()));
        Self { column: column.to_owned(), dtype, source, value, blank, failed, reason, more: vec![] }
    }

    /// Counts more of what happened to the cells.
    pub(crate) fn with(mut self, event: Event) -> Self {
        self.more.push(event);
        self
    }

    /// What was read; null where nothing was.
    pub(crate) fn value(&self) -> Expr {
        col(self.value.as_str())
    }

    /// Puts what was read in the place of the column.
    fn place(self, flow: &mut Flow, fate: Fate, failed: &'static str) {
        let (value, has_failed) = (self.value(), col(self.failed.as_str()));
        let mut events =
            vec![Event::note("read", value.clone().is_not_null()), Event::note("blank", col(self.blank.as_str()))];
        match fate {
            Fate::Null => events.push(Event::change(failed, has_failed.clone()).with_shape()),
            Fate::Keep => events.push(Event::note(failed, has_failed.clone()).with_shape()),
            // Their rows are taken, and counted by their reason.
            Fate::Quarantine | Fate::Fail => {}
        }
        events.extend(self.more);
        let value = if fate == Fate::Keep { when(has_failed).then(self.source).otherwise(value) } else { value };
        flow.mend(&self.column, value, self.dtype, events);
    }
}

/// Puts what was read in the place of the columns, and does with the rest as told.
pub(crate) fn place(flow: &mut Flow, columns: Vec<Cells>, fate: Fate, failed: &'static str) {
    if matches!(fate, Fate::Quarantine | Fate::Fail) {
        let of_column = |cells: &Cells| {
            let reason = format!("`{}` {}", cells.column, cells.reason);
            Take::new(col(cells.failed.as_str()), reason).with_shape_of(cells.column.as_str())
        };
        flow.judge(Judgement { take: columns.iter().map(of_column).collect(), ..Judgement::default() });
    }
    if fate == Fate::Fail {
        flow.allow_none("mend the cells, or set `unreadable` to null or quarantine");
    }
    columns.into_iter().for_each(|cells| cells.place(flow, fate, failed));
}

/// Cells of white space alone, or NaN, among those of which nothing was read.
fn blanks(source: Expr, value: Expr) -> Expr {
    let find = |columns: &mut [Column]| {
        let [source, value] = &*columns else { polars_bail!(ComputeError: "a source and its value are needed") };
        let found: BooleanChunked = match source.dtype() {
            // Every cell with something in it was read.
            _ if source.null_count() == value.null_count() => BooleanChunked::full("".into(), false, source.len()),
            DataType::String => {
                let is_blank = |cell: Option<&str>| cell.is_some_and(|cell| trimmed(cell).is_empty());
                let is_left = value.is_null();
                let cells = source.str()?.iter().zip(is_left.iter());
                cells.map(|(cell, is_left)| is_left == Some(true) && is_blank(cell)).collect()
            }
            dtype if dtype.is_float() => {
                let numbers = source.cast(&DataType::Float64)?;
                numbers.f64()?.iter().map(|cell| cell.is_some_and(f64::is_nan)).collect()
            }
            _ => BooleanChunked::full("".into(), false, source.len()),
        };
        Ok(found.into_column())
    };
    map_multiple(find, [source, value], |_: &Schema, _: &[Field]| Ok(Field::new("blank".into(), DataType::Boolean)))
}

/// Whether cells of this type are text, categories, or nothing but null.
pub(crate) fn is_written(dtype: &DataType) -> bool {
    schema::is_written(dtype) || dtype.is_null()
}

/// Reads text cell by cell into another type.
pub(crate) fn read_text(
    text: Expr,
    dtype: DataType,
    read: impl Fn(&StringChunked) -> Series + Send + Sync + 'static,
) -> (Expr, DataType) {
    let of_type = dtype.clone();
    let read = move |cells: Column| Ok(read(cells.str()?).into_column());
    let expr = text.map(read, move |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), of_type.clone())));
    (expr, dtype)
}

/// Numbers out of text, written straight into one array.
pub(crate) fn numbers<T: PolarsNumericType>(
    text: &StringChunked,
    read: impl Fn(&str) -> Option<T::Native>,
) -> ChunkedArray<T> {
    let mut values = PrimitiveChunkedBuilder::<T>::new(text.name().clone(), text.len());
    for chunk in text.downcast_iter() {
        chunk.iter().for_each(|cell| values.append_option(cell.and_then(&read)));
    }
    values.finish()
}

/// Refuses a list without columns, or one that names a column twice.
pub(crate) fn check_columns(param: &'static str, columns: &[String]) -> Result<()> {
    if columns.is_empty() {
        return Err(Error::param(CLEANING, param, "at least one column", "none"));
    }
    check_distinct(param, columns)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::analysis::collect;
    use crate::cleaning::{CleaningParams, Contact, ExcelDates, ReadDates, ReadFlags, ReadNumbers};

    /// Cells of every kind, from a fixed recurrence.
    fn dirty(n: usize) -> DataFrame {
        let mut state = 7_u64;
        let mut cells = || -> Vec<Option<&str>> {
            const CELLS: [Option<&str>; 9] = [
                Some("1"),
                Some("44260.5"),
                Some("03/04/2021"),
                Some("是"),
                Some("a@x.org"),
                Some("+44 20 7946 0018"),
                Some(" \u{3000}"),
                Some("？"),
                None,
            ];
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize % CELLS.len()
            };
            (0..n).map(|_| CELLS[next()]).collect()
        };
        df!("日期" => cells(), "数" => cells(), "旗" => cells(), "邮" => cells(), "电" => cells()).unwrap()
    }

    fn rules(unreadable: Unreadable) -> CleaningParams {
        CleaningParams::new()
            .rule(ReadDates::new(["日期"]).formats(["%d/%m/%Y"]).excel(ExcelDates::Since1900).unreadable(unreadable))
            .rule(ReadNumbers::new(["数"]).unreadable(unreadable))
            .rule(ReadFlags::new(["旗"]).unreadable(unreadable))
            .rule(Contact::new().email("邮").phone("电", None))
    }

    #[test]
    fn every_cell_is_read_blank_failed_or_null() {
        let frame = dirty(500);
        let (clean, _, report) = rules(Unreadable::Null).run(frame.clone()).unwrap().into_parts();
        for (rule, column, failed) in [
            (0, "日期", "unreadable"),
            (1, "数", "unreadable"),
            (2, "旗", "unreadable"),
            (3, "邮", "invalid"),
            (3, "电", "invalid"),
        ] {
            let [read, blank, failed] = ["read", "blank", failed].map(|what| report.rules[rule].n_cells(column, what));
            let was_null = frame.column(column).unwrap().null_count() as u64;
            assert_eq!(read + blank + failed + was_null, 500, "{column}");
            assert_eq!(clean.column(column).unwrap().null_count() as u64, blank + failed + was_null, "{column}");
            assert!(read > 25 && blank > 25 && failed > 25, "{column}: {read} {blank} {failed}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the engines are compared")]
    fn plans_streams_and_chunks_give_what_collecting_gives() {
        for unreadable in [Unreadable::Null, Unreadable::Quarantine] {
            for n in [0, 1, 300] {
                let whole = dirty(n);
                let chunks = whole.slice(0, n / 3).vstack(&whole.slice((n / 3) as i64, n)).unwrap();
                let plan = rules(unreadable).check().unwrap().plan(chunks).unwrap();
                let cleaned = rules(unreadable).run(whole).unwrap();
                assert_eq!(&plan.report().unwrap(), cleaned.report());
                let (clean, quarantine, report) = cleaned.into_parts();
                assert_eq!((clean.height() + quarantine.height()) as u64, report.n_rows_in);
                assert!(collect("test", plan.clean()).unwrap().equals_missing(&clean));
                assert!(collect("test", plan.quarantine()).unwrap().equals_missing(&quarantine));
                let streamed = plan.clean().collect_with_engine(Engine::Streaming).unwrap().unwrap_single();
                assert!(streamed.equals_missing(&clean));
            }
        }
    }

    #[test]
    fn a_job_that_fails_leaves_its_rows_to_be_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let plan = rules(Unreadable::Fail).check().unwrap().plan(dirty(100)).unwrap();
        let refused = plan.write(&path("clean.csv"), Some(&path("taken.csv"))).unwrap_err().to_string();
        assert!(refused.contains("rule 1 `read_dates` failed"), "{refused}");
        let taken = std::fs::read_to_string(path("taken.csv")).unwrap();
        assert!(taken.contains("read_dates,`日期` cannot be read as a date"), "{taken}");
        assert!(taken.contains("read_flags,`旗` means neither yes nor no"), "{taken}");
    }

    /// The value, two tallies and the reason all rest on one reading.
    #[test]
    fn a_cell_is_read_once() {
        for fate in [Fate::Null, Fate::Keep, Fate::Quarantine, Fate::Fail] {
            let frame = dirty(200);
            let mut flow = Flow::new(frame.clone().lazy(), frame.schema(), None, Default::default());
            flow.begin("test");
            let n_read = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&n_read);
            let value = read_text(flow.text("数"), DataType::Float64, move |text| {
                numbers::<Float64Type>(text, |cell| {
                    counter.fetch_add(1, Ordering::Relaxed);
                    cell.parse().ok()
                })
                .into_series()
            });
            let source = flow.text("数");
            let cells = Cells::read(&mut flow, "数", source, value, "is odd");
            if fate != Fate::Keep {
                place(&mut flow, vec![cells], fate, "unreadable");
            } else {
                let text = (cells.value().cast(DataType::String), DataType::String);
                let source = flow.text("数");
                let as_text = Cells::read(&mut flow, "数", source, text, "is odd");
                place(&mut flow, vec![as_text], fate, "unreadable");
            }
            collect("test", flow.frame).unwrap();
            let n_cells = 200 - frame.column("数").unwrap().null_count();
            assert_eq!(n_read.load(Ordering::Relaxed), n_cells, "{fate:?}");
        }
    }
}
