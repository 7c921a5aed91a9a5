"""Says where poller and another reader of mail disagree, by class: compare.py OURS OTHERS NAME, two outputs in the format
of part_tree.cc. docs/parsing.md says for each class who is right."""
import collections
import sys


def load(path):
    mails, defects = collections.OrderedDict(), collections.defaultdict(list)
    with open(path, encoding="utf-8", errors="replace", newline="\n") as file:
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if fields[0] == "D":
                defects[fields[1]].append(fields[2])
            elif fields[0] == "P":
                mails.setdefault(fields[1], []).append(tuple(fields[2:6]))
    return mails, defects


def tree(parts):
    return [(depth, kind) for depth, kind, _, _ in parts]


def tree_class(ours, theirs, defects):
    words = " ".join(defects)
    for sign, name in (
        ("boundary", "a boundary that is missing, wrong or not closed"),
        ("closing", "a boundary that is missing, wrong or not closed"),
        ("Content-Type that is none", "a Content-Type that is none"),
        ("empty line", "no empty line after the header"),
        ("header line", "a header line that is none"),
        ("nested deeper", "beyond a limit"),
        ("more than", "beyond a limit"),
    ):
        if sign in words:
            return name
    kinds, others = [k for _, k in tree(ours)], [k for _, k in tree(theirs)]
    if any(k == "application/pkcs7-mime" for k in kinds):
        return "signed S/MIME opened"
    if len(kinds) == len(others) and any(a.startswith("message/") or b.startswith("message/") for a, b in zip(kinds, others)):
        return "the type of an enclosed message"
    if len(kinds) == len(others):
        return "the type of a part"
    return "other trees"


def name_class(ours, theirs):
    if "/" in theirs or "\\" in theirs:
        return "names with a path"
    if not theirs:
        return "names found by poller alone"
    if not ours:
        return "names found by the other alone"
    if "\ufffd" in theirs or "=?" in theirs or "?" in theirs:
        return "names whose charset or encoded words the other could not read"
    return "other names"


def hash_class(kind, defects):
    words = " ".join(defects)
    for sign in ("base64", "quoted-printable", "uuencode"):
        if sign in words:
            return "contents: faulty " + sign
    return "contents: text" if kind.startswith("text/") else "contents: other"


def main(ours_path, theirs_path, other):
    ours, defects = load(ours_path)
    theirs, _ = load(theirs_path)
    classes = collections.defaultdict(list)
    same = 0
    for path, parts in ours.items():
        others = theirs.get(path)
        if others is None:
            classes["not read by the other"].append(path)
            continue
        if tree(parts) != tree(others):
            classes["tree: " + tree_class(parts, others, defects[path])].append(path)
            continue
        found = set()
        for (_, kind, name, digest), (_, _, other_name, other_digest) in zip(parts, others):
            if name != other_name:
                found.add(name_class(name, other_name))
            if digest != other_digest and "-" not in (digest, other_digest):
                found.add(hash_class(kind, defects[path]))
        for what in found:
            classes[what].append(path)
        same += not found
    print(f"{other}: {len(ours)} mails, {same} read alike")
    for what, paths in sorted(classes.items(), key=lambda item: -len(item[1])):
        print(f"  {len(paths):5}  {what}   e.g. {paths[0]}")


main(*sys.argv[1:4])
