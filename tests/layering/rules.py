# SPDX-License-Identifier: Apache-2.0
"""The rules of the source tree. Each rule takes {path: text} and gives a list of violations, "path:line: what"."""
import re

# A folder of include/, src/ may include only the folders in its row; apps may include all of them.
ALLOWED = {
    "base": "",
    "http": "base",
    "sandbox": "base",
    "formats": "base",
    "record": "base formats",
    "text": "base formats",
    "calls": "base record text",
    "lm": "base formats text",
    "tools": "base calls formats http lm record sandbox text",
    "decode": "base calls record text lm tools",
    "model": "base formats text lm",
    "annotate": "base calls record text lm tools decode",
    "generate": "base calls record text lm tools decode",
    "eval": "base calls formats record text lm tools decode",
    "filter": "base calls record text lm tools",
    "inspect": "base record text",
    "finetune": "base calls formats record text lm model",
}
ALLOWED = {folder: set(row.split()) for folder, row in ALLOWED.items()}
# The wings of a large folder: which of its other wings each may include. What lies in the folder itself may include
# all of them, and none of them may include it.
WINGS = {
    "model/architecture": "",
    "model/cpu": "",
    "model/network": "architecture cpu",
    "model/weights": "architecture network",
    "model/engine": "architecture cpu network",
    "tools/contract": "",
    "tools/builtin": "contract",
    "tools/transport": "contract",
    "tools/translate": "contract transport",
    "tools/remote": "contract transport translate",
    "tools/mcp": "contract transport",
    "tools/dispatch": "builtin contract mcp remote translate transport",
    "finetune/corpus": "",
    "finetune/parallel": "",
    "finetune/training": "corpus parallel",
    "finetune/checkpoint": "parallel training",
}
WINGS = {wing: set(row.split()) for wing, row in WINGS.items()}
TORCH_FOLDERS = {"model", "finetune"}
TORCH_HEADER = re.compile(r"(torch|ATen|c10|caffe2)/")
# What callers outside model/ need: no torch in it, so that apps compile without libtorch's headers.
TORCH_FREE = {"architecture/config", "convert", "cpu/process", "describe", "load"}
TORCH_FREE = {f"include/toolformer/model/{name}.h" for name in TORCH_FREE}

MAX_LINES = 500
MAX_PROGRAM_LINES = 100
MIN_MIRRORED = 0.9
BANNED_STEMS = {"util", "utils", "common", "helper", "helpers", "misc"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def is_cpp(path):
    return path.endswith((".h", ".cpp"))


def is_product(path):
    return is_cpp(path) and path.startswith(("include/", "src/", "apps/"))


def folder_of(path):
    """"include/toolformer/filter/x.h" and "src/filter/x.cpp" -> "filter"; "apps/x.cpp" -> "apps"."""
    parts = path.split("/")
    if parts[0] == "include":
        return parts[2] if len(parts) > 3 else ""
    if parts[0] == "src":
        return parts[1] if len(parts) > 2 else ""
    return parts[0]


def wing_of(path):
    """"src/model/engine/x.cpp" -> "engine"; "" for what lies in the folder itself."""
    parts = path.removeprefix("include/toolformer/").removeprefix("src/").split("/")
    return parts[1] if len(parts) > 2 and path.startswith(("include/toolformer/", "src/")) else ""


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def code_lines(text):
    """Numbered lines without comments and string literals."""
    return enumerate(COMMENT_OR_STRING.sub(blank, text).split("\n"), 1)


def includes(text):
    for number, line in enumerate(text.split("\n"), 1):
        if found := INCLUDE.match(line):
            yield number, found.group(1) == "<", found.group(2)


def direction(files):
    """Only the allowed folders are included, and only by their full path."""
    bad = []
    for path, text in files.items():
        if not is_product(path):
            continue
        folder, wing = folder_of(path), wing_of(path)
        room = f"{folder}/{wing}" if wing else folder
        if folder != "apps" and (folder not in ALLOWED or (wing and room not in WINGS)):
            bad.append(f"{path}:1: folder '{room}' has no row in tests/layering/rules.py")
            continue
        for number, _, name in includes(text):
            if name.startswith("../") or "/../" in name:
                bad.append(f"{path}:{number}: include by full path, not {name}")
            parts = name.split("/")
            if parts[0] != "toolformer" or len(parts) < 3 or folder == "apps":
                continue
            if parts[1] != folder and parts[1] not in ALLOWED[folder]:
                allowed = " ".join(sorted(ALLOWED[folder])) or "nothing"
                bad.append(f"{path}:{number}: {folder} may include {allowed}, not {parts[1]} ({name})")
            target = parts[2] if len(parts) > 3 else ""
            if parts[1] == folder and wing and target != wing and target not in WINGS[room]:
                allowed = " ".join(sorted(WINGS[room])) or "no other wing"
                bad.append(f"{path}:{number}: {room} may include {allowed}, not {target or folder} ({name})")
    return bad


def libraries(files):
    """DEPENDS in src/<folder>/CMakeLists.txt stays within the same table."""
    bad = []
    for path, text in files.items():
        found = re.fullmatch(r"src/(\w+)/CMakeLists\.txt", path)
        if not found:
            continue
        folder = found.group(1)
        call = re.search(r"toolformer_library\((.*?)\)", re.sub(r"#[^\n]*", "", text), re.DOTALL)
        words = call.group(1).split() if call else []
        linked = [word.removeprefix("toolformer::") for word in words if word.startswith("toolformer::")]
        if "DEPENDS" in words:
            for word in words[words.index("DEPENDS") + 1 :]:
                if word in ("SOURCES", "LINK"):
                    break
                linked.append(word)
        for word in linked:
            if word not in ALLOWED.get(folder, set()):
                bad.append(f"{path}:1: {folder} may not depend on {word}")
    return bad


def find_cycle(edges):
    """A list of nodes that form a cycle, or []."""
    done, trail = set(), []

    def visit(node):
        if node in trail:
            return trail[trail.index(node) :] + [node]
        if node in done:
            return []
        trail.append(node)
        for follower in sorted(edges.get(node, ())):
            if cycle := visit(follower):
                return cycle
        trail.pop()
        done.add(node)
        return []

    for start in sorted(edges):
        if cycle := visit(start):
            return cycle
    return []


def cycles(files):
    """Neither the tables, nor the folders, nor the wings, nor the headers include each other in a circle."""
    header_edges, folder_edges, wing_edges = {}, {}, {}
    wing_table = {wing: {f"{wing.split('/')[0]}/{other}" for other in row} for wing, row in WINGS.items()}
    for path, text in files.items():
        if not is_product(path) or path.startswith("apps/"):
            continue
        names = [name for _, _, name in includes(text) if name.startswith("toolformer/")]
        if path.startswith("include/"):
            header_edges[path.removeprefix("include/")] = names
        folders = {name.split("/")[1] for name in names if name.count("/") > 1}
        folder = folder_of(path)
        folder_edges.setdefault(folder, set()).update(folders - {folder})
        wings = {"/".join(name.split("/")[1:3]) for name in names if name.count("/") > 2}
        room = f"{folder}/{wing_of(path)}"
        wing_edges.setdefault(room, set()).update({wing for wing in wings if wing.startswith(folder)} - {room})
    bad = []
    found = {"table": ALLOWED, "wings' table": wing_table, "folders": folder_edges, "wings": wing_edges}
    for what, edges in {**found, "headers": header_edges}.items():
        if cycle := find_cycle(edges):
            bad.append(f"{what}: include cycle {' -> '.join(cycle)}")
    return bad


def torch(files):
    """libtorch's headers appear in model/ and finetune/ only, and never in what others include."""
    bad = []
    for path, text in files.items():
        if not is_product(path):
            continue
        if folder_of(path) in TORCH_FOLDERS and path not in TORCH_FREE:
            continue
        for number, _, name in includes(text):
            if TORCH_HEADER.match(name):
                bad.append(f"{path}:{number}: torch header {name} outside {' and '.join(sorted(TORCH_FOLDERS))}")
    return bad


def names(files):
    """No file or folder is a dump for what found no name."""
    bad = []
    for path in files:
        if path.startswith(("include/", "src/", "apps/", "tests/")):
            for part in path.split("/"):
                if BANNED_STEMS & set(re.split(r"[_.-]", part)):
                    bad.append(f"{path}:1: '{part}' says nothing about what is in it")
    return bad


def length(files):
    """No C++ file over 500 lines, no program over 100."""
    bad = []
    for path, text in files.items():
        if not is_cpp(path):
            continue
        lines = text.count("\n")
        limit = MAX_PROGRAM_LINES if re.match(r"apps/tf-[^/]+\.cpp$", path) else MAX_LINES
        if lines > limit:
            bad.append(f"{path}:{lines}: {lines} lines, at most {limit}")
    return bad


def macros(files):
    """No function-like macros."""
    return find_in_code(files, re.compile(r"^\s*#\s*define\s+\w+\("), "function-like macro", is_product)


def exits(files):
    """Libraries throw; only apps/app.cpp turns an error into an exit code."""
    pattern = re.compile(r"(?<![\w.>:])(std::|::)?(_?exit|_Exit|quick_exit|abort|terminate)\s*\(")
    return find_in_code(files, pattern, "ends the process", lambda path: is_product(path) and path.startswith("src/"))


def find_in_code(files, pattern, what, applies):
    bad = []
    for path, text in files.items():
        if applies(path):
            bad += [f"{path}:{n}: {what}: {line.strip()}" for n, line in code_lines(text) if pattern.search(line)]
    return bad


def todos(files):
    """A TODO names an issue, or is not there."""
    pattern = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")
    bad = []
    for path, text in files.items():
        if is_cpp(path):
            bad += [f"{path}:{n}: {line.strip()}" for n, line in enumerate(text.split("\n"), 1) if pattern.search(line)]
    return bad


def spdx(files):
    """Every source file names its licence at its top."""
    bad = []
    for path, text in files.items():
        if path.endswith((".h", ".cpp", ".py", ".sh")):
            if not any("SPDX-License-Identifier: Apache-2.0" in line for line in text.split("\n", 2)[:2]):
                bad.append(f"{path}:1: no 'SPDX-License-Identifier: Apache-2.0' in the first two lines")
    return bad


def mirrored(files):
    """At least 90 % of src/<folder>/x.cpp have a tests/<folder>/x_test.cpp."""
    sources = [path for path in files if path.startswith("src/") and path.endswith(".cpp")]
    missing = [p for p in sources if "tests/" + p.removeprefix("src/")[: -len(".cpp")] + "_test.cpp" not in files]
    if len(missing) <= (1 - MIN_MIRRORED) * len(sources) + 1e-9:
        return []
    share = 1 - len(missing) / len(sources)
    return [f"{path}:1: has no test of its name ({share:.0%} have, at least {MIN_MIRRORED:.0%})" for path in missing]


def secrets(files):
    """No path of somebody's machine, no key, no password."""
    patterns = {
        "path of a machine": r"(?<![\w.$}])/(home/[a-z]\w*|Users/\w+|root|work)/[\w.]",
        "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
        "access key": r"\b(AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|sk-[A-Za-z0-9]{32,}|hf_[A-Za-z]{34}|xox[abp]-\w{10,})",
        "password": r"(?i)\b(password|passwd|secret|api_?key|token)\s*[=:]\s*[\"'][^\"'\s$<{]{8,}[\"']",
        "login in an address": r"\b[a-z]+://[^/\s:@\"']+:[^/\s:@\"'$]+@",
    }
    compiled = {what: re.compile(pattern) for what, pattern in patterns.items()}
    bad = []
    for path, text in files.items():
        if path == "tests/layering/rules_test.py":
            continue
        for number, line in enumerate(text.split("\n"), 1):
            bad += [f"{path}:{number}: {what}" for what, pattern in compiled.items() if pattern.search(line)]
    return bad


RULES = [direction, libraries, cycles, torch, names, length, macros, exits, todos, spdx, mirrored, secrets]
