//! Counts side by side, as a table to read.

use std::fmt;

/// Writes a line of heads and one line per row; names come last, as they can hold wide
/// characters.
pub(super) fn write_counts(
    f: &mut fmt::Formatter<'_>,
    heads: &[&str],
    name_head: &str,
    rows: &[(Vec<u64>, String)],
) -> fmt::Result {
    let widest = |(place, head): (usize, &&str)| {
        let numbers = rows.iter().map(|(counts, _)| counts[place].to_string().len());
        numbers.chain([head.len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = heads.iter().enumerate().map(widest).collect();
    f.write_str("\n")?;
    heads.iter().zip(&widths).try_for_each(|(head, width)| write!(f, "  {head:>width$}"))?;
    write!(f, "  {name_head}")?;
    for (counts, name) in rows {
        f.write_str("\n")?;
        counts.iter().zip(&widths).try_for_each(|(count, width)| write!(f, "  {count:>width$}"))?;
        write!(f, "  {name}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Table(Vec<(Vec<u64>, String)>);

    impl fmt::Display for Table {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_counts(f, &["n", "long head"], "name", &self.0)
        }
    }

    #[test]
    fn numbers_stand_below_each_other() {
        let table = Table(vec![(vec![1, 22], "甲".into()), (vec![1_000, 3], "b".into())]);
        let expected = "\n     n  long head  name\n     1         22  甲\n  1000          3  b";
        assert_eq!(table.to_string(), expected);
        assert_eq!(Table(vec![]).to_string(), "\n  n  long head  name");
    }
}
