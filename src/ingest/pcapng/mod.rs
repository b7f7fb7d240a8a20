//! Wireshark's capture file: blocks of packets, interfaces and more, in sections.

mod block;
mod interface;
mod reader;

use crate::about::About;
use crate::error::{Error, Result};
use crate::model::settings::Checked;

use super::carry::Carry;
use super::intake::Intake;
use super::{Format, Parser};
use reader::Reader;

pub const FORMAT: Format = Format {
    about: About {
        key: "pcapng",
        title: "Capture (pcapng)",
        help: "Wireshark's own capture file, with several sections and interfaces, each with its own link type and \
               resolution of time. Packets become flows and observations exactly as from a pcap file.",
        limits: "As for pcap, whose settings hold here too. Names, statistics, secrets and custom blocks are passed over. Simple packet blocks have \
                 no time: flows made of them have neither start nor duration.",
    },
    // Its settings are those of pcap, which lists them.
    knobs: &[],
    endings: &["pcapng", "ntar"],
    sniff: |head| if block::Order::of_section(head).is_some() { 100 } else { 0 },
    open: |settings| Box::new(PcapNg::new(settings)),
};

struct PcapNg {
    carry: Carry,
    reader: Reader,
}

impl PcapNg {
    fn new(settings: &Checked) -> Self {
        PcapNg { carry: Carry::default(), reader: Reader::new(settings) }
    }
}

impl Parser for PcapNg {
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> Result<()> {
        let PcapNg { carry, reader } = self;
        carry.feed(slice, |at, bytes| reader.step(at, bytes, intake));
        Ok(())
    }

    fn finish(&mut self, intake: &mut Intake) -> Result<()> {
        if !self.reader.has_section() {
            return Err(Error::unreadable("the capture ends inside its own header: there is no packet in it"));
        }
        self.reader.finish(intake);
        Ok(())
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.reader.notes();
        if let Some(byte) = self.carry.cut() {
            notes.push(format!("truncated at byte {byte}, {} records kept", self.reader.packets()));
        }
        notes
    }
}
