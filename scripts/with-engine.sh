#!/usr/bin/env bash
# bash scripts/with-engine.sh COMMAND [ARG…]: runs the command where a container engine answers and the stand-in images
# are there. Uses the engine that runs; where there is none, and we are root, starts one of its own (installing it on
# Debian if need be) that listens on a socket of its own and publishes on the loopback. What it made it removes.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d /tmp/ratchet-engine.XXXXXX)
engine= command= images_before=

say() { echo "with-engine: $*" >&2; }

stop() {
  trap - EXIT INT TERM HUP
  [ -z "$command" ] || kill -TERM "$command" 2>/dev/null || true
  [ -z "$command" ] || wait "$command" 2>/dev/null || true
  if [ -n "$engine" ]; then
    timeout 30 docker ps -aq 2>/dev/null | xargs -r timeout 60 docker rm -fv >/dev/null 2>&1 || true
    timeout 30 docker network prune -f >/dev/null 2>&1 || true
    kill -TERM "$engine" 2>/dev/null || true
    for _ in $(seq 100); do kill -0 "$engine" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$engine" 2>/dev/null || true
    [ -e "$work/docker0-was-there" ] || ip link delete docker0 2>/dev/null || true
    [ ! -e "$work/iptables" ] || iptables-restore <"$work/iptables" 2>/dev/null || true
  else
    comm -13 <(echo "$images_before") <(stand_ins) | xargs -r timeout 60 docker rmi -f >/dev/null 2>&1 || true
  fi
  for _ in 1 2 3 4 5; do
    awk -v work="$work/" 'index($2, work) == 1 { print $2 }' /proc/mounts 2>/dev/null | sort -r | xargs -r umount 2>/dev/null || true
    rm -rf "$work" 2>/dev/null && break
    sleep 1
  done
}

stand_ins() {
  timeout 30 docker images --filter label=ratchet.stand-in --format '{{.Repository}}:{{.Tag}}' 2>/dev/null | sort || true
}

install() {
  for tool in dockerd debootstrap; do
    command -v "$tool" >/dev/null && continue
    command -v apt-get >/dev/null || { say "there is no container engine, and no apt-get to install one"; exit 3; }
    say "installing docker.io and debootstrap"
    timeout 300 apt-get update -qq >"$work/apt.log" 2>&1 || { cat "$work/apt.log" >&2; exit 3; }
    DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y -qq --no-install-recommends docker.io debootstrap iptables iproute2 \
      >"$work/apt.log" 2>&1 || { tail -5 "$work/apt.log" >&2; exit 3; }
    break
  done
}

start_engine() {
  ! ip link show docker0 >/dev/null 2>&1 || touch "$work/docker0-was-there"
  iptables-save >"$work/iptables" 2>/dev/null || rm -f "$work/iptables"
  export DOCKER_HOST="unix://$work/docker.sock"
  dockerd --ip 127.0.0.1 --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/exec" \
    --pidfile "$work/dockerd.pid" >"$work/dockerd.log" 2>&1 &
  engine=$!
  for _ in $(seq 300); do
    timeout 5 docker info >/dev/null 2>&1 && return
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.1
  done
  say "the engine did not start: $(tail -3 "$work/dockerd.log")"
  exit 3
}

trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if ! timeout 15 docker info >/dev/null 2>&1; then
  [ "$(id -u)" = 0 ] || { say "no container engine runs, and only root could start one"; exit 3; }
  install
  start_engine
fi
images_before=$(stand_ins)
if [ -z "${RATCHET_POSTGRES_IMAGE:-}${RATCHET_REST_IMAGE:-}" ]; then
  node "$root/scripts/build-images.ts" >"$work/images"
  set -a
  . "$work/images"
  set +a
fi
"$@" &
command=$!
status=0
wait "$command" || status=$?
command=
exit "$status"
