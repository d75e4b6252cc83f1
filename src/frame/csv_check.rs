//! One look at the bytes of a CSV file: are they UTF-8, and do the rows have the cells of the head?

use std::fs::File;
use std::io::Read;

/// Bytes read at a time.
const BLOCK: usize = 1 << 20;

/// What was met in a file.
#[derive(Clone, Debug, Default)]
pub(super) struct FileCheck {
    /// Whether every byte was UTF-8.
    pub(super) is_utf8: bool,
    /// Rows, without the head; a blank line is one without cells.
    pub(super) n_rows: u64,
    /// Rows with fewer cells than the first row of the file.
    pub(super) n_short_rows: u64,
    /// Rows with more cells than the first row.
    pub(super) n_long_rows: u64,
    /// The line in which the first of these begins, counted from 1.
    pub(super) first_long_line: u64,
    /// The line in which a quote begins that never ends, counted from 1.
    pub(super) open_quote_line: Option<u64>,
}

/// Reads a file once, in blocks; stops at the first byte that is no UTF-8.
pub(super) fn check_file(mut file: File, cells: CellCount) -> std::io::Result<FileCheck> {
    let mut buffer = vec![0; BLOCK];
    let (mut pending, mut cells) = (0, cells);
    loop {
        let n = file.read(&mut buffer[pending..])?;
        let block = &buffer[..pending + n];
        let valid = match std::str::from_utf8(block) {
            Ok(_) => block.len(),
            // A sequence may be cut by the end of the block, but not by that of the file.
            Err(problem) if problem.error_len().is_none() && n > 0 => problem.valid_up_to(),
            Err(_) => return Ok(FileCheck { is_utf8: false, ..FileCheck::default() }),
        };
        cells.add(&block[..valid]);
        if n == 0 {
            return Ok(cells.finish());
        }
        let len = block.len();
        buffer.copy_within(valid..len, 0);
        pending = len - valid;
    }
}

/// Checks text that is in memory already.
pub(super) fn check_text(text: &str, mut cells: CellCount) -> FileCheck {
    cells.add(text.as_bytes());
    cells.finish()
}

/// Counts the cells of every row, as they come.
#[derive(Clone, Debug)]
pub(super) struct CellCount {
    separator: u8,
    quote: Option<u8>,
    has_header: bool,
    quoted: bool,
    /// Separators of the row so far, and whether it has a byte at all.
    n_separators: u64,
    has_bytes: bool,
    /// Whether anything follows the last line end, if only a carriage return.
    is_open: bool,
    of_first: Option<u64>,
    line: u64,
    row_line: u64,
    quote_line: u64,
    found: FileCheck,
}

impl CellCount {
    pub(super) fn new(separator: u8, quote: Option<u8>, has_header: bool) -> Self {
        Self {
            separator,
            quote,
            has_header,
            quoted: false,
            n_separators: 0,
            has_bytes: false,
            is_open: false,
            of_first: None,
            line: 1,
            row_line: 1,
            quote_line: 1,
            found: FileCheck { is_utf8: true, ..FileCheck::default() },
        }
    }

    fn add(&mut self, block: &[u8]) {
        self.is_open = block.last().map_or(self.is_open, |&byte| byte != b'\n');
        for &byte in block {
            if Some(byte) == self.quote {
                self.quoted = !self.quoted;
                self.quote_line = self.line;
                self.has_bytes = true;
            } else if byte == b'\n' {
                self.line += 1;
                if !self.quoted {
                    self.end_row();
                }
            } else if byte == self.separator {
                self.n_separators += u64::from(!self.quoted);
                self.has_bytes = true;
            } else {
                self.has_bytes |= byte != b'\r';
            }
        }
    }

    fn end_row(&mut self) {
        // Polars makes a row of nulls of a blank line behind the head.
        if self.has_bytes || self.of_first.is_some() {
            let is_head = self.of_first.is_none() && self.has_header;
            let expected = *self.of_first.get_or_insert(self.n_separators);
            self.found.n_rows += u64::from(!is_head);
            self.found.n_short_rows += u64::from(self.n_separators < expected);
            if self.n_separators > expected {
                self.found.n_long_rows += 1;
                if self.found.n_long_rows == 1 {
                    self.found.first_long_line = self.row_line;
                }
            }
        }
        (self.n_separators, self.has_bytes, self.row_line) = (0, false, self.line);
    }

    fn finish(mut self) -> FileCheck {
        if self.quoted {
            self.found.open_quote_line = Some(self.quote_line);
        }
        // Behind the last line end there is no row.
        if self.has_bytes || self.is_open {
            self.end_row();
        }
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8]) -> FileCheck {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        check_file(file, CellCount::new(b',', Some(b'"'), true)).unwrap()
    }

    #[test]
    fn rows_are_counted_by_their_cells() {
        let found = check(b"a,b\r\n1,2\r\n\r\n1\r\n\"x,\n\"\"y\",2\r\n1,2,3\r\n1,2,3");
        let counts = (found.n_rows, found.n_short_rows, found.n_long_rows, found.first_long_line);
        assert_eq!(counts, (6, 2, 2, 7));
        assert_eq!(found.open_quote_line, None);
        assert_eq!(check(b"a,b\n1,2\n\"x,2\n3,4\n").open_quote_line, Some(3));
        assert_eq!(check(b"").n_rows, 0);
    }

    #[test]
    fn letters_across_blocks_are_whole() {
        for shift in 0..4 {
            let mut text = "x".repeat(BLOCK - shift);
            text.push_str(&"𠮷é王".repeat(BLOCK / 8));
            assert!(check(text.as_bytes()).is_utf8, "{shift}");
            let cut = text.len() - 1;
            assert!(!check(&text.as_bytes()[..cut]).is_utf8, "a letter cut by the end of the file");
        }
        assert!(!check(b"a\n\xe9t\xe9").is_utf8);
        let mut late = "x".repeat(BLOCK + 5).into_bytes();
        late.push(0x82);
        assert!(!check(&late).is_utf8);
    }
}
