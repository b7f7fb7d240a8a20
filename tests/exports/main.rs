//! Every exporter's files, read back and compared with what was meant.

mod outcome;
mod analysis;
mod blocklists;
mod documents;
mod guards;
mod hostile;
mod pf_grammar;
mod readers;
mod schema;
