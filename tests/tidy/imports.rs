//! Which paths inside the crate a file names, found in its text.

use crate::source::{Source, tokens};

/// The module a file of `src` is: `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`.
pub fn module(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(str::to_owned).collect()
}

/// Every path that starts with `crate`, `self` or `super`, from the crate's root.
pub fn paths(source: &Source) -> Vec<Vec<String>> {
    let code = source.code();
    let tokens = tokens(&code);
    let mut found = Vec::new();
    let mut here = module(&source.path);
    // The depth at which each inline module we are in was opened.
    let mut inline = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while let Some(&token) = tokens.get(at) {
        let next = |ahead: usize| tokens.get(at + ahead).copied().unwrap_or_default();
        match token {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if inline.last() == Some(&depth) {
                    inline.pop();
                    here.pop();
                }
            }
            "mod" if next(2) == "{" => {
                inline.push(depth);
                here.push(next(1).to_owned());
            }
            "crate" | "self" | "super" if next(1) == "::" => {
                let mut start = if token == "crate" { Vec::new() } else { here.clone() };
                while tokens.get(at) == Some(&"super") && tokens.get(at + 1) == Some(&"::") {
                    start.pop();
                    at += 2;
                }
                at += if token == "super" { 0 } else { 2 };
                at = walk(&tokens, at, start, &mut found);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Follows a path, or a tree of paths in braces, and says where it ends.
fn walk(tokens: &[&str], mut at: usize, mut path: Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    while let Some(&token) = tokens.get(at) {
        if token == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| *token != "}") {
                at = match tokens[at] {
                    "," => at + 1,
                    "as" => at + 2,
                    _ => walk(tokens, at, path.clone(), found).max(at + 1),
                };
            }
            return at + 1;
        }
        if !token.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            break;
        }
        path.push(token.to_owned());
        if tokens.get(at + 1) != Some(&"::") {
            found.push(path);
            return at + 1;
        }
        at += 2;
    }
    found.push(path);
    at
}
