# Sourced by with-engine.sh: starts and removes an engine whose files are all in one folder. Everything that the removal
# needs to know is in that folder, so that the next start can clean up after a killed one.
# shellcheck shell=bash

cgroups_of() {
  find /sys/fs/cgroup -depth -type d -path "*/$(basename "$1")*" 2>/dev/null || true
}

bridges() {
  ip -o link show type bridge 2>/dev/null | awk -F': ' '{ print $2 }' | sort
}

# start_engine FOLDER: starts an engine that listens on FOLDER/docker.sock and publishes on the loopback.
start_engine() {
  local folder=$1
  echo $$ >"$folder/owner"
  bridges >"$folder/bridges"
  for tool in iptables ip6tables; do "$tool-save" >"$folder/$tool" 2>/dev/null || rm -f "$folder/$tool"; done
  cat /proc/sys/net/ipv4/ip_forward >"$folder/ip_forward"
  for path in /run/docker /etc/docker; do [ -e "$path" ] || echo "$path" >>"$folder/made"; done
  if [ -z "$(ls -A /sys/fs/cgroup)" ]; then
    touch "$folder/cgroups-mounted"
    mount -t cgroup2 none /sys/fs/cgroup
  fi
  # Without an existing docker0 none is created: all containers use networks of their own.
  local bridge=()
  ip link show docker0 >/dev/null 2>&1 || bridge=(--bridge none)
  set -m
  dockerd --ip 127.0.0.1 --host "unix://$folder/docker.sock" --data-root "$folder/data" --exec-root "$folder/exec" \
    --pidfile "$folder/dockerd.pid" ${bridge[@]+"${bridge[@]}"} --exec-opt native.cgroupdriver=cgroupfs \
    --cgroup-parent "/$(basename "$folder")" </dev/null >"$folder/dockerd.log" 2>&1 &
  set +m
  local engine=$!
  for _ in $(seq 300); do
    if timeout 5 docker --host "unix://$folder/docker.sock" info >/dev/null 2>&1; then return 0; fi
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.1
  done
  echo "the engine did not start: $(grep -E 'level=(error|fatal)|failed' "$folder/dockerd.log" | tail -2)" >&2
  return 1
}

# remove_engine FOLDER: removes the engine in any state, with its containers, networks, rules, mounts, cgroups and files.
remove_engine() {
  local folder=$1 pid
  pid=$(cat "$folder/dockerd.pid" 2>/dev/null || true)
  if [ -n "$pid" ] && grep -qF "$folder/" "/proc/$pid/cmdline" 2>/dev/null; then
    local docker=(timeout 60 docker --host "unix://$folder/docker.sock")
    { "${docker[@]}" ps -aq | xargs -r "${docker[@]}" rm -fv; } >/dev/null 2>&1 || true
    "${docker[@]}" network prune -f >/dev/null 2>&1 || true
    kill -TERM "$pid" 2>/dev/null || true
    for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$pid" 2>/dev/null || true
  fi
  kill_remaining "$folder"
  if [ -e "$folder/bridges" ]; then
    bridges | comm -13 "$folder/bridges" - | while read -r bridge; do
      case $bridge in br-* | docker0) ip link delete "$bridge" 2>/dev/null || true ;; esac
    done
  fi
  for tool in iptables ip6tables; do restore_rules "$tool" "$folder/$tool"; done
  [ ! -e "$folder/ip_forward" ] || cat "$folder/ip_forward" >/proc/sys/net/ipv4/ip_forward || true
  cgroups_of "$folder" | xargs -r rmdir 2>/dev/null || true
  [ ! -e "$folder/cgroups-mounted" ] || umount /sys/fs/cgroup 2>/dev/null || true
  remove_folder "$folder"
}

# Kills processes that outlived the engine: shims, found by the folder in their command lines, and containers, found by
# their cgroups.
kill_remaining() {
  local folder=$1 process
  for _ in $(seq 50); do
    local found=
    for process in $(pgrep -f "^[^ ]*(dockerd|containerd|containerd-shim[^ ]*|runc) .*$folder/" || true) \
      $(cgroups_of "$folder" | while read -r cgroup; do cat "$cgroup/cgroup.procs" 2>/dev/null || true; done); do
      found=1
      kill -KILL "$process" 2>/dev/null || true
    done
    [ -n "$found" ] || return 0
    sleep 0.1
  done
}

# Restores the saved rules of tables that existed before, and empties those that did not.
restore_rules() {
  local tool=$1 saved=$2 table chain
  [ -e "$saved" ] || return 0
  "$tool-save" 2>/dev/null | sed -n 's/^\*//p' | while read -r table; do
    grep -qx "\*$table" "$saved" && continue
    "$tool-save" -t "$table" 2>/dev/null | sed -nE 's/^:([A-Z]+) (ACCEPT|DROP).*/\1/p' | while read -r chain; do
      "$tool" -t "$table" -P "$chain" ACCEPT 2>/dev/null || true
    done
    "$tool" -t "$table" -F 2>/dev/null || true
    "$tool" -t "$table" -X 2>/dev/null || true
  done
  "$tool-restore" <"$saved" 2>/dev/null || true
}

# Removes the folder, and the directories that did not exist before the start.
remove_folder() {
  local folder=$1 made
  made=$(cat "$folder/made" 2>/dev/null || true)
  for _ in 1 2 3 4 5; do
    for place in "$folder" $made; do
      awk -v place="$place/" 'index($2, place) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount 2>/dev/null || true
    done
    # shellcheck disable=SC2086 # one path a word
    rm -rf "$folder" $made 2>/dev/null && break
    sleep 1
  done
}
