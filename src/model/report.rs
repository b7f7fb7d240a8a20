//! The report: `report.json`, format version 1. Field order here is the order in the file.

use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::address::Address;
use super::chunked::Chunked;
use super::finding::{Finding, Role};
use super::geo::{GeoSource, Place};
use super::home::Home;
use super::judgement::{ClusterSummary, VerdictSummary};
use super::settings::Checked;

/// The version of the report's format.
pub const REPORT_VERSION: u32 = 1;

/// Everything an analysis found. Inputs stand by the first time in them, those without times last. Hosts stand by falling risk, then by address.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub version: u32,
    /// `flowglass` and its version.
    pub generator: String,
    pub settings: Checked,
    pub surroundings: Surroundings,
    pub span: Option<Span>,
    pub inputs: Vec<Input>,
    pub databases: Vec<GeoSource>,
    pub models: Models,
    pub detectors: Vec<DetectorRun>,
    pub findings: Vec<Finding>,
    /// Where each finding shows; empty where there is one input.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    pub hosts: Chunked<Host>,
    pub withheld: Vec<Withheld>,
    /// The first `MAX_REJECTED` rejected rows; `inputs` has the full counts.
    pub rejected: Vec<Rejected>,
}

/// What is known of the network the traffic was seen in; none of it is ever blocked.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Surroundings {
    pub home: Home,
    /// Announced by DHCP or router advertisements; ascending.
    pub gateways: Vec<Address>,
    /// Name servers, announced or seen to serve hosts inside; ascending.
    pub resolvers: Vec<Address>,
}

/// The inputs in which a finding's subject appears while the evidence lasts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Origin {
    /// The finding's id.
    pub finding: u32,
    pub files: Vec<String>,
}

/// Seconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Span {
    pub first: f64,
    pub last: f64,
}

/// One input file. `read + rejected` is the number of its data rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    pub name: String,
    /// The format's key.
    pub format: String,
    pub bytes: u64,
    /// Hexadecimal, of the file as given; of a member of a bundle, as unpacked.
    pub sha256: String,
    /// Which of the files given this is, counted from 0; none for a member of a bundle.
    #[serde(skip)]
    pub given: Option<usize>,
    /// Rows that became flows.
    pub read: u64,
    pub rejected: u64,
    /// Rejected rows by reason, most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// What the reader wants the person to know: the columns it used, what it did not understand.
    pub notes: Vec<String>,
}

impl Report {
    /// Puts in the SHA-256 of one of the files given, which is known only once somebody has read all of it.
    pub fn identify(&mut self, given: usize, sha256: &str) {
        let of_it = self.inputs.iter_mut().filter(|input| input.given == Some(given));
        of_it.for_each(|input| input.sha256 = sha256.to_owned());
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReasonCount {
    pub reason: String,
    pub rows: u64,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rejected {
    pub file: String,
    /// The data row, counted from 1; a header is no data row.
    pub row: u64,
    /// The byte at which the row starts.
    pub byte: u64,
    pub reason: String,
}

/// The report names at most this many rejected rows.
pub const MAX_REJECTED: usize = 1000;

/// The three models of the original script.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Models {
    /// The features they judged by, in column order.
    pub features: Vec<&'static str>,
    /// Rows that lack a feature and were not judged.
    pub unjudged: u64,
    /// Distinct points among the rows judged.
    pub points: u64,
    pub isolation_forest: ModelRun<VerdictSummary>,
    pub one_class_svm: ModelRun<VerdictSummary>,
    pub dbscan: ModelRun<ClusterSummary>,
}

/// A model's answer, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ModelRun<T> {
    Ran(T),
    NotComputable { not_computable: String },
}

/// How one detector fared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DetectorRun {
    pub key: &'static str,
    pub status: Status,
    /// The columns or packet layers it misses, where it could not be computed.
    pub needs: Vec<String>,
    /// The number of its findings.
    pub findings: u64,
    /// What it can say of the input as a whole, such as what it could not have shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Found,
    NothingFound,
    NotComputable,
}

/// One source address and what is to be done about it. There may be millions.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    pub address: Address,
    /// 0..100: the sum of its evidence's points, each family capped.
    pub risk: f64,
    pub decision: Decision,
    pub role: Role,
    /// The ids of its findings, heaviest first.
    pub evidence: Box<[u32]>,
    /// Shared with the look-up.
    pub place: Option<Arc<Place>>,
    /// Rows in which it is the source.
    pub rows: u32,
}

impl Host {
    /// `AS64496 Example`, where a database names it.
    pub fn network(&self) -> Option<String> {
        self.place.as_ref()?.network()
    }
}

impl Serialize for Host {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Host { address, risk, decision, role, evidence, place, rows } = self;
        let mut entry = serializer.serialize_struct("Host", 8)?;
        entry.serialize_field("address", address)?;
        entry.serialize_field("risk", risk)?;
        entry.serialize_field("decision", decision)?;
        entry.serialize_field("role", role)?;
        entry.serialize_field("evidence", evidence)?;
        entry.serialize_field("place", place)?;
        entry.serialize_field("network", &self.network())?;
        entry.serialize_field("rows", rows)?;
        entry.end()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Ignore,
    Watch,
    Block,
}

/// An address whose risk says block but which is not to be blocked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Withheld {
    pub address: Address,
    pub reason: String,
}
