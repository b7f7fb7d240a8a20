//! The messages that tell of flows, after Cisco's "ASA Series Syslog Messages".

use crate::ingest::text::fields::{self, AddressKind, Port, digits};
use crate::ingest::text::log::reason;
use crate::ingest::text::protocols::{self, Protocol, is_icmp, protocol};
use crate::ingest::text::times::{Unit, duration};
use crate::model::address::Address;
use crate::model::record::{ConnState, Record};

use super::{access_list, event};

/// What tells connections apart: the number, or where they have none, the foreign end and the local one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Connection {
    Number(u64),
    Ends(Address, Address),
    /// The process of a Firepower that saw it, and its number there.
    Event(u64, u64),
}

/// What a message tells.
pub enum Message {
    /// One attempt, denied or, by an access list that logs, permitted.
    Denied(Record<'static>),
    /// A connection of this number was opened.
    Built(Connection, Record<'static>),
    Torn(Connection, Teardown),
    /// A connection that is over, told as a whole.
    Told(Connection, Record<'static>),
}

/// The end of a connection. Which side began it is not said.
pub struct Teardown {
    /// The side on the interface named first, and the other.
    ends: [End; 2],
    protocol: Option<u8>,
    duration: Option<f64>,
    bytes: Option<u64>,
    how: How,
}

/// How a connection ended, where that says something of its state.
#[derive(Clone, Copy, PartialEq)]
enum How {
    Fin,
    /// The reset came from the more trusted side (I), which is named second, or from the other (O).
    ResetInside,
    ResetOutside,
    Unanswered,
    Other,
}

/// An address, and a port where the protocol has some.
#[derive(Debug, Clone, Copy)]
pub struct End {
    address: Address,
    port: Option<u16>,
}

/// Reads a message. `None` is one that tells of no flow.
pub fn message(number: &[u8], text: &[u8]) -> Result<Option<Message>, &'static str> {
    let words = words_of(text);
    Ok(Some(match number {
        b"106001" | b"106006" | b"106007" | b"106012" | b"106015" | b"106016" | b"106017" | b"106020" | b"106021"
        | b"106022" | b"338005" | b"338006" | b"338007" | b"338008" | b"710003" | b"710005" => {
            Message::Denied(from_to(&words)?)
        }
        b"710002" => Message::Denied(Record { state: None, ..from_to(&words)? }),
        b"106010" | b"106011" | b"106014" | b"106023" | b"305013" => Message::Denied(src_dst(&words)?),
        b"313001" | b"313004" | b"313008" => Message::Denied(ping(&words)?),
        b"106100" | b"106102" | b"106103" => Message::Denied(access_list::packet(text)?),
        b"302013" | b"302015" | b"302303" => built(&words)?,
        b"302014" | b"302016" | b"302304" => torn(&words)?,
        b"430002" => event::began(text)?,
        b"430003" => event::ended(text)?,
        b"302020" | b"302021" => icmp(&words, number == b"302020")?,
        _ => return Ok(None),
    }))
}

/// Services that messages about the firewall's own addresses name in place of their port.
const SERVICES: [(&str, u16); 8] = [
    ("ssh", 22),
    ("telnet", 23),
    ("domain", 53),
    ("http", 80),
    ("www", 80),
    ("snmp", 161),
    ("https", 443),
    ("isakmp", 500),
];

/// No message that is read has more words.
pub fn words_of(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).take(64).collect()
}

pub fn place(words: &[&[u8]], word: &str) -> Option<usize> {
    words.iter().position(|known| known.eq_ignore_ascii_case(word.as_bytes()))
}

pub fn word<'a>(words: &[&'a [u8]], at: Option<usize>) -> &'a [u8] {
    at.and_then(|at| words.get(at)).copied().unwrap_or_default()
}

/// The first word that is a protocol.
pub fn protocol_of(words: &[&[u8]]) -> Option<u8> {
    words.iter().find_map(|word| match protocol(word) {
        Protocol::Number(number) => Some(number),
        Protocol::NoIp | Protocol::Unknown => None,
    })
}

/// `interface:address/port`, each part but the address optional. Users and translations in brackets are dropped.
pub fn end(word: &[u8]) -> Result<End, &'static str> {
    // A spoofed address stands in brackets; behind another one a comma may stand.
    let bare = word.strip_prefix(b"(").unwrap_or(word);
    let word = bare.split(|byte| matches!(byte, b'(' | b')' | b',')).next().unwrap_or_default();
    let (place, port) = match word.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&word[..slash], &word[slash + 1..]),
        None => (word, &b""[..]),
    };
    // An interface ends at the first colon; an address of IPv6 has many.
    let after = place.iter().position(|byte| *byte == b':').map_or(place, |colon| &place[colon + 1..]);
    let read = |text: &[u8]| fields::address(text, AddressKind::Text);
    let address = read(place).or_else(|| read(after)).ok_or(reason::BAD_SOURCE)?;
    let named = SERVICES.iter().find(|(name, _)| name.as_bytes() == port);
    let port = match (fields::port(port), named) {
        (Port::Number(port), _) => Some(port),
        (Port::Bad, Some((_, port))) => Some(*port),
        (Port::Missing, _) => None,
        (Port::Bad, None) => return Err(reason::BAD_PORT),
    };
    Ok(End { address, port })
}

pub fn record(source: End, destination: End, protocol: Option<u8>) -> Record<'static> {
    let mut record = Record::from_source(source.address);
    record.destination = Some(destination.address);
    (record.source_port, record.destination_port) = (source.port, destination.port);
    record.protocol = protocol;
    record
}

/// `… TCP … from 192.0.2.1/4000 to 10.0.0.1/22 …`
fn from_to(words: &[&[u8]]) -> Result<Record<'static>, &'static str> {
    let from = place(words, "from").map(|at| at + 1);
    let to = from.and_then(|from| Some(from + place(&words[from..], "to")? + 1));
    let protocol = protocol_of(&words[..from.unwrap_or(words.len())]);
    let mut record = record(end(word(words, from))?, end(word(words, to))?, protocol);
    record.state = Some(ConnState::REJ);
    Ok(record)
}

/// `Deny tcp src outside:192.0.2.1/4000 dst inside:10.0.0.1/22 …`; an interface may have a blank behind its colon.
fn src_dst(words: &[&[u8]]) -> Result<Record<'static>, &'static str> {
    let side = |name: &str| {
        let first = place(words, name).map(|at| at + 1);
        let joined = word(words, first).ends_with(b":");
        word(words, if joined { first.map(|at| at + 1) } else { first })
    };
    let protocol = protocol_of(&words[..place(words, "src").unwrap_or(0)]);
    let mut record = record(end(side("src"))?, end(side("dst"))?, protocol);
    record.state = Some(ConnState::REJ);
    if is_icmp(protocol) {
        let number = |name: &str| {
            let cell = word(words, words.iter().position(|word| word.ends_with(name.as_bytes())).map(|at| at + 1));
            let cell = cell.strip_suffix(b",").or(cell.strip_suffix(b")")).unwrap_or(cell);
            digits(cell).and_then(|number| u16::try_from(number).ok())
        };
        (record.source_port, record.destination_port) = (number("type"), number("code"));
    }
    Ok(record)
}

/// `Denied ICMP type=8, code=0 from 192.0.2.1 on interface outside`, to one of the firewall's own addresses; or
/// `Denied ICMP type=0, from laddr 10.0.0.1 on interface inside to 192.0.2.1: no matching session`.
fn ping(words: &[&[u8]]) -> Result<Record<'static>, &'static str> {
    let from = place(words, "laddr").or(place(words, "from")).map(|at| at + 1);
    let mut record = Record::from_source(end(word(words, from))?.address);
    if let Some(to) = place(words, "to") {
        let to = word(words, Some(to + 1));
        record.destination = Some(end(to.strip_suffix(b":").unwrap_or(to))?.address);
    }
    record.protocol = protocol_of(words);
    let number = |key: &[u8]| {
        let cell = words.iter().find_map(|word| word.strip_prefix(key))?;
        u16::try_from(digits(cell.strip_suffix(b",").unwrap_or(cell))?).ok()
    };
    (record.source_port, record.destination_port) = (number(b"type="), number(b"code="));
    record.state = Some(ConnState::REJ);
    Ok(record)
}

/// The number of a connection stands behind the word `connection`.
fn connection(words: &[&[u8]]) -> Result<(Connection, Option<u8>), &'static str> {
    let at = place(words, "connection").ok_or(NO_NUMBER)?;
    let id = digits(word(words, Some(at + 1))).ok_or(NO_NUMBER)?;
    Ok((Connection::Number(id), protocol_of(&words[..at])))
}

const NO_NUMBER: &str = "the connection has no number";

/// `Built inbound TCP connection 7 for outside:192.0.2.1/4000 (…) to inside:10.0.0.1/22 (…)`: inbound, the side on
/// the interface named first began; outbound, the other.
fn built(words: &[&[u8]]) -> Result<Message, &'static str> {
    let (id, protocol) = connection(words)?;
    let [first, second] = sides(words)?;
    let inbound = place(words, "inbound").is_some();
    let (source, destination) = if inbound { (first, second) } else { (second, first) };
    Ok(Message::Built(id, record(source, destination, protocol)))
}

fn sides(words: &[&[u8]]) -> Result<[End; 2], &'static str> {
    let behind = |name: &str| end(word(words, place(words, name).map(|at| at + 1)));
    // Of a connection that bypasses the state checks it is `from`.
    Ok([behind("for").or_else(|_| behind("from"))?, behind("to")?])
}

/// `Teardown TCP connection 7 for outside:… to inside:… duration 0:00:30 bytes 1200 TCP FINs`
fn torn(words: &[&[u8]]) -> Result<Message, &'static str> {
    let (id, protocol) = connection(words)?;
    let behind = |name: &str| word(words, place(words, name).map(|at| at + 1));
    let bytes = digits(behind("bytes"));
    let reason = place(words, "bytes").map_or(&[][..], |at| words.get(at + 2..).unwrap_or_default());
    let says = |what: &[u8]| reason.iter().any(|word| word.starts_with(what));
    // SYN Control and TCP Invalid SYN are something else.
    let unanswered = reason.starts_with(&[b"SYN", b"Timeout"]);
    let how = match () {
        () if says(b"FINs") => How::Fin,
        () if says(b"Reset-I") => How::ResetInside,
        () if says(b"Reset-O") => How::ResetOutside,
        () if unanswered => How::Unanswered,
        () => How::Other,
    };
    Ok(Message::Torn(
        id,
        Teardown { ends: sides(words)?, protocol, duration: duration(behind("duration"), Unit::Auto), bytes, how },
    ))
}

/// `Built inbound ICMP connection for faddr 192.0.2.1/0 gaddr … laddr 10.0.0.1/0 …`: no number, so that the end adds
/// nothing to what the beginning told. The foreign side began where it is inbound.
fn icmp(words: &[&[u8]], begins: bool) -> Result<Message, &'static str> {
    let side = |name: &str| end(word(words, place(words, name).map(|at| at + 1)));
    let (foreign, local) = (End { port: None, ..side("faddr")? }, End { port: None, ..side("laddr")? });
    let ends = [foreign, local];
    let protocol = Some(protocols::icmp(foreign.address));
    if !begins {
        return Ok(Message::Torn(
            Connection::Ends(foreign.address, local.address),
            Teardown { ends, protocol, duration: None, bytes: None, how: How::Other },
        ));
    }
    let inbound = place(words, "inbound").is_some();
    let (source, destination) = if inbound { (foreign, local) } else { (local, foreign) };
    Ok(Message::Built(Connection::Ends(foreign.address, local.address), record(source, destination, protocol)))
}

impl Teardown {
    /// The flow that ends here: as it was built, or as far as its end tells.
    pub fn end(self, built: Option<Record<'static>>, time: Option<f64>) -> Record<'static> {
        let [first, second] = self.ends;
        let low = |end: End| end.port.is_some_and(|port| port < 1024);
        let guessed = if low(first) && !low(second) { (second, first) } else { (first, second) };
        let began = time.zip(self.duration).map(|(time, duration)| time - duration);
        let known = built.is_some();
        let mut flow = built.unwrap_or_else(|| record(guessed.0, guessed.1, self.protocol));
        if !known {
            flow.start = began.or(time);
        }
        let seen = time.zip(flow.start).map(|(end, start)| end - start).filter(|length| *length >= 0.0);
        flow.duration = self.duration.or(seen);
        flow.bytes_sent = self.bytes;
        // The more trusted side is named second.
        let inside_began = flow.source == second.address;
        flow.state = match self.how {
            How::Fin => Some(ConnState::SF),
            How::Unanswered => Some(ConnState::S0),
            How::ResetInside => Some(if inside_began { ConnState::RSTO } else { ConnState::RSTR }),
            How::ResetOutside => Some(if inside_began { ConnState::RSTR } else { ConnState::RSTO }),
            How::Other => None,
        };
        flow
    }
}
