#!/usr/bin/env bash
# bash scripts/with-engine.sh COMMAND [ARG…]: runs the command with a container engine and the stand-in images. Uses a
# running engine. If there is none, and the user is root, starts an engine (installing it on Debian if necessary) that
# listens on a socket of its own and publishes on the loopback. Removes what it has created, also when it is interrupted;
# if it is killed, the next start removes it. With --probe instead of a command it only checks whether an engine is
# possible: exit code 0, or 3 and a line with the reason.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/engine.sh"
work= group= images_before= is_own=

say() { echo "with-engine: $*" >&2; }

why_no_engine() {
  timeout 15 docker info >/dev/null 2>&1 && return
  if [ "$(id -u)" != 0 ]; then
    echo "no container engine is running, and only root can start one"
  elif ! unshare --mount --net true 2>/dev/null; then
    echo "no container engine is running, and this machine does not permit the namespaces that an engine needs"
  elif ! command -v dockerd >/dev/null && ! command -v apt-get >/dev/null; then
    echo "there is no container engine, and no apt-get to install one"
  fi
}

# Runs a command in a process group of its own, so that signals reach this script at once and the whole group can be ended.
run_in_group() {
  set -m
  "$@" </dev/null &
  set +m
  group=$!
  local status=0
  wait "$group" || status=$?
  group=
  return "$status"
}

end_group() {
  [ -n "$group" ] || return 0
  kill -TERM -- "-$group" 2>/dev/null || true
  for _ in $(seq 300); do kill -0 -- "-$group" 2>/dev/null || return 0; sleep 0.1; done
  kill -KILL -- "-$group" 2>/dev/null || true
}

stop() {
  set +e
  trap '' INT TERM HUP
  trap - EXIT
  end_group
  if [ -z "$is_own" ]; then
    # Removes what runs of a killed command have left.
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
  # In newer releases of Debian the client is a separate package.
  command -v docker >/dev/null || apt_install docker-cli
}

apt_install() {
  say "installing $*"
  # Keeps installed services from starting.
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
  run_in_group timeout 300 apt-get -o Acquire::Retries=3 update -qq >"$work/apt.log" 2>&1 &&
    DEBIAN_FRONTEND=noninteractive run_in_group timeout 300 apt-get -o Acquire::Retries=3 install -y -qq \
      --no-install-recommends "$@" >"$work/apt.log" 2>&1
}

# Removes the engines of killed scripts.
remove_orphaned_engines() {
  local folder
  for folder in /tmp/ratchet-engine.*; do
    [ -e "$folder/owner" ] && ! kill -0 "$(cat "$folder/owner")" 2>/dev/null || continue
    say "removing the engine of a killed run in $folder"
    remove_engine "$folder"
  done
}

# Copies the compose plugin from the base image, because older releases of Debian do not have it.
install_compose() {
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
  remove_orphaned_engines
  install
  start_engine "$work" || exit 2
  export DOCKER_HOST="unix://$work/docker.sock"
fi
images_before=$(stand_ins)
if [ -z "${RATCHET_POSTGRES_IMAGE:-}${RATCHET_REST_IMAGE:-}" ]; then
  run_in_group node "$root/scripts/with-install.mjs" true >&2
  TMPDIR=$work run_in_group node "$root/scripts/with-install.mjs" node "$root/scripts/build-images.ts" >"$work/images"
  set -a
  . "$work/images"
  set +a
  [ -z "$is_own" ] || install_compose
fi
run_in_group "$@"
