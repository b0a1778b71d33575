"""`streamdouble`, somebody else's stand-in for Twilio's Media Streams, calls a running server and books.

The caller's words ride in the sound as typed frames, because the server has no ears here; that the sound goes both ways, at its pace, with its
marks, is what is judged. It signs nothing, so the server runs without a token, as on a developer's machine.
"""

import asyncio
import base64
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import xml.etree.ElementTree as XML
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from streamdouble.protocol import StreamIdentity
from streamdouble.scenario import Say, Scenario, Wait, WaitFor
from streamdouble.session import Session, SessionConfig

RINGBOOK, WORDS = sys.argv[1:3]
CALLER, SERVICE = "+14155550199", "Vaccination"


def ask(url, form=None, token=None, body=None):
    data = urllib.parse.urlencode(form).encode() if form else json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data=data)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if body:
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=15) as answer:
        return answer.read().decode()


def frames_of(text):
    done = subprocess.run([WORDS, "speak"], input=json.dumps(text) + "\n", capture_output=True, text=True, check=True)
    return [base64.b64decode(frame) for frame in json.loads(done.stdout)]


def start(folder):
    """The server, its address, and a credential for its demo business."""
    environment = {"PATH": os.environ["PATH"], "LISTEN": "127.0.0.1:0", "LOG": "warn"}
    server = subprocess.Popen([RINGBOOK], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    said = ""
    for line in server.stdout:
        said += line
        if line.startswith("Ringbook answers on "):
            break
    base = said.split("Ringbook answers on ")[1].split()[0]
    login = {"email": "owner@example.com", "password": re.search(r"the password (\S+)", said)[1]}
    token = json.loads(ask(f"{base}/api/v1/auth/login", body=login))["access_token"]
    return server, base, token


def free_time(base, token):
    """A time next week or so that can be had, as the house's clock shows it."""
    services = json.loads(ask(f"{base}/api/v1/services", token=token))["items"]
    service = next(service for service in services if service["name"] == SERVICE)
    slots = json.loads(ask(f"{base}/api/v1/availability?service_id={service['id']}", token=token))["items"]
    times = [datetime.fromisoformat(slot["starts_at"]).astimezone(ZoneInfo("America/New_York")) for slot in slots]
    return next(time for time in times[len(times) // 2 :] if time.minute == 0 and 9 <= time.hour <= 11)


async def call(base, wanted):
    identity = StreamIdentity()
    form = {"CallSid": identity.call_sid, "AccountSid": identity.account_sid, "From": CALLER, "To": "+14155550100",
            "CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01"}
    document = XML.fromstring(ask(f"{base}/voice/incoming", form=form))
    url = document.find("./Connect/Stream").attrib["url"]
    lines = [
        f"Hello, this is Rosa, I would like a {SERVICE.lower()} with anyone on {wanted:%A} the {wanted.day} of {wanted:%B} "
        f"at {wanted.hour} in the morning",
        "yes, that number is fine",
        "yes please",
        "no thank you, goodbye",
    ]
    steps = []
    for line in lines:
        # Silence since the agent last spoke counts as quiet, so the agent is given its time to begin.
        steps += [WaitFor("quiet", timeout_s=30.0), Say(Path(line[:20]), frames=frames_of(line)), Wait(2.5)]
    steps.append(WaitFor("quiet", timeout_s=10.0))
    scenario = Scenario(name="books", steps=steps)
    session = Session(url, scenario=scenario, config=SessionConfig(quiet_period_s=1.5, max_drain_s=10.0), identity=identity)
    result = await session.run()
    after = dict(form, CallStatus="in-progress")
    action = document.find("./Connect").attrib["action"].split("#")[0]
    ended = XML.fromstring(ask(action, form=after))
    return result, [verb.tag for verb in ended]


def main():
    with tempfile.TemporaryDirectory() as folder:
        server, base, token = start(folder)
        try:
            wanted = free_time(base, token)
            result, then = asyncio.run(call(base, wanted))
            bookings = json.loads(ask(f"{base}/api/v1/bookings?source=phone", token=token))["items"]
            calls = json.loads(ask(f"{base}/api/v1/calls", token=token))["items"]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)
    heard = len(result.audio_received) / 8000
    assert not result.violations, result.violations
    assert heard > 5, f"the agent was heard for {heard} s only"
    assert result.marks_received and len(result.marks_echoed) == len(result.marks_received)
    assert then == ["Hangup"], then
    times = [datetime.fromisoformat(booking["starts_at"]) for booking in bookings]
    assert times == [wanted], f"booked {times}, and wanted {wanted}; the call came to {calls[0]['outcome']}"
    assert calls[0]["outcome"] == "booked", calls
    print(
        f"streamdouble: a call of {len(result.marks_echoed)} marks and {heard:.0f} s of sound booked {wanted:%A %H:%M}; "
        "no violations of the protocol"
    )


main()
