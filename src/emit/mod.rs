//! Views become bytes: HTML through the theme's templates, the report as JSON, files that hosts read, the service worker.

mod headers;
mod html;
mod offline;
mod redirects;
mod report;

pub use headers::headers;
pub use html::{BEACON, NO_RESULTS, Theme, components};
pub use offline::{File, offline};
pub use redirects::redirects;
pub use report::{Diagnostic, LimitHit, RepoStatus, Report, SourceStatus, findings_of};
