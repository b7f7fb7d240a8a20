//! The outputs: each exporter turns a finished analysis into one or more files.

mod bundle;
pub mod cell;
pub mod clock;
pub mod aggregate;
pub mod blocklist;
mod knobs;
pub mod limits;
mod sheet;
mod stamp;
mod address_list;
mod shelf;
mod document;
mod entry;
mod ids;

pub use bundle::{ZipShelf, zip, zip_of};
pub use knobs::KNOBS;
pub use shelf::MemoryShelf;

use std::io::{self, Write};

use limits::Limits;

use crate::about::About;
use crate::model::outcome::Outcome;

// An entry is its file and two lines here: `mod` and its place in the list.
mod blocked_ips;
mod histogram_png;
mod report_json;
mod risky_ips;
mod rows;
mod plain_list;
mod cidr_list;
mod withheld;
mod nftables;
mod ipset;
mod pf;
mod nginx;
mod apache;
mod caddy;
mod haproxy;
mod windows_firewall;
mod cisco_ios;
mod juniper;
mod mikrotik;
mod palo_alto_edl;
mod fortinet_feed;
mod pfsense_alias;
mod aws_waf;
mod aws_network_acl;
mod cloudflare;
mod azure_nsg;
mod gcp_firewall;
mod crowdsec;
mod fail2ban;
mod suricata_rules;
mod ip_reputation;
mod rpz;
mod stix;
mod misp;
mod block_csv;
mod block_jsonl;

/// Every output Flowglass writes.
pub const EXPORTERS: &[&Exporter] = &[
    &risky_ips::RISKY_IPS,
    &blocked_ips::BLOCKED_IPS,
    &rows::ROWS,
    &report_json::REPORT_JSON,
    &histogram_png::HISTOGRAM_PNG,
    &plain_list::PLAIN_LIST,
    &cidr_list::CIDR_LIST,
    &withheld::WITHHELD,
    &nftables::NFTABLES,
    &ipset::IPSET,
    &pf::PF,
    &nginx::NGINX,
    &apache::APACHE,
    &caddy::CADDY,
    &haproxy::HAPROXY,
    &windows_firewall::WINDOWS_FIREWALL,
    &cisco_ios::CISCO_IOS,
    &juniper::JUNIPER,
    &mikrotik::MIKROTIK,
    &palo_alto_edl::PALO_ALTO_EDL,
    &fortinet_feed::FORTINET_FEED,
    &pfsense_alias::PFSENSE_ALIAS,
    &aws_waf::AWS_WAF,
    &aws_network_acl::AWS_NETWORK_ACL,
    &cloudflare::CLOUDFLARE,
    &azure_nsg::AZURE_NSG,
    &gcp_firewall::GCP_FIREWALL,
    &crowdsec::CROWDSEC,
    &fail2ban::FAIL2BAN,
    &suricata_rules::SURICATA_RULES,
    &ip_reputation::IP_REPUTATION,
    &rpz::RPZ,
    &stix::STIX,
    &misp::MISP,
    &block_csv::BLOCK_CSV,
    &block_jsonl::BLOCK_JSONL,
];

/// What an exporter is given.
pub struct Export<'a> {
    pub outcome: &'a Outcome,
    /// When the output is made, in seconds since 1970; written into headers.
    pub now: i64,
    /// Plots already drawn by the shell as PNG: `(plot key, bytes)`. Text in a plot is measured
    /// by whoever has fonts, which the core has not.
    pub pictures: &'a [(String, Vec<u8>)],
}

/// Where files go: a folder, a zip, a list of blobs.
pub trait Shelf {
    /// Starts the next file; what is written after it belongs to that file.
    fn file(&mut self, name: &str, mime: &str) -> io::Result<&mut dyn Write>;
}

/// One kind of output.
pub struct Exporter {
    pub about: About,
    /// The names of the files it writes, for the menu.
    pub files: &'static [&'static str],
    /// True for what every analysis writes: the original script's outputs and the report.
    /// The others are written where they are asked for.
    pub standard: bool,
    pub limits: Limits,
    pub write: fn(&Export<'_>, &mut dyn Shelf) -> io::Result<()>,
}
