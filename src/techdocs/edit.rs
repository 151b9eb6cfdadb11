//! Where a page is edited, by what mkdocs.yml says of it.

use url::Url;

/// What mkdocs.yml says about editing.
pub(super) struct Editing<'a> {
    pub(super) repo_url: Option<&'a str>,
    /// Empty where the author wants no edit links.
    pub(super) edit_uri: Option<&'a str>,
    pub(super) template: Option<&'a str>,
}

/// What becomes of a page's edit link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Edit {
    At(String),
    /// The author wants none.
    Never,
    /// mkdocs.yml does not say.
    Unsaid,
}

impl Editing<'_> {
    /// The link of the page at `path` below `docs_dir`, as MkDocs puts it together.
    pub(super) fn link(&self, path: &str) -> Edit {
        let end = match (self.template, self.edit_uri) {
            (Some(template), _) => match fill(template, path) {
                Some(end) => end,
                None => return Edit::Unsaid,
            },
            (None, Some("")) => return Edit::Never,
            (None, Some(uri)) => format!("{}/{}", uri.trim_end_matches('/'), escaped(path)),
            (None, None) => return Edit::Unsaid,
        };
        let mut base = self.repo_url.unwrap_or_default().to_owned();
        if !base.is_empty() && !base.ends_with('/') && !end.starts_with(['?', '#']) {
            base.push('/');
        }
        let joined = match Url::parse(&base) {
            Ok(base) => base.join(&end).ok(),
            Err(_) => Url::parse(&end).ok(),
        };
        match joined.filter(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty()) {
            Some(url) => Edit::At(url.into()),
            None => Edit::Unsaid,
        }
    }

    /// The link where nothing but `repo_url` is known, on the branch and in the folder that MkDocs takes for usual.
    pub(super) fn guess(&self, path: &str) -> Option<String> {
        let url = Url::parse(self.repo_url?).ok()?;
        let edit_uri = match url.host_str()? {
            "github.com" | "gitlab.com" => "edit/master/docs/",
            "bitbucket.org" => "src/default/docs/",
            _ => return None,
        };
        match (Editing { repo_url: self.repo_url, edit_uri: Some(edit_uri), template: None }).link(path) {
            Edit::At(url) => Some(url),
            Edit::Never | Edit::Unsaid => None,
        }
    }
}

/// `{path}` and `{path_noext}` with what they stand for; `!q` escapes `/` as well. None for any other field.
fn fill(template: &str, path: &str) -> Option<String> {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        let (field, tail) = tail.split_once('}')?;
        match field {
            "path" => out.push_str(&escaped(path)),
            "path_noext" => out.push_str(&escaped(stem)),
            "path!q" => out.push_str(&escaped(path).replace('/', "%2F")),
            "path_noext!q" => out.push_str(&escaped(stem).replace('/', "%2F")),
            _ => return None,
        }
        rest = tail;
    }
    Some(out + rest)
}

fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(repo_url: &str, edit_uri: Option<&str>, template: Option<&str>) -> Edit {
        Editing { repo_url: Some(repo_url).filter(|url| !url.is_empty()), edit_uri, template }.link("a b/c.md")
    }

    fn at(url: &str) -> Edit {
        Edit::At(url.to_owned())
    }

    #[test]
    fn links_are_put_together_as_mkdocs_does() {
        let repo = "https://forge.example/o/r";
        assert_eq!(link(repo, Some("edit/main/docs"), None), at("https://forge.example/o/r/edit/main/docs/a%20b/c.md"));
        assert_eq!(link(repo, Some("/x/"), None), at("https://forge.example/x/a%20b/c.md"));
        assert_eq!(link(repo, Some("?q=docs/"), None), at("https://forge.example/o/r?q=docs/a%20b/c.md"));
        assert_eq!(link(repo, Some("https://cms.example/e/"), None), at("https://cms.example/e/a%20b/c.md"));
        assert_eq!(link(repo, None, Some("e/{path_noext!q}")), at("https://forge.example/o/r/e/a%20b%2Fc"));
        assert_eq!(link(repo, Some(""), None), Edit::Never);
        assert_eq!(link(repo, None, None), Edit::Unsaid);
        assert_eq!(link("", Some("edit/main/"), None), Edit::Unsaid);
        assert_eq!(link(repo, Some("javascript:alert(1)//"), None), Edit::Unsaid);
        assert_eq!(link(repo, None, Some("{other}")), Edit::Unsaid);
        let guess = |url| Editing { repo_url: Some(url), edit_uri: None, template: None }.guess("c.md");
        assert_eq!(guess("https://github.com/o/r").as_deref(), Some("https://github.com/o/r/edit/master/docs/c.md"));
        assert_eq!(guess("https://forge.example/o/r"), None);
    }
}
