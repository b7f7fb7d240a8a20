//! Which column names stand for which field, and in which unit: the exporters' dialects as data.

/// A field of a flow that a column can hold. The value is its slot in a row's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Protocol,
    Start,
    End,
    Duration,
    BytesSent,
    BytesReceived,
    BytesTotal,
    PacketsSent,
    PacketsReceived,
    PacketsTotal,
    State,
    SourceMac,
    DestinationMac,
    Label,
    Identity,
    /// Tranalyzer's `dir`: A is the request half of a flow, B the reply half.
    Half,
}

/// The number of fields.
pub const FIELDS: usize = 20;

/// Every field with the name a person reads, in the order of `Field`.
pub const FIELD_NAMES: [(Field, &str); FIELDS] = [
    (Field::Source, "source address"),
    (Field::SourcePort, "source port"),
    (Field::Destination, "destination address"),
    (Field::DestinationPort, "destination port"),
    (Field::Protocol, "protocol"),
    (Field::Start, "start time"),
    (Field::End, "end time"),
    (Field::Duration, "duration"),
    (Field::BytesSent, "bytes sent"),
    (Field::BytesReceived, "bytes received"),
    (Field::BytesTotal, "bytes in total"),
    (Field::PacketsSent, "packets sent"),
    (Field::PacketsReceived, "packets received"),
    (Field::PacketsTotal, "packets in total"),
    (Field::State, "state"),
    (Field::SourceMac, "source MAC"),
    (Field::DestinationMac, "destination MAC"),
    (Field::Label, "label"),
    (Field::Identity, "identity"),
    (Field::Half, "half of a flow"),
];

use crate::ingest::text::times::Unit;

use Field::*;
use Unit::*;

/// Names in lower case without spaces, underscores and signs; for each field the preferred names first.
/// Read from the exporters' own output or documentation: Cloudflare (`clientip`, `edge…`, `origin…`), Argus and
/// CTU (`srcaddr`, `totbytes`), UNSW-NB15 (`srcip`, `dsport`, `stime`), CICFlowMeter (`flowduration` in µs),
/// NetFlow v9 as nProbe and the NF data sets write it (`ipv4srcaddr`, `inbytes`), nfdump (`sa`, `td`, `ibyt`),
/// SiLK (`sip`, `etime`), NFStream (`src2dstbytes`), Tranalyzer (`timefirst`, `numbytessnt`), LUFlow, Westermo
/// (`saddress`, `sbytessum`), Zeek as CSV (`idorigh`), Suricata, Elastic (`sourceip`, `eventduration` in ns),
/// NEMEA, marx-geo (`srcstr`, `spt`) and Wireshark (`source`).
#[rustfmt::skip]
pub const ALIASES: &[(Field, Unit, &[&str])] = &[
    (Source, Auto, &[
        "clientip", "srcip", "sourceip", "sourceaddress", "srcaddr", "srcaddress", "sourceaddr", "ipv4srcaddr",
        "ipv6srcaddr", "idorigh", "origh", "saddress", "saddr", "srcstr", "sa", "sip", "ipsource", "ipsourceaddress",
        "ipsrc", "srcipaddress", "sourceipaddress", "sourceipv4address", "sourceipv6address", "src", "source", "sips",
        "clientaddress", "clientaddr", "remoteaddr", "remoteaddress", "remoteip", "cip", "ipaddress", "ip",
    ]),
    (SourcePort, Auto, &[
        "clientsrcport", "srcport", "sourceport", "sport", "l4srcport", "idorigp", "origp", "spt", "sp", "srcpt",
        "srcprt", "tcpsrcport", "udpsrcport", "sourcetransportport", "clientport", "remoteport",
    ]),
    (Destination, Auto, &[
        "destinationip", "dstip", "destip", "destinationaddress", "dstaddr", "dstaddress", "destaddress",
        "destinationaddr", "destaddr", "ipv4dstaddr", "ipv6dstaddr", "idresph", "resph", "raddress", "daddr",
        "daddress", "dststr", "da", "dip", "ipdestination", "ipdestinationaddress", "ipdst", "dstipaddress",
        "destinationipaddress", "destinationipv4address", "destinationipv6address", "dst", "dest", "destination",
        "rips", "originip", "serverip", "serveraddress", "localaddr", "localaddress",
    ]),
    (DestinationPort, Auto, &[
        "clientdstport", "dstport", "destinationport", "destport", "dport", "dsport", "l4dstport", "idrespp", "respp",
        "dpt", "dp", "dstpt", "dstprt", "tcpdstport", "udpdstport", "destinationtransportport", "originport",
        "serverport", "edgeport", "localport", "port",
    ]),
    (Protocol, Auto, &[
        "protocol", "proto", "l4proto", "pr", "pro", "prot", "protocolidentifier", "networktransport", "transport",
        "ipprotocol", "ipproto", "protocolnumber", "transportprotocol",
    ]),
    (Start, Milliseconds, &[
        "bidirectionalfirstseenms", "flowstartmilliseconds", "starttimems", "firstseenms", "timestampms",
        "src2dstfirstseenms",
    ]),
    (Start, Microseconds, &["flowstartmicroseconds", "starttimeus", "timestampus"]),
    (Start, Auto, &[
        "edgestarttimestamp", "starttime", "stime", "timestart", "timefirst", "firstseen", "firstswitched", "flowstart",
        "eventstart", "ts", "start", "startdate", "startdatetime", "begintime", "timestamp", "datetime", "eventtime",
        "edgestarttime", "time", "date", "tr",
    ]),
    (End, Milliseconds, &["bidirectionallastseenms", "flowendmilliseconds", "endtimems", "lastseenms"]),
    (End, Microseconds, &["flowendmicroseconds", "endtimeus"]),
    (End, Auto, &[
        "edgeendtimestamp", "endtime", "etime", "ltime", "lasttime", "timeend", "timelast", "lastseen", "lastswitched",
        "flowend", "eventend", "te", "end", "enddate", "enddatetime",
    ]),
    (Duration, Microseconds, &["flowduration", "durationus"]),
    (Duration, Milliseconds, &[
        "bidirectionaldurationms", "flowdurationmilliseconds", "durationms", "originresponsedurationms",
    ]),
    (Duration, Nanoseconds, &["eventduration", "durationns"]),
    (Duration, Auto, &["duration", "dur", "td", "elapsed", "durationsec", "durations", "flowdurationseconds"]),
    (BytesSent, Auto, &[
        "clientrequestbytes", "srcbytes", "sbytes", "src2dstbytes", "sourcebytes", "origbytes", "inbytes", "ibyt",
        "bytesin", "numbytessnt", "sbytessum", "bytessent", "sentbytes", "sentbyte", "bytestoserver",
        "totlenfwdpkts", "totallengthoffwdpackets", "totallengthoffwdpacket", "fwdbytes", "octetdeltacount",
    ]),
    (BytesReceived, Auto, &[
        "edgeresponsebytes", "dstbytes", "dbytes", "dst2srcbytes", "destinationbytes", "respbytes", "outbytes", "obyt",
        "bytesout", "numbytesrcvd", "rbytessum", "bytesreceived", "receivedbytes", "rcvdbyte", "bytestoclient",
        "totlenbwdpkts", "totallengthofbwdpackets", "totallengthofbwdpacket", "bwdbytes", "reverseoctetdeltacount",
    ]),
    (BytesTotal, Auto, &["bidirectionalbytes", "totbytes", "totalbytes", "bytes", "byte", "byt", "networkbytes", "length"]),
    (PacketsSent, Auto, &[
        "srcpkts", "spkts", "src2dstpackets", "sourcepackets", "origpkts", "inpkts", "inpackets", "ipkt", "numpktsin",
        "numpktssnt", "spackets", "packetssent", "sentpkt", "pktstoserver", "totfwdpkts", "totalfwdpackets",
        "totalfwdpacket", "fwdpackets", "packetdeltacount",
    ]),
    (PacketsReceived, Auto, &[
        "dstpkts", "dpkts", "dst2srcpackets", "destinationpackets", "resppkts", "outpkts", "outpackets", "opkt",
        "numpktsout", "numpktsrcvd", "rpackets", "packetsreceived", "rcvdpkt", "pktstoclient", "totbwdpkts",
        "totalbwdpackets", "totalbackwardpackets", "bwdpackets", "reversepacketdeltacount",
    ]),
    (PacketsTotal, Auto, &["bidirectionalpackets", "totpkts", "totalpackets", "totalpkts", "packets", "pkt", "pkts", "networkpackets"]),
    (State, Auto, &["state", "connstate", "flowstate", "tcpstate", "action", "disposition"]),
    (SourceMac, Auto, &["srcmac", "sourcemac", "smac", "smacs", "sourcemacaddress", "macsrc", "ethsrc"]),
    (DestinationMac, Auto, &[
        "dstmac", "destinationmac", "destmac", "dmac", "rmacs", "destinationmacaddress", "macdst", "ethdst",
    ]),
    (Identity, Auto, &[
        "user", "username", "userid", "login", "loginname", "account", "accountname", "identity", "principal",
        "userprincipalname", "authuser", "remoteuser", "csusername", "sourceuser", "srcuser", "sourceusername", "suser",
    ]),
    (Label, Auto, &["label", "nstmlabel", "itmlabel", "detailedlabel", "attack", "attackcat", "class", "classification"]),
];

/// A column name as the table spells it. NEMEA writes a type before the name (`ipaddr SRC_IP`): it is dropped.
pub fn normalise(name: &str) -> String {
    const NEMEA_TYPES: [&str; 8] = ["ipaddr", "time", "uint8", "uint16", "uint32", "uint64", "double", "macaddr"];
    let name = name.trim();
    let bare = match name.split_once(' ') {
        Some((kind, rest)) if NEMEA_TYPES.contains(&kind) => rest,
        _ => name,
    };
    bare.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_stands_at_its_own_slot_and_every_name_once() {
        for (slot, (field, _)) in FIELD_NAMES.iter().enumerate() {
            assert_eq!(*field as usize, slot);
        }
        let mut names: Vec<&str> = ALIASES.iter().flat_map(|(_, _, names)| names.iter().copied()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "a name stands for two fields");
        assert!(names.iter().all(|name| normalise(name) == *name), "a name the normaliser would never give");
    }

    #[test]
    fn case_spaces_signs_and_types_do_not_matter() {
        for (name, expected) in [
            (" Src IP ", "srcip"),
            ("id.orig_h", "idorigh"),
            ("%dir", "dir"),
            ("ipaddr DST_IP", "dstip"),
            ("time TIME_FIRST", "timefirst"),
            ("Time of day", "timeofday"),
        ] {
            assert_eq!(normalise(name), expected, "{name}");
        }
    }
}
