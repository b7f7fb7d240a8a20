//! Bytes to rows: the formats, how one is recognised, and the push parser each one is.

mod assemble;
pub mod carry;
mod exports;
pub mod intake;
mod joins;
pub mod preview;
pub mod reader;
pub mod stretch;
pub mod text;
pub mod unpack;
mod wire;

use crate::about::{About, Knob};
use crate::error::Result;
use crate::model::settings::Checked;

use intake::Intake;
use stretch::Stretch;

// An entry is its file and two lines here: `mod` and its place in the list.
mod aws_vpc;
mod azure_flow;
mod cisco_asa;
mod cloudflare_log;
mod delimited;
mod gcp_vpc;
mod netflow;
mod nfdump;
mod pcap;
mod pcapng;
mod pfirewall;
mod pfsense;
mod suricata;
mod syslog_firewall;
mod zeek;

pub use delimited::mapping;

/// Every format Flowglass reads.
pub const FORMATS: &[&Format] = &[
    &pcap::FORMAT,
    &pcapng::FORMAT,
    &netflow::FORMAT,
    &zeek::FORMAT,
    &suricata::FORMAT,
    &pfirewall::FORMAT,
    &aws_vpc::FORMAT,
    &azure_flow::FORMAT,
    &gcp_vpc::FORMAT,
    &cloudflare_log::FORMAT,
    &syslog_firewall::FORMAT,
    &cisco_asa::FORMAT,
    &pfsense::FORMAT,
    &nfdump::FORMAT,
    &delimited::FORMAT,
];

/// The shell feeds files in slices of this size.
pub const SLICE: usize = 8 << 20;

/// A format sees this many bytes of the start of a file to recognise it.
pub const HEAD: usize = 64 << 10;

/// A kind of file that can be read.
pub struct Format {
    pub about: About,
    pub knobs: &'static [&'static Knob],
    /// Usual file name endings, without the dot: only for the file picker, never to decide.
    pub endings: &'static [&'static str],
    /// How sure the format is that a file that starts like this is its own: 0 no, 100 certain.
    pub sniff: fn(head: &[u8]) -> u8,
    pub open: fn(settings: &Checked) -> Box<dyn Parser>,
}

/// A push parser: the shell owns the file and the loop.
pub trait Parser {
    /// Takes the next slice. Good rows go to `intake.accept`, bad ones to `intake.reject`.
    /// `Err` only where nothing at all can be read from this file.
    fn feed(&mut self, slice: &[u8], intake: &mut Intake) -> Result<()>;

    /// The file has ended: what is still held is a last row or a truncation.
    fn finish(&mut self, intake: &mut Intake) -> Result<()>;

    /// What the person should know of how the file was read, once it is read.
    fn notes(&self) -> Vec<String>;

    /// Where the file may be read in stretches, by several at once: how.
    fn stretch(&mut self) -> Option<&mut dyn Stretch> {
        None
    }
}

/// The format that is surest of this start of a file, if any is sure at all.
pub fn recognise(head: &[u8]) -> Option<&'static Format> {
    recognise_among(FORMATS, head)
}

fn recognise_among(formats: &[&'static Format], head: &[u8]) -> Option<&'static Format> {
    let sure = formats.iter().map(|format| ((format.sniff)(head), *format));
    // The first of equals: the list stands from the most particular to the most general.
    let best = sure.rev().max_by_key(|(sureness, _)| *sureness);
    best.filter(|(sureness, _)| *sureness > 0).map(|(_, format)| format)
}
