//! The real programs read what the exporters write. Ignored in an ordinary run: they must be installed
//! (`cargo xtask test --with-tools`). A program that is not there is named and passed over.
#![cfg(not(target_arch = "wasm32"))]

#[path = "exports/outcome.rs"]
#[allow(dead_code, reason = "the outcomes are shared with the tests that read the files back")]
mod outcome;
#[path = "tools/official.rs"]
mod official;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flowglass::analysis::Analysis;
use flowglass::catalog::knobs;
use flowglass::model::outcome::Outcome;
use flowglass::model::report::Decision;
use flowglass::model::settings::Settings;
use flowglass::sample;

/// The lists every program must take: none, three, the sample's, and ten thousand addresses of both families.
fn outcomes() -> Vec<(&'static str, Outcome)> {
    let mixed = outcome::blocking(&outcome::mixed(10_000));
    vec![("empty", outcome::blocking(&[])), ("small", outcome::small()), ("sample", sampled()), ("large", mixed)]
}

/// The sample as it is analysed.
fn sampled() -> Outcome {
    let mut analysis = Analysis::new(Settings::default().check(&knobs()).unwrap());
    analysis.begin("sample.csv");
    analysis.feed(&sample::csv(1, 2_000)).unwrap();
    analysis.finish_file().unwrap();
    let outcome = analysis.run(&mut |_| ()).unwrap();
    assert!(outcome.report.hosts.iter().any(|host| host.decision == Decision::Block), "the sample blocks nobody");
    outcome
}

/// Writes the files of `key` for `outcome` and gives their folder.
fn folder(key: &str, size: &str, outcome: &Outcome) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tools").join(key).join(size);
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in outcome::files(key, outcome) {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// True where a program is installed; says so where it is not.
fn installed(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output().unwrap().status.success();
    if !found {
        println!("{program} is not installed: skipped");
    }
    found
}

/// Runs a shell line in `folder` and fails with what it printed.
fn run(folder: &Path, line: &str) -> Output {
    let output = Command::new("sh").args(["-ec", line]).current_dir(folder).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let short = |text: &str| text.chars().take(2000).collect::<String>();
    assert!(output.status.success(), "{}: {line}\n{}\n{}", folder.display(), short(&out), short(&err));
    output
}

/// A network name space of its own, so that the machine's own filters stay as they are. In a user name space nft may
/// not raise its socket's buffer, and a list of thousands is then "too long": root does without one.
const APART: &str = "unshare $([ $(id -u) = 0 ] || echo --user --map-root-user) --net sh -ec";

#[test]
#[ignore = "needs nft"]
fn nftables_loads_replaces_and_undoes() {
    if !installed("nft") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("nftables", size, &outcome);
        run(
            &folder,
            &format!(
                "{APART} 'nft -c -f flowglass.nft; nft -f flowglass.nft; nft -f flowglass.nft; \
            nft list table inet flowglass | grep -q \"hook input\"; nft -f flowglass-undo.nft; nft -f flowglass-undo.nft; \
            test -z \"$(nft list tables)\"'"
            ),
        );
    }
}

#[test]
#[ignore = "needs ipset and iptables"]
fn ipset_and_iptables_load_replace_and_undo() {
    if !installed("ipset") || !installed("iptables-restore") || !installed("ip6tables-restore") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("ipset", size, &outcome);
        run(
            &folder,
            &format!(
                "{APART} 'ipset -exist restore -file flowglass.ipset; \
            ipset -exist restore -file flowglass.ipset; \
            for t in iptables ip6tables; do $t-restore --test --noflush flowglass.$t; $t-restore --noflush flowglass.$t; \
              $t -S INPUT | grep -q FLOWGLASS; $t-restore --noflush flowglass-undo.$t; ! $t -S | grep -q FLOWGLASS; done; \
            ipset restore -file flowglass-undo.ipset; test -z \"$(ipset list -name)\"'"
            ),
        );
        let counted = run(
            &folder,
            &format!("{APART} 'ipset restore -file flowglass.ipset; ipset list | grep -c timeout.[1-9] || true'"),
        );
        let adds = fs::read_to_string(folder.join("flowglass.ipset")).unwrap().matches("\nadd ").count();
        assert_eq!(
            String::from_utf8_lossy(&counted.stdout).trim(),
            adds.to_string(),
            "{size}: every entry is in a set"
        );
    }
}

#[test]
#[ignore = "needs nginx"]
fn nginx_takes_the_list() {
    if !installed("nginx") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("nginx", size, &outcome);
        fs::write(
            folder.join("nginx.conf"),
            "error_log stderr;\npid nginx.pid;\nevents {}\nhttp {\n\
            access_log off;\nserver { listen 127.0.0.1:18080; include nginx-deny.conf; }\n}\n",
        )
        .unwrap();
        run(&folder, "nginx -t -q -p . -c nginx.conf");
    }
}

#[test]
#[ignore = "needs apache2"]
fn apache_takes_the_list() {
    if !installed("apache2") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("apache", size, &outcome);
        let modules = ["mpm_event", "authz_core", "authz_host"]
            .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
        let config = format!(
            "ServerName localhost\nListen 127.0.0.1:18081\n{}ErrorLog error.log\nPidFile apache.pid\n\
            <VirtualHost *:18081>\nInclude {}/apache-deny.conf\n</VirtualHost>\n",
            modules.concat(),
            folder.display()
        );
        fs::write(folder.join("apache.conf"), config).unwrap();
        run(&folder, "apache2 -t -d . -f apache.conf");
    }
}

#[test]
#[ignore = "needs caddy"]
fn caddy_takes_the_list() {
    if !installed("caddy") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("caddy", size, &outcome);
        let site = "{\n\tadmin off\n}\nimport flowglass.caddy\nhttp://localhost:18082 {\n\timport flowglass\n\trespond ok\n}\n";
        fs::write(folder.join("Caddyfile"), site).unwrap();
        run(&folder, "HOME=. caddy validate --config Caddyfile");
        let adapted = run(&folder, "HOME=. caddy adapt --config Caddyfile");
        let text = String::from_utf8(adapted.stdout).unwrap();
        let lines = fs::read_to_string(folder.join("flowglass.caddy")).unwrap();
        let networks = lines.lines().filter_map(|line| line.trim().strip_prefix("remote_ip "));
        for network in networks {
            assert!(text.contains(&format!("\"{network}\"")), "{size}: {network} is lost");
        }
    }
}

#[test]
#[ignore = "needs haproxy"]
fn haproxy_takes_the_list() {
    if !installed("haproxy") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("haproxy", size, &outcome);
        fs::write(
            folder.join("haproxy.cfg"),
            "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n\
            frontend f\n bind 127.0.0.1:18083\n acl flowglass src -f haproxy-block.lst\n\
            tcp-request connection reject if flowglass\n default_backend b\nbackend b\n server s 127.0.0.1:18084\n",
        )
        .unwrap();
        run(&folder, "haproxy -c -q -f haproxy.cfg");
    }
}

#[test]
#[ignore = "needs suricata"]
fn suricata_takes_the_rules() {
    if !installed("suricata") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("suricata_rules", size, &outcome);
        run(&folder, "suricata -T -l . -S flowglass.rules");
    }
}

#[test]
#[ignore = "needs bind9"]
fn bind_takes_the_policy_zone() {
    if !installed("named-checkzone") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("rpz", size, &outcome);
        run(&folder, "named-checkzone -q rpz.flowglass flowglass.rpz");
    }
}

#[test]
#[ignore = "needs pfctl"]
fn pf_takes_the_table() {
    if !installed("pfctl") {
        return;
    }
    for (size, outcome) in outcomes() {
        let folder = folder("pf", size, &outcome);
        run(&folder, "sed 's|/etc/||' flowglass-pf.conf > here.conf; pfctl -n -f here.conf");
    }
}

#[test]
#[ignore = "needs sh"]
fn shells_take_the_scripts() {
    for (size, outcome) in outcomes() {
        run(&folder("fail2ban", size, &outcome), "sh -n fail2ban-ban.sh; sh -n fail2ban-unban.sh");
        run(&folder("crowdsec", size, &outcome), "sh -n crowdsec-undo.sh");
        run(&folder("pf", size, &outcome), "sh -n flowglass-pf-undo.sh");
    }
}
