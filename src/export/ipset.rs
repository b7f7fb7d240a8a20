//! `flowglass.ipset` with the iptables and ip6tables rules that use it, and the files that take them away.

use std::io::{self, BufWriter, Write};

use ipnet::IpNet;

use super::blocklist::{Blocklist, bare};
use super::limits::Limits;
use super::sheet::note;
use super::stamp::comment;
use super::{Export, Exporter, Shelf, document, limits};
use crate::about::About;

/// Every set is made with the same numbers: ipset refuses to "create" one that exists with others.
const MAX_ELEMENTS: usize = 1 << 24;

pub const IPSET: Exporter = Exporter {
    about: About {
        key: "ipset",
        title: "ipset and iptables",
        help: "Two sets, filled aside and swapped in one step, and an own chain that drops what comes from them. \
               Load the set first (ipset restore), then the rules once (iptables-restore --noflush); a newer list \
               needs the set alone. Entries expire by themselves. To undo, load the undo rules, then the undo set.",
        limits: "At most 16,777,216 networks per family; with more nothing is written but a note that \
                 says so. Loading the rules a second time \
                 without the undo between leaves a second jump to the chain.",
    },
    files: &[
        "flowglass.ipset",
        "flowglass.iptables",
        "flowglass.ip6tables",
        "flowglass-undo.iptables",
        "flowglass-undo.ip6tables",
        "flowglass-undo.ipset",
    ],
    standard: false,
    limits: LIMITS,
    write,
};

const LIMITS: Limits = limits::up_to(MAX_ELEMENTS);

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    if list.v4().len().max(list.v6().len()) > MAX_ELEMENTS {
        let entries = list.networks.len();
        return document::too_many(shelf, "ipset", entries, MAX_ELEMENTS, "Raise the threshold to block.");
    }
    let mut file = BufWriter::new(shelf.file("flowglass.ipset", "text/plain")?);
    comment(&mut file, "# ", &list.stamp.lines("Flowglass block list for ipset", list.networks.len(), 0, 1))?;
    writeln!(file, "# load: ipset -exist restore -file flowglass.ipset")?;
    set(&mut file, "flowglass4", "inet", list.v4(), list.stamp.seconds)?;
    set(&mut file, "flowglass6", "inet6", list.v6(), list.stamp.seconds)?;
    file.flush()?;
    drop(file);
    for (tables, set) in [("iptables", "flowglass4"), ("ip6tables", "flowglass6")] {
        let (load, undo) = rules(set);
        note(&list, shelf, &format!("flowglass.{tables}"), "# ", "Rules that drop what the sets hold", &load)?;
        note(&list, shelf, &format!("flowglass-undo.{tables}"), "# ", "Takes away the Flowglass rules", &undo)?;
    }
    let undo = "destroy flowglass4\ndestroy flowglass6\n";
    note(&list, shelf, "flowglass-undo.ipset", "# ", "Takes away the Flowglass sets; the rules must go first", undo)
}

fn set(out: &mut dyn Write, name: &str, family: &str, networks: &[IpNet], seconds: i64) -> io::Result<()> {
    let kind = format!("hash:net family {family} hashsize 4096 maxelem {MAX_ELEMENTS} timeout 0");
    writeln!(out, "create {name} {kind}\ncreate {name}-new {kind}\nflush {name}-new")?;
    networks.iter().try_for_each(|net| writeln!(out, "add {name}-new {} timeout {seconds}", bare(net)))?;
    writeln!(out, "swap {name}-new {name}\ndestroy {name}-new")
}

fn rules(set: &str) -> (String, String) {
    let load = format!(
        "*filter\n:FLOWGLASS - [0:0]\n-A FLOWGLASS -m set --match-set {set} src -j DROP\n\
         -I INPUT -j FLOWGLASS\n-I FORWARD -j FLOWGLASS\nCOMMIT\n"
    );
    let undo = "*filter\n-D INPUT -j FLOWGLASS\n-D FORWARD -j FLOWGLASS\n-F FLOWGLASS\n-X FLOWGLASS\nCOMMIT\n";
    (load, undo.to_owned())
}
