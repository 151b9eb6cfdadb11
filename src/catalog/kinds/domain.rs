//! Domain: an area of the business.

use super::Shape::Text;
use super::{CORE, Kind, nothing_more, optional, relation, required};
use crate::catalog::relation::RelationType::{OwnedBy, PartOf};

pub(super) const KIND: Kind = Kind {
    name: "Domain",
    plural: "Domains",
    id: "domain",
    api_versions: CORE,
    fields: &[required("owner", Text), optional("subdomainOf", Text), optional("type", Text)],
    relations: &[relation("owner", "Group", OwnedBy), relation("subdomainOf", "Domain", PartOf)],
    orders_lists: false,
    check: nothing_more,
};
