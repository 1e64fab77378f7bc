#!/bin/sh
# Checks that this machine has what pip cannot bring: the shared libraries that bpy loads, and
# Python's own venv module, which Debian ships apart.
#
#   tools/system_packages.sh PYTHON
#
# Says nothing and takes a blink when all is there. As root on Debian or Ubuntu it installs what is
# missing; anybody else gets one line that says what to install, and exit status 1.
set -eu

python=${1:-}
if [ -z "$python" ]; then
    echo "setup: no Python 3.11 found; install it (Debian, Ubuntu: apt-get install python3.11 python3.11-venv) or name it: make setup PYTHON=/path/to/python3.11" >&2
    exit 1
fi

# Prints the Debian packages that would bring what is missing: dlopen is the question that counts.
missing_packages() {
    "$python" - <<'PYTHON'
import ctypes
import importlib.util
import sys

PACKAGE_OF_LIBRARY = {
    "libXrender.so.1": "libxrender1",
    "libXi.so.6": "libxi6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libXxf86vm.so.1": "libxxf86vm1",
    "libXfixes.so.3": "libxfixes3",
    "libSM.so.6": "libsm6",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
}


def is_loadable(library):
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


missing = []
if sys.platform == "linux":
    missing += [package for library, package in PACKAGE_OF_LIBRARY.items() if not is_loadable(library)]
if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
    missing.append(f"python{sys.version_info[0]}.{sys.version_info[1]}-venv")
print(*missing)
PYTHON
}

missing=$(missing_packages)
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "setup: missing $missing (names as in Debian); install them with this system's package manager" >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "setup: missing $missing; install with: sudo apt-get install $missing" >&2
    exit 1
fi

echo "setup: installing $missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=300 update
# shellcheck disable=SC2086  # package names have no spaces
apt-get -qq -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends $missing >/dev/null

missing=$(missing_packages)
if [ -n "$missing" ]; then
    echo "setup: still missing after apt-get install: $missing" >&2
    exit 1
fi
