#!/bin/sh
# Makes sure that the tests of the report find a browser: Chromium and its driver.
#
# Says nothing where both are there. As root on Debian or Ubuntu it installs them; anybody else gets
# one line, and those tests say that they were skipped.
set -eu

if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then
    exit 0
fi
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "setup: no chromium with chromedriver here; the tests of the report's page are skipped"
    exit 0
fi
echo "setup: installing chromium chromium-driver"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=300 update
apt-get -qq -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends \
    chromium chromium-driver >/dev/null
