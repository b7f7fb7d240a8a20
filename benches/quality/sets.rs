//! The labelled sets: `truth.tsv` of the shared data, each of its lines made into the files it speaks of.

use std::fs;
use std::path::{Path, PathBuf};

use flowglass::model::address::Address;

use crate::corrections::{self, Change};

/// What kind of traffic a set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Benign,
    /// Attack and ordinary traffic.
    Mixed,
    Attack,
}

/// Traffic analysed in one go, and what is known of it.
#[derive(Debug, Clone)]
pub struct Set {
    pub name: String,
    pub files: Vec<PathBuf>,
    pub kind: Kind,
    pub technique: String,
    /// The names of each one, address or MAC. Empty where the truth does not name them.
    pub attackers: Vec<Vec<Address>>,
    /// True where every source is an attacker.
    pub everyone: bool,
    /// Addresses that things are done to.
    pub victims: Vec<Address>,
    /// Whether rows carry labels.
    pub labelled: bool,
}

/// All sets whose name holds `only`.
pub fn sets(data: &Path, only: &str) -> Vec<Set> {
    let text = fs::read_to_string(data.join("truth.tsv")).expect("truth.tsv can be read");
    let mut sets: Vec<Set> = Vec::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let mut more = of_line(data, line);
        let before = sets.last().map(|set| set.technique.clone()).unwrap_or_default();
        more.iter_mut().filter(|set| set.technique.starts_with("same")).for_each(|set| set.technique = before.clone());
        sets.extend(more);
    }
    sets.retain(|set| set.name.contains(only));
    sets
}

fn of_line(data: &Path, line: &str) -> Vec<Set> {
    let mut cells = line.split('\t').map(str::trim).chain(std::iter::repeat(""));
    let mut next = || cells.next().unwrap_or_default();
    let (path, kind, technique, attacker, victim, labels, notes) =
        (next(), next(), next(), next(), next(), next(), next());
    let mut attackers: Vec<Vec<Address>> = addresses(attacker).into_iter().map(|address| vec![address]).collect();
    // The MAC of the last one stands in the notes.
    if let Some(last) = attackers.last_mut().filter(|last| matches!(last[0], Address::V4(_))) {
        last.extend(addresses(notes).into_iter().filter(|address| matches!(address, Address::Mac(_))));
    }
    let set = |name: String, files| Set {
        name,
        files,
        kind: match kind {
            "benign" => Kind::Benign,
            "attack" => Kind::Attack,
            _ => Kind::Mixed,
        },
        technique: technique.to_owned(),
        attackers: attackers.clone(),
        everyone: attacker == "every source",
        victims: addresses(victim),
        labelled: !labels.is_empty() && labels != "Src IP",
    };
    let groups = files(data, path);
    groups.into_iter().map(|(name, files)| correct(technique_by_name(set(name, files)))).collect()
}

fn correct(mut set: Set) -> Set {
    if let Some(Change::Attackers(names)) = corrections::of(&set.name).map(|correction| &correction.change) {
        set.attackers = names.iter().map(|name| addresses(name)).collect();
    }
    set
}

/// The addresses and MACs among the words of a text.
fn addresses(text: &str) -> Vec<Address> {
    text.split([' ', ',', ';', '(', ')']).filter(|word| word.len() > 6).filter_map(Address::parse).collect()
}

/// The files that one line of the truth speaks of, in the groups to be analysed.
fn files(data: &Path, path: &str) -> Vec<(String, Vec<PathBuf>)> {
    let whole = data.join(path);
    let alone = |file: PathBuf| {
        let name = file.strip_prefix(data).unwrap_or(&file).display().to_string();
        (name, vec![file])
    };
    if whole.is_dir() {
        let files = list(&whole, |name| !name.ends_with("_labeled.csv"));
        // One day in several Zeek logs is one analysis; the same traffic by several exporters is not.
        let zeek = files.iter().all(|file| file.to_string_lossy().ends_with(".log.labeled"));
        return if zeek { vec![(path.to_owned(), files)] } else { files.into_iter().map(alone).collect() };
    }
    // "The same for every scan-hostport-* and scan-portos-* file", "every mirai-*, dos-* and mitm-* file".
    let kin: &[&str] = match path {
        p if p.contains("iotid20/scan-") => &["scan-"],
        p if p.contains("iotid20/mirai-") => &["mirai-", "dos-", "mitm-"],
        _ => return vec![alone(whole)],
    };
    let folder = whole.parent().unwrap_or(data);
    list(folder, |name| kin.iter().any(|kin| name.starts_with(kin))).into_iter().map(alone).collect()
}

fn list(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten().map(|entry| entry.path());
    let name = |path: &PathBuf| path.file_name().is_some_and(|name| wanted(&name.to_string_lossy()));
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file() && name(path)).collect();
    files.sort();
    files
}

/// The line for all of IoTID20's other captures names one technique; the file names tell which it is.
fn technique_by_name(mut set: Set) -> Set {
    for (word, technique) in [("flooding", "flood"), ("mitm", "arp spoofing"), ("hostbruteforce", "brute force")] {
        if set.name.contains("iotid20") && set.name.contains(word) {
            set.technique = technique.to_owned();
        }
    }
    set
}
