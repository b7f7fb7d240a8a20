//! The command line: the same library as the page, for files too big or too many to drop.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use cli::analyze::{AnalyzeArgs, analyze};

/// Finds the attackers in a traffic capture or log, on this machine alone.
#[derive(Parser)]
#[command(name = "flowglass", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Analyse traffic files and write the report, the lists and the plots.
    Analyze(AnalyzeArgs),
    /// Print every format, detector, export, plot and setting as JSON.
    Catalog,
}

/// 0 done; 1 nothing could be read or written; 2 bad usage (clap's own code for it, too).
fn main() -> ExitCode {
    let done = match Args::parse().command {
        Command::Analyze(args) => analyze(args),
        Command::Catalog => cli::print_catalog(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in &failure.lines {
                eprintln!("flowglass: {line}");
            }
            ExitCode::from(failure.code)
        }
    }
}
