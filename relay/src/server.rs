//! The process: opens the spool, starts the worker, serves connections within their deadlines, and stops in order.

use crate::audit::Audit;
use crate::auth::Gate;
use crate::config::Config;
use crate::deliver::{Queue, Worker};
use crate::intake::Intake;
use crate::limits::{Limits, RateLimit};
use crate::metrics::Metrics;
use crate::routes::{Peer, Relay, router};
use crate::smtp::Smtp;
use crate::spool::Spool;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Request line and headers together, bytes; hyper's lower bound is 8 KiB.
const HEAD_MAX: usize = 16 * 1024;
const HEADERS_MAX: usize = 64;
/// For the disk and for a client that reads the answer slowly.
const ANSWER_WAIT: Duration = Duration::from_secs(30);
/// How long a stop waits for open requests, and then for the delivery attempt under way.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// Pause when no connection can be accepted, usually for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Runs until `stop` is ready. `revive` first puts every dead letter back into the queue. Needs a runtime of more than
/// one thread: the worker waits for the disk on its own.
pub async fn run(config: Config, revive: bool, stop: impl Future<Output = ()>) -> Result<(), String> {
    let audit = Arc::new(Audit::open(config.audit.as_deref())?);
    let metrics = Arc::new(Metrics::default());
    let queue = Arc::new(Queue::default());
    let (spool, found) = open_spool(&config, revive)?;
    let spool = Arc::new(spool);
    let worker = Worker::new(&config, spool.clone(), queue.clone(), audit.clone(), metrics.clone())?;
    let listener =
        TcpListener::bind(config.listen).await.map_err(|e| format!("cannot listen on {}: {e}", config.listen))?;
    for name in &found.unreadable {
        audit.line("unreadable", &[("file", Value::from(name.as_str()))]);
    }
    audit.line(
        "started",
        &[("listen", Value::from(config.listen.to_string())), ("queued", Value::from(found.queued.len()))],
    );
    let intake = Intake::new(spool, queue.clone(), audit.clone(), config.limits.queued, &found);
    let relay = Arc::new(Relay {
        gate: Gate::new(&config),
        rate: RateLimit::new(&config.limits),
        limits: config.limits.clone(),
        intake,
        audit: audit.clone(),
        metrics,
    });
    let worker = tokio::spawn(worker.run());
    let abort = worker.abort_handle();
    serve(listener, &router(relay), &config.limits, stop).await;
    queue.close();
    if timeout(STOP_WAIT, worker).await.is_err() {
        abort.abort();
    }
    audit.line("stopped", &[("queued", Value::from(queue.len()))]);
    Ok(())
}

/// What `run` would refuse besides what the configuration's own check found: unusable certificate authorities.
pub fn check(config: &Config) -> Result<(), String> {
    Smtp::new(&config.mail, Duration::from_secs_f64(config.limits.smtp_seconds)).map(drop)
}

fn open_spool(config: &Config, revive: bool) -> Result<(Spool, crate::spool::Found), String> {
    let failed = |e: std::io::Error| format!("spool {}: {e}", config.spool.display());
    let (spool, found) = Spool::open(&config.spool).map_err(failed)?;
    if !revive {
        return Ok((spool, found));
    }
    spool.revive().map_err(failed)?;
    drop(spool);
    Spool::open(&config.spool).map_err(failed)
}

/// Accepts connections until `stop`, then lets the open requests finish.
async fn serve(listener: TcpListener, router: &Router, limits: &Limits, stop: impl Future<Output = ()>) {
    let open = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let next = async {
            let permit = open.clone().acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let Ok((stream, peer)) = accepted else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let service = router.clone().layer(Extension(Peer(peer.ip())));
        let connection = graceful.watch(connection(stream, service, limits));
        let deadline = Duration::from_secs_f64(limits.header_seconds + limits.body_seconds) + ANSWER_WAIT;
        tokio::spawn(async move {
            // A broken or slow client is its own loss; what it asked was counted where it was answered.
            let _ = timeout(deadline, connection).await;
            drop(permit);
        });
    }
    drop(listener);
    let _ = timeout(STOP_WAIT, graceful.shutdown()).await;
}

type Connection = http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>>;

/// One request for each connection: then every deadline counts from its opening, and none starts again.
fn connection(stream: TcpStream, service: Router, limits: &Limits) -> Connection {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs_f64(limits.header_seconds))
        .keep_alive(false)
        .max_buf_size(HEAD_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
}
