//! `flowglass.rules`: rules for Suricata and Snort that drop the listed networks.

use std::io;

use super::blocklist::{Blocklist, bare};
use super::limits::{self, Limits};
use super::sheet::Sheet;
use super::{Export, Exporter, Shelf};
use crate::about::About;

/// Rule numbers 1,000,000 to 1,999,999 are free for local rules (Snort's and Suricata's common allocation).
const FIRST_RULE: usize = 1_900_000;

/// Networks in one rule: keeps lines under 5 KiB, which both programs read.
const NETWORKS_PER_RULE: usize = 100;

/// As many as the free numbers from `FIRST_RULE` allow.
const LIMITS: Limits = limits::up_to((2_000_000 - FIRST_RULE) * NETWORKS_PER_RULE);

pub const SURICATA_RULES: Exporter = Exporter {
    about: About {
        key: "suricata_rules",
        title: "Suricata and Snort rules",
        help: "Drop rules for packets from the listed networks, 100 in each. In detection mode they alert, inline \
               they drop. Take the file out of the configuration and reload the rules to undo.",
        limits: "Rule numbers from 1,900,000 on: make sure that no rules of yours have them. For long lists IP \
                 reputation is faster. The rules do not expire by themselves.",
    },
    files: &["flowglass.rules"],
    standard: false,
    limits: LIMITS,
    write,
};

const SHEET: Sheet<'_> = Sheet {
    what: "Flowglass block list as Suricata and Snort rules",
    usage: &[],
    stem: "flowglass",
    ending: "rules",
    mark: Some("# "),
    limits: LIMITS,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    SHEET.write(&list, &list.networks, shelf, |file, _, part| {
        for (number, networks) in part.chunks(NETWORKS_PER_RULE).enumerate() {
            let networks: Vec<String> = networks.iter().map(bare).collect();
            writeln!(
                file,
                "drop ip [{}] any -> any any (msg:\"Flowglass blocked source\"; sid:{}; rev:1;)",
                networks.join(","),
                FIRST_RULE + number
            )?;
        }
        Ok(())
    })
}
