//! `_headers`, which Netlify, Cloudflare Pages and others read: the policy a page cannot set itself, and caching.

/// The file for a content security policy.
pub fn headers(content_security_policy: &str) -> String {
    format!(
        "/*\n  Content-Security-Policy: {content_security_policy}; frame-ancestors 'self'\n  \
         X-Content-Type-Options: nosniff\n  Referrer-Policy: same-origin\n  \
         Cache-Control: public, max-age=0, must-revalidate\n"
    )
}
