//! Links from one page to another, relative, so that the site works below any path and from disk.

/// Writes links as one page needs them.
#[derive(Debug, Clone)]
pub struct Linker {
    /// From the page to the root: `../../`, or an absolute path for pages that are shown at any address.
    root: String,
    /// Write `index.html` behind folders, for readers who open files without script.
    files: bool,
}

impl Linker {
    /// For the page at `route`.
    pub fn of(route: &str, files: bool) -> Self {
        Linker { root: "../".repeat(route.matches('/').count()), files }
    }

    /// For a page that is shown at any address, below `base` (`/` or `/portal/`).
    pub fn absolute(base: &str, files: bool) -> Self {
        Linker { root: base.to_string(), files }
    }

    pub fn root(&self) -> &str {
        &self.root
    }

    /// The address of a route, which may carry an anchor.
    pub fn to(&self, route: &str) -> String {
        let (path, anchor) = match route.find('#') {
            Some(at) => route.split_at(at),
            None => (route, ""),
        };
        let mut address = format!("{}{path}", self.root);
        if address.is_empty() {
            address.push_str("./");
        }
        if self.files && address.ends_with('/') {
            address.push_str("index.html");
        }
        address + anchor
    }
}

/// A value of an address's query.
pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_relative_to_their_page() {
        let page = Linker::of("catalog/default/component/a/", false);
        assert_eq!(page.to("docs/x/#y"), "../../../../docs/x/#y");
        assert_eq!(Linker::of("", false).to(""), "./");
        assert_eq!(Linker::of("", true).to(""), "./index.html");
        assert_eq!(Linker::of("a/", true).to("b/#c"), "../b/index.html#c");
        assert_eq!(Linker::absolute("/portal/", false).to("a/"), "/portal/a/");
    }
}
