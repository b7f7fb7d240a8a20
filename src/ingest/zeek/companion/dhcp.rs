//! dhcp.log: the messages of one exchange in one row, or in logs before Zeek 2.6 the lease that ended it.

use std::net::{IpAddr, Ipv4Addr};

use crate::ingest::text::fields;
use crate::model::address::Address;
use crate::model::observation;

use super::{Companion, Desk, address, items};

pub const DHCP: Companion = Companion {
    path: "dhcp",
    names: &[
        "ts",
        "client_addr",
        "server_addr",
        "mac",
        "requested_addr",
        "assigned_addr",
        "msg_types",
        "msg_orig",
        "trans_id",
        "assigned_ip",
        "id.resp_h",
    ],
    marks: &["msg_types", "assigned_ip"],
    read,
};

const NO_MAC: &str = "the client's MAC address is missing, or is none";

/// Messages of one row that are kept.
const MAX_MESSAGES: usize = 32;

fn read(cells: &[&[u8]], desk: &mut Desk<'_>) -> Result<(), &'static str> {
    let [_, client, server, mac, requested, assigned, kinds, senders, transaction, lease, old_server] = cells else {
        return Ok(());
    };
    let client_mac = fields::mac(mac).ok_or(NO_MAC)?;
    let client = address(client);
    let server = address(server).or_else(|| address(old_server));
    let leased = address(assigned).or_else(|| address(lease));
    let at = desk.at();
    let message = |kind: u8, sender: Option<Address>| {
        let serves = matches!(kind, 2 | 5 | 6);
        let server = if serves { sender.or(server) } else { None };
        let nobody = Address::from(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let everybody = Address::from(IpAddr::V4(Ipv4Addr::BROADCAST));
        // An answer of nobody knows whom says nothing of who hands out addresses.
        let source = if serves { server? } else { sender.or(client).unwrap_or(nobody) };
        Some(observation::Dhcp {
            at,
            kind,
            transaction: fields::digits(transaction).and_then(|number| u32::try_from(number).ok()).unwrap_or(0),
            client_mac,
            server,
            leased: leased.filter(|_| matches!(kind, 2 | 5)),
            requested: address(requested).filter(|_| !serves),
            router: None,
            resolver: None,
            source,
            destination: if serves { leased.or(client).unwrap_or(everybody) } else { everybody },
            source_mac: (!serves).then_some(client_mac),
        })
    };
    // Rows of the old log tell of a lease alone.
    let kinds = if kinds.is_empty() && !lease.is_empty() { &b"ACK"[..] } else { kinds };
    let mut senders = items(senders);
    for kind in items(kinds).take(MAX_MESSAGES) {
        let sender = senders.next().and_then(address);
        let kept = number(kind).and_then(|kind| message(kind, sender));
        kept.into_iter().for_each(|kept| desk.intake.traffic.observations.dhcp.push(kept));
    }
    Ok(())
}

/// Option 53 by the name Zeek gives it.
fn number(kind: &[u8]) -> Option<u8> {
    const KINDS: [&[u8]; 8] = [b"DISCOVER", b"OFFER", b"REQUEST", b"DECLINE", b"ACK", b"NAK", b"RELEASE", b"INFORM"];
    KINDS.iter().position(|known| *known == kind).map(|at| at as u8 + 1)
}
