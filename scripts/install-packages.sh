#!/bin/sh
# install-packages.sh SET: install what the named set of packages.sh lacks here, after showing it.
# GRADIOMETER_NO_INSTALL=1: install nothing, go on with what is here.
set -euf
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$folder/packages.sh"

set_name=${1:?usage: install-packages.sh quickstart|check|check_all|bench|format}
eval "list=\${packages_$set_name?no such set of packages: $set_name}"

plain_names() {
  printf '%s\n' $list | sed 's/?$//'
}

if [ "${GRADIOMETER_NO_INSTALL:-0}" = 1 ]; then
  echo "Packages: not looked at, because GRADIOMETER_NO_INSTALL is 1."
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
  {
    echo "This is not a Debian or Ubuntu system: apt-get is absent, so nothing was installed."
    echo "Needed, by the names of their Debian packages:"
    plain_names | sed 's/^/  /'
    echo "With these in place, set GRADIOMETER_NO_INSTALL=1 and run make again."
  } >&2
  exit 1
fi

is_installed() {
  # The state of a package, of any architecture; absent packages are an error of dpkg-query.
  dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

missing=""
for package in $list; do
  is_installed "${package%\?}" || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "Packages: all installed."
  exit 0
fi
echo "Packages to install (Debian or Ubuntu):"
printf '  %s\n' $missing | sed 's/?$/   (where the archive has it)/'

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "Installing needs root: run this as root, or install sudo." >&2
    exit 1
  fi
  as_root="sudo"
fi
apt_get() {
  $as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
    apt-get -qq -o Dpkg::Use-Pty=0 \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 \
    "$@" </dev/null
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
show_log_and_fail() {
  tail -n 30 "$log" >&2
  echo "apt-get failed ($1); its last lines are above." >&2
  exit 1
}
apt_get update >"$log" 2>&1 || show_log_and_fail update

wanted=""
for package in $missing; do
  case $package in
  *\?) # what the archive lacks, or knows by name alone, is left out
    apt-cache show "${package%\?}" >/dev/null 2>&1 || continue ;;
  esac
  wanted="$wanted ${package%\?}"
done
[ -n "$wanted" ] || exit 0
apt_get install -y --no-install-recommends $wanted >"$log" 2>&1 || show_log_and_fail install
echo "Packages: installed."
