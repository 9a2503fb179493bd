#!/usr/bin/env bash
# Leaves a working .venv/bin/lgaudit: Python packages, axe-core and a browser.
# Safe to run again: what is already there is left alone. `setup.sh dev` adds the test tools.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m%s\033[0m\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# Debian and its children: install packages as root, or through sudo.
debian_install() {
  have apt-get || return 1
  local become=()
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || return 1
    become=(sudo)
  fi
  say "Installing $* with apt-get"
  "${become[@]}" apt-get update -qq
  "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

find_python() {
  local name
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if have "$name" && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      echo "$name"
      return
    fi
  done
}

python=$(find_python)
if [ -z "$python" ]; then
  debian_install python3 python3-venv || true
  python=$(find_python)
fi
if [ -z "$python" ]; then
  echo "lgaudit needs Python 3.11 or newer. Install it, then run this again (PYTHON=/path/to/python3 chooses one)." >&2
  exit 2
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  debian_install python3-venv || {
    echo "This Python cannot make virtual environments. Install its venv package, then run this again." >&2
    exit 2
  }
fi

[ -x .venv/bin/python ] || { say "Making the virtual environment .venv"; "$python" -m venv .venv; }

# Node.js only fetches axe-core, once.
pinned=$(sed -n 's/.*"axe-core": "\([^"]*\)".*/\1/p' package.json)
vendored=lgaudit/_vendor/axe-core
if ! grep -q "\"version\": \"$pinned\"" "$vendored/package.json" 2>/dev/null; then
  have npm || debian_install nodejs npm || {
    echo "npm is needed once, to fetch axe-core $pinned. Install Node.js with npm, then run this again." >&2
    exit 2
  }
  say "Fetching axe-core $pinned"
  npm ci --no-audit --no-fund --silent
  mkdir -p "$vendored"
  cp node_modules/axe-core/{axe.min.js,LICENSE,package.json} "$vendored/"
fi

# Packages: again only when what is wanted has changed.
extra=""
[ "${1:-}" = dev ] && extra="[dev]"
wanted=$(cat pyproject.toml constraints.txt scripts/setup.sh; echo "$extra $PWD")
stamp=".venv/.lgaudit-packages${extra:+-dev}"
if [ "$(cat "$stamp" 2>/dev/null)" != "$(printf %s "$wanted" | cksum)" ]; then
  say "Installing Python packages"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".$extra"
  printf %s "$wanted" | cksum >"$stamp"
fi

if ! { have chromium || have chromium-browser || have google-chrome || [ -n "${LGAUDIT_CHROMIUM:-}" ]; }; then
  debian_install chromium chromium-driver || echo "No Chromium or Chrome was found. lgaudit will ask Selenium Manager to fetch one when it first needs it (that takes an internet connection), or install Chrome yourself. Everything but the browser checks works without (--no-browser)." >&2
elif have chromium && ! have chromedriver; then
  debian_install chromium-driver || echo "chromium is here without its driver; Selenium Manager will try to fetch one." >&2
fi

.venv/bin/lgaudit --version
