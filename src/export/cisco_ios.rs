//! `cisco-ios.txt`: access lists for Cisco IOS, and the lines that take them away.

use std::io::{self, BufWriter, Write};
use std::net::IpAddr;

use ipnet::IpNet;

use super::blocklist::Blocklist;
use super::limits;
use super::sheet::note;
use super::stamp::comment;
use super::{Export, Exporter, Shelf};
use crate::about::About;

pub const CISCO_IOS: Exporter = Exporter {
    about: About {
        key: "cisco_ios",
        title: "Cisco IOS access lists",
        help: "One access list per family that denies the listed networks and permits the rest, to be pasted in \
               configuration mode and bound inbound: ip access-group FLOWGLASS4 in, ipv6 traffic-filter FLOWGLASS6 in.",
        limits: "Each list replaces the older one; between the two lines nothing is blocked. An interface takes one \
                 list per direction: where one is bound already, merge by hand. Platforms hold between a few thousand \
                 and some ten thousand lines in hardware. The lines do not expire by themselves.",
    },
    files: &["cisco-ios.txt", "cisco-ios-undo.txt"],
    standard: false,
    limits: limits::ANY,
    write,
};

const REMOVE: &str = "no ip access-list extended FLOWGLASS4\nno ipv6 access-list FLOWGLASS6\n";

fn write(export: &Export<'_>, shelf: &mut dyn Shelf) -> io::Result<()> {
    let list = Blocklist::of(export);
    let mut file = BufWriter::new(shelf.file("cisco-ios.txt", "text/plain")?);
    comment(&mut file, "! ", &list.stamp.lines("Flowglass block list for Cisco IOS", list.networks.len(), 0, 1))?;
    writeln!(file, "{REMOVE}ip access-list extended FLOWGLASS4")?;
    list.v4().iter().try_for_each(|network| writeln!(file, " deny ip {} any", source(network)))?;
    writeln!(file, " permit ip any any\nexit\nipv6 access-list FLOWGLASS6")?;
    list.v6().iter().try_for_each(|network| writeln!(file, " deny ipv6 {} any", source(network)))?;
    writeln!(file, " permit ipv6 any any\nexit")?;
    file.flush()?;
    drop(file);
    let undo = "Takes away the Flowglass access lists; unbind them from the interfaces first";
    note(&list, shelf, "cisco-ios-undo.txt", "! ", undo, REMOVE)
}

/// IPv4 networks have a wildcard mask: the bits that do not matter are set.
fn source(network: &IpNet) -> String {
    match (network.network(), network.hostmask()) {
        (ip, _) if network.prefix_len() == network.max_prefix_len() => format!("host {ip}"),
        (IpAddr::V4(ip), wildcard) => format!("{ip} {wildcard}"),
        (IpAddr::V6(_), _) => network.to_string(),
    }
}
