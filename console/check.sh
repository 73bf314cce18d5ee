#!/bin/sh
# Proves that dist/ is what web/ builds: installs exactly the locked packages, tests,
# builds, and compares with the committed files. Needs Node 20.19 or newer.
#
#   console/check.sh          fails when they differ
#   console/check.sh --write  leaves the new files in dist/
set -eu
cd "$(dirname "$0")"

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -R dist/. "$before"

(cd web && npm ci --no-audit --no-fund && npm test && npm run build)

if [ "${1:-}" = --write ]; then
	exit 0
fi
if ! diff -r "$before" dist; then
	rm -rf dist
	cp -R "$before" dist
	echo "console/dist is not what console/web builds: run console/check.sh --write and commit" >&2
	exit 1
fi
echo "console/dist is what console/web builds"
