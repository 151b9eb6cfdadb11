//! Which names this server answers to.
//!
//! A hostile page may point its own name at 127.0.0.1 and then read what a local server says ("DNS rebinding"). It
//! cannot choose the `Host` header, though: that holds its name. So only our own names are answered.

use std::net::{IpAddr, SocketAddr};

/// The names that are ours.
#[derive(Debug, Clone)]
pub(super) struct Hosts {
    configured: String,
    /// Listening on more than the loopback interface: any address of ours may stand in `Host`, and rebinding needs a
    /// name, so all addresses pass.
    any_address: bool,
}

impl Hosts {
    pub(super) fn new(configured: &str, bound: Option<SocketAddr>) -> Self {
        Hosts {
            configured: bare(configured).to_ascii_lowercase(),
            any_address: bound.is_some_and(|address| !address.ip().is_loopback()),
        }
    }

    /// Whether a request with this `Host` header is meant for us.
    pub(super) fn allow(&self, header: Option<&str>) -> bool {
        let Some(header) = header else { return false };
        let name = without_port(header.trim()).to_ascii_lowercase();
        let name = bare(&name);
        if matches!(name, "localhost" | "127.0.0.1" | "::1") || (!name.is_empty() && name == self.configured) {
            return true;
        }
        self.any_address && name.parse::<IpAddr>().is_ok()
    }
}

/// The address for people. An unspecified address is shown as one that a browser can open.
pub(super) fn url(host: &str, port: u16, base: &str) -> String {
    let name = match bare(host).parse::<IpAddr>() {
        Ok(address) if address.is_unspecified() => "localhost".to_owned(),
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        _ => host.to_owned(),
    };
    format!("http://{name}:{port}{base}/")
}

/// An IPv6 address without its brackets.
pub(super) fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            // `::1` without brackets is an address, not a name with a port.
            if name.contains(':') && !name.ends_with(']') { host } else { name }
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_answered() {
        let local = Hosts::new("dev.example", "127.0.0.1:8080".parse().ok());
        for name in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080", "[::1]", "dev.example:80"] {
            assert!(local.allow(Some(name)), "{name}");
        }
        for name in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", ":80", "192.168.0.7", "[::1"]
        {
            assert!(!local.allow(Some(name)), "{name}");
        }
        assert!(!local.allow(None));
        let open = Hosts::new("0.0.0.0", "0.0.0.0:8080".parse().ok());
        assert!(open.allow(Some("192.168.0.7:8080")));
        assert!(!open.allow(Some("evil.example")));
    }

    #[test]
    fn the_address_shown_can_be_opened() {
        assert_eq!(url("127.0.0.1", 80, ""), "http://127.0.0.1:80/");
        assert_eq!(url("0.0.0.0", 80, "/portal"), "http://localhost:80/portal/");
        assert_eq!(url("::1", 80, ""), "http://[::1]:80/");
    }
}
