#!/usr/bin/env python3
"""Measures the code base; see measures.sh."""

import collections
import pathlib
import re
import subprocess
import sys

USE = re.compile(r"^\s*(?:pub(?:\([^)]*\))? )?use ([\w:{}, \n*]+);", re.M)


def files(root):
    return sorted(pathlib.Path(root).rglob("*.rs"))


def without_tests(path):
    """The lines of a file without unit tests, which are in a module under `#[cfg(test)]`, up to its closing brace."""
    if path.name == "tests.rs" or "tests" in path.parts:
        return []
    kept, skipping, pending = [], False, False
    for line in path.read_text().splitlines():
        if skipping:
            skipping = line != "}"
        elif pending and re.match(r"(pub(\(.*\))? )?mod \w+", line):
            skipping, pending = line.endswith("{"), False
        elif re.fullmatch(r"#\[cfg\((all\()?test\b.*\]", line):
            pending = True
        elif not (pending and line.startswith("#[")):
            pending = False
            kept.append(line)
    return kept


def code(paths):
    lines = (line.strip() for path in paths for line in without_tests(path))
    return sum(1 for line in lines if line and not line.startswith("//"))


def module_of(root, path):
    parts = path.relative_to(root).with_suffix("").parts
    return tuple(part for part in parts if part not in ("mod", "lib", "main"))


def leaves(tree):
    """The paths of a `use` tree."""
    tree = tree.strip()
    opened = tree.find("{")
    if opened < 0:
        return [tree.split(" as ")[0]]
    depth, part, parts = 0, "", []
    for character in tree[opened + 1 : tree.rindex("}")]:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += character
    return [tree[:opened] + leaf for one in [*parts, part] if one.strip() for leaf in leaves(one)]


def imports(root):
    """Which module names which other, in its own imports and paths."""
    modules = {module_of(root, path) for path in files(root)}
    edges = collections.defaultdict(set)
    for path in files(root):
        module = module_of(root, path)
        text = "\n".join(line for line in without_tests(path) if not line.strip().startswith("//"))
        named = [leaf for tree in USE.findall(text) for leaf in leaves(tree.replace("\n", " "))]
        named += re.findall(r"\bcrate(?:::\w+)+", USE.sub("", text))
        for name in named:
            steps = [step.strip() for step in name.split("::")]
            if steps[0] == "crate":
                target = ()
            elif steps[0] == "self":
                target = module
            elif steps[0] == "super":
                target = module
                while steps[0] == "super":
                    target, steps = target[:-1], steps[1:]
                steps = ["", *steps]
            else:
                continue
            for step in steps[1:]:
                if (*target, step) not in modules:
                    break
                target = (*target, step)
            if target != module:
                edges[module].add(target)
    return edges


def circles(edges):
    """Groups of modules that reach each other, without the edges between a module and the modules around it."""
    related = lambda a, b: a == b[: len(a)] or b == a[: len(b)]
    graph = {a: {b for b in targets if not related(a, b)} for a, targets in edges.items()}

    def reached(start):
        seen, todo = set(), [start]
        while todo:
            for following in graph.get(todo.pop(), ()):
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        return seen

    reach = {module: reached(module) for module in graph}
    groups = {frozenset(b for b in reach[a] if a in reach.get(b, ())) for a in graph if a in reach[a]}
    return sorted(sorted("/".join(module) for module in group) for group in groups)


def folders(root, edges):
    """The same by folder: each module of the library's root counts as one."""
    is_folder = {module for module in (module_of(root, path) for path in files(root)) if (pathlib.Path(root, *module)).is_dir()}
    room = lambda module: next((module[:n] for n in range(len(module), 0, -1) if module[:n] in is_folder), module)
    by_folder = collections.defaultdict(set)
    for module, targets in edges.items():
        by_folder[room(module)] |= {room(target) for target in targets if target and room(target) != room(module)}
    return by_folder


def macros(*roots):
    return sum(len(re.findall(r"macro_rules!", path.read_text())) for root in roots for path in files(root))


def packages():
    tree = subprocess.run(
        ["cargo", "tree", "--locked", "--package", "countersign", "--edges", "normal", "--prefix", "none"],
        check=True, capture_output=True, text=True,
    )
    return len({line.split(" (")[0] for line in tree.stdout.splitlines()})


def main():
    library = files("src")
    diagnose = [path for path in library if "diagnose" in path.parts]
    measures = [
        ("code of src/ without diagnose", code(path for path in library if path not in diagnose), 7400),
        ("code of src/diagnose", code(diagnose), None),
        ("code of cli/src", code(files("cli/src")), None),
        ("code of sandbox/src", code(files("sandbox/src")), None),
        ("cfg( in src/", sum(path.read_text().count("cfg(") for path in library), 130),
        ("packages in the default tree", packages(), 117),
        ("macros in src/", macros("src"), 3),
        ("macros elsewhere", macros("cli", "sandbox", "tests", "bench", "examples"), 4),
    ]
    longest = [path for root in ["src", "cli", "sandbox", "bench", "tests"] for path in files(root)]
    longest = [str(path) for path in longest if len(path.read_text().splitlines()) > 500]
    measures.append(("files over 500 lines", len(longest), 0))
    found = circles(folders("src", imports("src")))
    measures.append(("import circles between folders of src/", len(found), 0))
    for root in ["cli/src", "sandbox/src"]:
        within = circles(imports(root))
        found += within
        measures.append((f"import circles in {root}", len(within), 0))

    for name, measured, bound in measures:
        passed = "" if bound is None or measured <= bound else f"   over {bound}"
        print(f"{measured:6}  {name}{passed}")
    for circle in found:
        print("        circle:", ", ".join(circle))
    for path in longest:
        print("        long:", path)
    if "--check" in sys.argv and any(bound is not None and measured > bound for _, measured, bound in measures):
        sys.exit(1)


main()
