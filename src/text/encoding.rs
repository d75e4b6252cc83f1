//! Encodings of text files: named, detected, decoded without silent losses.

use std::fmt;

use encoding_rs::{DecoderResult, Encoding};
use oem_cp::code_table::{DECODING_TABLE_CP437, DECODING_TABLE_CP850};
use serde::{Deserialize, Serialize};

use super::mixed_encoding::decode_mixed;

/// How the bytes of a file stand for letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// Windows, Central Europe.
    Windows1250,
    /// Windows, Cyrillic.
    Windows1251,
    /// Windows, Western Europe.
    Windows1252,
    /// Latin 9: Western Europe with the euro sign.
    #[serde(rename = "iso8859_15")]
    Iso8859_15,
    /// Chinese, simplified; read as GB 18030, which holds GBK and GB 2312.
    Gbk,
    /// Chinese, traditional.
    Big5,
    /// Japanese of Windows.
    ShiftJis,
    /// Korean.
    EucKr,
    /// DOS, United States.
    Cp437,
    /// DOS, Western Europe.
    Cp850,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// A file put together from sources with different encodings of one byte per letter,
    /// in order of preference. Every letter is decoded by the encoding that makes the better
    /// word of it: `d\xE9velopp\x82` is `développé` under Windows 1252 and code page 850.
    Mixed(Vec<TextEncoding>),
}

impl TextEncoding {
    /// Whether every byte is a letter, so that it can be mixed.
    #[must_use]
    pub fn is_single_byte(&self) -> bool {
        matches!(
            self,
            Self::Windows1250 | Self::Windows1251 | Self::Windows1252 | Self::Iso8859_15 | Self::Cp437 | Self::Cp850
        )
    }

    /// What is wrong with the setting: a mixture needs at least two different encodings, of
    /// one byte per letter.
    #[must_use]
    pub fn problem(&self) -> Option<&'static str> {
        let Self::Mixed(parts) = self else { return None };
        let distinct = parts.iter().enumerate().all(|(at, part)| !parts[..at].contains(part));
        (parts.len() < 2 || !distinct || !parts.iter().all(Self::is_single_byte))
            .then_some("a mixture of at least two different encodings with one byte per letter")
    }

    /// The name in settings, such as `windows1252`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Windows1250 => "windows1250",
            Self::Windows1251 => "windows1251",
            Self::Windows1252 => "windows1252",
            Self::Iso8859_15 => "iso8859_15",
            Self::Gbk => "gbk",
            Self::Big5 => "big5",
            Self::ShiftJis => "shift_jis",
            Self::EucKr => "euc_kr",
            Self::Cp437 => "cp437",
            Self::Cp850 => "cp850",
            Self::Utf16Le => "utf16_le",
            Self::Utf16Be => "utf16_be",
            Self::Mixed(_) => "mixed",
        }
    }

    /// The letter of a byte from 0x80 on; `None` where the encoding has none.
    pub(super) fn letter(&self, byte: u8) -> Option<char> {
        let table = match self {
            Self::Cp437 => &DECODING_TABLE_CP437,
            Self::Cp850 => &DECODING_TABLE_CP850,
            _ => {
                let byte = [byte];
                let (text, failed) = self.standard()?.decode_without_bom_handling(&byte);
                return text.chars().next().filter(|&c| !failed && !is_control(c));
            }
        };
        table.get(usize::from(byte.checked_sub(0x80)?)).copied()
    }

    /// The decoder of the WHATWG Encoding Standard.
    fn standard(&self) -> Option<&'static Encoding> {
        Some(match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Windows1250 => encoding_rs::WINDOWS_1250,
            Self::Windows1251 => encoding_rs::WINDOWS_1251,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
            Self::Iso8859_15 => encoding_rs::ISO_8859_15,
            Self::Gbk => encoding_rs::GB18030,
            Self::Big5 => encoding_rs::BIG5,
            Self::ShiftJis => encoding_rs::SHIFT_JIS,
            Self::EucKr => encoding_rs::EUC_KR,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Cp437 | Self::Cp850 | Self::Mixed(_) => return None,
        })
    }

    pub(super) fn of_standard(standard: &'static Encoding) -> Option<Self> {
        let known = [
            Self::Utf8,
            Self::Windows1250,
            Self::Windows1251,
            Self::Windows1252,
            Self::Iso8859_15,
            Self::Gbk,
            Self::Big5,
            Self::ShiftJis,
            Self::EucKr,
            Self::Utf16Le,
            Self::Utf16Be,
        ];
        let found = known.into_iter().find(|encoding| encoding.standard() == Some(standard));
        found.or_else(|| (standard == encoding_rs::GBK).then_some(Self::Gbk))
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Mixed(parts) = self else { return f.write_str(self.name()) };
        let names: Vec<&str> = parts.iter().map(Self::name).collect();
        write!(f, "mixed [{}]", names.join(", "))
    }
}

/// Where bytes are that an encoding has no letter for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Undecodable {
    /// How many places: wrong bytes or sequences.
    pub n_places: u64,
    /// How many lines have at least one.
    pub n_lines: u64,
    /// The line of the first, counted from 1.
    pub first_line: u64,
    /// The byte of the first, counted from 0.
    pub first_byte: u64,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { n_places, n_lines, first_line, first_byte } = self;
        write!(f, "{n_places} place(s) in {n_lines} line(s), first in line {first_line} at byte {first_byte}")
    }
}

/// How many letters beyond ASCII an encoding decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EncodingCount {
    /// The encoding.
    pub encoding: TextEncoding,
    /// The letters that it decoded.
    pub n_letters: u64,
}

/// Decoded text, and what was met on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// The text, without a byte order mark. Every place that could not be decoded is the
    /// replacement character U+FFFD.
    pub text: String,
    /// The places that could not be decoded; `None` if all could.
    pub undecodable: Option<Undecodable>,
    /// Letters beyond ASCII by the encoding that decoded them; more than one for a mixture.
    pub by_encoding: Vec<EncodingCount>,
    /// Lines with letters from more than one encoding.
    pub n_mixed_lines: u64,
}

/// Decodes bytes, and counts what cannot be decoded.
///
/// Controls between U+0080 and U+009F, which no one writes and which some decoders make
/// from bytes without a letter, count as not decodable. A mixture that
/// [`problem`](TextEncoding::problem) refuses decodes ASCII alone.
///
/// # Examples
///
/// ```
/// use customer_analytics::text::{TextEncoding, decode};
///
/// let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
/// let decoded = decode(b"d\xE9velopp\x82", &mixture);
/// assert_eq!(decoded.text, "développé");
/// assert_eq!(decoded.undecodable, None);
/// assert_eq!(decode(b"a\n\xFF", &TextEncoding::Utf8).undecodable.unwrap().first_line, 2);
/// ```
#[must_use]
pub fn decode(bytes: &[u8], encoding: &TextEncoding) -> Decoded {
    if let Some(standard) = encoding.standard() {
        return decode_standard(bytes, encoding, standard);
    }
    match encoding {
        TextEncoding::Mixed(_) if encoding.problem().is_some() => decode_mixed(bytes, &[]),
        TextEncoding::Mixed(parts) => decode_mixed(bytes, parts),
        single => decode_mixed(bytes, std::slice::from_ref(single)),
    }
}

fn decode_standard(bytes: &[u8], encoding: &TextEncoding, standard: &'static Encoding) -> Decoded {
    const BLOCK: usize = 1 << 20;
    let mut decoder = standard.new_decoder_with_bom_removal();
    let (mut text, mut places, mut read) = (String::with_capacity(bytes.len() + bytes.len() / 8), Places::default(), 0);
    loop {
        text.reserve(BLOCK);
        let (result, taken) = decoder.decode_to_string_without_replacement(&bytes[read..], &mut text, true);
        read += taken;
        match result {
            DecoderResult::InputEmpty => break,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(wrong, after) => {
                places.add(&text, (read - usize::from(wrong) - usize::from(after)) as u64);
                text.push('\u{fffd}');
            }
        }
    }
    if *encoding != TextEncoding::Utf8 && text.contains(is_control) {
        (text, places) = without_controls(&text);
        if let Some(found) = &mut places.found {
            found.first_byte = first_wrong_byte(bytes, &text, found.first_line, standard);
        }
    }
    let n_letters = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count() as u64;
    let by_encoding = vec![EncodingCount { encoding: encoding.clone(), n_letters }];
    Decoded { text, undecodable: places.found, by_encoding, n_mixed_lines: 0 }
}

/// Controls as replacement characters; all places are counted again.
fn without_controls(text: &str) -> (String, Places) {
    let (mut plain, mut places) = (String::with_capacity(text.len()), Places::default());
    for c in text.chars() {
        let wrong = is_control(c) || c == '\u{fffd}';
        if wrong {
            // Where it is among the bytes only the decoder knows.
            places.add(&plain, 0);
        }
        plain.push(if wrong { '\u{fffd}' } else { c });
    }
    (plain, places)
}

/// The byte at which the first wrong place begins, which lies in the line `line` of the decoded text.
fn first_wrong_byte(bytes: &[u8], text: &str, line: u64, standard: &'static Encoding) -> u64 {
    if standard == encoding_rs::UTF_16LE || standard == encoding_rs::UTF_16BE {
        let before = text.find('\u{fffd}').map_or(text, |at| &text[..at]);
        let mark = if standard == encoding_rs::UTF_16LE { [0xff, 0xfe] } else { [0xfe, 0xff] };
        let n_mark = if bytes.starts_with(&mark) { mark.len() } else { 0 };
        return (n_mark + 2 * before.encode_utf16().count()) as u64;
    }
    // In all other encodings the byte of a line feed is part of nothing else, so each line can be read alone.
    let line_feeds = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let start = std::iter::once(0).chain(line_feeds).nth(line.saturating_sub(1) as usize).unwrap_or_default();
    start as u64 + wrong_byte_of_line(&bytes[start..], standard)
}

/// The byte of a line at which the first wrong place begins: the decoder is handed one byte after the other.
fn wrong_byte_of_line(bytes: &[u8], standard: &'static Encoding) -> u64 {
    let mut decoder = standard.new_decoder_without_bom_handling();
    // A letter begins where the one before ended.
    let (mut letters, mut begin) = (String::with_capacity(64), 0);
    for (at, byte) in bytes.iter().enumerate() {
        letters.clear();
        let is_last = at + 1 == bytes.len();
        let (result, _) =
            decoder.decode_to_string_without_replacement(std::slice::from_ref(byte), &mut letters, is_last);
        if let DecoderResult::Malformed(wrong, after) = result {
            let wrong_at = (at + 1).saturating_sub(usize::from(wrong) + usize::from(after));
            return if letters.contains(is_wrong) { begin } else { wrong_at } as u64;
        }
        if letters.contains(is_wrong) {
            return begin as u64;
        }
        if !letters.is_empty() {
            begin = at + 1;
        }
    }
    begin as u64
}

fn is_wrong(c: char) -> bool {
    is_control(c) || c == '\u{fffd}'
}

pub(super) fn is_control(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}')
}

/// Places that could not be decoded, as they are met.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) found: Option<Undecodable>,
    line: u64,
    counted_to: usize,
    last_line: Option<u64>,
}

impl Places {
    /// Notes a place behind the text decoded so far.
    pub(super) fn add(&mut self, decoded: &str, byte: u64) {
        self.line += decoded.as_bytes()[self.counted_to..].iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.counted_to = decoded.len();
        let line = self.line + 1;
        let first = Undecodable { n_places: 0, n_lines: 0, first_line: line, first_byte: byte };
        let found = self.found.get_or_insert(first);
        found.n_places += 1;
        found.n_lines += u64::from(self.last_line.replace(line) != Some(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_many_encodings_come_out_alike() {
        let texts: [(&[u8], TextEncoding, &str); 10] = [
            (b"\xef\xbb\xbfn\xc3\xa9", TextEncoding::Utf8, "né"),
            (b"n\xe9 \x80", TextEncoding::Windows1252, "né €"),
            (b"n\xe9 \xa4", TextEncoding::Iso8859_15, "né €"),
            (b"n\x82", TextEncoding::Cp850, "né"),
            (b"n\x82", TextEncoding::Cp437, "né"),
            (b"\xcd\xf5\xb7\xbc", TextEncoding::Gbk, "王芳"),
            (b"\xa4\xfd\xaa\xda", TextEncoding::Big5, "王芳"),
            (b"\x93\xfa\x96\x7b", TextEncoding::ShiftJis, "日本"),
            (b"\xff\xfen\x00\xe9\x00", TextEncoding::Utf16Le, "né"),
            (b"\x00n\x00\xe9", TextEncoding::Utf16Be, "né"),
        ];
        for (bytes, encoding, expected) in texts {
            let decoded = decode(bytes, &encoding);
            assert_eq!((decoded.text.as_str(), decoded.undecodable), (expected, None), "{encoding}");
        }
        assert_eq!(decode(b"\xb1\xe8", &TextEncoding::EucKr).text, "김");
        assert_eq!(decode(b"\xcc\xe8\xf0", &TextEncoding::Windows1251).text, "Мир");
        assert_eq!(decode(b"\xe8", &TextEncoding::Windows1250).text, "č");
    }

    #[test]
    fn what_cannot_be_decoded_is_counted_with_its_lines() {
        let decoded = decode(b"a\nb\xff\xfe\n\nc\xe9", &TextEncoding::Utf8);
        let expected = Undecodable { n_places: 3, n_lines: 2, first_line: 2, first_byte: 3 };
        assert_eq!(decoded.undecodable, Some(expected));
        assert_eq!(decoded.text, "a\nb\u{fffd}\u{fffd}\n\nc\u{fffd}");
        // 0x81 is no letter of Windows 1252, though decoders for the web make a control of it.
        let decoded = decode(b"\xe9\n\x81\x81", &TextEncoding::Windows1252);
        assert_eq!(decoded.undecodable, Some(Undecodable { n_places: 2, n_lines: 1, first_line: 2, first_byte: 2 }));
        assert_eq!(decode(b"a\n\x00", &TextEncoding::Utf16Le).undecodable.map(|found| found.n_places), Some(1));
    }

    /// Oracle: by counting bytes. In GB 18030 a letter takes one, two or four of them (U+0085 is 81 30 81 35), in Shift
    /// JIS one or two, in UTF-16 two or four, those of ASCII too.
    #[test]
    fn the_first_control_is_found_behind_letters_of_any_length() {
        let (le, be) = (TextEncoding::Utf16Le, TextEncoding::Utf16Be);
        let files: [(&[u8], TextEncoding, u64, u64); 9] = [
            (b"ab\n\xcd\xf5\x81\x30\x86\x30x\x81\x30\x81\x35", TextEncoding::Gbk, 2, 10),
            (b"\xcd\xf5\xff\n\x81\x30\x81\x35", TextEncoding::Gbk, 1, 2),
            (b"\xcd\xf5\n\x81\x30\x81\x35", TextEncoding::Gbk, 2, 3),
            (b"\x93\xfa\x80a", TextEncoding::ShiftJis, 1, 2),
            (b"\xff\xfea\x00\n\x00\x85\x00", le.clone(), 2, 6),
            (b"a\x00\x3d\xd8\x00\xde\x85\x00", le, 1, 6),
            (b"\x00a\x00\n\x00\x85", be, 2, 4),
            (b"\xe9\n\x80\x81", TextEncoding::Windows1252, 2, 3),
            (b"n\xe9\n\x85\x86", TextEncoding::Iso8859_15, 2, 3),
        ];
        for (bytes, encoding, line, byte) in files {
            let found = decode(bytes, &encoding).undecodable.unwrap();
            assert_eq!((found.first_line, found.first_byte), (line, byte), "{encoding} {bytes:x?}");
        }
    }

    #[test]
    fn a_mixture_that_is_refused_decodes_ascii_alone() {
        for parts in [vec![TextEncoding::Windows1252; 33], vec![TextEncoding::Cp850, TextEncoding::Gbk], vec![]] {
            let decoded = decode(b"d\xe9j\xe9", &TextEncoding::Mixed(parts));
            assert_eq!(decoded.text, "d\u{fffd}j\u{fffd}");
            assert_eq!(decoded.undecodable.map(|found| found.n_places), Some(2));
        }
    }

    #[test]
    fn encodings_are_named_as_in_settings() {
        let mixture = TextEncoding::Mixed(vec![TextEncoding::Windows1252, TextEncoding::Cp850]);
        assert_eq!(serde_json::to_string(&mixture).unwrap(), r#"{"mixed":["windows1252","cp850"]}"#);
        for encoding in [TextEncoding::Utf8, TextEncoding::Iso8859_15, TextEncoding::ShiftJis, TextEncoding::Utf16Le] {
            assert_eq!(serde_json::to_string(&encoding).unwrap(), format!("\"{}\"", encoding.name()));
        }
        assert_eq!(mixture.problem(), None);
        assert_eq!(mixture.to_string(), "mixed [windows1252, cp850]");
        for parts in [
            vec![],
            vec![TextEncoding::Cp850],
            vec![TextEncoding::Cp850; 2],
            vec![TextEncoding::Cp850, TextEncoding::Gbk],
        ] {
            assert!(TextEncoding::Mixed(parts).problem().is_some());
        }
    }
}
