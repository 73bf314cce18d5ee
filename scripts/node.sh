#!/usr/bin/env bash
# Prints a directory to put in front of PATH so that node is new enough for the console's
# build (20.19): an empty one when it is already, so that nothing else is shadowed.
# Otherwise Node.js comes from the npm registry into .tools, with Debian's npm to begin with.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/.tools

new_enough() {
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

if command -v node >/dev/null && command -v npm >/dev/null && new_enough node; then
  mkdir -p "$tools/none"
  echo "$tools/none"
  exit
fi
own=$tools/node22/node_modules/node/bin
if ! { [ -x "$own/node" ] && new_enough "$own/node"; }; then
  scripts/debian.sh npm nodejs npm >&2
  echo "tools: installing Node.js 22 into .tools" >&2
  npm install --prefix "$tools/node22" --silent --no-audit --no-fund node@22 >&2
fi
echo "$own"
