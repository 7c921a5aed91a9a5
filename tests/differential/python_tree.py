"""Prints the part trees of mails as Python's email package reads them, in the format of part_tree.cc."""
import email
import email.header
import email.utils
import hashlib
import sys


def decoded(name):
    """A file name with its encoded words, which get_filename() leaves as they are."""
    name = email.utils.collapse_rfc2231_value(name)
    try:
        pieces = email.header.decode_header(name)
        return "".join(p if isinstance(p, str) else p.decode(c or "ascii", "replace") for p, c in pieces)
    except (LookupError, email.errors.HeaderParseError):
        return name


def print_part(path, depth, part):
    kind = " ".join(part.get_content_type().split())
    name = part.get_filename()
    name = " ".join(decoded(name).split()) if name else ""
    name = name.encode("utf-8", "replace").decode()
    children = part.get_payload() if part.is_multipart() and not kind.startswith("message/") else None
    digest = "-"
    if children is None and not kind.startswith("message/"):
        digest = hashlib.sha256(part.get_payload(decode=True) or b"").hexdigest()
    print("P", path, depth, kind, name, digest, sep="\t")
    for child in children or ():
        print_part(path, depth + 1, child)


for argument in sys.argv[1:]:
    with open(argument, "rb") as file:
        raw = file.read()
    while raw.startswith(b"From "):  # a line of an mbox
        raw = raw.partition(b"\n")[2]
    try:
        print_part(argument, 0, email.message_from_bytes(raw))
    except Exception as problem:  # it has its faults; they are not ours to find
        print("D", argument, "Python: " + type(problem).__name__, sep="\t")
