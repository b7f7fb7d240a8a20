//! Finishes the page that Trunk leaves: takes out the script that would start it at load, writes the manifest
//! of what the page's own start file may load, with a hash of each, and checks that every address is relative.

use std::fs;
use std::io::Write;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha384};

use crate::Result;

/// The element that `www/start.js` reads. Its content is replaced.
const MANIFEST: &str = "<script type=\"application/json\" id=\"manifest\">";
const GLUE: &str = "flowglass.js";
const WASM: &str = "flowglass_bg.wasm";
const START: &str = "start.js";

/// A file of the bundle and its `integrity` value.
struct Hashed {
    name: String,
    integrity: String,
}

/// Finishes the bundle in `dist` and prints its size.
pub fn finish(dist: &Path) -> Result<()> {
    let mut files = Vec::new();
    let (mut total, mut packed) = (0, 0);
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            continue;
        }
        let bytes = fs::read(entry.path())?;
        total += bytes.len();
        packed += gzipped(&bytes)?;
        files.push(Hashed { name: entry.file_name().to_string_lossy().into_owned(), integrity: integrity(&bytes) });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let index = dist.join("index.html");
    let html = fs::read_to_string(&index).map_err(|fault| format!("cannot read {}: {fault}", index.display()))?;
    fs::write(&index, page(&html, &files)?)?;
    let kib = |bytes: usize| bytes as f64 / 1024.0;
    println!("dist: {} files, {:.0} KiB, {:.0} KiB as a host sends them gzipped", files.len(), kib(total), kib(packed));
    Ok(())
}

/// The page with Trunk's start taken out and the manifest and hashes filled in.
fn page(html: &str, files: &[Hashed]) -> Result<String> {
    let html = without(html, "<script type=\"module\">", "</script>");
    let html = without(&without(&html, "<link rel=\"modulepreload\"", ">"), "<link rel=\"preload\"", ">");
    let html = with_manifest(&html, files)?;
    let html = with_integrity(&html, files)?;
    for tag in tags(&html) {
        for attribute in ["src", "href"] {
            let address = value(tag, attribute).unwrap_or_default();
            let resource = !tag.starts_with("<a ");
            if address.starts_with('/') || (resource && address.contains("://")) {
                return Err(
                    format!("{address} in index.html is not relative: the page would break in a sub-path").into()
                );
            }
        }
    }
    Ok(html)
}

/// Every piece from `open` to the next `close` taken out.
fn without(html: &str, open: &str, close: &str) -> String {
    let mut kept = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(open) {
        kept += before;
        rest = after.split_once(close).map_or("", |(_, after)| after);
    }
    kept + rest
}

fn with_manifest(html: &str, files: &[Hashed]) -> Result<String> {
    let mut entries = Map::new();
    for file in files {
        let key = match (file.name.as_str(), file.name.strip_suffix(".js")) {
            (GLUE, _) => "glue",
            (WASM, _) => "wasm",
            (START, _) | (_, None) => continue,
            (_, Some(stem)) => stem,
        };
        entries.insert(key.to_owned(), json!({ "url": format!("./{}", file.name), "integrity": file.integrity }));
    }
    for needed in ["glue", "wasm", "worker"] {
        if !entries.contains_key(needed) {
            return Err(format!("the bundle has no file for {needed:?} in the manifest").into());
        }
    }
    let (before, after) = html.split_once(MANIFEST).ok_or_else(|| format!("index.html has no {MANIFEST}"))?;
    let (_, after) = after.split_once("</script>").ok_or("the manifest's element is not closed")?;
    Ok(format!("{before}{MANIFEST}{}</script>{after}", Value::Object(entries)))
}

/// Adds the hash to every script file's tag.
fn with_integrity(html: &str, files: &[Hashed]) -> Result<String> {
    let mut done = html.to_owned();
    for tag in tags(html).filter(|tag| tag.starts_with("<script ") && value(tag, "integrity").is_none()) {
        let Some(address) = value(tag, "src") else { continue };
        let name = address.strip_prefix("./").unwrap_or(address);
        let file = files.iter().find(|file| file.name == name);
        let file = file.ok_or_else(|| format!("index.html names {address}, which is not in the bundle"))?;
        let hashed = format!("{} integrity=\"{}\">", tag.trim_end_matches('>'), file.integrity);
        done = done.replace(tag, &hashed);
    }
    Ok(done)
}

/// The opening tags of a page, from `<` to `>`. Enough for our own index.html, where no attribute holds a `>`.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split_inclusive('>').filter_map(|piece| piece.rfind('<').map(|at| &piece[at..]))
}

fn value<'a>(tag: &'a str, attribute: &str) -> Option<&'a str> {
    let (_, after) = tag.split_once(&format!(" {attribute}=\""))?;
    after.split_once('"').map(|(value, _)| value)
}

fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", BASE64_STANDARD.encode(Sha384::digest(bytes)))
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes)?;
    Ok(packer.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(
        "<html><head><link rel=\"stylesheet\" href=\"./style.css\" integrity=\"sha384-own\"/>",
        "<script type=\"module\">\nimport init from './flowglass.js';\n</script>",
        "<link rel=\"modulepreload\" href=\"./flowglass.js\" integrity=\"x\">",
        "<link rel=\"preload\" href=\"./flowglass_bg.wasm\" as=\"fetch\">",
        "<script type=\"application/json\" id=\"manifest\">{}</script>",
        "<script type=\"module\" src=\"./start.js\"></script></head></html>"
    );

    fn bundle() -> Vec<Hashed> {
        let names = [GLUE, WASM, START, "worker.js", "style.css"];
        names.map(|name| Hashed { name: name.to_owned(), integrity: integrity(name.as_bytes()) }).into()
    }

    #[test]
    fn the_page_starts_by_our_own_file_alone() {
        let page = page(PAGE, &bundle()).expect("a whole bundle");
        assert!(!page.contains("import init") && !page.contains("preload"), "{page}");
        let start = format!("src=\"./start.js\" integrity=\"{}\"></script>", integrity(b"start.js"));
        assert!(page.contains(&start), "{page}");
        let (_, manifest) = page.split_once(MANIFEST).expect("it stays");
        let manifest: Value = serde_json::from_str(manifest.split_once("</script>").expect("closed").0).expect("JSON");
        assert_eq!(manifest["worker"]["url"], "./worker.js");
        assert_eq!(manifest["glue"]["integrity"], integrity(GLUE.as_bytes()));
        assert_eq!(manifest.as_object().expect("an object").len(), 3);
    }

    #[test]
    fn what_would_break_on_a_host_is_refused() {
        let refused = |html: &str| page(html, &bundle()).is_err();
        assert!(refused(&PAGE.replace("./style.css", "/style.css")));
        assert!(refused(&PAGE.replace("./style.css", "https://example.com/style.css")));
        assert!(refused(&PAGE.replace("./start.js", "./missing.js")));
        assert!(refused(&PAGE.replace("id=\"manifest\"", "id=\"other\"")));
    }

    /// The value of <https://www.w3.org/TR/SRI/> for an empty file, from `openssl dgst -sha384 -binary | base64`.
    #[test]
    fn integrity_is_as_browsers_want_it() {
        let empty = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
        assert_eq!(integrity(b""), empty);
    }
}
