//! IP reputation for Suricata (categories and scores) and Snort (a plain list).

use std::io::{self, BufWriter, Write};

use super::blocklist::Blocklist;
use super::stamp::comment;
use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

pub const IP_REPUTATION: Exporter = Exporter {
    about: About {
        key: "ip_reputation",
        title: "IP reputation for Suricata and Snort",
        help: "For Suricata a categories file and one line per address with its risk as a score of 1 to 127; use it \
               in a rule as iprep:src,Flowglass,>,80. For Snort the same addresses as a reputation block list.",
        limits: "Addresses only, without networks. A category number is shared by all reputation files: change 60 \
                 where you use it already. Suricata's files have no comments.",
    },
    files: &["iprep-categories.txt", "flowglass.iprep", "snort-reputation.blocklist"],
    standard: false,
    limits: limits::ANY,
    write,
};

/// The highest category Suricata has.
const CATEGORY: u8 = 60;

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let categories = shelf.file("iprep-categories.txt", "text/csv")?;
    writeln!(categories, "{CATEGORY},Flowglass,Addresses that Flowglass would block")?;
    let mut file = BufWriter::new(shelf.file("flowglass.iprep", "text/csv")?);
    list.hosts.iter().try_for_each(|(ip, host)| writeln!(file, "{ip},{CATEGORY},{}", score(host.risk)))?;
    file.flush()?;
    drop(file);
    let mut file = BufWriter::new(shelf.file("snort-reputation.blocklist", "text/plain")?);
    comment(&mut file, "# ", &list.stamp.lines("Flowglass block list for Snort", list.hosts.len(), 0, 1))?;
    list.hosts.iter().try_for_each(|(ip, _)| writeln!(file, "{ip}"))?;
    file.flush()
}

/// A risk of 0..100 as Suricata's score, in which 0 means that nothing is known.
fn score(risk: f64) -> u8 {
    (risk * 1.27).clamp(1.0, 127.0) as u8
}
