#!/bin/sh
# Makes a virtual environment and installs pinned requirements into it; does nothing when both are as they should be.
#   sh .ci/venv.sh <folder> <requirements file>...
# A copy of each installed file lies in the folder: as long as it equals the original, there is nothing to install.
# The files are complete, so pip resolves nothing (--no-deps): its resolver takes `name[extra]` for a package of its own and,
# once a newer release than the pinned one exists, refuses that for want of a hash.
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift

refuse() {
  printf '%s\n' "$*" >&2
  exit 1
}

find_python() {
  found=
  for name in python3.13 python3.12 python3.11 python3; do
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    found=$name
    if "$name" -c 'import ensurepip, venv' 2>/dev/null; then
      printf '%s\n' "$name"
      return
    fi
  done
  [ -z "$found" ] || refuse "$found has no venv module; install it (Debian and Ubuntu: apt-get install python3-venv) and start again."
  refuse "Python 3.11 or newer is needed and was not found; install it (Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13) and start again."
}

if ! "$folder/bin/python" -c 'import pip' 2>/dev/null; then
  python=$(find_python)
  "$python" -m venv --clear "$folder" || refuse "The virtual environment $folder could not be made; the lines above say why."
fi

for file in "$@"; do
  installed=$folder/.installed-$(printf '%s' "$file" | tr / -)
  if ! cmp -s "$file" "$installed"; then
    printf 'Installing %s into %s (once; a minute or so) ...\n' "$file" "$folder"
    "$folder/bin/python" -m pip install -qq --no-input --disable-pip-version-check --no-deps --require-hashes -r "$file" ||
      refuse "$file could not be installed; the lines above say why."
    cp "$file" "$installed"
  fi
done
