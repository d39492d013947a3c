#!/bin/sh
# Go's net/http with one mistake: go.sh MODES PORT SECRET. Built once.
here=$(dirname "$0")
built=${TMPDIR:-/tmp}/hookcheck-foreign-go-$(id -u)
if [ ! -x "$built/endpoint" ] || [ "$here/endpoint.go" -nt "$built/endpoint" ]; then
    mkdir -p "$built" && GO111MODULE=off GOFLAGS= go build -o "$built/endpoint.$$" "$here/endpoint.go" && mv "$built/endpoint.$$" "$built/endpoint"
fi
exec "$built/endpoint" "$@"
