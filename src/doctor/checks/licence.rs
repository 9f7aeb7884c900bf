//! The licence gate: which sessions does the gateway refuse because of its licence?
//!
//! Under the open-source licence every session on a connection that is attached to the plugin
//! `webhooks` is refused, and under an enterprise licence that does not verify every session is
//! (hoophq/hoop `gateway/transport/plugins/webhooks/webhooks.go`, `gateway/transport/server.go`).

use super::some;
use crate::doctor::away::unanswered;
use crate::doctor::finding::{Finding, Repair};
use crate::doctor::subject::Subject;
use crate::domain::delivery::Delivery;
use crate::gateway::{Attached, LicenceKind, ServerInfo};

pub async fn look(subject: &Subject) -> Finding {
    let server = match subject.server().await {
        Ok(Ok(server)) => server,
        Ok(Err(error)) => return unanswered(error),
        Err(shut) => return shut,
    };
    let plugin = match subject.plugin().await {
        Ok(Ok(plugin)) => plugin,
        Ok(Err(error)) => return unanswered(error),
        Err(shut) => return shut,
    };
    let attached = plugin.as_ref().map(|plugin| plugin.connections.as_slice());
    let attached = attached.unwrap_or_default();
    judge(server, attached, subject.local.delivery)
}

fn judge(server: &ServerInfo, attached: &[Attached], delivery: Option<Delivery>) -> Finding {
    let licence = &server.licence;
    let names: Vec<&str> = attached.iter().map(|it| it.name.as_str()).collect();
    match licence.kind {
        LicenceKind::Enterprise if licence.is_valid => {
            let finding = Finding::ok().note("enterprise licence, valid");
            match (names.is_empty(), server.has_webhook_app_key) {
                (true, _) => {
                    let told = "no connection is attached to the webhooks plugin";
                    unpushed(finding, told, delivery, ATTACHING)
                }
                (false, true) => {
                    finding.note(format!("session events are pushed for {}", some(&names)))
                }
                // What has to be set is told by the check `webhooks`.
                (false, false) => finding.note(format!(
                    "{} attached, and nothing is pushed without WEBHOOK_APPKEY",
                    some(&names)
                )),
            }
        }
        LicenceKind::Enterprise | LicenceKind::Unknown if !licence.is_valid => {
            let why = match licence.verify_error.as_str() {
                "" => licence.status.as_str(),
                why => why,
            };
            Finding::problem(format!(
                "the licence does not verify ({why}): every session on the gateway is refused"
            ))
            .fix("renew the licence (PUT /orgs/license, or the gateway's settings page)")
        }
        _ if names.is_empty() => unpushed(
            Finding::ok(),
            "open-source licence: sessions work, and the gateway pushes no session events",
            delivery,
            POLLING,
        )
        .note("no connection is attached to the webhooks plugin, which is as it has to be"),
        // Without its Svix key the plugin does nothing, so nothing is refused.
        _ if !server.has_webhook_app_key => Finding::warning(format!(
            "open-source licence and attached connections ({}): once WEBHOOK_APPKEY is set, every \
             session on them is refused",
            some(&names)
        ))
        .fix(detaching())
        .repair(Repair::Detach(attached.to_vec())),
        _ => Finding::problem(format!(
            "open-source licence and attached connections: every session on {} is refused",
            some(&names)
        ))
        .fix(detaching())
        .repair(Repair::Detach(attached.to_vec())),
    }
}

/// What it means for the profile that the gateway pushes nothing.
fn unpushed(finding: Finding, told: &str, delivery: Option<Delivery>, fix: &str) -> Finding {
    match delivery {
        Some(Delivery::Webhook) => finding
            .fail(format!(
                "{told}: by webhook, as the profile delivers, nothing arrives"
            ))
            .fix(fix),
        Some(Delivery::Relay) => finding
            .warn(format!(
                "{told}: the relay finds sessions at --reconcile-every alone, minutes late"
            ))
            .fix(fix),
        Some(Delivery::Export | Delivery::Follow) | None => finding.note(told),
    }
}

const ATTACHING: &str = "`ddctl webhooks register --to … --attach '*'` has the gateway push them";
const POLLING: &str = "ship by polling: `ddctl sessions export --follow --to logs`, and \
     `ddctl config set delivery follow`";

fn detaching() -> &'static str {
    "take them off the webhooks plugin: DELETE /api/plugins/webhooks/conn/CONNECTION-ID as admin, or \
     `ddctl doctor --fix`; `ddctl sessions export --follow` ships the same events without webhooks"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    fn judged(licence: &str, has_key: bool, names: &[&str]) -> Finding {
        let body = format!(
            r#"{{"version":"1","has_webhook_app_key":{has_key},"license_info":{licence}}}"#
        );
        let server: ServerInfo = serde_json::from_str(&body).expect("server info");
        let attached = names.iter().map(|name| Attached {
            id: format!("id-{name}"),
            name: (*name).to_owned(),
        });
        judge(&server, &attached.collect::<Vec<_>>(), None)
    }

    const OSS: &str = r#"{"type":"oss","is_valid":true,"status":"valid"}"#;

    #[test]
    fn an_attached_connection_under_the_open_source_licence_is_a_problem_with_a_way_out() {
        let finding = judged(OSS, true, &["pg-prod"]);
        assert_eq!(finding.state, State::Problem);
        assert!(
            finding.evidence[0].contains("pg-prod is refused"),
            "{finding:?}"
        );
        assert!(matches!(&finding.repairs[..], [Repair::Detach(all)] if all[0].id == "id-pg-prod"));
        assert_eq!(judged(OSS, false, &["pg-prod"]).state, State::Warning);
        assert_eq!(judged(OSS, true, &[]).state, State::Ok);
    }

    #[test]
    fn a_profile_that_waits_for_pushes_is_told_that_there_are_none() {
        let of = |licence: &str, delivery| {
            let body =
                format!(r#"{{"version":"1","has_webhook_app_key":true,"license_info":{licence}}}"#);
            let server: ServerInfo = serde_json::from_str(&body).expect("server info");
            judge(&server, &[], Some(delivery))
        };
        let valid = r#"{"type":"enterprise","is_valid":true,"status":"valid"}"#;
        for (licence, way_out) in [(OSS, "--follow"), (valid, "--attach")] {
            let nothing = of(licence, Delivery::Webhook);
            assert_eq!(nothing.state, State::Problem, "{nothing:?}");
            assert!(nothing.fixes[0].contains(way_out), "{nothing:?}");
            assert_eq!(of(licence, Delivery::Relay).state, State::Warning);
            assert_eq!(of(licence, Delivery::Follow).state, State::Ok);
        }
    }

    #[test]
    fn a_licence_that_does_not_verify_refuses_every_session() {
        let expired = r#"{"type":"enterprise","is_valid":false,"status":"expired"}"#;
        let finding = judged(expired, true, &[]);
        assert_eq!(finding.state, State::Problem);
        assert!(finding.evidence[0].contains("(expired)"), "{finding:?}");
        let valid = r#"{"type":"enterprise","is_valid":true,"status":"valid"}"#;
        assert_eq!(judged(valid, true, &["pg-prod"]).state, State::Ok);
    }
}
