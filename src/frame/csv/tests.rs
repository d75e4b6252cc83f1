use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn written(bytes: &[u8]) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.csv");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[expect(clippy::disallowed_methods, reason = "a few rows, below the floor that runs queries")]
fn read(bytes: &[u8], options: &CsvOptions) -> Result<(DataFrame, CsvReport)> {
    let (_folder, path) = written(bytes);
    let (frame, report) = read_csv(path, options)?;
    Ok((frame.collect().map_err(Error::query("test"))?, report))
}

fn refusal(bytes: &[u8], options: &CsvOptions) -> String {
    read(bytes, options).unwrap_err().to_string()
}

fn cells(frame: &DataFrame, column: &str) -> Vec<Option<String>> {
    frame.column(column).unwrap().str().unwrap().iter().map(|cell| cell.map(str::to_owned)).collect()
}

fn some(cells: &[&str]) -> Vec<Option<String>> {
    cells.iter().map(|cell| Some((*cell).to_owned())).collect()
}

#[test]
fn every_column_is_text() {
    let (frame, report) = read("\u{feff}id,金额\r\n007,1.50\r\n008,\r\n".as_bytes(), &CsvOptions::new()).unwrap();
    assert!(frame.dtypes().iter().all(|dtype| *dtype == DataType::String));
    assert_eq!(cells(&frame, "id"), some(&["007", "008"]));
    assert_eq!(cells(&frame, "金额"), [Some("1.50".to_owned()), None]);
    assert_eq!((report.n_rows, report.n_short_rows), (2, 0));
}

#[test]
fn texts_that_stand_for_nothing_are_null_and_names_are_put_in_snake_case() {
    let options = CsvOptions::new().separator(';').null_values(["NA", "-"]).snake_case(true);
    let (frame, _) = read("Customer ID;Note;note\nNA;-;NAN\n1;x;NA\n".as_bytes(), &options).unwrap();
    assert_eq!(cells(&frame, "customer_id"), [None, Some("1".to_owned())]);
    assert_eq!(cells(&frame, "note"), [None, Some("x".to_owned())]);
    assert_eq!(cells(&frame, "note_2"), [Some("NAN".to_owned()), None]);
}

#[test]
fn files_of_other_encodings_are_decoded() {
    let (gbk, _, _) = encoding_rs::GB18030.encode("姓名,城市\n王芳,\"北京,朝阳\"\n");
    let (frame, report) = read(&gbk, &CsvOptions::new().encoding(TextEncoding::Gbk)).unwrap();
    assert_eq!(cells(&frame, "城市"), some(&["北京,朝阳"]));
    assert_eq!(report.by_encoding[0].n_letters, 10);
    let utf16 = [0xfe, 0xff].into_iter().chain("a,b\n1,é\n".encode_utf16().flat_map(u16::to_be_bytes));
    let (frame, _) = read(&utf16.collect::<Vec<u8>>(), &CsvOptions::new().encoding(TextEncoding::Utf16Be)).unwrap();
    assert_eq!(cells(&frame, "b"), some(&["é"]));
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let (frame, report) = read(b"a,b\n1,\x82t\xe9\n", &CsvOptions::new().encoding(mixture)).unwrap();
    assert_eq!(cells(&frame, "b"), some(&["été"]));
    assert_eq!(report.n_mixed_lines, 1);
}

#[test]
fn a_wrong_encoding_is_refused_with_the_one_that_might_be_meant() {
    let french = b"nom,ville\nAndr\xe9,Orl\xe9ans\nHerv\xe9,Besan\xe7on\n";
    let refused = refusal(french, &CsvOptions::new());
    assert!(refused.contains("not UTF-8 in 4 place(s) in 2 line(s), first in line 2 at byte 14"), "{refused}");
    let remedy = "it might be windows1252: state `CsvOptions::new().encoding(TextEncoding::Windows1252)`, \
                  or `encoding = \"windows1252\"` in a job file, if so";
    assert!(refused.ends_with(remedy), "{refused}");
    let refused = refusal(french, &CsvOptions::new().encoding(TextEncoding::Gbk));
    assert!(refused.contains("not gbk in ") && refused.ends_with(remedy), "{refused}");
    assert!(!refused.contains("Andr"), "{refused}");
    let refused = refusal("a\n王芳\n".as_bytes(), &CsvOptions::new().encoding(TextEncoding::Utf16Le));
    assert!(
        refused.contains("all of it is valid utf8: state `CsvOptions::new().encoding(TextEncoding::Utf8)`"),
        "{refused}"
    );
    let refused = refusal(b"a\nl\xe9\x81t\xe9\n", &CsvOptions::new().encoding(TextEncoding::Windows1252));
    assert!(
        refused.contains("not windows1252 in 1 place(s)") && refused.contains("no other encoding seems to fit"),
        "{refused}"
    );
}

/// Both ways of stating it are what a user types: they are read back here.
#[test]
fn a_mixture_is_named_once_and_stated_as_it_is_typed() {
    let line = "pr\u{e9}sent\u{e9}e, tr\u{e8}s bien, form\u{82}e, probl\u{8a}me, m\u{ea}me, t\u{88}te, s\u{81}r\n";
    let bytes: Vec<u8> = format!("note\n{}", line.replace(',', " ").repeat(5)).chars().map(|c| c as u8).collect();
    let remedy = "it seems to mix windows1252 and cp850: state `CsvOptions::new().encoding(TextEncoding::Mixed(vec![\
                  TextEncoding::Windows1252, TextEncoding::Cp850]))`, or `encoding = { mixed = [\"windows1252\", \
                  \"cp850\"] }` in a job file, if so";
    for stated in [TextEncoding::Utf8, TextEncoding::Windows1252] {
        let refused = refusal(&bytes, &CsvOptions::new().encoding(stated));
        assert!(refused.ends_with(remedy) && !refused.contains('\n'), "{refused}");
    }
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    let job: CsvOptions = toml::from_str("encoding = { mixed = [\"windows1252\", \"cp850\"] }").unwrap();
    assert_eq!(job, CsvOptions::new().encoding(mixture));
    assert!(read(&bytes, &job).is_ok());
}

#[test]
fn rows_that_do_not_fit_the_head_are_refused_or_counted() {
    let refused = refusal(b"a,b\n1,2\n1,2,3\n4,5,6\n", &CsvOptions::new());
    assert!(refused.contains("2 row(s) have more cells than the head, first in line 3"), "{refused}");
    let (frame, report) = read(b"a,b\n1\n1,2\n", &CsvOptions::new()).unwrap();
    assert_eq!((report.n_rows, report.n_short_rows, frame.height()), (2, 1, 2));
    let refused = refusal(b"a,b\n1,\"2\n3,4\n", &CsvOptions::new());
    assert!(refused.contains("the quote in line 2 never ends"), "{refused}");
    let (frame, _) = read(b"a,b\n1,\"2\n3,4\n", &CsvOptions::new().quote(None)).unwrap();
    assert_eq!(cells(&frame, "b"), some(&["\"2", "4"]));
}

#[test]
fn a_separator_that_was_not_stated_is_named() {
    for (head, sign) in [("a;b;c", "';'"), ("a\tb", "'\\t'"), ("a|b", "'|'")] {
        let refused = refusal(format!("{head}\n1\n").as_bytes(), &CsvOptions::new());
        assert!(refused.contains(&format!("set `separator` to {sign}")), "{refused}");
    }
    let (frame, _) = read(b"one column\nx\n", &CsvOptions::new()).unwrap();
    assert_eq!(cells(&frame, "one column"), some(&["x"]));
}

#[test]
fn files_that_are_none_are_refused() {
    assert!(refusal(b"", &CsvOptions::new()).contains("opening CSV: cannot use file"));
    assert!(refusal(b"\x1f\x8b\x08", &CsvOptions::new()).contains("compressed"));
    assert!(matches!(read_csv("/no/such/file.csv", &CsvOptions::new()), Err(Error::File { .. })));
    let (frame, report) = read(b"a,b\n", &CsvOptions::new()).unwrap();
    assert_eq!((frame.height(), frame.width(), report.n_rows), (0, 2, 0));
}

#[test]
fn the_report_says_what_was_met() {
    let shown = |bytes: &[u8], options: &CsvOptions| read(bytes, options).unwrap().1.to_string();
    assert_eq!(shown("客户,备注\n1,王\n".as_bytes(), &CsvOptions::new()), "csv: 1 row(s), 2 column(s)");
    assert_eq!(shown(b"a,b\n", &CsvOptions::new().snake_case(true)), "csv: 0 row(s), 2 column(s)");
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    assert_eq!(
        shown(b"a,b,c\n1,\x82t\xe9,\n2\n", &CsvOptions::new().encoding(mixture)),
        "csv: 2 row(s), 3 column(s)\n  1 row(s) with fewer cells than the head, the rest of them null\
         \n  letters beyond ASCII by encoding: windows1252 1, cp850 1\
         \n  1 line(s) with letters of more than one encoding"
    );
}

#[test]
fn columns_without_a_head_are_numbered() {
    let (frame, report) = read(b"1,x\n2,y\n", &CsvOptions::new().has_header(false)).unwrap();
    assert_eq!(cells(&frame, "column_2"), some(&["x", "y"]));
    assert_eq!(report.n_rows, 2);
}

#[test]
fn a_blank_line_is_a_row_without_cells() {
    let (frame, report) = read(b"a,b\n1,\"x\n\ny\"\n\n2,\n,\n3,\"\"\n4,z", &CsvOptions::new()).unwrap();
    assert_eq!((report.n_rows, report.n_short_rows, frame.height()), (6, 1, 6));
}

#[test]
fn a_carriage_return_at_the_end_is_a_row_as_in_polars() {
    let (frame, report) = read(b"a,b\n\r", &CsvOptions::new()).unwrap();
    assert_eq!((report.n_rows, frame.height()), (1, 1));
}

proptest! {
    #[test]
    fn rows_in_the_report_are_rows_in_the_frame(
        rows in proptest::collection::vec("([ab]|\"x,\"|\"\n\"|\"\"\"\"){0,1},?([ab王]{0,2}|\"\n\n\")\r?", 0..8), end in "\n{0,2}",
    ) {
        let text = format!("a,b\n{}{end}", rows.join("\n"));
        if let Ok((frame, report)) = read(text.as_bytes(), &CsvOptions::new()) {
            prop_assert_eq!(frame.height() as u64, report.n_rows, "{:?}", text);
        }
    }
}

#[test]
fn scanning_transactions_names_the_encoding_too() {
    let (_folder, path) = written(b"nom,jour,prix\nAndr\xe9 L\xe9on,2026-01-01,5\n");
    let columns = crate::frame::TransactionColumns::new("nom", "jour").amount("prix");
    let refused = crate::frame::scan(path.to_str().unwrap(), &columns).err().unwrap().to_string();
    assert!(refused.starts_with("opening transactions") && refused.contains("not UTF-8 in 2 place(s)"), "{refused}");
}
