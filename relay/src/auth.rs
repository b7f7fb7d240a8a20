//! Who may ask: the Host and Origin allow lists, CORS for exactly those origins, and the bearer token.

use crate::config::Config;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, AUTHORIZATION, HOST, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A public page asking a loopback server: Chromium asks first with the one and wants the other back
/// (Private Network Access, a draft; browsers without it ignore both).
const ASK_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// The allow lists and the token's digest.
pub struct Gate {
    hosts: Vec<String>,
    origins: Vec<String>,
    token: [u8; 32],
}

/// The `Origin` header, judged.
pub enum Origin {
    /// None: a program, not a page.
    NotAPage,
    Listed(HeaderValue),
    /// Another one, or several.
    Foreign,
}

impl Gate {
    pub fn new(config: &Config) -> Self {
        let token = Sha256::digest(config.token.expose()).into();
        Self { hosts: config.hosts.clone(), origins: config.origins.clone(), token }
    }

    /// True if the request names this server by a configured name; a page that rebinds its own name to our address
    /// sends that name.
    pub fn host(&self, headers: &HeaderMap) -> bool {
        only(headers, &HOST).is_some_and(|host| listed(&self.hosts, host))
    }

    /// Where the request's page comes from.
    pub fn origin(&self, headers: &HeaderMap) -> Origin {
        match only(headers, &ORIGIN) {
            Some(origin) if listed(&self.origins, origin) => Origin::Listed(origin.clone()),
            None if !headers.contains_key(ORIGIN) => Origin::NotAPage,
            _ => Origin::Foreign,
        }
    }

    /// True if the request shows the token. Digests are compared, so that neither the length nor a common beginning
    /// changes the time it takes.
    pub fn token(&self, headers: &HeaderMap) -> bool {
        let Some((scheme, token)) = only(headers, &AUTHORIZATION).and_then(|v| v.to_str().ok()?.split_once(' ')) else {
            return false;
        };
        let shown: [u8; 32] = Sha256::digest(token.trim()).into();
        scheme.eq_ignore_ascii_case("bearer") && bool::from(shown.ct_eq(&self.token))
    }
}

fn listed(list: &[String], value: &HeaderValue) -> bool {
    list.iter().any(|allowed| value.as_bytes().eq_ignore_ascii_case(allowed.as_bytes()))
}

/// The header's value if it is there exactly once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// What lets the page at `origin` read this answer, refusals included, and the wait it is told.
pub fn allow(answer: &mut HeaderMap, origin: &HeaderValue) {
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
}

/// The answer to a preflight request with `asked` headers from a listed origin.
pub fn preflight(answer: &mut HeaderMap, asked: &HeaderMap) {
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    let headers = HeaderValue::from_static("authorization, content-type, idempotency-key");
    answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, headers);
    answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if asked.get(&ASK_PRIVATE).is_some_and(|value| value == "true") {
        answer.insert(ALLOW_PRIVATE, HeaderValue::from_static("true"));
    }
}

/// Answers differ by origin, with or without one; a cache must know.
pub fn vary(answer: &mut HeaderMap) {
    answer.insert(VARY, HeaderValue::from_static("origin"));
}
