"""`make demo`: the main job on the shop of fixtures/boutique, with what it makes, loses and asks to mend;
then the contacts (demo_contacts.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "fixtures/boutique"
TARGET = "demo-output"


def run(*arguments: str) -> int:
    """Run bascule as a user would and show the command."""
    print(f"\n$ bascule {' '.join(arguments)}", flush=True)
    return subprocess.run([sys.executable, "-m", "bascule", *arguments], cwd=ROOT, check=False).returncode


def show(path: str) -> None:
    """Print one written file."""
    print(f"\n# {TARGET}/{path}")
    print((ROOT / TARGET / path).read_text(encoding="utf-8").rstrip())


def main() -> int:
    """Inspect, compile, test; show two results."""
    run("inspect", SOURCE)
    code = run("compile", SOURCE, "--to", "meta", "-o", TARGET)
    if code != 0:
        return code
    show("meta/templates/rdv_rappel.fr.json")
    show("meta/messages/suivi_de_commande/menu.json")
    manifest = json.loads((ROOT / TARGET / "manifest.json").read_text(encoding="utf-8"))
    print(f"\n{len(manifest['outputs'])} files in {TARGET}/ (manifest.json lists them with their sources)")
    code = run("test", SOURCE, "--suite", "fixtures/suites/boutique.yaml", "--to", "meta,twilio")
    if code != 0:
        return code
    print("\nContacts: 50 000 people from Twilio, Nexmo and Viber\n", flush=True)
    return subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "demo_contacts.py")], cwd=ROOT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
