//! What the tests drop on the page, and what the library makes of the same bytes natively.

use std::fs;
use std::path::{Path, PathBuf};

use flowglass::analysis::Analysis;
use flowglass::catalog::knobs;
use flowglass::export::{EXPORTERS, Export, MemoryShelf};
use flowglass::ingest::SLICE;
use flowglass::ingest::reader::digest::Digest;
use flowglass::model::settings::{Settings, parse_network};
use flowglass::sample;

use crate::mmdb::{self, Record};

pub const TRAFFIC: &str = "traffic.csv";
pub const GEO: &str = "places.mmdb";

/// A day in 2026, as a database's build time.
const BUILT: u64 = 1_780_000_000;

/// When the outputs are made, in seconds since 1970: the page's clock is set to it.
pub const NOW: i64 = 1_790_000_000;

/// Traffic with known attackers, as a file.
pub fn traffic(folder: &Path, rows: usize) -> PathBuf {
    put(folder, TRAFFIC, &sample::csv(1, rows))
}

/// A City database for a part of the address space, so that some addresses are found and some are not.
pub fn places(folder: &Path) -> PathBuf {
    let place = |country, city, position| Record {
        country: Some(country),
        city: Some(city),
        position: Some(position),
        ..Record::default()
    };
    let entries = [
        ("192.0.2.0/24", place("NL", "Delft", (52.0, 4.36))),
        ("198.51.100.0/25", place("PT", "Braga", (41.55, -8.42))),
        ("203.0.113.0/24", Record { country: Some("SE"), ..Record::default() }),
        ("2001:db8::/32", place("FR", "Nantes", (47.22, -1.55))),
    ];
    let entries = entries.map(|(network, record)| (parse_network(network).expect("a network"), record));
    put(folder, GEO, &mmdb::database("GeoLite2-City", 6, BUILT, &entries))
}

pub fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a test's own folder can be written");
    path
}

/// Every file the library writes for these inputs with the default settings: name and bytes. Pictures are left
/// out: the page draws them with the browser's fonts.
pub fn natively(traffic: &Path, places: &Path) -> Vec<(String, Vec<u8>)> {
    let settings = Settings::default().check(&knobs()).expect("the defaults pass");
    let mut analysis = Analysis::new(settings);
    analysis.begin(TRAFFIC);
    let bytes = fs::read(traffic).expect("it was just written");
    bytes.chunks(SLICE).for_each(|slice| analysis.feed(slice).expect("the sample reads"));
    analysis.finish_file().expect("the sample reads");
    analysis.database(GEO, fs::read(places).expect("it was just written"));
    let mut outcome = analysis.run(&mut |_| ()).expect("the sample has rows");
    let mut digest = Digest::default();
    digest.feed(&bytes);
    outcome.report.identify(0, &digest.finish());
    let mut shelf = MemoryShelf::default();
    let export = Export { outcome: &outcome, now: NOW, pictures: &[] };
    for exporter in EXPORTERS {
        (exporter.write)(&export, &mut shelf).expect("memory can be written");
    }
    let files = shelf.0.into_iter().filter(|(name, ..)| !name.ends_with(".png"));
    files.map(|(name, _, bytes)| (name, bytes)).collect()
}
