//! The marks of currencies that stand before or behind an amount.

/// Signs and words, longer ones first where one ends in another.
const MARKS: &[&str] = &[
    "US$",
    "HK$",
    "NT$",
    "AU$",
    "CA$",
    "NZ$",
    "SG$",
    "MX$",
    "A$",
    "C$",
    "S$",
    "R$",
    "$",
    "£",
    "€",
    "¥",
    "¢",
    "฿",
    "﷼",
    "人民币",
    "美元",
    "港元",
    "欧元",
    "日元",
    "英镑",
    "元",
    "圆",
    "円",
    "원",
    "RMB",
    "kr.",
    "kr",
    "zł",
    "Kč",
    "Ft",
    "Fr.",
    "Rs.",
    "Rs",
];

/// Codes of ISO 4217 for currencies in use.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
    CAD CDF CHF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD \
    HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA \
    MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF \
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES \
    VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

/// What follows a currency mark, if one leads the text.
pub(super) fn before_mark(text: &str) -> Option<&str> {
    let mark = MARKS.iter().find_map(|mark| text.strip_prefix(mark)).or_else(|| text.strip_prefix(is_sign));
    mark.or_else(|| text.split_at_checked(3).filter(|(code, _)| is_code(code)).map(|(_, rest)| rest))
}

/// What stands before a currency mark, if one ends the text.
pub(super) fn after_mark(text: &str) -> Option<&str> {
    let mark = MARKS.iter().find_map(|mark| text.strip_suffix(mark)).or_else(|| text.strip_suffix(is_sign));
    let code = || text.split_at_checked(text.len().checked_sub(3)?).filter(|(_, code)| is_code(code));
    mark.or_else(|| code().map(|(rest, _)| rest))
}

/// The block of currency signs: rupee, won, rouble, lira and others.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{20a0}'..='\u{20cf}')
}

fn is_code(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_uppercase()) && CODES.split(' ').any(|known| known == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off_whole() {
        for (text, rest) in [("US$5", "5"), ("$5", "5"), ("₹5", "5"), ("EUR 5", " 5"), ("人民币5", "5")] {
            assert_eq!(before_mark(text), Some(rest), "{text}");
        }
        for (text, rest) in [("5 €", "5 "), ("5美元", "5"), ("5USD", "5"), ("5₽", "5")] {
            assert_eq!(after_mark(text), Some(rest), "{text}");
        }
        for text in ["", "5", "MAY 5", "eur 5", "王", "é5"] {
            assert_eq!(before_mark(text).or(after_mark(text)), None, "{text}");
        }
    }

    #[test]
    fn codes_are_sorted_and_three_letters_long() {
        let codes: Vec<&str> = CODES.split(' ').filter(|code| !code.is_empty()).collect();
        assert!(codes.is_sorted() && codes.iter().all(|code| code.len() == 3));
    }
}
