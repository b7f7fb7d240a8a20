//! The classic capture file of tcpdump: one header, then packets.

mod header;

use crate::about::About;
use crate::error::{self, Error};
use crate::model::settings::Checked;

use super::assemble::knobs::KNOBS;
use super::assemble::{Assembler, Batch, Frame};
use super::carry::{Carry, Step};
use super::intake::Intake;
use super::{Format, Parser};
use header::{FileHeader, PacketHeader};

/// The longest packet read, as in tcpdump's own library.
pub const MAX_PACKET: usize = 256 << 10;

pub const TOO_LONG: &str = "packet record: impossible length, nothing behind it can be read";

pub const FORMAT: Format = Format {
    about: About {
        key: "pcap",
        title: "Capture (pcap)",
        help: "Packets as tcpdump and Wireshark save them, in any byte order, with times in micro- or nanoseconds. \
               Packets become flows in both directions; ARP, DNS, DHCP, TLS, SSH and ICMP are observed besides. \
               Rows are counted in packets. Bytes are those of the transport's data, retransmissions included \
               (Zeek's orig_bytes leaves those out); packets in tunnels count for the innermost flow only (Zeek and \
               tshark show the outer one too); ICMP ports are type and answer as in Zeek. Who began a flow is decided \
               as in Zeek: the SYN's sender, else the side whose port is no known server port, else the first sender. \
               A SYN sent again belongs to the same attempt, also with another sequence number (Zeek starts a new \
               attempt after 5 s, tshark with the number). A flow lasts until its last packet (Zeek leaves out what \
               comes after both sides have closed). Fragments count for the flow of their first one (tshark counts \
               only that one).",
        limits: "Links: Ethernet, raw IP, BSD loopback, Linux cooked, 802.11 in clear, PPP, Cisco HDLC. Tunnels: GRE, \
                 VXLAN, GENEVE, IP in IP, 6in4, PPPoE, MPLS, ERSPAN; Teredo, GTP and AYIYA are not opened. At most 16 \
                 headers and 4 tunnels per packet. Checksums are not looked at. Where a capture kept less than a TCP or UDP header but the ports (a small snap \
                 length), its packets count without flags, with a header of 20 or 8 bytes. TLS and SSH greetings are read where \
                 their packets come in order, for 1,024 connections at once. DNS over TCP is read where a message is \
                 in one packet. A flow does not continue from one file into the next.",
    },
    knobs: KNOBS,
    endings: &["pcap", "cap", "dmp", "trace"],
    sniff: |head| if FileHeader::check(head).is_some() { 100 } else { 0 },
    open: |settings| Box::new(Pcap::new(settings)),
};

struct Pcap {
    carry: Carry,
    reader: Reader,
}

struct Reader {
    header: Option<FileHeader>,
    assembler: Assembler,
    packets: u64,
    damaged_at: Option<u64>,
}

impl Pcap {
    fn new(settings: &Checked) -> Self {
        let reader = Reader { header: None, assembler: Assembler::new(settings), packets: 0, damaged_at: None };
        Pcap { carry: Carry::default(), reader }
    }
}

impl Parser for Pcap {
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> error::Result<()> {
        let Pcap { carry, reader } = self;
        carry.feed(slice, |at, bytes| reader.step(at, bytes, intake));
        Ok(())
    }

    fn finish(&mut self, intake: &mut Intake) -> error::Result<()> {
        if self.reader.header.is_none() {
            return Err(Error::unreadable("the capture ends inside its own header: there is no packet in it"));
        }
        self.reader.assembler.finish(intake);
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.reader.assembler.notes();
        let kept = self.reader.packets;
        if let Some(byte) = self.carry.cut() {
            notes.push(format!("truncated at byte {byte}, {kept} records kept"));
        }
        if let Some(byte) = self.reader.damaged_at {
            notes.push(format!("damaged at byte {byte}, {kept} records kept; the rest was not read"));
        }
        notes
    }
}

impl Reader {
    /// Takes the packets at the start of `bytes` that are complete, some together.
    fn step(&mut self, at: u64, bytes: &[u8], intake: &mut Intake) -> Step {
        let Some(header) = self.header else { return self.start(bytes) };
        // What is to be done behind the last of them: it is come back to when they are taken.
        let mut behind = Step::Stop;
        let batch = Batch::gather(|count, used| {
            let next = frame(&header, self.packets + count as u64 + 1, at + used as u64, &bytes[used..]);
            let next = next.map_err(|step| behind = step).ok()?;
            Some((next, header.packet_header() + next.bytes.len()))
        });
        if batch.count == 0 {
            if behind == Step::Stop {
                intake.reject(self.packets + 1, at, TOO_LONG);
                self.damaged_at = Some(at);
            }
            return behind;
        }
        self.packets += batch.count as u64;
        self.assembler.packets(batch.frames(), intake);
        Step::Used(batch.bytes)
    }

    fn start(&mut self, bytes: &[u8]) -> Step {
        if bytes.len() < header::FILE_HEADER {
            return Step::Need(header::FILE_HEADER);
        }
        self.header = FileHeader::check(bytes);
        match self.header {
            Some(header) if bytes.len() < header.length() => {
                self.header = None;
                Step::Need(header.length())
            }
            Some(header) => Step::Used(header.length()),
            None => Step::Stop,
        }
    }
}

/// The packet at the start of `bytes`; where there is none, what is to be done: `Stop` if its length is impossible.
#[inline]
fn frame<'a>(header: &FileHeader, number: u64, byte: u64, bytes: &'a [u8]) -> Result<Frame<'a>, Step> {
    let start = header.packet_header();
    let packet = PacketHeader::check(header, bytes).ok_or(Step::Need(start))?;
    if packet.captured > MAX_PACKET {
        return Err(Step::Stop);
    }
    let end = start + packet.captured;
    let bytes = bytes.get(start..end).ok_or(Step::Need(end))?;
    Ok(Frame { number, byte, time: Some(packet.time), link: header.link, length: packet.length, bytes })
}
