//! The pf files against the grammar of pf.conf(5): its productions for table and filter rules, as far as a block list
//! can use them, and its rules for table files. pfctl itself runs on BSD alone.

use ipnet::IpNet;

use crate::outcome::{blocking, files, mixed, small};

/// Words and punctuation of one line; a remark ends it.
fn tokens(line: &str) -> Vec<String> {
    let line = line.split('#').next().unwrap_or_default();
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |at| at + 2),
            '<' | '>' | '{' | '}' | '!' | ',' | '/' => 1,
            _ => rest.find(|c: char| c.is_whitespace() || "<>{}!,/\"".contains(c)).unwrap_or(rest.len()),
        };
        tokens.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    tokens
}

/// What is left of a line while it is read; a reader takes what it can and says whether it could.
struct Line<'a>(&'a [String]);

impl Line<'_> {
    fn take(&mut self, word: &str) -> bool {
        let fits = self.0.first().is_some_and(|first| first == word);
        if fits {
            self.0 = &self.0[1..];
        }
        fits
    }

    fn one_of(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take(word))
    }

    fn any(&mut self, fits: impl Fn(&str) -> bool) -> bool {
        let fits = self.0.first().is_some_and(|first| fits(first));
        if fits {
            self.0 = &self.0[1..];
        }
        fits
    }

    /// `"<" string ">"`, at most 31 characters (PF_TABLE_NAME_SIZE counts a final zero, too).
    fn table_name(&mut self) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        self.take("<") && self.any(|name| name.len() < 32 && name.chars().all(plain)) && self.take(">")
    }

    /// `[ "!" ] ( address [ "/" mask-bits ] | "<" string ">" )`.
    fn host(&mut self) -> bool {
        self.take("!");
        if self.0.first().is_some_and(|first| first == "<") {
            return self.table_name();
        }
        let address = |text: &str| text.parse::<std::net::IpAddr>().is_ok();
        self.any(address) && (!self.take("/") || self.any(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= 128)))
    }

    /// `"any" | "self" | host`.
    fn place(&mut self) -> bool {
        self.one_of(&["any", "self"]) || self.host()
    }
}

/// `table-rule = "table" "<" string ">" [ tableopts ]`.
fn table_rule(mut line: Line<'_>) -> bool {
    let mut sound = line.take("table") && line.table_name();
    while sound && !line.0.is_empty() {
        let path = |text: &str| text.len() > 2 && text.starts_with('"') && text.ends_with('"');
        sound = line.one_of(&["persist", "const", "counters"]) || (line.take("file") && line.any(path));
    }
    sound
}

/// `pf-rule = action [ "in" | "out" ] [ "log" ] [ "quick" ] [ "on" ifspec ] [ af ] [ hosts ]`.
fn pf_rule(mut line: Line<'_>) -> bool {
    let action = match line.take("block") {
        true => {
            line.one_of(&["drop", "return"]);
            true
        }
        false => line.one_of(&["pass", "match"]),
    };
    line.one_of(&["in", "out"]);
    line.take("log");
    line.take("quick");
    let interface = !line.take("on") || line.any(|name| name.chars().all(|c| c.is_ascii_alphanumeric()));
    line.one_of(&["inet", "inet6"]);
    let hosts = line.take("all") || {
        let from = !line.take("from") || line.place();
        from && (!line.take("to") || line.place())
    };
    action && interface && hosts && line.0.is_empty()
}

fn is_rule(line: &str) -> bool {
    let tokens = tokens(line);
    match tokens.first().map(String::as_str) {
        None => true,
        Some("table") => table_rule(Line(&tokens)),
        Some(_) => pf_rule(Line(&tokens)),
    }
}

/// A line of a table file: an address or a network without host bits, perhaps excluded, or a remark.
fn is_entry(line: &str) -> bool {
    let entry = line.split('#').next().unwrap_or_default().trim();
    let bare = entry.strip_prefix('!').unwrap_or(entry).trim_start();
    let network = |text: &str| text.parse::<IpNet>().is_ok_and(|network| network.trunc() == network);
    entry.is_empty() || bare.parse::<std::net::IpAddr>().is_ok() || network(bare)
}

#[test]
fn rules_and_tables_are_in_the_grammar_of_pf() {
    for outcome in [blocking(&[]), small(), blocking(&mixed(10_000))] {
        for (name, text) in files("pf", &outcome) {
            let sound = match name.rsplit('.').next() {
                Some("conf") => is_rule,
                Some("table") => is_entry,
                _ => continue,
            };
            let wrong: Vec<&str> = text.lines().filter(|line| !sound(line)).collect();
            assert_eq!(wrong, Vec::<&str>::new(), "{name}");
            assert!(text.ends_with('\n'), "{name}: pf wants the last line ended");
        }
    }
}

#[test]
fn the_rules_use_the_table_that_they_load() {
    let conf = files("pf", &small()).into_iter().find(|(name, _)| name.ends_with(".conf")).unwrap().1;
    let lines: Vec<Vec<String>> = conf.lines().map(tokens).filter(|tokens| !tokens.is_empty()).collect();
    assert_eq!(lines.len(), 2, "{conf}");
    assert_eq!((&lines[0][0], &lines[1][0]), (&"table".to_owned(), &"block".to_owned()));
    let name = |tokens: &[String]| tokens.windows(3).find(|w| w[0] == "<").map(|w| w[1].clone());
    assert_eq!(name(&lines[0]), name(&lines[1]));
}

#[test]
fn what_pf_would_refuse_is_refused() {
    for wrong in [
        "table flowglass persist",
        "table <flow glass> persist",
        "table <a> persist file /etc/x",
        "table <a> persits",
        "block drop in quick from flowglass",
        "block drop in quick from <flowglass",
        "block in drop from <flowglass>",
        "block drop quick in from <flowglass>",
        "drop in from <flowglass>",
        "block drop in quick from <flowglass> from <flowglass>",
        "block from 1.2.3.4/129",
        "block from 1.2.3",
    ] {
        assert!(!is_rule(wrong), "{wrong}");
    }
    for wrong in ["1.2.3.4/24", "1.2.3", "example..org", "1.2.3.4 5.6.7.8", "<other>", "2001:db8::/129"] {
        assert!(!is_entry(wrong), "{wrong}");
    }
    assert!(is_rule("pass out quick on em0 inet6 from any to ! 2001:db8::/32 # a remark") && is_entry("! 1.2.3.0/24"));
}
