//! The configuration: a TOML file, checked once at the start. All addresses a mail can come from or go to are here.

use crate::limits::Limits;
use crate::secret::{self, Secret};
use lettre::message::Mailbox;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Shortest bearer token, characters: 128 bits as hexadecimal digits.
const TOKEN_MIN: usize = 32;
/// Most recipients; an alert is a transaction for each.
const RECIPIENTS_MAX: usize = 20;
const DEFAULT_LISTEN: &str = "127.0.0.1:8427";

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Start in the clear, STARTTLS, go no further without it (usually port 587).
    Starttls,
    /// TLS from the first byte (usually port 465).
    Implicit,
    /// None at all; accepted for a loopback host and with `allow_plaintext_on_loopback` only.
    None,
}

/// The checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen for alerts.
    pub listen: SocketAddr,
    /// Folder of the spool.
    pub spool: PathBuf,
    /// File the audit lines go to; standard error where there is none.
    pub audit: Option<PathBuf>,
    /// `Host` headers answered, lower case.
    pub hosts: Vec<String>,
    /// `Origin` headers answered, lower case; a request without one is not from a page.
    pub origins: Vec<String>,
    /// What a client shows as `Authorization: Bearer …`.
    pub token: Secret,
    pub mail: Mail,
    pub limits: Limits,
}

/// The mail side of the configuration.
#[derive(Debug, Clone)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// PEM text of the only authorities to trust; the Mozilla list where there is none.
    pub authorities: Option<Vec<u8>>,
    pub login: Option<(String, Secret)>,
    pub from: Mailbox,
    /// 1 to 20 recipients, all ASCII addresses.
    pub to: Vec<Mailbox>,
    /// The name given in EHLO.
    pub hello: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    listen: Option<SocketAddr>,
    #[serde(default)]
    behind_tls_proxy: bool,
    spool: PathBuf,
    audit: Option<PathBuf>,
    hosts: Option<Vec<String>>,
    #[serde(default)]
    origins: Vec<String>,
    token_file: Option<PathBuf>,
    token_env: Option<String>,
    mail: MailTable,
    #[serde(default)]
    limits: Limits,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MailTable {
    host: String,
    port: u16,
    tls: Tls,
    #[serde(default)]
    allow_plaintext_on_loopback: bool,
    ca_file: Option<PathBuf>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    password_env: Option<String>,
    from: String,
    to: Vec<String>,
    hello: Option<String>,
}

/// Reads and checks the file at `path`; relative paths in it start from its folder.
pub fn load(path: &Path) -> Result<Config, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    parse(&text, path.parent().unwrap_or(Path::new(".")))
}

/// Checks the configuration in `text`; relative paths in it start from `folder`.
pub fn parse(text: &str, folder: &Path) -> Result<Config, String> {
    let file: ConfigFile = toml::from_str(text).map_err(|e| e.to_string())?;
    let listen = match file.listen {
        Some(listen) => listen,
        None => DEFAULT_LISTEN.parse().map_err(|_| "default listen address")?,
    };
    if !listen.ip().is_loopback() && !file.behind_tls_proxy {
        return Err(format!(
            "listen = {listen} is not loopback: the token would cross the network in the clear; put a TLS proxy in \
             front and say behind_tls_proxy = true"
        ));
    }
    let token = secret::read("token", folder, file.token_file.as_deref(), file.token_env.as_deref())?;
    if token.expose().len() < TOKEN_MIN {
        return Err(format!("token: at least {TOKEN_MIN} characters, for example from `openssl rand -hex 16`"));
    }
    file.limits.check()?;
    Ok(Config {
        listen,
        spool: folder.join(file.spool),
        audit: file.audit.map(|path| folder.join(path)),
        hosts: hosts(file.hosts, listen)?,
        origins: file.origins.iter().map(|origin| check_origin(origin)).collect::<Result<_, _>>()?,
        token,
        mail: check_mail(file.mail, folder)?,
        limits: file.limits,
    })
}

/// The names this server answers to: as configured, or the address it listens on (and `localhost` where that is loopback).
fn hosts(configured: Option<Vec<String>>, listen: SocketAddr) -> Result<Vec<String>, String> {
    match configured {
        Some(hosts) if hosts.is_empty() => Err("hosts: an empty list would refuse every request".to_owned()),
        Some(hosts) => Ok(hosts.iter().map(|host| host.to_ascii_lowercase()).collect()),
        None if listen.ip().is_loopback() => Ok(vec![listen.to_string(), format!("localhost:{}", listen.port())]),
        None => Ok(vec![listen.to_string()]),
    }
}

/// An origin as browsers send it: scheme, host, perhaps a port, no path. `null` is what any sandboxed frame or opened
/// file sends, so it names nobody and is refused.
fn check_origin(origin: &str) -> Result<String, String> {
    let wrong = || format!("origins: {origin:?} is not like https://host or http://host:port");
    let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).ok_or_else(wrong)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if rest.is_empty() || !rest.chars().all(plain) {
        return Err(wrong());
    }
    Ok(origin.to_ascii_lowercase())
}

fn check_mail(table: MailTable, folder: &Path) -> Result<Mail, String> {
    if !is_host(&table.host) {
        return Err(format!("mail.host: {:?} is not a host name or address", table.host));
    }
    let hello = table.hello.unwrap_or_else(|| "localhost".to_owned());
    if !is_host(&hello) {
        return Err(format!("mail.hello: {hello:?} is not a host name"));
    }
    let login = match table.user {
        Some(user) => {
            let variable = table.password_env.as_deref();
            Some((user, secret::read("password", folder, table.password_file.as_deref(), variable)?))
        }
        None if table.password_file.is_some() || table.password_env.is_some() => {
            return Err("mail: a password without a user".to_owned());
        }
        None => None,
    };
    if table.tls == Tls::None {
        if !table.allow_plaintext_on_loopback || !is_loopback(&table.host) {
            return Err("mail.tls = \"none\" needs a loopback host and allow_plaintext_on_loopback = true".to_owned());
        }
        if login.is_some() {
            return Err("mail: a password is never sent without TLS".to_owned());
        }
    }
    if table.to.is_empty() || table.to.len() > RECIPIENTS_MAX {
        return Err(format!("mail.to: 1 to {RECIPIENTS_MAX} recipients"));
    }
    let authorities = match table.ca_file {
        Some(path) => {
            let path = folder.join(path);
            Some(std::fs::read(&path).map_err(|e| format!("mail.ca_file: cannot read {}: {e}", path.display()))?)
        }
        None => None,
    };
    Ok(Mail {
        host: table.host,
        port: table.port,
        tls: table.tls,
        authorities,
        login,
        from: mailbox("mail.from", &table.from)?,
        to: table.to.iter().map(|to| mailbox("mail.to", to)).collect::<Result<_, _>>()?,
        hello,
    })
}

/// An ASCII address, perhaps with a display name. ASCII because SMTPUTF8 is not spoken by every server on the way.
fn mailbox(name: &str, text: &str) -> Result<Mailbox, String> {
    let parsed: Mailbox = text.parse().map_err(|e| format!("{name}: {text:?}: {e}"))?;
    if text.chars().any(char::is_control) || !parsed.email.to_string().is_ascii() {
        return Err(format!("{name}: {text:?} holds a control character or an address that is not ASCII"));
    }
    Ok(parsed)
}

fn is_host(text: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    text.parse::<IpAddr>().is_ok() || (!text.is_empty() && text.len() <= 253 && text.chars().all(name))
}

/// True for a loopback address and for `localhost`, whose addresses are checked again when connecting.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
