# Finds a Python for bootstrap.py and becomes it: sh bootstrap.sh LOCK [ARGUMENT…]
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
for python in "$here/../../.venv/bin/python" python3 python3.14 python3.13 python3.12 python3.11 ''; do
    if [ -z "$python" ]; then
        echo "Sentinel needs Python 3.11 or newer; none was found on the PATH." >&2
        exit 1
    fi
    "$python" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
done
exec "$python" -I -S "$here/bootstrap.py" "$@"
