# Shared by the scripts beside it (sourced, never run): messages, packages, builds.
# shellcheck shell=bash
set -euo pipefail

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$repo"
mkdir -p build
SECONDS=0

say() { printf '==> [%3d s] %s\n' "$SECONDS" "$*"; }
fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# Runs a command with its output in a file; prints the file's end only where the command fails.
quietly() { # LOG COMMAND...
  local log=$1
  shift
  if ! "$@" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    fail "this failed: $*" "its whole output: $log"
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# --- packages ---------------------------------------------------------------------------------------------------------

packages_in() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$repo/scripts/packages/$1.txt"; }

missing_of() { # PACKAGE...
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] || printf '%s\n' "$name"
  done
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1 \
    apt-get -qq -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

apt_install() { apt_get update && apt_get install --no-install-recommends "$@"; }

# Installs what is missing; asks nothing and does nothing where all is there. A daemon that comes with a package is
# neither started now (policy-rc.d) nor at the next boot (systemctl disable): the tests start their own.
install_packages() { # PACKAGE...
  local missing policy=/usr/sbin/policy-rc.d ours='' tries=0 log=$repo/build/packages.log
  mapfile -t missing < <(missing_of "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || fail "this needs Debian's apt-get to install: ${missing[*]}"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "packages are missing, and there is no sudo" "as root: apt-get install ${missing[*]}"
  say "installing ${#missing[@]} packages and what they depend on: ${missing[*]}"
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    ours=yes
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  until apt_install "${missing[@]}" >"$log" 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -ge 3 ]; then
      tail -n 30 "$log" >&2
      fail "apt-get could not install: ${missing[*]}" "its whole output: $log"
    fi
    say "apt-get failed, trying again"
    sleep $((tries * 5))
  done
  if [ -n "$ours" ]; then
    as_root rm -f "$policy"
    trap - EXIT
  fi
  if [[ " ${missing[*]} " == *dovecot* ]] && command -v systemctl >/dev/null; then
    as_root systemctl disable --quiet dovecot.service dovecot.socket >/dev/null 2>&1 || true
  fi
}

# Installs the packages of build.txt and of the named lists; with those that start servers of npm, node and npm where
# there are none yet (from wherever).
install_lists() { # [LIST...]
  local list names packages
  mapfile -t packages < <(packages_in build)
  for list in "$@"; do
    mapfile -t names < <(packages_in "$list")
    packages+=("${names[@]}")
    [[ $list =~ ^(test|sandbox|bench)$ ]] || continue
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
  done
  install_packages "${packages[@]}"
}

# What comes from npm, as the folder's package-lock.json pins it; without a folder, the servers of the tests.
install_node_modules() { # [FOLDER]
  local folder=${1-tests/support/node} stamp
  stamp="$(sha256sum <"$folder/package-lock.json") $(node --version)"
  [ "$(cat "$folder/node_modules/.stamp" 2>/dev/null || true)" != "$stamp" ] || return 0
  say "installing the npm packages of $folder"
  quietly build/npm.log npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error
  printf '%s\n' "$stamp" >"$folder/node_modules/.stamp"
}

# --- builds -----------------------------------------------------------------------------------------------------------

# One job a core, but no more than memory allows (about 1.5 GB for one large unit).
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemTotal:/ {print int($2 / 1500000)}' /proc/meminfo)
  [ "$memory" -ge 1 ] || memory=1
  if [ "$cores" -lt "$memory" ]; then echo "$cores"; else echo "$memory"; fi
}

# Configures a preset and builds targets of it (none: all).
build_preset() { # PRESET [TARGET...]
  local preset=$1 cache=build/$1/CMakeCache.txt
  shift
  if [ -f "$cache" ] && ! grep -q "^CMAKE_HOME_DIRECTORY:INTERNAL=$repo\$" "$cache"; then
    rm -rf "build/$preset" # the folder was moved or copied: CMake would refuse it
  fi
  if command -v ccache >/dev/null; then
    export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER-ccache}
  fi
  quietly "build/configure-$preset.log" cmake --preset "$preset"
  local targets=()
  [ $# -eq 0 ] || targets=(--target "$@")
  quietly "build/build-$preset.log" cmake --build "build/$preset" --parallel "$(build_jobs)" "${targets[@]}"
}
