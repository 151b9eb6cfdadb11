//! Names that many tools share: annotations, lifecycles, and what became of old ones.

/// An annotation that something reads.
#[derive(Debug)]
pub struct Annotation {
    pub name: &'static str,
    /// What it says, in one or two sentences.
    pub about: &'static str,
}

/// Annotations that Backstage, its plugins or callboard read.
pub const ANNOTATIONS: &[Annotation] = &[
    known(
        "backstage.io/managed-by-location",
        "Where the entity was read. Set on reading; what is written here is replaced.",
    ),
    known(
        "backstage.io/managed-by-origin-location",
        "The configured location that led to the entity. Set on reading; what is written here is replaced.",
    ),
    known("backstage.io/orphan", "`\"true\"` on entities that nothing refers to any more. Set by Backstage."),
    known(
        "backstage.io/techdocs-ref",
        "Where the entity's docs are: `dir:.` for the folder of this file, or an address.",
    ),
    known("backstage.io/techdocs-entity", "The ref of another entity whose docs are shown for this one."),
    known("backstage.io/techdocs-entity-path", "The page to begin with in the docs of `backstage.io/techdocs-entity`."),
    known("backstage.io/view-url", "The address where the entity's file is read."),
    known("backstage.io/edit-url", "The address where the entity's file is edited."),
    known("backstage.io/source-location", "Where the entity's sources are: `url:` and an address that ends with `/`."),
    known("backstage.io/source-template", "The ref of the template that the entity was made from."),
    known("backstage.io/time-saved", "The time that a template saves, such as `PT4H`."),
    known(
        "backstage.io/kubernetes-id",
        "The value of the label `backstage.io/kubernetes-id` on the entity's objects in Kubernetes.",
    ),
    known(
        "backstage.io/kubernetes-namespace",
        "The namespace in Kubernetes that is searched for the entity's objects.",
    ),
    known("backstage.io/kubernetes-label-selector", "A label selector that finds the entity's objects in Kubernetes."),
    known("backstage.io/kubernetes-cluster", "The only Kubernetes cluster that is searched."),
    known("backstage.io/ldap-rdn", "The relative distinguished name in LDAP. Set on import."),
    known("backstage.io/ldap-uuid", "The unique id in LDAP. Set on import."),
    known("backstage.io/ldap-dn", "The distinguished name in LDAP. Set on import."),
    known("backstage.io/code-coverage", "`enabled`, or `scm-only` to count files under version control only."),
    known(
        "backstage.io/adr-location",
        "The folder of architecture decision records, relative to this file, or an address.",
    ),
    known("github.com/project-slug", "The repository on GitHub, as `organisation/name`."),
    known("github.com/team-slug", "The team on GitHub, as `organisation/team`."),
    known("github.com/user-login", "The login of a user on GitHub."),
    known("github.com/user-id", "The numeric id of a user on GitHub."),
    known("gitlab.com/project-slug", "The project on GitLab, as `group/name`."),
    known("gitlab.com/project-id", "The numeric id of the project on GitLab."),
    known("gitlab.com/instance", "The host of the project's GitLab."),
    known("gitlab.com/codeowners-path", "The path of the CODEOWNERS file on GitLab."),
    known("gitlab.com/readme-path", "The path of the README on GitLab."),
    known("dev.azure.com/project-repo", "The repository on Azure DevOps, as `project/repository`."),
    known("dev.azure.com/project", "The project on Azure DevOps."),
    known("dev.azure.com/build-definition", "Names of build definitions on Azure DevOps, separated by commas."),
    known("dev.azure.com/host-org", "Host and organisation on Azure DevOps, as `host/organisation`."),
    known("dev.azure.com/readme-path", "The path of the README on Azure DevOps."),
    known("bitbucket.org/project-slug", "The repository on Bitbucket, as `workspace/name`."),
    known("bitbucket.com/project-slug", "The repository on Bitbucket, as `workspace/name`."),
    known("jenkins.io/job-full-name", "The full name of the job in Jenkins, as `folder/job`."),
    known("gocd.org/pipelines", "Names of pipelines in GoCD, separated by commas."),
    known("periskop.io/service-name", "The name of the service in Periskop."),
    known("sentry.io/project-slug", "The project in Sentry, as `organisation/project`."),
    known("rollbar.com/project-slug", "The project in Rollbar, as `organisation/project`."),
    known("circleci.com/project-slug", "The project in CircleCI, as `github/organisation/name`."),
    known("sonarqube.org/project-key", "The key of the project in SonarQube."),
    known("sonarqube.org/base-url", "The address of the project's SonarQube."),
    known("vault.io/secrets-path", "The path of the entity's secrets in Vault."),
    known("vault.io/secrets-engine", "The engine of the entity's secrets in Vault."),
    known("argocd/app-name", "The name of the application in Argo CD."),
    known("argocd/app-selector", "A label selector that finds the entity's applications in Argo CD."),
    known("argocd/app-namespace", "The namespace of the application in Argo CD."),
    known("argocd/project-name", "The project in Argo CD."),
    known("argocd/instance-name", "The instance of Argo CD that is asked."),
    known("pagerduty.com/integration-key", "The integration key of the service in PagerDuty."),
    known("pagerduty.com/service-id", "The id of the service in PagerDuty."),
    known("datadoghq.com/dashboard-url", "The address of a dashboard in Datadog."),
    known("datadoghq.com/graph-token", "The token of an embedded graph in Datadog."),
    known("datadoghq.com/graph-size", "The size of an embedded graph in Datadog."),
    known("datadoghq.com/site", "The site of Datadog, such as `datadoghq.eu`."),
    known("grafana/dashboard-selector", "A selector that finds the entity's dashboards in Grafana."),
    known("grafana/alert-label-selector", "A label selector that finds the entity's alerts in Grafana."),
    known("grafana/overview-dashboard", "The address of an overview in Grafana."),
    known("grafana/tag-selector", "A tag of the entity's dashboards in Grafana."),
    known("opsgenie.com/component-selector", "A query that finds the entity's alerts in Opsgenie."),
    known("opsgenie.com/team", "The team in Opsgenie."),
    known("opsgenie.com/service", "The service in Opsgenie."),
    known("jira/project-key", "The key of the project in Jira."),
    known("jira/component", "The component of the project in Jira."),
    known("jira/label", "A label of the entity's issues in Jira."),
    known("jira.com/project-key", "The key of the project in Jira."),
    known("jira.com/components", "Components of the project in Jira, separated by commas."),
    known("snyk.io/org-name", "The organisation in Snyk."),
    known("snyk.io/org-id", "The id of the organisation in Snyk."),
    known("snyk.io/org-ids", "Ids of organisations in Snyk, separated by commas."),
    known("snyk.io/project-ids", "Ids of projects in Snyk, separated by commas."),
    known("snyk.io/exclude-project-ids", "Ids of projects in Snyk to leave out, separated by commas."),
    known("snyk.io/target-id", "The id or name of the target in Snyk."),
    known("snyk.io/targets", "Ids or names of targets in Snyk, separated by commas."),
    known("lighthouse.com/website-url", "The address of the website that Lighthouse audits."),
    known("graph.microsoft.com/tenant-id", "The id of the tenant in Microsoft Entra. Set on import."),
    known("graph.microsoft.com/group-id", "The id of the group in Microsoft Entra. Set on import."),
    known("graph.microsoft.com/user-id", "The id of the user in Microsoft Entra. Set on import."),
    known("kubernetes.io/api-server", "The address of the cluster's API server."),
    known(
        "kubernetes.io/api-server-certificate-authority",
        "The certificate authority of the cluster's API server, base64.",
    ),
    known("kubernetes.io/auth-provider", "How to log in to the cluster, such as `serviceAccount` or `google`."),
    known("kubernetes.io/oidc-token-provider", "The provider of OIDC tokens for the cluster."),
    known("kubernetes.io/skip-tls-verify", "`\"true\"` to accept any certificate of the cluster."),
    known("kubernetes.io/skip-metrics-lookup", "`\"true\"` to ask the cluster for no metrics."),
    known("kubernetes.io/dashboard-url", "The address of the cluster's dashboard."),
    known("kubernetes.io/dashboard-app", "Which dashboard the cluster has, such as `standard`, `rancher` or `gke`."),
    known("kubernetes.io/dashboard-parameters", "Parameters of the cluster's dashboard, as JSON."),
    known("kubernetes.io/aws-assume-role", "The role to take on in AWS to reach the cluster."),
    known("kubernetes.io/aws-external-id", "The external id for taking on that role."),
    known("kubernetes.io/x-k8s-aws-id", "The name of the cluster in AWS."),
    known(SUNSET_ON, "The day after which a deprecated entity is gone, as `2027-03-31`."),
    known(REPLACED_BY, "The ref of what takes the entity's place."),
    known("callboard.dev/datadog-service", "The value of the tag `service` in Datadog."),
    known(
        "callboard.dev/default-branch",
        "The repository's default branch, where the plugins' setting does not say it.",
    ),
    known(
        DOCS_VERSIONS,
        "Tags and branches whose docs are shown as versions, separated by commas: `v*, release/*`; `none` for no versions.",
    ),
];

const fn known(name: &'static str, about: &'static str) -> Annotation {
    Annotation { name, about }
}

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

/// Tags and branches whose docs are shown as versions.
pub const DOCS_VERSIONS: &str = "callboard.dev/docs-versions";

/// `backstage.io/techdocs-ref`
pub const TECHDOCS_REF: &str = "backstage.io/techdocs-ref";

/// `backstage.io/techdocs-entity`
pub const TECHDOCS_ENTITY: &str = "backstage.io/techdocs-entity";

/// `backstage.io/techdocs-entity-path`
pub const TECHDOCS_ENTITY_PATH: &str = "backstage.io/techdocs-entity-path";

/// `backstage.io/source-location`
pub const SOURCE_LOCATION: &str = "backstage.io/source-location";

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
