//! What this browser keeps of its reader, to see and to clear. Its script fills it in.

use super::super::frame::About;
use super::super::view::{MePage, View};
use super::super::{Rendered, Site};

pub(super) fn render(site: &Site<'_>, _: usize) -> Rendered {
    let route = "me/".to_string();
    let links = site.linker(&route);
    let about =
        About { title: &site.say("word.yours"), description: &site.say("me.description"), section: "", above: &[] };
    let view = MePage { page: site.frame(&links, about) };
    Rendered { pages: vec![(route, View::Me(Box::new(view)))], ..Rendered::default() }
}
