#!/usr/bin/env bash
# bash scripts/with-engine.sh COMMAND [ARG…]: runs the command where a container engine answers and the stand-in images
# are there. Uses the engine that runs; where there is none, and we are root, starts one of its own (installing it on
# Debian if need be) that listens on a socket of its own and publishes on the loopback. What it made it removes, also
# when it is interrupted; what it left because it was killed the next one removes. With --probe instead of a command it
# only finds out whether there can be an engine: exit code 0, or 3 and a line that says why not.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/engine.sh"
work= attended= images_before= is_own=

say() { echo "with-engine: $*" >&2; }

why_no_engine() {
  timeout 15 docker info >/dev/null 2>&1 && return
  if [ "$(id -u)" != 0 ]; then
    echo "no container engine runs, and only root could start one"
  elif ! unshare --mount --net true 2>/dev/null; then
    echo "no container engine runs, and this machine lets nobody make the namespaces that one needs"
  elif ! command -v dockerd >/dev/null && ! command -v apt-get >/dev/null; then
    echo "there is no container engine, and no apt-get to install one"
  fi
}

# Runs something as a process group of its own: a signal reaches us at once, and all of the group can be ended.
attend() {
  set -m
  "$@" </dev/null &
  set +m
  attended=$!
  local status=0
  wait "$attended" || status=$?
  attended=
  return "$status"
}

end_attended() {
  [ -n "$attended" ] || return 0
  kill -TERM -- "-$attended" 2>/dev/null || true
  for _ in $(seq 300); do kill -0 -- "-$attended" 2>/dev/null || return 0; sleep 0.1; done
  kill -KILL -- "-$attended" 2>/dev/null || true
}

stop() {
  set +e
  trap '' INT TERM HUP
  trap - EXIT
  end_attended
  if [ -z "$is_own" ]; then
    # Of a command that was killed: what its runs left.
    [ -z "$images_before" ] || timeout 60 node "$root/scripts/with-install.mjs" node "$root/scripts/sweep-containers.ts" || true
    comm -13 <(echo "$images_before") <(stand_ins) | xargs -r timeout 60 docker rmi -f >/dev/null 2>&1 || true
  fi
  [ -z "$work" ] || remove_engine "$work"
}

stand_ins() {
  echo "stand-ins:"
  timeout 30 docker images --filter label=ratchet.stand-in --format '{{.Repository}}:{{.Tag}}' 2>/dev/null | sort || true
}

install() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io)
  command -v debootstrap >/dev/null || missing+=(debootstrap)
  command -v iptables >/dev/null || missing+=(iptables)
  command -v ip >/dev/null || missing+=(iproute2)
  [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
  # Newer releases of Debian have the client in a package of its own.
  command -v docker >/dev/null || apt_install docker-cli
}

apt_install() {
  say "installing $*"
  # Nothing that is installed starts by itself.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    touch "$work/policy"
  fi
  local status=0
  apt_get "$@" || status=$?
  [ ! -e "$work/policy" ] || rm -f /usr/sbin/policy-rc.d "$work/policy"
  [ "$status" = 0 ] || { say "$* could not be installed: $(tail -5 "$work/apt.log")"; exit 2; }
}

apt_get() {
  attend timeout 300 apt-get -o Acquire::Retries=3 update -qq >"$work/apt.log" 2>&1 &&
    DEBIAN_FRONTEND=noninteractive attend timeout 300 apt-get -o Acquire::Retries=3 install -y -qq \
      --no-install-recommends "$@" >"$work/apt.log" 2>&1
}

# Those that nobody uses any more, because whoever started them was killed.
remove_abandoned() {
  local folder
  for folder in /tmp/ratchet-engine.*; do
    [ -e "$folder/owner" ] && ! kill -0 "$(cat "$folder/owner")" 2>/dev/null || continue
    say "removing what a killed run left in $folder"
    remove_engine "$folder"
  done
}

# The base image brings the plugin, as Debian has it in newer releases only.
bring_compose() {
  ! docker compose version >/dev/null 2>&1 || return 0
  local container
  export DOCKER_CONFIG="$work/docker-config"
  mkdir -p "$DOCKER_CONFIG/cli-plugins"
  container=$(docker create "$RATCHET_POSTGRES_IMAGE")
  docker cp "$container:/usr/libexec/docker/cli-plugins/docker-compose" "$DOCKER_CONFIG/cli-plugins/" >/dev/null
  docker rm "$container" >/dev/null
}

reason=$(why_no_engine)
[ -z "$reason" ] || { say "$reason"; exit 3; }
[ "${1:-}" != --probe ] || exit 0
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
work=$(mktemp -d /tmp/ratchet-engine.XXXXXX)
if ! timeout 15 docker info >/dev/null 2>&1; then
  is_own=1
  remove_abandoned
  install
  start_engine "$work" || exit 2
  export DOCKER_HOST="unix://$work/docker.sock"
fi
images_before=$(stand_ins)
if [ -z "${RATCHET_POSTGRES_IMAGE:-}${RATCHET_REST_IMAGE:-}" ]; then
  attend node "$root/scripts/with-install.mjs" true >&2
  TMPDIR=$work attend node "$root/scripts/with-install.mjs" node "$root/scripts/build-images.ts" >"$work/images"
  set -a
  . "$work/images"
  set +a
  [ -z "$is_own" ] || bring_compose
fi
attend "$@"
