"""Become another program that cannot outlive its parent. Runs as a file, with the standard library alone.

    python -I -S launch.py PARENT SIGNAL USER PROGRAM [ARGUMENT…]

PARENT is the process id of the parent, SIGNAL the number that the program gets when the parent ends (Linux). USER is
`same`; `namespace` (root appears as nobody inside a user namespace of its own, so that PostgreSQL, which refuses root,
runs and its files stay root's); or a number to switch to.
"""

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534


def enter_user_namespace() -> None:
    """Map our user and group to nobody in a new user namespace. Raises OSError where the kernel forbids it."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not available")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {user} 1"), ("gid_map", f"{NOBODY} {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def become(user: str) -> None:
    """Change the user as asked."""
    if user == "namespace":
        enter_user_namespace()
    elif user != "same":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))


def die_with(parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal when the parent ends; leave at once when it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    parent, signal_number, user, *program = sys.argv[1:]
    become(user)
    die_with(int(parent), int(signal_number))  # after the change of user, which would clear it
    os.execv(program[0], program)  # noqa: S606


if __name__ == "__main__":
    main()
