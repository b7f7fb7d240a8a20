//! Words that have no place: browser crates outside `src/web`, clocks and chance in the core, markup in the page.

use std::fs;
use std::path::Path;

use crate::source::{Source, sources, tokens};
use crate::{is_command_line, paths};

/// Crates that exist for the browser alone, as named in code.
const BROWSER: &[&str] = &[
    "console_error_panic_hook",
    "js_sys",
    "plotters_canvas",
    "serde_wasm_bindgen",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "web_sys",
];

/// Methods of `f64` whose last bit depends on the platform; `libm` gives the same everywhere.
const PLATFORM_MATHS: &[&str] = &[
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp", "exp2", "exp_m1",
    "hypot", "ln", "ln_1p", "log", "log10", "log2", "powf", "powi", "sin", "sin_cos", "sinh", "tan", "tanh",
];

/// What would make the core depend on more than its input. The hash maps of `std` are seeded by chance.
const WORLD: &[&str] = &[
    "HashMap",
    "HashSet",
    "Instant",
    "RandomState",
    "SystemTime",
    "TcpListener",
    "TcpStream",
    "UdpSocket",
    "getrandom",
    "rand",
    "thread_rng",
];
const WORLD_OF_STD: &[&str] = &["env", "fs", "process", "thread"];

/// What makes markup or code out of text.
const MARKUP: &[&str] = &[
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "srcdoc",
    "http://",
    "https://",
];

/// The library without the browser's shell; tests inside it taken out.
fn core() -> Vec<(String, String)> {
    let files = sources(&["src"], &["rs"]);
    let tests = test_files(&files);
    let in_core = |file: &&Source| {
        !file.path.starts_with("src/web") && !is_command_line(&file.path) && !tests.contains(&file.path)
    };
    files.iter().filter(in_core).map(|file| (file.path.clone(), file.product())).collect()
}

/// Files declared as `#[cfg(test)] mod name;`.
fn test_files(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let code = file.code();
        let stem = file.path.trim_end_matches("/mod.rs").trim_end_matches("/lib.rs").trim_end_matches(".rs");
        for (_, after) in code.match_indices("#[cfg(test)]").map(|(at, mark)| code[at..].split_at(mark.len())) {
            let after = after.trim_start().trim_start_matches("pub ");
            let declared = after.strip_prefix("mod ").and_then(|rest| rest.split_once(';'));
            if let Some((name, _)) = declared.filter(|(name, _)| !name.contains('{')) {
                found.push(format!("{stem}/{name}.rs"));
            }
        }
    }
    found
}

fn report(faults: Vec<String>) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn browser_crates_are_named_in_the_web_module_alone() {
    let mut faults = Vec::new();
    for source in sources(&["src"], &["rs"]).iter().filter(|source| !source.path.starts_with("src/web")) {
        let code = source.code();
        let named = tokens(&code).into_iter().find(|token| BROWSER.contains(token));
        faults.extend(named.map(|name| format!("{} names {name}", source.path)));
    }
    report(faults);
}

#[test]
fn browser_crates_are_dependencies_of_wasm_alone() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("there is a manifest");
    let (mut section, mut seen) = ("", 0);
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let name = line.split([' ', '=', '.']).next().unwrap_or_default().replace('-', "_");
        if BROWSER.contains(&name.as_str()) {
            assert!(section.contains("wasm32\")'") && !section.contains("not("), "{name} stands under {section}");
            seen += 1;
        }
    }
    assert!(seen > 0, "no browser crate was found in Cargo.toml: this test reads it wrongly");
}

#[test]
fn the_core_computes_the_same_everywhere() {
    let mut faults = Vec::new();
    for (path, code) in core() {
        for window in tokens(&code).windows(3) {
            let method = window[0] == "." && PLATFORM_MATHS.contains(&window[1]) && window[2] == "(";
            let path_call = window[0] == "f64" && window[1] == "::" && PLATFORM_MATHS.contains(&window[2]);
            if method || path_call {
                faults.push(format!("{path}: {} of f64; take libm's", window.concat()));
            }
        }
    }
    report(faults);
}

#[test]
fn the_core_sees_its_input_alone() {
    let mut faults = Vec::new();
    for (path, code) in core() {
        let tokens = tokens(&code);
        let words = tokens.iter().filter(|token| WORLD.contains(token)).map(|word| (*word).to_owned());
        let of_std = tokens.windows(3).filter(|w| w[0] == "std" && w[1] == "::" && WORLD_OF_STD.contains(&w[2]));
        let named = words.chain(of_std.map(|window| window.concat()));
        faults.extend(named.map(|word| format!("{path} names {word}")));
    }
    report(faults);
}

#[test]
fn nothing_is_unsafe() {
    let mut faults = Vec::new();
    for source in sources(&["src", "tests", "xtask", "relay", "benches"], &["rs"]) {
        let code = source.code();
        if tokens(&code).contains(&"unsafe") {
            faults.push(format!("{} is unsafe", source.path));
        }
        let root = ["src/lib.rs", "src/main.rs"].iter().any(|root| source.path.ends_with(root));
        let crate_root = root && source.path.matches('/').count() <= 2;
        if crate_root && !source.text.contains("#![forbid(unsafe_code)]") {
            faults.push(format!("{} does not forbid unsafe code", source.path));
        }
    }
    report(faults);
}

#[test]
fn the_page_writes_text_and_never_markup() {
    let mut faults = Vec::new();
    for source in sources(&["www"], &["js", "html"]) {
        // The namespace of SVG is a name, not an address.
        let text = source.text.replace("http://www.w3.org/2000/svg", "");
        let named = MARKUP.iter().find(|word| text.contains(**word));
        faults.extend(named.map(|word| format!("{} holds {word}", source.path)));
    }
    report(faults);
}

#[test]
fn tests_are_told_from_the_product() {
    let text =
        "use a;\n#[cfg(test)]\nmod tests { fn x() { let y = SystemTime; } }\nfn z() {}\n#[cfg(test)]\nmod far;\n";
    let source = Source { path: "src/m/mod.rs".to_owned(), text: text.to_owned() };
    let product = source.product();
    assert!(!product.contains("SystemTime") && product.contains("fn z"), "{product}");
    assert!(paths(&source).is_empty());
    assert_eq!(test_files(&[source]), ["src/m/far.rs"]);
}
