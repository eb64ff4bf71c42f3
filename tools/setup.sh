#!/bin/sh
# Everything this checkout needs on a fresh machine: a virtual environment with the locked packages and our own,
# and Java with Maven for the embedded Kafka. Cheap when nothing has changed (the Makefile keeps a stamp).
set -eu
cd "$(dirname "$0")/.."

say() { printf '· %s\n' "$*"; }
die() { printf '✗ %s\n' "$*" >&2; exit 1; }
may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

install_packages() {
    may_install || die "$1 is missing. On Debian or Ubuntu: sudo apt-get install $2"
    say "installing $2 ($1 is missing)"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $2; } >/dev/null 2>&1 ||
        die "apt-get could not install $2: run it by hand to see why"
}

python=${PYTHON:-python3}
command -v "$python" >/dev/null || install_packages python3 "python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "Python 3.11 or newer is needed and $python is $("$python" -V). Point PYTHON at a newer one: make PYTHON=python3.12 …"
"$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages "Python's venv" python3-venv

if [ ! -x .venv/bin/python ]; then
    say "making the virtual environment .venv"
    "$python" -m venv .venv
fi
[ -x .venv/bin/uv ] || { say "installing uv into it"; .venv/bin/pip install -q --disable-pip-version-check uv; }

export UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV="$PWD/.venv"
say "installing the locked packages, and our own from this checkout"
for member in libs/*/ services/*/ tools/*/; do
    [ ! -f "$member/pyproject.toml" ] || echo "-e ./$member"
done >.venv/members.txt
# One sync for both, so that nothing is taken out and put back while somebody uses it. The workspace's own uv settings
# leave the members out of every resolution; here they are meant.
.venv/bin/uv pip sync -q --no-config --compile-bytecode requirements.lock .venv/members.txt

# Kafka runs on Java and comes through Maven, unless somebody gives its address or containers are asked for.
if [ -z "${AFTERCARE_KAFKA:-}" ] && [ "${AFTERCARE_STACK:-embedded}" = embedded ]; then
    command -v java >/dev/null && command -v mvn >/dev/null || install_packages "Java or Maven" "maven default-jre-headless"
fi
