//! Debian's Postfix for one test: its own folder, two ports on loopback. Without logins: Debian's build reads their
//! settings from /etc only; aiosmtpd has logins.

use crate::certificates::Identity;
use crate::relay::wait;
use crate::servers::{Server, folder};
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::process::{Command, Stdio};

/// The services delivery to a mail folder needs; none of them in a chroot.
const SERVICES: &str = "pickup unix n - n 60 1 pickup\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
    tlsmgr unix - - n 1000? 1 tlsmgr\nrewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\n\
    defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\nproxymap unix - - n - - proxymap\n\
    showq unix n - n - - showq\nerror unix - - n - - error\nretry unix - - n - - error\n\
    virtual unix - n n - - virtual\nanvil unix - - n - 1 anvil\npostlog unix-dgram n - n - 1 postlogd\n";

/// Postfix with STARTTLS required on one port and TLS from the start on the other; nothing without TLS.
pub fn postfix(identity: &Identity, starttls: u16, implicit: u16) -> Server {
    let folder = folder(identity);
    let at = |name: &str| folder.path().join(name);
    for name in ["config", "queue", "data", "mail"] {
        std::fs::create_dir(at(name)).unwrap();
    }
    // nobody:nogroup on Debian.
    chown(at("mail"), Some(65534), Some(65534)).unwrap();
    chown(at("data"), Some(user("postfix")), None).unwrap();
    let path = folder.path().display();
    let settings = format!(
        "compatibility_level = 3.6\nqueue_directory = {path}/queue\ndata_directory = {path}/data\nmaillog_file = {path}/log\n\
         maillog_file_prefixes = {path}\nmyhostname = localhost\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
         mydestination =\nmynetworks = 127.0.0.0/8\nvirtual_mailbox_domains = example.com\nvirtual_mailbox_base = {path}\n\
         virtual_mailbox_maps = static:mail/\nvirtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n\
         alias_maps =\nalias_database =\nsmtpd_tls_security_level = encrypt\n\
         smtpd_tls_chain_files = {path}/key.pem, {path}/cert.pem\n"
    );
    std::fs::write(at("config/main.cf"), settings).unwrap();
    let ports = format!(
        "127.0.0.1:{starttls} inet n - n - - smtpd\n127.0.0.1:{implicit} inet n - n - - smtpd\n  \
         -o smtpd_tls_wrappermode=yes\n"
    );
    std::fs::write(at("config/master.cf"), format!("{ports}{SERVICES}")).unwrap();
    let command = |what: &str| {
        let mut command = Command::new("postfix");
        command.arg("-c").arg(at("config")).arg(what).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let process = command("start-fg").spawn().expect("install postfix");
    let stop = Some(command("stop"));
    let server = Server { folder, process, stop };
    wait("Postfix listens", || TcpStream::connect(("127.0.0.1", implicit)).is_ok());
    server
}

fn user(name: &str) -> u32 {
    let id = Command::new("id").args(["-u", name]).output().unwrap().stdout;
    String::from_utf8(id).unwrap().trim().parse().expect("install postfix")
}
