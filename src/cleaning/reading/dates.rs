//! Rule: days and times out of text and of Excel's numbers.

use polars::prelude::*;
use serde::{Deserialize, Serialize};

use crate::cleaning::engine::flow::{Event, Flow};
use crate::cleaning::engine::step::{Step, Table};
use crate::cleaning::learned::Learned;
use crate::cleaning::reading::unreadable::{Cells, Unreadable, check_columns, is_written, numbers, place, read_text};
use crate::cleaning::rule::CLEANING;
use crate::error::{Error, Result};
use crate::text::{DateText, ExcelDates, excel_micros, reads_both_ways};

const MICROS_OF_DAY: i64 = 86_400_000_000;

/// Reads days and times by stated formats; nothing is guessed.
///
/// Formats are those of strftime, tried in their order; the first that takes the whole cell
/// wins, so their order says whether `03/04/2021` is in March or in April. Cells that read
/// both ways are counted as `read both ways`, that you see how much depends on the order.
/// Serial numbers of Excel are read if the day that the workbook counts from is stated: in
/// text after the formats, and in columns of numbers.
///
/// The column becomes one of days if no format has a time of day and Excel's numbers are not
/// read, else one of datetimes in microseconds, on the clock of whoever wrote them, unless days
/// are asked for; zones and offsets are refused. Cells of white space alone and NaN are missing: null, counted as
/// `blank`. What cannot be read is counted, with its shape, and becomes null unless another
/// [`Unreadable`] is chosen. Null stays null. Where the column has the role of the time, a log
/// made of what is left needs no `time_format` any more.
///
/// # Examples
///
/// ```
/// use customer_analytics::cleaning::{CleaningParams, ReadDates};
/// use customer_analytics::polars::prelude::*;
///
/// let members = df!("入会" => ["2021-03-04", "5/4/2021", "2021-02-30", " "])?;
/// let rule = ReadDates::new(["入会"]).formats(["%Y-%m-%d", "%d/%m/%Y"]);
/// let cleaned = CleaningParams::new().rule(rule).run(members)?;
/// let dates = &cleaned.report().rules[0];
/// assert_eq!([dates.n_cells("入会", "unreadable"), dates.n_cells("入会", "blank")], [1, 1]);
/// assert_eq!(dates.n_cells("入会", "read both ways"), 1); // 5 April, as the day comes first
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct ReadDates {
    columns: Vec<String>,
    #[serde(default)]
    formats: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    excel: Option<ExcelDates>,
    #[serde(default)]
    days: bool,
    #[serde(default)]
    unreadable: Unreadable,
}

impl ReadDates {
    /// Reads these columns, by their raw names; formats are to be stated.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Self { columns, formats: vec![], excel: None, days: false, unreadable: Unreadable::Null }
    }

    /// States the formats of strftime, in the order in which they are tried.
    pub fn formats<S: Into<String>>(mut self, formats: impl IntoIterator<Item = S>) -> Self {
        self.formats = formats.into_iter().map(Into::into).collect();
        self
    }

    /// Also reads serial numbers of Excel, counted from this day.
    pub fn excel(mut self, dates: ExcelDates) -> Self {
        self.excel = Some(dates);
        self
    }

    /// Whether the column becomes one of days whatever is read: a time of day but midnight is
    /// cut then, and counted as `time cut`.
    pub fn days(mut self, days: bool) -> Self {
        self.days = days;
        self
    }

    /// Chooses what becomes of cells that cannot be read; null by default.
    pub fn unreadable(mut self, unreadable: Unreadable) -> Self {
        self.unreadable = unreadable;
        self
    }

    /// The formats, taken apart.
    fn reader(&self) -> Result<DateText> {
        let refused = |problem| Error::param(CLEANING, "read_dates.formats", "formats that determine a day", problem);
        let reader = DateText::new(&self.formats).map_err(refused)?;
        Ok(self.excel.into_iter().fold(reader, DateText::excel))
    }

    /// What was read as a column of its own, or the days of it.
    fn cells(&self, flow: &mut Flow, column: &str, source: Expr, (value, dtype): (Expr, DataType)) -> Cells {
        const REASON: &str = "cannot be read as a date";
        if !self.days || dtype == DataType::Date {
            return Cells::read(flow, column, source, (value, dtype), REASON);
        }
        let times = col(flow.derive("times", value));
        let is_cut = times.clone().neq(times.clone().cast(DataType::Date).cast(time_dtype()));
        let days = (times.cast(DataType::Date), DataType::Date);
        Cells::read(flow, column, source, days, REASON).with(Event::change("time cut", is_cut))
    }

    /// Whether the cells are numbers that no format is to be tried on.
    fn is_serial(&self, dtype: &DataType) -> bool {
        is_number(dtype) && (self.formats.is_empty() || !dtype.is_integer())
    }
}

fn is_number(dtype: &DataType) -> bool {
    dtype.is_primitive_numeric() || dtype.is_decimal()
}

/// Text as days or times.
fn read(text: Expr, reader: DateText) -> (Expr, DataType) {
    if reader.has_time() {
        let times = move |text: &StringChunked| in_micros(numbers::<Int64Type>(text, |cell| reader.micros(cell)));
        return read_text(text, time_dtype(), times);
    }
    let day = move |cell: &str| i32::try_from(reader.micros(cell)?.div_euclid(MICROS_OF_DAY)).ok();
    let days = move |text: &StringChunked| numbers::<Int32Type>(text, &day).into_date().into_series();
    read_text(text, DataType::Date, days)
}

/// Serial numbers as times.
fn read_serials(number: Expr, dates: ExcelDates) -> (Expr, DataType) {
    let read = move |cells: Column| {
        let serials = cells.f64()?;
        let mut times = PrimitiveChunkedBuilder::<Int64Type>::new(serials.name().clone(), serials.len());
        serials.iter().for_each(|serial| times.append_option(serial.and_then(|serial| excel_micros(serial, dates))));
        Ok(in_micros(times.finish()).into_column())
    };
    let times = number.map(read, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), time_dtype())));
    (times, time_dtype())
}

fn time_dtype() -> DataType {
    DataType::Datetime(TimeUnit::Microseconds, None)
}

fn in_micros(times: Int64Chunked) -> Series {
    times.into_datetime(TimeUnit::Microseconds, None).into_series()
}

/// Cells that would be another day if day and month changed places.
fn both_ways(text: Expr) -> Expr {
    let find = |cells: Column| {
        let found: BooleanChunked = cells.str()?.iter().map(|cell| cell.is_some_and(reads_both_ways)).collect();
        Ok(found.into_column())
    };
    text.map(find, |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::Boolean)))
}

impl Step for ReadDates {
    fn name(&self) -> &'static str {
        "read_dates"
    }

    fn check(&self) -> Result<()> {
        check_columns("read_dates.columns", &self.columns)?;
        if self.formats.is_empty() && self.excel.is_none() {
            let expected = "at least one format where `excel` is not set, as none is guessed";
            return Err(Error::param(CLEANING, "read_dates.formats", expected, "none"));
        }
        self.reader().map(|_| ())
    }

    fn problems(&self, table: &Table<'_>) -> Vec<String> {
        let problem = |column: &String| match table.schema.get(column) {
            None => table.missing_column(column),
            Some(dtype) if is_written(dtype) || (is_number(dtype) && self.excel.is_some()) => None,
            Some(dtype) if is_number(dtype) => Some(format!(
                "needs text, but column `{column}` is {dtype}; set `excel` if it holds Excel's serial numbers, or cast \
                 it to text"
            )),
            Some(dtype) if dtype.is_temporal() => {
                Some(format!("reads text, but column `{column}` is {dtype} already; leave it out of the rule"))
            }
            Some(dtype) => Some(format!(
                "needs text or serial numbers, but column `{column}` is {dtype}; leave it out of the rule or cast it"
            )),
        };
        self.columns.iter().filter_map(problem).collect()
    }

    fn apply(&self, flow: &mut Flow, _: &Learned) -> Result<()> {
        let mut columns = vec![];
        for column in &self.columns {
            let Some(dtype) = flow.dtype(column).cloned() else { continue };
            if let Some(dates) = self.excel.filter(|_| self.is_serial(&dtype)) {
                let serial = flow.value(column).cast(DataType::Float64);
                let times = read_serials(serial.clone(), dates);
                columns.push(self.cells(flow, column, serial, times));
                continue;
            }
            let (text, reader) = (flow.text(column), self.reader()?);
            let has_two_ways = reader.can_read_both_ways();
            let cells = self.cells(flow, column, text.clone(), read(text.clone(), reader));
            columns.push(if has_two_ways {
                let depends = cells.value().is_not_null().and(both_ways(text));
                cells.with(Event::note("read both ways", depends))
            } else {
                cells
            });
        }
        place(flow, columns, self.unreadable.into(), "unreadable");
        Ok(())
    }
}

#[cfg(test)]
mod tests;
