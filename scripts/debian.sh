#!/usr/bin/env bash
# debian.sh PROGRAM PACKAGE...: installs Debian packages when a program is missing.
set -euo pipefail
program=$1
shift
command -v "$program" >/dev/null && exit
if ! command -v apt-get >/dev/null; then
  echo "tools: $program is missing and there is no apt-get to install it with; install $*" >&2
  exit 1
fi
sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)
echo "tools: installing $* for $program"
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
