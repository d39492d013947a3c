#!/bin/sh
# Packages of the built program, into build/packages:
#
#   package.sh deb HOOKCHECK         a Debian package, for this machine's release and architecture
#   package.sh portable HOOKCHECK    a tarball with the libraries that slim images lack beside the program
#   package.sh dist                  the source, the same bytes whenever the files are the same
set -eu
kind=$1
program=${2:-}
version=$(sed -n 's/^#define HOOKCHECK_VERSION *"\(.*\)"$/\1/p' harness/result/version.h)
out=build/packages
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
export LC_ALL=C
unset MAKEFLAGS # make install by itself, whatever jobs the caller has
# What goes into an archive has no time, owner or order of this machine's.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1700000000)}
export SOURCE_DATE_EPOCH
replace() { # replace MADE PLACE: as a whole, for another make may do the same at the same time
    cp "$1" "$2.$$"
    mv "$2.$$" "$2"
}
archive() { # archive FOLDER NAME: build/packages/NAME.tar.gz of $work/FOLDER
    tar -C "$work" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu \
        --mode=go+u,go-w -cf - "$1" | gzip -9n >"$work/archive"
    replace "$work/archive" "$out/$2.tar.gz"
    echo "$out/$2.tar.gz: $(wc -c <"$out/$2.tar.gz" | awk '{ printf "%.1f MiB", $1 / 1048576 }')"
}

make_dist() {
    name=hookcheck-$version
    mkdir "$work/$name"
    { git ls-files 2>/dev/null || find . -type f ! -path './build/*' ! -path './.git/*'; } | tar -cf - -T - | tar -C "$work/$name" -xf -
    archive "$name" "$name"
}

make_portable() {
    name=hookcheck-$version-linux-$(uname -m)
    mkdir -p "$work/$name/lib"
    install -m 755 "$program" "$work/$name/hookcheck"
    strip "$work/$name/hookcheck"
    # glibc's own files stay the image's: they must fit its loader.
    ldd "$program" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
        grep -vE '/(libc|libm|libdl|libpthread|librt|libresolv)\.so' | while read -r library; do
        cp -L "$library" "$work/$name/lib/"
    done
    chmod 644 "$work/$name"/lib/*
    cp LICENSE README.md "$work/$name/"
    archive "$name" "$name"
}

make_deb() {
    architecture=$(dpkg --print-architecture)
    tree=$work/tree
    make --no-print-directory install DESTDIR="$tree" PREFIX=/usr INSTALL_DATA=no >/dev/null
    strip --strip-unneeded "$tree/usr/bin/hookcheck"
    gzip -9n "$tree"/usr/share/man/man1/*.1
    doc=$tree/usr/share/doc/hookcheck
    mkdir -p "$doc" "$tree/DEBIAN" "$work/debian"
    {
        echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
        echo 'Upstream-Name: hookcheck'
        echo
        echo 'Files: *'
        sed -n 's/^Copyright (c) /Copyright: /p' LICENSE
        echo 'License: Expat'
        sed -n '/^Permission/,$p' LICENSE | sed 's/^$/./; s/^/ /'
    } >"$doc/copyright"
    printf 'hookcheck (%s) unstable; urgency=medium\n\n  * See harness/CHANGELOG.md in the source.\n\n -- The hookcheck authors <hookcheck@example.org>  %s\n' \
        "$version" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
    : >"$work/debian/control"
    depends=$(cd "$work" && dpkg-shlibdeps -O tree/usr/bin/hookcheck 2>/dev/null | sed -n 's/^shlibs:Depends=//p')
    [ -n "$depends" ] || { echo 'package: dpkg-shlibdeps found no dependencies' >&2; exit 1; }
    cat >"$tree/DEBIAN/control" <<END
Package: hookcheck
Version: $version
Architecture: $architecture
Maintainer: The hookcheck authors <hookcheck@example.org>
Installed-Size: $(du -sk --exclude=DEBIAN "$tree" | cut -f1)
Depends: $depends
Recommends: ca-certificates
Section: web
Priority: optional
Description: test whether a webhook endpoint survives Panora
 hookcheck sends genuine and forged Panora events to the URL of a webhook
 endpoint, judges the responses, and finds out by experiment what is wrong.
 .
 It also has a reference receiver, signed fixtures for tests, and a local
 Panora that delivers events without an account.
END
    (cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    find "$tree" -newermt "@$SOURCE_DATE_EPOCH" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    package=$out/hookcheck_${version}_$architecture.deb
    dpkg-deb --root-owner-group --build "$tree" "$work/package.deb" >/dev/null
    replace "$work/package.deb" "$package"
    echo "$package"
}

case $kind in
deb | portable | dist) "make_$kind" ;;
*) echo "package: deb, portable or dist, not $kind" >&2; exit 2 ;;
esac
