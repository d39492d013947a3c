#!/bin/sh
# Runs commands in a fresh Debian that holds nothing but what debootstrap puts there, in a copy of this
# checkout:
#
#   harness/tools/fresh.sh [--with FILE]... 'COMMAND' ...
#
# As root, with debootstrap. The mirror and the release are those of this machine's apt. Each command is
# run by sh -e in /src; --with puts a file of this machine beside the checkout, in /given. Everything that is
# mounted or started is in namespaces of its own and ends with this script; the folder goes too.
set -eu
cd "$(dirname "$0")/../.."
say() { printf 'fresh: %s\n' "$*"; }
fail() { printf 'fresh: %s\n' "$*" >&2; exit 1; }

if [ "${1:-}" != --inside ]; then
    [ "$(id -u)" = 0 ] || fail 'needs root: a chroot and mounts'
    command -v debootstrap >/dev/null || fail 'debootstrap is missing: try `apt-get install debootstrap`'
    FRESH=$(mktemp -d "${TMPDIR:-/var/tmp}/hookcheck-fresh-XXXXXX")
    export FRESH
    trap 'rm -rf --one-file-system "$FRESH"' EXIT
    trap 'exit 130' INT TERM HUP
    unshare --mount --pid --fork --kill-child "$0" --inside "$@"
    exit
fi
shift
root=$FRESH/root
began=$(date +%s)
took() { echo "$(($(date +%s) - began)) s"; }

# What apt knows of Debian on this machine: "URI SUITE COMPONENT" a line.
sources=$(apt-get indextargets --format '$(ORIGIN)|$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    sed -n 's/^Debian|//p' | sort -u)
first=$(printf '%s\n' "$sources" | grep -v -e '-updates ' -e '-security ' -e '-backports ' | head -n 1)
[ -n "$first" ] || fail 'apt on this machine knows no Debian mirror: run apt-get update, or use a Debian machine'
# shellcheck disable=SC2086
set_release() { mirror=$1 release=$2; }
set_release $first

# One bootstrapped tree is kept for a day: the packages in it are Debian's, never ours.
base=${HOOKCHECK_FRESH_BASE:-/var/cache/hookcheck-fresh/$release.tar}
if [ -z "$(find "$base" -mtime -1 2>/dev/null)" ]; then
    say "debootstrap $release from $mirror"
    debootstrap --variant=minbase "$release" "$root" "$mirror" >"$FRESH/log" 2>&1 || { tail -n 20 "$FRESH/log" >&2; exit 1; }
    rm -f "$root"/var/cache/apt/archives/*.deb
    mkdir -p "$(dirname "$base")"
    tar -C "$root" -cf "$base.$$" . && mv "$base.$$" "$base"
else
    mkdir "$root"
    tar -C "$root" -xf "$base"
fi
printf '%s\n' "$sources" | sed 's/^/deb /' >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(http|https|Check|Retries)' >"$root/etc/apt/apt.conf.d/90of-this-machine" || true
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/hosts "$root/etc/hosts"

mkdir -p "$root/src" "$root/given"
while [ "${1:-}" = --with ]; do cp "$2" "$root/given/"; shift 2; done
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -cf - -T - | tar -C "$root/src" -xf -
else
    tar --exclude=./build -cf - . | tar -C "$root/src" -xf -
fi
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
say "ready after $(took)"

for command in "$@"; do
    began=$(date +%s)
    say "\$ $command"
    chroot "$root" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive ${CI:+CI=$CI} sh -ec "cd /src && $command" </dev/null || fail "\`$command\` failed after $(took)"
    say "\`$command\`: $(took)"
done
