//! `flowglass.rpz`: a response policy zone for name servers.

use std::io::{self, BufWriter, Write};
use std::net::IpAddr;

use ipnet::IpNet;

use super::blocklist::Blocklist;
use super::stamp::comment;
use super::{Export, Exporter, Shelf, limits};
use crate::about::About;

pub const RPZ: Exporter = Exporter {
    about: About {
        key: "rpz",
        title: "Response policy zone",
        help: "A zone for BIND, Knot, PowerDNS or Unbound: a name that leads to a listed network does not exist for \
               whoever asks your name server. It keeps your hosts from reaching the listed addresses by name.",
        limits: "It stops neither packets nor connections to a bare address. The name server must have the zone in its \
                 policy; take it out and reload to undo. The entries do not expire by themselves.",
    },
    files: &["flowglass.rpz"],
    standard: false,
    limits: limits::ANY,
    write,
};

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("flowglass.rpz", "text/dns")?);
    comment(&mut file, "; ", &list.stamp.lines("Flowglass response policy zone", list.networks.len(), 0, 1))?;
    // A serial is 32 bits and wraps (RFC 1982), so the time does for one.
    let serial = list.stamp.made.rem_euclid(1 << 32);
    writeln!(
        file,
        "$TTL 300\n@ IN SOA localhost. hostmaster.localhost. {serial} 3600 600 86400 300\n@ IN NS localhost."
    )?;
    list.networks.iter().try_for_each(|network| writeln!(file, "{} CNAME .", trigger(network)))?;
    file.flush()
}

/// Prefix first, then the address backwards; the longest run of zero words in IPv6 is `zz`.
fn trigger(network: &IpNet) -> String {
    let prefix = network.prefix_len();
    let backwards = match network.network() {
        IpAddr::V4(ip) => ip.octets().iter().rev().map(u8::to_string).collect::<Vec<_>>().join("."),
        IpAddr::V6(ip) => {
            // The canonical spelling marks the same run as `::`, at an end without a word beside it.
            let text = ip.to_string();
            let words = text.replace("::", ":zz:");
            let words = words.trim_matches(':').split(':').rev();
            words.collect::<Vec<_>>().join(".")
        }
    };
    format!("{prefix}.{backwards}.rpz-ip")
}
