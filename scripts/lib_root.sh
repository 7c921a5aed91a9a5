# Shared by scripts that need a bare Debian of their own (sourced after lib.sh, as root only).
# shellcheck shell=bash

# The archive this machine's own packages come from.
debian_mirror() {
  local uri
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 2>/dev/null | head -n 1)
  [ -n "$uri" ] || fail "no Debian 12 archive in this machine's apt sources"
  printf '%s\n' "$uri"
}

# A bare Debian 12 in ROOT, unpacked from PLACE/base.tar, which debootstrap makes the first time.
make_root() { # PLACE ROOT
  local place=$1 root=$2 base=$1/base.tar
  mkdir -p "$place"
  install_packages debootstrap
  rm -rf --one-file-system "$root"
  if [ ! -f "$base" ]; then
    say "fetching a bare Debian 12"
    quietly "$place/debootstrap.log" debootstrap --variant=minbase bookworm "$root" "$(debian_mirror)"
    rm -rf "$root"/var/cache/apt/archives/*.deb
    tar -C "$root" -cf "$base.part" . && mv "$base.part" "$base"
  else
    mkdir -p "$root"
    tar -C "$root" -xf "$base"
  fi
  # How this machine reaches the archive: name servers, proxies and authorities of its own.
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  local extra
  for extra in /usr/local/share/ca-certificates/*.crt; do
    [ ! -f "$extra" ] || cp "$extra" "$root/usr/local/share/ca-certificates/" 2>/dev/null ||
      install -D -m 644 "$extra" "$root$extra"
  done
}

# Runs a command in ROOT with processes and mounts of its own: whatever it started ends with it.
in_root() { # ROOT COMMAND...
  local root=$1
  shift
  # shellcheck disable=SC2016
  unshare --mount --pid --fork --kill-child sh -c '
    root=$1; shift
    mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys" || exit 1
    exec chroot "$root" "$@"' sh "$root" \
    env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}

# Boots ROOT's own systemd as process 1 of namespaces of its own, without a network but for loopback; `booted` holds the
# process to reach it by. Fails where the kernel does not allow it. Give ROOT systemd and dbus before.
boot_root() { # ROOT
  local root=$1 groups tries
  groups=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
  [ -n "$groups" ] || return 1
  booted_group=$groups/poller-unit-$$
  mkdir "$booted_group" || return 1
  # shellcheck disable=SC2016
  sh -c 'echo $$ >"$2/cgroup.procs" && exec unshare --mount --uts --ipc --net --cgroup --pid --fork --kill-child \
      --propagation private sh -c "$3" sh "$1"' sh "$root" "$booted_group" '
    set -e
    root=$1
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount --bind "$root/proc/sys" "$root/proc/sys"
    mount -o remount,bind,ro "$root/proc/sys" # this machine'"'"'s settings are not changed by the root'"'"'s sysctl.d
    mount -t sysfs sysfs "$root/sys"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs -o mode=755 tmpfs "$root/run"
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    for node in null zero full random urandom tty; do
      : >"$root/dev/$node"
      mount --bind "/dev/$node" "$root/dev/$node"
    done
    mkdir "$root/dev/shm" "$root/dev/pts"
    mount -t tmpfs tmpfs "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx" # PrivateDevices= copies it
    ln -s /proc/self/fd "$root/dev/fd"
    cd "$root"
    mkdir -p .before
    pivot_root . .before
    umount -l /.before
    rmdir /.before
    mount --make-rshared / # as at a boot: what systemd mounts for a unit (its credentials) must get there
    exec env -i container=poller PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal' \
    </dev/null >"$root.boot.log" 2>&1 &
  booted_by=$!
  for tries in $(seq 100); do
    kill -0 "$booted_by" 2>/dev/null || return 1
    booted=$(pgrep -P "$booted_by" 2>/dev/null || true)
    if [ -n "$booted" ] && [ "$(cat "/proc/$booted/comm")" = systemd ] &&
      in_booted systemctl is-system-running --wait >/dev/null 2>&1; then
      return 0
    fi
    [ "$tries" -lt 50 ] || [ -z "$booted" ] || ! in_booted systemctl is-system-running 2>/dev/null | grep -q degraded ||
      return 0 # a unit of Debian's own that does not like it here is no matter
    sleep 0.2
  done
  return 1
}

# Runs a command in the root that boot_root() booted.
in_booted() { # COMMAND...
  nsenter -t "$booted" --mount --uts --ipc --net --pid --cgroup \
    env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER= "$@"
}

# Ends it, with all its processes.
end_root() {
  [ -n "${booted_by-}" ] || return 0
  echo 1 >"$booted_group/cgroup.kill" || kill -KILL "$booted_by" || true
  wait "$booted_by" 2>/dev/null || true
  booted_by=''
  for _ in $(seq 50); do
    find "$booted_group" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    [ -d "$booted_group" ] || return 0
    sleep 0.1
  done
}
