#!/usr/bin/env bash
# debian.sh PROGRAM PACKAGE...: installs Debian packages when a program is missing, and
# always when the program is given as -.
set -euo pipefail
program=$1
shift
[ "$program" = - ] || ! command -v "$program" >/dev/null || exit 0
if ! command -v apt-get >/dev/null; then
  echo "tools: there is no apt-get to install $* with" >&2
  exit 1
fi
sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)
echo "tools: installing $* for $program"
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
