#!/bin/sh
# The portable tarball in a chroot that holds nothing but glibc and CA certificates: a run against a receiver of
# its own. As root.
set -eu
archive=$(make --no-print-directory portable | sed -n '$s/:.*//p')
root=$(mktemp -d)
receiver=
trap '[ -z "$receiver" ] || kill $receiver 2>/dev/null; rm -rf "$root"' EXIT
loader=$(ldd build/portable/hookcheck | awk '/ld-linux/ { print $1 }')
for file in $(ldd build/portable/hookcheck | awk '$3 ~ /\/(libc|libm|libdl|libpthread|librt|libresolv)\.so/ { print $3 }') "$loader"; do
    mkdir -p "$root$(dirname "$file")"
    cp -L "$file" "$root$file"
done
mkdir -p "$root/etc/ssl/certs" "$root/tmp"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
tar -xzf "$archive" -C "$root" --strip-components=1
export HOOKCHECK_SECRET=whsec_portable
chroot "$root" /hookcheck --version
: >"$root/tmp/url"
chroot "$root" /hookcheck receive --quiet >"$root/tmp/url" &
receiver=$!
tries=0
until url=$(sed -n 's/^listening on //p' "$root/tmp/url") && [ -n "$url" ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ]
    sleep 0.1
done
chroot "$root" /hookcheck run "$url/hook" --quick --quiet --only 'panora/delivery/accepts-*'
