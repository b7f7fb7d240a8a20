//! `crowdsec-decisions.csv`: decisions for CrowdSec, and the command that takes them back.

use std::io::{self, BufWriter, Write};

use super::blocklist::{Blocklist, bare};
use super::limits;
use super::sheet::note;
use super::{Export, Exporter, Shelf};
use crate::about::About;

pub const CROWDSEC: Exporter = Exporter {
    about: About {
        key: "crowdsec",
        title: "CrowdSec",
        help: "Decisions to import with cscli decisions import -i crowdsec-decisions.csv: a ban for each listed \
               network, which expires by itself. The undo script deletes the decisions that bear Flowglass's name.",
        limits: "The format has a header line and no comments: where the list comes from stands in the other files.",
    },
    files: &["crowdsec-decisions.csv", "crowdsec-undo.sh"],
    standard: false,
    limits: limits::ANY,
    write,
};

const UNDO: &str = "cscli decisions delete --scenario flowglass\n";

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("crowdsec-decisions.csv", "text/csv")?);
    writeln!(file, "duration,reason,scope,type,value")?;
    let hours = list.stamp.seconds / 3600;
    for network in &list.networks {
        let scope = if network.prefix_len() == network.max_prefix_len() { "ip" } else { "range" };
        writeln!(file, "{hours}h,flowglass,{scope},ban,{}", bare(network))?;
    }
    file.flush()?;
    drop(file);
    note(&list, shelf, "crowdsec-undo.sh", "# ", "Takes back the Flowglass decisions", UNDO)
}
