//! The page for addresses that lead nowhere. It may be shown at any address, so its links start from the site's own
//! path on its host.

use super::super::frame::About;
use super::super::view::{NotFound, View};
use super::super::{Linker, Rendered, Site};

pub(super) fn render(site: &Site<'_>, _: usize) -> Rendered {
    let links = Linker::absolute(&site.config.base_path(), site.options.file_links);
    let about = About { title: &site.say("notfound.title"), description: "", section: "", above: &[] };
    let view = NotFound { page: site.frame(&links, about) };
    Rendered { pages: vec![("404.html".to_string(), View::NotFound(Box::new(view)))], ..Rendered::default() }
}
