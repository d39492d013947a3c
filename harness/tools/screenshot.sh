#!/bin/sh
# Takes the picture of the README: Chromium's view of the page that a run against a wrong endpoint writes.
#
#     harness/tools/screenshot.sh HOOKCHECK FILE.png
set -eu
program=$1
picture=$(realpath "$2")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    { echo 'a screenshot needs chromium: make deps-all' >&2; exit 1; }
folder=$(mktemp -d)
receiver=
trap 'kill $receiver 2>/dev/null || true; rm -rf "$folder"' EXIT
export HOOKCHECK_SECRET=whsec_screenshot

"$program" receive -q --listen 127.0.0.1:0 --fault A02 >"$folder/url" &
receiver=$!
until [ -s "$folder/url" ]; do sleep 0.1; done
url=$(sed 's/.* //' "$folder/url")
"$program" run "${url%/}/webhook" --quick --no-config --seed 20261126 --report "$folder/report.html" >"$folder/out" || [ $? = 1 ]
cd "$folder"
timeout 60 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1120,1000 --user-data-dir="$folder/profile" \
    --screenshot="$folder/picture.png" "file://$folder/report.html" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
cp "$folder/picture.png" "$picture"
