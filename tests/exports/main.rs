//! Every exporter's files, read back and compared with what was meant.

mod outcome;
mod analysis;
mod schema;
