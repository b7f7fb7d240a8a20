//! `blocked_ips.txt`: the addresses to block, one per line.

use super::{Exporter, address_list, limits};
use crate::about::About;
use crate::model::report::Decision;

pub const BLOCKED_IPS: Exporter = Exporter {
    about: About {
        key: "blocked_ips",
        title: "Blocked addresses",
        help: "Every IP address whose risk reached the threshold to block, one per line, the riskiest first. \
               Allow-listed and never-blocked addresses are left out; the report lists them with the reason.",
        limits: "Plain addresses without comment or expiry, as the original script wrote them. A sender that shows \
                 itself only as a MAC address or AS number cannot stand in it.",
    },
    files: &["blocked_ips.txt"],
    standard: true,
    limits: limits::ANY,
    write: |export, shelf| address_list::write(export, shelf, "blocked_ips.txt", Decision::Block),
};
