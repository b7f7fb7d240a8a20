//! One cell of a CSV file: quoted where it must be, and never read as a formula by a spreadsheet.

use std::borrow::Cow;

/// Characters with which a spreadsheet starts a formula or leaves the cell, their full-width twins
/// included (OWASP, "CSV Injection").
const ACTIVE: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The cell as it stands in the file. Text that a spreadsheet would run gets an apostrophe in front; a number does not.
pub fn cell(text: &str) -> Cow<'_, str> {
    let neutral: Cow<'_, str> =
        if text.starts_with(ACTIVE) && !is_number(text) { format!("'{text}").into() } else { text.into() };
    if neutral.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", neutral.replace('"', "\"\"")).into();
    }
    neutral
}

/// Rust reads `inf` and `nan` as numbers as well; a spreadsheet does not.
fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_neutralised_and_numbers_are_not() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\r=x", "\"'\r=x\""),
            ("-1+cmd", "'-1+cmd"),
            ("-inf", "'-inf"),
            ("-1", "-1"),
            ("+2.5e-3", "+2.5e-3"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("=a,b", "\"'=a,b\""),
            ("", ""),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
