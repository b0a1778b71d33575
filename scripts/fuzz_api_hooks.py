"""What Schemathesis can't know about this API. `fuzz-api` gives it to it."""

import os

import schemathesis

# Whoever removes or locks out themselves has only refusals to look at from then on.
MYSELF = set(os.environ["FUZZ_MYSELF"].split())
NOBODY = "00000000-0000-4000-8000-000000000000"

# Refusals of what fits the document, by field: rules that a schema does not say.
RULES = {
    "cursor": "it is what the page before gave",
    "current_password": "it is one password only",
    "new_password": "a password that everybody has is refused",
    "until": "it is after `from`",
    "customer": "it or `customer_id`",
    "hold_id": "it or a time",
    "last_day": "it is not before `first_day`",
    "day": "it or `from` and `until`",
    "anyone": "it or `staff_id`",
    "staff_ids": "each is somebody of the business",
    "service_ids": "each is a service of the business",
    "zone": "a name of the IANA list",
}
# Text is trimmed before it is counted, and control characters are not text.
OF_TEXT = ("characters long, and is", "must not hold control characters", "must not hold the character U+0000")
# 4.0 is a whole number to a schema; ours are written without a point.
OF_NUMBERS = ("invalid type: floating point",)
# The document does not say which lists hold nothing twice.
OF_LISTS = ("each at most once",)
# Times are apart from each other, whatever a schema thinks of their form.
OF_TIME = ("must lie in the years 1900 to 2199", "is still to come", " overlap")


@schemathesis.hook
def before_call(ctx, case, kwargs):
    for name, value in (case.path_parameters or {}).items():
        if str(value) in MYSELF:
            case.path_parameters[name] = NOBODY
    # A made-up version is stale: without this, nothing would ever be changed.
    tag = (case.headers or {}).get("If-Match", "")
    if isinstance(tag, str) and tag.strip('"').isdecimal() and tag == f'"{tag.strip(chr(34))}"':
        case.headers["If-Match"] = f'"{int(tag.strip(chr(34))) % 3 + 1}"'


@schemathesis.check
def what_fits_is_let_in(ctx, response, case):
    """In place of `positive_data_acceptance`, which knows statuses only: a 400 must name a rule that the document can't say."""
    if response.status_code != 400 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    unknown = [
        error
        for error in response.json().get("errors") or [{"field": "", "message": "no field is named"}]
        if error["field"] not in RULES and not any(said in error["message"] for said in OF_TEXT + OF_NUMBERS + OF_LISTS + OF_TIME)
    ]
    if unknown:
        raise AssertionError(f"It fits the document, and was refused: {unknown}")
