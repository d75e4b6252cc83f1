//! Conditions as polars expressions.

use chrono::NaiveDate;
use polars::prelude::*;

use super::check::whole_cell;
use super::kind::Kind;
use super::{Closed, Comparison, Condition, Operand};
use crate::frame::schema::on_wall_clock;

impl Condition {
    /// The condition as an elementwise expression: true, false, or null where a row cannot
    /// be judged.
    ///
    /// For a table with [`problems`](Self::problems) the query fails or answers null.
    pub fn to_expr(&self, schema: &Schema) -> Expr {
        match self {
            Self::Compare { left, op, right } => compared(left, *op, right, schema),
            Self::IsNull(operand) => operand.to_expr(schema).is_null(),
            Self::IsNotNull(operand) => operand.to_expr(schema).is_not_null(),
            Self::IsIn { operand, values } => {
                let equal = values.iter().map(|value| compared(operand, Comparison::Eq, value, schema));
                is_in(operand, values, schema).unwrap_or_else(|| any(equal))
            }
            Self::Between { operand, low, high, closed } => {
                let (above, below) = match closed {
                    Closed::Both => (Comparison::Ge, Comparison::Le),
                    Closed::Left => (Comparison::Ge, Comparison::Lt),
                    Closed::Right => (Comparison::Gt, Comparison::Le),
                    Closed::None => (Comparison::Gt, Comparison::Lt),
                };
                compared(operand, above, low, schema).and(compared(operand, below, high, schema))
            }
            Self::Matches { operand, pattern, whole } => {
                let pattern = if *whole { whole_cell(pattern) } else { pattern.clone() };
                operand.to_expr(schema).cast(DataType::String).str().contains(lit(pattern), true)
            }
            Self::And(parts) => {
                parts.iter().map(|part| part.to_expr(schema)).reduce(Expr::and).unwrap_or_else(|| lit(true))
            }
            Self::Or(parts) => any(parts.iter().map(|part| part.to_expr(schema))),
            Self::Not(part) => part.to_expr(schema).not(),
        }
    }
}

fn any(parts: impl Iterator<Item = Expr>) -> Expr {
    parts.reduce(Expr::or).unwrap_or_else(|| lit(false))
}

/// Many texts at once, by one look-up for each row.
fn is_in(operand: &Operand, values: &[Operand], schema: &Schema) -> Option<Expr> {
    if Kind::of(operand, schema) != Kind::Text {
        return None;
    }
    let texts: Option<Vec<&str>> = values
        .iter()
        .map(|value| match value {
            Operand::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let list =
        Scalar::new(DataType::List(Box::new(DataType::String)), AnyValue::List(Series::new(PlSmallStr::EMPTY, texts?)));
    Some(operand.to_expr(schema).is_in(lit(list), false))
}

/// Two operands brought to one type, and compared.
fn compared(left: &Operand, op: Comparison, right: &Operand, schema: &Schema) -> Expr {
    let (a, b) = (Kind::of(left, schema), Kind::of(right, schema));
    let (mut x, mut y) = (left.to_expr(schema), right.to_expr(schema));
    match (a, b) {
        (Kind::Date, Kind::Datetime) => y = y.dt().date(),
        (Kind::Datetime, Kind::Date) => x = x.dt().date(),
        (Kind::Datetime, Kind::Datetime) => (x, y) = (microseconds(x), microseconds(y)),
        (Kind::Null, other) => x = x.cast(type_of(other)),
        (other, Kind::Null) => y = y.cast(type_of(other)),
        (Kind::Unsigned, Kind::Integer) => (x, y) = unsigned(x, right, y),
        (Kind::Integer, Kind::Unsigned) => (y, x) = unsigned(y, left, x),
        _ => {}
    }
    match op {
        Comparison::Eq => x.eq(y),
        Comparison::Ne => x.neq(y),
        Comparison::Lt => x.lt(y),
        Comparison::Le => x.lt_eq(y),
        Comparison::Gt => x.gt(y),
        Comparison::Ge => x.gt_eq(y),
    }
}

/// Whole numbers of 64 bits without sign and others have no whole type in common: a literal
/// that can be without sign is made so, and all else compares as Float64.
fn unsigned(column: Expr, other: &Operand, expr: Expr) -> (Expr, Expr) {
    match other {
        Operand::Integer(number) if *number >= 0 => (column, lit(number.unsigned_abs())),
        _ => (column.cast(DataType::Float64), expr.cast(DataType::Float64)),
    }
}

fn microseconds(time: Expr) -> Expr {
    time.cast(DataType::Datetime(TimeUnit::Microseconds, None))
}

/// The type in which a column without one is compared.
fn type_of(kind: Kind) -> DataType {
    match kind {
        Kind::Text => DataType::String,
        Kind::Date => DataType::Date,
        Kind::Datetime => DataType::Datetime(TimeUnit::Microseconds, None),
        Kind::Boolean => DataType::Boolean,
        _ => DataType::Float64,
    }
}

impl Operand {
    /// The operand as an elementwise expression, null where it is missing.
    fn to_expr(&self, schema: &Schema) -> Expr {
        match self {
            Self::Column(name) => column_expr(name, schema),
            Self::Integer(number) => lit(*number),
            Self::Number(number) => lit(*number),
            Self::Text(text) => lit(text.as_str()),
            // polars makes a datetime of a date, so the day is given as a number.
            Self::Date(date) => {
                lit(date.signed_duration_since(NaiveDate::default()).num_days() as i32).cast(DataType::Date)
            }
            Self::Datetime(time) => microseconds(lit(*time)),
            Self::Boolean(yes) => lit(*yes),
            Self::Add(left, right) => finite(left.number(schema) + right.number(schema)),
            Self::Subtract(left, right) if is_span(left, right, schema) => left.days(schema) - right.days(schema),
            Self::Subtract(left, right) => finite(left.number(schema) - right.number(schema)),
            Self::Multiply(left, right) => finite(left.number(schema) * right.number(schema)),
            Self::Divide(left, right) => finite(left.number(schema) / right.number(schema)),
            Self::Abs(part) => {
                let number = part.number(schema);
                when(number.clone().lt(lit(0.0))).then(lit(0.0) - number.clone()).otherwise(number)
            }
        }
    }

    fn number(&self, schema: &Schema) -> Expr {
        self.to_expr(schema).cast(DataType::Float64)
    }

    /// Days since 1970-01-01 with the part of the day, as Float64.
    fn days(&self, schema: &Schema) -> Expr {
        const DAY: f64 = 86_400_000_000.0;
        microseconds(self.to_expr(schema)).cast(DataType::Int64).cast(DataType::Float64) / lit(DAY)
    }
}

fn is_span(left: &Operand, right: &Operand, schema: &Schema) -> bool {
    Kind::of(left, schema).is_time() || Kind::of(right, schema).is_time()
}

/// Arithmetic without a finite result has none.
fn finite(number: Expr) -> Expr {
    when(number.clone().is_finite()).then(number).otherwise(lit(NULL))
}

/// A column of a type that compares as its values are meant.
fn column_expr(name: &str, schema: &Schema) -> Expr {
    let column = col(name);
    match schema.get(name) {
        Some(DataType::Float32) => not_nan(column.cast(DataType::Float64)),
        Some(DataType::Float64) => not_nan(column),
        Some(DataType::Decimal(..)) => column.cast(DataType::Float64),
        Some(DataType::Categorical(..) | DataType::Enum(..)) => column.cast(DataType::String),
        dtype => on_wall_clock(column, dtype),
    }
}

fn not_nan(number: Expr) -> Expr {
    when(number.clone().is_not_nan()).then(number).otherwise(lit(NULL))
}

#[cfg(test)]
mod tests {
    use super::super::column;
    use super::*;
    use crate::analysis::collect;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn time(text: &str) -> chrono::NaiveDateTime {
        text.parse().unwrap()
    }

    /// A table with every kind of column; the last row lacks everything.
    fn table() -> DataFrame {
        let categories = Series::new("level".into(), [Some("high"), Some("low"), None])
            .cast(&DataType::from_categories(Categories::global()))
            .unwrap();
        let price = Series::new("price".into(), [Some(0.1), Some(2.5), None]).cast(&DataType::Decimal(10, 2)).unwrap();
        let stamps =
            Series::new("at".into(), [Some(time("2026-01-31T17:30:00")), Some(time("2026-02-01T00:00:00")), None]);
        let days = stamps.cast(&DataType::Date).unwrap().with_name("on".into());
        df!(
            "row" => [0_i64, 1, 2],
            "n" => [Some(1_i64), Some(i64::MAX), None],
            "x" => [Some(-1.5), Some(2.0), Some(f64::NAN)],
            "small" => [Some(3_i8), Some(-4), None],
            "big" => [Some(1_u64), Some(u64::MAX), None],
            "名" => [Some("王"), Some("Ab1"), None],
            "yes" => [Some(true), Some(false), None],
            "level" => categories,
            "price" => price,
            "at" => stamps,
            "on" => days,
            "nothing" => Series::new_null("nothing".into(), 3),
        )
        .unwrap()
    }

    /// The answers over `table`, by a streamed query and by one in memory.
    #[track_caller]
    fn answers(condition: &Condition) -> Vec<Option<bool>> {
        let frame = table();
        let schema = frame.schema();
        condition.check().unwrap();
        assert_eq!(condition.problems(schema), [] as [String; 0], "{condition}");
        let plan = frame.clone().lazy().select([col("row"), condition.to_expr(schema).alias("answer")]);
        let direct = collect("test", plan.clone()).unwrap();
        let direct: Vec<Option<bool>> = direct.column("answer").unwrap().bool().unwrap().iter().collect();
        // Batches come in any order.
        let streamed = crate::analysis::stream("test", plan, vec![None; direct.len()], |all, batch| {
            let rows = batch.column("row").unwrap().i64().unwrap();
            let answers = batch.column("answer").unwrap().bool().unwrap();
            rows.iter().zip(answers.iter()).for_each(|(row, answer)| all[row.unwrap() as usize] = answer);
            Ok(())
        });
        assert_eq!(streamed.unwrap(), direct, "{condition}");
        direct
    }

    const YES: Option<bool> = Some(true);
    const NO: Option<bool> = Some(false);

    #[test]
    fn every_comparison_answers_null_where_an_operand_is_missing() {
        for name in ["n", "x", "small", "big", "price"] {
            let of = |condition: Condition| answers(&condition)[2];
            for condition in [
                column(name).eq(1),
                column(name).ne(1),
                column(name).lt(1.5),
                column(name).le(1),
                column(name).gt(1.5),
                column(name).ge(column(name)),
                column(name).between(0, 2),
                column(name).is_in([1, 2]),
                (column(name) + 1).gt(0),
                !column(name).eq(1),
            ] {
                assert_eq!(of(condition.clone()), None, "{condition}");
            }
            assert_eq!(of(column(name).is_null()), YES);
            assert_eq!(of(column(name).is_not_null()), NO);
        }
        for condition in [
            column("名").eq("王"),
            column("名").matches(".*"),
            column("名").is_in(["王"]),
            column("yes").eq(true),
            column("level").ne("high"),
            column("at").gt(day("2026-01-01")),
            column("on").between(day("2026-01-01"), day("2026-12-31")),
        ] {
            assert_eq!(answers(&condition)[2], None, "{condition}");
        }
    }

    #[test]
    fn signs_mean_what_they_say() {
        assert_eq!(answers(&column("x").lt(2))[..2], [YES, NO]);
        assert_eq!(answers(&column("x").le(2.0))[..2], [YES, YES]);
        assert_eq!(answers(&column("x").gt(-1.5))[..2], [NO, YES]);
        assert_eq!(answers(&column("small").ge(3))[..2], [YES, NO]);
        assert_eq!(answers(&column("small").lt(300))[..2], [YES, YES]);
        assert_eq!(answers(&column("n").ne(1))[..2], [NO, YES]);
        assert_eq!(answers(&column("yes").eq(true))[..2], [YES, NO]);
    }

    #[test]
    fn whole_numbers_of_64_bits_compare_exactly() {
        assert_eq!(answers(&column("n").eq(i64::MAX))[..2], [NO, YES]);
        assert_eq!(answers(&column("n").eq(i64::MAX - 1))[..2], [NO, NO]);
        assert_eq!(answers(&column("big").gt(i64::MAX))[..2], [NO, YES]);
        assert_eq!(answers(&column("big").gt(-1))[..2], [YES, YES]);
        assert_eq!(answers(&column("n").is_in([1, i64::MAX - 1]))[..2], [YES, NO]);
    }

    #[test]
    fn decimals_compare_as_numbers_and_categories_as_text() {
        assert_eq!(answers(&column("price").eq(0.1))[..2], [YES, NO]);
        assert_eq!(answers(&column("level").is_in(["high", "top"]))[..2], [YES, NO]);
        assert_eq!(answers(&column("level").matches("hi.*"))[..2], [YES, NO]);
        assert_eq!(answers(&column("level").eq(column("level")))[..2], [YES, YES]);
    }

    #[test]
    fn a_date_and_a_datetime_compare_by_the_day() {
        assert_eq!(answers(&column("at").le(day("2026-01-31")))[..2], [YES, NO]);
        assert_eq!(answers(&column("at").eq(column("on")))[..2], [YES, YES]);
        assert_eq!(answers(&column("at").lt(time("2026-01-31T17:30:01")))[..2], [YES, NO]);
        assert_eq!(answers(&column("on").eq(day("2026-02-01")))[..2], [NO, YES]);
        assert_eq!(answers(&column("on").ge(time("2026-02-01T09:00:00")))[..2], [NO, YES]);
        assert_eq!(answers(&(column("at") - column("on")).lt(0.75))[..2], [YES, YES]);
        assert_eq!(answers(&(column("on") - day("2026-01-30")).eq(1))[..2], [YES, NO]);
    }

    #[test]
    fn bounds_are_inside_as_told() {
        let within = |closed| answers(&column("x").within(-1.5, 2, closed))[..2].to_vec();
        assert_eq!(within(Closed::Both), [YES, YES]);
        assert_eq!(within(Closed::Left), [YES, NO]);
        assert_eq!(within(Closed::Right), [NO, YES]);
        assert_eq!(within(Closed::None), [NO, NO]);
    }

    #[test]
    fn arithmetic_without_a_finite_result_cannot_be_judged() {
        assert_eq!(answers(&(column("x") / 0).gt(1)), [None, None, None]);
        assert_eq!(answers(&(column("x") * f64::MAX * 10).gt(1))[..2], [None, None]);
        assert_eq!(answers(&(column("n") + 1).gt(0))[..2], [YES, YES], "no wrapping around");
        assert_eq!(answers(&(column("x") * 2 - column("small")).abs().le(6.0))[..2], [YES, NO]);
    }

    #[test]
    fn infinity_is_a_number_like_others() {
        let frame = df!("x" => [f64::INFINITY, f64::NEG_INFINITY]).unwrap();
        let answer = column("x").gt(0).to_expr(frame.schema()).alias("a");
        let answer = collect("test", frame.lazy().select([answer])).unwrap();
        assert_eq!(answer.column("a").unwrap().bool().unwrap().iter().collect::<Vec<_>>(), [YES, NO]);
    }

    #[test]
    fn patterns_match_the_whole_cell_or_a_part_of_it() {
        assert_eq!(answers(&column("名").matches("b"))[..2], [NO, NO]);
        assert_eq!(answers(&column("名").contains_match("b|王"))[..2], [YES, YES]);
        assert_eq!(answers(&column("名").matches("王|Ab"))[..2], [YES, NO], "the whole cell for each alternative");
        assert_eq!(answers(&column("名").matches(r"\p{Han}"))[..2], [YES, NO]);
    }

    #[test]
    fn a_missing_answer_joins_as_kleene_has_it() {
        let unknown = || column("x").gt(0);
        let sure = || column("n").is_null();
        assert_eq!(answers(&unknown().and(!sure()))[2], NO);
        assert_eq!(answers(&unknown().or(sure()))[2], YES);
        assert_eq!(answers(&unknown().and(sure()))[2], None);
        assert_eq!(answers(&unknown().or(!sure()))[2], None);
    }

    #[test]
    fn a_column_of_nothing_is_never_judged() {
        for condition in [
            column("nothing").eq(1),
            column("nothing").eq("a"),
            column("nothing").gt(column("nothing")),
            column("nothing").matches("a"),
            column("nothing").is_in(["a"]),
            column("on").lt(column("nothing")),
            (column("nothing") * 2).lt(column("x")),
            (column("on") - column("nothing")).lt(2),
        ] {
            assert_eq!(answers(&condition), [None; 3], "{condition}");
        }
        assert_eq!(answers(&column("nothing").is_null()), [YES; 3]);
    }

    #[test]
    fn nested_columns_can_be_missing_and_nothing_else() {
        let tags = Series::new("tags".into(), [Some(Series::new("".into(), ["a"])), None]);
        let frame = df!("tags" => tags).unwrap();
        let missing = column("tags").is_null();
        assert!(missing.problems(frame.schema()).is_empty());
        let problems = column("tags").eq("a").problems(frame.schema());
        assert_eq!(problems.len(), 1);
        assert!(problems[0].contains("reads column `tags`, which is list[str]; only `is_null`"), "{problems:?}");
        let answer =
            collect("test", frame.clone().lazy().select([missing.to_expr(frame.schema()).alias("a")])).unwrap();
        assert_eq!(answer.column("a").unwrap().bool().unwrap().iter().collect::<Vec<_>>(), [NO, YES]);
    }
}
