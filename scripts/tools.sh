#!/usr/bin/env bash
# Installs into .tools the clients that the end-to-end tests drive: the AWS CLI and
# boto3, paho for Python, the AWS SDK for JavaScript, and Mosquitto's clients. What is
# there already, in the right version, is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/.tools
mkdir -p "$tools"

# need PROGRAM PACKAGE...: installs Debian packages when a program is missing.
need() {
  local program=$1
  shift
  command -v "$program" >/dev/null && return
  if ! command -v apt-get >/dev/null; then
    echo "tools: $program is missing and there is no apt-get to install it with; install $*" >&2
    exit 1
  fi
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  echo "tools: installing $* for $program"
  [ -n "${updated:-}" ] || "${sudo[@]}" apt-get update -qq
  updated=1
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need python3 python3 python3-venv
need node nodejs npm
need npm npm
need mosquitto_pub mosquitto-clients

python_wants='boto3==1.43.11 awscli==1.45.11 paho-mqtt==2.1.0'
if [ "$(cat "$tools/python-has" 2>/dev/null)" != "$python_wants" ]; then
  echo "tools: installing $python_wants"
  rm -rf "$tools/venv"
  python3 -m venv "$tools/venv"
  # shellcheck disable=SC2086
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check $python_wants
  echo "$python_wants" >"$tools/python-has"
fi

node_wants='@aws-sdk/client-timestream-write @aws-sdk/client-timestream-query @aws-sdk/client-iot @aws-sdk/client-iot-data-plane mqtt'
if [ "$(cat "$tools/node-has" 2>/dev/null)" != "$node_wants" ]; then
  echo "tools: installing $node_wants"
  mkdir -p "$tools/node"
  [ -f "$tools/node/package.json" ] || echo '{"private":true}' >"$tools/node/package.json"
  # shellcheck disable=SC2086
  npm install --prefix "$tools/node" --silent --no-audit --no-fund $node_wants
  echo "$node_wants" >"$tools/node-has"
fi
echo "tools: ready"
