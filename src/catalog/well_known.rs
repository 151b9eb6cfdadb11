//! Names that many tools share: annotations, lifecycles, and what became of old ones.

/// Annotations that Backstage, its plugins or callboard read.
pub const ANNOTATIONS: &[&str] = &[
    "backstage.io/managed-by-location",
    "backstage.io/managed-by-origin-location",
    "backstage.io/orphan",
    "backstage.io/techdocs-ref",
    "backstage.io/techdocs-entity",
    "backstage.io/techdocs-entity-path",
    "backstage.io/view-url",
    "backstage.io/edit-url",
    "backstage.io/source-location",
    "backstage.io/source-template",
    "backstage.io/time-saved",
    "backstage.io/kubernetes-id",
    "backstage.io/kubernetes-namespace",
    "backstage.io/kubernetes-label-selector",
    "backstage.io/kubernetes-cluster",
    "backstage.io/ldap-rdn",
    "backstage.io/ldap-uuid",
    "backstage.io/ldap-dn",
    "backstage.io/code-coverage",
    "backstage.io/adr-location",
    "github.com/project-slug",
    "github.com/team-slug",
    "github.com/user-login",
    "github.com/user-id",
    "gitlab.com/project-slug",
    "gitlab.com/project-id",
    "gitlab.com/instance",
    "gitlab.com/codeowners-path",
    "gitlab.com/readme-path",
    "dev.azure.com/project-repo",
    "dev.azure.com/project",
    "dev.azure.com/build-definition",
    "dev.azure.com/host-org",
    "dev.azure.com/readme-path",
    "bitbucket.org/project-slug",
    "bitbucket.com/project-slug",
    "jenkins.io/job-full-name",
    "gocd.org/pipelines",
    "periskop.io/service-name",
    "sentry.io/project-slug",
    "rollbar.com/project-slug",
    "circleci.com/project-slug",
    "sonarqube.org/project-key",
    "sonarqube.org/base-url",
    "vault.io/secrets-path",
    "argocd/app-name",
    "argocd/app-selector",
    "argocd/project-name",
    "argocd/instance-name",
    "argocd/app-namespace",
    "pagerduty.com/integration-key",
    "pagerduty.com/service-id",
    "datadoghq.com/dashboard-url",
    "datadoghq.com/graph-token",
    "datadoghq.com/graph-size",
    "datadoghq.com/site",
    "grafana/dashboard-selector",
    "grafana/alert-label-selector",
    "grafana/overview-dashboard",
    "grafana/tag-selector",
    "opsgenie.com/component-selector",
    "opsgenie.com/team",
    "opsgenie.com/service",
    "jira/project-key",
    "jira/component",
    "jira/label",
    "jira.com/project-key",
    "jira.com/components",
    "snyk.io/org-name",
    "snyk.io/project-ids",
    "snyk.io/org-id",
    "snyk.io/org-ids",
    "snyk.io/target-id",
    "snyk.io/targets",
    "snyk.io/exclude-project-ids",
    "lighthouse.com/website-url",
    "graph.microsoft.com/tenant-id",
    "graph.microsoft.com/group-id",
    "graph.microsoft.com/user-id",
    "kubernetes.io/api-server",
    "kubernetes.io/api-server-certificate-authority",
    "kubernetes.io/auth-provider",
    "kubernetes.io/oidc-token-provider",
    "kubernetes.io/skip-tls-verify",
    "kubernetes.io/skip-metrics-lookup",
    "kubernetes.io/dashboard-url",
    "kubernetes.io/dashboard-app",
    "kubernetes.io/dashboard-parameters",
    "kubernetes.io/aws-assume-role",
    "kubernetes.io/aws-external-id",
    "kubernetes.io/x-k8s-aws-id",
    SUNSET_ON,
    REPLACED_BY,
];

/// Annotations that nothing reads any more, and what does their work today.
pub const DEPRECATED_ANNOTATIONS: &[(&str, &str)] = &[
    ("backstage.io/github-actions-id", "github.com/project-slug"),
    ("backstage.io/definition-at-location", "`$text` in `spec.definition`"),
    ("jenkins.io/github-folder", "jenkins.io/job-full-name"),
];

/// The day after which a deprecated entity is gone, `YYYY-MM-DD`.
pub const SUNSET_ON: &str = "callboard.dev/sunset-on";

/// The ref of what takes an entity's place.
pub const REPLACED_BY: &str = "callboard.dev/replaced-by";

/// `backstage.io/techdocs-ref`
pub const TECHDOCS_REF: &str = "backstage.io/techdocs-ref";

/// The lifecycles that Backstage names.
pub const LIFECYCLES: [&str; 3] = ["experimental", "production", "deprecated"];

/// Whether a text is a day of the calendar, `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let number = |range: std::ops::Range<usize>| {
        let part = &bytes[range];
        part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0u32, |sum, b| sum * 10 + u32::from(b - b'0')))
    };
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days_of_the_calendar() {
        for good in ["2026-12-31", "2028-02-29", "2000-02-29"] {
            assert!(is_date(good), "{good}");
        }
        for bad in ["2026-02-29", "1900-02-29", "2026-13-01", "2026-1-1", "2026/01/01", "soon", "2026-00-10", ""] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
