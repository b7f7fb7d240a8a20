//! How long files and functions are, and how files begin.

use crate::source::{Source, closing, sources};

const FILE: usize = 300;
const FUNCTION: usize = 50;

/// Files that may be longer, with the reason.
const LONGER_FILES: &[(&str, &str)] = &[];

/// Functions that may be longer, as `path name`, with the reason.
const LONGER_FUNCTIONS: &[(&str, &str)] = &[];

/// Everything people write here.
fn written() -> Vec<Source> {
    let folders = ["src", "tests", "xtask", "relay", "benches", "fuzz", "www"];
    sources(&folders, &["rs", "js", "css", "html"])
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let opens = |source: &Source| match source.path.rsplit('.').next() {
        Some("rs") => source.text.starts_with("//! "),
        Some("js") => source.text.starts_with("// ") || source.text.starts_with("/*"),
        Some("css") => source.text.starts_with("/*"),
        _ => true,
    };
    let silent: Vec<String> = written().into_iter().filter(|source| !opens(source)).map(|source| source.path).collect();
    assert!(silent.is_empty(), "the first line does not say what the file is for: {silent:#?}");
}

#[test]
fn files_are_short() {
    let mut faults = Vec::new();
    for source in written() {
        let lines = source.text.lines().count();
        let excused = LONGER_FILES.iter().any(|(path, reason)| *path == source.path && !reason.is_empty());
        match (lines > FILE, excused) {
            (true, false) => faults.push(format!("{} has {lines} lines, more than {FILE}", source.path)),
            (false, true) => faults.push(format!("{} needs its exception no longer", source.path)),
            _ => {}
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn functions_are_short() {
    let mut faults = Vec::new();
    for source in sources(&["src", "xtask/src", "relay/src"], &["rs"]) {
        for (name, lines) in functions(&source.code()) {
            let place = format!("{} {name}", source.path);
            let excused = LONGER_FUNCTIONS.iter().any(|(path, reason)| *path == place && !reason.is_empty());
            if lines > FUNCTION && !excused {
                faults.push(format!("{place} has {lines} lines, more than {FUNCTION}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Every function with a body: its name, and its lines from `fn` to the closing brace.
fn functions(code: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let inside_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name: String = code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if inside_word || name.is_empty() {
            continue;
        }
        if let Some(open) = body(code, at) {
            let end = closing(code, open);
            found.push((name, code[at..code.len().min(end + 1)].lines().count()));
        }
    }
    found
}

/// Where the body of the function at `at` opens; none where it is only declared.
fn body(code: &str, at: usize) -> Option<usize> {
    let mut depth = 0;
    for (offset, c) in code[at..].char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(at + offset),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

#[test]
fn functions_are_measured_from_name_to_brace() {
    let code = "fn a(x: [u8; 2]) -> u8 {\n    if x[0] > 1 {\n        2\n    } else { 3 }\n}\ntrait T { fn b(&self); }\n\
                type F = fn (u8) -> u8;\n";
    assert_eq!(functions(code), [("a".to_owned(), 5)]);
}
