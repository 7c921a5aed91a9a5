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
