//! Files whose letters come from more than one encoding of one byte each.

use std::collections::BTreeMap;

use super::encoding::{Decoded, EncodingCount, Places, TextEncoding};

/// How well a letter fits where it stands; the higher, the better.
type Fit = i32;

const LETTER: Fit = 12;
const SIGN: Fit = 10;
/// What an encoding gains if it decodes another letter of the word beyond doubt.
const SAME_WORD: Fit = 4;

/// Decodes every byte by the encoding whose letter fits best between its neighbours.
///
/// What fits: a letter of the case that its word has; a euro or degree sign behind a figure;
/// a quotation mark or an ellipsis at the edge of a word. Where two encodings fit alike, the
/// letter that the rest of the file has more often wins, and then the order of the encodings.
pub(super) fn decode_mixed(bytes: &[u8], parts: &[TextEncoding]) -> Decoded {
    let letters: Vec<[Option<char>; 128]> = parts.iter().map(table).collect();
    let mixture = Mixture { bytes, letters };
    let frequent = mixture.frequent();
    let mut counts = vec![0_u64; parts.len()];
    let (mut text, mut places) = (String::with_capacity(bytes.len() + bytes.len() / 16), Places::default());
    let (mut n_mixed_lines, mut line_has) = (0, None);
    for (at, &byte) in bytes.iter().enumerate() {
        if byte.is_ascii() {
            if byte == b'\n' {
                line_has = None;
            }
            text.push(char::from(byte));
            continue;
        }
        let Some((part, letter)) = mixture.choice(at, &frequent) else {
            places.add(&text, at as u64);
            text.push('\u{fffd}');
            continue;
        };
        counts[part] += 1;
        text.push(letter);
        match line_has {
            None => line_has = Some((part, false)),
            Some((first, false)) if first != part => {
                (n_mixed_lines, line_has) = (n_mixed_lines + 1, Some((first, true)));
            }
            Some(_) => {}
        }
    }
    let by_encoding = parts.iter().cloned().zip(counts);
    let by_encoding = by_encoding.map(|(encoding, n_letters)| EncodingCount { encoding, n_letters }).collect();
    Decoded { text, undecodable: places.found, by_encoding, n_mixed_lines }
}

/// The letters of the bytes from 0x80 on.
fn table(encoding: &TextEncoding) -> [Option<char>; 128] {
    std::array::from_fn(|at| encoding.letter(at as u8 + 0x80).filter(|_| encoding.is_single_byte()))
}

struct Mixture<'a> {
    bytes: &'a [u8],
    letters: Vec<[Option<char>; 128]>,
}

impl Mixture<'_> {
    /// How often letters that are beyond doubt occur in the file, without regard to case.
    fn frequent(&self) -> BTreeMap<char, u64> {
        let mut frequent = BTreeMap::new();
        if self.letters.len() > 1 {
            for at in (0..self.bytes.len()).filter(|&at| !self.bytes[at].is_ascii()) {
                if let Some((_, letter)) = self.beyond_doubt(at) {
                    *frequent.entry(small(letter)).or_insert(0) += 1;
                }
            }
        }
        frequent
    }

    fn letter(&self, part: usize, at: usize) -> Option<char> {
        self.letters[part][usize::from(self.bytes[at]) - 0x80]
    }

    /// The encoding and letter of a byte; `None` if no encoding has a letter for it.
    fn choice(&self, at: usize, frequent: &BTreeMap<char, u64>) -> Option<(usize, char)> {
        let fits = (0..self.letters.len()).filter_map(|part| {
            let letter = self.letter(part, at)?;
            Some((part, letter, self.fit(letter, at)))
        });
        let fits: Vec<(usize, char, Fit)> = fits.collect();
        if let [(part, letter, _)] = fits[..] {
            return Some((part, letter));
        }
        let word = self.certain_parts(at);
        let weight = |&(part, letter, fit): &(usize, char, Fit)| {
            let fit = fit + if word & (1 << part) > 0 { SAME_WORD } else { 0 };
            (fit, frequent.get(&small(letter)).copied().unwrap_or(0), std::cmp::Reverse(part))
        };
        fits.iter().max_by_key(|fit| weight(fit)).map(|&(part, letter, _)| (part, letter))
    }

    /// The encodings that decode another byte of the word beyond doubt, as bits.
    fn certain_parts(&self, at: usize) -> u32 {
        // Words are shorter; what is longer is no word.
        const LONGEST: usize = 32;
        let in_word = |&other: &usize| self.bytes[other].is_ascii_alphabetic() || !self.bytes[other].is_ascii();
        let before = (at.saturating_sub(LONGEST)..at).rev().take_while(in_word);
        let after = (at + 1..self.bytes.len().min(at + LONGEST)).take_while(in_word);
        let others = before.chain(after).filter(|&other| !self.bytes[other].is_ascii());
        others.filter_map(|other| self.beyond_doubt(other)).fold(0, |parts, (part, _)| parts | 1 << part)
    }

    /// The one encoding whose letter fits clearly better than all others.
    fn beyond_doubt(&self, at: usize) -> Option<(usize, char)> {
        let (mut best, mut second) = (None, Fit::MIN);
        for part in 0..self.letters.len() {
            let Some(letter) = self.letter(part, at) else { continue };
            let fit = self.fit(letter, at);
            match best {
                Some((_, _, highest)) if fit <= highest => second = second.max(fit),
                _ => {
                    second = second.max(best.map_or(Fit::MIN, |(_, _, fit)| fit));
                    best = Some((part, letter, fit));
                }
            }
        }
        best.filter(|&(_, letter, fit)| letter.is_alphabetic() && fit > second.saturating_add(SAME_WORD))
            .map(|(part, letter, _)| (part, letter))
    }

    /// How well a letter fits between its neighbours.
    fn fit(&self, letter: char, at: usize) -> Fit {
        let before = at.checked_sub(1).map_or(Side::Edge, |at| Side::of(self.bytes[at]));
        let after = self.bytes.get(at + 1).map_or(Side::Edge, |&byte| Side::of(byte));
        let in_word = before.is_letter() || after.is_letter();
        match letter {
            '€' | '£' | '¥' if before == Side::Digit || after == Side::Digit => LETTER + SAME_WORD,
            '°' | 'º' if before == Side::Digit || self.is_number_sign(at) => LETTER + SAME_WORD,
            // Letters of few languages, and the florin sign.
            'þ' | 'Þ' | 'ð' | 'Ð' | 'ƒ' => LETTER / 3,
            _ if letter.is_alphabetic() && !in_word => LETTER / 2,
            _ if letter.is_uppercase() && (before == Side::Small || (before.is_letter() && after == Side::Small)) => {
                LETTER / 3
            }
            _ if letter.is_alphabetic() => LETTER,
            '…' | '’' | '\'' if before.is_letter() => SIGN,
            '«' | '»' | '“' | '”' => LETTER / 2,
            '\u{a0}' if !in_word => LETTER / 2 + 1,
            _ => 1,
        }
    }

    /// Whether the byte stands behind the n of a number: `n° 5`.
    fn is_number_sign(&self, at: usize) -> bool {
        let behind_n = at.checked_sub(1).is_some_and(|at| matches!(self.bytes[at], b'n' | b'N'));
        let n_is_a_word = at.checked_sub(2).is_none_or(|at| !Side::of(self.bytes[at]).is_letter());
        let after = self.bytes.get(at + 1).map_or(Side::Edge, |&byte| Side::of(byte));
        behind_n && n_is_a_word && !after.is_letter()
    }
}

/// What stands beside a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Small,
    Capital,
    /// A byte whose letter is not known yet.
    Open,
    Digit,
    Edge,
}

impl Side {
    fn of(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' => Self::Small,
            b'A'..=b'Z' => Self::Capital,
            b'0'..=b'9' => Self::Digit,
            0x80.. => Self::Open,
            _ => Self::Edge,
        }
    }

    fn is_letter(self) -> bool {
        matches!(self, Self::Small | Self::Capital | Self::Open)
    }
}

fn small(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8]) -> Decoded {
        decode_mixed(bytes, &[TextEncoding::Windows1252, TextEncoding::Cp850])
    }

    #[test]
    fn letters_of_two_encodings_in_one_word_are_read() {
        let words: [(&[u8], &str); 14] = [
            (b"\x82chang\xe9", "échangé"),
            (b"pr\xe9sent\x82", "présenté"),
            (b"d\x96 payer", "dû payer"),
            (b"pla\x8ct", "plaît"),
            (b"\x8cuvre", "Œuvre"),
            (b"gar\xe7on", "garçon"),
            (b"15\x80 que", "15€ que"),
            (b"\x80a fait", "Ça fait"),
            (b"co\xefncidence\x85\"", "coïncidence…\""),
            (b" voil\x85 ", " voilà "),
            (b"n\xf8 1", "n° 1"),
            (b"\xae Bonjour \xaf", "« Bonjour »"),
            (b"\x90TAGE", "ÉTAGE"),
            (b"\xc9TAGE", "ÉTAGE"),
        ];
        for (bytes, expected) in words {
            assert_eq!(decoded(bytes).text, expected);
        }
    }

    #[test]
    fn equal_fits_are_decided_by_the_rest_of_the_file() {
        let many = b"m\xeame t\xeate \xd2TRE";
        assert_eq!(decoded(many).text, "même tête ÊTRE");
        assert_eq!(decoded(b"\xd2TRE").text, "ÒTRE", "the first encoding is preferred otherwise");
    }

    #[test]
    fn what_each_encoding_decoded_is_counted() {
        let found = decoded(b"\x82t\xe9\nn\xe9\nabc\n\x82t\x82");
        let counts: Vec<u64> = found.by_encoding.iter().map(|count| count.n_letters).collect();
        assert_eq!((counts, found.n_mixed_lines, found.undecodable), (vec![2, 3], 1, None));
        let none = decode_mixed(b"a\n\x81", &[TextEncoding::Windows1252]);
        assert_eq!(none.undecodable.map(|found| (found.n_places, found.first_line)), Some((1, 2)));
        assert_eq!(decode_mixed(b"a\xe9", &[]).text, "a\u{fffd}");
    }

    proptest! {
        /// One encoding alone is read as it is, whatever the neighbours.
        #[test]
        fn french_in_one_encoding_comes_back(words in "([a-zéèêàçùûîôï]{2,8} ){1,20}") {
            let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&words);
            prop_assert_eq!(decode_mixed(&bytes, &[TextEncoding::Windows1252]).text, words);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let found = decoded(&bytes);
            prop_assert_eq!(found.text.chars().count(), bytes.len());
        }
    }
}
