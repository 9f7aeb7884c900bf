//! What arrives, and what happens when it does not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::*;
use crate::support::{Asked, until};

/// The signatures of a delivery that the secret made.
fn made_by(secret: &str, asked: &Asked) -> usize {
    let key = STANDARD.decode(&secret["whsec_".len()..]).expect("base64");
    let header = |name: &str| asked.header(name).expect("the header is there");
    let signed = format!("{}.{}.", header("svix-id"), header("svix-timestamp"));
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    mac.update(signed.as_bytes());
    mac.update(&asked.body);
    let own = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let signatures = header("svix-signature").split(' ');
    signatures.filter(|signature| *signature == own).count()
}

fn until_asked(receiver: &ScriptedServer, count: usize) -> Vec<Asked> {
    until(&format!("{count} deliveries"), || {
        let asked = receiver.asked();
        (asked.len() >= count).then_some(asked)
    })
}

#[test]
fn a_message_arrives_signed_as_it_was_given() {
    let sandbox = ready(SandboxOptions::default());
    let receiver = receiver(202);
    let url = format!("{}/hook?a=b", receiver.url());
    endpoint(&sandbox, &url, "ddctl");
    let id = message(&sandbox, "session.open");
    let asked = until_asked(&receiver, 1).remove(0);
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("POST", "/hook?a=b")
    );
    assert_eq!(asked.body, br#"{"z":1,"a":{"c":2,"b":3}}"#);
    assert_eq!(asked.header("svix-id"), Some(id.as_str()));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert_eq!(asked.header("user-agent"), Some("Svix-Webhooks/1.100.0"));
    assert_eq!(made_by(SECRET, &asked), 1);
    let attempt = until("an attempt", || attempts(&sandbox, "ddctl").pop());
    assert_eq!(
        (
            &attempt["status"],
            &attempt["statusText"],
            &attempt["responseStatusCode"]
        ),
        (&json!(0), &json!("success"), &json!(202))
    );
    assert_eq!(
        (&attempt["response"], &attempt["msgId"]),
        (&json!("thanks"), &json!(id))
    );
}

#[test]
fn what_fails_is_tried_eight_times_under_the_same_id() {
    let sandbox = ready(SandboxOptions::default().svix_speed(1_000_000));
    let receiver = receiver(500);
    endpoint(&sandbox, receiver.url(), "ddctl");
    let id = message(&sandbox, "session.open");
    let asked = until_asked(&receiver, 8);
    assert!(asked.iter().all(|it| it.header("svix-id") == Some(&id)));
    let path = format!("{APP}/endpoint/ddctl/msg?status=2");
    let failed = until("it has failed for good", || {
        let page = super::asked(&sandbox, "GET", &path, Value::Null, 200);
        page["data"].get(0).cloned()
    });
    assert_eq!(
        (&failed["id"], &failed["statusText"]),
        (&json!(id), &json!("fail"))
    );
    assert_eq!(receiver.asked().len(), 8);
}

#[test]
fn what_is_to_be_tried_again_is_being_sent_until_then() {
    let sandbox = ready(SandboxOptions::default());
    let receiver = receiver(503);
    endpoint(&sandbox, receiver.url(), "ddctl");
    let id = message(&sandbox, "session.open");
    let path = format!("{APP}/msg/{id}/endpoint");
    let standing = until("a first try", || {
        let page = super::asked(&sandbox, "GET", &path, Value::Null, 200);
        page["data"].get(0).cloned()
    });
    assert_eq!(
        (&standing["status"], &standing["uid"]),
        (&json!(3), &json!("ddctl"))
    );
    assert!(standing["nextAttempt"].is_string(), "{standing}");
}

#[test]
fn a_redirect_and_another_machine_are_failures() {
    let sandbox = ready(SandboxOptions::default());
    let moved = receiver(307);
    endpoint(&sandbox, moved.url(), "moved");
    endpoint(&sandbox, "http://10.0.0.1/", "elsewhere");
    message(&sandbox, "session.open");
    let attempt = until("an attempt", || attempts(&sandbox, "moved").pop());
    assert_eq!(
        (&attempt["status"], &attempt["responseStatusCode"]),
        (&json!(2), &json!(307))
    );
    let attempt = until("an attempt", || attempts(&sandbox, "elsewhere").pop());
    assert_eq!(
        (&attempt["status"], &attempt["responseStatusCode"]),
        (&json!(2), &json!(0))
    );
}

#[test]
fn a_new_header_waits_for_the_cache_unless_the_endpoint_is_touched() {
    let sandbox = ready(SandboxOptions::default());
    let receiver = receiver(202);
    endpoint(&sandbox, receiver.url(), "ddctl");
    message(&sandbox, "a");
    until_asked(&receiver, 1);
    let path = format!("{APP}/endpoint/ddctl");
    let headers = json!({"headers": {"DD-API-KEY": "fake"}});
    asked(&sandbox, "PATCH", &format!("{path}/headers"), headers, 204);
    message(&sandbox, "b");
    let second = until_asked(&receiver, 2).remove(1);
    assert_eq!(
        second.header("dd-api-key"),
        None,
        "the server still goes by its cache"
    );
    asked(
        &sandbox,
        "PATCH",
        &path,
        json!({"description": "touched"}),
        200,
    );
    message(&sandbox, "c");
    let third = until_asked(&receiver, 3).remove(2);
    assert_eq!(third.header("dd-api-key"), Some("fake"));
}

#[test]
fn after_a_rotation_both_secrets_sign() {
    let sandbox = ready(SandboxOptions::default());
    let receiver = receiver(202);
    endpoint(&sandbox, receiver.url(), "ddctl");
    let new = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4";
    let path = format!("{APP}/endpoint/ddctl/secret/rotate");
    asked(&sandbox, "POST", &path, json!({ "key": new }), 204);
    message(&sandbox, "a");
    let asked = until_asked(&receiver, 1).remove(0);
    assert_eq!((made_by(SECRET, &asked), made_by(new, &asked)), (1, 1));
}

#[test]
fn a_failed_one_is_sent_again_by_hand_and_only_once() {
    let sandbox = ready(SandboxOptions::default());
    let is_well = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = is_well.clone();
    let receiver = ScriptedServer::start(move |_| {
        let status = if seen.load(std::sync::atomic::Ordering::SeqCst) {
            200
        } else {
            500
        };
        (status, "text/plain", String::new())
    });
    endpoint(&sandbox, receiver.url(), "ddctl");
    let id = message(&sandbox, "a");
    until_asked(&receiver, 1);
    is_well.store(true, std::sync::atomic::Ordering::SeqCst);
    let recover = format!("{APP}/endpoint/ddctl/recover");
    let since = json!({"since": "2000-01-01T00:00:00Z", "until": "2000-01-02T00:00:00Z"});
    let task = asked(&sandbox, "POST", &recover, since, 202);
    assert_eq!(
        (&task["status"], &task["task"]),
        (&json!("running"), &json!("endpoint.recover"))
    );
    let resend = format!("{APP}/msg/{id}/endpoint/ddctl/resend");
    assert_eq!(asked(&sandbox, "POST", &resend, json!({}), 202), json!({}));
    let attempt = until("a second attempt", || {
        let attempts = attempts(&sandbox, "ddctl");
        (attempts.len() == 2).then(|| attempts[0].clone())
    });
    assert_eq!(
        (&attempt["triggerType"], &attempt["status"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(
        receiver.asked().len(),
        2,
        "the range of the recovery held nothing"
    );
}

#[test]
fn a_disabled_endpoint_gets_nothing_and_a_resend_says_202_all_the_same() {
    let sandbox = ready(SandboxOptions::default());
    let (off, on) = (receiver(202), receiver(202));
    endpoint(&sandbox, off.url(), "off");
    endpoint(&sandbox, on.url(), "on");
    let path = format!("{APP}/endpoint/off");
    asked(&sandbox, "PATCH", &path, json!({"disabled": true}), 200);
    let id = message(&sandbox, "a");
    let resend = |uid: &str| format!("{APP}/msg/{id}/endpoint/{uid}/resend");
    asked(&sandbox, "POST", &resend("off"), json!({}), 202);
    asked(&sandbox, "POST", &resend("on"), json!({}), 202);
    until_asked(&on, 2);
    assert!(off.asked().is_empty());
}

#[test]
fn datadogs_own_address_is_the_datadog_stand_in() {
    let sandbox = ready(SandboxOptions::default().index_delay("0s"));
    let key = sandbox.var("DD_API_KEY");
    let url = format!(
        "https://http-intake.logs.datadoghq.com/api/v2/logs?ddsource=hoop&dd-api-key={key}"
    );
    endpoint(&sandbox, &url, "ddctl");
    message(&sandbox, "a");
    until("the log is there", || {
        sandbox.has_received("logs", 1).then_some(())
    });
    let attempt = until("an attempt", || attempts(&sandbox, "ddctl").pop());
    assert_eq!(attempt["responseStatusCode"], 202);
}
