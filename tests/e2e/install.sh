#!/bin/sh
# Installs what the end-to-end tests drive: Chromium and its fonts from the distribution, packages from npm into
# the git-ignored node_modules. Whatever is there already is left alone.
set -eu
cd "$(dirname "$0")/../.."

missing=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing="$missing chromium fonts-dejavu-core fonts-lato"
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
command -v unshare >/dev/null || missing="$missing util-linux"
command -v ip >/dev/null || missing="$missing iproute2"

if [ -n "$missing" ]; then
  echo "installing:$missing"
  root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "root is needed: apt-get install$missing" >&2; exit 1; }
    root=sudo
  fi
  $root apt-get update -q
  # shellcheck disable=SC2086 # one word a package
  $root apt-get install -qy --no-install-recommends $missing
fi

npm install --no-save --no-package-lock --no-audit --no-fund \
  playwright-core@1.65.1 local-slack-linux-x64@0.1.8 emulate@0.12.2 \
  @microsoft/m365agentsplayground@0.2.28 adaptivecards@3.0.6 \
  slack-blocks-to-jsx@1.1.1 react@19 react-dom@19 @slack/types@3.2.0 typescript@5
