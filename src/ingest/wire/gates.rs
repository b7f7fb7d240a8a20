//! Any bytes at all may come to any gate: none panics, and behind an open gate no getter does.

use proptest::prelude::*;

use super::*;

/// Random bytes seldom open a gate: these are made to begin as the header does.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let starts: &[&[u8]] = &[
        &[],
        &[0x45, 0, 0, 40],
        &[0x60],
        &[0x08, 0x01],
        &[0x88, 0xc3],
        &[0, 0, 16, 0],
        &[0xaa, 0xaa, 3],
        &[22, 3, 1, 0, 30],
        &[0, 1, 8, 0, 6, 4],
        &[0, 7, 1, 0, 0, 1, 0, 1],
        &[0x30, 0x01, 0x88, 0x0b],
        b"SSH-2.0-x\n\0\0\0\x10",
        &[134, 0],
        &[0, 5, 0, 1],
        &[0, 9],
        &[0, 10, 0, 20],
        &[0, 2, 0, 12],
    ];
    (prop::sample::select(starts), prop::collection::vec(any::<u8>(), 0..400))
        .prop_map(|(start, tail)| [start, &tail].concat())
}

fn links(bytes: &[u8]) -> usize {
    let mut sum = 0;
    sum += ethernet::Ethernet::check(bytes)
        .map_or(0, |h| usize::from(h.kind()) + h.payload().len() + usize::from(h.source()[5] ^ h.destination()[5]));
    sum += vlan::Vlan::check(bytes).map_or(0, |h| usize::from(h.kind()) + h.payload().len());
    sum += mpls::Mpls::check(bytes).map_or(0, |h| usize::from(h.bottom()) + h.payload().len());
    sum += pppoe::Pppoe::check(bytes).map_or(0, |h| usize::from(h.code()) + h.payload().len());
    sum += ppp::Ppp::check(bytes).map_or(0, |h| usize::from(h.protocol()) + h.payload().len());
    sum += null::Null::check(bytes).map_or(0, |h| {
        h.family() as usize / 9 + usize::from(h.is_ip()) + h.payload().len() + usize::from(h.hdlc().unwrap_or(0))
    });
    sum += sll::Sll::check(bytes).map_or(0, |h| {
        usize::from(h.protocol() ^ h.hardware()) + h.payload().len() + usize::from(h.source().is_some())
    });
    sum += sll2::Sll2::check(bytes).map_or(0, |h| {
        usize::from(h.protocol() ^ h.hardware()) + h.payload().len() + usize::from(h.source().is_some())
    });
    sum += llc::Llc::check(bytes).map_or(0, |h| usize::from(h.kind().unwrap_or(0)) + h.payload().len());
    sum += radiotap::Radiotap::check(bytes).map_or(0, |h| usize::from(h.padded()) + h.payload().len());
    sum += dot11::Dot11::check(bytes).map_or(0, |h| {
        let flags = [h.protected(), h.is_null(), h.is_aggregate(), h.source() == h.destination()];
        flags.iter().filter(|&&flag| flag).count() + h.payload(true).len() + h.payload(false).len()
    });
    sum
}

fn networks(bytes: &[u8]) -> usize {
    let mut sum = 0;
    sum += arp::Arp::check(bytes).map_or(0, |h| {
        usize::from(h.operation()) + usize::from(h.sender_mac()[0] ^ h.target_mac()[0]) + h.sender().octets().len()
            - h.target().octets().len()
    });
    sum += ipv4::Ipv4::check(bytes).map_or(0, |h| {
        let numbers = usize::from(h.id()) + usize::from(h.ttl() ^ h.protocol()) + h.fragment_offset();
        assert!(h.payload().len() <= h.payload_length() && h.payload_length() < h.length());
        numbers + usize::from(h.more_fragments()) + usize::from(h.source() == h.destination())
    });
    sum += ipv6::Ipv6::check(bytes).map_or(0, |h| {
        assert!(h.payload().len() <= h.payload_length());
        usize::from(h.next() ^ h.hop_limit()) + usize::from(h.source() == h.destination())
    });
    for kind in 0..=255 {
        sum += extension::Extension::check(kind, bytes).map_or(0, |h| {
            h.length() + usize::from(h.next()) + h.fragment().map_or(0, |(_, offset, _)| offset) + h.payload().len()
        });
    }
    sum += gre::Gre::check(bytes)
        .map_or(0, |h| usize::from(h.version() ^ h.protocol()) + usize::from(h.has_sequence()) + h.payload().len());
    sum += vxlan::Vxlan::check(bytes).map_or(0, |h| h.payload().len());
    sum += geneve::Geneve::check(bytes).map_or(0, |h| usize::from(h.protocol()) + h.payload().len());
    sum
}

fn transports(bytes: &[u8]) -> usize {
    let mut sum = 0;
    sum += tcp::Tcp::check(bytes).map_or(0, |h| {
        let numbers = h.sequence() as usize / 9 + h.options() as usize / 9;
        numbers + usize::from(h.source_port() ^ h.destination_port() ^ h.window()) + h.payload().len() + h.header()
    });
    sum +=
        udp::Udp::check(bytes).map_or(0, |h| usize::from(h.source_port() ^ h.destination_port()) + h.payload().len());
    sum +=
        sctp::Sctp::check(bytes).map_or(0, |h| usize::from(h.source_port() ^ h.destination_port()) + h.payload().len());
    sum += icmp::Icmp::check(bytes).map_or(0, |h| {
        let targets = usize::from(h.target_v6() == Some(h.gateway()));
        usize::from(h.kind() ^ h.code()) + targets + h.payload().len()
    });
    sum
}

fn applications(bytes: &[u8]) -> usize {
    let mut sum = 0;
    sum += dns::Dns::check(bytes).map_or(0, |h| {
        let name = h.subject().map_or(0, |subject| {
            let plain = subject.name.netbios();
            subject.name.text().len() + plain.domain().len() + usize::from(subject.kind) + usize::from(plain.labels())
        });
        usize::from(h.id() ^ h.questions() ^ h.answers()) + usize::from(h.code()) + name + h.addresses().len()
    });
    sum += dhcp::Dhcp::check(bytes).map_or(0, |h| {
        let addresses = [54, 50, 3, 6].into_iter().filter_map(|option| h.address(option)).count();
        addresses + usize::from(h.kind()) + usize::from(h.client()[0]) + usize::from(h.leased().is_some())
    });
    sum += router::RouterAdvertisement::check(bytes).map_or(0, |h| {
        let options = [h.source_mac().is_some(), h.prefix().is_some(), h.resolver().is_some()];
        usize::from(h.lifetime()) + options.iter().filter(|&&option| option).count()
    });
    sum += tls::Record::check(bytes).map_or(0, |h| h.split().map_or(0, |(record, _)| record.len()));
    sum += tls::client_hello(bytes).map_or(0, |hello| usize::from(hello.version));
    sum += tls::server_hello(bytes).map_or(0, |hello| usize::from(hello.cipher));
    sum += tls::leaf_certificate(bytes).map_or(0, <[u8]>::len);
    sum += netflow5::Netflow5::check(bytes).map_or(0, |h| {
        let flow = |flow: netflow5::Flow5<'_>| {
            let numbers = flow.ports()[0] ^ flow.ports()[1] ^ u16::from(flow.protocol() ^ flow.flags());
            let counts = flow.packets() / 9 + flow.bytes() / 9 + flow.times()[0] / 9 + flow.times()[1] / 9;
            usize::from(numbers) + counts as usize + usize::from(flow.source() == flow.destination())
        };
        h.boot() as usize % 9 + h.flows().map(flow).sum::<usize>()
    });
    sum += netflow9::Message::check(bytes).map_or(0, |h| {
        let numbers = h.domain() / 9 + h.uptime().unwrap_or(0) / 9;
        h.sets().len() + h.header() + h.length().unwrap_or(0) + numbers as usize + h.sent() as usize % 9
    });
    sum += netflow9::Set::check(bytes).map_or(0, |h| usize::from(h.id()) + h.length() + h.body().len());
    sum += usize::from(ssh::host_key(bytes) == ssh::HostKey::Never);
    sum
}

/// The shortest header that each gate lets through: its first bytes, its length, and the gate.
type Shortest = (&'static str, &'static [u8], usize, fn(&[u8]) -> bool);

const SHORTEST: [Shortest; 30] = [
    ("ethernet", &[], 14, |bytes| ethernet::Ethernet::check(bytes).is_some()),
    ("vlan", &[], 4, |bytes| vlan::Vlan::check(bytes).is_some()),
    ("mpls", &[], 4, |bytes| mpls::Mpls::check(bytes).is_some()),
    ("pppoe", &[0x11], 6, |bytes| pppoe::Pppoe::check(bytes).is_some()),
    ("ppp", &[0x00], 2, |bytes| ppp::Ppp::check(bytes).is_some()),
    ("null", &[], 4, |bytes| null::Null::check(bytes).is_some()),
    ("sll", &[], 16, |bytes| sll::Sll::check(bytes).is_some()),
    ("sll2", &[], 20, |bytes| sll2::Sll2::check(bytes).is_some()),
    ("llc", &[0xaa, 0xaa, 3], 8, |bytes| llc::Llc::check(bytes).is_some()),
    ("radiotap", &[0, 0, 12, 0], 12, |bytes| radiotap::Radiotap::check(bytes).is_some()),
    ("802.11", &[0x08, 0x03], 30, |bytes| dot11::Dot11::check(bytes).is_some()),
    ("arp", &[0, 1, 8, 0, 6, 4], 28, |bytes| arp::Arp::check(bytes).is_some()),
    ("ipv4", &[0x46, 0, 0, 24], 24, |bytes| ipv4::Ipv4::check(bytes).is_some()),
    ("ipv6", &[0x60], 40, |bytes| ipv6::Ipv6::check(bytes).is_some()),
    ("extension", &[0, 1], 16, |bytes| extension::Extension::check(60, bytes).is_some()),
    ("gre", &[0x80], 8, |bytes| gre::Gre::check(bytes).is_some()),
    ("vxlan", &[0x08], 8, |bytes| vxlan::Vxlan::check(bytes).is_some()),
    ("geneve", &[0x01], 12, |bytes| geneve::Geneve::check(bytes).is_some()),
    ("tcp", &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x50], 20, |bytes| tcp::Tcp::check(bytes).is_some()),
    ("udp", &[], 8, |bytes| udp::Udp::check(bytes).is_some()),
    ("sctp", &[], 12, |bytes| sctp::Sctp::check(bytes).is_some()),
    ("icmp", &[], 8, |bytes| icmp::Icmp::check(bytes).is_some()),
    ("dns", &[0, 0, 0, 0, 0, 1], 17, |bytes| dns::Dns::check(bytes).is_some()),
    ("dns without a question", &[], 12, |bytes| dns::Dns::check(bytes).is_some()),
    ("router advertisement", &[134], 16, |bytes| router::RouterAdvertisement::check(bytes).is_some()),
    ("tls", &[22, 3, 1, 0, 1], 5, |bytes| tls::Record::check(bytes).is_some()),
    ("netflow 5", &[0, 5, 0, 1], 72, |bytes| netflow5::Netflow5::check(bytes).is_some()),
    ("netflow 9", &[0, 9], 20, |bytes| netflow9::Message::check(bytes).is_some()),
    ("ipfix", &[0, 10, 0, 16], 16, |bytes| netflow9::Message::check(bytes).is_some()),
    ("set", &[0, 2, 0, 4], 4, |bytes| netflow9::Set::check(bytes).is_some()),
];

#[test]
fn a_header_one_byte_short_is_refused() {
    for (name, start, length, gate) in SHORTEST {
        let mut header = start.to_vec();
        header.resize(length, 0);
        assert!(gate(&header), "{name}: the shortest header is let through");
        (0..length).for_each(|cut| assert!(!gate(&header[..cut]), "{name}: {cut} of {length} bytes are let through"));
    }
    let mut dhcp = vec![0; 240];
    dhcp[236..].copy_from_slice(&[0x63, 0x82, 0x53, 0x63]);
    assert!(dhcp::Dhcp::check(&dhcp).is_some() && dhcp::Dhcp::check(&dhcp[..239]).is_none());
}

proptest! {
    #[test]
    fn no_bytes_make_a_gate_or_a_getter_panic(bytes in bytes()) {
        let whole = links(&bytes) + networks(&bytes) + transports(&bytes) + applications(&bytes);
        // The same bytes say the same thing twice.
        prop_assert_eq!(whole, links(&bytes) + networks(&bytes) + transports(&bytes) + applications(&bytes));
    }

    #[test]
    fn no_dhcp_options_make_the_reader_panic(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut message = vec![1; 240];
        message[236..].copy_from_slice(&[0x63, 0x82, 0x53, 0x63]);
        message.extend(tail);
        prop_assert!(dhcp::Dhcp::check(&message).is_some());
        applications(&message);
    }
}
