//! What the whole catalog shows that no single descriptor can: refs to nothing, deprecated things still in use.

mod dangling;
mod lifecycle;

use crate::catalog::Catalog;
use crate::diagnostics::Finding;

pub use lifecycle::users;

/// Every finding about the catalog as a whole.
pub fn findings(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = dangling::findings(catalog);
    findings.extend(lifecycle::findings(catalog));
    findings
}
