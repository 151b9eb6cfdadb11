//! Short Markdown: the description of an entity, the title of a box.

use super::address::{self, Address};
use super::writer::options;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Parser, Tag, TagEnd};
use pulldown_cmark_escape::{escape_html, escape_html_body_text};
