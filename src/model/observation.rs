//! What one packet tells beside the flow it makes: who claims which address, who answers for which name.

use super::address::Address;

/// When and where something was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At {
    /// Seconds since 1970, UTC; 0 where the capture has no times.
    pub time: f64,
    /// Which input, an index into `Observations::files()`.
    pub file: u16,
    /// The packet in that file, or the row of a log, counted from 1.
    pub packet: u64,
}

/// A text in `Observations::text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextId(pub u32);

/// An ARP packet for IPv4 over Ethernet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arp {
    pub at: At,
    /// 1 request, 2 reply.
    pub operation: u16,
    pub sender_mac: [u8; 6],
    pub sender: Address,
    pub target_mac: [u8; 6],
    pub target: Address,
    /// The addresses of the frame around it, which an honest sender repeats inside.
    pub frame_source: Option<[u8; 6]>,
    pub frame_destination: Option<[u8; 6]>,
}

/// A DHCP message for IPv4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dhcp {
    pub at: At,
    /// Option 53: 1 discover, 2 offer, 3 request, 4 decline, 5 acknowledge, 6 refuse, 7 release, 8 inform.
    pub kind: u8,
    pub transaction: u32,
    pub client_mac: [u8; 6],
    /// Option 54.
    pub server: Option<Address>,
    /// The address offered or leased (`yiaddr`).
    pub leased: Option<Address>,
    /// Option 50.
    pub requested: Option<Address>,
    /// The first router of option 3.
    pub router: Option<Address>,
    /// The first name server of option 6.
    pub resolver: Option<Address>,
    pub source: Address,
    pub destination: Address,
    pub source_mac: Option<[u8; 6]>,
}

/// Which name service a message belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameService {
    Dns,
    Multicast,
    Llmnr,
    Netbios,
}

/// A question or an answer of a name service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dns {
    pub at: At,
    pub service: NameService,
    pub response: bool,
    pub id: u16,
    /// FNV-1a, 64 bits, of the first question's name in lower case: equal names have equal hashes.
    pub name_hash: u64,
    /// The last two labels of that name, or three under a two-letter country's short second level.
    pub domain: Option<TextId>,
    /// Bytes of the whole name as text, 0..255.
    pub name_length: u8,
    pub labels: u8,
    /// How random the name before its domain looks (the whole name where there is nothing before it): Shannon's
    /// entropy of its characters, in tenths of a bit. Words have about 20 to 30, random letters and digits more.
    pub disorder: u8,
    /// The question's type: 1 A, 28 AAAA, 16 TXT.
    pub kind: u16,
    /// 0 no error, 3 no such name.
    pub code: u8,
    /// The number of answers the header promises.
    pub answers: u16,
    /// The first addresses among the answers.
    pub addresses: [Option<Address>; 4],
    /// Bytes of the message; 0 where a log does not say.
    pub size: u16,
    /// The frame's source: an answer in another's name comes from another card.
    pub source_mac: Option<[u8; 6]>,
    pub source: Address,
    pub destination: Address,
    pub source_port: u16,
    pub destination_port: u16,
}

/// The two ends of a connection, as the client sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    pub client: Address,
    pub client_port: u16,
    pub server: Address,
    pub server_port: u16,
}

/// Something a TLS handshake says in clear.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tls {
    pub at: At,
    pub ends: Ends,
    pub fact: TlsFact,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TlsFact {
    /// The name the client asks for, where it gives one. The version is 0 where a log does not say.
    ClientHello { server_name: Option<TextId>, version: u16 },
    /// What the server chose. The cipher is 0 where a log names one that is not known.
    ServerHello { version: u16, cipher: u16 },
    /// SHA-256 of the server's own certificate; TLS 1.3 hides it. From logs that have none, 32 bytes that are equal
    /// where the certificates are, and never beside a SHA-256 of the same server.
    Certificate { sha256: [u8; 32] },
}

/// The host key an SSH server showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SshKey {
    pub at: At,
    pub ends: Ends,
    /// SHA-256 of the key as sent: what `ssh-keygen -l` prints in base64. From logs that have none,
    /// 32 bytes that are equal where the keys are, and never beside a SHA-256 of the same server.
    pub sha256: [u8; 32],
}

/// An ICMP message that redirects or refuses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Icmp {
    pub at: At,
    pub kind: IcmpKind,
    pub source: Address,
    pub destination: Address,
    pub source_mac: Option<[u8; 6]>,
    /// The packet that it is about, as far as it is quoted.
    pub about: Option<Quoted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IcmpKind {
    /// Use this gateway instead.
    Redirect { gateway: Address },
    /// The code as in the message (ICMPv4: 0 net, 1 host, 3 port; ICMPv6: 4 port).
    Unreachable { code: u8 },
    /// A packet's time ran out on the way.
    TimeExceeded { code: u8 },
}

/// The packet quoted in an ICMP error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted {
    pub source: Address,
    pub destination: Address,
    pub protocol: u8,
    pub source_port: Option<u16>,
    pub destination_port: Option<u16>,
}

/// An IPv6 router's offer to be the gateway.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RouterAdvertisement {
    pub at: At,
    pub source: Address,
    /// The frame's source.
    pub source_mac: Option<[u8; 6]>,
    /// The source link-layer address option.
    pub claimed_mac: Option<[u8; 6]>,
    /// Seconds; 0 withdraws the offer.
    pub lifetime: u16,
    /// The first prefix announced and its length.
    pub prefix: Option<(Address, u8)>,
    /// The first name server announced.
    pub resolver: Option<Address>,
}

/// A TCP SYN: what tells one kind of sender from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SynMark {
    /// IPv4 identification; 0 in IPv6.
    pub ip_id: u16,
    pub sequence: u32,
    pub window: u16,
    pub ttl: u8,
    /// Which options stand in it: bit n for option kind n, for kinds below 32.
    pub options: u32,
}

/// One SYN without ACK.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Syn {
    pub at: At,
    pub source: Address,
    pub destination: Address,
    pub source_port: u16,
    pub destination_port: u16,
    pub mark: SynMark,
}
