"""The program that cuts, spoken to as ``renditions`` does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from newsapp.media import renditions


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", renditions.CUTTER, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


def send(program: subprocess.Popen[bytes], data: bytes) -> None:
    program.stdin.write(len(data).to_bytes(8, "big") + data)
    program.stdin.flush()


def ask(program: subprocess.Popen[bytes], data: bytes) -> dict[str, Any]:
    send(program, data)
    return json.loads(program.stdout.readline())
