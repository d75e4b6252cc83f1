//! Columns with missing rows.

/// The values of a column and a bit for each row that says whether it is there.
///
/// Bits are packed into words, the lowest first; a row whose bit is 0 is missing and its value
/// is not read. Without words all rows are there.
#[derive(Clone, Copy, Debug)]
pub struct Masked<'a> {
    /// One value for each row.
    pub values: &'a [f64],
    /// `values.len().div_ceil(64)` words; bits behind the last row are 0.
    pub valid: Option<&'a [u64]>,
}

impl<'a> Masked<'a> {
    /// A column of which all rows are there.
    #[must_use]
    pub fn complete(values: &'a [f64]) -> Self {
        Self { values, valid: None }
    }

    /// Whether a row is there.
    #[inline]
    #[must_use]
    pub fn is_valid(&self, row: usize) -> bool {
        self.valid.is_none_or(|words| words[row / 64] >> (row % 64) & 1 == 1)
    }

    /// The bits of 64 rows.
    #[inline]
    #[must_use]
    pub fn word(&self, at: usize) -> u64 {
        let n = self.values.len() - at * 64;
        let all = if n >= 64 { u64::MAX } else { (1 << n) - 1 };
        self.valid.map_or(all, |words| words[at])
    }

    /// Rows that are there.
    #[must_use]
    pub fn n_valid(&self) -> u64 {
        let count = |words: &[u64]| words.iter().map(|word| u64::from(word.count_ones())).sum();
        self.valid.map_or(self.values.len() as u64, count)
    }

    /// The values that are there.
    pub fn present(self) -> impl Iterator<Item = f64> + use<'a> {
        self.values.iter().enumerate().filter(move |(row, _)| self.is_valid(*row)).map(|(_, value)| *value)
    }
}

/// Rows that are there in both columns.
#[must_use]
pub fn n_both(x: Masked<'_>, y: Masked<'_>) -> u64 {
    match (x.valid, y.valid) {
        (None, _) => y.n_valid(),
        (_, None) => x.n_valid(),
        (Some(a), Some(b)) => a.iter().zip(b).map(|(a, b)| u64::from((a & b).count_ones())).sum(),
    }
}
