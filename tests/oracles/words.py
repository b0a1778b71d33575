"""Twilio's own Python library judges our documents and our signatures: it builds the same documents, and signs and checks both ways."""

import inspect
import json
import random
import subprocess
import sys
import xml.etree.ElementTree as XML

from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

WORDS = sys.argv[1]
CASES = 3000
CLASSES = {"voice": VoiceResponse, "messaging": MessagingResponse}
# The library's own names for what is no word in Python.
RENAMED = {"from": "from_"}


def ours(command, lines=()):
    """What `twilio_words` answers, line by line."""
    given = "".join(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([WORDS, command], input=given, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def snake(name):
    name = "".join("_" + c.lower() if c.isupper() else c for c in name)
    return RENAMED.get(name, name)


def rebuild(parent, element):
    """Adds what `element` holds to `parent`, by the library's own methods. A word that it does not know is an error."""
    for child in element:
        method = getattr(parent, snake(child.tag[0].lower() + child.tag[1:]))
        known = inspect.signature(method).parameters
        values = {snake(name): value for name, value in child.attrib.items()}
        unknown = [name for name in values if name not in known]
        assert not unknown, f"<{child.tag}> has no {unknown}"
        text = [(child.text or "")] if not len(child) and child.text else []
        rebuild(method(*text, **values), child)


def judge_documents():
    documents = ours("documents")
    for document in documents:
        element = XML.fromstring(document["xml"].encode())
        built = CLASSES[document["kind"]]()
        rebuild(built, element)
        same = XML.canonicalize(str(built)) == XML.canonicalize(document["xml"])
        assert same, f"\nours:   {document['xml']}\ntheirs: {built}"
    return len(documents)


class Params(dict):
    """Names with all of their values, as web frameworks have them."""

    def getlist(self, name):
        return self[name]


def case(chance):
    letters = "aZ09 -_.~%+&=?#/'\"<>éß日本😀\t\n"
    word = lambda most: "".join(chance.choice(letters) for _ in range(chance.randint(0, most)))
    name = lambda: chance.choice(["CallSid", "From", "Body", "a", "A", "Digits", "x_y", "Ä", "param.1"])
    port = chance.choice(["", "", ":443", ":80", ":8080"])
    scheme = chance.choice(["https", "http"])
    path = chance.choice(["/", "/sms/status", "/voice/after/1", "/a%20b/c+d", "/x;y"])
    query = chance.choice(["", "", "?a=b", "?business=1&text=2", "?x=%27'&y=%2B+", "?empty=&=&a"])
    names = sorted({name() for _ in range(chance.randint(0, 6))})
    params = [(name, word(12)) for name in names for _ in range(chance.choice([1, 1, 1, 2, 3]))]
    chance.shuffle(params)
    return {
        "token": "".join(chance.choice("0123456789abcdef") for _ in range(32)),
        "url": f"{scheme}://book.example.com{port}{path}{query}",
        "params": params,
    }


def by_name(params):
    found = Params()
    for name, value in params:
        found.setdefault(name, []).append(value)
    return found


def spoil(chance, case, signature):
    """The same request with one thing changed."""
    case = dict(case, params=list(case["params"]), signature=signature)
    kind = chance.choice(["value", "name", "url", "token", "signature"])
    if kind == "value" and case["params"]:
        at = chance.randrange(len(case["params"]))
        name, value = case["params"][at]
        case["params"][at] = (name, value + "x")
    elif kind == "name":
        case["params"].append(("Injected", "1"))
    elif kind == "url":
        case["url"] += "&z=1" if "?" in case["url"] else "?z=1"
    elif kind == "token":
        case["token"] = case["token"][::-1] + "0"
    else:
        at = chance.randrange(8)
        case["signature"] = signature[:at] + ("A" if signature[at] != "A" else "B") + signature[at + 1 :]
    return case


def judge_signatures():
    chance = random.Random(20261121)
    cases = [case(chance) for _ in range(CASES)]
    theirs = [RequestValidator(c["token"]).compute_signature(c["url"], by_name(c["params"])) for c in cases]
    for one, signed in zip(cases, ours("sign", cases)):
        good = RequestValidator(one["token"]).validate(one["url"], by_name(one["params"]), signed)
        assert good, f"they refuse what we signed: {one}"
    for one, good in zip(cases, ours("check", [dict(c, signature=s) for c, s in zip(cases, theirs)])):
        assert good, f"we refuse what they signed: {one}"
    bad = [spoil(chance, c, s) for c, s in zip(cases, theirs)]
    for one, good in zip(bad, ours("check", bad)):
        also = RequestValidator(one["token"]).validate(one["url"], by_name(one["params"]), one["signature"])
        assert not good and not also, f"taken, though it was spoilt: {one}"
    return len(cases)


print(f"python twilio: {judge_documents()} documents are what it builds itself, every word of them known")
print(f"python twilio: {judge_signatures()} signatures agree each way, and as many spoilt ones are refused by both")
