#!/bin/sh
# Finds a Python of 3.11 or newer and hands it the verb: `with_python.sh demo --once`.
# PYTHON names one to use instead.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd) || exit 1
for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 python3.12 python3.13 python3.14 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        PYTHONPATH="$root${PYTHONPATH:+:$PYTHONPATH}" exec "$candidate" -m script.launch "$@"
    fi
done
echo "Python 3.11 or newer is needed and none was found. On Debian 12 or Ubuntu 24.04:" >&2
echo "  sudo apt-get install python3 python3-venv" >&2
echo "If it is installed under another name, run: PYTHON=/path/to/python $0 $*" >&2
exit 1
