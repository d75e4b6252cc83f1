//! What the encoding of a file might be.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use serde::Serialize;

use super::encoding::{TextEncoding, Undecodable, decode};

/// Bytes that are looked at for a guess.
const LOOKED_AT: usize = 1 << 20;

/// A guess at the encoding of a file, with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Detected {
    /// The best guess.
    pub encoding: TextEncoding,
    /// What it rests on.
    pub reason: DetectedBy,
    /// Where the bytes are no UTF-8; `None` if they are.
    pub not_utf8: Option<Undecodable>,
}

/// What a guess at an encoding rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DetectedBy {
    /// The mark of UTF-16 at the beginning of the file.
    ByteOrderMark,
    /// All bytes are UTF-8.
    Validity,
    /// The frequencies of letters; a guess, and no more.
    Frequencies,
    /// Two encodings of one byte per letter both make many words that the other does not.
    Mixture,
}

/// Guesses the encoding of bytes: mark, validity as UTF-8, frequencies of letters.
///
/// Only a mark and validity can be relied upon. Of other bytes a MiB from a little before the
/// first that is not UTF-8 is looked at. Code pages of DOS are found only in a mixture with
/// Windows 1252.
#[must_use]
pub fn detect(bytes: &[u8]) -> Detected {
    let marks: [(&[u8], TextEncoding); 2] =
        [(b"\xff\xfe", TextEncoding::Utf16Le), (b"\xfe\xff", TextEncoding::Utf16Be)];
    let not_utf8 =
        std::str::from_utf8(bytes).is_err().then(|| decode(bytes, &TextEncoding::Utf8).undecodable).flatten();
    let marked = marks.into_iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, encoding)| encoding);
    let (encoding, reason) = match (marked, not_utf8) {
        (Some(marked), _) => (marked, DetectedBy::ByteOrderMark),
        (None, None) => (TextEncoding::Utf8, DetectedBy::Validity),
        (None, Some(first)) => guess(bytes, first),
    };
    Detected { encoding, reason, not_utf8 }
}

fn guess(bytes: &[u8], first: Undecodable) -> (TextEncoding, DetectedBy) {
    let from = (first.first_byte as usize).saturating_sub(LOOKED_AT / 16).min(bytes.len());
    let sample = &bytes[from..bytes.len().min(from + LOOKED_AT)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guessed =
        TextEncoding::of_standard(detector.guess(None, Utf8Detection::Deny)).unwrap_or(TextEncoding::Windows1252);
    let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
    if is_mixed(sample, &mixture) { (mixture, DetectedBy::Mixture) } else { (guessed, DetectedBy::Frequencies) }
}

/// Whether both encodings are needed: bytes that one has as e or a with an accent, inside of words.
fn is_mixed(sample: &[u8], mixture: &TextEncoding) -> bool {
    let between_letters = |byte: &[u8]| byte[0].is_ascii_lowercase() && byte[2].is_ascii_lowercase();
    let n =
        |bytes: [u8; 4]| sample.windows(3).filter(|three| bytes.contains(&three[1]) && between_letters(three)).count();
    // é, è, ê, ç in either; in the other they are signs, or capitals inside of words.
    let (windows, dos) = (n([0xe9, 0xe8, 0xea, 0xfc]), n([0x82, 0x8a, 0x88, 0x81]));
    let n_lines = sample.iter().filter(|&&byte| byte == b'\n').count();
    let enough = 3.max(n_lines / 1_000);
    windows >= enough && dos >= enough && decode(sample, mixture).undecodable.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_validity_are_relied_upon() {
        let found = |bytes: &[u8]| (detect(bytes).encoding, detect(bytes).reason);
        assert_eq!(found(b""), (TextEncoding::Utf8, DetectedBy::Validity));
        assert_eq!(found("né 王".as_bytes()), (TextEncoding::Utf8, DetectedBy::Validity));
        assert_eq!(found(b"\xff\xfea\x00"), (TextEncoding::Utf16Le, DetectedBy::ByteOrderMark));
        assert_eq!(found(b"\xfe\xff\x00a"), (TextEncoding::Utf16Be, DetectedBy::ByteOrderMark));
    }

    #[test]
    fn other_encodings_are_guessed_with_the_first_byte_that_told() {
        let french = detect(b"nom,ville\nAndr\xe9,Orl\xe9ans\nHerv\xe9,Besan\xe7on\n");
        assert_eq!((french.encoding, french.reason), (TextEncoding::Windows1252, DetectedBy::Frequencies));
        let first = french.not_utf8.unwrap();
        assert_eq!((first.first_line, first.first_byte, first.n_lines), (2, 14, 2));
        let (chinese, _, _) = encoding_rs::GBK.encode("客户编号,姓名\n1,王芳住在北京市朝阳区\n2,李雷喜欢喝茶\n");
        assert_eq!(detect(&chinese).encoding, TextEncoding::Gbk);
    }

    #[test]
    fn a_mixture_is_recognised() {
        let line = b"pr\xe9sent\xe9e, tr\xe8s bien, form\x82e, probl\x8ame, m\xeame, t\x88te, coup\x82es\n";
        let found = detect(&line.repeat(5));
        assert_eq!(found.reason, DetectedBy::Mixture);
        assert_eq!(found.encoding, TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]));
    }
}
