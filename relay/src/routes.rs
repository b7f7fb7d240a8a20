//! What is answered: `POST /alert`, `GET /health`, `GET /metrics`, and every refusal with its reason.

use crate::alert::{self, Problem};
use crate::audit::Audit;
use crate::auth::{self, Gate, Origin};
use crate::body::{self, Failed};
use crate::intake::{Intake, Taken};
use crate::limits::{BODY_MAX, Limits, RateLimit};
use crate::metrics::{Gauges, Metrics};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The client's address, added to each request by the server.
#[derive(Clone, Copy)]
pub struct Peer(pub IpAddr);

/// What the handlers share.
pub struct Relay {
    pub gate: Gate,
    pub rate: RateLimit,
    pub limits: Limits,
    pub intake: Intake,
    pub audit: Arc<Audit>,
    pub metrics: Arc<Metrics>,
}

/// A request that is not served: the status, its name in the metrics, and the reason the client is told.
struct Refusal {
    status: StatusCode,
    outcome: &'static str,
    reason: String,
    retry_after: Option<u64>,
}

/// Seconds a client is asked to wait for room or for the disk.
const RETRY_LATER: u64 = 60;

/// All routes behind the gate.
pub fn router(relay: Arc<Relay>) -> Router {
    Router::new()
        .route("/alert", post(alert))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .layer(middleware::from_fn_with_state(relay.clone(), gate))
        .with_state(relay)
}

/// Host, origin and preflight, before any route; CORS headers after it.
async fn gate(
    State(relay): State<Arc<Relay>>,
    Extension(peer): Extension<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let forbidden = |reason: &str| refusal(StatusCode::FORBIDDEN, "forbidden", reason);
    let origin = relay.gate.origin(request.headers());
    let mut response = if !relay.gate.host(request.headers()) {
        relay.refuse(peer, forbidden("this server does not answer to that Host"), request.into_body()).await
    } else if matches!(origin, Origin::Foreign) {
        relay.refuse(peer, forbidden("pages of that Origin may not use this server"), request.into_body()).await
    } else if request.method() == Method::OPTIONS && request.uri().path() == "/alert" {
        let mut response = StatusCode::NO_CONTENT.into_response();
        match &origin {
            Origin::Listed(_) => auth::preflight(response.headers_mut(), request.headers()),
            _ => drop(response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, OPTIONS"))),
        }
        response
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    if let Origin::Listed(origin) = &origin {
        auth::allow(headers, origin);
    }
    auth::vary(headers);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn alert(State(relay): State<Arc<Relay>>, Extension(peer): Extension<Peer>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if let Err(refusal) = relay.admit(peer, &head.headers) {
        return relay.refuse(peer, refusal, body).await;
    }
    let bytes = match body::read(body, Duration::from_secs_f64(relay.limits.body_seconds)).await {
        Ok(bytes) => bytes,
        Err(Failed::TooLarge) => return relay.refuse(peer, too_large(), Body::empty()).await,
        Err(Failed::TooSlow) => {
            let slow = refusal(StatusCode::REQUEST_TIMEOUT, "timeout", "the body took too long");
            return relay.refuse(peer, slow, Body::empty()).await;
        }
        Err(Failed::Broken) => {
            return relay.refuse(peer, refusal(StatusCode::BAD_REQUEST, "invalid", "broken body"), Body::empty()).await;
        }
    };
    match relay.clone().take(bytes, head.headers).await {
        Ok(response) => response,
        Err(refusal) => relay.refuse(peer, refusal, Body::empty()).await,
    }
}

async fn health(State(relay): State<Arc<Relay>>) -> Response {
    let (status, text) =
        if relay.intake.full() { (StatusCode::SERVICE_UNAVAILABLE, "full") } else { (StatusCode::OK, "ok") };
    answer(status, &json!({ "status": text }))
}

async fn metrics(State(relay): State<Arc<Relay>>) -> Response {
    let gauges = Gauges { queued: relay.intake.queued(), dead: relay.intake.dead() };
    let version = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(CONTENT_TYPE, version)], relay.metrics.text(&gauges)).into_response()
}

impl Relay {
    /// Everything that can be said before the body is read. The rate comes first, so that guessing tokens is slow too.
    fn admit(&self, peer: Peer, headers: &HeaderMap) -> Result<(), Refusal> {
        self.rate.take(peer.0, Instant::now()).map_err(|wait| Refusal {
            retry_after: Some(wait),
            ..refusal(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "too many alerts at once")
        })?;
        if !self.gate.token(headers) {
            return Err(refusal(StatusCode::UNAUTHORIZED, "unauthorized", "the bearer token is missing or wrong"));
        }
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !kind.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json") {
            let reason = "send application/json";
            return Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", reason));
        }
        let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > BODY_MAX as u64) {
            return Err(too_large());
        }
        Ok(())
    }

    /// The body's alert into the spool.
    async fn take(self: Arc<Self>, bytes: Vec<u8>, headers: HeaderMap) -> Result<Response, Refusal> {
        let key = headers.get("idempotency-key").map(HeaderValue::as_bytes);
        let (alert, key) = alert::parse(&bytes, key).map_err(|problem| match problem {
            Problem::Shape(why) => refusal(StatusCode::BAD_REQUEST, "invalid", &why),
            Problem::Value(why) => refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid", why),
        })?;
        // Not cancelled if the client goes away meanwhile: it is accepted or it is not.
        let relay = self.clone();
        let taken = tokio::task::spawn_blocking(move || relay.intake.take(alert, key.as_deref())).await;
        let (id, outcome) = match taken.unwrap_or_else(|e| Taken::Failed(e.to_string())) {
            Taken::Accepted(id) => (id, "accepted"),
            Taken::Replayed(id) => (id, "replayed"),
            Taken::Conflict => {
                let reason = "this idempotency key came with another alert before";
                return Err(refusal(StatusCode::UNPROCESSABLE_ENTITY, "conflict", reason));
            }
            Taken::Full => return Err(unavailable("full", "too many alerts are waiting for delivery")),
            Taken::Failed(why) => {
                self.audit.line("spool_error", &[("reason", Value::from(why))]);
                return Err(unavailable("failed", "the alert could not be stored"));
            }
        };
        self.metrics.request(outcome);
        // The same answer each time the same alert comes with the same key.
        Ok(answer(StatusCode::ACCEPTED, &json!({ "status": "accepted", "id": id })))
    }

    /// Counts, audits and words a refusal, after the client had a chance to finish sending.
    async fn refuse(&self, peer: Peer, refusal: Refusal, body: Body) -> Response {
        body::discard(body).await;
        self.metrics.request(refusal.outcome);
        self.audit.refused(&[
            ("status", Value::from(refusal.status.as_u16())),
            ("outcome", Value::from(refusal.outcome)),
            ("client", Value::from(peer.0.to_string())),
        ]);
        let mut response = answer(refusal.status, &json!({ "error": refusal.outcome, "reason": refusal.reason }));
        if let Some(wait) = refusal.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
        }
        if refusal.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

fn refusal(status: StatusCode, outcome: &'static str, reason: &str) -> Refusal {
    Refusal { status, outcome, reason: reason.to_owned(), retry_after: None }
}

fn too_large() -> Refusal {
    refusal(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "an alert is at most 256 KiB")
}

fn unavailable(outcome: &'static str, reason: &str) -> Refusal {
    Refusal { retry_after: Some(RETRY_LATER), ..refusal(StatusCode::SERVICE_UNAVAILABLE, outcome, reason) }
}

fn answer(status: StatusCode, value: &Value) -> Response {
    (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], value.to_string()).into_response()
}
