#!/usr/bin/env bash
# Installs into .tools the clients that the end-to-end tests drive: the AWS CLI and
# boto3, pandas, pyiceberg, an S3 service and paho for Python, the AWS SDK for JavaScript, and Mosquitto's clients. What is
# there already, in the right version, is left alone.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/.tools
mkdir -p "$tools"

scripts/debian.sh python3 python3 python3-venv
scripts/debian.sh mosquitto_pub mosquitto-clients
PATH="$(scripts/node.sh):$PATH"

python_wants='boto3==1.43.11 awscli==1.45.11 paho-mqtt==2.1.0 pandas==3.1.1 pyarrow==26.0.1 pyiceberg==0.12.0 moto[s3,server]==5.2.5'
if [ "$(cat "$tools/python-has" 2>/dev/null)" != "$python_wants" ]; then
  echo "tools: installing $python_wants"
  rm -rf "$tools/venv"
  if ! python3 -c 'import ensurepip' 2>/dev/null; then
    scripts/debian.sh - python3-venv # Debian splits it off python3
  fi
  python3 -m venv "$tools/venv"
  # shellcheck disable=SC2086
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check $python_wants
  echo "$python_wants" >"$tools/python-has"
fi

node_wants='@aws-sdk/client-timestream-write@3.1138.0 @aws-sdk/client-timestream-query@3.1138.0 @aws-sdk/client-iot@3.1138.0 @aws-sdk/client-iot-data-plane@3.1138.0 mqtt@5.16.0'
if [ "$(cat "$tools/node-has" 2>/dev/null)" != "$node_wants" ]; then
  echo "tools: installing $node_wants"
  rm -rf "$tools/node"
  mkdir -p "$tools/node"
  echo '{"private":true}' >"$tools/node/package.json"
  # shellcheck disable=SC2086
  npm install --prefix "$tools/node" --silent --no-audit --no-fund $node_wants
  echo "$node_wants" >"$tools/node-has"
fi
echo "tools: ready"
