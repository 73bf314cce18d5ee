#!/usr/bin/env bash
# Installs the peers of `go run ./bench peers` into .tools/peers, without touching the
# system: Debian packages are downloaded and unpacked there, chDB comes from npm. What is
# there already is left alone, and what cannot be had is named and left out: the benchmark
# reports it as not measured.
set -uo pipefail
cd "$(dirname "$0")/../.."
peers=$PWD/.tools/peers
mkdir -p "$peers/debs" "$peers/root"
missing=0

fail() {
  echo "peers: $1 could not be installed" >&2
  missing=1
}

# unpack PROGRAM PACKAGE...: unless the program is there, unpacks packages of Debian.
unpack() {
  local program=$1
  shift
  compgen -G "$peers/root/$program" >/dev/null && return 0
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  echo "peers: unpacking $* into .tools/peers"
  local package
  for package in "$@"; do
    (cd "$peers/debs" && rm -f "${package}"_*.deb && apt-get download -qq "$package" 2>/dev/null) || return 1
    dpkg-deb -x "$peers/debs/$package"_*.deb "$peers/root" || return 1
  done
  compgen -G "$peers/root/$program" >/dev/null
}

unpack usr/bin/victoria-metrics victoria-metrics || fail VictoriaMetrics
unpack usr/bin/influxd influxdb || fail InfluxDB
if ! compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; then
  unpack 'usr/lib/postgresql/*/bin/postgres' postgresql-15 postgresql-client-15 || fail PostgreSQL
fi

chdb_wants=chdb@3.4.0
if [ "$(cat "$peers/node-has" 2>/dev/null)" != "$chdb_wants" ]; then
  echo "peers: installing $chdb_wants"
  PATH="$(scripts/node.sh):$PATH"
  rm -rf "$peers/node"
  mkdir -p "$peers/node"
  echo '{"private":true}' >"$peers/node/package.json"
  if npm install --prefix "$peers/node" --silent --no-audit --no-fund "$chdb_wants"; then
    echo "$chdb_wants" >"$peers/node-has"
  else
    fail chDB
  fi
fi
[ "$missing" = 1 ] || echo "peers: ready"
