//! The relay from outside: over HTTP on one side, against mail servers on the other. All on loopback.

mod certificates;
mod mail_server;
mod postfix;
mod relay;

mod composed;
mod crash;
mod headers;
mod http;
mod idempotency;
mod retry;
mod servers;
mod tls;
