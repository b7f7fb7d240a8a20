//! `risky_ips.txt`: the addresses to look at, one per line.

use super::{Exporter, address_list, limits};
use crate::about::About;
use crate::model::report::Decision;

pub const RISKY_IPS: Exporter = Exporter {
    about: About {
        key: "risky_ips",
        title: "Risky addresses",
        help: "Every IP address whose risk reached the threshold to watch or to block, one per line, the riskiest \
               first. A list to read or to search your logs for.",
        limits: "It holds addresses that are only suspicious: do not block from it. Use the list of blocked addresses.",
    },
    files: &["risky_ips.txt"],
    standard: true,
    limits: limits::ANY,
    write: |export, shelf| address_list::write(export, shelf, "risky_ips.txt", Decision::Watch),
};
