//! Source files as the tidy tests read them: found, and with comments, strings and tests taken out.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the workspace.
pub struct Source {
    /// Relative to the workspace, with `/`.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The text with comments and the contents of literals blanked; lines stay where they are.
    pub fn code(&self) -> String {
        code(&self.text)
    }

    /// The code without what is compiled for tests only.
    pub fn product(&self) -> String {
        without_tests(&self.code())
    }
}

/// Every file below these folders with one of these endings, in order. A folder that is not there has none.
pub fn sources(folders: &[&str], endings: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    folders.iter().for_each(|folder| gather(&root.join(folder), &mut paths));
    paths.sort();
    let wanted = |path: &PathBuf| path.extension().is_some_and(|ending| endings.iter().any(|e| ending == *e));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source file is UTF-8");
        let path = path.strip_prefix(root).expect("it was found below the root").to_string_lossy().replace('\\', "/");
        Source { path, text }
    };
    paths.into_iter().filter(wanted).map(read).collect()
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            gather(&path, paths);
        } else if path.is_file() {
            paths.push(path);
        }
    }
}

/// Blanks comments, and the contents of string and character literals.
pub fn code(text: &str) -> String {
    let mut left = text;
    let mut kept = String::with_capacity(text.len());
    let mut before = ' ';
    while let Some(first) = left.chars().next() {
        let inside_word = before.is_alphanumeric() || before == '_';
        let length = skipped(left, inside_word).min(left.len());
        if length > 0 {
            kept.extend(left[..length].chars().map(|c| if c == '\n' { c } else { ' ' }));
            // A literal is still an expression: a lone `""` keeps its place among the tokens.
            before = ' ';
            left = &left[length..];
        } else {
            kept.push(first);
            before = first;
            left = &left[first.len_utf8()..];
        }
    }
    kept
}

/// The length of the comment or literal that starts here; 0 where none does.
fn skipped(text: &str, inside_word: bool) -> usize {
    let until = |from: usize, end: &str| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return until(2, "*/");
    }
    if text.starts_with('"') {
        return quoted(text, '"');
    }
    let raw = text.strip_prefix("br").or(text.strip_prefix('r')).filter(|_| !inside_word);
    if let Some(rest) = raw {
        let fences = rest.len() - rest.trim_start_matches('#').len();
        if rest[fences..].starts_with('"') {
            return until(text.len() - rest.len() + fences + 1, &format!("\"{}", "#".repeat(fences)));
        }
    }
    // A lifetime has no second quote after its first character.
    let mut characters = text.chars();
    match (characters.next(), characters.next(), characters.next()) {
        (Some('\''), Some('\\'), _) => quoted(text, '\''),
        (Some('\''), Some(one), Some('\'')) => 2 + one.len_utf8(),
        _ => 0,
    }
}

/// The length of a literal with escapes, its quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Blanks every item under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("#[cfg(test)]") {
        kept += before;
        let open = after.find(['{', ';']).unwrap_or(after.len());
        let end = if after[open..].starts_with('{') { closing(after, open) } else { open };
        rest = after.get(end + 1..).unwrap_or_default();
    }
    kept + rest
}

/// Where the brace at `open` is closed.
pub fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in code[open..].char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 {
            return open + at;
        }
    }
    code.len()
}

/// Identifiers and single other characters, `::` as one.
pub fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match () {
            () if word(first) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            () if rest.starts_with("::") => 2,
            () => first.len_utf8(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}
