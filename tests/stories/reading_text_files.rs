//! "The answers to our survey were put together from two systems, and the letters of half of
//! them come out wrong."

use std::path::{Path, PathBuf};

use customer_analytics::frame::{CsvOptions, read_csv};
use customer_analytics::polars::prelude::*;
use customer_analytics::text::{DetectedBy, TextEncoding, detect};

/// The survey of a French chain of garden stores, or `None` with a printed reason.
fn survey() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/nps_garden_retail_fr.csv");
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    println!("skipped: {} is not there", path.display());
    None
}

fn mixture() -> TextEncoding {
    TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850])
}

fn answers(frame: &DataFrame) -> String {
    let texts = frame.column("explication").unwrap().str().unwrap();
    texts.iter().flatten().collect::<Vec<_>>().join("\n")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the story ends with the cells of a small file")]
fn a_survey_in_two_encodings_is_read_letter_by_letter() {
    let Some(path) = survey() else { return };
    let options = CsvOptions::new().encoding(mixture()).null_values(["NA"]).snake_case(true);
    let (frame, report) = read_csv(&path, &options).unwrap();
    let frame = frame.collect().unwrap();
    assert_eq!((frame.height(), frame.width(), report.n_rows, report.n_short_rows), (13_954, 9, 13_954, 0));
    let nulls = ["nps", "satisfaction", "intention", "explication", "nb_passage_ks", "ca_ticket", "t"]
        .map(|column| frame.column(column).unwrap().null_count());
    assert_eq!(nulls, [342, 61, 182, 10_115, 0, 0, 18]);

    let answers = answers(&frame);
    let odd: Vec<char> =
        answers.chars().filter(|c| matches!(c, '\u{80}'..='\u{9f}' | '\u{fffd}' | '‚' | 'Ú' | 'Þ')).collect();
    assert!(odd.is_empty(), "{odd:?}");
    let windows = report.by_encoding[0].n_letters;
    let dos = report.by_encoding[1].n_letters;
    // Bytes beyond ASCII in the file: 9,599, each one letter.
    println!("{windows} letters of windows1252, {dos} of cp850, {} lines with both", report.n_mixed_lines);
    assert_eq!(windows + dos, 9_599);
    assert!(report.n_mixed_lines > 1_000);
    // é is the byte 0xE9 3,730 times and 0x82 2,345 times.
    assert_eq!(answers.matches('é').count(), 6_075);
    for word in ["développe", "échange", "présenté", "achalandé", "compliqué", "coïncidence", "goût"] {
        assert!(answers.contains(word), "{word}");
    }
}

#[test]
fn the_survey_read_as_utf8_is_refused_with_what_would_read_it() {
    let Some(path) = survey() else { return };
    let refused = read_csv(&path, &CsvOptions::new()).err().unwrap().to_string();
    assert!(refused.contains("first in line 3 at byte"), "{refused}");
    assert!(
        refused.contains("encoding(TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]))"),
        "{refused}"
    );
    let found = detect(&std::fs::read(path).unwrap());
    assert_eq!((found.encoding, found.reason), (mixture(), DetectedBy::Mixture));
}
