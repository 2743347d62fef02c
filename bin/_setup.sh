# Sourced by the commands beside it. Each function does its work once and leaves a stamp;
# a second call costs a checksum. Everything is kept inside the project's folder.

# Compiled modules are kept, whatever a machine's owner usually wants: without them each process takes twice as long to start.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 2; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$candidate"; return; }
  done
  stop "Python 3.11 or newer is needed and was not found. Debian, Ubuntu: apt install python3 python3-venv. macOS: install Python from python.org, or: brew install python."
}

digest() { "$PY_OR_VENV" -c 'import hashlib,sys
h = hashlib.sha256()
for name in sys.argv[1:]: h.update(open(name, "rb").read())
print(h.hexdigest())' "$@"; }

need_venv() {
  if [ ! -x .venv/bin/python ]; then
    local python; python=$(find_python)
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
      stop "Python's venv module is missing. Debian, Ubuntu: apt install python3-venv"
    say "Making a Python environment in .venv ..."
    "$python" -m venv .venv
  fi
  PY_OR_VENV=.venv/bin/python
}

# need_python_packages run|dev
need_python_packages() {
  need_venv
  local wanted stamp=.venv/.installed
  wanted="$1 $(digest requirements/uv.txt "requirements/$1.txt")"
  # The dev set holds the run set, so a tester's environment also serves bin/run.
  if [ "$1" = run ] && grep -qs '^dev ' "$stamp" && [ "$(cat "$stamp")" = "dev $(digest requirements/uv.txt requirements/dev.txt)" ]; then return; fi
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  say "Installing Python packages ($1) ..."
  if .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt 2>/dev/null; then
    .venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r "requirements/$1.txt"
  else # no uv for this machine: pip does the same, slower
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$1.txt"
  fi
  # The operator's command, from anywhere: .venv/bin/newsapp
  printf '%s\n' "$PWD" > "$(.venv/bin/python -c 'import site; print(site.getsitepackages()[0])')/newsapp.pth"
  printf '#!/bin/sh\nexec "%s/.venv/bin/python" -m newsapp.cli "$@"\n' "$PWD" > .venv/bin/newsapp
  chmod +x .venv/bin/newsapp
  printf '%s\n' "$wanted" > "$stamp"
}

# need_assets run|dev: the packages of the front end, and the built stylesheet, script and fonts
need_assets() {
  local wanted stamp=node_modules/.installed
  local path="$PWD/.venv/bin:$PATH"
  wanted="$1 $(digest package.json package-lock.json)"
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] && [ "$(cat "$stamp" 2>/dev/null)" != "dev ${wanted#* }" ]; then
    say "Installing front-end packages ($1) ..."
    local omit=(); [ "$1" = run ] && omit=(--omit=dev)
    PATH=$path npm ci --ignore-scripts --no-audit --no-fund --loglevel=error ${omit[@]+"${omit[@]}"}
    printf '%s\n' "$wanted" > "$stamp"
    rm -f static/dist/manifest.json
  fi
  if [ ! -f static/dist/manifest.json ] ||
     [ -n "$(find build.mjs static/css static/js static/img -newer static/dist/manifest.json -print -quit)" ]; then
    say "Building the stylesheet, the script and the fonts ..."
    PATH=$path node build.mjs >&2
  fi
}
