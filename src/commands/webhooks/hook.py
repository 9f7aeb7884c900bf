# Sends a session's opening or closing to Datadog. Printed by ddctl; the same file serves as
# hoop-hooks/session-open.runbook.py and hoop-hooks/session-close.runbook.py.
# The agent runs it with python3 for 15 s at most; DD_API_KEY has to be in the agent's environment.
# Names of environment variables, scripts and output stay where they are: secrets may be in them.
import base64, hashlib, json, os, urllib.request

SERVICE = @SERVICE@
TAGS = @TAGS@
INTAKE = "https://" + @HOST@ + "/api/v2/logs"


def payload():
    text = os.environ["HOOP_RUNBOOK_HOOK_PAYLOAD"]
    if not text.lstrip().startswith("{"):
        text = base64.b64decode(text).decode("utf-8")
    return json.loads(text)


def event_id(session, kind):
    # The id that ddctl gives the same event on any other road.
    digest = hashlib.sha256()
    for part in ("ddctl/event/1", session, kind):
        data = part.encode("utf-8")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:32]


def event(hook):
    session, opened = hook["sid"], hook.get("event_session_open")
    kind = "session.open" if opened else "session.close"
    made = {
        "ddsource": "hoop", "service": SERVICE, "ddtags": TAGS, "status": "info",
        "evt": {"name": kind, "id": event_id(session, kind), "incomplete": True},
        "session": {"id": session},
    }
    if opened:
        made["usr"] = {"email": opened.get("user_email")}
        made["connection"] = {
            "name": opened.get("connection_name"),
            "type": opened.get("connection_type"),
            "subtype": opened.get("connection_subtype"),
        }
        made["session"]["verb"] = opened.get("verb")
        made["message"] = "%s opened a session on %s" % (
            opened.get("user_email") or "somebody", opened.get("connection_name"))
    else:
        code = (hook.get("event_session_close") or {}).get("exit_code")
        failed = code not in (0, None, -2)
        made["session"]["exit_code"] = code
        made["status"] = "error" if failed else "info"
        made["message"] = "session %s ended with %s" % (session, code)
    return made


request = urllib.request.Request(
    INTAKE, json.dumps([event(payload())]).encode("utf-8"),
    {"Content-Type": "application/json", "DD-API-KEY": os.environ["DD_API_KEY"]})
with urllib.request.urlopen(request, timeout=10) as answer:
    print("sent, Datadog answered", answer.status)
