//! Tables whose columns stand straight, with Chinese text too.

use unicode_width::UnicodeWidthStr;

/// Lines of cells; the first is the head.
pub struct Table {
    alignment: Vec<Align>,
    rows: Vec<Vec<String>>,
}

/// On which side the cells of a column stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

impl Table {
    /// Starts with the heads; a column whose head begins with `>` stands on the right.
    pub fn new<S: AsRef<str>>(heads: impl IntoIterator<Item = S>) -> Self {
        let mut table = Self { alignment: Vec::new(), rows: vec![Vec::new()] };
        for head in heads {
            let head = head.as_ref();
            let (align, head) = head.strip_prefix('>').map_or((Align::Left, head), |head| (Align::Right, head));
            table.alignment.push(align);
            table.rows[0].push(head.to_owned());
        }
        table
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, each after two blanks.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
        let widths: Vec<usize> = (0..self.alignment.len()).map(|column| width(column).unwrap_or(0)).collect();
        self.rows.iter().map(move |row| {
            let mut line = String::new();
            for ((cell, &width), align) in row.iter().zip(&widths).zip(&self.alignment) {
                // By the columns of the screen: a Chinese character takes two.
                let blanks = " ".repeat(width.saturating_sub(cell.width()));
                line.push_str("  ");
                match align {
                    Align::Left => line.extend([cell.as_str(), blanks.as_str()]),
                    Align::Right => line.extend([blanks.as_str(), cell.as_str()]),
                }
            }
            line.trim_end().to_owned()
        })
    }
}
