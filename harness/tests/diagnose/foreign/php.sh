#!/bin/sh
# PHP's own server with one mistake: php.sh MODES PORT SECRET. See table.json.
here=$(dirname "$0")
(
    i=0
    while ! php -r "exit(@fsockopen('127.0.0.1', $2) ? 0 : 1);" && [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.1; done
    echo READY
) &
MODE=$1 SECRET=$3 exec php -d display_errors=0 -d post_max_size=32M -S "127.0.0.1:$2" "$here/endpoint.php" >/dev/null 2>&1
