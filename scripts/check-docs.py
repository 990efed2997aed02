#!/usr/bin/env python3
"""Runs the command blocks of all pages, and reads their other blocks with a parser.

The blocks of one page run in order, in one shell, in a folder of their own that begins as a copy of docs/samples. The shell has
the variables of docs/samples/example.env, and `countersign` as it was built last. A command that ends in `&` is a server: the
next command waits for its first line, and the server ends with the page. Where Linux allows it, the shell has a network of its own
with nothing but loopback, so that no port is taken and no provider is called.

`sh` blocks are run. `console` blocks show each command behind `$`, and its output, where `…` stands for any text. A comment
in the line above a block says what a reader does not need to see:

    <!-- not run: REASON -->     the block cannot run here
    <!-- exit code N -->         how the last command of the block ends, if not with 0
    <!-- given: COMMAND -->      what is there already, such as a server of the reader's
"""

import configparser
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "docs/samples"
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug"
# Where rustdoc finds the examples in Rust, which `cargo test --doc` runs.
DOCTESTS = [ROOT / "src/lib.rs", ROOT / "sandbox/src/lib.rs"]
COMMENT = re.compile(r"<!-- (not run|exit code|given):? (.+) -->$")
# Commands that neither a test nor this script runs: they build, install, or need another machine.
NEVER_RUN = re.compile(r"^(cargo|docker|git|kubectl|systemctl|sudo|RUSTC_BOOTSTRAP=1)\b", re.MULTILINE)

PRELUDE = """
set -euo pipefail
trap 'echo "$BASH_COMMAND" >"$STATE/command"' ERR
started() { # FILE PID: waits for the first line that a server prints, and sees that it goes on
    for _ in $(seq 100); do
        [ -s "$1" ] && break
        sleep 0.1
    done
    sleep 0.1
    kill -0 "$2" 2>/dev/null && [ -s "$1" ] || { cat "$1" >&2; echo "the server has not started" >&2; false; }
}
ends_with() { # CODE COMMAND
    local code=0
    eval "$2" || code=$?
    [ "$code" = "$1" ] || { echo "it ended with $code, not with $1" >&2; false; }
}
"""


class Wrong(Exception):
    pass


class Block:
    def __init__(self, line, language, text, comments):
        self.line, self.language, self.text = line, language, text
        self.reason = comments.get("not run")
        self.exit_code = comments.get("exit code", "0")
        self.given = comments.get("given", [])


def blocks(page):
    """The fenced blocks of a page, each with the comments right above it."""
    found, comments, fence = [], {}, None
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if fence is not None:
            if line.strip() == "```":
                found.append(Block(*fence[:2], "\n".join(fence[2]), comments))
                fence, comments = None, {}
            else:
                fence[2].append(line)
        elif line.startswith("```"):
            fence = [number, line.removeprefix("```").split(",")[0], []]
            if line.endswith(",ignore"):
                fence[1] = "ignored rust"
        elif comment := COMMENT.match(line):
            if comment[1] == "given":
                comments.setdefault("given", []).append(comment[2])
            else:
                comments[comment[1]] = comment[2]
        elif comments:
            raise Wrong(f"{number}: a comment about a block stands above no block")
    if fence is not None or comments:
        raise Wrong("the last block does not end")
    return found


def commands(block):
    """Each command of a block as one text, and the output that a console block shows for it; nothing for a server."""
    if block.language == "sh":
        return [(one, None) for one in joined(block.text.splitlines())]
    shown = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            shown.append((line[2:], []))
        elif shown and shown[-1][0].endswith("\\"):
            shown[-1] = (shown[-1][0] + "\n" + line.removeprefix("> "), [])
        elif shown:
            shown[-1][1].append(line)
        else:
            raise Wrong("a console block begins with `$ `")
    return shown


def joined(lines):
    """Joins lines that end in a backslash, and the lines of a here-document."""
    found, ending = [], None
    for line in lines:
        if ending or (found and found[-1].endswith("\\")):
            found[-1] += "\n" + line
            ending = None if line == ending else ending
        else:
            found.append(line)
            if here := re.search(r"<<-?'?(\w+)'?", line):
                ending = here[1]
    return [one for one in found if one.strip() and not one.lstrip().startswith("#")]


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def script(page_blocks):
    """The shell script of a page, and what each of its outputs must be."""
    lines, expected = [PRELUDE], {}
    for block in page_blocks:
        here = commands(block)
        given = [(command, None) for command in block.given]
        lines.append(f'echo {block.line} >"$STATE/line"')
        for command, shown in given + here:
            server = re.search(r"\s&\s*(#.*)?$", command)
            output = f"output-{len(lines)}"
            if server:
                lines.append(f'{command[: server.start()]} >"$STATE/{output}" 2>&1 &')
                lines.append(f'started "$STATE/{output}" $!')
            else:
                if block.exit_code != "0" and command is here[-1][0]:
                    command = f"ends_with {block.exit_code} {quoted(command)}"
                if shown is not None:
                    command = f'{{ {command}\n}} >"$STATE/{output}" 2>&1'
                lines.append(command)
            if shown is not None and not server:
                expected[output] = (block.line, "\n".join(shown))
    return "\n".join(lines) + "\n", expected


def is_as_shown(shown, printed):
    """Whether an output is what the page shows, where `…` stands for any text."""
    pattern = ".*".join(re.escape(part) for part in shown.rstrip().split("…"))
    return re.fullmatch(pattern, printed.rstrip(), re.DOTALL)


def shell():
    """The shell that runs a page, in a network of its own if there can be one."""
    alone = ["unshare", "--map-root-user", "--net", "bash", "-c", 'ip link set lo up && exec bash -c "$0"']
    try:
        has_own = subprocess.run([*alone, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        has_own = False
    return alone if has_own else ["bash", "-c"]


def run(page_blocks):
    text, expected = script(page_blocks)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as state:
        folder, state = pathlib.Path(folder), pathlib.Path(state)
        shutil.copytree(SAMPLES, folder, dirs_exist_ok=True)
        shutil.copytree(ROOT / "declarations", folder / "declarations")
        variables = {"HOME": str(folder), "LANG": "C.UTF-8", "STATE": str(state)}
        variables["PATH"] = f"{TARGET}:/usr/local/bin:/usr/bin:/bin"
        for line in (SAMPLES / "example.env").read_text().splitlines():
            name, _, value = line.partition("=")
            variables[name] = value.strip("'")
        ran = subprocess.Popen(
            [*shell(), text], cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )
        try:
            # A server would keep the pipe open if it inherited it; each server writes to a file instead.
            said, _ = ran.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            said = "it does not end within 30 s"
            ran.returncode = None
        finally:
            try:
                os.killpg(ran.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for output, (line, shown) in expected.items():
            printed = state / output
            if printed.exists() and not is_as_shown(shown, printed.read_text()) and ran.returncode == 0:
                raise Wrong(f"{line}: this is printed, and not what is shown:\n{printed.read_text()}")
        if ran.returncode != 0:
            line = (state / "line").read_text().strip()
            command = (state / "command").read_text() if (state / "command").exists() else ""
            last = max(state.glob("output-*"), key=lambda file: file.stat().st_mtime, default=None)
            printed = last.read_text() if last else ""
            raise Wrong(f"{line}: this fails: {command}\n{said}{printed}")


def yaml_documents(text):
    try:
        import yaml
    except ImportError:
        print("YAML is not read: PyYAML is not installed")
        return
    list(yaml.safe_load_all(text))


def toml(text):
    """Fails for what is no TOML. tests/declared/docs.rs checks the examples of docs/declarations.md."""
    if tomllib.loads(text).keys() >= {"name", "let"}:
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(text)
            file.flush()
            checked = subprocess.run([TARGET / "countersign", "check", file.name], capture_output=True, text=True)
            if checked.returncode != 0:
                raise ValueError(checked.stdout + checked.stderr)


PARSERS = {
    "toml": toml,
    "yaml": yaml_documents,
    "json": json.loads,
    "ini": lambda text: configparser.RawConfigParser(strict=False).read_string(text),
    "text": str,
}


def check(page):
    found = blocks(page)
    ours = []
    doctested = any(
        str(page.relative_to(ROOT)) in str((lib.parent / name).resolve())
        for lib in DOCTESTS
        for name in re.findall(r'include_str!\("([^"]+\.md)"\)', lib.read_text())
    )
    for block in found:
        if block.language in ("sh", "console"):
            if block.reason is None:
                if NEVER_RUN.search(block.text):
                    raise Wrong(f"{block.line}: a block that does not run needs a comment, `<!-- not run: REASON -->`")
                ours.append(block)
        elif block.reason:
            continue
        elif block.language == "rust":
            if not doctested:
                raise Wrong(f"{block.line}: no doctest includes this page")
        elif block.language in PARSERS:
            try:
                PARSERS[block.language](block.text)
            except Exception as error:
                raise Wrong(f"{block.line}: {error}")
        else:
            raise Wrong(f"{block.line}: nothing reads `{block.language}`: give `<!-- not run: REASON -->`")
    if ours:
        run(ours)
    return len(ours), sum(block.reason is not None for block in found), len(found)


def main():
    given = [pathlib.Path(name).resolve() for name in sys.argv[1:]]
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    pages = given or [ROOT / name for name in listed.stdout.split()]
    failed, counts = 0, [0, 0, 0]
    for page in pages:
        try:
            counts = [sum(pair) for pair in zip(counts, check(page))]
        except Wrong as wrong:
            failed += 1
            print(f"{page.relative_to(ROOT)}:{wrong}", file=sys.stderr)
    print(f"{counts[0]} blocks ran, {counts[1]} have a reason not to, {counts[2]} in all")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
