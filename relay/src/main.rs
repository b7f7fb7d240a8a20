//! The command: `flowglass-relay --config relay.toml`.
#![forbid(unsafe_code)]

use clap::Parser;
use flowglass_relay::{config, server};
use std::path::PathBuf;
use std::process::ExitCode;

/// Takes alerts over HTTP and sends them by SMTP to the recipients its configuration names.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The configuration file; see relay.example.toml.
    #[arg(long, default_value = "relay.toml")]
    config: PathBuf,
    /// Check the configuration and its secrets, and stop.
    #[arg(long)]
    check: bool,
    /// Put every dead letter back into the queue first.
    #[arg(long)]
    revive_dead: bool,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match config::load(&arguments.config) {
        Ok(config) if arguments.check => server::check(&config),
        Ok(config) => server::run(config, arguments.revive_dead, stop_signal()).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("flowglass-relay: {e}");
            ExitCode::FAILURE
        }
    }
}

/// Ready on SIGINT (Ctrl-C) or SIGTERM; never if neither can be listened for.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                Ok(()) = tokio::signal::ctrl_c() => return,
            }
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
